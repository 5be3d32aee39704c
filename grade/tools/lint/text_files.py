"""grade/tools/lint/text_files.py: check rules for all text files."""

import re

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files, lines, top_files

IN_A_LAB = re.compile(r"^grade/labs/(\w+/)?files/")
COLUMNS = {".c": 80, ".h": 80, ".S": 80, ".py": 79}


def check_text():
    for path in files() + top_files():
        data = (ROOT / path).read_bytes()
        if b"\0" in data:
            yield f"{path}:1: not a text file"
            continue
        if b"\r" in data:
            yield f"{path}:1: contains a carriage return"
        if data and not data.endswith(b"\n"):
            yield f"{path}:{data.count(10) + 1}: no newline at the end"
        if data.endswith(b"\n\n"):
            yield f"{path}:{data.count(10)}: empty lines at the end"
        yield from check_lines(path)
        yield from check_head(path)


def check_lines(path):
    columns = COLUMNS.get(path.suffix)
    for number, line in lines(path):
        if line != line.rstrip() and path.suffix != ".patch":
            yield f"{path}:{number}: white space at the end of the line"
        if columns and len(line.expandtabs(8)) > columns:
            yield f"{path}:{number}: more than {columns} columns"


def check_head(path):
    """Source files begin with their path and purpose, and files for a hand-out
    with the path that they have there."""
    begin = {".c": "/* ", ".h": "/* ", ".S": "/* ", ".py": '"""'}
    if path.suffix not in begin:
        return
    head = begin[path.suffix] + IN_A_LAB.sub("", str(path)) + ": "
    if not lines(path)[0][1].startswith(head):
        yield f"{path}:1: must begin with {head}"
