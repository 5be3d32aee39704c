"""grade/lint/__main__.py: `make lint`: one line a finding, then the sum."""

import sys

from grade.config import ROOT, BuildError
from grade.lint.commands import check_commands
from grade.lint.compilers import check_builds, check_format, check_headers
from grade.lint.encodings import check_encodings
from grade.lint.lab import check_lab
from grade.lint.layers import check_layers
from grade.lint.lengths import check_lengths
from grade.lint.links import check_links
from grade.lint.macros import check_macros
from grade.lint.names import check_names
from grade.lint.python import check_old_python, check_python
from grade.lint.text import check_text
from grade.text import many

CHECKS = (check_layers, check_lengths, check_text, check_links, check_lab,
          check_commands, check_names, check_python, check_old_python,
          check_encodings, check_macros, check_format, check_builds,
          check_headers)


def checks():
    """What can be seen at once comes first."""
    if (ROOT / "patches").is_dir():         # a hand-out has none
        from grade.lint.series import check_series
        yield check_series
        from grade.lint.mistakes import check_mistakes, check_variants
        yield check_mistakes
        yield check_variants
    yield from CHECKS


def main():
    count = 0
    for check in checks():
        try:
            for finding in check():
                print(finding, flush=True)
                count += 1
        except BuildError:
            pass                # check_builds has said so
    print("lint: ok" if count == 0 else f"lint: {many(count, 'finding')}")
    return count != 0


if __name__ == "__main__":
    sys.exit(main())
