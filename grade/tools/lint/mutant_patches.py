"""grade/tools/lint/mutant_patches.py: check the patches of mutants and
variants."""

from grade.kernel.labs import lab_names
from grade.machine.host.build import ROOT, UserError
from grade.score.points import Points
from grade.series.git import GitError, git
from grade.series.patches import (
    after_lab, from_lab, labs_in, read_series)
from grade.series.stack import copy_parts, scratch_folder, take_off
from grade.trials.described_patch import BadPatch
from grade.trials.mutants import doc
from grade.trials.mutants.mutant import FOLDER, read_mutants
from grade.trials.variants import variant

VARIANTS_PAGE = "docs/trials.md"


def check_mistakes():
    try:
        mutants = read_mutants()
    except BadPatch as error:
        yield f"{FOLDER.relative_to(ROOT)}/{error}"
        return
    for mutant in mutants:
        where = where_is(mutant, FOLDER)
        if mutant.kind not in doc.KINDS:
            yield f"{where}: no such kind: {mutant.kind}"
        yield from check_groups(mutant, where)
    yield from check_each(mutants, FOLDER, after_lab, "finished kernel")
    page = doc.FILE.relative_to(ROOT)
    if not doc.FILE.is_file() \
            or doc.FILE.read_text("utf-8") != doc.text(mutants):
        yield f"{page}:1: not up to date: run make mutants-docs"


def where_is(patch, folder):
    return f"{folder.relative_to(ROOT)}/{patch.lab}/{patch.name}.patch:1"


def check_groups(patch, where):
    if patch.lab not in lab_names():
        yield f"{where}: no such lab: {patch.lab}"
        return
    known = Points([patch.lab])
    for group in patch.groups:
        if group not in set(known.groups) - known.tools:
            yield f"{where}: no such group: {group}"


def check_variants():
    try:
        variants = variant.read_variants()
    except BadPatch as error:
        yield f"{variant.FOLDER.relative_to(ROOT)}/{error}"
        return
    page = (ROOT / VARIANTS_PAGE).read_text("utf-8")
    for one in variants:
        yield from check_groups(one, where_is(one, variant.FOLDER))
        if one.name not in page:
            yield f"{VARIANTS_PAGE}:1: does not mention {one.name}"
    yield from check_each(variants, variant.FOLDER, from_lab, "starter")


def check_each(patches, folder, without, what):
    """Check that each patch applies to the kernel of its lab. `without` says
    which patches of the series that kernel does not have."""
    try:
        series = read_series(ROOT)
        for lab in labs_in(series):
            with scratch_folder() as tree:
                copy_parts(ROOT, tree)
                take_off(tree, without(series, lab))
                for patch in patches:
                    if patch.lab == lab:
                        yield from check_fits(patch, where_is(patch, folder),
                                              tree, f"the {what} of {lab}")
    except UserError:
        return                          # check_series has reported it


def check_fits(patch, where, tree, what):
    try:
        git(tree, "apply", "--check", "-", data=patch.diff.encode())
    except GitError as error:
        yield f"{where}: does not apply to {what}: {error}"
