"""grade/tools/bench/budgets.py: budgets for the finished kernel's figures."""

import os
import re
from dataclasses import dataclass

from grade.machine.host.build import ROOT, UserError

FILE = "grade/tools/bench/budgets"
BUDGETS = ROOT / FILE
NUMBER = r"(\d+(?:\.\d+)?)"
LINE = re.compile(rf"(\S+)\s+(<=|>=)\s+{NUMBER}(?:\s+clang\s+{NUMBER})?")
ROOM = 0.05             # a bound further off than this can be tightened


@dataclass(frozen=True)
class Budget:
    """A bound: at most, or at least."""

    bound: float
    is_least: bool

    def overrun(self, value):
        """How far the figure is beyond the bound; 0 or less if it is not."""
        return self.bound - value if self.is_least else value - self.bound


def read_budgets(path=BUDGETS):
    """Budgets by row, for the compiler in use. Raises UserError for a line
    that is not a budget."""
    is_clang = os.environ.get("LLVM") == "1"
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        parts = LINE.fullmatch(text)
        if not parts or parts.group(1) in found:
            raise UserError(f"{FILE}:{number}: not `ROW <= NUMBER`, or "
                            f"its second line: {text}")
        name, sign, bound, clangs = parts.groups()
        if is_clang and clangs:
            bound = clangs
        found[name] = Budget(float(bound), sign == ">=")
    return found


def check(figures, budgets, can_profile):
    """Two lists of lines: figures over their budgets, and far under them."""
    over, under = [], []
    for name, value in figures.items():
        if name not in budgets:
            continue
        budget = budgets[name]
        excess = budget.overrun(value)
        side = "at least" if budget.is_least else "at most"
        if excess > 0:
            over.append(f"{name}: {value:,.10g}, {side} {budget.bound:,.10g} "
                        f"allowed: {excess:,.6g} too "
                        + ("few" if budget.is_least else "many")
                        + (f"; see make bench PROFILE={name}"
                           if can_profile(name) else ""))
        elif -excess > ROOM * budget.bound:
            under.append(f"{name}: {value:,.10g}; {FILE} can ask for "
                         f"less than {side} {budget.bound:,.10g}"
                         if not budget.is_least else
                         f"{name}: {value:,.10g}; {FILE} can ask for "
                         f"more than {side} {budget.bound:,.10g}")
    return over, under
