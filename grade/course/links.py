"""grade/course/links.py: the links between pages."""

import re
from pathlib import Path
from posixpath import normpath

LINK = re.compile(r"\[[^][]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z]+:")
CODE = re.compile(r"^(?:    |\t).*$", re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def broken_links(root, paths):
    """Yield a finding for each broken link of the pages."""
    for path in (p for p in paths if p.suffix == ".md"):
        text = without_comments((root / path).read_text("utf-8"))
        for number, line in enumerate(text.split("\n"), 1):
            for link in links(line):
                problem = link_problem(root, path, link)
                if problem:
                    yield f"{path}:{number}: {link}: {problem}"


def without_comments(text):
    """The same lines without comments, which a reader does not see."""
    return COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)


def links(line):
    """The links to pages of the project in a line."""
    return [link for link in LINK.findall(CODE.sub("", line))
            if not ELSEWHERE.match(link)]


def resolve(path, link):
    """The path from the root, and the heading, that a link leads to."""
    name, _, anchor = link.partition("#")
    target = normpath(Path(path).parent / name) if name else str(path)
    return target, anchor


def link_problem(root, path, link):
    target, anchor = resolve(path, link)
    if target.startswith("..") or not (root / target).exists():
        return "no such file"
    if anchor and target.endswith(".md") \
            and anchor not in anchors((root / target).read_text("utf-8")):
        return "no such heading"
    return None


def anchors(text):
    """The names of a page's headings in links, as the web views of
    repositories form them."""
    found = set()
    for heading in HEADING.findall(CODE.sub("", text)):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(kept.strip().replace(" ", "-"))
    return found
