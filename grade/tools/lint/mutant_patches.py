"""grade/tools/lint/mutant_patches.py: check the patches of mutants and
variants."""

from grade.machine.host.build import ROOT, UserError
from grade.score.points import Points
from grade.series.git import GitError, git
from grade.series.patches import read_series
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
    yield from check_each(mutants)
    page = doc.FILE.relative_to(ROOT)
    if not doc.FILE.is_file() \
            or doc.FILE.read_text("utf-8") != doc.text(mutants):
        yield f"{page}:1: not up to date: run make mutants-docs"


def check_each(mutants):
    for mutant in mutants:
        where = where_is(mutant, FOLDER)
        if mutant.kind not in doc.KINDS:
            yield f"{where}: no such kind: {mutant.kind}"
        yield from check_groups(mutant, where)
        yield from check_fits(mutant, where, ROOT, "the kernel")


def where_is(patch, folder):
    return f"{folder.relative_to(ROOT)}/{patch.name}.patch:1"


def check_groups(patch, where):
    known = Points()
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
    with scratch_folder() as starter:
        copy_parts(ROOT, starter)
        try:
            take_off(starter, read_series(ROOT))
        except UserError:
            return                      # check_series has reported it
        for one in variants:
            where = where_is(one, variant.FOLDER)
            yield from check_groups(one, where)
            yield from check_fits(one, where, starter, "the starter")
            if one.name not in page:
                yield f"{VARIANTS_PAGE}:1: does not mention {one.name}"


def check_fits(patch, where, tree, what):
    try:
        git(tree, "apply", "--check", "-", data=patch.diff.encode())
    except GitError as error:
        yield f"{where}: does not apply to {what}: {error}"
