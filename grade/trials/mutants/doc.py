"""grade/trials/mutants/doc.py: write docs/mistakes.md from the patches.

`make mutants-docs` writes it, and `make lint` checks that it is up to date.
"""

import sys

from grade.machine.host.build import ROOT
from grade.trials.mutants.mutant import FOLDER, read_mutants

FILE = ROOT / "docs" / "mistakes.md"
HEAD = """\
# Mistakes

This page is for teachers, since it gives away what the lab asks for.

To test the tests, `make mutants` puts each of these {count} mistakes into the
finished kernel of its lab, one at a time
([trials.md](trials.md#are-the-tests-good-enough)). `grade/trials/mutants/`
has a patch for each, under the name given here, in the folder of its lab.
"Seen in" lists groups of tests; at least one of them must lose points.

<!-- Made by `make mutants-docs` from the patches: change those. -->
"""

# The kinds of mistakes in the order of the page, each with a description.
KINDS = {
    "counting": "The number of a frame's owners is counted wrongly.",
    "off-by-one": "One too few, or one too many.",
    "width": "A type is too small for its numbers.",
    "ordering": "The steps are right, but in the wrong order.",
    "lock": "Harts share data without a lock, or a lock is not released.",
    "no memory": "There is no frame for a copy.",
    "failure path": "A call that fails leaves something behind.",
    "flags": "The bits of page-table entries are wrong.",
    "bounds": "A range of addresses begins or ends in the wrong place.",
    "copy": "The contents of the copy are wrong.",
    "wrong table": "The kernel uses another process's page table.",
    "fault loop": "A fault is reported as resolved, but is not.",
    "panic": "A program can make the kernel panic.",
    "guard page": "A page exists where there must be none.",
    "user copy": "The kernel reads and writes for a program in the wrong way.",
    "fence": "A hart uses a stale translation.",
    "exit path": "Something is not freed at the end.",
    "cost": "Correct, but slower than necessary.",
}


def section(mutant):
    fields = mutant.fields
    lines = [f"### {mutant.title}", "", fields["Symptom"], "",
             f"*Why:* {fields['Why']}", "", f"*Remedy:* {fields['Remedy']}"]
    seen = f"*Seen in:* {', '.join(mutant.groups)}"
    return [*lines, "", f"{seen} · `{mutant.lab}/{mutant.name}`", ""]


def text(mutants):
    lines = [HEAD.format(count=len(mutants))]
    for kind, about in KINDS.items():
        chosen = [m for m in mutants if m.kind == kind]
        if chosen:
            lines += [f"## {kind.capitalize()}", "", about, ""]
        for mutant in chosen:
            lines += section(mutant)
    lines += [(FOLDER / "unseen.md").read_text("utf-8").rstrip()]
    return "\n".join(lines) + "\n"


def main():
    FILE.write_text(text(read_mutants()), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
