"""grade/kernel/model/admit.py: decide which operations of an order make sense,
and whether the process will survive them."""

import copy

from grade.kernel.model import maps
from grade.kernel.model.layout import PAGE, USER_TOP, R, W
from grade.kernel.model.reference import ZEROS, Page, code_result, pages_of
from grade.kernel.model.rules import (
    ARGUMENTS, ARGUMENTS_TOO_MANY, CHILDREN_MOST, FILE_MOST, FIXED, NEEDS,
    PIPE_MOST, PROGRAMS)
from grade.kernel.model.wire import Op

LIVES, MAY_DIE, DIES = range(3)
LOCAL = {Op.LOAD, Op.STORE, Op.TOUCH, Op.SUM, Op.SBRK, Op.CALL, Op.FLOAT_SET,
         Op.FLOAT_SUM, Op.FAIL, *maps.MAPS}


class Draft:
    """A process as it will be after the operations admitted so far."""

    def __init__(self, world, process):
        self.world = world
        self.process = process
        self.memory = copy.copy(process.memory)
        self.memory.pages = dict(process.memory.pages)
        self.pipe = len(world.pipe)
        self.armed = world.armed
        self.has_floats = process.has_floats
        self.children = len(process.children)
        self.zombies = sum(not world.processes[role].is_alive
                           for role in process.children)
        self.forked, self.killed = set(), set()
        self.unsure = None      # first page of a growth that may have failed

    @property
    def is_short(self):
        return self.armed or self.world.hog is not None

    @property
    def can_die(self):
        return self.world.process(self.process.parent) is not None

    def move_brk(self, delta):
        memory = self.memory
        brk = memory.brk + delta
        if not memory.heap <= brk <= USER_TOP or delta > self.world.ram \
                or not memory.can_grow(brk):
            return
        if self.is_short and (delta > 0 or self.world.maps):
            self.unsure = -(-min(memory.brk, brk) // PAGE)
            return
        old, new = -(-memory.brk // PAGE), -(-brk // PAGE)
        for number in range(old, new):
            memory.pages[number] = Page(R | W, ZEROS)
        for number in range(new, old):
            memory.pages.pop(number, None)
        memory.brk = brk

    def is_known(self, va, size):
        """True if all these bytes are known before the process begins."""
        return not self.memory.is_own(va, size) and (
            self.unsure is None
            or (va + max(size, 1) - 1) // PAGE < self.unsure)


def length_of(op):
    """The number of bytes of user memory that the operation accesses."""
    code = op[0]
    if code in FIXED:
        return FIXED[code]
    if code in (Op.LOAD, Op.CROWD):
        return 1
    if code == Op.CALL:
        return 8
    if code == Op.TOUCH:
        return (op[2] - 1) * PAGE + 1
    return op[2]


def va_of(op):
    return op[2] if op[0] == Op.CROWD else op[1]


def admit_touch(draft, op):
    """Admit loads, stores and jumps of the process itself."""
    va, size = va_of(op), length_of(op)
    memory = draft.memory
    if size < 1 or not draft.is_known(va, size):
        return None
    if memory.good_bytes(va, size, NEEDS[op[0]]) < size:
        return DIES
    if op[0] == Op.CALL and code_result(memory.read(va, 8)) is None:
        return None
    if op[0] == Op.CROWD and (draft.is_short or draft.children
                              or op[1] > draft.world.maxproc):
        return None
    short = draft.is_short and memory.short_pages(va, size, NEEDS[op[0]])
    return MAY_DIE if short else LIVES


def admit_copy(draft, op):
    """Admit calls in which the kernel copies to or from the process."""
    code, va, size = op[0], op[1], length_of(op)
    memory = draft.memory
    if size and not draft.is_known(va, size):
        return None
    need = R if code in (Op.PIPE_WRITE, Op.FILE_WRITE) else W
    good = memory.good_bytes(va, size, need)
    if code in FIXED or code == Op.OPEN:
        if 0 < good < size or draft.is_short and len(pages_of(va, size)) > 1:
            return None         # part of it may be written
    if code in (Op.OPEN, Op.FILE_WRITE) and draft.is_short:
        return None
    if need == R and draft.is_short and memory.short_pages(va, size, R):
        return None             # some bytes may be written
    if code == Op.PIPE_READ:
        if size and not draft.pipe:
            return None
        draft.pipe -= min(size, draft.pipe) if not draft.is_short else \
            draft.pipe
    if code == Op.PIPE_WRITE:
        if len(draft.world.pipe) + draft.pipe + size > PIPE_MOST:
            return None
        draft.pipe += good
    if code in (Op.FILE_READ, Op.FILE_WRITE) and op[3] + size > FILE_MOST:
        return None
    return LIVES


def admit_wait(draft, op):
    if draft.zombies == 0 and draft.children > 0:
        return None
    if op[1] != 0 and admit_copy(draft, op) is None:
        return None
    if draft.zombies:
        draft.zombies -= 1
        draft.children -= 1
    return LIVES


def admit_fork(draft, op):
    """While an allocation is set to fail, fork itself must clear that."""
    role, ends_failing = op[1:]
    if draft.world.hog is not None or draft.armed and not ends_failing \
            or role in draft.world.used | draft.forked \
            or draft.children >= CHILDREN_MOST:
        return None
    if ends_failing:
        draft.armed = False
    draft.forked.add(role)
    draft.children += 1
    return LIVES


def admit_kill(draft, op):
    target = draft.world.process(op[1])
    if target is None or target.role in (0, draft.process.role) \
            or target.role in draft.killed:
        return None
    draft.killed.add(target.role)
    draft.zombies += target.parent == draft.process.role
    return LIVES


def admit_exec(draft, op):
    """The step may choose where the argument array is written. If memory is
    short, a new program whose pages are not made may die at its first ones."""
    va, size = op[3], 8 * (ARGUMENTS + op[2])
    memory = draft.memory
    if va and (not draft.is_known(va, size)
               or memory.good_bytes(va, size, W) < size
               or draft.is_short and memory.short_pages(va, size, W)):
        return None
    return MAY_DIE if draft.is_short and draft.world.lazy else LIVES


def admit_other(draft, op):
    code = op[0]
    if code == Op.SBRK:
        if draft.unsure is not None:
            return None
        draft.move_brk(op[1])
    elif code == Op.FAIL:
        if draft.world.hog is not None:
            return None
        draft.armed = op[1] > 0
    elif code == Op.FORK_IN_VAIN:
        if draft.children:
            return None
        draft.armed = False
    elif code == Op.HOG:
        return LIVES if draft.world.ram <= 64 << 20 and not draft.is_short \
            and draft.memory.brk % PAGE == 0 else None
    elif code in (Op.FLOAT_SET, Op.FLOAT_SUM):
        if draft.is_short and not draft.has_floats:
            return MAY_DIE
        draft.has_floats = True
    elif code in maps.MAPS:
        return LIVES if maps.admit_map(draft, op) else None
    elif code == Op.EXIT:
        return DIES
    return LIVES


ADMIT = {Op.WAIT: admit_wait, Op.FORK: admit_fork, Op.KILL: admit_kill,
         Op.EXEC: admit_exec,
         **{code: admit_touch for code in NEEDS},
         **{code: admit_copy for code in (
             Op.PIPE, Op.PIPE_READ, Op.PIPE_WRITE, Op.FILE_READ,
             Op.FILE_WRITE, Op.FSTAT, Op.OPEN)}}


def may_end(draft, op, before):
    """A process that ends does not report the results of the operations
    before, so these must affect only itself. And unless it exits, somebody
    must be there to notice its end."""
    return all(o[0] in LOCAL for o in before) \
        and (op[0] == Op.EXIT or draft.can_die)


def admit(world, process, ops):
    """Returns the operations that make sense, up to one that ends the process,
    and LIVES, MAY_DIE or DIES."""
    draft = Draft(world, process)
    kept, fate = [], LIVES
    for op in ops:
        one = ADMIT.get(op[0], admit_other)(draft, op)
        if one is None or one != LIVES and not may_end(draft, op, kept) \
                or op[0] == Op.EXEC and any(o[0] != Op.FAIL for o in kept):
            continue
        kept.append(op)
        fate = max(fate, one)
        if one == DIES or op[0] == Op.EXEC and op[1] < PROGRAMS \
                and not draft.is_short and op[2] < ARGUMENTS_TOO_MANY:
            break
    return kept, fate
