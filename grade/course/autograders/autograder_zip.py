"""grade/course/autograders/autograder_zip.py: `make gradescope` and `make
classroom50`: the zip for an autograder.

It contains the files of a hand-out, and so nothing of the solution, and the
scripts for that system. The same commit gives the same zip.
"""

import os
import re
import sys
import zipfile
from pathlib import Path

from grade.course.handin import files_of
from grade.course.handout import repository
from grade.course.handout.__main__ import Leak, make
from grade.course.handout.lab import find_lab, lab_names
from grade.machine.host import process
from grade.machine.host.build import ROOT, UserError
from grade.series import stack
from grade.series.git import GitError
from grade.series.patches import of_lab, read_series

SCRIPTS = {name: ROOT / "grade/course/autograders" / name
           for name in ("gradescope", "classroom50")}
# How each file sets LIMIT, unless the course does.
LIMITS = {"run_autograder": b"LIMIT:=570", "autograder.py": b'or "1500"'}
PROJECT = "calf"        # in the zip
DATE = (1980, 1, 1, 0, 0, 0)


def main(system):
    process.end_on_signals()
    try:
        names = lab_names()
        lab = find_lab(os.environ.get("LAB") or
                       (names[0] if len(names) == 1 else None))
        repository.check_clean(ROOT)
        path = ROOT / "build" / f"{system}-{lab.name}.zip"
        limit = limit_from(os.environ.get("LIMIT"))
        print(f"{system}: {pack(lab, path, SCRIPTS[system], limit)}")
        return 0
    except (UserError, GitError, Leak, OSError) as error:
        print(f"{system}: {error}", file=sys.stderr)
        return 2


def pack(lab, path, scripts, limit):
    """Make the zip. Returns a message."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    with stack.scratch_folder() as scratch:
        folder = Path(scratch) / PROJECT
        patches = read_series(ROOT)
        make(lab, folder, patches, of_lab(patches, lab.name)[0].number)
        files = {f"{PROJECT}/{name}": folder / name
                 for name in files_of(folder)}
        files.update((file.name, file) for file in scripts.iterdir()
                     if file.is_file())
        with zipfile.ZipFile(part, "w") as archive:
            for name, file in sorted(files.items()):
                add(archive, name, file, limit)
    part.rename(path)
    return f"{path.relative_to(ROOT)}: {len(files)} files, " \
        f"{path.stat().st_size // 1024} KiB"


def limit_from(text):
    """Seconds for a submission, or None."""
    if text and not re.fullmatch("[1-9][0-9]{1,4}", text):
        raise UserError(f"LIMIT={text}: must be a number of seconds, 10 or "
                        "more")
    return text


def add(archive, name, file, limit):
    mode = 0o755 if file.stat().st_mode & 0o100 else 0o644
    entry = zipfile.ZipInfo(name, DATE)
    entry.create_system = 3             # Unix: the mode counts
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    data = file.read_bytes()
    unset = LIMITS.get(name)
    if limit and unset:
        number = re.search(rb"\d+", unset)[0]
        data = data.replace(unset, unset.replace(number, limit.encode()))
    archive.writestr(entry, data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
