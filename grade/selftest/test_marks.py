"""grade/selftest/test_marks.py: turn a class's results into marks: late days,
attempts, gradebooks, feedback and statistics."""

import csv
import json
from html.parser import HTMLParser

import pytest

from grade.course.whole_class import class_page, feedback, merge, table
from grade.course.whole_class.__main__ import parse
from grade.course.whole_class.policy import DAY, Policy, time_from
from grade.course.whole_class.roster import (
    id_of_row, names_in, read_roster, write_gradebook)
from grade.course.whole_class.submissions import Attempt, Submission
from grade.machine.host.build import UserError
from grade.score import results

pytestmark = pytest.mark.xdist_group("submissions")

DUE = time_from("2026-11-30T12:00")
MUELLER = "M\u00fcller, J\u00f6rg"


def test_formula():
    """batch: a spreadsheet takes no name for a formula"""
    assert table.harmless("=1+1") == "'=1+1"
    assert table.harmless("ann") == "ann" and table.harmless(-1) == -1


@pytest.fixture(autouse=True)
def one_lab(monkeypatch):
    monkeypatch.setenv("LAB", "cow")


def product(got, of=10, output="all that was printed\n"):
    """The results of a kernel with these points in each of two tests."""
    tests = [{"id": f"sharing.{n}", "title": f"sharing does {n}",
              "group": "sharing", "points": of, "got": points,
              "status": "passed" if points else "failed",
              "message": "" if points else "it does not", "seconds": 1}
             for n, points in enumerate(got)]
    return {"results": results.put_together(tests), "output": output,
            "seconds": 2}


def attempt(key, days=0, **more):
    return Attempt(f"{key}.tar.gz", DUE + days * DAY, key=key * 8, **more)


def rows_of(submissions, products, policy=Policy(), roster=None):
    keyed = {key * 8: product for key, product in products.items()}
    return {row["student"]: row for row in table.make_rows(
        submissions, keyed, {}, policy, roster)}, keyed


# ---- late days and attempts -------------------------------------------------

@pytest.mark.parametrize("days, late, final", [
    (-3, 0, 20), (0, 0, 20), (0.1, 1, 20), (1, 1, 20), (1.5, 2, 18),
    (3.2, 4, 14), (40, 40, 0)])
def test_late(days, late, final):
    """marks: a penalty for each day late after the free ones: {days}"""
    policy = Policy(DUE, free=1, penalty=10)
    rows, _ = rows_of([Submission("ann", "in", "ann", [attempt("a", days)])],
                      {"a": product([10, 10])}, policy)
    assert rows["ann"]["late"] == late and rows["ann"]["score"] == 20
    assert rows["ann"]["final"] == final


def test_no_time():
    """marks: no penalty if the time of a submission is unknown"""
    unknown = Attempt("a.tar.gz", 0, key="a" * 8)
    rows, _ = rows_of([Submission("ann", "in", "ann", [unknown])],
                      {"a": product([10, 10])}, Policy(DUE, 0, 10))
    assert rows["ann"]["final"] == 20 and rows["ann"]["late"] == ""
    assert "not known" in rows["ann"]["note"]
    with pytest.raises(UserError, match="such as"):
        time_from("tomorrow")


@pytest.mark.parametrize("best, counts, final", [
    (False, "b", 10), (True, "a", 20)])
def test_attempts(best, counts, final):
    """marks: the last attempt counts, or the best: {best}"""
    submission = Submission("ann", "in", "ann",
                            [attempt("a"), attempt("b")])
    rows, _ = rows_of([submission], {
        "a": product([10, 10]), "b": product([10, 0])}, Policy(best=best))
    assert rows["ann"]["source"] == f"{counts}.tar.gz"
    assert rows["ann"]["final"] == final


def test_best_after_penalty():
    """marks: the best attempt is the best after its penalty"""
    submission = Submission("ann", "in", "ann",
                            [attempt("a"), attempt("b", days=5)])
    policy = Policy(DUE, penalty=20, best=True)
    rows, _ = rows_of([submission], {
        "a": product([10, 0]), "b": product([10, 10])}, policy)
    assert rows["ann"]["source"] == "a.tar.gz"


# ---- rosters and gradebooks -------------------------------------------------

CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 1 (77)
    Points Possible,,,,,100
"M\u00fcller, J\u00f6rg",4711,s1,jmueller,A,
"Lee, Ann",4712,s2,alee,A,
"Lee, Ann",4713,s3,alee2,B,
"""
MOODLE = """Identifier,Full name,Email address,Grade,Maximum Grade,\
Feedback comments
Participant 21,J\u00f6rg M\u00fcller,jm@x.edu,,50,
Participant 22,Ann Lee,al@x.edu,,50,
"""


def gradebook(tmp_path, text, names, column=""):
    """The roster after each of these names has got 15 of 20 points, and the
    rows."""
    (tmp_path / "roster.csv").write_text(text, "utf-8")
    roster = read_roster(tmp_path / "roster.csv")
    rows, _ = rows_of(
        [Submission(name, "in", name, [attempt("a")]) for name in names],
        {"a": product([15, 0])}, roster=roster)
    marks = {id_of_row(row["entry"], roster): (row["final"], 20, "why")
             for row in rows.values() if row["entry"]}
    write_gradebook(roster, column, marks, tmp_path / "gradebook.csv")
    with open(tmp_path / "gradebook.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f)), rows


def test_canvas(tmp_path):
    """marks: Canvas's gradebook is returned with points, by id"""
    names = ["muellerjorg_4711_9001_handin-cow.tar", "leeann_LATE_4713_2_x",
             "Lee, Ann", "nobody"]
    found, rows = gradebook(tmp_path, CANVAS, names, "Lab 1 (77)")
    assert [row["Lab 1 (77)"] for row in found] == ["100", "75.0", "", "75.0"]
    assert list(found[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID",
                              "Section", "Lab 1 (77)"]
    assert rows[names[0]]["id"] == "4711" and rows[names[1]]["id"] == "4713"
    # Two students have that name, and no id says which one it is.
    assert "not in the roster" in rows["Lee, Ann"]["note"]
    assert "not in the roster" in rows["nobody"]["note"]


def test_moodle(tmp_path):
    """marks: Moodle's grading worksheet is returned with points"""
    names = ["J\u00f6rg Mu\u0308ller_21_assignsubmission_file_", "al"]
    found, rows = gradebook(tmp_path, MOODLE, names)
    assert [row["Grade"] for row in found] == ["37.5", "37.5"]
    assert found[0]["Feedback comments"] == "why"
    assert found[0]["Full name"] == "J\u00f6rg M\u00fcller"


@pytest.mark.parametrize("separator", [";", "\t"], ids=["semicolon", "tab"])
def test_separator(tmp_path, separator):
    """marks: a gradebook has the separator of the file it is made from"""
    path = tmp_path / "r.csv"
    path.write_text("id;name;Grade\n1;Lee, Ann;\n".replace(";", separator),
                    "utf-8")
    roster = read_roster(path)
    row = roster.find("Lee, Ann")
    write_gradebook(roster, "", {id_of_row(row, roster): (5, 10, "")},
                    tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text("utf-8") == \
        "id;name;Grade\n1;Lee, Ann;5\n".replace(";", separator)


def test_ids():
    """marks: an id in the name of a hand-in is found without a roster"""
    assert names_in("Ann Lee_21_assignsubmission_file_") == ("21", "Ann Lee")
    assert names_in("leeann_4712_9001_x.tar") == ("4712", "leeann")
    assert names_in("ann_lee") == ("", "ann_lee")


def test_no_roster(tmp_path):
    """marks: one sentence refuses a file that is not a roster"""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(UserError, match="no column with names"):
        read_roster(tmp_path / "x.csv")


def test_extension(tmp_path):
    """marks: the roster gives one student more days"""
    (tmp_path / "r.csv").write_text("id,name,extension\n1,ann,2\n2,ben,\n",
                                    "utf-8")
    rows, _ = rows_of(
        [Submission(name, "in", name, [attempt("a", days=2)])
         for name in ("ann", "ben")], {"a": product([10, 10])},
        Policy(DUE, penalty=10), read_roster(tmp_path / "r.csv"))
    assert rows["ann"]["final"] == 20 and rows["ben"]["final"] == 16


@pytest.mark.parametrize("days", ["2 days", "1,5", "nan", "inf", "-1"])
def test_bad_extension(tmp_path, days):
    """marks: an extension that is not a number is reported before anything is
    graded: {days}"""
    (tmp_path / "r.csv").write_text(f'id,extension\n1,\n2,"{days}"\n',
                                    "utf-8")
    with pytest.raises(UserError, match="student 2: the extension must be"):
        read_roster(tmp_path / "r.csv")


@pytest.mark.parametrize("words", [
    "--penalty nan", "--late-days inf", "--limit 1000000",
    "--limit \u0663", "--sshloginfile /none"])
def test_bad_rules(capsys, words):
    """marks: one sentence refuses a rule that makes no sense: {words}"""
    with pytest.raises(SystemExit, match="2"):
        parse(["in", "--out", "out", *words.split()])
    assert words.split()[0] in capsys.readouterr().err.splitlines()[-1]


# ---- merging results of some tests ------------------------------------------

def test_merge(tmp_path):
    """marks: with --tests, the new results are merged into earlier ones"""
    whole = product([10, 0, 10])
    part = product([10, 10, 0])
    del part["results"]["tests"][2]
    part["results"]["tests"][0]["points"] = 0       # not picked
    assert merge.latest(tmp_path, "x", whole, False) == whole
    for _ in range(2):
        found = merge.latest(tmp_path, "x", part, True)["results"]
        assert [test["got"] for test in found["tests"]] == [10, 10, 10]
        assert (found["score"], found["total"]) == (30, 30)
    assert merge.latest(tmp_path, "y", part, True) == part


# ---- feedback and the page --------------------------------------------------

def test_feedback(tmp_path):
    """marks: each student gets a file that mentions nobody else"""
    names = [MUELLER, "a:b", "a?b", "\u674e" * 90, "ANN", "ann", "CON",
             "nul.x", "Connor"]
    submissions = [Submission(name, "in", name, [attempt("a", days=2)],
                              note="the same as someone") for name in names]
    printed = "sharing: it does not\nIn full: /srv/calf/x\nScore: 10/20\n"
    rows, keyed = rows_of(submissions, {"a": product([10, 0],
                                                     output=printed)},
                          Policy(DUE, penalty=10))
    feedback.write_all(rows.values(), keyed, tmp_path)
    files = {path.name for path in tmp_path.iterdir()}
    assert len({name.casefold() for name in files}) == len(names)
    assert f"{MUELLER}.txt" in files
    assert not any(set(name) & set('<>:"/\\|?*') for name in files)
    assert {"CON_.txt", "nul_.x.txt", "Connor.txt"} < files
    text = (tmp_path / f"{MUELLER}.txt").read_text("utf-8")
    assert text.startswith(f"{MUELLER}\n\nScore: 8 of 20\n")
    assert "sharing: it does not" in text and "2 days late" in text
    assert "someone" not in text and "/srv" not in text


def test_statistics(tmp_path):
    """marks: the tests that fail most often come first"""
    rows, keyed = rows_of(
        [Submission(name, "in", name, [attempt(name)]) for name in "abc"],
        {"a": product([10, 0]), "b": product([10, 0]), "c": product([0, 0])})
    tests = feedback.statistics(rows.values(), keyed)
    assert [(test["test"], test["failed"], test["share"])
            for test in tests] == [("sharing.1", 3, 1), ("sharing.0", 1, .333)]
    feedback.write_statistics(tests, tmp_path / "tests.csv")
    assert "sharing.1,sharing does 1,sharing,10,0,3,1.0\n" \
        in (tmp_path / "tests.csv").read_text("utf-8")


class Anchors(HTMLParser):
    """The ids of elements, and the links to ids."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.ids, self.links = {}, set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            assert attrs["id"] not in self.ids and " " not in attrs["id"]
            self.ids.add(attrs["id"])
        if tag == "tr" and "id" in attrs:
            self.rows[attrs["id"]] = attrs["data-log"]
        if tag == "a":
            self.links.add(attrs["href"])


def test_page(tmp_path):
    """marks: #NAME on the page leads to a student and their log"""
    rows, keyed = rows_of(
        [Submission(name, "in", name, [attempt("a")])
         for name in (MUELLER, "ann", '"><b>')], {"a": product([10, 0])})
    statistics = feedback.statistics(rows.values(), keyed)
    class_page.write(rows.values(), keyed, statistics, tmp_path / "index.html")
    text = (tmp_path / "index.html").read_text("utf-8")
    found = Anchors(text)
    assert "#M%C3%BCller%2C%20J%C3%B6rg" in found.links
    assert {link[1:] for link in found.links} == set(found.rows)
    assert set(found.rows.values()) <= found.ids
    assert MUELLER in text and json.dumps(MUELLER) not in text
