"""grade/selftest/test_giving_up.py: when a kernel is given up, and what is
reported then."""

from types import SimpleNamespace

import pytest

from grade import conftest
from grade.kernel.questions import Asked
from grade.machine import failures
from grade.machine.failures import NotTried
from grade.machine.guest import GuestFailed, Log
from grade.machine.qemu import Machine
from grade.machine.shared_boots import SharedBoots
from grade.score import changes
from grade.selftest.test_driver import answer, replace_qemu

pytestmark = pytest.mark.xdist_group("driver")


@pytest.fixture
def notes(tmp_path, monkeypatch):
    """Nothing is noted yet, and a test of the kernel runs."""
    monkeypatch.setenv(failures.FOLDER, "")
    monkeypatch.delenv(failures.ALL, raising=False)
    failures.begin(tmp_path / "failures")
    monkeypatch.setattr(failures, "_notes", failures.Notes())
    failures.watch(True)


def test_right_kernel(notes):
    """grader: a kernel that has not failed is not given up"""
    assert not failures.why_give_up("script")
    assert failures.patience(30) == 30


def test_hangs_of_a_kind(notes):
    """grader: machines of a kind that hang again and again are given up, and
    others are not"""
    for _ in range(failures.HUNG_MAX):
        assert not failures.why_give_up("outside")
        failures.hung("outside")
    with pytest.raises(NotTried, match="3 machines did not finish"):
        failures.check("outside")
    failures.check("script")


def test_hangs_of_all_kinds(notes):
    """grader: after enough hangs of any kind, no more machines are tried"""
    for number in range(failures.HUNG_MAX_IN_ALL):
        assert not failures.why_give_up("script")
        failures.hung(f"kind {number}")
    assert failures.why_give_up("script")


def test_hangs_of_a_broken_kernel(notes):
    """grader: a kernel that has broken a promise gets fewer tries and less
    time"""
    failures.broken("outside.test_isolation_alone")
    assert failures.patience(30) == 10
    assert not failures.why_give_up("script")
    for number in range(failures.HUNG_MAX_IN_ALL_BROKEN):
        failures.hung(f"kind {number}")
    assert failures.why_give_up("script") == (
        "not tried: 3 machines did not finish after a promise had been broken")


def test_panics(notes):
    """grader: a kernel that panics in each boot is given up as well"""
    for _ in range(failures.PANICKED_MAX):
        assert not failures.why_give_up("script")
        failures.panicked("script")
    assert "12 panicked" in failures.why_give_up("script")
    assert not failures.why_give_up("outside")
    for _ in range(failures.PANICKED_MAX_IN_ALL):
        failures.panicked("model")
    assert failures.why_give_up("outside")


def test_hangs_of_others(notes):
    """grader: hangs of machines that do not run the graded kernel do not
    count"""
    failures.watch(False)
    for _ in range(20):
        failures.hung("script")
    failures.watch(True)
    assert not failures.why_give_up("script")


def test_all_are_tried(notes, monkeypatch):
    """grader: ALL=1 gives nothing up"""
    monkeypatch.setenv(failures.ALL, "1")
    for _ in range(20):
        failures.hung("script")
    failures.check("script")


def test_others_end_a_boot(notes, tmp_path, monkeypatch, config, calf):
    """grader: a boot that waits ends when others give the kernel up"""
    replace_qemu(tmp_path, monkeypatch, *(
        f"open({str(tmp_path / 'failures' / 'hung')!r}, 'a').write('a\\n')"
        for _ in range(failures.HUNG_MAX_IN_ALL)), "time.sleep(600)")
    boots = SharedBoots(config, calf.folder, "giving-up", Machine())
    try:
        with pytest.raises(NotTried, match="6 machines did not finish"):
            boots.boot("giving-up", "true\n", 500, 500)
    finally:
        boots.end()


@pytest.mark.parametrize("test, is_tried", [
    ("model.test_programs[one-hart]", False),
    ("suites.test_guest[races-x-4]", True)])
def test_long_tests(notes, monkeypatch, test, is_tried):
    """grader: a long test is not tried when a promise is broken: {test}"""
    here = SimpleNamespace(shares_nothing=False, seconds=lambda: 1)
    monkeypatch.setattr("grade.score.session.current", lambda: here)
    item = SimpleNamespace(
        user_properties=[("group", "races"), ("id", test)],
        iter_markers=lambda name: ())
    conftest.pytest_runtest_setup(item)
    failures.failed("outside.test_isolation_alone")
    if is_tried:
        conftest.pytest_runtest_setup(item)
    else:
        with pytest.raises(NotTried, match="keeps its promises"):
            conftest.pytest_runtest_setup(item)


# ---- messages ---------------------------------------------------------------

def test_no_traps_in_excerpts(tmp_path):
    """grader: an excerpt of the console has no traps and no words"""
    asked = Asked([("g", "a"), ("g", "b")], [("g", "c")])
    log = Log(tmp_path, "log")
    log.write("\n".join(["noise", *answer(asked)]).encode())
    log.edit = asked.readable
    shown = log.explain("it failed")
    log.end(keep=True)
    for text in (shown, log.path.read_text("utf-8")):
        assert "a: ok" in text and "b: ok" in text and "noise" in text
        assert "c: FAILED" not in text
        assert not any(q.passed in text for q in asked.questions)


def test_questions_look_alike():
    """grader: only a hash tells a trap from another question"""
    asked = Asked([("g", "a")] * 20, [("g", "a")] * 20, traps=20)
    shapes = {tuple(map(len, q.line().split()[:4])) for q in asked.questions}
    assert shapes == {(1, 1, 16, 16)}
    for question in asked.questions:
        line = question.line()
        assert question.passed not in line and question.failed not in line
        assert len(line.split()) == 5


def test_changes():
    """grader: changes since the last run are reported"""
    before = {"a": "failed", "b": "passed", "c": "failed", "d": "failed"}
    now = {"a": "passed", "b": "failed", "c": "failed", "e": "failed",
           "f": "passed"}
    titles = {name: f"title {name}" for name in "abcdef"}
    assert changes.tell(before, now, titles) == (
        "Since the last run: 1 fixed (title a), 1 new failure (title b), "
        "1 test still failing.")
    assert changes.tell({}, now, titles) == ""
    assert changes.tell(now, now, titles).endswith("3 tests still failing.")
    assert changes.tell({"f": "passed"}, {"f": "passed"}, titles) == ""


def test_flood_counts(notes, tmp_path, monkeypatch, config, calf):
    """grader: printing for ever counts as a hang"""
    replace_qemu(tmp_path, monkeypatch, "while True:", "    print('x' * 99)")
    boots = SharedBoots(config, calf.folder, "giving-up", Machine())
    try:
        for number in range(failures.HUNG_MAX):
            with pytest.raises(GuestFailed, match="printed more than"):
                boots.boot(f"giving-up-{number}", "true\n", 60, 60)
        with pytest.raises(NotTried):
            boots.boot("giving-up", "true\n", 60, 60)
    finally:
        boots.end()
