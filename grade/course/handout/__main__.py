"""grade/course/handout/__main__.py: `make handout LAB=cow OUT=dir [STEP=n]`.

Everything is made in a folder beside OUT, checked, and finally renamed to OUT.
"""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from grade.course.handin import files_of, write_handed
from grade.course.handout import repository
from grade.course.handout.lab import check_patterns, find_lab
from grade.course.handout.leaks import Secrets, find_leaks
from grade.machine.host import process
from grade.machine.host.build import ROOT, UserError
from grade.series import stack
from grade.series.git import GitError
from grade.series.patches import of_lab, read_series

LEAKS_SHOWN = 20


class Leak(Exception):
    """The solution is in the hand-out; the text says where."""


def main():
    process.end_on_signals()
    try:
        lab = find_lab(os.environ.get("LAB"))
        out = out_from(os.environ.get("OUT"))
        repository.check_clean(ROOT)
        patches = read_series(ROOT)
        step = step_from(os.environ.get("STEP"), of_lab(patches, lab.name))
        print(make(lab, out, patches, step))
        return 0
    except (UserError, GitError, OSError) as error:
        print(f"handout: {error}", file=sys.stderr)
        return 2
    except Leak as error:
        print(f"handout: the solution would be handed out:\n{error}",
              file=sys.stderr)
        return 1


def out_from(text):
    if not text:
        raise UserError("OUT= names the folder to make")
    out = Path(os.path.abspath(text))
    if os.path.lexists(out):
        raise UserError(f"OUT={text}: already exists")
    if not out.parent.is_dir():
        raise UserError(f"OUT={text}: {out.parent} is not a folder")
    return out


def step_from(text, ours):
    """The first step that is left for the student: that of the text, or the
    first of `ours`, the patches of the lab."""
    first, last = ours[0].number, ours[-1].number
    if not text:
        return first
    if not text.isdecimal() or not first <= int(text) <= last:
        raise UserError(f"STEP={text}: must be a number from {first} to "
                        f"{last}")
    return int(text)


@contextmanager
def folder_for(out):
    """A new folder that becomes `out`, unless something goes wrong."""
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield made
        made.chmod(0o755)
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def make(lab, out, patches, step):
    """Make the hand-out, from a step of the lab. Returns a message."""
    ours = of_lab(patches, lab.name)
    given = [patch for patch in ours if patch.number < step]
    left = [patch for patch in ours if patch.number >= step]
    with stack.scratch_folder() as scratch, folder_for(out) as folder:
        repository.check_out(ROOT, scratch / "main")
        finished = scratch / "finished"
        stack.copy_finished(scratch / "main", finished, lab.name)
        stack.copy_parts(finished, scratch)
        stack.take_off(scratch, left)
        check_patterns(lab, repository.names_below(scratch / "main"))
        repository.fill(lab, scratch / "main", scratch, folder)
        if given:
            repository.tell_given(lab, folder, given)
        repository.check_imports(folder)
        repository.check_pages(folder, scratch / "main")
        write_handed(folder, lab.name, step)
        name = repository.commit(lab, step if given else None, folder)
        secrets = Secrets(finished / "kernel", scratch / "kernel", lab.given)
        check(secrets, folder)
        paths = files_of(folder)
        size = sum((folder / path).stat().st_size for path in paths)
    return (f"handout: {out}: lab {lab.name}, step {step} of "
            f"{ours[-1].number}, {len(paths)} files, {size // 1024} KiB, "
            f"commit {name[:12]}\n"
            f"handout: it contains none of the solution's "
            f"{len(secrets.names)} names and {len(secrets.lines)} lines")


def check(secrets, folder):
    leaks = list(find_leaks(secrets, folder))
    if leaks:
        more = len(leaks) - LEAKS_SHOWN
        raise Leak("\n".join(leaks[:LEAKS_SHOWN])
                   + (f"\nand {more} more" if more > 0 else ""))


if __name__ == "__main__":
    sys.exit(main())
