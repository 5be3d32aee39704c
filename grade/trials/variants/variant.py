"""grade/trials/variants/variant.py: the description of a variant in its
patch."""

from pathlib import Path

from grade.trials.described_patch import Described, read_patches

FOLDER = Path(__file__).parent
NOTHING = "nothing"


class Variant(Described):
    """A solution of its lab, from the lab's starter."""

    needed = ("Loses", "Design")

    @property
    def groups(self):
        """The groups that lose points. All others lose none."""
        words = self.fields["Loses"]
        return [] if words == NOTHING else words.split()


def read_variants(folder=FOLDER):
    """All variants, by number."""
    return read_patches(folder, Variant)
