"""grade/selftest/test_wanted.py: which tests TESTS selects."""

import pytest

from grade.__main__ import pytest_takes
from grade.score import results, wanted
from grade.selftest.test_driver import replace_qemu
from grade.selftest.test_reports import grade


@pytest.mark.parametrize("words", ["a and", "not", "(", "-x"])
def test_bad_words(tmp_path, words):
    """tests: TESTS that cannot be parsed is refused in one line: {words}"""
    child = grade(tmp_path, TESTS=words)
    text, said = child.communicate()
    assert child.returncode == 2 and text == ""
    assert said == f"grade: TESTS={words}: {wanted.COMPLAINT}\n"


def test_plain_names():
    """tests: names joined by and, or, not are known to be an expression"""
    text = "not cow and not not a.b or c-1"
    assert wanted.NAMES.fullmatch(text) and pytest_takes("-k", text)
    for text in ("a and", "or", "not", "a b", "a or and", "-x", "(a)", ""):
        assert not wanted.NAMES.fullmatch(text)


@pytest.mark.parametrize("title, text, yes", [
    ("console: each reader gets a turn, 1 hart", "each reader gets a turn", 1),
    ("console: each reader gets a turn, 1 hart", "Console: READER", 1),
    ("console: each reader gets a turn, 1 hart", "each writer", 0),
    ("programs and data (AUDIT=1)", "and data (audit=1)", 0),
    ("programs and data (AUDIT=1)", "programs and data (AUDIT=1)", 1),
    ("programs and data (AUDIT=1)", "data or programs", 0),
    ("a bug is reported: division", "a bug is reported: divisio .... 0.3/1",
     1)])
def test_title_words(title, text, yes):
    """tests: TESTS may be a piece of a printed title: {text}"""
    assert (wanted.HAS_WORDS in wanted.keywords(title, text)) == yes


@pytest.mark.parametrize("words, selected", [
    ("poweroff ends the machine", {"boot.test_poweroff"}),
    ("machine and status or test_memory and 1G",
     {"boot.test_poweroff", "boot.test_memory[1G]"})])
def test_title(tmp_path, monkeypatch, words, selected):
    """tests: a run selects tests by their titles: {words}"""
    replace_qemu(tmp_path, monkeypatch, "sys.exit(1)")
    grade(tmp_path / "out", WORKERS="1", TESTS=words).communicate()
    found = results.read(tmp_path / "out" / "results.json")
    assert {test["id"] for test in found["tests"]
            if test["points"] > 0} == selected
