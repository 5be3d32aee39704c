"""grade/kernel/model/rules.py: what admit.py and apply.py have in common."""

from grade.kernel.model.layout import PAGE, R, W, X
from grade.kernel.model.wire import Op

CHILDREN_MOST = 4       # of one process: each takes a descriptor
PIPE_MOST = 512         # bytes in the pipe: no write may have to wait
FILE_MOST = 3 * PAGE
PROGRAMS = 4            # that can be run; then come those that cannot
STAT_SIZE = 24
ARGUMENTS_TOO_MANY = 60
ARGUMENTS = 48          # pointers in exec's array besides the fillers
FIXED = {Op.WAIT: 4, Op.PIPE: 8, Op.FSTAT: STAT_SIZE}   # bytes written
NEEDS = {Op.LOAD: R, Op.SUM: R, Op.STORE: W, Op.CALL: X, Op.CROWD: W,
         Op.TOUCH: W}


class Wrong(Exception):
    """The kernel did what it must not; the text says what, in a sentence."""


class OtherBytes(Wrong):
    """Memory has other bytes than it must. `place` is (role, va, byte) of the
    first, with the byte that it must be, if that is known."""

    def __init__(self, text, place=None):
        super().__init__(text)
        self.place = place


def name_of(error):
    """A result that may be an error, in words."""
    known = {1: "EPERM", 2: "ENOENT", 3: "ESRCH", 5: "EIO", 7: "E2BIG",
             8: "ENOEXEC", 10: "ECHILD", 11: "EAGAIN", 12: "ENOMEM",
             13: "EACCES", 14: "EFAULT", 22: "EINVAL", 24: "EMFILE",
             1000: "something that does not work"}
    return known.get(-error, str(-error)) if error < 0 else str(error)
