"""grade/course/autograders/classroom50/autograder.py: grades for Classroom 50.

Its runner starts this in the student's checkout and reads result.json there.
The grader is beside this file, so nothing from the checkout is run.
"""

import os
import subprocess
import sys
from pathlib import Path

CALF = Path(__file__).resolve().parent / "calf"
RESULT = Path.cwd() / "result.json"
LIMIT = os.environ.get("LIMIT") or "1500"


def main():
    RESULT.unlink(missing_ok=True)
    subprocess.run(["sh", "grade/tools/setup/setup.sh", "grade"], cwd=CALF,
                   check=True)
    subprocess.run(
        ["make", "--no-print-directory", "grade", f"TREE={Path.cwd()}",
         "REPORT=classroom50", f"OUT={RESULT}", f"LIMIT={LIMIT}"],
        cwd=CALF, check=False)
    # make also fails below the full score; the report is what counts.
    return 0 if RESULT.is_file() else 1


if __name__ == "__main__":
    sys.exit(main())
