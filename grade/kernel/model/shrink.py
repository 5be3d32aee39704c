"""grade/kernel/model/shrink.py: find a short program that still fails.

The shrinker leaves out steps, then operations of steps, and then makes simpler
what is left. A step that makes no sense without another one is skipped when
the program runs, so any step can be left out.
"""

import time
from dataclasses import replace

from grade.kernel.model.layout import PAGE
from grade.kernel.model.wire import Op

SECONDS = 90
SIZED = {Op.STORE, Op.SUM, Op.PIPE_READ, Op.PIPE_WRITE, Op.FILE_READ,
         Op.FILE_WRITE, Op.OPEN, Op.MMAP, Op.MUNMAP, Op.MPROTECT,
         Op.MADVISE}
PLACED = SIZED | {Op.LOAD, Op.WAIT, Op.PIPE, Op.FSTAT, Op.CALL, Op.NAME}


class Shrinker:
    """`fails(steps)` runs a program and returns the Failure or None."""

    def __init__(self, fails, failure, seconds=SECONDS):
        self._fails = fails
        self._end = time.monotonic() + seconds
        self.failure = failure
        self.tried = 0

    @property
    def steps(self):
        return self.failure.done

    def try_steps(self, steps):
        """True if these steps fail, too. They then replace the program."""
        if time.monotonic() > self._end:
            return False
        self.tried += 1
        failure = self._fails(steps)
        if failure is None or weight(failure.done) > weight(self.steps):
            return False
        self.failure = failure
        return True

    def shrink(self):
        before = None
        while before != self.steps and time.monotonic() < self._end:
            before = list(self.steps)
            self.leave_out_steps()
            self.leave_out_operations()
            self.simplify()
        return self.failure

    def leave_out_steps(self):
        size = max(len(self.steps) // 2, 1)
        while size >= 1:
            at = len(self.steps) - size
            while at >= 0:
                self.try_steps(self.steps[:at] + self.steps[at + size:])
                at = min(at, len(self.steps)) - size
            size //= 2

    def leave_out_operations(self):
        for index, step in enumerate(self.steps):
            if index < len(self.steps) and self.steps[index].others:
                step = self.steps[index]
                self.try_change(index, replace(step, others=()))
                for which in range(len(step.others)):
                    self.try_change(index, replace(
                        step, others=step.others[:which]
                        + step.others[which + 1:]))
        for index in reversed(range(len(self.steps))):
            for which in reversed(range(8)):
                if index < len(self.steps) \
                        and which < len(self.steps[index].ops) > 1:
                    step = self.steps[index]
                    ops = step.ops[:which] + step.ops[which + 1:]
                    self.try_change(index, replace(step, ops=ops))

    def try_change(self, index, step):
        steps = list(self.steps)
        steps[index] = step
        return self.try_steps(steps)

    def simplify(self):
        for index in range(len(self.steps)):
            for which in range(8):
                if index >= len(self.steps) \
                        or which >= len(self.steps[index].ops):
                    break
                for op in simpler(self.steps[index].ops[which]):
                    ops = list(self.steps[index].ops)
                    ops[which] = op
                    if self.try_change(index, replace(
                            self.steps[index], ops=tuple(ops))) \
                            or index >= len(self.steps) \
                            or which >= len(self.steps[index].ops):
                        break


def weight(steps):
    """The size of a program: its steps, then its operations, then their odd
    arguments."""
    ops = [op for step in steps for op in step.ops]
    ops += [op for step in steps for _, some in step.others for op in some]
    return (len(steps), len(ops),
            sum(op[2] for op in ops if op[0] in SIZED)
            + sum(op[1] % PAGE for op in ops if op[0] in PLACED))


def simpler(op):
    """Simpler operations of the same kind, the simplest first."""
    found = []
    if op[0] in SIZED and op[2] > 1:
        found += [(op[0], op[1] - op[1] % PAGE, 1, *op[3:]),
                  (op[0], op[1], 1, *op[3:])]
    if op[0] in PLACED and op[1] % PAGE:
        found.append((op[0], op[1] - op[1] % PAGE, *op[2:]))
    if op[0] == Op.EXEC and op[2]:
        found.append((op[0], op[1], 0, op[3]))
    if op[0] == Op.EXEC and op[3]:
        found.append((*op[:3], 0))
    if op[0] == Op.FAIL and op[1] > 1:
        found.append((op[0], 1))
    return found
