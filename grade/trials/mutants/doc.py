"""grade/trials/mutants/doc.py: docs/mistakes.md, made from the patches.

`make mutants-docs` writes it; `make lint` sees that it is up to date.
"""

import sys

from grade.machine.host.build import ROOT
from grade.trials.mutants.mutant import FOLDER, read_mutants

FILE = ROOT / "docs" / "mistakes.md"
HEAD = """\
# Mistakes

For instructors: it tells what the lab asks for.

Each of these {count} mistakes was put into the finished kernel, alone, for the
tests to notice: `make mutants` tries again (see [grading.md](grading.md)). The
patch of the name given is in `grade/trials/mutants/`. "Seen in" are the groups
of tests of which one must lose points.

<!-- Made by `make mutants-docs` from the patches: change those. -->
"""

# In this order, each with what it is about.
KINDS = {
    "counting": "How many own a frame, counted wrongly.",
    "off-by-one": "One too few, or one too many.",
    "width": "Counts that are too small for what they count.",
    "ordering": "The right steps in the wrong order.",
    "lock": "What all harts share, without a lock, or with one kept.",
    "no memory": "What happens when there is no frame for a copy.",
    "failure path": "What a call that fails leaves behind.",
    "flags": "Bits of page-table entries.",
    "bounds": "Where a range of addresses begins and ends.",
    "copy": "The contents of the copy.",
    "wrong table": "The page table of somebody else.",
    "fault loop": "Faults that are reported as resolved, and are not.",
    "panic": "Programs that stop the kernel.",
    "guard page": "Pages that must not be there.",
    "user copy": "The kernel reads and writes for a program.",
    "fence": "Translations that a hart remembers.",
    "exit path": "What is not given back at the end.",
    "cost": "Right, but slower than it need be.",
}


def section(mutant):
    fields = mutant.fields
    lines = [f"### {mutant.title}", "", fields["Symptom"], "",
             f"*Why:* {fields['Why']}", "", f"*Remedy:* {fields['Remedy']}"]
    seen = f"*Seen in:* {', '.join(mutant.groups)}"
    return [*lines, "", f"{seen} · `{mutant.name}`", ""]


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
