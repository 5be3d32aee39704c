"""grade/machine/transcript.py: play a session at the console from a
transcript.

A transcript is a text file in steps:

    ## what the step shows
    keys: what is typed, keys without a letter as {Up} or {^C}
    what the screen shows from then on, up to the next keys

Enter follows the keys unless they end with a key in braces. The text of the
screen begins with the line that contains the cursor, usually a prompt. `...`
stands for any text within a line, and `_` as the last line means a line with
only the cursor.
"""

import codecs
import re
from dataclasses import dataclass

from grade.machine.guest import GuestFailed

KEYS = {"Up": "\x1b[A", "Down": "\x1b[B", "Right": "\x1b[C",
        "Left": "\x1b[D", "Home": "\x1b[H", "End": "\x1b[F",
        "Delete": "\x1b[3~", "Backspace": "\x7f", "Tab": "\t",
        "Enter": "\r", "Escape": "\x1b", "None": ""}
NAMED = re.compile(r"\{([^{}]+)\}")


@dataclass
class Step:
    title: str
    keys: str
    screen: str


def named_key(match):
    name = match[1]
    if name[0] == "^":
        return chr(ord(name[1]) - 64)
    return KEYS[name]


def keys_of(text):
    enter = "" if text.endswith("}") else "\r"
    return NAMED.sub(named_key, text) + enter


def read_transcript(path):
    """The steps of the transcript in that file."""
    steps, title = [], ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("## "):
            title = line[3:]
        elif line.startswith("keys: "):
            steps.append(Step(title, keys_of(line[6:]), ""))
        elif steps:
            steps[-1].screen += line + "\n"
    for step in steps:
        step.screen = step.screen.rstrip("\n").removesuffix("_")
    return steps


def pattern_of(screen):
    """A regular expression for what the screen must show."""
    parts = [re.escape(part) for part in screen.split("...")]
    return re.compile("[^\n]*".join(parts))


class Screen:
    """The screen of a terminal that receives these bytes. Lines are
    unlimited."""

    def __init__(self):
        self.lines = [""]
        self._column = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data):
        for c in self._decoder.decode(data):
            if c == "\n":
                self.lines.append("")
                self._column = 0
            elif c == "\r":
                self._column = 0
            elif c == "\b":
                self._column = max(self._column - 1, 0)
            elif c >= " ":
                line = self.lines[-1].ljust(self._column)
                self.lines[-1] = (line[:self._column] + c
                                  + line[self._column + 1:])
                self._column += 1

    def cut(self):
        """Drop everything above the line of the cursor."""
        del self.lines[:-1]

    def text(self):
        return "\n".join(line.rstrip() for line in self.lines)


def play(guest, steps, seconds=30):
    """Type all steps when there is a prompt. Raises GuestFailed if the screen
    does not show what it should."""
    screen = Screen()
    guest.watch(screen.feed, lambda: screen.lines[-1] == "$ ", seconds)
    for step in steps:
        screen.cut()
        guest.send(step.keys)
        wanted = pattern_of(step.screen)
        try:
            guest.watch(screen.feed, lambda: wanted.fullmatch(screen.text()),
                        seconds)
        except GuestFailed as failure:
            raise GuestFailed(
                f"{step.title}: expected on the screen:\n{step.screen}\n"
                f"seen:\n{screen.text()}\n{failure}") from None
