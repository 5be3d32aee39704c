"""grade/selftest/test_labs.py: the definitions of labs."""

from pathlib import Path

from grade.course.handout.lab import Lab, unused_patterns
from grade.tools.lint.lab_patterns import imports_left_out


def test_unused_pattern():
    """handout: a pattern of lab.ini that matches nothing is found"""
    lab = Lab("cow")
    lab.taken, lab.left_out = ["docs/*", "attic/*"], ["docs/a*", "kernel/*"]
    paths = ["docs/adr", "docs/map.md", "kernel/main.c"]
    assert list(unused_patterns(lab, paths)) == ["attic/*", "kernel/*"]


def test_import_of_what_is_left_out():
    """lint: a module of a hand-out that needs one that is left out is found"""
    lab = Lab("cow")
    lab.taken, lab.left_out = ["grade/*"], ["grade/trials/*"]
    needs = "import grade.trials.fuzz\n"
    later = f"def f():\n    {needs}"
    texts = {Path("grade", name).with_suffix(".py"): text for name, text in {
        "trials/fuzz": needs, "selftest/a": f"import os\n{needs}",
        "selftest/b": later,
        "selftest/c": "import grade.selftest.a\n"}.items()}
    assert list(imports_left_out(lab, texts)) == [
        (Path("grade/selftest/a.py"), 2, Path("grade/trials/fuzz.py"))]
