"""grade/course/whole_class/starters.py: the kernels that were handed out, to
recognize a submission in which nothing was changed."""

import hashlib
import sys

from grade.course.intake import tree
from grade.machine.host.build import ROOT, UserError
from grade.series import stack
from grade.series.git import GitError
from grade.series.patches import read_series


def digest_of(taken):
    """A digest, equal for trees of which the same files are taken."""
    digest = hashlib.sha256()
    for name, data in sorted(taken.taken.items()):
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def starters(paths=()):
    """The digests of the hand-outs of all steps, and of those at `paths`.
    Raises UserError."""
    digests = {digest_of(tree.read_tree(path)) for path in paths}
    try:
        return digests | set(steps())
    except (UserError, GitError, OSError) as error:
        print(f"batch: untouched submissions are not noted: {error}",
              file=sys.stderr)
        return digests


def steps():
    """The digest of the hand-out of each step."""
    patches = read_series(ROOT)
    with stack.scratch_folder() as folder:
        stack.copy_parts(ROOT, folder)
        stack.take_off(folder, patches)
        for patch in patches:
            yield digest_of(tree.read_folder(folder))
            stack.put_on(folder, [patch])
