"""grade/kernel/model/rules.py: what each operation may do, and what it must.

admit() says before an order is given which of its operations make sense, and
whether the process lives; apply() takes the result, compares it, and changes
the reference. What fails for want of memory may do so only while `fail N` is
set or somebody has all memory, and only if it takes a frame.
"""

import copy
import struct

from grade.kernel.model.layout import PAGE, USER_TOP, R, W, X
from grade.kernel.model.reference import (ECHILD, EFAULT, EINVAL, ENOMEM,
                                          NAMES, ZEROS, Page, adler,
                                          code_result, float_sum, pages_of,
                                          pattern)
from grade.kernel.model.wire import Op

LIVES, MAY_DIE, DIES = range(3)
CHILDREN_MOST = 4       # of one process: each takes a descriptor
PIPE_MOST = 512         # bytes in the pipe: no write may have to wait
FILE_MOST = 3 * PAGE
PROGRAMS = 4            # that can be run; then come those that cannot
STAT_SIZE = 24
STRING_MOST = 256
ARGUMENTS_TOO_MANY = 60
WRONG_INSIDE = 100      # a subject's answer when a check of its own fails
FIXED = {Op.WAIT: 4, Op.PIPE: 8, Op.FSTAT: STAT_SIZE}   # bytes written
LOCAL = {Op.LOAD, Op.STORE, Op.SUM, Op.SBRK, Op.CALL, Op.FLOAT_SET,
         Op.FLOAT_SUM, Op.FAIL}
NEEDS = {Op.LOAD: R, Op.SUM: R, Op.STORE: W, Op.CALL: X, Op.CROWD: W}


class Wrong(Exception):
    """The kernel did what it must not; the text says what, in a sentence."""


def name_of(error):
    """A result that may be an error, in words."""
    known = {1: "EPERM", 2: "ENOENT", 3: "ESRCH", 5: "EIO", 7: "E2BIG",
             8: "ENOEXEC", 10: "ECHILD", 11: "EAGAIN", 12: "ENOMEM",
             13: "EACCES", 14: "EFAULT", 22: "EINVAL", 24: "EMFILE"}
    return known.get(-error, str(-error)) if error < 0 else str(error)


# ---- before -----------------------------------------------------------------

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

    @property
    def is_short(self):
        return self.armed or self.world.hog is not None

    @property
    def can_die(self):
        return self.world.process(self.process.parent) is not None

    def move_brk(self, delta):
        memory = self.memory
        brk = memory.brk + delta
        if not memory.heap <= brk <= USER_TOP \
                or delta > self.world.ram or self.is_short and delta > 0:
            return
        old, new = -(-memory.brk // PAGE), -(-brk // PAGE)
        for number in range(old, new):
            memory.pages[number] = Page(R | W, ZEROS)
        for number in range(new, old):
            memory.pages.pop(number, None)
        memory.brk = brk


def length_of(op):
    """Bytes of user memory that it is about."""
    code = op[0]
    if code in FIXED:
        return FIXED[code]
    if code in (Op.LOAD, Op.CROWD):
        return 1
    if code == Op.CALL:
        return 8
    return op[2]


def va_of(op):
    return op[2] if op[0] == Op.CROWD else op[1]


def admit_touch(draft, op):
    """Loads, stores and jumps of the process itself."""
    va, size = va_of(op), length_of(op)
    memory = draft.memory
    if size < 1 or memory.is_own(va, size):
        return None
    if memory.good_bytes(va, size, NEEDS[op[0]]) < size:
        return DIES
    if op[0] == Op.STORE:
        short = draft.is_short and memory.shared(va, size)
        return MAY_DIE if short else LIVES
    if op[0] == Op.CALL:
        return LIVES if code_result(memory.read(va, 8)) is not None else None
    if op[0] == Op.CROWD and (draft.is_short or draft.children
                              or op[1] > draft.world.maxproc):
        return None
    return LIVES


def admit_copy(draft, op):
    """What the kernel copies to or from the process."""
    code, va, size = op[0], op[1], length_of(op)
    memory = draft.memory
    if size and memory.is_own(va, size):
        return None
    need = R if code in (Op.PIPE_WRITE, Op.FILE_WRITE) else W
    good = memory.good_bytes(va, size, need)
    if code in FIXED or code == Op.OPEN:
        if 0 < good < size or draft.is_short and len(pages_of(va, size)) > 1:
            return None         # part of it may be written
    if code in (Op.OPEN, Op.FILE_WRITE) and draft.is_short:
        return None
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
    role = op[1]
    if draft.is_short or role in draft.world.used | draft.forked \
            or draft.children >= CHILDREN_MOST:
        return None
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


def admit_other(draft, op):
    code = op[0]
    if code == Op.SBRK:
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
    elif code == Op.EXIT:
        return DIES
    return LIVES


ADMIT = {Op.WAIT: admit_wait, Op.FORK: admit_fork, Op.KILL: admit_kill,
         **{code: admit_touch for code in NEEDS},
         **{code: admit_copy for code in (
             Op.PIPE, Op.PIPE_READ, Op.PIPE_WRITE, Op.FILE_READ,
             Op.FILE_WRITE, Op.FSTAT, Op.OPEN)}}


def may_end(draft, op, before):
    """A process that ends does not tell what came of the operations before,
    so these must be about itself alone. And unless it exits somebody must be
    there to notice its end."""
    return all(o[0] in LOCAL for o in before) \
        and (op[0] == Op.EXIT or draft.can_die)


def admit(world, process, ops):
    """(operations that make sense, LIVES or MAY_DIE or DIES): nothing comes
    after the one that ends the process."""
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


# ---- after ------------------------------------------------------------------

def expect(result, *allowed):
    if result not in allowed:
        wanted = " or ".join(name_of(a) for a in dict.fromkeys(allowed))
        raise Wrong(f"the result is {name_of(result)}, not {wanted}")


def apply_load(world, p, op, result):
    expect(result, p.memory.read(op[1], 1)[0])


def apply_store(world, p, op, result):
    world.balance += p.memory.write(op[1], pattern(op[3], op[2]))


def apply_sum(world, p, op, result):
    if result != adler(p.memory.read(op[1], op[2])):
        raise Wrong(f"of the {op[2]} bytes at {op[1]:#x} some are others")


def apply_sbrk(world, p, op, result):
    memory, delta = p.memory, op[1]
    brk = memory.brk + delta
    if brk < memory.heap and delta < 0:
        return expect(result, -EINVAL)
    if brk > USER_TOP or delta > world.ram:
        return expect(result, -ENOMEM)
    short = world.is_short and delta > 0
    expect(result, memory.brk, *([-ENOMEM] if short else []))
    if result >= 0:
        world.balance += memory.move_brk(brk)
        if delta < 0 and world.hog == p.role:
            world.hog = None if brk <= memory.hogged else p.role
    return None


def apply_fork(world, p, op, result):
    if result <= 0:
        raise Wrong(f"fork fails with {name_of(result)}")
    if any(q.pid == result for q in world.processes.values()):
        raise Wrong(f"fork gives {result}, which is somebody else's pid")
    world.fork(p, op[1], result)


def apply_vain(world, p, op, result):
    expect(result, 0, *([-ENOMEM, -11] if world.is_short else []))
    world.armed = False


def apply_exec(world, p, op, result):
    """It has failed; otherwise there is no result."""
    if op[1] < PROGRAMS and op[2] < ARGUMENTS_TOO_MANY \
            and not world.is_short:
        raise Wrong(f"exec fails with {name_of(result)}")
    if result >= 0:
        raise Wrong(f"exec returns {result}")


def apply_wait(world, p, op, result):
    zombies = [role for role in p.children
               if not world.processes[role].is_alive]
    if not zombies:
        return expect(result, -ECHILD)
    va, memory = op[1], p.memory
    if va and memory.good_bytes(va, 4, W) < 4:
        return expect(result, -EFAULT)
    if va and result == -ENOMEM and world.is_short and memory.shared(va, 4):
        return None
    expect(result, *zombies)
    if va:
        status = struct.pack("<i", world.processes[result].ended)
        world.balance += memory.write(va, status)
    world.collect(p, result)
    return None


def apply_kill(world, p, op, result):
    expect(result, 0)


def written(memory, va, size):
    """Results that a copy to a process may have, for want of frames: the first
    byte of each page that would have to be copied."""
    stops, at = [], va
    while at < va + size:
        if memory.pages[at // PAGE].frame.owners > 1:
            stops.append(at - va or -ENOMEM)
        at += PAGE - at % PAGE
    return stops


def apply_read(world, p, va, data, wanted, result):
    """The kernel reads something for it; returns the bytes that went."""
    memory = p.memory
    good = memory.good_bytes(va, len(data), W)
    allowed = [good or (-EFAULT if data else 0)]
    if world.is_short:
        allowed += written(memory, va, good)
    expect(result, *allowed)
    if result > 0:
        world.balance += memory.write(va, data[:result])
    return max(result, 0)


def apply_pipe_read(world, p, op, result):
    data = world.pipe[:op[2]]
    gone = apply_read(world, p, op[1], data, op[2], result)
    world.pipe = world.pipe[gone:]


def apply_pipe_write(world, p, op, result):
    good = p.memory.good_bytes(op[1], op[2], R)
    expect(result, good or (-EFAULT if op[2] else 0))
    if result > 0:
        world.pipe += p.memory.read(op[1], result)


def apply_file_read(world, p, op, result):
    data = world.file[op[3]:op[3] + op[2]]
    if world.is_short and result in (-ENOMEM, -5):
        return
    apply_read(world, p, op[1], data, op[2], result)


def apply_file_write(world, p, op, result):
    _, va, size, offset = op
    good = p.memory.good_bytes(va, size, R)
    expect(result, good or (-EFAULT if size else 0))
    if result > 0:
        old = world.file.ljust(offset, b"\0")
        world.file = (old[:offset] + p.memory.read(va, result)
                      + old[offset + result:])


def apply_fixed(world, p, op, result):
    """pipe() and fstat(): all or nothing; a pattern takes the bytes' place."""
    size = FIXED[op[0]]
    short = [-ENOMEM] if world.is_short else []
    if p.memory.good_bytes(op[1], size, W) < size:
        return expect(result, -EFAULT, *short)
    expect(result, len(world.file) if op[0] == Op.FSTAT else 0, *short)
    if result >= 0:
        world.balance += p.memory.write(op[1], pattern(op[2], size))
    return None


def apply_open(world, p, op, result):
    if p.memory.good_bytes(op[1], op[2], W) < op[2]:
        if result > 0:
            raise Wrong(f"{result} bytes are read into memory that is not "
                        "there, or not to be written")
        return
    if not 0 <= result <= op[2]:
        raise Wrong(f"the result is {name_of(result)}")
    world.balance += p.memory.write(op[1], pattern(op[3], result))


def apply_name(world, p, op, result):
    good = p.memory.good_bytes(op[1], STRING_MOST, R)
    text = p.memory.read(op[1], good) if good else b""
    end = text.find(b"\0")
    if end < 0 and good < STRING_MOST:
        expect(result, -EFAULT)
    elif text[:end + 1] == NAMES[1024]:
        expect(result, 0, *([-ENOMEM] if world.is_short else []))
    elif text[:end + 1] == NAMES[1025]:
        expect(result, -2, *([-ENOMEM] if world.is_short else []))


def apply_args(world, p, op, result):
    if result >= 0:
        raise Wrong("exec of a name that is not there succeeds")


def apply_fail(world, p, op, result):
    expect(result, len(f"fail {op[1]}"))
    world.armed = op[1] > 0


def apply_hog(world, p, op, result):
    if not 0 <= result <= world.ram // PAGE:
        raise Wrong(f"sbrk gave {result} pages, of {world.ram // PAGE}")
    p.memory.hogged = p.memory.brk
    world.balance += p.memory.move_brk(p.memory.brk + result * PAGE)
    world.hog = p.role


def apply_crowd(world, p, op, result):
    if result < 0:
        raise Wrong("fork fails, with memory for many more processes")
    if result > 0:
        raise Wrong(f"{result} of {op[1]} children see what their parent has "
                    "written since")
    world.balance += p.memory.write(op[2], bytes([op[3]]))


def apply_float_set(world, p, op, result):
    p.floats, p.has_floats = op[1], True


def apply_float_sum(world, p, op, result):
    p.has_floats = True
    if result != float_sum(p.floats):
        raise Wrong("the floating-point registers have others' values")


def apply_call(world, p, op, result):
    expect(result, code_result(p.memory.read(op[1], 8)))


APPLY = {Op.LOAD: apply_load, Op.STORE: apply_store, Op.SUM: apply_sum,
         Op.SBRK: apply_sbrk, Op.FORK: apply_fork,
         Op.FORK_IN_VAIN: apply_vain, Op.EXEC: apply_exec,
         Op.WAIT: apply_wait, Op.KILL: apply_kill, Op.PIPE: apply_fixed,
         Op.FSTAT: apply_fixed, Op.PIPE_READ: apply_pipe_read,
         Op.PIPE_WRITE: apply_pipe_write, Op.FILE_READ: apply_file_read,
         Op.FILE_WRITE: apply_file_write, Op.OPEN: apply_open,
         Op.NAME: apply_name, Op.ARGS: apply_args, Op.FAIL: apply_fail,
         Op.HOG: apply_hog, Op.CROWD: apply_crowd,
         Op.FLOAT_SET: apply_float_set, Op.FLOAT_SUM: apply_float_sum,
         Op.CALL: apply_call}


def apply(world, process, op, result):
    """Raises Wrong unless the result is one that this may have."""
    APPLY[op[0]](world, process, op, result)
