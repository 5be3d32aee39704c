"""grade/kernel/model/rules.py: limits and errors that admit.py and apply.py
share."""

from grade.kernel.model.layout import PAGE, R, W, X
from grade.kernel.model.wire import Op

CHILDREN_MOST = 4       # of one process, since each needs a descriptor
PIPE_MOST = 512         # bytes in the pipe, so that no write has to wait
FILE_MOST = 3 * PAGE
PROGRAMS = 4            # programs that run; higher numbers cannot be loaded
STAT_SIZE = 24
ARGUMENTS_TOO_MANY = 60
ARGUMENTS = 49          # pointers in the argument array besides the fillers
FIXED = {Op.WAIT: 4, Op.PIPE: 8, Op.FSTAT: STAT_SIZE}   # bytes written
NEEDS = {Op.LOAD: R, Op.SUM: R, Op.STORE: W, Op.CALL: X, Op.CROWD: W,
         Op.TOUCH: W}


class Wrong(Exception):
    """The kernel did something wrong. The text says in a sentence what."""


class OtherBytes(Wrong):
    """Memory has wrong bytes. `place`, if known, is (role, va, right value) of
    the first one."""

    def __init__(self, text, place=None):
        super().__init__(text)
        self.place = place


def name_of(error):
    """A result in words, if it is an error."""
    known = {1: "EPERM", 2: "ENOENT", 3: "ESRCH", 5: "EIO", 7: "E2BIG",
             8: "ENOEXEC", 10: "ECHILD", 11: "EAGAIN", 12: "ENOMEM",
             13: "EACCES", 14: "EFAULT", 22: "EINVAL", 24: "EMFILE",
             38: "ENOSYS",
             1000: "something that does not work"}
    return known.get(-error, str(-error)) if error < 0 else str(error)
