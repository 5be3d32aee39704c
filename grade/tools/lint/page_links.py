"""grade/tools/lint/page_links.py: check that links between pages lead
somewhere."""

import re

from grade.course.links import broken_links
from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files, top_files

# The links in these files are for a hand-out, and its builder checks them.
HANDED_OUT = re.compile(r"grade/labs/([^/]+/)?files/")


def check_links():
    paths = [path for path in top_files() + files()
             if not HANDED_OUT.match(str(path))]
    yield from broken_links(ROOT, paths)
