"""grade/selftest/test_hints.py: hints about failed tests."""

import re

import pytest

from grade.machine.host.build import ROOT
from grade.score.explain import Failure, explain, read_hints

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
