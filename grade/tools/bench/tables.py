"""grade/tools/bench/tables.py: format figures as tables, for the terminal and
for a page."""

from grade.tools.bench.kernels import FINISHED, STARTER
from grade.tools.bench.rows import PEER_NAMES, read_peers


def number(value):
    """A number with commas, and one decimal if it is below 1,000 and not
    whole."""
    if value is None:
        return "-"
    if value < 1000 and value != int(value):
        return f"{value:,.1f}"
    return f"{value:,.0f}"


def main_table(rows, figures, budgets):
    """The head and the lines of a table: each kernel, the bound, the peers."""
    peers = read_peers()
    head = ["operation", STARTER, FINISHED, "bound", *PEER_NAMES]
    lines = []
    for row in rows:
        budget = budgets.get(row.name)
        bound = "" if budget is None else \
            (">= " if budget.is_least else "") + number(budget.bound)
        lines.append([
            row.title,
            *(number(figures.get(kernel, {}).get(row.name))
              for kernel in (STARTER, FINISHED)),
            bound, *map(number, peers.get(row.name, [None] * 3))])
    return head, lines


def profile_table(profile):
    """The head and the lines of a table: the instructions of one operation by
    function."""
    total = profile.traced()
    lines = [[name, number(round(count, 1)), f"{100 * count / total:.1f}%"]
             for name, count in profile.shares() if count >= 0.05]
    return ["function", "instructions", "share"], lines


def aligned(head, lines):
    """The table for the terminal: the first column aligned to the left,
    numbers to the right."""
    table = [head, *lines]
    widths = [max(len(line[i]) for line in table) for i in range(len(head))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0])]
                  + [cell.rjust(width)
                     for cell, width in zip(line[1:], widths[1:])]).rstrip()
        for line in table)


def markdown(head, lines):
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(line) + " |"
                     for line in [head, rule, *lines])
