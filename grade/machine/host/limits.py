"""grade/machine/host/limits.py: how long to wait on this machine.

A limit is given for an idle machine of the class that Calf is developed on,
and is generous there. A slower or busier machine gets more; TIMEOUT=N makes
every limit N seconds.

LIMIT=N is different: the whole run ends after N seconds on any machine,
because something else would end it then, without results.
"""

import functools
import math
import os
import re
import signal
import time

REFERENCE_SECONDS = 0.065       # what work_seconds() is on such a machine
STEPS = 100_000                 # of work that is timed
TRIES = 5
MOST = 6.0
# How many times longer tests take in which many processes end, if the kernel
# checks itself: with AUDIT=1, the end of each process walks all memory.
CHECKS = {"DEBUG": 2, "AUDIT": 10}
SECONDS = "a number of seconds from 1 to 999999"     # what LIMIT must be


def _work():
    total = 0
    for i in range(STEPS):
        total += i * i & 3
    return total


@functools.lru_cache(maxsize=None)
def factor():
    """How many times slower than the reference this machine is now, at least
    1, because of its own speed or because of other load."""
    best = work_seconds()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(MOST, max(1.0, best / REFERENCE_SECONDS) * max(1.0, load)) \
        * checks(os.environ)


def checks(settings):
    return math.prod(times for name, times in CHECKS.items()
                     if settings.get(name) == "1")


def is_limit(text):
    return re.fullmatch(r"[1-9][0-9]{0,5}", text) is not None


def work_seconds():
    """How long a million steps of work take here. Each process of a run that
    waits for a guest finds this out for itself, so it times fewer steps."""
    best = min(_timed_work() for _ in range(TRIES))
    return best * 1_000_000 / STEPS


def _timed_work():
    start = time.process_time()
    _work()
    return time.process_time() - start


def limit(seconds):
    """The limit to use on this machine."""
    given = os.environ.get("TIMEOUT", "")
    return float(given) if given else seconds * factor()


# ---- the whole run ----------------------------------------------------------

RUN_ENDS = "CALF_RUN_ENDS"      # tells the processes of a run when
RESERVE = 20                    # seconds to write the results


def begin_run():
    """Called by the main process: the time of the run begins now."""
    os.environ.pop(RUN_ENDS, None)
    if os.environ.get("LIMIT"):
        os.environ[RUN_ENDS] = str(time.time() + float(os.environ["LIMIT"]))


def reserve():
    """The seconds of LIMIT that are reserved for an orderly end."""
    return min(RESERVE, float(os.environ.get("LIMIT") or 0) / 4)


def time_is_over():
    """A sentence for the reports."""
    return f"the time for the run was up (LIMIT={os.environ['LIMIT']} s)"


def call_before_end(leave, seconds):
    """Call `leave` that many seconds before the run must end. It may raise.
    Without LIMIT, do nothing."""
    if RUN_ENDS in os.environ:
        left = float(os.environ[RUN_ENDS]) - seconds - time.time()
        signal.signal(signal.SIGALRM, lambda *_: leave())
        signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))


def is_over():
    """True if the time for tests is over."""
    return RUN_ENDS in os.environ and \
        time.time() >= float(os.environ[RUN_ENDS]) - reserve()
