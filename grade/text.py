"""grade/text.py: strangers' text, made fit to be shown."""

import os

ERROR_LINES = 60
ERROR_COLUMNS = 300
NAME_COLUMNS = 120


def typed(text):
    """Text of the command line or the environment: what was typed is UTF-8,
    whatever the locale made of it."""
    return os.fsencode(text).decode("utf-8", "replace")


def printable(text):
    """Without what moves a terminal's cursor, or does worse."""
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1]
                   for c in text)


def shown(name):
    """A name of a file in printable ASCII on one line, whatever is in it."""
    return ascii(name)[1:-1][:NAME_COLUMNS]


def excerpt(text):
    """The beginning and the end of what a tool printed."""
    lines = printable(text.strip()).split("\n")
    if len(lines) > ERROR_LINES:
        lines[ERROR_LINES // 2:-ERROR_LINES // 2] = ["[...]"]
    return "\n".join(line[:ERROR_COLUMNS] for line in lines)
