"""grade/tools/lint/lab_patterns.py: check that each pattern in the definition
of a lab matches a file."""

from grade.course.handout.lab import Lab, lab_names, unused_patterns
from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import all_files


def check_lab_patterns():
    paths = [str(path) for path in all_files()]
    for name in lab_names():
        lab = Lab(name)
        where = lab.definition.relative_to(ROOT)
        for pattern in unused_patterns(lab, paths):
            yield f"{where}:1: no file matches {pattern}"
