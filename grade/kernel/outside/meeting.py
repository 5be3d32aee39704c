"""grade/kernel/outside/meeting.py: hold a process in the middle of a call,
while a relative does the other half of it.

The process is held before each instruction whose effect others may notice. So
if a wakeup can be lost, or a reference miscounted, that happens.
"""

from collections import Counter

from grade.kernel.outside.actors import call
from grade.kernel.outside.checks import check
from grade.kernel.outside.duel import Hold, computes_only
from grade.kernel.outside.leaving import AMO, OPCODE
from grade.kernel.outside.probe import CHILD, PARENT
from grade.machine.ram import PAGE

TRACE_MAX = 12000
OFTEN = 40
FORKS = 30              # holds of fork, the last ones
LOAD, STORE = 0x03, 0x23
SP, FP = 2, 8           # registers
PIPES = 12              # for one fork; fewer than a process may open


def is_atomic(code):
    return int.from_bytes(code, "little") & OPCODE == AMO


def may_be_noticed(code):
    """False also for loads from the process's own stack, and stores to it."""
    word = int.from_bytes(code, "little")
    if word & 3 == 3:
        on_stack = word & OPCODE in (LOAD, STORE) \
            and word >> 15 & 31 in (SP, FP)
    else:
        on_stack = word & 3 == 2 or word & 3 == 0 and word >> 7 & 7 == FP - 8
    return not computes_only(code) and not on_stack


class Meeting:
    """A Stage whose parent has a page for the descriptors of a pipe."""

    def __init__(self, stage):
        self._stage = stage
        old = stage.do(PARENT, call("sbrk"))
        self._page = -(-old // PAGE) * PAGE
        stage.do(PARENT, call("sbrk", self._page + PAGE - old))
        stage.do(PARENT, call("pipe", self._page))
        self._close(*self._ends())

    def _do(self, role, deed):
        """Let the actor act while both exist. Returns the result."""
        self._stage.tell(role, deed)
        self._stage.settle([PARENT, CHILD])
        return self._stage.result(role)

    # ---- exit and wait ----

    def wait_for_a_child_that_exits(self):
        """Between two atomic instructions of exit(), no lock changes hands."""
        stage = self._stage
        stage.fork(CHILD)
        stage.tell(CHILD, call("exit"))
        trace = stage.trace(CHILD, TRACE_MAX)
        idle = stage.place(CHILD)
        stage.tell(PARENT, call("wait"))
        stage.come_back(PARENT, "wait() returns")
        stage.only(PARENT)
        for hold in holds_at(trace, is_atomic):
            stage.fork(CHILD)
            pid = stage.result(PARENT)
            stage.scene = f"the parent called wait() while exit() was {hold}"
            stage.tell(CHILD, call("exit"))
            for _ in range(hold.times):
                if not stage.reach(CHILD, [hold.place, idle]) \
                        or stage.place(CHILD) == idle:
                    break
            stage.tell(PARENT, call("wait"))
            if not stage.run_alone(PARENT):
                stage.come_back(PARENT, "wait() returns")
            check(stage.result(PARENT) == pid, f"wait() returns {pid}",
                  stage.result(PARENT), stage.scene)
            stage.only(PARENT)

    # ---- fork and exit ----

    def fork_a_child_that_exits(self):
        """If the child can run before fork() has returned, it exits at once.
        It cannot while fork() has much left to do, so only the last holds
        matter."""
        stage = self._stage
        stage.tell(PARENT, call("fork"))
        trace = stage.trace(PARENT, TRACE_MAX)
        stage.settle([PARENT, CHILD])
        stage.end(CHILD)
        last = max(index for index, (_, code) in enumerate(trace)
                   if is_atomic(code))
        rest = {place for place, code in trace[last:] if may_be_noticed(code)}
        for hold in list(holds_at(trace, is_atomic, rest))[-FORKS:]:
            stage.scene = f"the child called exit() while fork() was {hold}"
            stage.tell(PARENT, call("fork"))
            stage.hold(PARENT, hold.place, hold.times)
            runs = stage.run_others(PARENT, CHILD)
            if runs:
                stage.tell(CHILD, call("exit"))
                stage.run_others(PARENT, CHILD)
                stage.come_back(PARENT, "fork() returns")
            else:
                stage.settle([PARENT, CHILD])
            self._check_child(runs)

    def _check_child(self, has_ended):
        stage = self._stage
        pid = stage.result(PARENT)
        if has_ended:
            stage.tell(PARENT, call("wait"))
            stage.come_back(PARENT, "wait() returns")
            stage.only(PARENT)
        else:
            stage.end(CHILD)
        check(stage.result(PARENT) == pid,
              f"wait() returns the child of fork(), {pid}",
              stage.result(PARENT), stage.scene)

    # ---- the references of an open file ----

    def close_twice(self):
        """Parent and child close the writing end of a pipe at once. Then the
        parent must find the end of the file."""
        for holds in self._batches("close"):
            pipes = self._pipes_of_both(len(holds))
            for (_, writing), hold in zip(pipes, holds):
                self._both("close", writing, hold)
            self._stage.end(CHILD)
            for reading, _ in pipes:
                self._check_end(reading)
                self._close(reading)

    def dup_twice(self):
        """Parent and child copy the descriptor of the writing end at once. It
        is open until the last of the four descriptors is closed."""
        for holds in self._batches("dup"):
            for hold in holds:
                (reading, writing), = self._pipes_of_both(1)
                copies = self._both("dup", writing, hold)
                for end in (writing, copies[PARENT]):
                    self._do(PARENT, call("close", end))
                self._do(CHILD, call("close", writing))
                self._stage.tell(PARENT, call("read", reading, self._page, 1))
                check(not self._stage.run_alone(PARENT),
                      "read() waits while the pipe has a writer",
                      f"it returned {self._stage.result(PARENT)}",
                      self._stage.scene)
                self._stage.tell(CHILD, call("exit"))
                self._stage.come_back(PARENT, "read() finds the end")
                self._stage.only(PARENT)
                self._stage.do(PARENT, call("wait"))
                self._close(reading)

    def _batches(self, name):
        (reading, writing), = self._pipes_of_both(1)
        self._stage.tell(PARENT, call(name, writing))
        trace = self._stage.trace(PARENT, TRACE_MAX)
        self._stage.settle([PARENT, CHILD])
        copy = self._stage.result(PARENT)
        self._stage.end(CHILD)
        self._close(reading, *([writing, copy] if name == "dup" else []))
        holds = list(holds_at(trace, may_be_noticed))
        for start in range(0, len(holds), PIPES):
            yield holds[start:start + PIPES]

    def _pipes_of_both(self, count):
        """Pipes of the parent and of a new child."""
        pipes = []
        for _ in range(count):
            self._stage.do(PARENT, call("pipe", self._page))
            pipes.append(self._ends())
        self._stage.fork(CHILD)
        return pipes

    def _both(self, name, fd, hold):
        """Hold the parent in the call while the child does the same. Returns
        both results."""
        stage = self._stage
        stage.scene = f"the child called {name}() while the parent was {hold}"
        stage.tell(PARENT, call(name, fd))
        stage.tell(CHILD, call(name, fd))
        stage.hold(PARENT, hold.place, hold.times)
        if not stage.run_alone(CHILD) or not stage.run_alone(PARENT):
            stage.settle([PARENT, CHILD])
        return {role: stage.result(role) for role in (PARENT, CHILD)}

    def _check_end(self, reading):
        self._stage.tell(PARENT, call("read", reading, self._page, 1))
        self._stage.come_back(PARENT, "read() finds the end")
        result = self._stage.result(PARENT)
        check(result == 0, "read() finds the end", f"it returned {result}",
              self._stage.scene)

    def _ends(self):
        pa = self._stage.page(PARENT, self._page).pa
        word = self._stage.ram.word(pa)
        return word & 0xffffffff, word >> 32

    def _close(self, *descriptors):
        for fd in descriptors:
            self._stage.do(PARENT, call("close", fd))


def holds_at(trace, fits, others=()):
    """Holds before the first instruction and before those that fit or are at
    one of the other places; where one is reached very often, only for the
    first and for the last time."""
    counts = Counter(place for place, _ in trace)
    seen = Counter()
    for index, (place, code) in enumerate(trace):
        seen[place] += 1
        is_wanted = counts[place] <= OFTEN \
            or seen[place] in (1, counts[place])
        if index == 0 or is_wanted and (fits(code) or place in others):
            yield Hold(place, seen[place], index + 1, len(trace))
