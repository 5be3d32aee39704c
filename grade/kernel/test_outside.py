"""grade/kernel/test_outside.py: page tables, seen from outside.

Processes in the guest fork, write and exit, one step at a time. Between two
steps the machine is stopped, and its page tables are read from its memory
(outside/). So what the kernel counts or prints does not matter here.
"""

import pytest

from grade.kernel.outside.checks import (
    at, check, check_alone, check_bytes, check_changed, check_same,
    check_untouched, check_writable, image_end, user_frames)
from grade.kernel.outside.probe import (
    CHILD, GRANDCHILD, HEAP_PAGES, MEGABYTES, PAGE, PARENT, RESULT)
from grade.machine.ram import RAM_BASE
from grade.machine.sv39 import G, R, U, W, X, rights

OTHER = {"child": (CHILD, PARENT), "parent": (PARENT, CHILD)}
WRITABLE = ["data", "bss", "stack", "heap"]
READ_ONLY = ["text", "constants"]
FORK_FRAMES_MAX = 100   # a program so small needs about 10

together = pytest.mark.xdist_group("outside")


# ---- sharing ----

@together
@pytest.mark.parametrize("area", WRITABLE + READ_ONLY)
def test_sharing_after_fork(forked, area):
    """outside: fork shares the frame of {area}"""
    parent, child, _ = forked
    va = parent.area(area)
    check(parent.frame(va) is not None
          and parent.frame(va) == child.frame(va),
          f"the same frame in both for {area}, {va:#x}",
          at(parent, va), at(child, va))


@together
def test_sharing_whole_heap(forked):
    """outside: fork shares all frames of the heap"""
    parent, child, before = forked
    for va in (parent.heap(i) for i in range(HEAP_PAGES)):
        check(before.frame(va) == parent.frame(va) == child.frame(va),
              f"the frame that the parent had at {va:#x} before",
              at(before, va), at(parent, va), at(child, va))


@together
def test_sharing_of_three(three):
    """outside: a second fork shares the same frames"""
    for area in READ_ONLY + WRITABLE:
        va = three[0].area(area)
        check(len({view.frame(va) for view in three}) == 1,
              f"the same frame in all three for {area}, {va:#x}",
              *(at(view, va) for view in three))


@pytest.mark.parametrize("who", OTHER)
def test_sharing_one_write(pair, who):
    """outside: one write copies one page: {who}"""
    writer, other = OTHER[who]
    before = pair.look()
    va = before[writer].heap(3)
    pair.do(writer, "store", va + 5, 0x77)
    after = pair.look()
    check_changed(before[writer], after[writer], [va])
    check_bytes(before[writer], after[writer], {va + 5: 0x77},
                "it writes there")
    check_writable(after[writer], va)
    check_untouched(before[other], after[other])


def test_sharing_frames_counted(pair):
    """outside: four writes to four shared pages take four frames"""
    before = pair.look().values()
    view = pair.look()[CHILD]
    for va in (view.heap(0), view.heap(5), view.area("data"),
               view.area("bss")):
        pair.do(CHILD, "store", va, 0x77)
    new = user_frames(pair.look().values()) - user_frames(before)
    check(len(new) == 4, "4 new frames", f"{len(new)} new frames")


def test_sharing_second_write(pair):
    """outside: the second write to a page takes no frame"""
    shared = pair.look()[CHILD]
    va = shared.heap(3)
    pair.do(CHILD, "store", va, 0x77)
    before = pair.look()[CHILD]
    check_changed(shared, before, [va])
    pair.do(CHILD, "store", va + 1, 0x78)
    after = pair.look()[CHILD]
    check_changed(before, after, [])
    check_writable(after, va)


def test_sharing_again(pair):
    """outside: a page that was copied is shared by the next fork"""
    va = pair.look()[CHILD].heap(3)
    pair.do(CHILD, "store", va, 0x77)
    pair.do(CHILD, "fork", GRANDCHILD)
    seen = pair.look()
    check(seen[CHILD].frame(va) == seen[GRANDCHILD].frame(va)
          != seen[PARENT].frame(va),
          f"child and grandchild have the child's frame for {va:#x}",
          *(at(view, va) for view in seen.values()))
    check_alone(seen.values())


# ---- isolation ----

@together
@pytest.mark.parametrize("area", WRITABLE)
def test_isolation_no_write(three, area):
    """outside: no process can write a shared page: {area}"""
    va = three[0].area(area)
    shared = len({view.frame(va) for view in three}) < len(three)
    check(not (shared and any(view.pages[va].writable for view in three
                              if va in view.pages)),
          f"{rights(R | U)} in all of them for {area}, {va:#x}",
          *(at(view, va) for view in three))


@together
def test_isolation_alone(three):
    """outside: a frame that one process can write has no other owner"""
    check_alone(three)


@pytest.mark.parametrize("who", OTHER)
def test_isolation_write_everything(pair, who):
    """outside: writes to all pages leave the other unchanged: {who}"""
    writer, other = OTHER[who]
    before = pair.look()
    pages = [before[writer].area(area) for area in ("data", "bss", "stack")]
    pages += [before[writer].heap(i) for i in range(HEAP_PAGES)]
    for va in pages:
        pair.do(writer, "store", va + 9, 0x77)
    after = pair.look()
    check_untouched(before[other], after[other])
    check_bytes(before[writer], after[writer],
                {va + 9: 0x77 for va in pages}, "it writes to all its pages")
    check_alone(after.values())


def test_isolation_grandchild(pair):
    """outside: a grandchild writes, and the others still share"""
    pair.do(CHILD, "fork", GRANDCHILD)
    before = pair.look()
    va = before[PARENT].heap(2)
    pair.do(GRANDCHILD, "store", va, 0x77)
    after = pair.look()
    check_changed(before[GRANDCHILD], after[GRANDCHILD], [va])
    for role in (PARENT, CHILD):
        check_untouched(before[role], after[role], "the grandchild writes")
    check(after[PARENT].frame(va) == after[CHILD].frame(va),
          f"parent and child still have the same frame for {va:#x}",
          *(at(view, va) for view in after.values()))
    check_alone(after.values())


def test_isolation_outlives(pair):
    """outside: frames outlive the process in the middle"""
    pair.do(CHILD, "store", pair.look()[CHILD].heap(1), 0x77)
    pair.do(CHILD, "fork", GRANDCHILD)
    before = pair.look()
    pair.end(CHILD, PARENT)
    pair.do(PARENT, "sbrk", 8 * PAGE)   # takes what is free now
    after = pair.look()
    check_untouched(before[GRANDCHILD], after[GRANDCHILD],
                    "the child has ended")
    check_alone(after.values())


def test_isolation_exec(pair):
    """outside: exec drops everything that was shared"""
    before = pair.look()
    pair.do(CHILD, "exec")
    after = pair.look()
    check_untouched(before[PARENT], after[PARENT], "the child calls exec")
    parent = before[PARENT]
    old = {parent.frame(parent.area(area)) for area in WRITABLE}
    left = [page for page in after[CHILD].pages.values() if page.pa in old]
    check(not left, "in the child's new program no frame of the parent",
          *(str(page) for page in left))


# ---- the kernel writes for a program ----

KERNEL_WRITES = [       # command, its further arguments, bytes written
    ("read_pipe", [8], 8, ord("n")), ("read_file", [16], 16, ord("n")),
    ("fstat", [], 24, None), ("pipe", [], 8, None),
    ("wait_at", [], 4, None)]


def give_child(probe, parent):
    """One that ends; its parent's pages have been copied for that fork."""
    probe.do(parent, "fork", GRANDCHILD)
    probe.order(GRANDCHILD, "exit", ord("n"))
    probe.gone(GRANDCHILD)


@pytest.mark.parametrize("who", OTHER)
@pytest.mark.parametrize("command, args, size, value", [
    pytest.param(*row, id=row[0]) for row in KERNEL_WRITES])
def test_copies(pair, who, command, args, size, value):
    """outside: {command} into two shared pages: {who}"""
    writer, other = OTHER[who]
    if command == "wait_at":
        give_child(pair, writer)
    before = pair.look()
    end = before[writer].heap(4)
    start = end - size // 2
    result = pair.do(writer, command, start, *args)
    after = pair.look()
    check(result >= 0, f"{command} into a shared page succeeds",
          f"it returns {result}")
    check_changed(before[writer], after[writer], [end - PAGE, end])
    check_bytes(before[writer], after[writer],
                {start + i: value for i in range(size)},
                f"the kernel writes there in {command}")
    check_untouched(before[other], after[other], f"{command} is called")
    check_writable(after[writer], end)


def test_copies_own_page(pair):
    """outside: read() into a page already copied does not copy again"""
    va = pair.look()[CHILD].heap(4)
    pair.do(CHILD, "store", va, 0x77)
    before = pair.look()
    pair.do(CHILD, "read_pipe", va, 8)
    check_changed(before[CHILD], pair.look()[CHILD], [])


# ---- read-only and guard pages ----

@together
@pytest.mark.parametrize("area", READ_ONLY)
def test_rights_read_only(three, area):
    """outside: {area} is not writable"""
    va = three[0].area(area)
    for view in three:
        page = view.pages.get(va)
        wanted = R | U | (X if area == "text" else 0)
        check(page is not None and page.flags & wanted == wanted
              and not page.writable, f"{rights(wanted)} for {area}, {va:#x}",
              at(view, va))


@together
def test_rights_guard(three):
    """outside: the page below the stack is not mapped after fork"""
    va = three[0].area("guard")
    for view in three:
        check(va not in view.pages, f"no page at {va:#x}", at(view, va))


@together
def test_rights_tables(three):
    """outside: no program can reach a page table"""
    tables = {pa: view for view in three for pa in view.tables}
    for view in three:
        for page in view.pages.values():
            check(page.pa not in tables,
                  "no page of a program in a frame that holds a page table",
                  at(view, page.va),
                  f"this frame holds a table of "
                  f"{tables.get(page.pa, view).name}")


@together
def test_rights_kernel(three, calf):
    """outside: no program can reach the kernel or anything but RAM"""
    end = image_end(calf.config().path("kernel"))
    for view in three:
        for page in view.pages.values():
            check(end <= page.pa < RAM_BASE + (MEGABYTES << 20),
                  f"pages of programs in RAM above {end:#x}, where the "
                  "kernel's image ends", at(view, page.va))


@together
def test_rights_pages(forked):
    """outside: fork adds no page and no right"""
    before = forked[2]
    for view in forked[:2]:
        for va in view.pages.keys() | before.pages.keys():
            was, new = before.pages.get(va), view.pages.get(va)
            more = was and new and new.flags & ~was.flags & (R | W | X | U | G)
            check(more == 0, f"the rights before the fork: {at(before, va)}",
                  at(view, va))


@pytest.mark.parametrize("area", READ_ONLY)
def test_rights_store(pair, area):
    """outside: a store to {area} ends the child"""
    before = pair.look()
    pair.order(CHILD, "store", before[CHILD].area(area) + 64, 0x77)
    pair.gone(CHILD)
    pair.do(PARENT, "wait")
    after = pair.look()[PARENT]
    status = after.words[9] & 0xffffffff
    check(status == 0xffffffff, "the child is killed: status -1",
          f"the child's status is {status:#x}")
    check_same(before[PARENT], after, READ_ONLY)


@pytest.mark.parametrize("area", READ_ONLY)
def test_rights_read_into(pair, area):
    """outside: read() into {area} fails"""
    before = pair.look()
    result = pair.do(CHILD, "read_pipe", before[CHILD].area(area) + 64, 4)
    after = pair.look()
    for role in (CHILD, PARENT):
        check_same(before[role], after[role], READ_ONLY)
    check(result == -1, f"read() into {area} returns -1", f"{result}")


# ---- memory out ----

def test_memory_failed_fork(probe):
    """outside: a fork that fails leaves its parent as it was"""
    before = probe.look()[PARENT]
    failures = 0
    while probe.do(PARENT, "failed_fork", failures + 1) < 0:
        failures += 1
        check(failures < FORK_FRAMES_MAX, "a fork that needs fewer frames",
              "it always fails")
        after = probe.look()[PARENT]
        check_bytes(before, after, {}, "fork fails")
        for va in (before.heap(i) for i in range(HEAP_PAGES)):
            check(before.frame(va) == after.frame(va),
                  f"the frame that it had at {va:#x}", at(after, va))
        check(after.tables == before.tables, "the page tables as before",
              *map(hex, after.tables ^ before.tables))
    check(failures > 0, "no child without a frame", "fork succeeds")
    va = before.heap(3)
    probe.do(PARENT, "store", va, 0x77)
    check_writable(probe.look()[PARENT], va)


# ---- stale translations ----

@pytest.mark.parametrize("index", range(4))
def test_fences_fork(probe, index):
    """outside: a store right after fork stays the parent's, heap {index}"""
    before = probe.look()[PARENT]
    va = before.heap(2 * index)
    probe.do(PARENT, "fork_store", CHILD, va, 0x77)
    seen = probe.look()
    check_alone(seen.values())
    byte = seen[CHILD].contents[va][0]
    check(byte == before.contents[va][0],
          f"the child has {before.contents[va][0]:#04x} at {va:#x}, as it was "
          "at the fork", f"{byte:#04x}", at(seen[PARENT], va),
          at(seen[CHILD], va))


def test_fences_copyout(pair):
    """outside: a load sees what read() wrote into a shared page"""
    before = pair.look()
    va = before[CHILD].heap(3)
    byte = pair.do(CHILD, "load_read_load", va, 1)
    check(byte == ord("n"), f"the child loads {ord('n'):#04x} from {va:#x}",
          f"{byte:#04x}", at(pair.look()[CHILD], va))
    check_untouched(before[PARENT], pair.look()[PARENT])


# ---- the last owner ----

def kill_child(probe, _):
    probe.do(PARENT, "kill", probe.look()[PARENT].words[RESULT])
    probe.gone(CHILD)
    probe.do(PARENT, "wait")


LET_GO = {              # how the child comes to drop the frame
    "exit": lambda probe, va: probe.end(CHILD, PARENT),
    "exec": lambda probe, va: probe.do(CHILD, "exec"),
    "sbrk": lambda probe, va: probe.do(CHILD, "sbrk", -HEAP_PAGES * PAGE),
    "copy": lambda probe, va: probe.do(CHILD, "store", va, 0x77),
    "kill": kill_child,
}


@pytest.mark.parametrize("let_go", LET_GO)
@pytest.mark.parametrize("how", ["store", "read_pipe"])
def test_cost_last_owner(pair, let_go, how):
    """outside: the last owner keeps its frame: {let_go}, {how}"""
    before = pair.look()[PARENT]
    va = before.heap(3)
    LET_GO[let_go](pair, va)
    pair.do(PARENT, how, va, 8)
    after = pair.look()[PARENT]
    check(after.frame(va) == before.frame(va),
          f"still the frame {before.frame(va):#x} at {va:#x}, "
          "since nobody else has it", at(after, va))
    check_writable(after, va)
