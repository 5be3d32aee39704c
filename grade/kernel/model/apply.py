"""grade/kernel/model/apply.py: check the result of an operation, and make
the same change in the reference.

An operation may fail with ENOMEM only while `fail N` is set or some process
has all memory, and only if it needs a frame.
"""

import struct

from grade.kernel.model import maps
from grade.kernel.model.layout import PAGE, USER_TOP, R, W
from grade.kernel.model.reference import (
    EAGAIN, ECHILD, EFAULT, EINVAL, ENOMEM, NAMES, adler, code_result,
    float_sum, pattern)
from grade.kernel.model.rules import (
    ARGUMENTS, ARGUMENTS_TOO_MANY, FIXED, PROGRAMS, OtherBytes, Wrong, name_of)
from grade.kernel.model.wire import Op

STRING_MOST = 256


def expect(result, *allowed):
    if result not in allowed:
        wanted = " or ".join(name_of(a) for a in dict.fromkeys(allowed))
        raise Wrong(f"the result is {name_of(result)}, not {wanted}")


def apply_load(world, p, op, result):
    expect(result, p.memory.read(op[1], 1)[0])
    world.balance += p.memory.touch(op[1], 1)


def apply_store(world, p, op, result):
    world.balance += p.memory.write(op[1], pattern(op[3], op[2]))


def apply_touch(world, p, op, result):
    for index in range(op[2]):
        world.balance += p.memory.write(op[1] + index * PAGE, bytes([op[3]]))


def apply_sum(world, p, op, result):
    if result != adler(p.memory.read(op[1], op[2])):
        raise OtherBytes(f"some of the {op[2]} bytes at {op[1]:#x} are wrong")
    world.balance += p.memory.touch(op[1], op[2])


def apply_sbrk(world, p, op, result):
    memory, delta = p.memory, op[1]
    brk = memory.brk + delta
    if brk < memory.heap and delta < 0:
        return expect(result, -EINVAL)
    if brk > USER_TOP or delta > world.ram:
        return expect(result, -ENOMEM)
    if delta > 0 and not memory.can_grow(brk):
        return expect(result, -ENOMEM)
    short = world.is_short and (delta > 0 or world.maps)
    expect(result, memory.brk, *([-ENOMEM] if short else []))
    if result >= 0:
        if world.maps:
            world.balance += maps.longer_list(memory)
        world.balance += memory.move_brk(brk)
        if delta < 0 and world.hog == p.role:
            world.hog = None if brk <= memory.hogged else p.role
    return None


def apply_fork(world, p, op, result):
    was_armed = world.armed
    if op[2]:
        world.armed = False
    if was_armed and result in (-ENOMEM, -EAGAIN):
        return
    if result <= 0:
        raise Wrong(f"fork failed with {name_of(result)}")
    if any(q.pid == result for q in world.processes.values()):
        raise Wrong(f"fork returned {result}, the pid of another process")
    world.fork(p, op[1], result)


def apply_vain(world, p, op, result):
    expect(result, 0, *([-ENOMEM, -EAGAIN] if world.is_short else []))
    world.armed = False


def apply_exec(world, p, op, result):
    """Only an exec that failed has a result."""
    if op[1] < PROGRAMS and op[2] < ARGUMENTS_TOO_MANY \
            and not world.is_short:
        raise Wrong(f"exec failed with {name_of(result)}")
    if result >= 0:
        raise Wrong(f"exec returned {result}")
    if op[3]:
        p.memory.write(op[3], pattern(0, 8 * (ARGUMENTS + op[2])))


def apply_wait(world, p, op, result):
    zombies = [role for role in p.children
               if not world.processes[role].is_alive]
    if not zombies:
        return expect(result, -ECHILD)
    va, memory = op[1], p.memory
    if va and memory.good_bytes(va, 4, W) < 4:
        return expect(result, -EFAULT)
    if va and result == -ENOMEM and world.is_short \
            and memory.short_pages(va, 4, W):
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
    """The results that a copy to a process may have if memory is exhausted: it
    may stop at the first byte of each page that must be copied."""
    stops, at = [], va
    while at < va + size:
        if memory.pages[at // PAGE].write_needs_frame():
            stops.append(at - va or -ENOMEM)
        at += PAGE - at % PAGE
    return stops


def apply_read(world, p, va, data, wanted, result):
    """The kernel reads something for the process. Returns the bytes that were
    written to it."""
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
        world.balance += p.memory.touch(op[1], result)


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
    """pipe() and fstat() write all or nothing. Then a pattern replaces the
    bytes."""
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
            raise Wrong(f"{result} bytes were read into memory that is not "
                        "mapped or not writable")
        return
    if not 0 <= result <= op[2]:
        raise Wrong(f"the result is {name_of(result)}")
    world.balance += p.memory.write(op[1], pattern(op[3], result))


def apply_name(world, p, op, result):
    good = p.memory.good_bytes(op[1], STRING_MOST, R)
    text = p.memory.read(op[1], good) if good else b""
    end = text.find(b"\0")
    if end < 0 and good < STRING_MOST:
        expect(result, -EFAULT, *([-ENOMEM] if world.is_short else []))
    elif text[:end + 1] == NAMES[1024]:
        expect(result, 0, *([-ENOMEM] if world.is_short else []))
    elif text[:end + 1] == NAMES[1025]:
        expect(result, -2, *([-ENOMEM] if world.is_short else []))


def apply_args(world, p, op, result):
    if result >= 0:
        raise Wrong("exec of a file that does not exist succeeded")


def apply_fail(world, p, op, result):
    expect(result, len(f"fail {op[1]}"))
    world.armed = op[1] > 0


def apply_hog(world, p, op, result):
    if not 0 <= result <= world.ram // PAGE:
        raise Wrong(f"sbrk returned {result} pages of {world.ram // PAGE}")
    p.memory.hogged = p.memory.brk
    world.balance += p.memory.move_brk(p.memory.brk + result * PAGE)
    world.hog = p.role


def apply_crowd(world, p, op, result):
    if result < 0:
        raise Wrong("fork failed although there is memory for more processes")
    if result > 0:
        raise Wrong(f"{result} of {op[1]} children see what their parent "
                    "wrote after the fork")
    world.balance += p.memory.write(op[2], bytes([op[3]]))


def apply_float_set(world, p, op, result):
    p.floats, p.has_floats, p.watch_floats = op[1], True, True


def apply_float_sum(world, p, op, result):
    p.has_floats = True
    if result != float_sum(p.floats):
        raise Wrong("the floating-point registers have wrong values")


def apply_call(world, p, op, result):
    expect(result, code_result(p.memory.read(op[1], 8)))
    world.balance += p.memory.touch(op[1], 8)


def apply_map(world, p, op, result):
    """Without memory for its list of ranges, the kernel changes nothing."""
    plan = maps.plan(p.memory, op, world)
    if maps.may_fail(op, world) and result == -ENOMEM != plan.result:
        return
    expect(result, plan.result)
    world.balance += maps.carry_out(p.memory, op, plan)


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
         Op.CALL: apply_call,
         Op.TOUCH: apply_touch, **dict.fromkeys(maps.MAPS, apply_map)}


def apply(world, process, op, result):
    """Raises Wrong if the operation must not have this result."""
    APPLY[op[0]](world, process, op, result)
