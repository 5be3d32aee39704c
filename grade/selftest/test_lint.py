"""grade/selftest/test_lint.py: `make lint` finds what it should."""

import subprocess
from pathlib import Path

import pytest

from grade.machine.host.build import ROOT, make_command
from grade.tools.lint.macros import disputed
from grade.tools.lint.python_files import unportable
from grade.tools.lint.rooms import (
    calls_of, circles, imports_of, name_problems, upward)


@pytest.mark.parametrize("code, found", [
    ("import _pytest.mark", True), ("from os import _exit", True),
    ("from __future__ import annotations", False),
    ("match x:\n    case 1:\n        pass", True),
    ("from pytest import mark", False)])
def test_unportable_python(code, found):
    """lint: Python that an older version cannot run is found"""
    assert bool(list(unportable(code))) == found


@pytest.mark.parametrize("code, found", [
    ("#define EMPTY(x) { .next = &(x) }\n", True),
    ("#define END \\\n\t{ \\\n\t\tNULL \\\n\t}\n", True),
    ("#define BELOW(n) ((n)-1)\n", True),
    ("#define BELOW(n) ((n) - 1)\n", True),
    ("#define BELOW(n) (-1 + (n))\n", False),
    ("#define EMPTY(x) ((struct list){ .next = &(x) })\n", False)])
def test_disputed_macro(code, found):
    """lint: a macro that clang-format 14 and 19 format differently is found"""
    assert bool(list(disputed(code))) == found


def imports(texts):
    """The imports of modules, given as texts by path below grade/."""
    return list(imports_of({
        Path("grade", name).with_suffix(".py"): text
        for name, text in texts.items()}))


@pytest.mark.parametrize("text, found", [
    ("from grade.score.points import Points\n",
     "machine must not import from"),
    ("def f():\n    from grade.score import points\n", "machine must not"),
    ("import grade.score.points\n", "machine must not import from score"),
    ("from grade import points\n", "there is no such module"),
    ("from grade.machine.ram import Ram\n", "")])
def test_import_up(text, found):
    """lint: an import from a higher room of grade/ is found"""
    seen = imports({"__init__": "", "machine/guest": text, "machine/ram": "",
                    "score/points": ""})
    problems = "\n".join(upward(seen))
    assert found in problems and bool(found) == bool(problems)


def test_unknown_room():
    """lint: a module outside of the rooms of grade/ is found"""
    seen = imports({"attic/guest": "from grade.machine import ram\n",
                    "machine/ram": ""})
    assert list(upward(seen)) == [
        "grade/attic/guest.py:1: attic is not a room of grade/"]


def test_import_circle():
    """lint: parts of a room of grade/ that import each other are found"""
    here = "from grade.machine.host.build import x\n"
    there = "from grade.machine.guest import y\n"
    texts = {"machine/guest": here, "machine/host/build": "",
             "machine/host/text": here}
    assert not list(circles(imports(texts)))
    texts["machine/host/text"] = there
    assert list(circles(imports(texts))) == [
            "grade/machine/guest.py:1: grade/machine/guest.py and "
            "grade/machine/host depend on each other",
            "grade/machine/host/text.py:1: grade/machine/host and "
            "grade/machine/guest.py depend on each other"]


def test_call_circle():
    """lint: C files of grade/ that call each other in a circle are found"""
    down = "int high(void)\n{\n\treturn low(1) + other(2);\n}\n"
    plain = "int low(int a,\n\tint b)\n{\n\treturn 1; /* high() */\n}\n"
    texts = {Path("grade/machine/high.c"): down,
             Path("grade/machine/low.c"): plain}
    assert not list(circles(calls_of(texts)))
    texts[Path("grade/machine/low.c")] = plain.replace("1;", "high();")
    assert list(circles(calls_of(texts))) == [
        "grade/machine/high.c:3: grade/machine/high and grade/machine/low "
        "depend on each other",
        "grade/machine/low.c:4: grade/machine/low and grade/machine/high "
        "depend on each other"]


def test_include_circle():
    """lint: a header that includes what needs its C file is found"""
    edges = [(Path("grade/machine", path), 1, Path("grade/machine", target))
             for path, target in (("parts.h", "machine.h"),
                                  ("machine.c", "parts.h"))]
    assert len(list(circles(edges))) == 2
    edges[1] = (Path("grade/machine/reset.c"), 1, edges[1][2])
    assert not list(circles(edges))


@pytest.mark.parametrize("paths, found", [
    (["machine/typing.py"], "Python has a module typing"),
    (["machine/trial.py", "series/trial.py"], "has the same name"),
    (["machine/__init__.py", "series/__init__.py"], ""),
    (["tools/view/__main__.py", "tools/gdb/__main__.py"], "")])
def test_module_names(paths, found):
    """lint: a module with another one's name is found"""
    problems = "\n".join(name_problems([Path("grade", p) for p in paths]))
    assert found in problems and bool(found) == bool(problems)


@pytest.mark.parametrize("prints, status, fails", [
    (False, 0, False), (True, 0, True), (True, 1, True), (False, 1, True)])
def test_silent(prints, status, fails):
    """lint: a compiler that warns fails with WERROR=1, and is quoted"""
    said = "x.c:1: warning: unused\n" if prints else ""
    done = subprocess.run(
        ["sh", ROOT / "grade/tools/make/silent.sh", "sh", "-c",
         'printf "%s" "$1" >&2; exit $2', "sh", said, str(status)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert (done.returncode != 0) == fails
    assert (done.stdout, done.stderr) == ("", said)


def test_compiled_again(tmp_path):
    """lint: WERROR=1 compiles again what was compiled without it"""
    compiler = tmp_path / "odd-cc"
    compiler.write_text(
        '#!/bin/sh\necho "warning: odd" >&2\nexec cc "$@"\n', "utf-8")
    compiler.chmod(0o755)
    for name in "Makefile", "kernel", "user", "mkfs", "grade":
        (tmp_path / name).symlink_to(ROOT / name)
    for settings, fails in ([], False), (["WERROR=1"], True):
        command, env = make_command(
            "-s", "build/host/mkfs/image.c.o", f"HOSTCC={compiler}",
            "CCACHE=", *settings)
        done = subprocess.run(
            command, cwd=tmp_path, env=env, stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, encoding="utf-8")
        assert (done.returncode != 0) == fails
        assert "warning: odd" in done.stderr
