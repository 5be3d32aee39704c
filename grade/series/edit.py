"""grade/series/edit.py: turn the series into commits to edit, and back."""

import os
import re
import shutil
from pathlib import Path

from grade.machine.host.build import UserError
from grade.series.git import (
    PATCH_FORM, GitError, commits, export, git, git_lines, subject_of)
from grade.series.patches import (
    FOLDER, LIST, PARTS, PARTS_TEXT, read_series)
from grade.series.stack import (
    check_round, differences, file_list, scratch_folder)
from grade.series.step_commits import (
    AHEAD, STARTER, find_base, lay_out, marked, steps_of)

PLACE = Path("build") / "series" / "edit"
SAVED = "refs/calf/saved"       # what the tree has
UNDER_WAY = ("rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD",
             "REVERT_HEAD")
UNPLACED = re.compile(r"(fixup|squash|amend)! ")

LIST_HEAD = f"""\
# {FOLDER}/{LIST}: the patches in their order, each lab after its name. `make
# series-save` writes this file; docs/series.md explains how.
"""


class Workshop:
    """The repository build/series/edit of a tree."""

    def __init__(self, root):
        self.root = Path(root)
        self.folder = self.root / PLACE

    def under_way(self):
        return any((self.folder / ".git" / name).exists()
                   for name in UNDER_WAY)

    def unsaved(self):
        """What would be lost with the folder, or None."""
        if not self.folder.exists():
            return None
        if self.under_way():
            return "is in the middle of a rebase or merge"
        try:
            if git(self.folder, "status", "--porcelain"):
                return "has changes that are not committed"
            heads = git_lines(self.folder, "rev-parse", "HEAD", SAVED)
        except GitError:
            return "is not a repository of the series"
        if heads[0] != heads[1]:
            return "has commits that are not saved"
        return None

    def open(self, since=None):
        """Lay the series out again. Returns the files in which the tree is
        ahead of it."""
        problem = self.unsaved()
        if problem:
            raise UserError(f"{PLACE} {problem}: finish and make "
                            f"series-save, or rm -r {PLACE}")
        patches = read_series(self.root)
        with scratch_folder() as scratch:
            base = find_base(self.root, patches, since, scratch / "base")
            lay_out(self.root, patches, self.folder, base)
        git(self.folder, "update-ref", SAVED, "HEAD")
        return self.ahead()

    def ahead(self):
        """The files of the last commit, if that is the tree's difference."""
        if subject_of(self.folder, "HEAD") != AHEAD:
            return []
        return git_lines(self.folder, "diff", "--name-only", "HEAD~", "HEAD")

    def check(self):
        """Raise UserError if the commits here cannot be saved."""
        if not self.folder.exists():
            raise UserError(f"there is no {PLACE}: make series-edit")
        problem = self.unsaved()
        if problem and "not saved" not in problem:
            raise UserError(f"{PLACE} {problem}: finish that first, or "
                            f"rm -r {PLACE}")
        found = commits(self.folder)
        if git(self.folder, "rev-list", "--merges", "HEAD") \
                or len(commits(self.folder, "--max-parents=0", "HEAD")) != 1 \
                or subject_of(self.folder, found[0]) != STARTER:
            raise UserError(f"{PLACE}: must be one line of commits that "
                            f"begins with \"{STARTER}\"")
        for subject in git_lines(self.folder, "log", "--format=%s"):
            if subject == AHEAD or UNPLACED.match(subject):
                raise UserError(
                    f"{PLACE}: \"{subject}\" has no place yet: git rebase -i")
        self._check_marks()
        self._check_against_tree()

    def _check_marks(self):
        """Raise UserError for a mark with changes, or a step without."""
        trees = git_lines(self.folder, "log", "--reverse", "--format=%T")
        for (lab, commit), before, after in zip(
                [*marked(self.folder)][1:], trees, trees[1:]):
            if (before == after) != (lab is not None):
                raise UserError(
                    f"{PLACE}: \"{subject_of(self.folder, commit)}\" must "
                    + ("change something" if lab is None
                       else "be empty, since it marks a lab"))

    def _check_against_tree(self):
        outside = git_lines(self.folder, "diff", "--name-only", SAVED, "HEAD",
                            "--", ".", *(f":!{part}" for part in PARTS))
        if outside:
            raise UserError(f"{PLACE} changes {outside[0]}: change it in the "
                            f"tree; the series is below {PARTS_TEXT} only")
        with scratch_folder() as scratch:
            export(self.folder, SAVED, PARTS, scratch)
            changed = differences(self.root, scratch)
        if changed:
            raise UserError(f"{changed[0]} has changed in the tree since make "
                            "series-edit: commit it there, then rm -r "
                            f"{PLACE} and begin again")

    def save(self):
        """Write the commits back to the tree: either all or, with UserError,
        none. Returns the files that changed."""
        self.check()
        with scratch_folder() as scratch:
            export(self.folder, "HEAD", PARTS, scratch)
            self._format(scratch / FOLDER)
            patches = read_series(scratch)
            check_round(scratch, patches)
            written = write_back(scratch, self.root)
        git(self.folder, "update-ref", SAVED, "HEAD")
        return written

    def place(self, step):
        """Move the tree's difference, the last commit, into that step; 0 is
        the starter. Returns the files with conflicts that git could not
        resolve."""
        found = steps_of(self.folder)
        git(self.folder, "commit", "-q", "--no-verify", "--amend", "-m",
            f"fixup! {found[step]}")
        try:
            git(self.folder, "rebase", "-q", "-i", "--autosquash",
                "--keep-empty", "--root")
        except GitError:
            if not self.under_way():
                raise
            return git_lines(self.folder, "diff", "--name-only",
                             "--diff-filter=U")
        moved = git_lines(self.folder, "diff", "--name-only", SAVED, "HEAD")
        if moved:
            raise UserError(f"{PLACE}: the steps lead to a different "
                            f"{moved[0]} than that of the tree")
        return []

    def _format(self, folder):
        """The commits after the first as patches, all with the same author and
        date."""
        (_, first), *others = marked(self.folder)
        base = tip = self._rewrite(first)
        for lab, commit in others:
            if lab is None:
                tip = self._rewrite(commit, "-p", tip)
        folder.mkdir()
        names = git_lines(
            self.folder, "format-patch", "-N", "--zero-commit",
            "--no-signature", "--stat=72", *PATCH_FORM,
            "-o", str(folder), f"{base}..{tip}")
        patches = (Path(name).name for name in names)
        lines = [next(patches) if lab is None else f"lab {lab}"
                 for lab, _ in others]
        (folder / LIST).write_text(
            LIST_HEAD + "".join(f"{line}\n" for line in lines), "utf-8")

    def _rewrite(self, commit, *parent):
        message = git(self.folder, "log", "-1", "--format=%B", commit)
        return git(self.folder, "commit-tree", f"{commit}^{{tree}}", *parent,
                   data=message.strip() + b"\n").decode().strip()


def write_back(made, root):
    """Give the tree the kernel, pages and patches that are in `made`. Returns
    the files that changed."""
    patches = {f"{FOLDER}/{path.name}"
               for path in (root / FOLDER).glob("[!.]*.patch")}
    new = {str(path.relative_to(made)) for path in (made / FOLDER).iterdir()}
    written = []
    for name in sorted(file_list(made) | new):
        data = (made / name).read_bytes()
        if not (root / name).is_file() or (root / name).read_bytes() != data:
            write_whole(root / name, data)
            written.append(name)
    for name in sorted((file_list(root) - file_list(made)) | (patches - new)):
        (root / name).unlink()
        written.append(name)
    return written


def write_whole(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(data)
    if path.exists():
        shutil.copymode(path, part)
    part.replace(path)
