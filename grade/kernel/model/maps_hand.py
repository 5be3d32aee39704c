"""grade/kernel/model/maps_hand.py: draw calls that map memory, with accesses
before and after them."""

from grade.kernel.model import maps
from grade.kernel.model.hand import Hand
from grade.kernel.model.layout import (GIGABYTE, PAGE, STACK_GAP, TABLE,
                                       USER_TOP, R, W)
from grade.kernel.model.maps import (ANONYMOUS, DONTNEED, FEW_RANGES, FIXED,
                                     FLAGS_SHIFT, PRIVATE, SHARED, how)
from grade.kernel.model.reference import CODE
from grade.kernel.model.wire import ROLES, Op

READ, WRITE, EXEC = 1, 2, 4
PROTS = (READ | WRITE, READ | WRITE, READ | WRITE, READ, READ, 0, 0, EXEC,
         READ | EXEC, WRITE, READ | WRITE | EXEC, WRITE | EXEC)
STORED = (READ | WRITE, READ | WRITE, READ | WRITE | EXEC)
LONG = (24, 130, 511, 512, 513, 600)
STRETCH = 4096          # pages; a kernel may do more of them in parts
ODD = (1 << 38, USER_TOP, USER_TOP + 1, 1 << 63, (1 << 64) - 1,
       (1 << 64) - PAGE, 1 << 40)


class MapsHand(Hand):
    """Draws the parts of steps of a process that maps memory."""

    kinds = {"mixed": 20, "touched_copy": 4, "fork": 14, "grow": 6,
             "failing": 12, "exec": 2, "call": 2, "named": 2, "wild": 2,
             "exit": 3, "kill": 2, "wait_step": 7, "hog": 1, "race": 7,
             "map": 16, "unmap": 12, "protect": 22, "drop": 8, "around": 8,
             "refused": 5, "code": 4}

    # ---- addresses ----

    def page(self, process):
        """Prefer what has been mapped, and pages with some right."""
        rng, pages = self.rng, process.memory.pages
        mapped = self.mapped(process)
        for _ in range(4):
            number = rng.choice(mapped) if mapped and rng.random() < 0.45 \
                else super().page(process)
            if pages[number].rights or rng.random() < 0.1:
                break
        return number

    def mapped(self, process):
        """The first and last pages of all mappings, and some between."""
        memory = process.memory
        numbers = sorted(n for n, page in memory.pages.items()
                         if page.zeros or n * PAGE >= memory.brk)
        return [n for n in numbers if n - 1 not in memory.pages
                or n + 1 not in memory.pages or n % 16 == 0
                or memory.pages[n - 1].rights != memory.pages[n].rights]

    def parts(self, process):
        """The (first, last) pages of neighbours with equal rights that calls
        may change."""
        pages, found = process.memory.pages, []
        for number in sorted(set(pages) - process.memory.reserved):
            if found and found[-1][1] == number - 1 \
                    and pages[number - 1].rights == pages[number].rights:
                found[-1][1] = number
            else:
                found.append([number, number])
        top = -(-process.memory.brk // PAGE)
        return found or [[top, top]]

    def range_of(self, process, most=1 << 20):
        """An address and a size: a part of something, or more than that."""
        rng, memory = self.rng, process.memory
        parts = self.parts(process)
        later = [p for p in parts if p[0] * PAGE >= memory.stack[0]]
        first, last = rng.choice(later if later and rng.random() < 0.8
                                 else parts)
        low = rng.choice([first, first, first + 1, last,
                          rng.randint(first, last)])
        high = rng.choice([last, last, last - 1, low, low,
                           rng.randint(first, last)])
        if rng.random() < 0.2:
            low -= rng.randint(1, 3)
        if rng.random() < 0.2:
            high += rng.randint(1, 3)
        if rng.random() < 0.15:
            high = max(high, rng.choice(parts)[1])
        low = max(low, 0)
        count = min(max(high - low + 1, 1), most)
        size = count * PAGE
        if rng.random() < 0.2:
            size -= rng.randrange(PAGE)
        return low * PAGE, size

    def place(self, process, count):
        """Where to map that many pages."""
        rng, memory = self.rng, process.memory
        first, last = rng.choice(self.parts(process))
        top = -(-memory.brk // PAGE)
        found = rng.choice([
            first - count, first - rng.randint(0, count), last + 1, last + 2,
            first, last, first - rng.randint(0, count),
            top, top + rng.randint(1, 40), USER_TOP // PAGE - count,
            USER_TOP // PAGE - count + 1, memory.stack[0] // PAGE - count,
            (memory.stack[0] - STACK_GAP) // PAGE - rng.randint(0, count), 1,
            rng.randint(1, 250) * (GIGABYTE // PAGE)
            - rng.randint(0, count),
            top + rng.randint(1, 20) * (TABLE // PAGE)
            - rng.randint(0, count)])
        return max(found, 0) * PAGE

    def holes(self, process):
        """The numbers of free pages between what is mapped above the heap."""
        memory = process.memory
        ends = sorted(n for n in memory.pages if n * PAGE >= memory.brk)
        return [after - before - 1 for before, after in zip(ends, ends[1:])
                if before + 1 < after <= before + LONG[-1]]

    # ---- single calls ----

    def mmap(self, process, prot=None, count=None):
        rng = self.rng
        holes = self.holes(process)
        if count is None and holes and rng.random() < 0.3:
            return (Op.MMAP, 0, rng.choice(holes) * PAGE,
                    how(rng.choice(PROTS) if prot is None else prot))
        if count is None:
            count = rng.choice([1, 1, 2, 3, 5, rng.randint(1, 12)])
            if rng.random() < 0.08:
                count = rng.choice(LONG)
            elif rng.random() < 0.01:
                count = STRETCH + rng.randint(0, 40)
        size = count * PAGE - (rng.randrange(PAGE) if rng.random() < 0.2
                               else 0)
        flags, addr = PRIVATE | ANONYMOUS, 0
        if rng.random() < 0.55:
            addr = self.place(process, count)
            if rng.random() < 0.15:
                addr += rng.randrange(PAGE)
            elif rng.random() < 0.45:
                flags |= FIXED
        if prot is None:
            prot = rng.choice(PROTS)
        return (Op.MMAP, addr, size, how(prot, flags))

    def munmap(self, process):
        return (Op.MUNMAP, *self.range_of(process))

    def mprotect(self, process, prot=None):
        return (Op.MPROTECT, *self.range_of(process),
                self.rng.choice(PROTS) if prot is None else prot)

    def madvise(self, process):
        advice = DONTNEED if self.rng.random() < 0.9 else \
            self.rng.randrange(-1, 6)
        return (Op.MADVISE, *self.range_of(process), advice)

    def change(self, process):
        return self.rng.choice([self.mmap, self.munmap, self.mprotect,
                                self.mprotect, self.madvise])(process)

    def bad_call(self, process):
        """A call with an argument that is refused."""
        rng, op = self.rng, list(self.change(process))
        if rng.random() < 0.3:
            op[1] += rng.choice([1, 8, PAGE - 1])
        elif rng.random() < 0.3:
            op[2] = rng.choice([0, *ODD])
        elif rng.random() < 0.2:
            op[1] = rng.choice([USER_TOP, USER_TOP - PAGE, 1 << 38, 1 << 39,
                                (1 << 64) - PAGE, 0, PAGE])
        elif op[0] == Op.MMAP:
            good = PRIVATE | ANONYMOUS | op[3] >> FLAGS_SHIFT & FIXED
            op[3] = rng.choice([how(READ, good ^ PRIVATE),
                                how(READ, good | SHARED),
                                how(READ, good | 0x8000), how(8 | READ, good),
                                how(READ, good, 1), how(READ, good, PAGE + 8)])
        elif op[0] == Op.MUNMAP:
            op[2] = rng.choice([0, *ODD])
        else:
            op[3] = rng.choice([8, 64, -1])
        return tuple(op)

    # ---- steps ----

    def orders(self, ops):
        """End a step when the kernel chooses an address, to see which one it
        is before others depend on it."""
        if any(op[0] == Op.FAIL for op in ops):
            return [ops]
        parts = [[]]
        for op in ops:
            parts[-1].append(op)
            if op[0] == Op.MMAP and not op[3] >> FLAGS_SHIFT & FIXED:
                parts.append([])
        return [part for part in parts if part]

    def accesses(self, process, va, size):
        """Loads, stores and copies in a range."""
        rng, found = self.rng, []
        for _ in range(rng.randint(0, 2)):
            at = rng.choice([va, va, va + max(size - 8, 0),
                             va + rng.randrange(max(size, 1))])
            length = rng.choice([1, 4, 8, rng.randint(1, 100)])
            found.append(rng.choice([
                (Op.STORE, at, length, self.seed()),
                (Op.STORE, at, length, self.seed()),
                (Op.SUM, at, min(length, max(va + size - at, 1))),
                (Op.LOAD, at), (Op.PIPE_WRITE, at, length),
                (Op.PIPE_READ, at, length), (Op.PIPE, at, rng.randrange(256)),
                (Op.FSTAT, at, rng.randrange(256)),
                (Op.FILE_READ, at, length, rng.randrange(64)),
                (Op.FILE_WRITE, at, length, rng.randrange(64))]))
        return found

    def allowed(self, process, ops, changed=()):
        """Mostly without the accesses that would kill the process."""
        pages = dict(process.memory.pages)
        for op in changed:
            found = maps.plan(process.memory, op, self.world)
            for number in found.replaced:
                pages.pop(number, None)
            if not found.is_big:
                pages.update(maps.new_pages(process.memory, op, found))
        return [op for op in ops if self.rng.random() < 0.07
                or op[0] not in (Op.STORE, Op.SUM, Op.LOAD) or all(
                    n in pages and pages[n].rights
                    & (W if op[0] == Op.STORE else R)
                    for n in range(op[1] // PAGE, (op[1] + (
                        op[2] if op[0] != Op.LOAD else 1) - 1) // PAGE + 1))]

    def with_accesses(self, process, op):
        """A call with accesses to its range before and after it."""
        va, size = op[1:3]
        if op[0] == Op.MMAP:
            va = max(maps.plan(process.memory, op, self.world).result, 0)
        size = min(size, 4 * PAGE)
        return [*self.allowed(process, self.accesses(process, va, size)), op,
                *self.allowed(process, self.accesses(process, va, size),
                              [op])]

    def map(self, process):
        if self.rng.random() < 0.3 \
                and maps.ranges(process.memory.pages) == FEW_RANGES:
            return [(Op.FAIL, 1), self.mmap(process, READ | WRITE),
                    (Op.FAIL, 0)]
        return self.with_accesses(process, self.mmap(process))

    def unmap(self, process):
        op = self.munmap(process)
        ops = self.with_accesses(process, op)
        if self.rng.random() < 0.3:         # and what was there is gone
            ops += [(Op.MMAP, *op[1:3], how(READ | WRITE,
                                            PRIVATE | ANONYMOUS | FIXED)),
                    (Op.SUM, op[1], min(op[2], 2 * PAGE))]
        return ops

    def protect(self, process):
        """Change rights, often to give them back at once."""
        rng, op = self.rng, self.mprotect(process)
        ops = self.with_accesses(process, op)
        if rng.random() < 0.5:
            again = (*op[:3], rng.choice(STORED))
            ops += [again, *self.allowed(
                process, self.accesses(process, op[1], min(op[2], PAGE)),
                [again])]
        return ops

    def drop(self, process):
        return self.with_accesses(process, self.madvise(process))

    def around(self, process):
        """A change of memory between accesses, with a fork anywhere among
        them."""
        free = [role for role in range(1, ROLES)
                if role not in self.world.used]
        ops = self.with_accesses(process, self.change(process))
        at = self.rng.randint(0, len(ops))
        return [*ops[:at], *((Op.FORK, role, 0) for role in free[:1]),
                *ops[at:]]

    def refused(self, process):
        return [self.bad_call(process), *self.after([self.store(process, 0)])]

    def code(self, process):
        """Code that is stored in a mapping, which may run only later."""
        rng = self.rng
        op = self.mmap(process, READ | WRITE, 1)
        va = maps.plan(process.memory, op, self.world).result
        prot = rng.choice([EXEC, READ | EXEC, READ | WRITE | EXEC])
        last = rng.choice([[], [(Op.MPROTECT, va, PAGE, READ | WRITE),
                                (Op.CALL, va)]])
        return [op, (Op.STORE, va, 8, CODE + rng.randrange(2048)),
                (Op.MPROTECT, va, PAGE, prot), (Op.CALL, va), *last]

    def failing(self, process):
        """One of these calls, or something else, without memory."""
        rng = self.rng
        if rng.random() < 0.5:
            return super().failing(process)
        return [(Op.FAIL, rng.choice([1, 1, 2, 3])), self.change(process),
                (Op.FAIL, 0)]

    def wide(self, process):
        """Map many pages, and write to all of them."""
        count = self.rng.choice([8, 40, 250])
        op = self.mmap(process, READ | WRITE, count)
        va = maps.plan(process.memory, op, self.world).result
        return [op, (Op.TOUCH, max(va, 0), count, self.rng.randrange(256))]

    def at_once(self, process, start, pages):
        rng = self.rng
        if rng.random() < 0.4:
            return super().at_once(process, start, pages)
        first = rng.randrange(pages)
        count = rng.choice([pages - first, 1, pages - first])
        va, size = start + first * PAGE, count * PAGE
        return rng.choice([
            [(Op.MUNMAP, va, size)], [(Op.MADVISE, va, size, DONTNEED)],
            [(Op.MPROTECT, va, size, READ), (Op.SUM, va, PAGE),
             (Op.MPROTECT, va, size, READ | WRITE),
             (Op.TOUCH, va, count, rng.randrange(256))],
            [(Op.MPROTECT, va, size, 0)],
            [(Op.MADVISE, va, size, DONTNEED), (Op.SUM, va, PAGE)]])
