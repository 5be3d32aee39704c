"""grade/machine/host/process.py: child processes that never outlive the
process that started them."""

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


def die_with_parent(number=signal.SIGKILL, parent=None):
    """Let the host's kernel send that signal to this process when its parent
    ends, if the host can do that. `parent` may be the parent of an earlier
    moment: if it has ended since, end at once."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def start(command, **options):
    """A Popen that dies with this process, even if this process is killed."""
    parent = os.getpid()

    def in_child():
        die_with_parent(parent=parent)

    return subprocess.Popen(command, preexec_fn=in_child, **options)


def stop(child, patience=2):
    """Terminate the child, or kill it if it does not end, and wait for it."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def kill(child):
    """Kill the child and wait for it."""
    if child.poll() is None:
        child.kill()
    child.wait()


def end_on_signals(leave=None):
    """Let SIGTERM and SIGHUP call leave(status), which must raise; by default
    SystemExit, so that `finally` runs."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _:
                      (leave or sys.exit)(128 + number))
