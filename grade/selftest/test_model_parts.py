"""grade/selftest/test_model_parts.py: the parts of `make model`, mostly
without a machine."""

import random
import re

import pytest

from grade.kernel.model import wire
from grade.kernel.model.admit import LIVES, MAY_DIE, admit
from grade.kernel.model.asc import as_c
from grade.kernel.model.boot import build_subject, draw_shapes
from grade.kernel.model.layout import (
    PAGE, STACK_BYTES, R, Segment, W, layout_of, segments_of, with_segments)
from grade.kernel.model.play import Failure, Step
from grade.kernel.model.reference import (
    SHARES_ALL, TO_TOUCH, Kernel, Memory, Taken, World)
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
