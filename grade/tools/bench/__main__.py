"""grade/tools/bench/__main__.py: `make bench`: measure the costs of the
kernel's services.

The environment chooses what is measured:
    ROWS="fork getpid"  only these rows
    PROFILE=fork        where the instructions of one operation go
    QUICK=1             the finished kernel's rows that have a budget
By default all rows are measured for all kernels, with plots. `make bench-docs`
then writes docs/bench.md.
"""

import json
import os
import signal
import sys
import time

from grade.machine.host import process
from grade.machine.host.build import BuildError, UserError, build
from grade.tools.bench import plots, whole_runs
from grade.tools.bench.budgets import check, read_budgets
from grade.tools.bench.fit import fit, sized_points
from grade.tools.bench.kernels import FINISHED, FOLDER, build_kernels
from grade.tools.bench.lock_waits import measure_locks
from grade.tools.bench.measure import measure
from grade.tools.bench.profiling import can_profile, profile
from grade.tools.bench.rows import MAIN, PARALLEL, ROWS, SCALE, rows_named
from grade.tools.bench.tables import aligned, main_table, profile_table

PROFILED = ("getpid", "fork", "fork:2560", "fork_exit_wait",
            "fork_exec_wait", "fault_copy:64")
FITTED = ("fork", "fork_exit_wait")


def say(text):
    """Report progress to a person who waits."""
    if sys.stderr.isatty():
        print(f"\r\033[Kbench: {text}", end="" if text else "\r",
              file=sys.stderr, flush=True)


def show(rows, figures, budgets):
    say("")
    print(aligned(*main_table(rows, figures, budgets)))


def judge(figures, failed, budgets):
    """Print which figures are over or far under their budgets. Returns the
    exit status."""
    over, under = check(figures[FINISHED], budgets, can_profile)
    for line in failed:
        print(f"bench: {line}")
    for line in over:
        print(f"bench: over budget: {line}")
    for line in under:
        print(f"bench: under budget: {line}")
    return 1 if failed or over else 0


def bench_rows(names):
    budgets = read_budgets()
    rows = rows_named(names)
    figures, failed = measure(build_kernels(), rows, say)
    show(rows, figures, budgets)
    return judge(figures, failed, budgets)


def bench_quick():
    """Check the budgets of counted rows, without the large parents."""
    budgets = read_budgets()
    rows = [row for row in ROWS.values() if row.name in budgets]
    figures, failed = measure({FINISHED: build()}, rows, say)
    show(rows, figures, budgets)
    return judge(figures, failed, budgets)


def bench_profile(name):
    config = build()
    found = profile(config, config.path("kernel"), name)
    print(f"{found.row}, one operation: {found.traced():,.1f} instructions "
          f"traced, {found.counted:,.1f} counted by rdcycle\n")
    print(aligned(*profile_table(found)))
    return 0


def bench_all():
    budgets = read_budgets()
    configs = build_kernels()
    rows = [*MAIN, *SCALE, *PARALLEL]
    figures, failed = measure(configs, rows, say)
    say("profiles")
    results = {
        "figures": figures,
        "fits": {kernel: {name: fit(sized_points(found, name))
                          for name in FITTED
                          if len(sized_points(found, name)) > 1}
                 for kernel, found in figures.items()},
        "profiles": {FINISHED: profiles_of(configs[FINISHED])},
        "lock_waits": measure_locks(say),
    }
    failed += whole_runs.measure_whole(configs, figures, say)
    (FOLDER / "bench.json").write_text(
        json.dumps(results, indent=1) + "\n", "utf-8")
    plots.draw(results)
    show([*rows, *whole_runs.ROWS], figures, budgets)
    for kernel, fits in results["fits"].items():
        for name, (fixed, slope) in fits.items():
            print(f"{kernel}: {name} = {fixed:,.0f} + {slope:,.1f} a page")
    return judge(figures, failed, budgets)


def profiles_of(config):
    """The instructions of one operation by function, for several rows."""
    return {name: dict(profile(config, config.path("kernel"), name).shares())
            for name in PROFILED}


def main():
    process.end_on_signals()
    start = time.monotonic()
    try:
        if os.environ.get("PROFILE"):
            return bench_profile(os.environ["PROFILE"])
        if os.environ.get("ROWS"):
            return bench_rows(os.environ["ROWS"].split())
        return bench_quick() if os.environ.get("QUICK") == "1" else bench_all()
    except (UserError, BuildError) as error:
        say("")
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        say("")
        print(f"bench: {time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
