"""grade/course/whole_class/submissions.py: find the submissions in the export
of a course system, their owners, and which submissions are equal."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from grade.course.handin import pack
from grade.course.intake import tree
from grade.course.intake.archives import without_ending
from grade.course.intake.finding import by_number
from grade.course.whole_class.export import holds_many, is_visible, read_export
from grade.course.whole_class.starters import digest_of
from grade.machine.host.build import UserError
from grade.machine.host.text import many, name_of, shown
from grade.score.content_key import content_key

JOBS = "jobs"
UNTOUCHED = "untouched: the kernel is as it was handed out"


@dataclass
class Attempt:
    """One submission. `key` identifies its files and how they are graded,
    `files` the files alone; `problem` says why there are none. `note` is for
    the instructor."""

    source: str
    time: float = 0
    key: str = ""
    files: str = ""
    problem: str = ""
    note: str = ""
    untouched: bool = False


@dataclass
class Submission:
    """All attempts of one student, the latest last. `student` is the label,
    made from `name`."""

    student: str
    place: str
    name: str = ""
    attempts: list = field(default_factory=list)
    note: str = ""

    @property
    def last(self):
        """The latest attempt that can be graded, or else the latest."""
        return next((attempt for attempt in reversed(self.attempts)
                     if attempt.key), self.attempts[-1])

    def add_note(self, text):
        self.note = join(self.note, text)


def join(*notes):
    return "; ".join(filter(None, notes))


# ---- finding them -----------------------------------------------------------

def find(paths, scratch):
    """Yield each submission as (place, name, read), where read() gives its
    Tree or raises UserError. Raises UserError if a path does not exist."""
    for path in map(Path, paths):
        if not path.exists():
            raise UserError(f"{path}: no such folder or archive")
        if path.is_dir() and not (path / "kernel").is_dir():
            for inner in visible(without_cover(path)):
                yield str(path), name_of(inner), partial(read_path, inner)
        elif holds_many(path):
            for name, read in read_export(path, scratch):
                yield str(path), name, read
        else:
            yield str(path), name_of(path), partial(read_path, path)


def read_path(path):
    if path.is_symlink():
        raise UserError("a link is not followed")
    return tree.read_any(path)


def visible(folder):
    return [path for path in sorted(folder.iterdir())
            if is_visible(path.name)]


def without_cover(folder):
    """The folder itself, or the only folder in it that contains everything."""
    inner = visible(folder)
    while len(inner) == 1 and inner[0].is_dir() \
            and not inner[0].is_symlink() \
            and not (inner[0] / "kernel").is_dir() \
            and len(visible(inner[0])) > 1:
        folder = inner[0]
        inner = visible(folder)
    return folder


# ---- owners -----------------------------------------------------------------

def collect(paths, scratch, out, how, starters=frozenset(), merge=False):
    """Returns the Submissions, and puts the files of each into OUT/jobs.
    Attempts with the same name in one place belong to one student; with
    `merge`, in all places. `how` says what else a result depends on, and
    `starters` are the digests of the kernels as handed out."""
    grader = content_key() + "\0" + how
    found = {}
    for place, name, read in find(paths, scratch):
        student = without_ending(name)
        key = (None if merge else place, student)
        if key not in found:
            found[key] = Submission(student, place, student)
        found[key].attempts.append(
            take(shown(name), read, out, grader, starters))
    submissions = [*found.values()]
    for submission in submissions:
        put_in_order(submission)
    tell_apart(submissions)
    tell_alike(submissions)
    return submissions


def take(source, read, out, grader, starters):
    attempt = Attempt(source)
    try:
        taken = read()
    except UserError as error:
        attempt.problem = str(error)
        return attempt
    except OSError as error:
        attempt.problem = error.strerror
        return attempt
    refused = next(iter(taken.refused.items()), None)
    attempt.note = join(*taken.notes, refused and (
        f"{many(len(taken.refused), 'file')} not taken, such as "
        f"{shown(refused[0])}: {refused[1]}"))
    attempt.time = taken.time
    digest = digest_of(taken)
    attempt.untouched = digest in starters
    attempt.files = digest
    attempt.key = hashlib.sha256(f"{grader}\0{digest}".encode()).hexdigest()
    archive = archive_of(out, attempt.key)
    if not archive.exists():
        pack(taken.taken, archive)
    return attempt


def archive_of(out, key):
    return out / JOBS / f"{key}.tar.gz"


def put_in_order(submission):
    """Sort the attempts, the latest last; a note says which one counts."""
    attempts = submission.attempts
    attempts.sort(key=lambda a: (a.time, by_number((a.source,))))
    for attempt in attempts:
        if attempt is not submission.last and attempt.problem:
            submission.add_note(f"{attempt.source}: {attempt.problem}")
    if len(attempts) > 1:
        same = attempts[-1].time == attempts[-2].time
        submission.add_note(
            f"handed in {len(attempts)} times: "
            f"{', '.join(sorted(a.source for a in attempts))}; "
            f"{submission.last.source} counts, the newest"
            + (" (same date: the last by name)" if same else ""))


def label_of(student):
    """A name in composed form: macOS, for example, writes an umlaut as two
    characters."""
    return shown(unicodedata.normalize("NFC", student))


def fold(label):
    """A value that is equal for labels that some file system treats as one."""
    return unicodedata.normalize("NFC", label.casefold()).rstrip(". ")


def tell_apart(submissions):
    """Give each student a unique label. Students whose names look the same get
    numbers and a note."""
    alike = {}
    for submission in submissions:
        submission.student = label_of(submission.student) or "(no name)"
        alike.setdefault(fold(submission.student), []).append(submission)
    used = {name for name, same in alike.items() if len(same) == 1}
    for same in alike.values():
        for submission in same if len(same) > 1 else ():
            numbered = (f"{submission.student} ({n})" for n in count(1))
            submission.student = next(label for label in numbered
                                      if fold(label) not in used)
            used.add(fold(submission.student))
            submission.add_note(
                f"one of {len(same)} with names that look alike, from "
                f"{shown(submission.place)}")


def tell_alike(submissions):
    by_key = {}
    for submission in submissions:
        if submission.last.untouched:
            submission.add_note(UNTOUCHED)
        elif submission.last.key:
            by_key.setdefault(submission.last.key, []).append(submission)
    for alike in by_key.values():
        for submission in alike:
            others = [s.student for s in alike if s is not submission]
            if others:
                submission.add_note(f"the same as {', '.join(others)}")
