"""grade/tools/lint/rooms.py: check the rooms of grade/.

    selftest -> tools -> trials -> course -> series -> score -> kernel
        -> machine

A module may import from its own room and from those to the right of it, and no
two parts of a room may import each other. The files beside the rooms, such as
conftest.py, may import from any room but selftest/. No module may have the
name of one of Python's modules, or of another module here.
"""

import ast
import os
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files

# The highest room first.
ROOMS = ("selftest", "(beside the rooms)", "tools", "trials", "course",
         "series", "score", "kernel", "machine")
BESIDE = ROOMS[1]
TOP = Path("grade")
FOR_A_HANDOUT = TOP / "course" / "labs"     # these replace other files
MANY = ("__init__", "__main__", "conftest")


def check_rooms():
    paths = [path for path in files(".py", folders=("grade",))
             if FOR_A_HANDOUT not in path.parents]
    texts = {path: (ROOT / path).read_text("utf-8") for path in paths}
    yield from name_problems(paths)
    imports = list(imports_of(texts))
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
            yield f"{path}:{line}: {room} may not import from {theirs}"


def circles(imports):
    """Yield a line for each import that closes a cycle among the files and
    folders in one folder."""
    below = defaultdict(lambda: defaultdict(dict))
    for path, line, target in imports:
        folder, ours, theirs = parting(path, target)
        if ours != theirs and theirs != "__init__.py":
            below[folder][ours].setdefault(theirs, f"{path}:{line}")
    for folder, graph in below.items():
        for ours, theirs in closing(graph):
            yield (f"{graph[ours][theirs]}: {folder}/{ours} and "
                   f"{folder}/{theirs} import each other")


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
