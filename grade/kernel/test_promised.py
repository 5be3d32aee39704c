"""grade/kernel/test_promised.py: the memory of lab lazy, seen from outside.

The first process grows its heap by more pages than a page table has entries.
Then it, a child or the kernel touches some of them, and the page tables are
read from the machine's memory, as in test_outside.py.
"""

import struct

import pytest

from grade.kernel import on_strict
from grade.kernel.outside.checks import (
    at, check, check_alone, check_changed, check_untouched, check_writable)
from grade.kernel.outside.probe import CHILD, PAGE, PARENT
from grade.machine import run_to_end
from grade.machine.guest import GuestFailed
from grade.machine.host.limits import limit
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.user_programs import build_programs

PAGES = 600             # more than the 512 of one table
ZEROS = bytes(PAGE)


@pytest.fixture
def heap(probe):
    """The addresses of the pages that the first process was promised."""
    old = probe.do(PARENT, "sbrk", PAGES * PAGE)
    start = -(-old // PAGE) * PAGE
    return [start + PAGE * index for index in range(PAGES)]


def check_zeros(view, *vas):
    """These pages map one frame, which is all zero and cannot be written."""
    for va in vas:
        page = view.pages.get(va)
        check(page is not None and not page.writable
              and view.frame(va) == view.frame(vas[0]),
              f"{va:#x} maps the frame of zeros, which nobody may write",
              at(view, vas[0]), at(view, va))
        check(view.contents[va] == ZEROS, "the frame of zeros is all zero",
              at(view, va))


def check_own(view, va, wanted):
    """A page of its own, which can be written and has these bytes."""
    check_writable(view, va)
    seen = view.contents.get(va, b"")
    where = next((i for i in range(PAGE) if seen[i:i + 1] != wanted[i:i + 1]),
                 None)
    check(where is None, f"zeros at {va:#x}, but for what was written",
          f"{seen[where or 0:][:1].hex()} at {va + (where or 0):#x}")


def with_byte(offset, value):
    return ZEROS[:offset] + bytes([value]) + ZEROS[offset + 1:]


def test_growth(probe):
    """promised: sbrk() makes no page and no page table"""
    before = probe.look()[PARENT]
    old = probe.do(PARENT, "sbrk", PAGES * PAGE)
    check(old > 0, "sbrk() succeeds", f"it returns {old}")
    after = probe.look()[PARENT]
    check_changed(before, after, [])
    check(before.tables == after.tables, "the same page tables as before",
          f"{len(before.tables)} tables before, {len(after.tables)} after")


def test_loads(probe, heap):
    """promised: loads from untouched pages find one frame of zeros"""
    before = probe.look()[PARENT]
    touched = heap[3], heap[4], heap[PAGES - 1]
    for va in touched:
        check(probe.do(PARENT, "load", va + 9) == 0, "a load finds 0")
    after = probe.look()[PARENT]
    check_changed(before, after, touched)
    check_zeros(after, *touched)


def test_loads_of_two(probe, heap):
    """promised: two processes load from the same frame of zeros"""
    probe.do(PARENT, "load", heap[3])
    probe.do(PARENT, "fork", CHILD)
    probe.do(CHILD, "load", heap[7])
    seen = probe.look()
    check_zeros(seen[CHILD], heap[3], heap[7])
    check(seen[CHILD].frame(heap[7]) == seen[PARENT].frame(heap[3]),
          "one frame of zeros for both", at(seen[CHILD], heap[7]),
          at(seen[PARENT], heap[3]))
    check(heap[7] not in seen[PARENT].pages,
          f"the parent has not touched {heap[7]:#x}",
          at(seen[PARENT], heap[7]))


def test_heap_store(probe, heap):
    """promised: a store to an untouched page makes that page alone"""
    before = probe.look()[PARENT]
    probe.do(PARENT, "store", heap[520] + 5, 0x77)
    after = probe.look()[PARENT]
    check_changed(before, after, [heap[520]])
    check_own(after, heap[520], with_byte(5, 0x77))
    check_alone([after])


def test_zero_store(probe, heap):
    """promised: a store to a page of zeros leaves the others zero"""
    for va in heap[3:6]:
        probe.do(PARENT, "load", va)
    before = probe.look()[PARENT]
    probe.do(PARENT, "store", heap[4] + PAGE - 1, 0x77)
    after = probe.look()[PARENT]
    check_changed(before, after, [heap[4]])
    check_own(after, heap[4], with_byte(PAGE - 1, 0x77))
    check_zeros(after, heap[3], heap[5])


def read_into(probe, heap):
    """Have the kernel write the last 8 bytes of heap[3] and 8 more."""
    before = probe.look()[PARENT]
    count = probe.do(PARENT, "read_pipe", heap[4] - 8, 16)
    check(count == 16, "read() gives 16 bytes", f"it returns {count}")
    after = probe.look()[PARENT]
    check_changed(before, after, heap[3:5])
    check_own(after, heap[3], ZEROS[8:] + b"n" * 8)
    check_own(after, heap[4], b"n" * 8 + ZEROS[8:])
    return after


def test_heap_read(probe, heap):
    """promised: read() into untouched pages makes only those"""
    read_into(probe, heap)


def test_zero_read(probe, heap):
    """promised: read() into pages of zeros leaves the others zero"""
    for va in heap[3:7]:
        probe.do(PARENT, "load", va)
    check_zeros(read_into(probe, heap), heap[5], heap[6])


def test_heap_fork(probe, heap):
    """promised: fork makes no page, and each process makes its own"""
    probe.do(PARENT, "store", heap[3], 0x77)
    probe.do(PARENT, "fork", CHILD)
    seen = probe.look()
    for view in seen.values():
        made = [va for va in heap if va in view.pages]
        check(made == [heap[3]], f"of the new heap, only {heap[3]:#x}",
              *(at(view, va) for va in made[:4]))
    probe.do(CHILD, "store", heap[5], 0x78)
    after = probe.look()
    check_untouched(seen[PARENT], after[PARENT])
    check_own(after[CHILD], heap[5], with_byte(0, 0x78))
    probe.do(PARENT, "store", heap[5], 0x79)
    last = probe.look()
    check_untouched(after[CHILD], last[CHILD])
    check_own(last[PARENT], heap[5], with_byte(0, 0x79))


def test_heap_shrink(probe, heap):
    """promised: heap that shrinks and grows again has no page"""
    before = probe.look()[PARENT]
    probe.do(PARENT, "load", heap[3])
    for va in (heap[4], heap[PAGES - 1]):
        probe.do(PARENT, "store", va, 0x77)
    probe.do(PARENT, "sbrk", -PAGES * PAGE)
    for _ in range(2):
        after = probe.look()[PARENT]
        check_changed(before, after, [])
        check(before.tables == after.tables, "the page tables of before",
              f"{len(after.tables)} tables, not {len(before.tables)}")
        probe.do(PARENT, "sbrk", PAGES * PAGE)
    probe.do(PARENT, "load", heap[4])
    check_zeros(probe.look()[PARENT], heap[4])


def test_text(probe):
    """promised: text and constants of one program are in memory once"""
    probe.do(PARENT, "fork", CHILD)
    probe.do(CHILD, "exec")
    seen = probe.look()
    for area in "text", "constants":
        va = seen[PARENT].area(area)
        check(seen[CHILD].area(area) == va and va in seen[CHILD].pages
              and seen[CHILD].frame(va) == seen[PARENT].frame(va),
              f"the {area} at {va:#x} in one frame, whoever called exec()",
              at(seen[PARENT], va), at(seen[CHILD], va))


def test_data(probe):
    """promised: data of one program is private to each process"""
    probe.do(PARENT, "fork", CHILD)
    probe.do(CHILD, "exec")
    va = probe.look()[PARENT].area("data")
    before = probe.look()
    probe.do(CHILD, "store", va, 0x77)
    after = probe.look()
    check_untouched(before[PARENT], after[PARENT])
    check(after[CHILD].frame(va) != after[PARENT].frame(va),
          "data that is written in two frames", at(after[PARENT], va),
          at(after[CHILD], va))


TWICE = "grade/kernel/programs/twice.c"
CONSTANT, OTHER = b"\xa7" * PAGE, b"\x5b" * PAGE     # blocks of two files
INODES = struct.Struct("<32x2I")        # their place in the superblock


def share_block(disk, one, two):
    """Let the file with block `two` have block `one` instead."""
    data = bytearray(disk.read_bytes())
    blocks = [bytes(data[at:at + PAGE]) for at in range(0, len(data), PAGE)]
    number, former = blocks.index(one), blocks.index(two)
    start, count = INODES.unpack_from(data)
    places = [at for at in range(start * PAGE, (start + count) * PAGE, 4)
              if struct.unpack_from("<I", data, at)[0] == former]
    assert len(places) == 1
    struct.pack_into("<I", data, places[0], number)
    disk.write_bytes(data)


def test_text_in_another_file(calf, log, tmp_path):
    """promised: a program keeps its bytes if another file has its block"""
    config = calf.config()
    items = build_programs(config, TWICE, tmp_path)
    for name, data in (("other", OTHER), ("run.sh", b"twice\n")):
        (tmp_path / name).write_bytes(data)
        items[f"/{name}"] = f"/{name}={tmp_path / name}"
    disk = make_image(config, tmp_path / "disk.img", items)
    share_block(disk, CONSTANT, OTHER)
    machine = Machine(cpus=1, args="quiet panic=exit run /run.sh")
    ending = run_to_end.run(
        machine.command(config.path("kernel"), disk, ON_STDOUT), log.write,
        limit(20), limit(10))
    if ending.status != 0 or log.text().split() != ["kept"]:
        raise GuestFailed(log.explain("the program did not keep its bytes"))


READ, WRITE = 1, 2      # of mprotect()


@pytest.fixture
def mapping(probe):
    """The addresses of the pages that the first process has mapped."""
    start = probe.do(PARENT, "mmap", 0, PAGES, READ | WRITE)
    check(start > 0, "mmap() succeeds", f"it returns {start}")
    return [start + PAGE * index for index in range(PAGES)]


def test_mapping(probe, mapping):
    """promised: mmap() makes no page, and each touch makes that page alone"""
    before = probe.look()[PARENT]
    check(not any(va in before.pages for va in mapping),
          "no page before the first touch",
          *(at(before, va) for va in mapping[:4]))
    probe.do(PARENT, "load", mapping[3])
    probe.do(PARENT, "store", mapping[520] + 5, 0x77)
    after = probe.look()[PARENT]
    check_changed(before, after, [mapping[3], mapping[520]])
    check_zeros(after, mapping[3])
    check_own(after, mapping[520], with_byte(5, 0x77))
    check_alone([after])


def test_mapping_removed(probe):
    """promised: munmap() takes the pages and their tables, and no others"""
    before = probe.look()[PARENT]
    start = probe.do(PARENT, "mmap", 0, PAGES, READ | WRITE)
    for index in (0, 3, 4, PAGES - 1):
        probe.do(PARENT, "store", start + PAGE * index, 0x77)
    probe.do(PARENT, "munmap", start + PAGE, PAGES - 2)
    after = probe.look()[PARENT]
    ends = [start, start + PAGE * (PAGES - 1)]
    check_changed(before, after, ends)
    for va in ends:
        check_own(after, va, with_byte(0, 0x77))
    for va in ends:
        probe.do(PARENT, "munmap", va, 1)
    last = probe.look()[PARENT]
    check_changed(before, last, [])
    check(before.tables == last.tables, "the page tables of before",
          f"{len(last.tables)} tables, not {len(before.tables)}")


def test_mapping_rights(probe, mapping):
    """promised: a page that is made writable again is still shared"""
    for va in mapping[3:6]:
        probe.do(PARENT, "store", va, 0x77)
    probe.do(PARENT, "load", mapping[7])
    probe.do(PARENT, "fork", CHILD)
    for rights in (READ, READ | WRITE):
        probe.do(PARENT, "mprotect", mapping[3], 5, rights)
        seen = probe.look()
        for va in mapping[3:6]:
            page = seen[PARENT].pages.get(va)
            check(page is not None and not page.writable
                  and page.pa == seen[CHILD].frame(va),
                  f"{va:#x} is shared, and not yet writable",
                  at(seen[PARENT], va), at(seen[CHILD], va))
        check_zeros(seen[PARENT], mapping[7])
    probe.do(PARENT, "store", mapping[4], 0x78)
    probe.do(PARENT, "store", mapping[7], 0x79)
    after = probe.look()
    check_own(after[PARENT], mapping[4], with_byte(0, 0x78))
    check_own(after[PARENT], mapping[7], with_byte(0, 0x79))
    check_untouched(seen[CHILD], after[CHILD])


@pytest.mark.parametrize("seed", (2, 3))
def test_last_of_it(calf, log, seed):
    """promised: harts that ask for the last memory at the same time, on the
    strict machine with seed {seed}"""
    on_strict.check(calf, log, "usertests harts_do_not_promise_too_much\n", 4,
                    seed)
