"""grade/__main__.py: `make grade`: pytest with the options that Calf wants.

TESTS="words" picks tests, in pytest's -k language.
"""

import os
import sys

import pytest

from grade import process
from grade.config import ROOT

WORKERS_MAX = 8


def main():
    process.end_on_signals()
    # Only the plug-ins named here: others might change what is printed.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.chdir(ROOT)
    workers = min(os.cpu_count() or 1, WORKERS_MAX)
    options = [
        "-c", os.devnull, "--rootdir", str(ROOT), "-p", "no:cacheprovider",
        "-p", "xdist.plugin", "-n", str(workers), "--dist", "loadgroup",
        "-q", "--no-header", "--tb=short", "-rN",
        "-o", "console_output_style=classic"]
    if os.environ.get("TESTS"):
        options += ["-k", os.environ["TESTS"]]
    return pytest.main([*options, "grade"])


if __name__ == "__main__":
    sys.exit(main())
