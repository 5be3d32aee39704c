#!/bin/sh
# setup.sh: installs what the grader needs; Gradescope runs it once, as root.

cd "${AUTOGRADER:-/autograder}/source/calf" && sh grade/tools/setup/setup.sh grade
