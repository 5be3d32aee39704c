"""grade/test_lint.py: what `make lint` must not let pass."""

import pytest

from grade.lint.macros import disputed
from grade.lint.python import unportable


@pytest.mark.parametrize("code, found", [
    ("import _pytest.mark", True), ("from os import _exit", True),
    ("from __future__ import annotations", False),
    ("match x:\n    case 1:\n        pass", True),
    ("from pytest import mark", False)])
def test_unportable_python(code, found):
    """lint: Python that another version cannot run is found"""
    assert bool(list(unportable(code))) == found


@pytest.mark.parametrize("code, found", [
    ("#define EMPTY(x) { .next = &(x) }\n", True),
    ("#define END \\\n\t{ \\\n\t\tNULL \\\n\t}\n", True),
    ("#define BELOW(n) ((n)-1)\n", True),
    ("#define BELOW(n) ((n) - 1)\n", True),
    ("#define BELOW(n) (-1 + (n))\n", False),
    ("#define EMPTY(x) ((struct list){ .next = &(x) })\n", False)])
def test_disputed_macro(code, found):
    """lint: a macro that clang-format 14 and 19 lay out differently is
    found"""
    assert bool(list(disputed(code))) == found
