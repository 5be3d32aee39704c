"""grade/course/handout/lab.py: reads grade/labs/LAB/lab.ini, the
definition of a lab."""

import configparser
import fnmatch
import re

from grade.kernel.labs import no_such_lab
from grade.machine.host.build import ROOT, UserError

LABS = "grade/labs"
DEFINITION = "lab.ini"
FILES = "files"
SECTIONS = {"lab", "taken", "left out", "given"}


def lab_names(root=ROOT):
    return sorted(path.parent.name
                  for path in (root / LABS).glob(f"*/{DEFINITION}"))


class Lab:
    """One lab: its title, the paths of a hand-out, and the names of the
    solution that it may mention."""

    def __init__(self, name, root=ROOT):
        self.name = name
        self.folder = root / LABS / name
        parser = configparser.ConfigParser(
            allow_no_value=True, delimiters=("=",), interpolation=None)
        parser.optionxform = str        # keep upper and lower case
        self.definition = path = self.folder / DEFINITION
        try:
            parser.read_string(path.read_text("utf-8"), str(path))
            self._check_sections(parser.sections())
            self.title = parser["lab"]["title"]
        except (configparser.Error, KeyError, ValueError) as error:
            text = " ".join(str(error).split())
            raise UserError(f"{LABS}/{name}/{DEFINITION}: {text}") from None
        self.taken = [*parser["taken"]]
        self.left_out = [*parser["left out"]]
        self.given = dict(parser["given"])

    @staticmethod
    def _check_sections(sections):
        if set(sections) != SECTIONS:
            raise ValueError("the sections are " + ", ".join(sorted(SECTIONS)))

    def takes(self, path):
        """True if a path of this repository goes into a hand-out. * in a
        pattern matches anything, also a /."""
        return fits(path, self.taken) and not fits(path, self.left_out)


def fits(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def unused_patterns(lab, paths):
    """The patterns of the lab that match none of these paths, or leave out
    only paths that would not be taken anyway."""
    taken = [path for path in paths if fits(path, lab.taken)]
    for patterns, some in (lab.taken, paths), (lab.left_out, taken):
        for pattern in patterns:
            if not any(fits(path, [pattern]) for path in some):
                yield pattern


def check_patterns(lab, paths):
    """Raise UserError if a pattern of the lab matches nothing."""
    for pattern in unused_patterns(lab, paths):
        raise UserError(f"{LABS}/{lab.name}/{DEFINITION}: no file matches "
                        f"{pattern}")


def find_lab(name, root=ROOT):
    """The Lab of that name. Raises UserError."""
    names = lab_names(root)
    if re.fullmatch(r"[a-z0-9]+", name or "") and name in names:
        return Lab(name, root)
    raise UserError(
        no_such_lab(name, names) if name
        else f"LAB= names the lab; there is {', '.join(names) or 'none'}")
