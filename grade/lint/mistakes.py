"""grade/lint/mistakes.py: the patches of mutants, and docs/mistakes.md."""

from grade.config import ROOT
from grade.mutants import doc
from grade.mutants.mutant import FOLDER, BadMutant, read_mutants
from grade.points import Points


def check_mistakes():
    try:
        mutants = read_mutants()
    except BadMutant as error:
        yield f"{FOLDER.relative_to(ROOT)}/{error}"
        return
    yield from check_words(mutants)
    page = doc.FILE.relative_to(ROOT)
    if not doc.FILE.is_file() or doc.FILE.read_text() != doc.text(mutants):
        yield f"{page}:1: not up to date: python3 -m grade.mutants.doc"


def check_words(mutants):
    known = Points()
    groups = set(known.groups) - known.tools
    for mutant in mutants:
        where = f"{FOLDER.relative_to(ROOT)}/{mutant.name}.patch:1"
        if mutant.kind not in doc.KINDS:
            yield f"{where}: no such kind: {mutant.kind}"
        for group in mutant.groups:
            if group not in groups:
                yield f"{where}: no such group: {group}"
