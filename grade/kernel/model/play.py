"""grade/kernel/model/play.py: run a program on a machine, and compare it with
the reference."""

import time
from dataclasses import dataclass, field

from grade.kernel.model import look
from grade.kernel.model.admit import DIES, LIVES, LOCAL, admit
from grade.kernel.model.apply import apply
from grade.kernel.model.layout import PAGE, STACK_BYTES, USER_TOP, R
from grade.kernel.model.post import Silent
from grade.kernel.model.reference import Kernel, Taken, World, adler
from grade.kernel.model.rules import OtherBytes, Wrong
from grade.kernel.model.sums import (SETTLE_SECONDS, check_calls,
                                     check_promised, end_process, of_this,
                                     readable)
from grade.kernel.model.wire import OPS_MAX, Op

FRAMES_PER_TABLE = 500  # pages that a table maps, or a few more
FRAMES_KEPT = 64        # frames that a process needs besides its pages
CAPACITY_MOST = 64 << 20        # bytes of RAM that are allocated quickly
TOGETHER = 3000         # ticks until they begin (0.3 ms)
SAID_BY_CTRL_C = -2     # a status that no program can return
FRAMES_UNSAID = {Op.FORK, Op.EXEC, Op.EXIT, Op.WAIT, Op.KILL, Op.CROWD,
                 Op.FLOAT_SET, Op.FLOAT_SUM, Op.FORK_IN_VAIN, Op.FILE_WRITE,
                 Op.FILE_READ, Op.OPEN, Op.NAME, Op.ARGS, Op.FAIL}


@dataclass(frozen=True)
class Step:
    """What one process does at a time. A step without operations means: check
    all page tables from outside. With `counts`, free frames are counted.
    `others` are (role, operations) of processes that act at the same time, on
    other harts if there are any."""

    role: int
    ops: tuple
    counts: bool = False
    others: tuple = ()
    ends: bool = False      # the last operation ends the process

    @property
    def is_look(self):
        return not self.ops


LOOK = Step(0, ())


@dataclass
class Failure:
    """The first thing that went wrong in a program. `done` are the steps up to
    it, with the operations that made sense."""

    what: str
    step: Step
    done: list = field(default_factory=list)
    place: tuple = None     # (role, va, right value) of a wrong byte


class Stage:
    """A booted machine, on which many programs run one after another."""

    def __init__(self, post, layouts, maps=False):
        self.post = post
        self.layouts = layouts
        self.kernel = Kernel(maps=maps)
        self.heaps = []
        self.promised = 0       # bytes, to all other programs
        self.frames = None      # free frames between programs
        self.roots = {}         # root tables by role

    def prepare(self):
        """Find out where the heap of each program begins."""
        for program, layout in enumerate(self.layouts):
            self.post.send([(0, [(Op.FORK, 1, 0)])], 2)
            reply, = self.post.send([(1, [(Op.EXEC, program, 0, 0)])], 1)
            if not reply.is_fresh:
                raise Wrong(f"exec of program {program} failed with "
                            f"{reply.results[0]}")
            self.heaps.append(heap := reply.results[1])
            self.kernel.lazy |= look.lacks_pages(self.post, layout)
            if (heap - STACK_BYTES) // PAGE - 1 in layout.pages():
                raise Wrong("there is a page right below the stack, at "
                            f"{heap - STACK_BYTES - PAGE:#x}")
            self.post.send([(1, [(Op.EXIT, 0)]),
                            (0, [(Op.WAIT, 0)])], 1)
        self.frames = self.post.figures()["free"]
        if self.kernel.maps:
            check_calls(self)
            self.promised = self.ask((Op.PROMISED,))[0] - of_this(self.world())
        self.kernel.sharing = self.what_is_shared()
        self.finish()

    def ask(self, *ops):
        """Let role 0 do something that changes nothing."""
        return self.post.send([(0, list(ops))], 1)[0].results[:len(ops)]

    def finish(self):
        """Checks when nothing runs: at the start and after all programs."""
        if self.post.ram.size <= CAPACITY_MOST:
            self.check_capacity()

    def check_capacity(self):
        """Allocate all memory, to check that there is as much as the kernel
        reports."""
        said = self.post.figures()["free"]
        player = Player(self, self.world())
        player.step(Step(0, ((Op.FORK, 1, 0),)))
        got, = player.ask(1, (Op.HOG, USER_TOP - self.heaps[0]))[:1]
        player.ask(1, (Op.SBRK, -got * PAGE))
        player.finish()
        if not 0 <= said - got <= got // FRAMES_PER_TABLE + FRAMES_KEPT:
            raise Wrong(f"{said} frames are reported free, but {got} can be "
                        "had")

    def what_is_shared(self):
        """What fork shares."""
        player = Player(self, self.world())
        player.step(Step(0, ((Op.FORK, 1, 0),)))
        level = look.what_fork_shares(self, player.world, 0, 1)
        player.finish()
        return level

    def world(self):
        return World(self.layouts, self.heaps, self.kernel,
                     self.post.ram.size)

    def play(self, steps):
        """Run a program. Returns None or the Failure. `steps(world)` yields
        its steps one by one."""
        player = Player(self, self.world())
        step = None
        try:
            for step in steps(player.world):
                player.step(step)
            step = None
            player.finish()
        except Silent as error:
            return Failure(str(error), step, player.done)
        except Wrong as error:
            error = player.explain(error)
            return Failure(str(error), step, player.done,
                           place=getattr(error, "place", None))
        return None


class Player:
    """One program on a stage."""

    def __init__(self, stage, world):
        self.stage = stage
        self.post = stage.post
        self.world = world
        self.done = []
        self.inbox = []
        stage.roots = {role: root for role, root in stage.roots.items()
                       if role == 0}

    def explain(self, error):
        """Find out which bytes are wrong, and in which process."""
        if isinstance(error, OtherBytes) and error.place is None:
            try:
                look.check_all_bytes(self.stage, self.world)
            except Wrong as better:
                return better
        return error

    # ---- answers ----

    def send(self, *orders, replies=1):
        """See Post.send(). Waits for at least that many answers."""
        self.inbox += self.post.send(orders, replies)

    def answer(self, *roles):
        """The next answer of any of these roles. Answers of others are kept
        for later."""
        for reply in self.inbox:
            if reply.role in roles:
                self.inbox.remove(reply)
                return reply
        while True:
            reply, = self.post.send([], 1)
            if reply.role in roles:
                return reply
            self.inbox.append(reply)

    def ask(self, role, *ops):
        """Let a process do something that is not part of the program."""
        self.send((role, ops))
        return self.answer(role).results

    # ---- a step ----

    def step(self, step):
        """Carry out a step. Its processes may not exist, because a program is
        made shorter by leaving steps out."""
        if step.is_look:
            if self.done and not self.done[-1].is_look:
                self.done.append(step)
                look.check(self.stage, self.world)
                check_promised(self.stage, self.world)
            return
        if step.others:
            return self.together(step)
        process = self.world.process(step.role)
        if process is None:
            return
        ops, fate = admit(self.world, process, step.ops)
        if not ops:
            return
        self.done.append(Step(step.role, tuple(ops), step.counts,
                              ends=fate == DIES))
        before = self.frames_before(step, ops, fate)
        self.world.balance = Taken()
        self.carry_out(process, ops, fate)
        if before is not None:
            self.check_frames(before, self.world.balance)

    def together(self, step):
        """Several processes at once. Each affects only its own memory, so the
        result is the same in any order."""
        doing, forked = {}, set()
        for role, ops in ((step.role, step.ops), *step.others):
            process = self.world.process(role)
            if process is None or role in doing or self.world.is_short:
                continue
            kept, fate = admit(self.world, process, [
                op for op in ops if op[0] in LOCAL - {Op.FAIL}
                or op[0] == Op.FORK and op[1] not in forked])
            if kept and fate == LIVES:
                doing[role] = kept
                forked |= {op[1] for op in kept if op[0] == Op.FORK}
        if not doing:
            return
        first, *others = ((role, tuple(ops)) for role, ops in doing.items())
        self.done.append(Step(*first, others=tuple(others)))
        self.send(*((role, ops, False, TOGETHER)
                    for role, ops in doing.items()), replies=len(doing))
        for role, ops in doing.items():
            self.apply_all(self.world.process(role), ops, self.answer(role))

    def frames_before(self, step, ops, fate):
        """The number of free frames, if it is known how many the step
        takes."""
        if not step.counts or any(op[0] in FRAMES_UNSAID for op in ops) \
                or self.world.orphaned or self.world.is_short \
                or fate != LIVES or any(not p.is_alive for p in
                                        self.world.processes.values()):
            return None
        return self.post.figures()["free"]

    def check_frames(self, before, taken):
        took = before - self.post.figures()["free"]
        if not taken.least <= took <= taken.most:
            raise Wrong(f"that took {took} frames of memory, not {taken}")

    def carry_out(self, process, ops, fate):
        role, parent = process.role, self.world.process(process.parent)
        sent = [self.filled(op) for op in ops]
        if fate == LIVES:
            self.send((role, sent))
            return self.apply_all(process, ops, self.answer(role))
        if parent is None:              # it exits, and init waits for it
            self.send((role, sent), replies=0)
            return self.end(process, ops)
        self.send((parent.role, [(Op.WATCH, role)]), (role, sent, True))
        first = self.answer(role, parent.role)
        if first.role == parent.role and first.results[0] == 0:
            return self.end(process, ops)
        other = self.answer(role if first.role != role else parent.role)
        if fate == DIES:
            raise Wrong(f"process {role} is still alive")
        return self.apply_all(process, ops,
                              first if first.role == role else other)

    def filled(self, op):
        """The operation with values that are not known in advance."""
        if op[0] == Op.KILL:
            return (op[0], self.world.process(op[1]).pid)
        return op

    # ---- results ----

    def apply_all(self, process, ops, reply):
        if reply.is_fresh:
            return self.begun(process, ops, reply)
        killed = []
        for op, result in zip(ops, reply.results):
            apply(self.world, process, op, result)
            if op[0] == Op.FORK and result > 0:
                self.began(op[1])
            elif op[0] == Op.KILL:
                target = self.world.process(op[1])
                killed.append((target.role, target.parent))
                end_process(self.world, self.post, target, -1)
                self.stage.roots.pop(op[1], None)
        for role, parent in killed:
            zombie = self.world.processes.get(role)
            if zombie is not None and self.ask(
                    parent, (Op.WATCH, role))[0] != 0:
                raise Wrong(f"process {role} is still alive")
        return None

    def began(self, role):
        """Wait until the child of a fork reports that it has begun."""
        if not self.answer(role).is_fresh:
            raise Wrong(f"process {role} did something before its first "
                        "order")

    def begun(self, process, ops, reply):
        """exec has succeeded."""
        program = next((op[1] for op in ops if op[0] == Op.EXEC), None)
        if program is None or program >= len(self.stage.layouts):
            raise Wrong(f"process {process.role} began a second time")
        registers, heap, *_ = reply.results
        if registers != 0:
            raise Wrong("a register is not zero after exec")
        if heap != self.stage.heaps[program]:
            raise Wrong(f"the heap begins at {heap:#x} after exec, not "
                        f"{self.stage.heaps[program]:#x}")
        self.world.exec(process, program)
        self.stage.roots.pop(process.role, None)
        if any(op[0] == Op.FAIL for op in ops):
            self.disarm(process.role)

    def end(self, process, ops):
        """The process has ended."""
        status = ops[-1][1] if ops[-1][0] == Op.EXIT else -1
        if status == SAID_BY_CTRL_C:
            status &= 0xff
        parent = process.parent
        end_process(self.world, self.post, process, status)
        self.stage.roots.pop(process.role, None)
        if any(op[0] == Op.FAIL for op in ops):
            self.disarm(parent)

    def disarm(self, role):
        self.ask(role, (Op.FAIL, 0))
        self.world.armed = False

    # ---- the end ----

    def finish(self):
        """Check all bytes, let all processes exit, and check that all frames
        are free again."""
        if self.world.armed:
            self.disarm(0)
        for process in self.world.alive():
            self.sum_up(process)
        while len(self.world.processes) > 1:
            for process in list(self.world.processes.values()):
                if not process.is_alive:
                    continue
                children = [self.world.processes[role]
                            for role in process.children]
                if any(child.is_alive for child in children):
                    continue
                for _ in children:
                    result = self.ask(process.role, (Op.WAIT, 0))[0]
                    apply(self.world, process, (Op.WAIT, 0), result)
                if process.role != 0:
                    self.carry_out(process, [(Op.EXIT, 0)], DIES)
        left = self.world.pipe
        if self.ask(0, (Op.EMPTY, len(left)))[0] != adler(left):
            raise Wrong(f"some of the {len(left)} bytes that are left in the "
                        "pipe are wrong")
        self.check_returned()

    def sum_up(self, process):
        """Sum up readable memory; while memory is exhausted, only pages that
        are present."""
        ops = [(Op.SUM, va, size)
               for va, size in readable(process.memory)
               if self.world.hog is None
               or not process.memory.short_pages(va, size, R)]
        if process.watch_floats and self.world.hog is None:
            ops.append((Op.FLOAT_SUM,))
        for index in range(0, len(ops), OPS_MAX):
            some = ops[index:index + OPS_MAX]
            results = self.ask(process.role, *some)
            for op, result in zip(some, results):
                apply(self.world, process, op, result)

    def check_returned(self):
        """Check that no frame is lost. It may take init a while to wait for
        all orphans."""
        start = time.monotonic()
        frames = self.stage.frames
        lost = frames - self.post.figures()["free"]
        while lost and time.monotonic() < start + SETTLE_SECONDS:
            time.sleep(0.002)
            lost = frames - self.post.figures()["free"]
        if lost:
            raise Wrong(f"{lost} frames are lost at the end")
        check_promised(self.stage, self.stage.world())
