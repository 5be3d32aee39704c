"""grade/kernel/model/hand.py: draw what one process does in a step: addresses,
operations, and operations that belong together."""

from grade.kernel.model.layout import PAGE, STACK_GAP, USER_TOP, W, X
from grade.kernel.model.reference import CODE, NAMES
from grade.kernel.model.rules import FILE_MOST, PIPE_MOST, PROGRAMS
from grade.kernel.model.wire import ROLES, Op

WIDE = (8, 40, 250)     # numbers of pages in a wide operation
HOT = 4                 # pages that a program uses most of the time
BAD_PROGRAMS = range(PROGRAMS, PROGRAMS + 6)
MANY = (3, 30, 126, 127, 128, 129, 254, 255, 256, 257, 1022, 1023, 1024,
        1025)           # numbers of owners near the limits of possible counts
TO_MEMORY = {Op.STORE, Op.PIPE, Op.PIPE_READ, Op.FILE_READ, Op.FSTAT, Op.WAIT}
# The most allocations of operations that need many, in programs with many
# tables.
TAKES = {Op.FORK: 14, Op.FORK_IN_VAIN: 14, Op.EXEC: 70, Op.SBRK: 8}
KERNEL = -(1 << 38)     # no program may touch memory from there on
ODD_GROWTH = (1 << 33, 1 << 38, 1 << 40, (1 << 63) - 1, -(1 << 63), -(1 << 40),
              0)


class Hand:
    """Draws the parts of steps. `kinds` are names of functions, with the
    frequency of each."""

    kinds = {"mixed": 30, "touched_copy": 6, "fork": 14, "grow": 12,
             "failing": 13, "exec": 4, "floats": 3, "call": 2, "named": 3,
             "wild": 3, "exit": 4, "kill": 2, "wait_step": 9, "crowd": 1,
             "hog": 1, "wide": 2, "race": 7}

    def __init__(self, rng, world):
        self.rng = rng
        self.world = world
        self.hot = []

    # ---- addresses ----

    def page(self, process):
        """The number of a page that steps may use."""
        known = [n for n, _ in process.memory.known()]
        hot = [n for n in self.hot if n in process.memory.pages]
        if hot and self.rng.random() < 0.7:
            return self.rng.choice(hot)
        stretch = self.rng.choice(stretches(known))
        number = self.rng.choice(
            [stretch[0], stretch[-1], self.rng.choice(stretch)])
        if len(self.hot) < HOT:
            self.hot.append(number)
        return number

    def offset(self, size):
        rng = self.rng
        return rng.choice([
            0, rng.randrange(PAGE), max(PAGE - size, 0),
            PAGE - rng.randint(1, min(max(size, 1), PAGE)),
            rng.randrange(0, PAGE, 8)])

    def bad(self, process):
        """An address that no program has, or that this process does not
        have."""
        rng, memory = self.rng, process.memory
        near = rng.randint(-16, 16)
        guard = memory.stack[0]
        return rng.choice([
            0, guard - 8, guard - PAGE + rng.randrange(PAGE),
            guard - STACK_GAP, -(-memory.brk // PAGE) * PAGE + max(near, 0),
            memory.heap + rng.randrange(64) * PAGE,
            self.edge(process) + near, USER_TOP + near, (1 << 38) + near,
            (1 << 39) + self.page(process) * PAGE,
            (1 << 38) + self.page(process) * PAGE, KERNEL + near,
            KERNEL + (2 << 30) + rng.randrange(1 << 24), -PAGE, -1, -8,
            -(1 << 63), rng.getrandbits(38)])

    def edge(self, process):
        return self.rng.choice([*process.memory.layout.places(),
                                process.memory.heap])

    def va(self, process, size=1, bad=0.08):
        if self.rng.random() < bad:
            return self.bad(process)
        return self.page(process) * PAGE + self.offset(size)

    def size(self):
        rng = self.rng
        return rng.choice([1, 1, 2, 4, 8, 16, rng.randint(1, 64),
                           rng.randint(1, 600), PAGE,
                           rng.randint(1, 3 * PAGE)])

    def seed(self):
        return self.rng.randrange(256) + 256 * self.rng.randrange(3)

    # ---- single operations ----

    def store(self, process, bad=0.02):
        rng, size = self.rng, self.size()
        va = self.va(process, size, bad)
        if rng.random() < 0.05:
            return (Op.STORE, va & ~7, 8, CODE + rng.randrange(2048))
        if rng.random() < 0.08:
            seed = rng.choice(list(NAMES))
            return (Op.STORE, va, len(NAMES[seed]), seed)
        return (Op.STORE, va, size, self.seed())

    def load(self, process, bad=0.01):
        if self.rng.random() < 0.5:
            return (Op.LOAD, self.va(process, 1, bad))
        size = self.size()
        return (Op.SUM, self.va(process, size, bad), size)

    def sbrk(self, process):
        rng, memory = self.rng, process.memory
        heap = memory.brk - memory.heap
        if rng.random() < 0.05:
            return (Op.SBRK, rng.choice(ODD_GROWTH))
        if rng.random() < 0.05:
            return (Op.SBRK, rng.choice([-heap - 1, -memory.brk,
                                         USER_TOP - memory.brk,
                                         USER_TOP - memory.brk + 1]))
        to_table = -memory.brk % (1 << 21)
        if rng.random() < 0.15 and self.world.ram >= 64 << 20:
            return (Op.SBRK, to_table + rng.choice([0, 1, PAGE, -PAGE]))
        if heap and rng.random() < 0.5:
            return (Op.SBRK, -rng.choice([
                heap, rng.randint(0, heap), min(heap, PAGE),
                min(heap, memory.brk % PAGE), min(heap, PAGE + 1)]))
        return (Op.SBRK, rng.choice([
            PAGE, -memory.brk % PAGE, rng.randint(1, 8) * PAGE,
            rng.randint(0, 5 * PAGE), 1]))

    def copy(self, process, bad=0.12):
        """A call that makes the kernel copy to or from the process."""
        rng = self.rng
        code = rng.choice([Op.PIPE, Op.PIPE_READ, Op.PIPE_READ, Op.PIPE_WRITE,
                           Op.PIPE_WRITE, Op.FILE_READ, Op.FILE_READ,
                           Op.FILE_WRITE, Op.FSTAT, Op.OPEN, Op.NAME,
                           Op.ARGS])
        size = rng.choice([self.size(), rng.randint(0, 200)])
        if code in (Op.PIPE_READ, Op.PIPE_WRITE):
            size = min(size, PIPE_MOST)
        va = self.va(process, size, bad)
        if code in (Op.PIPE, Op.FSTAT):
            return (code, va, self.seed() % 256)
        if code in (Op.PIPE_READ, Op.PIPE_WRITE):
            return (code, va, size)
        if code in (Op.FILE_READ, Op.FILE_WRITE):
            return (code, va, size, rng.choice(
                [0, rng.randrange(PAGE), PAGE - min(size, PAGE),
                 rng.randrange(FILE_MOST)]))
        if code == Op.OPEN:
            return (code, va, max(size, 1), rng.randrange(4))
        if code == Op.NAME:
            return (code, va)
        return (code, va, self.va(process, 8, 0.3))

    def wait(self, process):
        va = self.va(process, 4, 0.15) if self.rng.random() < 0.8 else 0
        return (Op.WAIT, va)

    # ---- steps ----

    def orders(self, ops):
        """Divide operations that may be steps of their own."""
        return [ops]

    def mixed(self, process):
        """Loads, stores and copies, whose bytes are checked afterwards."""
        ops = []
        for _ in range(self.rng.randint(1, 3)):
            ops.append(self.rng.choice(
                [self.store, self.store, self.load, self.copy, self.copy])(
                    process))
        return [*ops, *self.after(ops)]

    def after(self, ops):
        """Check the bytes that the operations accessed."""
        found = []
        for op in ops:
            if op[0] in (Op.STORE, Op.PIPE_READ, Op.FILE_READ) \
                    and self.rng.random() < 0.7:
                found.append((Op.SUM, op[1], max(op[2], 1)))
        return found

    def touched_copy(self, process):
        """A copy between two loads, so that the hart caches the page."""
        op = self.copy(process, 0)
        return [(Op.PIPE_WRITE, self.va(process, 1, 0), 1),
                (Op.LOAD, op[1]), op, (Op.LOAD, op[1])]

    def named(self, process):
        """A name, usually across the end of a page, for a call that reads it
        up to its NUL."""
        rng = self.rng
        seed = rng.choice(list(NAMES))
        size = len(NAMES[seed])
        va = self.page(process) * PAGE + rng.choice(
            [rng.randrange(PAGE), PAGE - rng.randint(1, size)])
        store = (Op.STORE, va, size, seed)
        if rng.random() < 0.2:
            store = (Op.STORE, va, size - 1, seed)
        return [store, (Op.NAME, va)]

    def fork(self, process):
        """A fork with stores right before and after it."""
        rng = self.rng
        free = [role for role in range(1, ROLES) if role not in
                self.world.used]
        if not free:
            return []
        before = [self.store(process, 0) for _ in range(rng.randint(0, 2))]
        after = [rng.choice([self.store, self.store, self.copy])(process)
                 for _ in range(rng.randint(0, 2))]
        if before and rng.random() < 0.5:
            after.append((*before[-1][:3], self.seed()))
        return [*before, (Op.FORK, free[0], 0), *after]

    def grow(self, process):
        """Allocate and free memory, and touch it in between."""
        rng, memory = self.rng, process.memory
        ops = [self.sbrk(process)]
        start = memory.brk
        delta = ops[0][1]
        if 0 < delta < 64 * PAGE:
            ops += [(Op.SUM, start, delta),
                    (Op.STORE, start, min(delta, self.size()), self.seed())]
            if rng.random() < 0.5:
                ops += [(Op.SBRK, -delta)]
        elif -64 * PAGE < delta < 0 and rng.random() < 0.7:
            last = start + delta
            ops = [(Op.LOAD, max(start - 1, 0)), *ops]
            if rng.random() < 0.5:
                ops += [(Op.SBRK, -delta), (Op.SUM, last, -delta)]
            elif rng.random() < 0.5:
                ops += [(rng.choice([Op.LOAD, Op.STORE]), start - 1, 1, 7)]
        return ops

    def failing(self, process):
        """An operation for which memory is exhausted."""
        rng = self.rng
        op = rng.choice([self.copy, self.copy, self.wait, self.store,
                         self.sbrk, self.vain, self.exec_one, self.floats,
                         self.failed_fork, self.failed_fork])(process)
        ops = op if isinstance(op, list) else [op]
        if not ops:
            return []
        nth = rng.choice([1, 1, 2, rng.randint(1, 6)])
        if ops[0][0] in TAKES:
            nth = rng.randint(1, TAKES[ops[0][0]])
        ops = [(Op.FAIL, nth), *ops, (Op.FAIL, 0), *self.again(ops)]
        if any(o[0] in (Op.PIPE_READ,) for o in ops):
            ops = [(Op.PIPE_WRITE, self.va(process, 16, 0), 16), *ops]
        return ops

    def again(self, ops):
        """Repeat what has failed, or do something else with the same
        memory."""
        op, rng = ops[-1], self.rng
        choices = [[op] if op[0] not in (Op.FORK, Op.EXEC) else []]
        if op[0] in TO_MEMORY and op[1]:
            choices += [[(Op.STORE, op[1], 1, self.seed())],
                        [(Op.LOAD, op[1])], self.after(ops)]
        return rng.choice(choices)

    def failed_fork(self, process):
        free = [role for role in range(1, ROLES)
                if role not in self.world.used]
        return [(Op.FORK, role, 1) for role in free[:1]]

    def vain(self, process):
        return (Op.FORK_IN_VAIN,)

    def exec_one(self, process):
        rng = self.rng
        program = rng.choice([*range(PROGRAMS), *BAD_PROGRAMS]) \
            if rng.random() < 0.6 else rng.randrange(PROGRAMS)
        va = self.va(process, 400, 0) & ~7 if rng.random() < 0.5 else 0
        return (Op.EXEC, program, rng.choice([0, 0, 5, 20, 78]), va)

    def exec(self, process):
        return [self.exec_one(process)]

    def floats(self, process):
        seed = self.rng.getrandbits(60)
        return [self.rng.choice([(Op.FLOAT_SET, seed), (Op.FLOAT_SUM,)])]

    def call(self, process):
        """Call code that the process has written, or whatever is there."""
        executable = [n for n, page in process.memory.known()
                      if page.rights & X]
        if not executable:
            return []
        number = self.rng.choice(executable)
        va = number * PAGE + self.rng.randrange(0, PAGE, 8)
        ops = [(Op.CALL, va)]
        if process.memory.pages[number].rights & W:
            ops = [(Op.STORE, va, 8, CODE + self.rng.randrange(2048)), *ops]
        return ops

    def wild(self, process):
        """An access that kills the process."""
        code = self.rng.choice([Op.LOAD, Op.STORE, Op.STORE, Op.SUM, Op.CALL])
        va = self.va(process, 8, 0.6)
        if code == Op.STORE:
            return [self.load(process, 0), (code, va, self.size(),
                                            self.seed())]
        return [(code, va, 8)[:3 if code == Op.SUM else 2]]

    def exit(self, process):
        return [(Op.EXIT, self.rng.choice([0, 1, -1, -2, 7, 255, 256,
                                           1 << 30]))]

    def kill(self, process):
        others = [p.role for p in self.world.alive()
                  if p.role not in (0, process.role)]
        return [(Op.KILL, self.rng.choice(others))] if others else []

    def wait_step(self, process):
        op = self.wait(process)
        return [op, *([(Op.LOAD, op[1])] if op[1] else [])]

    def crowd(self, process):
        most = self.world.maxproc
        counts = [n for n in MANY if n <= most]
        weights = [1 if n < 1000 else 3 for n in counts]
        return [(Op.CROWD, self.rng.choices(counts, weights)[0],
                 self.va(process, 1, 0), self.rng.randrange(256))]

    def wide(self, process):
        """Write to many consecutive pages."""
        pages = self.rng.choice(WIDE)
        brk = -(-process.memory.brk // PAGE) * PAGE
        return [(Op.SBRK, -process.memory.brk % PAGE),
                (Op.SBRK, pages * PAGE),
                (Op.TOUCH, brk, pages, self.rng.randrange(256))]

    def at_once(self, process, start, pages):
        """An operation that other processes do with the same pages at the same
        time."""
        rng, memory = self.rng, process.memory
        free = [role for role in range(1, ROLES)
                if role not in self.world.used]
        touch = (Op.TOUCH, start, pages, rng.randrange(256))
        size = min(pages, 16) * PAGE
        choices = [[touch], [touch], [touch, (Op.SUM, start, size)],
                   [(Op.SUM, start, size), touch]]
        if memory.heap <= start < memory.brk:
            choices += [[(Op.SBRK, start - memory.brk)]] * 3
        if free:
            choices += [[(Op.FORK, rng.choice(free), 0)]] * 2
        return rng.choice(choices)

    def hog(self, process):
        """Allocate all memory, or free it."""
        memory = process.memory
        if self.world.hog == process.role:
            return [(Op.SBRK, memory.hogged - memory.brk)]
        return [(Op.SBRK, -memory.brk % PAGE),
                (Op.HOG, USER_TOP - memory.brk - PAGE)]


def stretches(numbers):
    """Split page numbers into runs of consecutive ones."""
    found = []
    for number in numbers:
        if found and found[-1][-1] == number - 1 and len(found[-1]) < 16:
            found[-1].append(number)
        else:
            found.append([number])
    return found
