"""grade/selftest/test_labs.py: the definitions of labs."""

from grade.course.handout.lab import Lab, unused_patterns


def test_unused_pattern():
    """handout: a pattern of lab.ini that matches nothing is found"""
    lab = Lab("cow")
    lab.taken, lab.left_out = ["docs/*", "attic/*"], ["docs/a*", "kernel/*"]
    paths = ["docs/adr", "docs/map.md", "kernel/main.c"]
    assert list(unused_patterns(lab, paths)) == ["attic/*", "kernel/*"]
