"""grade/series/step_commits.py: make a repository with the starter and the
steps as commits.

Before the first step of a lab, an empty commit `lab NAME` marks its beginning.
"""

import shutil
import tempfile
from pathlib import Path

from grade.machine.host.build import UserError
from grade.series.git import EMAIL, NAME, GitError, export, git, git_lines
from grade.series.patches import FOLDER, MARK, PARTS, PARTS_TEXT
from grade.series.stack import (
    DoesNotFit, check_round, copy_parts, copy_project, differences,
    remove_parts, take_off)

STARTER = "starter: what the series begins with"
AHEAD = "tree: what the series does not have yet"


# Settings for the user's git. The tools' own git has no others.
SETTINGS = f"""\
[user]
\tname = {NAME}
\temail = {EMAIL}
[core]
\tautocrlf = false
[commit]
\tgpgsign = false
[gc]
\tauto = 0
"""


def lay_out(root, patches, folder, base=None):
    """Make the repository `folder`: the starter with all files around it, then
    one commit for each patch. The series comes off `base`, a folder with
    kernel and pages, or off the tree itself. Changes that only the tree has
    become one last commit."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=folder.parent)).resolve()
    try:
        copy_project(root, new)
        remove_parts(new)
        copy_parts(base or root, new)
        take_off(new, patches)
        git(new, "init", "-q", "-b", "series", "--template=")
        with (new / ".git" / "config").open("a", encoding="utf-8") as config:
            config.write(SETTINGS)
        commit_all(new, STARTER)
        put_on_as_commits(new, patches)
        if base is not None and differences(root, new):
            remove_parts(new)
            copy_parts(root, new)
            commit_all(new, AHEAD)
        if differences(Path(root), new):
            raise DoesNotFit(f"{FOLDER}/ does not lead to {PARTS_TEXT}")
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def commit_all(folder, message):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", message)


def put_on_as_commits(folder, patches):
    """Apply the patches as a student would, with git am, and mark where each
    lab begins."""
    lab = None
    for patch in patches:
        if patch.lab != lab:
            lab = patch.lab
            git(folder, "commit", "-q", "--no-verify", "--allow-empty", "-m",
                f"lab {lab}")
        try:
            git(folder, "am", "-q", "--keep-cr", "--whitespace=nowarn",
                str(patch.path.resolve()))
        except GitError as error:
            raise DoesNotFit(
                f"{patch.name}: git am refuses it: {error}") from None


def steps_of(folder):
    """The commits of the repository: the starter and each step."""
    return [commit for lab, commit in marked(folder) if lab is None]


def marked(folder):
    """Yield (lab, commit) for each commit: the lab that begins with it, or
    None for the starter and the steps."""
    for line in git_lines(folder, "log", "--reverse", "--format=%H %s"):
        commit, _, subject = line.partition(" ")
        mark = MARK.fullmatch(subject)
        yield mark and mark.group(1), commit


def find_base(root, patches, since, folder):
    """Put into `folder` the kernel from which the series can be taken off.
    That is the one of the commit `since`, or by default the last one in the
    history that these patches fit, or else the tree's own. Returns the folder,
    or None for the tree."""
    if since:
        if not try_commit(root, patches, since, folder):
            raise UserError(f"SINCE={since}: no commit whose kernel these "
                            f"{FOLDER}/ come off")
        return folder
    if try_commit(root, patches, "HEAD", folder):
        return folder
    try:
        check_round(root, patches)
        return None
    except DoesNotFit as misfit:
        for commit in history(root):
            if try_commit(root, patches, commit, folder):
                return folder
        raise misfit


def history(root):
    """Commits that changed kernel, pages or patches, the newest first. There
    are none without git."""
    try:
        return git(Path(root), "rev-list", "--max-count=200", "HEAD", "--",
                   *PARTS, FOLDER).decode().split()
    except GitError:
        return []


def try_commit(root, patches, commit, folder):
    """True if the series fits the kernel of a commit, which must have the same
    series as the tree. Then that kernel is in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        there = git_lines(Path(root), "ls-tree", "-r",
                          f"{commit}:./{FOLDER}")
        here = git_lines(Path(root), "hash-object", "--no-filters",
                         *(patch.name for patch in patches))
        if hashes(there) != set(here):
            return False
        export(Path(root), commit, PARTS, folder)
        check_round(folder, patches)
    except (GitError, DoesNotFit):
        return False
    return True


def hashes(listing):
    """The patches in a listing by git ls-tree."""
    return {line.split()[2] for line in listing if line.endswith(".patch")}
