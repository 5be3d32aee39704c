"""grade/score/explain.py: explain what failed, with one paragraph for each
cause."""

import configparser
import fnmatch
import re
import textwrap
from dataclasses import dataclass

from grade.kernel import labs
from grade.machine.host.text import many
from grade.machine.run_to_end import PANIC_MARK
from grade.score.points import Points

MESSAGE_LINES = 14      # of the first failure; the file has all
OTHERS = 6              # titles of the other ones
WIDTH = 78
GUEST_TEST = re.compile(r"suites\.test_guest\[\w+-(\w+)-(\d)\]")
HARTS = re.compile(r", \d harts?$")
VALUES = re.compile(r"\b(0x[0-9a-f]+|\d+)\b")
NO_END = re.compile("did not come to|on no hart any more|did not finish|"
                    "not over after|no end in time|came to no end")
PANIC_LINE = re.compile(PANIC_MARK.pattern.decode() + ".*")


@dataclass(frozen=True)
class Failure:
    """A test that failed: its id, such as "shell.test_case[a pipe]", its
    title, its message, and its group if the failure was seen from outside."""

    test: str
    title: str
    message: str
    seen: str = ""

    @property
    def rank(self):
        """The lower, the nearer to the cause: a state that must not be says
        more than what follows from it, and an endless wait says least."""
        if self.test.startswith("build."):
            return 0
        if self.seen:
            return 1 if self.seen in Points().promises else 2
        return 4 if NO_END.search(self.message) else 3


@dataclass(frozen=True)
class Hint:
    name: str
    tests: tuple = ()
    message: str = ""
    cause: str = ""
    read: str = ""

    def fits(self, failure):
        named = not self.tests or any(
            fnmatch.fnmatchcase(failure.test, t.replace("[", "[[]"))
            for t in self.tests)
        return named and re.search(self.message, failure.message) is not None

    def lines(self):
        if not self.cause:
            return []
        return [*labelled("cause", self.cause), *labelled("read", self.read)]


def labelled(label, text):
    return textwrap.wrap(
        text, WIDTH, initial_indent="    " + f"{label}: ".ljust(10),
        subsequent_indent=" " * 14, break_long_words=False,
        break_on_hyphens=False)


def read_hints():
    """The hints of all labs, those of the graded ones first."""
    first = labs.graded_labs()
    names = [*first, *(n for n in labs.lab_names() if n not in first)]
    return [hint for name in names
            for hint in read_file(labs.FOLDER / name / labs.HINTS)]


def read_file(path):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(path.read_text("utf-8"), str(path))
    return [Hint(name, tuple(values.get("tests", "").split()),
                 values.get("message", ""),
                 " ".join(values["cause"].split()), values["read"])
            for name, values in parser.items()
            if name != parser.default_section]


def hint_for(failure, hints):
    return next((hint for hint in hints if hint.fits(failure)),
                Hint(failure.test))


def explain(failures, hints):
    """One paragraph for each cause, the likely first cause of all before the
    others. Each kind of panic is a cause of its own."""
    return [line for paragraph in paragraphs(failures, hints)
            for line in ["", *paragraph]]


def first_cause(failures):
    """The paragraph that stands first, as text; "" if nothing failed."""
    return "\n".join(next(paragraphs(failures, read_hints()), []))


def paragraphs(failures, hints):
    causes = {}
    for failure in sorted(failures, key=lambda failure: failure.rank):
        hint = hint_for(failure, hints)
        panic = PANIC_LINE.search(failure.message)
        key = hint, VALUES.sub("", panic[0]) if panic else ""
        causes.setdefault(key, []).append(failure)
    for (hint, _), alike in causes.items():
        yield paragraph(alike, hint)


def paragraph(alike, hint):
    first, *others = alike
    lines = first.message.rstrip().splitlines()
    shown = lines[:MESSAGE_LINES]
    if len(lines) > MESSAGE_LINES:
        shown.append(
            f"... and {many(len(lines) - MESSAGE_LINES, 'line')} more")
    return [first.title, *("    " + line for line in shown), *hint.lines(),
            *again(first), *the_others(others)]


def again(failure):
    """How to run it alone."""
    found = GUEST_TEST.fullmatch(failure.test)
    if not found:
        return []
    return [f"    again:    make run CMD=\"usertests {found[1]}\" "
            f"CPUS={found[2]}"]


def the_others(failures):
    if not failures:
        return []
    titles = list(dict.fromkeys(HARTS.sub("", f.title) for f in failures))
    if len(titles) > OTHERS:
        titles[OTHERS:] = ["..."]
    return labelled(f"also {len(failures)} more", "; ".join(titles))


def in_full(failures, hints):
    """All failures with their whole messages, for a file."""
    return "\n".join(
        line for failure in failures
        for line in [failure.title, failure.message.rstrip(),
                     *hint_for(failure, hints).lines(), *again(failure), ""])
