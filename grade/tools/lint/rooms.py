"""grade/tools/lint/rooms.py: check the rooms of grade/.

    selftest -> tools -> trials -> course -> series -> score -> kernel
        -> machine

A module may import from its own room and from those to the right of it, and no
two parts of a room may depend on each other. The files beside the rooms, such
as conftest.py, may import from any room but selftest/. No module may have the
name of one of Python's modules, or of another module here.

In C an include counts as an import, and so does a call of a function that
another file of the same folder defines. A C file and its header are one part.
"""

import ast
import os
import re
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path

from grade.machine.host.build import ROOT
from grade.tools.lint.layers import includes
from grade.tools.lint.project_files import files

# The highest room first.
ROOMS = ("selftest", "(beside the rooms)", "tools", "trials", "course",
         "series", "score", "kernel", "machine")
BESIDE = ROOMS[1]
TOP = Path("grade")
FOR_A_HANDOUT = TOP / "labs"     # these replace other files
MANY = ("__init__", "__main__", "conftest")

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A function that other files can call, as clang-format lays it out.
DEFINED = re.compile(r"^(?!static\b)[a-z][^;={}()#]*?\b(\w+)\([^;{]*\)\n\{",
                     re.MULTILINE)
CALLED = re.compile(r"\b(\w+)\(")


def check_rooms():
    paths = [path for path in files(".py", folders=("grade",))
             if FOR_A_HANDOUT not in path.parents]
    texts = {path: (ROOT / path).read_text("utf-8") for path in paths}
    yield from name_problems(paths)
    imports = [*imports_of(texts), *c_imports()]
    yield from upward(imports)
    yield from circles(imports)


# ---- names ------------------------------------------------------------------

def standard_names():
    """The names of Python's own modules, at least in this version."""
    names = getattr(sys, "stdlib_module_names", None)
    if names:
        return names
    library = os.listdir(sysconfig.get_path("stdlib"))
    return {*sys.builtin_module_names,
            *(name.partition(".")[0] for name in library)}


def name_problems(paths):
    known = {}
    for path in paths:
        name = path.stem
        if name in standard_names():
            yield f"{path}:1: Python has a module {name} of its own"
        if name in known and name not in MANY:
            yield f"{path}:1: {known[name]} has the same name"
        known.setdefault(name, path)


# ---- imports ----------------------------------------------------------------

def imports_of(texts):
    """Yield (module, line, imported module) as paths for each import of a
    module of grade/ in these files, given as texts by path."""
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text, str(path))):
            for name in names_imported(node):
                target = module_path(name, texts)
                if target is not None:
                    yield path, node.lineno, target


def names_imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def module_path(name, known):
    """The file of a module, or of the module that defines the name, or None if
    it is not in grade/."""
    while name:
        path = Path(*name.split("."))
        for file in path.with_suffix(".py"), path / "__init__.py":
            if file in known:
                return file
        name = name.rpartition(".")[0]
    return None


# ---- C ----------------------------------------------------------------------

def c_imports():
    """Yield the same for the C files."""
    paths = set(files(".c", ".h", ".S", folders=("grade",)))
    for path in sorted(paths):
        for number, header in includes(path):
            if path.parent / header in paths:
                yield path, number, path.parent / header
    yield from calls_of({path: (ROOT / path).read_text("utf-8")
                         for path in sorted(paths) if path.suffix == ".c"})


def calls_of(texts):
    """Yield (file, line, file with the function) for each call from one of
    these files to another of the same folder. A name that several of them
    define is not looked at: they are programs of their own."""
    plain = {path: COMMENT.sub(lambda it: "\n" * it.group().count("\n"), text)
             for path, text in texts.items()}
    owners = defaultdict(set)
    for path, text in plain.items():
        for name in DEFINED.findall(text):
            owners[path.parent, name].add(path)
    for path, text in plain.items():
        for number, line in enumerate(text.split("\n"), 1):
            for name in CALLED.findall(line):
                found = owners.get((path.parent, name), ())
                if len(found) == 1 and path not in found:
                    yield path, number, *found


# ---- what is wrong ----------------------------------------------------------

def part_of(path):
    """A C file and its header are one part."""
    return path if path.suffix == ".py" else path.with_suffix("")


def room_of(path):
    return path.parts[1] if len(path.parts) > 2 else BESIDE


def upward(imports):
    for path, line, target in imports:
        room, theirs = room_of(path), room_of(target)
        if room not in ROOMS:
            yield f"{path}:{line}: {room} is not a room of {TOP}/"
        elif target == TOP / "__init__.py":
            yield f"{path}:{line}: there is no such module"
        elif ROOMS.index(theirs) < ROOMS.index(room):
            yield f"{path}:{line}: {room} must not import from {theirs}"


def circles(imports):
    """Yield a line for each import that closes a cycle among the files and
    folders in one folder."""
    below = defaultdict(lambda: defaultdict(dict))
    for path, line, target in imports:
        folder, ours, theirs = parting(part_of(path), part_of(target))
        if ours != theirs and theirs != "__init__.py":
            below[folder][ours].setdefault(theirs, f"{path}:{line}")
    for folder, graph in below.items():
        for ours, theirs in closing(graph):
            yield (f"{graph[ours][theirs]}: {folder}/{ours} and "
                   f"{folder}/{theirs} depend on each other")


def parting(path, target):
    """The folder that contains both paths, and the part of it that contains
    each."""
    n = 0
    while n + 1 < min(len(path.parts), len(target.parts)) \
            and path.parts[n] == target.parts[n]:
        n += 1
    return Path(*path.parts[:n]), path.parts[n], target.parts[n]


def closing(graph):
    """The edges that are part of a cycle."""
    for start in sorted(graph):
        for first in sorted(graph[start]):
            seen, left = set(), [first]
            while left:
                node = left.pop()
                if node not in seen:
                    seen.add(node)
                    left += graph.get(node, ())
            if start in seen:
                yield start, first
