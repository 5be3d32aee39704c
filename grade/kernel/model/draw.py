"""grade/kernel/model/draw.py: draw random programs, step by step, from what
the reference knows about the processes so far."""

from grade.kernel.model.hand import Hand
from grade.kernel.model.maps_hand import MapsHand
from grade.kernel.model.layout import PAGE, W
from grade.kernel.model.play import LOOK, Step
from grade.kernel.model.rules import PROGRAMS
from grade.kernel.model.wire import OPS_MAX, ROLES, SENDS_MAX, Op

STEPS = (5, 22)         # steps of a program, not counting looks
LOOKS = 3
FEW = 3                 # with fewer processes, a fork is more likely


def first_steps(rng):
    """Start the first process of a program."""
    yield Step(0, ((Op.FORK, 1, 0),))
    if rng.random() < 0.75:
        yield Step(1, ((Op.EXEC, rng.randrange(PROGRAMS), 0, 0),))


def program(rng, maps=False):
    """Returns a generator of steps, as Stage.play() expects it. With `maps`,
    they map memory."""
    def steps(world):
        hand = MapsHand(rng, world) if maps else Hand(rng, world)
        yield from first_steps(rng)
        looks = 0
        for _ in range(rng.randint(*STEPS)):
            yield from draw_steps(rng, world, hand)
            if looks < LOOKS and rng.random() < 0.1:
                looks += 1
                yield LOOK
        if rng.random() < 0.6:
            yield LOOK
    return steps


def alone(world):
    """True if only role 0 is left."""
    free = [role for role in range(1, ROLES) if role not in world.used]
    return Step(0, ((Op.WAIT, 0),
                    *((Op.FORK, role, 0) for role in free[:1])))


def draw_steps(rng, world, hand):
    """One step, or several that belong together."""
    alive = [p for p in world.alive() if p.role != 0]
    if not alive:
        yield alone(world)
        return
    process = rng.choice(alive)
    kind, = rng.choices(list(hand.kinds), hand.kinds.values())
    if len(alive) < FEW and rng.random() < 0.35:
        kind = "fork"
    if world.hog is not None and rng.random() < 0.3:
        process = world.process(world.hog) or process
        kind = "hog"
    if any(not world.processes[role].is_alive for role in process.children) \
            and rng.random() < 0.4:
        kind = "wait_step"
    if kind == "race":
        yield from race(rng, world, hand, process)
        return
    if kind == "exec" and rng.random() < 0.3:
        yield Step(process.role, tuple(hand.floats(process)))
    ops = getattr(hand, kind)(process)
    counts = rng.random() < 0.3
    for some in hand.orders(ops[:OPS_MAX]):
        yield Step(process.role, tuple(some), counts)


def race(rng, world, hand, process):
    """Let processes that share many pages do something with all these pages at
    the same time."""
    role = process.role
    ops = hand.wide(process)
    start, pages = ops[-1][1:3]
    for some in hand.orders(ops):
        yield Step(role, tuple(some))
    for _ in range(rng.randint(1, 3)):
        free = [r for r in range(1, ROLES) if r not in world.used]
        if free:
            yield Step(role, ((Op.FORK, free[0], 0),))
    for _ in range(rng.randint(1, 2)):
        doing = [p for p in world.alive()
                 if p.memory.good_bytes(start, pages * PAGE, W)
                 == pages * PAGE]
        rng.shuffle(doing)
        if len(doing) < 2:
            return
        first, *others = ((p.role, tuple(hand.at_once(p, start, pages)))
                          for p in doing[:SENDS_MAX])
        yield Step(*first, others=tuple(others))
