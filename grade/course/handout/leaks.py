"""grade/course/handout/leaks.py: looks for the solution where it must not be.

The telltale signs are computed from the two kernels: names that only the
finished one has, the names of its new files, and its new lines.
"""

import re

from grade.series.git import git, git_lines

SOURCES = {".c", ".h", ".S", ".ld"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
NAME = re.compile(r"\b[A-Za-z_]\w*\b")
CALL = re.compile(r"\b([A-Za-z_]\w*)\(")
MARK = re.compile(r"(?:/\*+|\*+/?|//|#|>|\+|-|\|) ?")
LINE_MIN = 25           # shorter lines can be in any program


class Secrets:
    """What no file of a hand-out may contain: `names`, `files` and `lines`."""

    def __init__(self, finished, starter, given=()):
        new, old = read_kernel(finished), read_kernel(starter)
        known = set().union(*map(all_names, old.values()))
        names = set().union(*map(telling_names, new.values()))
        self.names = names - known - set(given)
        self.files = {path.split("/", 1)[1] for path in set(new) - set(old)}
        lines = set().union(*map(plain_lines, new.values()))
        before = " ".join(plain(text) for text in old.values())
        self.lines = {line for line in lines
                      if len(line) > LINE_MIN and line not in before}
        self.lines -= set(given)
        self._pattern = self._one_pattern()

    def _one_pattern(self):
        words = [rf"\b{name}\b" if is_code(name) else rf"(?<!\.)\b{name}(?=\()"
                 for name in sorted(self.names)]
        words += [rf"(?<![\w.-]){re.escape(name)}\b"
                  for name in sorted(self.files)]
        return re.compile("|".join(words) or r"(?!)")

    def find_in(self, text):
        """Yield the parts of the solution in a text: (line number, what)."""
        if self._may_have_names(text):
            for number, line in enumerate(text.split("\n"), 1):
                for match in self._pattern.finditer(line):
                    yield number, match.group()
        whole = plain(text)
        for line in sorted(self.lines):
            if line in whole:
                yield line_number(text, line), line

    def _may_have_names(self, text):
        """False if the pattern, which is slow, finds nothing."""
        return not self.names.isdisjoint(NAME.findall(text)) \
            or any(name in text for name in self.files)


def is_code(name):
    """True if a name can only be code. A name that could be an English word
    counts only where it is called."""
    return "_" in name or not name.islower()


def read_kernel(folder):
    """The sources, by their paths such as "kernel/mm/uvm.c"."""
    return {str(path.relative_to(folder.parent)):
            path.read_text(encoding="utf-8", errors="replace")
            for path in sorted(folder.rglob("*")) if path.suffix in SOURCES}


def all_names(text):
    return set(NAME.findall(text))


def telling_names(text):
    code = STRING.sub(" ", COMMENT.sub(" ", text))
    called = set(CALL.findall(code))
    return {name for name in all_names(code)
            if is_code(name) or name in called}


def plain_lines(text):
    """The lines without indentation and comment marks."""
    for line in text.split("\n"):
        words = " ".join(line.split())
        mark = MARK.match(words)
        words = words[mark.end():] if mark else words
        yield words[:-2].rstrip() if words.endswith("*/") else words


def plain(text):
    """The same as one line, so that wrapping makes no difference."""
    return " ".join(" ".join(plain_lines(text)).split())


def line_number(text, wanted):
    """The line in which a line of the solution begins, or 0 if it is
    wrapped."""
    for number, line in enumerate(plain_lines(text), 1):
        if wanted in line:
            return number
    return 0


def find_leaks(secrets, folder):
    """Yield a line for each leak into the repository in `folder`: its files,
    those of git itself, and every object that git keeps."""
    found = {}      # by content: git keeps each file once more
    for name, data in texts(folder):
        for number, what in secrets.find_in(name):
            yield f"{name}: its name has {what}"
        if data not in found:
            text = data.decode("utf-8", "replace")
            found[data] = list(secrets.find_in(text))
        for number, what in found[data]:
            yield f"{name}:{number}: {what}"


def texts(folder):
    """The (name, bytes) of everything that can be read in the folder."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(".git/objects/"):
            yield name, path.read_bytes()
    if (folder / ".git").is_dir():
        yield from objects(folder)


def objects(folder):
    """All objects that git keeps, reachable or not, except trees, which have
    only names of files."""
    listing = git_lines(folder, "cat-file", "--batch-all-objects",
                        "--batch-check")
    names = [line.split() for line in listing]
    wanted = "".join(f"{name}\n" for name, kind, _ in names if kind != "tree")
    data = git(folder, "cat-file", "--batch", data=wanted.encode())
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        name, kind, size = data[at:end].decode().split()
        at = end + 1 + int(size)
        yield f"git {kind} {name[:12]}", data[end + 1:at]
        at += 1         # the newline after each object
