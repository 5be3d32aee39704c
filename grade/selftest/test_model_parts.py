"""grade/selftest/test_model_parts.py: the parts of `make model`, mostly
without a machine."""

import random
import re

import pytest

from grade.kernel.model import maps, wire
from grade.kernel.model.admit import LIVES, MAY_DIE, admit
from grade.kernel.model.asc import as_c
from grade.kernel.model.boot import build_subject, draw_shapes
from grade.kernel.model.layout import (
    PAGE, STACK_BYTES, USER_TOP, R, Segment, W, layout_of, segments_of,
    with_segments)
from grade.kernel.model.play import Failure, Step
from grade.kernel.model.reference import (
    EINVAL, ENOMEM, SHARES_ALL, TO_TOUCH, Kernel, Memory, Taken, World)
from grade.kernel.model.shrink import Shrinker
from grade.kernel.model.trial import Trials
from grade.kernel.model.wire import Op
from grade.machine.host.build import ROOT
from grade.machine.qemu import Machine
from grade.machine.user_programs import build_programs

HEAP = 0x210000
SUBJECT = ROOT / "grade/kernel/model/subject/subject.h"


@pytest.fixture(scope="module")
def subject(calf, tmp_path_factory):
    return build_subject(calf.config(), tmp_path_factory.mktemp("subject"))


@pytest.fixture
def memory(subject):
    found = Memory(layout_of(subject.elf), HEAP, lazy=False)
    found.move_brk(HEAP + 2 * PAGE)
    return found


def test_numbers():
    """grader: the model and its processes agree on all constants"""
    text = SUBJECT.read_text("utf-8")
    names = re.findall(r"^\tOP_(\w+),$", text, re.MULTILINE)
    assert names == [op.name for op in Op]
    for name in ("ROLES", "OPS_MAX", "SENDS_MAX", "REPLIES_MAX", "FRESH"):
        value = re.search(rf"^#define {name} (\d+)", text, re.MULTILINE)
        assert int(value[1]) == getattr(wire, name), name


def test_write_after_fork(memory):
    """grader: in the model a write is private and costs a frame"""
    child = memory.fork(SHARES_ALL)
    assert child.write(HEAP + PAGE - 1, b"ab") == Taken(2, 2)
    assert child.write(HEAP, b"c") == Taken(0, 0)
    assert memory.write(HEAP, b"d") == Taken(0, 0)
    assert child.read(HEAP + PAGE - 1, 2) == b"ab"
    assert memory.read(HEAP + PAGE - 1, 2) == b"\0\0"


def test_shrink_of_shared(memory):
    """grader: in the model dropping a shared page frees nothing"""
    child = memory.fork(SHARES_ALL)
    assert child.move_brk(HEAP) == Taken(0, 0)
    assert memory.move_brk(HEAP) == Taken(-2, -2)


def test_segments(subject):
    """grader: a program with added segments has them in order"""
    added = [Segment(0, 100, R | W, b"page 0"),
             Segment((1 << 30) - PAGE, 2 * PAGE, R, b"x" * 5000)]
    elf = with_segments(subject.elf, added)
    segments = segments_of(elf)
    assert [s for s in segments if s in added] == added
    assert segments == sorted(segments, key=lambda s: s.va)


def test_rights_of_a_page_of_two(subject):
    """grader: a page in two segments has the rights and bytes of both"""
    one, two = Segment(0, 10, R, b"0123456789"), Segment(20, 4, R | W, b"wxyz")
    rights, data = layout_of(subject.elf, [one, two]).pages()[0]
    assert rights == R | W
    assert data[:24] == b"0123456789" + bytes(10) + b"wxyz"


def test_shorter():
    """grader: a program that fails is made as short as possible"""
    steps = [Step(1, ((Op.LOAD, 4096), (Op.FORK, 2, 0))),
             Step(1, ((Op.LOAD, 4100),)), Step(0, ()),
             Step(2, ((Op.STORE, 4100, 9, 1), (Op.LOAD, 1)))]

    def fails(steps):
        codes = [op[0] for step in steps for op in step.ops]
        if Op.FORK in codes and Op.STORE in codes[codes.index(Op.FORK):]:
            return Failure("it does", None, list(steps))
        return None

    found = Shrinker(fails, fails(steps)).shrink().done
    assert found == [Step(1, ((Op.FORK, 2, 0),)),
                     Step(2, ((Op.STORE, 4096, 1, 1),))]


@pytest.mark.xdist_group("model")
def test_as_c(config, subject, tmp_path):
    """grader: a program that the model prints as C compiles"""
    outcome = Trials(config, subject, tmp_path, tmp_path).boot(
        5, 1, Machine(cpus=1, mem="64M"))
    assert outcome.failure is None
    outcome.failure = Failure("nothing", None, some_of_each(outcome))
    source = tmp_path / "case.c"
    source.write_text(as_c(outcome), "utf-8")
    build_programs(config, str(source), tmp_path)


def some_of_each(outcome):
    """Steps with each kind of operation, at each kind of place."""
    segment = next(s for layout in outcome.layouts for s in layout.added)
    places = [outcome.heaps[0], outcome.heaps[0] - 8 * PAGE, segment.va]
    ops = [(op, place, 8, 8) for op in Op for place in places
           if op not in (Op.FORK, Op.EXEC, Op.KILL, Op.EXIT)]
    return [Step(0, ((Op.FORK, 1, 0),)), Step(1, tuple(ops)),
            Step(0, ((Op.KILL, 1), (Op.EXIT, 0)))]


def test_shapes_are_those_of_the_seed(subject):
    """grader: a seed of the model always gives the same programs"""
    one, two = (draw_shapes(random.Random(7), subject) for _ in range(2))
    assert one == two


def world_of(subject, lazy=False):
    return World([layout_of(subject.elf)], [HEAP], Kernel(SHARES_ALL, lazy),
                 64 << 20)


def test_world_ends(subject):
    """grader: in the model a child that outlives its parent is an orphan"""
    world = world_of(subject)
    world.fork(world.processes[0], 1, 10)
    world.fork(world.processes[1], 2, 11)
    world.end(world.processes[1], 0)
    assert world.processes[2].parent is None
    world.end(world.processes[2], 0)
    assert set(world.processes) == {0, 1}


def test_growth_that_may_fail(subject):
    """grader: in the model nothing touches memory that may be unmapped"""
    world = world_of(subject)
    process = world.fork(world.processes[0], 1, 10)
    world.fork(process, 2, 11)
    world.hog = 2
    grow, look, there = ((Op.SBRK, PAGE), (Op.LOAD, HEAP),
                         (Op.LOAD, HEAP - STACK_BYTES))
    assert admit(world, process, [grow, look, there]) == (
        [grow, there], LIVES)


def test_pages_to_be_touched(subject):
    """grader: in the model a program may die at its first access to a page,
    and only if memory is short"""
    world = world_of(subject, lazy=True)
    world.fork(world.processes[0], 1, 10)
    process, text = world.processes[1], segments_of(subject.elf)[0].va
    read, run = [(Op.LOAD, text)], [(Op.EXEC, 0, 0, 0)]
    assert process.memory.touch(text, 1) == Taken(0, TO_TOUCH)
    assert admit(world, process, read) == (read, LIVES)
    assert admit(world, process, run) == (run, LIVES)
    world.armed = True
    assert admit(world, process, read) == (read, MAY_DIE)
    assert admit(world, process, run) == (run, MAY_DIE)


def do_map(world, *op):
    """A call of process 0. Returns its result and the frames that it takes."""
    memory = world.processes[0].memory
    found = maps.plan(memory, op, world)
    return found.result, maps.carry_out(memory, op, found)


def test_mappings(subject):
    """grader: in the model a mapping takes what is touched, and gives it
    back"""
    world = world_of(subject)
    memory, start = world.processes[0].memory, USER_TOP - 3 * PAGE
    assert do_map(world, Op.MMAP, 0, 3 * PAGE, maps.how(3)) \
        == (start, Taken(0, 0))
    assert memory.touch(start, 1) == Taken(0, 2)
    assert memory.write(start, b"x" * (PAGE + 1)) == Taken(2, 2)
    child = memory.fork(SHARES_ALL)
    assert do_map(world, Op.MPROTECT, start, PAGE, 0) == (0, Taken(0, 1))
    assert do_map(world, Op.MADVISE, start + PAGE, 1, maps.DONTNEED) \
        == (0, Taken(0, 1))
    assert memory.read(start, PAGE + 1) == b"x" * PAGE + b"\0"
    child.release()
    assert do_map(world, Op.MUNMAP, start, 3 * PAGE) == (0, Taken(-3, -3))


@pytest.mark.parametrize("op, result", [
    ((Op.MMAP, 0, 0, maps.how(3)), -EINVAL),
    ((Op.MMAP, 0, PAGE, maps.how(8)), -EINVAL),
    ((Op.MMAP, 0, PAGE, maps.how(3, offset=1)), -EINVAL),
    ((Op.MMAP, 0, 1 << 63, maps.how(3)), -ENOMEM),
    ((Op.MUNMAP, 1, PAGE), -EINVAL),
    ((Op.MUNMAP, USER_TOP, PAGE), -EINVAL),
    ((Op.MUNMAP, -PAGE, 2 * PAGE), -EINVAL),
    ((Op.MPROTECT, HEAP, PAGE, 1), -ENOMEM),
    ((Op.MPROTECT, HEAP - PAGE, 2 * PAGE, 1), -ENOMEM),
    ((Op.MADVISE, HEAP - PAGE, PAGE + 1, maps.DONTNEED), -ENOMEM),
    ((Op.MADVISE, 0, PAGE, maps.DONTNEED), -EINVAL),
])
def test_refused_calls(subject, op, result):
    """grader: the model refuses what the contract refuses: {op}"""
    assert do_map(world_of(subject), *op)[0] == result


def test_call_that_may_fail(subject):
    """grader: in the model nothing depends on a call that may have failed"""
    world = world_of(subject)
    process = world.fork(world.processes[0], 1, 10)
    protect = (Op.MPROTECT, HEAP - STACK_BYTES, PAGE, 1)
    look = (Op.LOAD, HEAP - STACK_BYTES)
    assert admit(world, process, [protect, look]) == ([protect, look], LIVES)
    world.armed = True
    assert admit(world, process, [protect, look]) == ([protect], LIVES)


def test_subject_keeps_its_pages(subject):
    """grader: no program of the model unmaps the subject"""
    world = world_of(subject)
    process = world.fork(world.processes[0], 1, 10)
    text = segments_of(subject.elf)[0].va
    assert admit(world, process, [(Op.MUNMAP, text, PAGE)]) == ([], LIVES)
