"""grade/kernel/outside/checks.py: check what must hold between two views of a
process, with a message if it does not."""

import struct
from pathlib import Path

from grade.machine.failures import Broken
from grade.machine.ram import PAGE
from grade.machine.sv39 import R, U, W, X, rights

LOAD = 1                # the type of a loaded segment of an ELF file


def check(holds, expected, *seen):
    if not holds:
        raise Broken("\n".join([f"expected: {expected}",
                                *(f"seen:     {line}" for line in seen)]))


def at(view, va):
    """Describe what this process maps at va."""
    page = view.pages.get(va)
    return f"{view.name}: {page if page else f'{va:#x} -> no page'}"


def changed(before, after):
    """The addresses that have a different frame now, or that were mapped or
    unmapped."""
    return sorted(va for va in before.pages.keys() | after.pages.keys()
                  if before.frame(va) != after.frame(va))


def check_changed(before, after, expected):
    """Exactly these pages have new frames."""
    seen = changed(before, after)
    check(seen == sorted(expected),
          f"in {after.name} new frames at {addresses(expected)} only",
          f"new frames at {addresses(seen)}",
          *(at(after, va) for va in sorted(set(seen) ^ set(expected))[:4]))


def addresses(vas):
    return ", ".join(f"{va:#x}" for va in sorted(vas)) or "no address"


def check_untouched(before, after, what="the other process writes"):
    """Frames, rights and bytes have not changed."""
    check_changed(before, after, [])
    check_bytes(before, after, {}, what)


def check_bytes(before, after, written, what):
    """No byte has changed, except for `written`: byte values by address, or
    None for any value. A process that did something has also used its stack,
    so only its other pages are compared."""
    worked = before.words != after.words
    for va in after.known_pages() if worked else before.contents:
        old = before.contents[va]
        new = after.contents.get(va, b"")
        wanted = bytearray(old)
        for address, value in written.items():
            if va <= address < va + PAGE:
                offset = address - va
                wanted[offset] = new[offset] if value is None else value
        if va == after.mark.va or new == bytes(wanted):
            continue
        offset = next(i for i in range(PAGE)
                      if new[i:i + 1] != wanted[i:i + 1])
        check(False, f"{wanted[offset]:#04x} in {after.name} at "
              f"{va + offset:#x} when {what}",
              f"{new[offset:offset + 1].hex() or 'nothing'}", at(after, va))


def check_writable(view, va):
    """A page that was copied or taken over is writable as before the fork."""
    page = view.pages.get(va)
    check(page is not None and page.flags & (R | W | X | U) == R | W | U,
          f"{view.name} may write {va:#x} again: {rights(R | W | U)}",
          at(view, va))


def check_alone(views):
    """A frame that one process can write is mapped by no other."""
    owners = {}
    for view in views:
        for page in view.pages.values():
            owners.setdefault(page.pa, []).append((view, page))
    for frame, users in owners.items():
        if len(users) > 1 and any(page.writable for _, page in users):
            check(False, f"no writable mapping of frame {frame:#x}, which "
                  f"{len(users)} pages share",
                  *(at(view, page.va) for view, page in users[:3]))


def check_same(before, after, areas):
    """These areas are read-only, and have not changed."""
    for area in areas:
        va = before.area(area)
        check(before.contents[va] == after.contents.get(va)
              and not after.pages[va].writable,
              f"the bytes of {area} unchanged, and not writable",
              at(after, va))


def image_end(path):
    """The end in RAM of the kernel in this ELF file, from its program headers
    (type, flags, offset, addresses, sizes, alignment)."""
    data = Path(path).read_bytes()
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    ends = [0]
    for index in range(count):
        kind, _, _, _, pa, _, length, _ = struct.unpack_from(
            "<IIQQQQQQ", data, start + index * size)
        ends += [pa + length] if kind == LOAD else []
    return max(ends)


def user_frames(views):
    return {page.pa for view in views for page in view.pages.values()}
