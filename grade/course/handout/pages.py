"""grade/course/handout/pages.py: the pages of docs/, as a hand-out has them.

The pages tell of the finished kernel. Where one says what students are to find
out, it has both texts, and whoever reads the page sees the first. The mark is
the lab, or `main` for what no hand-out has. In a line, not at its beginning:

    fork <!-- cow -->shares<!-- else copies --> the pages

and for whole paragraphs:

    <!-- cow -->
    Fork shares the pages.
    <!-- else
    Fork copies the pages.
    -->

The second text may be missing: `<!-- else -->`. A row of a table goes with the
page that it links to.
"""

import re
import textwrap

from grade.course.links import broken_links, targets
from grade.machine.host.build import UserError

WIDTH = 80
BLOCK = (r"^<!-- (?:{tags}) -->\n(?:(?!<!--).*\n)*?"
         r"<!-- else(?: -->\n|\n((?:(?!-->).*\n)*?)-->\n)")
INLINE = r"(?<!^)<!-- (?:{tags}) -->(?:(?!<!--).)*?<!-- else(.*?)-->"
MARK = r"<!-- (?:else|{tags})\b.*"
PATH = re.compile(r"(?<![\w./-])[\w.-]+/(?:[\w./-]*\w)?")
ITEM = re.compile(r"^(?=- |\d+\. )", re.MULTILINE)


def page_for(lab, text):
    """The text of a page as a hand-out of the lab has it. Raises ValueError
    with a mark that begins or ends nothing."""
    block, inline, mark = (
        re.compile(form.format(tags=f"{lab}|main"), re.MULTILINE | re.DOTALL
                   if form is INLINE else re.MULTILINE)
        for form in (BLOCK, INLINE, MARK))
    text = block.sub(lambda match: match.group(1) or "", text)
    chunks = [replace_in(chunk, inline)
              for chunk in re.split(r"\n{2,}", text.strip("\n"))]
    text = "\n\n".join(chunk for chunk in chunks if chunk) + "\n"
    left = mark.search(text)
    if left:
        raise ValueError(left.group())
    return text


def replace_in(chunk, inline):
    """Replace the passages of a paragraph, a list or a table."""
    new = inline.sub(lambda match: match.group(1).strip(" "), chunk)
    if new == chunk or new.startswith("|"):
        return new.strip("\n")
    return "\n".join(refill(item) for item in ITEM.split(new) if item.strip())


def refill(item):
    """Wrap a paragraph, or an item of a list, anew."""
    bullet = re.match(r"(?:- |\d+\. )?", item).group()
    return textwrap.fill(
        " ".join(item.split()), WIDTH, subsequent_indent=" " * len(bullet),
        break_long_words=False, break_on_hyphens=False)


def without_rows(path, text, missing):
    """Without the rows of tables that link to what is `missing(name)`, or
    begin with its path."""
    return "".join(
        line for line in text.splitlines(keepends=True)
        if not (line.startswith("|") and any(map(missing, [
            *targets(path, line), *PATH.findall(line.split("|")[1])]))))


def make_pages(lab, folder, source):
    """Rewrite the pages of the hand-out in `folder`, which was made from the
    project in `source`."""
    def missing(name):
        return (source / name).exists() and not (folder / name).exists()

    paths = sorted(path.relative_to(folder) for path in folder.rglob("*.md"))
    for path in paths:
        try:
            text = page_for(lab, (folder / path).read_text("utf-8"))
        except ValueError as error:
            raise UserError(f"{path}: a mark alone: {error}") from None
        text = without_rows(path, text, missing)
        (folder / path).write_text(text, "utf-8")
        for name in filter(missing, PATH.findall(text)):
            raise UserError(f"{path}: tells of {name}, which is left out")
    for finding in broken_links(folder, paths):
        raise UserError(f"in the hand-out, {finding}")
