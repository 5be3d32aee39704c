"""grade/tools/lint/shown_names.py: check that paths, functions and other names
of the code exist if a page shows them."""

import re

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files, top_files
from grade.tools.lint.shown import all_shown

PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)+/?"
                  r"|[\w-]+\.(?:c|h|S|py|sh|ld|md)(?!\w)")
TOPS = ("kernel", "user", "mkfs", "grade", "docs", "patches")
CODE = re.compile(r"\b([A-Za-z]\w*_\w+|[A-Za-z]\w+(?=\())")
PLACEHOLDER = re.compile(r"NAME|GROUP|REPORT")
# Examples, names defined elsewhere, and files that only a hand-out has.
OTHERS = {
    "hello.c", "a.c", "b.S", "module_verb", "its_name", "index.h",
    "PT_GNU_STACK",
    "docs/given.md", "grade/handed-out",
    "PTE_COW"}          # the lab asks the student to define it


def check_names():
    known = set(re.findall(r"\w+", "\n".join(
        (ROOT / path).read_text("utf-8", "replace")
        for path in files() + top_files() if path.suffix != ".md")))
    paths = {str(path) for path in
             files() + files(folders=["patches"]) + top_files()}
    paths |= {str(parent) for path in files() for parent in path.parents}
    for shown in all_shown():
        if shown.kind != "name":
            continue
        for name in missing(shown.text, known, paths):
            yield f"{shown.page}:{shown.line}: there is no {name}"


def missing(text, known, paths):
    if "..." in text or PLACEHOLDER.search(text):
        return
    rest = text
    for name in PATH.findall(text):
        if is_ours(name) and name not in OTHERS \
                and not fits(name.rstrip("/"), paths):
            yield name
        rest = rest.replace(name, " ")
    for name in CODE.findall(rest):
        if name not in known and name not in OTHERS:
            yield name


def is_ours(name):
    """True if a path looks like one of this project."""
    return name.split("/")[0] in TOPS or "/" not in name


def fits(name, paths):
    """True if there is such a file. Most pages leave out the folder."""
    pattern = re.compile(r"(?:.*/)?" + re.escape(name).replace(r"\*", ".*"))
    return any(pattern.fullmatch(path) for path in paths)
