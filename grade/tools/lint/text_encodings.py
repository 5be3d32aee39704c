"""grade/tools/lint/text_encodings.py: check that Python files name the
encoding of text that they read or write. The default is the locale's, which
differs between machines."""

import ast
import re

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files

TEXT_MODE = re.compile(r"(?!.*b)[rwaxt+]+")
# Methods of pathlib, and the number of arguments before the encoding.
BEFORE_ENCODING = {"read_text": 0, "write_text": 1}
OPEN_BYTES = {"os", "tarfile", "zipfile"}       # modules with an open()
ASKS_FOR_TEXT = {"text", "universal_newlines"}


def check_encodings():
    for path in files(".py"):
        text = (ROOT / path).read_text("utf-8")
        for line in nameless(ast.parse(text, str(path))):
            yield (f"{path}:{line}: reads or writes text without naming the "
                   "encoding")


def nameless(tree):
    """The lines of calls that use the locale's encoding."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return sorted(call.lineno for call in calls
                  if is_text(call) and not names_encoding(call))


def is_text(call):
    """True if the call reads or writes text. pathlib's open() is recognized by
    its mode, because other classes also have an open()."""
    name = called(call)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in BEFORE_ENCODING or ASKS_FOR_TEXT & keywords.keys():
        return True
    if name not in ("open", "fdopen"):
        return False
    plain = isinstance(call.func, ast.Name) or name == "fdopen"
    if not plain and module(call) in OPEN_BYTES:
        return False
    mode = keywords.get("mode") or dict(enumerate(call.args)).get(int(plain))
    if mode is None:
        return plain
    return isinstance(mode, ast.Constant) \
        and TEXT_MODE.fullmatch(str(mode.value)) is not None


def called(call):
    return getattr(call.func, "attr", None) or getattr(call.func, "id", None)


def module(call):
    return getattr(getattr(call.func, "value", None), "id", None)


def names_encoding(call):
    if any(keyword.arg == "encoding" for keyword in call.keywords):
        return True
    before = BEFORE_ENCODING.get(called(call))
    return before is not None and len(call.args) > before
