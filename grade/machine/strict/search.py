"""grade/machine/strict/search.py: find a seed that fails, then the simplest
machine that still fails.

Several seeds run at a time. The first one in their order that fails is used,
even if a later one failed sooner. Then switches are turned off one by one, and
the longest turn of a hart is shortened, as long as some nearby seed still
fails.
Finally the machine is strict only for as long as it must be, so that the last
unusual event is the one that does the harm.
"""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from grade.machine.host.build import UserError
from grade.machine.strict.strict_machine import STATUS_LIMIT

NEARBY = 8                      # seeds to try with a simpler machine
BURSTS = (1000, 300, 100, 30, 10)


def seeds_from(text):
    """1..200, or 1,5,9."""
    span = re.fullmatch(r"([0-9]{1,18})\.\.([0-9]{1,18})", text)
    if span and int(span[1]) <= int(span[2]):
        return range(int(span[1]), int(span[2]) + 1)
    if re.fullmatch(r"[0-9]{1,18}(,[0-9]{1,18})*", text):
        return [int(seed) for seed in text.split(",")]
    raise UserError(f"SEEDS={text}: must be such as 1..200 or 3,7")


def first_failing(machine, seeds, try_one, note=lambda done: None):
    """The (machine, ending) of the first seed that fails, or None. `try_one`
    runs a machine and returns its StrictEnding."""
    seeds, workers = list(seeds), os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(seeds), workers):
            batch = [replace(machine, seed=seed)
                     for seed in seeds[start:start + workers]]
            for tried, ending in zip(batch, pool.map(try_one, batch)):
                if ending.failed:
                    return tried, ending
            note(start + len(batch))
    return None


def nearby(machine):
    return range(machine.seed, machine.seed + NEARBY)


def narrow(machine, ending, try_one, note):
    """Find the same failure with fewer switches and shorter turns."""
    limit = ending.steps * 4 + 10_000_000
    found = replace(machine, limit=machine.limit or limit), ending
    for switch in machine.switches:
        rest = tuple(s for s in found[0].switches if s != switch)
        less = first_failing(replace(found[0], switches=rest),
                             nearby(machine), try_one)
        if less is not None and less[1].status == ending.status:
            found = less
            note(f"fails without {switch}, too")
    for burst in BURSTS:
        less = first_failing(replace(found[0], burst=burst), nearby(machine),
                             try_one)
        if less is None or less[1].status != ending.status:
            break
        found = less
        note(f"fails with turns of {burst} instructions, too")
    return shorten(*found, try_one, note)


def shorten(machine, ending, try_one, note):
    """The same failure, with the machine strict no longer than it must be."""
    if not machine.switches or ending.status == STATUS_LIMIT:
        return machine, ending
    found, too_short = (machine, ending), -1
    shortest = ending.steps
    while shortest - too_short > 1:
        middle = (shortest + too_short) // 2
        tried = replace(machine, until=middle)
        again = try_one(tried)
        if again.status == ending.status:
            found, shortest = (tried, again), middle
        else:
            too_short = middle
    if found[0].until is not None:
        note(f"fails if it is strict until instruction {shortest}")
    return found
