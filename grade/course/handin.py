"""grade/course/handin.py: `make handin`: packs the files that a student may
change.

grade/handed-out, which only hand-outs have, records what was handed out. So
other changes are reported with or without git.
"""

import gzip
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grade.course.intake import tree
from grade.course.intake.finding import is_litter_name
from grade.machine.host import process
from grade.kernel.labs import HANDED_OUT, HEAD
from grade.machine.host.build import ROOT, BuildError, UserError, make_command
from grade.machine.host.text import many

STEP = re.compile(r"  [A-Z]")   # the Makefile's own lines
ERROR = re.compile(r"error: |undefined (reference|symbol)|\*\*\* ")
ERROR_LINES = 3

# The kernel is built from these as well, and a grader uses its own copies.
BUILT_FROM = ("Makefile", "kernel/abi/", "grade/tools/setup/",
              "grade/tools/make/")


@dataclass(frozen=True)
class Handed:
    """The record of what was handed out: the lab, and a checksum of each
    file."""

    lab: str
    sums: dict


def sum_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_handed(folder, lab, step):
    """Record the files in the folder of a new hand-out."""
    lines = [f"# What was handed out: lab {lab}, step {step}.\n"]
    lines += [f"{sum_of(folder / path)}  {path}\n"
              for path in files_of(folder)]
    (folder / HANDED_OUT).write_text("".join(lines), "utf-8")


def read_handed(folder):
    path = folder / HANDED_OUT
    if not path.is_file():
        raise UserError("this is not a hand-out of a lab: nothing to hand in")
    head, *lines = path.read_text("utf-8").splitlines()
    match = HEAD.match(head)
    if not match:
        raise UserError(f"{HANDED_OUT}: the first line was changed")
    sums = (line.partition("  ") for line in lines)
    return Handed(match.group(1), {path: sum for sum, _, path in sums})


def files_of(folder):
    """All files, relative to the folder, except those of git, of builds and of
    macOS."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in tree.NOT_COPIED]
        found += [str((Path(top) / name).relative_to(folder))
                  for name in names if not is_litter_name(name)]
    return sorted(set(found) - {HANDED_OUT})


def changes(folder, handed):
    """What has happened to each file since: "changed", "new" or "removed"."""
    found = {path: "removed" for path in handed.sums}
    for path in files_of(folder):
        file = folder / path
        if path not in handed.sums:
            found[path] = "new"
        elif file.is_symlink() or not file.is_file() \
                or sum_of(file) != handed.sums[path]:
            found[path] = "changed"
        else:
            del found[path]
    return dict(sorted(found.items()))


def is_students(path):
    return tree.refusal(path) is None and not path.startswith(tree.OURS)


def check_base(ignored):
    """Refuse files that would be built here but not by the grader."""
    for path, what in ignored.items():
        if path.startswith(BUILT_FROM):
            raise UserError(f"{tree.shown(path)}: {what}, but you may not "
                            "change it, because the kernel is built from it: "
                            "put it back as it was")


def check_refused(refused):
    """A file whose name may be handed in must be a file that may be."""
    for path, why in sorted(refused.items()):
        if tree.refusal(path) is None:
            raise UserError(f"{tree.shown(path)}: {why}")


def try_build(ours):
    """Build the kernel from exactly the files that will be handed in. Returns
    whether that works, and the lines of the compiler."""
    with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
        project = Path(scratch) / "calf"
        tree.make_scratch(ours, project)
        command, env = make_command("-s", f"-j{os.cpu_count() or 1}", "kernel")
        done = subprocess.run(
            command, cwd=project, env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace")
    said = [line for line in done.stdout.splitlines() if not STEP.match(line)]
    return done.returncode == 0, said


def check_build(ours):
    """Returns a message about the build. A kernel that does not build is
    packed only with FORCE=1."""
    builds, said = try_build(ours)
    if builds:
        return said
    lines = ["it does not build:", *first_error(said)]
    if os.environ.get("FORCE") != "1":
        raise BuildError("\n".join([
            *lines, "It would get no points. To hand it in anyway: "
            "make handin FORCE=1"]))
    return ["Warning: " + lines[0], *lines[1:],
            "Packed because of FORCE=1; it would get no points."]


def first_error(said):
    """The compiler's first error, with the lines that explain it."""
    first = next((number for number, line in enumerate(said)
                  if ERROR.search(line)), 0)
    return said[first:first + ERROR_LINES]


def pack(files, archive):
    """Pack them so that the same files always give the same archive."""
    data = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, data, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w",
                         format=tarfile.USTAR_FORMAT) as tar:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_suffix(f".{os.getpid()}")
    part.write_bytes(data.getvalue())
    part.rename(archive)


def hand_in(root):
    """Pack the hand-in. Returns a message."""
    handed = read_handed(root)
    ours = tree.read_folder(root)
    check_refused(ours.refused)
    done = changes(root, handed)
    packed = {path: what for path, what in done.items() if is_students(path)}
    ignored = {path: what for path, what in done.items()
               if path not in packed}
    check_base(ignored)
    said = check_build(ours)
    archive = root / "build" / f"handin-{handed.lab}.tar.gz"
    pack(ours.taken, archive)
    lines = said
    if ignored:
        lines += ["Not handed in, a grader has its own:", *listed(ignored)]
    lines += ["Changed since the hand-out:" if packed
              else "Nothing was changed since the hand-out.", *listed(packed)]
    return lines + [
        f"handin: {archive.relative_to(root)}: "
        f"{many(len(ours.taken), 'file')}, "
        f"{archive.stat().st_size} bytes", f"sha256 {sum_of(archive)}"]


def listed(changed):
    return [f"  {what:8} {tree.shown(path)}" for path, what in changed.items()]


def main():
    process.end_on_signals()
    try:
        print("\n".join(hand_in(ROOT)))
        return 0
    except (UserError, BuildError) as error:
        print(f"handin: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:         # the hand-in is packed
        return 128 + signal.SIGPIPE


if __name__ == "__main__":
    sys.exit(main())
