"""grade/trials/mutants/mutant.py: what a patch with a mistake says of it."""

from pathlib import Path

from grade.trials.described_patch import Described, read_patches

FOLDER = Path(__file__).parent


class Mutant(Described):
    needed = ("Fails", "Kind", "Symptom", "Why", "Remedy")
    optional = ("Seen by",)

    @property
    def groups(self):
        """Those of which at least one must lose points."""
        return self.fields["Fails"].split()

    @property
    def kind(self):
        return self.fields["Kind"]


def read_mutants(folder=FOLDER):
    """All of them, by number."""
    return read_patches(folder, Mutant)
