"""grade/course/whole_class/roster.py: read the list of students, and write a
gradebook to import.

A roster is the CSV that a course system exports: Canvas's gradebook, Moodle's
grading worksheet, or any other with names or ids. The gradebook is the same
file, in the same form, with the points filled in.
"""

import csv
import io
import math
import re
import unicodedata
from dataclasses import dataclass, field

from grade.machine.host.build import UserError
from grade.score.results import write_whole

# Columns that identify a student, in lower case; ids first.
IDS = ("id", "sis user id", "sis login id", "identifier", "id number",
       "username", "login", "email", "email address", "sid")
NAMES = ("student", "full name", "name")
PARTS = (("first name", "last name"), ("last name", "first name"))
MOODLE = re.compile(r"(.*)_(\d+)_assignsubmission_.*")
CANVAS = re.compile(r"([^_]+)(?:_LATE)?_(\d+)_(\d+)_.+")
POINTS_POSSIBLE = "points possible"
EXTENSION = "extension"         # a column: extra days for one student


def fold(text):
    """A form for comparison, without differences of case, spaces and the
    encoding of accents."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def names_in(student):
    """The id and the name of the student, from the name of a submission."""
    for pattern in MOODLE, CANVAS:
        match = pattern.fullmatch(student)
        if match:
            return match[2], match[1]
    return "", student


@dataclass
class Roster:
    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    separator: str = ","
    _known: dict = field(default_factory=dict)  # by what identifies a student

    def find(self, student):
        """The row of the student who submitted under that name; None if that
        is not certain."""
        number, name = names_in(student)
        for word in (number, student, name):
            found = self._known.get(fold(word), []) if word else []
            if len(found) == 1:
                return found[0]
        return None

    def id_of(self, row):
        return next((row[column] for wanted in IDS for column in self.columns
                     if fold(column) == wanted and row[column]), "")

    def add(self, row):
        self.rows.append(row)
        values = {fold(column): value or "" for column, value in row.items()}
        words = [values.get(column, "") for column in (*IDS, *NAMES)]
        words += [" ".join(values.get(part, "") for part in parts)
                  for parts in PARTS]
        words += [re.sub(r"^Participant ", "", word) for word in words]
        words += [word.partition("@")[0] for word in words if "@" in word]
        for word in set(map(fold, words)) - {""}:
            self._known.setdefault(word, []).append(row)

    def most(self, row, column):
        """The full score in that system, or None if the file does not say."""
        possible = [r[column] for r in self.rows if is_heading(r)]
        for text in (row.get("Maximum Grade", ""), *possible):
            try:
                return float(text)
            except (TypeError, ValueError):
                pass
        return None


def is_heading(row):
    """True for the row in which Canvas has the possible points."""
    return any(fold(value or "") == POINTS_POSSIBLE for value in row.values())


def separator_of(heading):
    """What separates the columns: in many countries spreadsheets write
    semicolons, and Moodle offers tabs."""
    return max(",;\t", key=heading.count)


def read_roster(path):
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            separator = separator_of(file.readline())
            file.seek(0)
            reader = csv.DictReader(file, restval="", delimiter=separator)
            roster = Roster(list(reader.fieldnames or []), separator=separator)
            for row in reader:
                row.pop(None, None)
                roster.add(row)
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"{path}: not a CSV in UTF-8: {error}") from None
    known = {fold(column) for column in roster.columns}
    if not known & {*IDS, *NAMES, *PARTS[0]}:
        raise UserError(f"{path}: there is no column with names or ids")
    check_extensions(roster, path)
    return roster


def write_gradebook(roster, column, marks, path):
    """`marks` has (score, total, comment) by the id() of a row. Students
    without a submission keep what the file had."""
    column = column or ("Grade" if "Grade" in roster.columns else "Calf")
    columns = roster.columns + [column] * (column not in roster.columns)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="",
                            delimiter=roster.separator)
    writer.writeheader()
    for row in roster.rows:
        row = {**row}
        if id_of_row(row, roster) in marks:
            score, total, comment = marks[id_of_row(row, roster)]
            most = roster.most({**row}, column) if column in row else None
            row[column] = score if most is None or not total \
                else round(score * most / total, 2)
            if "Feedback comments" in row:
                row["Feedback comments"] = comment
        writer.writerow(row)
    write_whole(path, text.getvalue())


def extension_in(row):
    """The extra days that the roster gives a student, if it has such a column.
    Raises ValueError."""
    for column, value in row.items():
        if fold(column) == EXTENSION:
            days = float(value or 0)
            if not 0 <= days < math.inf:
                raise ValueError
            return days
    return 0


def check_extensions(roster, path):
    for number, row in enumerate(roster.rows, 1):
        try:
            extension_in(row)
        except ValueError:
            raise UserError(f"{path}: student {number}: the extension must be "
                            "a number of days, at least 0") from None


def id_of_row(row, roster):
    """The same for two copies of a row."""
    return tuple(row[column] for column in roster.columns
                 if fold(column) in (*IDS, *NAMES, *PARTS[0]))
