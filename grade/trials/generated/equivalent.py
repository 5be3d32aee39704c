"""grade/trials/generated/equivalent.py: mutants that are not wrong, and why.

The file LAB/equivalent has a paragraph for each:

    kernel/mm/frame.c cache_push value      file, function, operators
    - the line as it is
    + the line as the mutant has it
    why the kernel is still right

Without a + line, it means all mutants of these operators in that line. Each
paragraph must fit a mutant, so none outlives the code that it describes.
"""

from dataclasses import dataclass
from pathlib import Path

from grade.machine.host.build import UserError

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Equivalent:
    path: str
    function: str
    operators: tuple
    old: str
    new: str            # "": any
    why: str

    def fits(self, mutant):
        if (mutant.path, mutant.function) != (self.path, self.function) \
                or mutant.operator not in self.operators:
            return False
        old, new = mutant.change()
        return old == self.old and self.new in ("", new)

    def __str__(self):
        return f"{self.path} {self.function}: {self.old}"


def parse(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [paragraph(part.splitlines())
            for part in "\n".join(lines).split("\n\n") if part.strip()]


def paragraph(lines):
    lines = [line.strip() for line in lines if line.strip()]
    words = lines[0].split()
    old = [line[2:] for line in lines[1:] if line.startswith("- ")]
    new = [line[2:] for line in lines[1:] if line.startswith("+ ")]
    why = [line for line in lines[1:] if not line.startswith(("- ", "+ "))]
    if len(words) < 3 or len(old) != 1 or len(new) > 1 or not why:
        raise UserError(f"equivalent: malformed: {lines[0]}")
    return Equivalent(words[0], words[1], tuple(words[2:]), old[0],
                      "".join(new), " ".join(why))


def read(lab):
    return parse((HERE / lab / "equivalent").read_text("utf-8"))
