"""grade/selftest/test_hints.py: hints about failed tests."""

import re

import pytest

from grade.kernel.outside.duel import NO_RACE, STEPPED
from grade.machine.host.build import ROOT
from grade.score.explain import Failure, explain, hint_for, read_hints

pytestmark = pytest.mark.xdist_group("driver")


def anchors(path):
    """The anchors of a document's headings."""
    return {re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower())
            .replace(" ", "-")
            for line in path.read_text("utf-8").splitlines()
            if line.startswith("#")}


def test_links():
    """grader: each hint links to a section that exists"""
    for hint in read_hints():
        path, _, anchor = hint.read.partition("#")
        assert anchor in anchors(ROOT / path), hint.name


def test_alike_once():
    """grader: failures with the same cause are reported once"""
    hints = read_hints()
    lost = [Failure(f"suites.test_guest[memory-a{n}-1]", f"test {n}",
                    f"{n} frames lost") for n in range(9)]
    lines = explain(lost, hints)
    assert [n for n in range(9) if f"    {n} frames lost" in lines] == [0]
    assert any(line.startswith("    also 8 more: test 1; ") for line in lines)
    assert any("docs/cow.md#lost-frames" in line for line in lines)


def test_other_panic_is_another_cause():
    """grader: failures with different panics are reported separately"""
    panics = [Failure("boot.x", "x", f"panic: hart {n}: {what}")
              for n, what in enumerate(["F1: no", "F1: no", "F2: no"])]
    lines = "\n".join(explain(panics, read_hints()))
    assert "hart 0" in lines and "hart 1" not in lines and "hart 2" in lines


@pytest.mark.parametrize("test, message, name", [
    ("outside.test_cost_last_owner[store-exit]",
     "the parent was told to store; the parent: on no hart any more",
     "the last owner is gone"),
    ("outside.test_isolation_exec",
     "the child was told to exec; the child: on no hart any more",
     "a process that is gone"),
    ("outside.test_cost_last_owner[store-exit]",
     "the parent was told to store; it still runs after 5 s, and did not come "
     "to the end of that", "no end"),
    ("suites.test_guest[sharing-text_is_shared-1]",
     "text_is_shared: FAILED (cow_sharing.c:69: check failed: after.used)",
     "an idle child")])
def test_hint(test, message, name):
    """grader: a process that is gone does not count as one that loops, and a
    count of frames does not accuse read-only pages: {name}"""
    failure = Failure(test, test, message)
    assert hint_for(failure, read_hints()).name == name


def test_duel_without_hold():
    """grader: a duel in which nobody was held says so"""
    assert str(STEPPED) == "let run one instruction at a time"
    assert "None" not in f"{NO_RACE} {STEPPED}"
