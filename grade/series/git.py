"""grade/series/git.py: runs git independently of the user's settings."""

import functools
import os
import subprocess
import tarfile
from io import BytesIO

NAME = "The Calf developers"
EMAIL = "calf@calf.invalid"
DATE = "2026-01-01T00:00:00+0000"

# The form of the patches does not depend on anybody's settings.
PATCH_FORM = ["--no-renames", "--diff-algorithm=histogram", "--full-index",
              "--no-ext-diff", "--no-textconv", "--no-color", "-U3"]


class GitError(Exception):
    """git failed. The text is the first line of its error message; `output`
    has all messages, as bytes."""

    def __init__(self, text, output=b""):
        super().__init__(text)
        self.output = output


def environment(folder):
    """The environment for work in that folder alone: no settings of the user,
    the system, or a repository around it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(
        LC_ALL="C", GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1",
        GIT_CEILING_DIRECTORIES=str(folder.resolve().parent),
        GIT_EDITOR=":", GIT_SEQUENCE_EDITOR=":",
        GIT_AUTHOR_NAME=NAME, GIT_AUTHOR_EMAIL=EMAIL, GIT_AUTHOR_DATE=DATE,
        GIT_COMMITTER_NAME=NAME, GIT_COMMITTER_EMAIL=EMAIL,
        GIT_COMMITTER_DATE=DATE)
    return env


@functools.lru_cache(maxsize=None)
def trusted():
    """The options for folders of other owners in which the user lets git work.
    No other setting of the user is used."""
    done = subprocess.run(
        ["git", "config", "--get-all", "safe.directory"], cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, encoding="utf-8", errors="surrogateescape")
    return [word for value in done.stdout.splitlines()
            for word in ("-c", f"safe.directory={value}")]


def git(folder, *words, data=None):
    """Run git in the folder. Returns its output as bytes."""
    done = subprocess.run(
        ["git", "-c", f"core.excludesFile={os.devnull}",
         "-c", f"core.attributesFile={os.devnull}", *trusted(), *words],
        cwd=folder, env=environment(folder), input=data or b"",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise GitError(complaint(done.stderr + done.stdout), done.stderr)
    return done.stdout


def git_lines(folder, *words):
    return git(folder, *words).decode(errors="replace").splitlines()


def complaint(output):
    """The line of git's output that says what is wrong, and the command to fix
    it if git names one."""
    lines = output.decode(errors="replace").splitlines()
    told = [line.partition(": ")[2] for line in lines
            if line.startswith(("error: ", "fatal: "))]
    wrong = (told or lines or ["git failed"])[0]
    advice = [line.strip() for line in lines
              if line.startswith("\tgit config ")]
    return f"{wrong}; to allow it: {advice[0]}" if advice else wrong


def commits(folder, *words):
    """The commits up to HEAD, or those that `words` choose, oldest first."""
    return git_lines(folder, "rev-list", "--reverse", *(words or ["HEAD"]))


def subject_of(folder, commit):
    return git_lines(folder, "log", "-1", "--format=%s", commit)[0]


def export(folder, commit, parts, to):
    """Copy these folders of a commit to another folder."""
    data = git(folder, "archive", commit, *parts)
    with tarfile.open(fileobj=BytesIO(data)) as tar:
        tar.extractall(to)
