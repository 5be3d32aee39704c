"""grade/tools/lint/series_fits.py: check that the patch series leads from the
starter to the tree.

`make series` also runs the steps. This checks what needs no boot.
"""

from grade.course.handout.lab import DEFINITION, LABS, Lab, lab_names
from grade.machine.host.build import ROOT, UserError
from grade.series.patches import (
    FOLDER, LIST, findings, is_page, labs_in, read_series)
from grade.series.stack import DoesNotFit, check_round

REMEDY = ("put the change where it belongs in the series: commit it, then "
          "make series-place STEP=N (0: the starter), or make series-edit; "
          "see docs/series.md")


def check_series():
    try:
        patches = read_series(ROOT)
        yield from findings(ROOT, patches)
        yield from labs_undefined(labs_in(patches), lab_names())
        yield from pages_left_out(patches, map(Lab, lab_names()))
        check_round(ROOT, patches)
    except DoesNotFit as misfit:
        yield f"{misfit}: {REMEDY}"
    except UserError as error:
        yield str(error)


def labs_undefined(begun, defined):
    """Each lab needs patches and a definition."""
    for lab in sorted({*begun} - {*defined}):
        yield f"{FOLDER}/{LIST}:1: there is no {LABS}/{lab}/{DEFINITION}"
    for lab in sorted({*defined} - {*begun}):
        yield f"{LABS}/{lab}/{DEFINITION}:1: no line of {FOLDER}/{LIST} is " \
              f"`lab {lab}`"


def pages_left_out(patches, labs):
    """git am needs all pages that the patches of the lab change."""
    for lab in labs:
        for patch in patches:
            if patch.lab != lab.name:
                continue
            for file in sorted(patch.files):
                if is_page(file) and not lab.takes(file):
                    yield (f"{patch.name}:1: changes {file}, which hand-outs "
                           f"of {lab.name} do not have")
