"""grade/tools/lint/lab_patterns.py: check that each pattern in the definition
of a lab matches a file, and that no module it takes needs one that it leaves
out."""

import ast

from grade.course.handout.lab import FILES, Lab, lab_names, unused_patterns
from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import all_files, files
from grade.tools.lint.rooms import module_path, names_imported


def check_lab_patterns():
    paths = [str(path) for path in all_files()]
    texts = {path: (ROOT / path).read_text("utf-8")
             for path in files(".py", folders=("grade",))}
    for name in lab_names():
        lab = Lab(name)
        where = lab.definition.relative_to(ROOT)
        for pattern in unused_patterns(lab, paths):
            yield f"{where}:1: no file matches {pattern}"
        for path, line, target in imports_left_out(lab, texts):
            yield f"{path}:{line}: needs {target}, which {where} leaves out"


def imports_left_out(lab, texts):
    """Yield (module, line, imported module) for each import, at the top level
    of a module that the lab takes, of one that it leaves out. `texts` has all
    modules, by path."""
    for path, text in texts.items():
        if not lab.takes(str(path)):
            continue
        for node in ast.parse(text, str(path)).body:
            for name in names_imported(node):
                target = module_path(name, texts)
                if target is not None and not lab.takes(str(target)) \
                        and not (lab.folder / FILES / target).exists():
                    yield path, node.lineno, target
