"""grade/kernel/model/maps.py: the calls that map memory, as the reference sees
them: mmap(), munmap(), mprotect() and madvise().

docs/syscalls.md says what they refuse. plan() decides about a call from its
arguments and the memory of the process; admit.py and apply.py then change
their copies of that memory as it says.
"""

from dataclasses import dataclass

from grade.kernel.model.layout import PAGE, STACK_GAP, USER_TOP, R, W, X
from grade.kernel.model.reference import (EINVAL, ENOMEM, EPERM, ZEROS, Page,
                                          Taken)
from grade.kernel.model.wire import WORD, Op

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
SHARED, PRIVATE, FIXED, ANONYMOUS = 1, 2, 0x10, 0x20
DONTNEED = 4
FLAGS_SHIFT, OFFSET_SHIFT = 8, 32       # in the third argument of Op.MMAP

FEW_RANGES = 5          # kernels may keep a longer list in a frame
RANGES_MOST = 100       # of 170 that are allowed
PAGES_MOST = 1 << 14    # that a call may change here; more take too long
MAPS = (Op.MMAP, Op.MUNMAP, Op.MPROTECT, Op.MADVISE)


def how(prot, flags=PRIVATE | ANONYMOUS, offset=0):
    """The third argument of Op.MMAP."""
    return prot | flags << FLAGS_SHIFT | offset << OFFSET_SHIFT


def rights_of(prot):
    rights = R if prot & (PROT_READ | PROT_WRITE) else 0
    return rights | (W if prot & PROT_WRITE else 0) \
        | (X if prot & PROT_EXEC else 0)


@dataclass(frozen=True)
class Plan:
    """What a call does: its result, the pages that are mapped afresh or whose
    rights change (to `rights`), and those that go first."""

    result: int
    numbers: tuple = ()
    rights: int = 0
    replaced: tuple = ()
    is_big: bool = False    # more is changed than the model can follow


def pages_up(size):
    return -(-size // PAGE)


def may_map(memory, start, end):
    gap = memory.stack[0] - STACK_GAP
    return PAGE <= start < end <= USER_TOP \
        and (end <= gap or start >= memory.stack[0])


def inside(memory, start, end):
    """The numbers of the pages in [start, end)."""
    first, last = start // PAGE, pages_up(end)
    if last - first > len(memory.pages):
        return tuple(sorted(n for n in memory.pages if first <= n < last))
    return tuple(n for n in range(first, last) if n in memory.pages)


def highest_room(memory, size):
    """The highest free range above the heap for that many pages, or None."""
    low, high = pages_up(memory.brk), USER_TOP // PAGE
    for number in sorted((n for n in memory.pages if n >= low), reverse=True):
        if high - number > size:
            return high - size
        high = number
    return high - size if high - low >= size else None


def writable_bytes(memory):
    return sum(bool(page.rights & W) for page in memory.pages.values()) * PAGE


def plan_mmap(memory, op, world):
    _, addr, size, packed = op
    prot, flags = packed & 0xff, packed >> FLAGS_SHIFT & 0xffffff
    fixed, addr, size = flags & FIXED, addr & WORD, size & WORD
    if size == 0 or prot & ~7 or flags & ~0x33 \
            or bool(flags & SHARED) == bool(flags & PRIVATE) \
            or (packed >> OFFSET_SHIFT) % PAGE or fixed and addr % PAGE:
        return Plan(-EINVAL)
    if size > USER_TOP:
        return Plan(-ENOMEM)
    start, count, rights = addr // PAGE * PAGE, pages_up(size), rights_of(prot)
    end, replaced = start + count * PAGE, ()
    if fixed:
        if addr == 0:
            return Plan(-EPERM)
        if not may_map(memory, start, end):
            return Plan(-ENOMEM)
        replaced = inside(memory, start, end)
    elif not may_map(memory, start, end) or inside(memory, start, end):
        room = highest_room(memory, count)
        if room is None:
            return Plan(-ENOMEM)
        start = room * PAGE
    if rights & W and size > world.ram:
        return Plan(-ENOMEM, is_big=bool(replaced))
    if count > PAGES_MOST:
        return Plan(start, is_big=True)
    first = start // PAGE
    return Plan(start, tuple(range(first, first + count)), rights, replaced)


def fits_user_space(addr, size):
    addr, size = addr & WORD, size & WORD
    return addr % PAGE == 0 and addr + pages_up(size) * PAGE <= USER_TOP


def whole(memory, addr, size):
    """Whether each page of the range is mapped."""
    count = pages_up(size & WORD)
    return count <= len(memory.pages) and all(
        n in memory.pages for n in range(addr // PAGE, addr // PAGE + count))


def plan_munmap(memory, op, world):
    _, addr, size = op[:3]
    if size == 0 or not fits_user_space(addr, size):
        return Plan(-EINVAL)
    return Plan(0, replaced=inside(memory, addr, addr + size))


def plan_mprotect(memory, op, world):
    _, addr, size, prot = op
    if addr % PAGE or prot & ~7:
        return Plan(-EINVAL)
    if not fits_user_space(addr, size) or not whole(memory, addr, size):
        return Plan(-ENOMEM)
    return Plan(0, inside(memory, addr, addr + size) if size else (),
                rights_of(prot))


def plan_madvise(memory, op, world):
    _, addr, size, advice = op
    if not 0 <= advice <= DONTNEED or not fits_user_space(addr, size) \
            or advice == DONTNEED and addr < memory.stack[0]:
        return Plan(-EINVAL)
    result = 0 if size == 0 or whole(memory, addr, size) else -ENOMEM
    if advice != DONTNEED or size == 0:
        return Plan(result)
    return Plan(result, inside(memory, addr, addr + size))


PLANS = {Op.MMAP: plan_mmap, Op.MUNMAP: plan_munmap,
         Op.MPROTECT: plan_mprotect, Op.MADVISE: plan_madvise}


def plan(memory, op, world):
    """What this call must do."""
    return PLANS[op[0]](memory, op, world)


def new_pages(memory, op, plan):
    """The pages of plan.numbers as they are afterwards."""
    if op[0] == Op.MPROTECT:
        return {n: memory.pages[n].with_rights(plan.rights)
                for n in plan.numbers}
    if op[0] == Op.MMAP:
        return {n: Page(plan.rights, ZEROS, made=False, zeros=True)
                for n in plan.numbers}
    return {n: Page(memory.pages[n].rights, ZEROS, made=False, zeros=True)
            for n in plan.numbers}


def ranges(pages):
    """How many ranges of equal rights there are."""
    return sum(number - 1 not in pages
               or pages[number - 1].rights != page.rights
               for number, page in pages.items())


def longer_list(memory):
    """The frames that one more range may take."""
    return Taken(0, int(ranges(memory.pages) >= FEW_RANGES))


def tables(memory):
    """The tables that must be there, and those that may be."""
    there = {(bits, number >> bits) for number, page in memory.pages.items()
             if page.has_table for bits in (9, 18)}
    return there, {(bits, number >> bits) for number in memory.pages
                   for bits in (9, 18)}


def carry_out(memory, op, plan):
    """Change the memory of a process. Returns the frames that this takes."""
    there, possible = tables(memory)
    sure = unsure = 0
    for number in {*plan.replaced, *(plan.numbers if op[0] == Op.MADVISE
                                     else ())}:
        page = memory.pages[number]
        page.frame.owners -= 1
        sure += page.made and page.frame.owners == 0
        unsure += not page.made and not page.zeros and page.frame.owners == 0
    pages = new_pages(memory, op, plan)
    for number in plan.replaced:
        del memory.pages[number]
    memory.pages.update(pages)
    there_now, possible_now = tables(memory)
    gone = len(there - possible_now)
    perhaps = len(possible - possible_now | there - there_now) - gone
    return Taken(-sure - unsure - gone - perhaps,
                 -sure - gone) + longer_list(memory)


def may_fail(op, world):
    """Whether the call may find no memory for the list of ranges."""
    return world.is_short and op[0] != Op.MADVISE


# ---- as admit.py and apply.py need them -------------------------------------

def admit_map(draft, op):
    """Whether the call makes sense: True or False. It must not touch the
    subject's own pages. After one that may have failed, nothing in the same
    order may depend on it."""
    memory = draft.memory
    found = plan(memory, op, draft.world)
    changed = {*found.replaced, *found.numbers}
    if draft.unsure is not None or found.is_big \
            or changed & memory.reserved \
            or ranges(memory.pages) > RANGES_MOST \
            or len(memory.pages) > PAGES_MOST and op[0] == Op.MMAP:
        return False
    if not may_fail(op, draft):
        pages = new_pages(memory, op, found)
        for number in found.replaced:
            memory.pages.pop(number, None)
        memory.pages.update(pages)
        return True
    if op[0] == Op.MMAP and found.replaced:
        return False            # half of it may have been done
    draft.unsure = 0
    return True
