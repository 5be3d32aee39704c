"""grade/tools/lint/shown.py: find what the pages show: commands for the host
and the guest, and names in backquotes."""

import re
from dataclasses import dataclass

from grade.course.links import without_comments
from grade.machine.host.build import ROOT
from grade.tools.lint.page_links import HANDED_OUT
from grade.tools.lint.project_files import files, top_files

HOST = re.compile(r"(?:[A-Z]+=\S+ )*"
                  r"(?:make|python3|git|grade/batch|sh(?= grade/))(?![\w:/])")
# Ends before the words in the same line that explain the command.
COMMAND = re.compile(r"""(?:[^"' ]|"[^"]*"|'[^']*'|[ ](?!\s))+""")
BLOCK = re.compile(r"(?: {4,}|\t)\s*(.*)")
QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Shown:
    """Something that a page shows. Its `kind` is "host" or "guest" for a
    command, or "name"."""

    page: object
    line: int
    kind: str
    text: str


def pages():
    return [path for path in top_files() + files(".md")
            if path.suffix == ".md" and not HANDED_OUT.match(str(path))]


def all_shown(root=ROOT):
    for page in pages():
        text = without_comments((root / page).read_text("utf-8"))
        for line, kind, what in shown(text):
            yield Shown(page, line, kind, what)


def shown(text):
    """Yield (line, kind, text) for everything that a page shows."""
    prose = []
    was_block = False
    for number, line in enumerate(text.split("\n"), 1):
        block = BLOCK.match(line) if was_block or not any(prose[-1:]) else None
        was_block = block is not None
        prose.append("" if block else line)
        kind, command = command_in(block.group(1)) if block else (None, "")
        if kind:
            yield number, kind, command
    yield from shown_in_prose("\n".join(prose))


def command_in(line):
    """The kind of the command in a line of a code block, and the command."""
    prompt = line.startswith("$ ")
    match = COMMAND.match(line[2:] if prompt else line)
    if match is None:
        return None, ""
    command = match.group().split(" # ")[0].strip()
    if HOST.match(command):
        return "host", command
    return ("guest" if prompt else None), command


def shown_in_prose(text):
    for match in QUOTED.finditer(text):
        words = " ".join(match.group(1).split())
        if "\n\n" in match.group(1):
            continue
        number = text.count("\n", 0, match.start()) + 1
        yield number, "host" if HOST.match(words) else "name", words
