"""grade/trials/mutants/mutant.py: the description of a mistake in its
patch."""

from pathlib import Path

from grade.trials.described_patch import Described, read_patches

FOLDER = Path(__file__).parent


class Mutant(Described):
    needed = ("Fails", "Kind", "Symptom", "Why", "Remedy")
    optional = ("Seen by",)

    @property
    def groups(self):
        """The groups of which at least one must lose points."""
        return self.fields["Fails"].split()

    @property
    def kind(self):
        return self.fields["Kind"]


def read_mutants(folder=FOLDER):
    """All mutants, by number."""
    return read_patches(folder, Mutant)
