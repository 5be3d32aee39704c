"""grade/series/stack.py: remove patches and apply them."""

import filecmp
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from grade.machine.host.build import UserError
from grade.series.git import GitError, git
from grade.series.patches import FOLDER, PARTS, after_lab, read_series

# How git apply --verbose ends its report of a patch that it has applied.
APPLIED = re.compile(rb"^(?:Applied patch .*\n)+", re.MULTILINE)
NOT_COPIED = shutil.ignore_patterns(".git", "build", "__pycache__", ".cache")


class DoesNotFit(UserError):
    """A patch cannot be removed, or cannot be applied."""


@contextmanager
def scratch_folder():
    with tempfile.TemporaryDirectory(prefix="calf-") as folder:
        yield Path(folder).resolve()


def copy_project(root, folder):
    """Copy all files of the project but not what was built."""
    shutil.copytree(root, folder, ignore=NOT_COPIED, symlinks=True,
                    dirs_exist_ok=True)


def copy_parts(root, folder):
    """Copy what the series changes: the kernel and the pages."""
    for part in PARTS:
        if not (Path(root) / part).is_dir():
            raise UserError(f"{root}: there is no {part}/")
        shutil.copytree(Path(root) / part, folder / part, ignore=NOT_COPIED,
                        symlinks=True)


def remove_parts(folder):
    for part in PARTS:
        shutil.rmtree(folder / part)


def apply_all(folder, patches, fails, *options):
    """Apply the patches in this order. All are work for one process of git,
    which would otherwise mostly begin and end. Raises DoesNotFit, with `fails`
    in its text, for the first patch that cannot be applied."""
    if not patches:
        return
    try:
        git(folder, "apply", "--verbose", "--whitespace=nowarn", *options,
            *(str(patch.path.resolve()) for patch in patches))
    except GitError as error:
        patch = patches[len(APPLIED.findall(error.output))]
        raise DoesNotFit(f"{patch.name} {fails}: {error}") from None


def take_off(folder, patches):
    """Turn the kernel and pages in the folder into the starter's."""
    apply_all(folder, patches[::-1], "does not come off", "-R")


def put_on(folder, patches):
    apply_all(folder, patches, "does not go on")


def copy_finished(root, folder, lab):
    """Copy the kernel and pages as they are at the end of that lab."""
    copy_parts(root, folder)
    take_off(folder, after_lab(read_series(root), lab))


def check_round(root, patches):
    """Raise DoesNotFit unless the series can be removed from the tree and
    applied again, with the same tree as the result."""
    with scratch_folder() as folder:
        copy_parts(root, folder)
        take_off(folder, patches)
        put_on(folder, patches)
        changed = differences(Path(root), folder)
        if changed:
            raise DoesNotFit(f"{FOLDER}/, removed and applied again, would "
                             f"change {', '.join(changed)}")


def file_list(folder):
    """The files of the kernel and pages, relative to the folder."""
    return {str(path.relative_to(folder))
            for part in PARTS for path in (folder / part).rglob("*")
            if not path.is_dir() or path.is_symlink()}


def differences(one, other):
    """The files of the kernel and pages that differ between two folders."""
    ours, theirs = file_list(one), file_list(other)
    return sorted((ours ^ theirs) | {
        name for name in ours & theirs
        if not filecmp.cmp(one / name, other / name, shallow=False)})
