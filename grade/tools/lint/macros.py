"""grade/tools/lint/macros.py: find macros that different versions of
clang-format format differently. This machine has only one version, and others
may have another."""

import re

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import C_FOLDERS, files

CONTINUED = re.compile(r"\\\n")
MACRO = re.compile(r"^#define \w+(?:\(([\w, .]*)\))?[ \t]+(.+)$", re.MULTILINE)


def check_macros():
    for path in files(".c", ".h", folders=C_FOLDERS):
        text = (ROOT / path).read_text("utf-8", "replace")
        for number, why in disputed(text):
            yield f"{path}:{number}: {why}"


def disputed(text):
    """The line of each such macro in the text, and what to write instead."""
    # Two blanks in place of a continuation keep all positions after it.
    for macro in MACRO.finditer(CONTINUED.sub("  ", text)):
        number = text.count("\n", 0, macro.start()) + 1
        body = macro.group(2).strip()
        if body.startswith("{"):
            yield number, ("a macro that begins with a brace: make it a "
                           "compound literal, ((struct x){ ... })")
        for name in (macro.group(1) or "").split(", "):
            if re.search(rf"\({re.escape(name)}\) ?- ?\d", body):
                yield number, (f"({name}) before a minus and a number, which "
                               "looks like a cast: write it in another order")
