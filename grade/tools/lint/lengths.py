"""grade/tools/lint/lengths.py: check that functions and files are short."""

import ast

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import C_FOLDERS, files, lines

FUNCTION_MAX = 60
FILE_MAX = 400


def check_lengths():
    for path in files(".c", ".h", ".S", folders=C_FOLDERS):
        yield from check_file(path)
        for start, length in c_functions(path):
            yield from check_function(path, start, length)
    for path in files(".py"):
        yield from check_file(path)
        for start, length in python_functions(path):
            yield from check_function(path, start, length)


def check_file(path):
    length = len(lines(path)) - 1
    if length > FILE_MAX:
        yield f"{path}:{length}: {length} lines, at most {FILE_MAX}"


def check_function(path, start, length):
    if length > FUNCTION_MAX:
        yield (f"{path}:{start}: a function of {length} lines, "
               f"at most {FUNCTION_MAX}")


def c_functions(path):
    """(first line, length) of each function. Its braces are in column 1, alone
    on their lines."""
    start = None
    for number, line in lines(path):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start, number - start + 1
            start = None


def python_functions(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"), str(path))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1
