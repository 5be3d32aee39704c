"""grade/tools/bench/bench_page.py: `make bench-docs`: write the results of the
last `make bench` into docs/bench.md, and the plots beside it."""

import json
import shutil
import sys

from grade.machine.host.build import ROOT, UserError
from grade.tools.bench.budgets import read_budgets
from grade.tools.bench.kernels import FINISHED, FOLDER
from grade.tools.bench.rows import CROWDS, HARTS, MAIN, ROWS, SCALE
from grade.tools.bench.tables import main_table, markdown, number
from grade.tools.bench.whole_runs import ROWS as WHOLE

PAGE = ROOT / "docs/bench.md"
PICTURES = ROOT / "docs/img"
BEGIN = "<!-- From here on made by `make bench-docs`. -->\n"
PROFILE_LINES = 8


def table_with_commands(rows, figures, budgets):
    head, lines = main_table(rows, figures, budgets)
    return markdown(
        [*head, "again with"],
        [[*line, f"`make bench ROWS={row.name}`" if row.name in ROWS
          else "`make bench`"] for row, line in zip(rows, lines)])


def fits_text(fits):
    lines = [[f"{kernel}: {name.replace('_', ' + ')}", number(fixed),
              f"{slope:,.1f}"]
             for kernel, found in fits.items()
             for name, (fixed, slope) in found.items()]
    return markdown(["instructions", "fixed", "for each page"], lines)


def crowd_text(figures):
    head = ["others asleep", *map(str, CROWDS)]
    return markdown(head, [
        [kernel, *(number(found.get(f"crowd:{n}")) for n in CROWDS)]
        for kernel, found in figures.items()])


def parallel_text(figures, waits):
    names = [f"parallel:{n}" for n in HARTS]
    lines = []
    for kernel, found in figures.items():
        if all(name in found for name in names):
            one = found[names[0]]
            lines.append([f"{kernel}: throughput, one hart being 1",
                          *(f"{found[name] / one:.2f}" for name in names)])
    locks = sorted({lock for found in waits.values() for lock in found})
    lines += [[f"waits for *{lock}*", "-",
               *(number(waits[str(n)].get(lock, 0)) for n in HARTS[1:])]
              for lock in locks]
    return markdown(["harts", *map(str, HARTS)], lines)


def profile_text(name, shares):
    total = sum(shares.values())
    ranked = list(shares.items())
    lines = [[f"`{function}`" if function[0] != "(" else function,
              number(round(count, 1)), f"{100 * count / total:.1f}%"]
             for function, count in ranked[:PROFILE_LINES]]
    rest = sum(count for _, count in ranked[PROFILE_LINES:])
    lines.append(["all others", number(round(rest, 1)),
                  f"{100 * rest / total:.1f}%"])
    return (f"`make bench PROFILE={name}`, {number(round(total))} "
            "instructions in one operation:\n\n"
            + markdown(["function", "instructions", "share"], lines))


def results_text(results, budgets):
    figures = results["figures"]
    profiles = results["profiles"][FINISHED]
    return "\n".join([
        BEGIN,
        "## The table\n",
        table_with_commands([*MAIN, *WHOLE], figures, budgets),
        "\n## By size of the parent\n",
        "![instructions of fork against the memory of the parent]"
        "(img/bench-fork.svg)\n",
        table_with_commands([row for row in SCALE if "crowd" not in row.name],
                            figures, budgets),
        "\nThese points lie on lines, fitted by the relative error:\n",
        fits_text(results["fits"]),
        "\n## Among other processes\n",
        "Instructions of fork + exec + wait while that many processes sleep; "
        "`make bench ROWS=crowd:100`:\n",
        crowd_text(figures),
        "\n## Harts that fork at once\n",
        "Measured by the clock on a host with two cores, where more than two "
        "harts cannot be faster than two. `make bench ROWS=parallel:4`; this "
        "shows how often a hart waited for which lock:\n\n"
        "    make run DEBUG=1 CPUS=4 CMD=\"cowbench parallel:4; "
        "echo locks >/dev/vmstat\"\n",
        parallel_text(figures, results["lock_waits"]),
        "\n## Where the instructions go\n",
        "![instructions by kernel function](img/bench-where.svg)\n",
        "\n\n".join(profile_text(name, shares)
                    for name, shares in profiles.items()),
        ""])


def write(results, budgets):
    """Replace what the page has below its mark."""
    text, mark, _ = PAGE.read_text("utf-8").partition(BEGIN)
    if not mark:
        raise UserError(f"docs/bench.md lacks the line {BEGIN.strip()}")
    PICTURES.mkdir(exist_ok=True)
    for picture in sorted(FOLDER.glob("bench-*.svg")):
        shutil.copyfile(picture, PICTURES / picture.name)
    PAGE.write_text(text + results_text(results, budgets), "utf-8")


def main():
    try:
        results = json.loads((FOLDER / "bench.json").read_text("utf-8"))
        write(results, read_budgets())
    except FileNotFoundError:
        print("bench-docs: nothing to write yet: run make bench first",
              file=sys.stderr)
        return 2
    except UserError as error:
        print(f"bench-docs: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
