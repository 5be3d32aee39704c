"""grade/tools/lint/project_files.py: find the files of the project, for the
checks."""

from pathlib import Path

from grade.course.intake.finding import is_litter_name
from grade.machine.host.build import ROOT

FOLDERS = ("kernel", "user", "mkfs", "grade", "docs", ".ci")
C_FOLDERS = ("kernel", "user", "mkfs", "grade/kernel",
             "grade/trials/programs")


def files(*suffixes, folders=FOLDERS):
    """Files with one of these suffixes (all files if there are none), sorted,
    relative to the root."""
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts \
                    and not is_litter_name(path.name) \
                    and (not suffixes or path.suffix in suffixes):
                found.append(path.relative_to(ROOT))
    return sorted(found)


def top_files():
    """The files in the root, without those of git itself."""
    return sorted(Path(p.name) for p in ROOT.iterdir()
                  if p.is_file() and p.name != ".git"
                  and not is_litter_name(p.name))


def all_files():
    """All files, including those in folders whose names begin with a dot."""
    hidden = [path.name for path in ROOT.iterdir()
              if path.is_dir() and path.name[0] == "." and path.name != ".git"]
    return sorted({*files(), *files(folders=["patches", *hidden]),
                   *top_files()})


def lines(path):
    """The (number, line) pairs of a file, from 1, without line ends."""
    text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
    return list(enumerate(text.split("\n"), 1))
