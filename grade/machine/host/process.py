"""grade/machine/host/process.py: children that never outlive the one who
started them."""

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1


def _find_prctl():
    """Linux's prctl(); None on other systems."""
    if not sys.platform.startswith("linux"):
        return None
    return ctypes.CDLL(None, use_errno=True).prctl


_prctl = _find_prctl()


def die_with_parent(number=signal.SIGKILL):
    """Have the kernel of the host send us that signal when our parent ends.
    Nothing where the host cannot."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def start(command, **options):
    """Popen that dies with us, even when we are killed."""
    parent = os.getpid()

    def in_child():
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(command, preexec_fn=in_child, **options)


def stop(child, patience=2):
    """End it, politely at first, and wait until it is gone."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def kill(child):
    """End it at once, and wait until it is gone."""
    if child.poll() is None:
        child.kill()
    child.wait()


def end_on_signals():
    """SIGTERM and SIGHUP raise SystemExit, so that `finally` is run."""

    def leave(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
