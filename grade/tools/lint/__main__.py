"""grade/tools/lint/__main__.py: `make lint`: print a line for each finding,
and then their number."""

import sys

from grade.machine.host.build import ROOT, BuildError
from grade.machine.host.text import many
from grade.tools.lint.compilers import (
    check_builds, check_format, check_headers)
from grade.tools.lint.lab_text import check_lab
from grade.tools.lint.layers import check_layers
from grade.tools.lint.lengths import check_lengths
from grade.tools.lint.macros import check_macros
from grade.tools.lint.page_links import check_links
from grade.tools.lint.python_files import check_old_python, check_python
from grade.tools.lint.rooms import check_rooms
from grade.tools.lint.shown_commands import check_commands
from grade.tools.lint.shown_names import check_names
from grade.tools.lint.text_encodings import check_encodings
from grade.tools.lint.text_files import check_text

CHECKS = (check_layers, check_rooms, check_lengths, check_text, check_links,
          check_lab, check_commands, check_names, check_python,
          check_old_python, check_encodings, check_macros, check_format,
          check_builds, check_headers)


def checks():
    """All checks, the quick ones first."""
    if (ROOT / "patches").is_dir():         # not in a hand-out
        from grade.tools.lint.series_fits import check_series
        yield check_series
        from grade.tools.lint.mutant_patches import (
            check_mistakes, check_variants)
        yield check_mistakes
        yield check_variants
        from grade.tools.lint.lab_patterns import check_lab_patterns
        yield check_lab_patterns
    yield from CHECKS


def main():
    count = 0
    for check in checks():
        try:
            for finding in check():
                print(finding, flush=True)
                count += 1
        except BuildError:
            pass                # check_builds has reported it
    print("lint: ok" if count == 0 else f"lint: {many(count, 'finding')}")
    return count != 0


if __name__ == "__main__":
    sys.exit(main())
