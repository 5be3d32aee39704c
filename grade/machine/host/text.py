"""grade/machine/host/text.py: untrusted text, made safe to show."""

import os
import unicodedata

ERROR_LINES = 60
ERROR_COLUMNS = 300
NAME_COLUMNS = 120

# Control characters, characters that reorder a line, bytes that were not text,
# and line separators. Every other character belongs to some language.
ESCAPED = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"        # format characters that belong to words


def escaped(char):
    """The character, or an escape if it could do harm."""
    if unicodedata.category(char) not in ESCAPED or char in JOINERS:
        return char
    if 0xdc80 <= ord(char) <= 0xdcff:   # a byte that is not UTF-8
        return f"\\x{ord(char) - 0xdc00:02x}"
    return ascii(char)[1:-1]


def typed(text):
    """Decode text from the command line or the environment as UTF-8, whatever
    the locale is."""
    return os.fsencode(text).decode("utf-8", "replace")


def printable(text):
    """The text without characters that control a terminal."""
    return "".join(c if c in "\n\t" else escaped(c) for c in text)


def many(count, what):
    """A number with its noun, such as "1 page" and "1,024 pages"."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def shown(name):
    """A file name on one line, whatever characters are in it."""
    return "".join(map(escaped, name))[:NAME_COLUMNS]


def name_of(path):
    """A file name as UTF-8, whatever the locale is."""
    return os.fsencode(path.name).decode("utf-8", "surrogateescape")


def excerpt(text):
    """The beginning and the end of a tool's output."""
    lines = printable(text.strip()).split("\n")
    if len(lines) > ERROR_LINES:
        lines[ERROR_LINES // 2:-ERROR_LINES // 2] = ["[...]"]
    return "\n".join(line[:ERROR_COLUMNS] for line in lines)
