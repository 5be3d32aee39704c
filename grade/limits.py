"""grade/limits.py: how long to wait on this machine.

A limit is given for an idle machine of the class that Calf is developed on,
and is generous there. A slower or busier machine gets more; TIMEOUT=N makes
every limit N seconds.
"""

import functools
import os
import time

REFERENCE_SECONDS = 0.065       # what _work() takes on such a machine
MOST = 6.0


def _work():
    total = 0
    for i in range(1_000_000):
        total += i * i & 3
    return total


@functools.lru_cache(maxsize=None)
def factor():
    """How much slower than the reference this machine is just now, from 1:
    by its own speed, and by what else it has to do."""
    best = work_seconds()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(MOST, max(1.0, best / REFERENCE_SECONDS) * max(1.0, load))


def work_seconds():
    """What a fixed piece of work takes here: the least of a few times."""
    return min(_timed_work() for _ in range(3))


def _timed_work():
    start = time.process_time()
    _work()
    return time.process_time() - start


def limit(seconds):
    """The limit to use on this machine."""
    given = os.environ.get("TIMEOUT", "")
    return float(given) if given else seconds * factor()
