"""grade/tools/lint/project_files.py: the files of the project, for the
checks."""

from pathlib import Path

from grade.course.intake.finding import is_litter_name
from grade.machine.host.build import ROOT

FOLDERS = ("kernel", "user", "mkfs", "grade", "docs", ".ci")
C_FOLDERS = ("kernel", "user", "mkfs", "grade/kernel",
             "grade/trials/programs")


def files(*suffixes, folders=FOLDERS):
    """Those with one of the suffixes (all without any), sorted, relative to
    the root."""
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts \
                    and not is_litter_name(path.name) \
                    and (not suffixes or path.suffix in suffixes):
                found.append(path.relative_to(ROOT))
    return sorted(found)


def top_files():
    """The files beside the folders, those of git itself left out."""
    return sorted(Path(p.name) for p in ROOT.iterdir()
                  if p.is_file() and p.name != ".git"
                  and not is_litter_name(p.name))


def all_files():
    """Those, and what is in folders that begin with a dot."""
    hidden = [path.name for path in ROOT.iterdir()
              if path.is_dir() and path.name[0] == "." and path.name != ".git"]
    return sorted({*files(), *files(folders=["patches", *hidden]),
                   *top_files()})


def lines(path):
    """Its (number, line) pairs, from 1, without the line ends."""
    text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
    return list(enumerate(text.split("\n"), 1))
