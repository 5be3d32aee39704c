"""grade/tools/lint/page_links.py: a link of one page to another has an end."""

import re

from grade.course.links import broken_links
from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files, top_files

# Files of a hand-out: their links are good there, which its builder checks.
HANDED_OUT = re.compile(r"grade/course/labs/[^/]+/files/")


def check_links():
    paths = [path for path in top_files() + files()
             if not HANDED_OUT.match(str(path))]
    yield from broken_links(ROOT, paths)
