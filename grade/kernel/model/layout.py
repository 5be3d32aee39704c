"""grade/kernel/model/layout.py: make programs with odd memory layouts.

Each is the subject's program with segments added: with any rights, at page 0,
across the boundaries of page tables, at high addresses, or ending inside a
page.
"""

import struct
from dataclasses import dataclass

PAGE = 4096
R, W, X = 2, 4, 8                       # as in page-table entries
USER_TOP = (1 << 38) - 0x10000
STACK_GAP = 1 << 20
STACK_BYTES = 65536
TABLE, GIGABYTE = 1 << 21, 1 << 30      # bytes that a table of a level maps
RIGHTS = (R, R | X, X, R | W, R | W, R | W | X, R | W | X)
SHAPES = 4                              # programs in each boot
HEAP_ROOM = 24                          # pages, in the highest layout

LOAD, GNU_STACK = 1, 0x6474e551
HEADER = "<IIQQQQQQ"                    # the program header of a segment
ELF_FLAGS = {4: R, 2: R | W, 1: X}      # R W X


@dataclass(frozen=True)
class Segment:
    """A part of a program: `data` from the file, then zeros up to `size`."""

    va: int
    size: int
    rights: int
    data: bytes

    @property
    def end(self):
        return self.va + self.size

    def pages(self):
        return range(self.va // PAGE, -(-self.end // PAGE))


@dataclass(frozen=True)
class Layout:
    """The memory with which a program begins. `own` are the pages to which the
    subject itself writes, and no step does."""

    segments: tuple
    own: frozenset
    added: tuple

    def pages(self):
        """(rights, bytes) of all segments, by page number."""
        found = {}
        for segment in self.segments:
            for number in segment.pages():
                rights, old = found.get(number, (0, bytes(PAGE)))
                start = number * PAGE
                low = max(start, segment.va)
                high = min(start + PAGE, segment.va + len(segment.data))
                if low < high:
                    old = (old[:low - start]
                           + segment.data[low - segment.va:high - segment.va]
                           + old[high - start:])
                found[number] = (rights | segment.rights, old)
        return found

    def base(self):
        """The pages of the subject's own program."""
        return frozenset(number for s in self.segments if s not in self.added
                         for number in s.pages())

    def places(self):
        """Interesting addresses: the boundaries of the added segments."""
        return [place for s in self.added for place in (s.va, s.end)]


def headers(elf):
    start, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    return [struct.unpack_from(HEADER, elf, start + index * size)
            for index in range(count)]


def rights_of(flags):
    rights = 0
    for flag, meant in ELF_FLAGS.items():
        rights |= meant if flags & flag else 0
    return rights


def flags_of(rights):
    return (4 if rights & R else 0) | (2 if rights & W else 0) \
        | (1 if rights & X else 0)


def segments_of(elf):
    found = []
    for kind, flags, offset, va, _, filesz, memsz, _ in headers(elf):
        if kind == LOAD and memsz:
            found.append(Segment(va, memsz, rights_of(flags),
                                 elf[offset:offset + filesz]))
    return found


def layout_of(elf, added=()):
    base = segments_of(elf)
    own = {number for s in base if s.rights & W for number in s.pages()}
    return Layout(tuple(sorted([*base, *added], key=lambda s: s.va)),
                  frozenset(own), tuple(added))


def with_segments(elf, added):
    """The program's file with more segments."""
    data = bytearray(elf)
    table = list(headers(elf))
    for segment in added:
        data += bytes(-len(data) % PAGE + segment.va % PAGE)
        table.append((LOAD, flags_of(segment.rights), len(data), segment.va,
                      segment.va, len(segment.data), segment.size, PAGE))
        data += segment.data
    table.sort(key=lambda header: header[3] if header[0] == LOAD else -1)
    data += bytes(-len(data) % 8)
    struct.pack_into("<Q", data, 32, len(data))
    struct.pack_into("<H", data, 56, len(table))
    for header in table:
        data += struct.pack(HEADER, *header)
    return bytes(data)


# ---- drawn ------------------------------------------------------------------

def draw_segment(rng, start, most):
    """A segment that begins at a page and has at most that many pages."""
    pages = rng.randint(1, most)
    va = start + (rng.randrange(PAGE) if rng.random() < 0.2 else 0)
    end = start + pages * PAGE
    if rng.random() < 0.5:
        end -= rng.randrange(PAGE - 1)
    size = max(end - va, 1)
    filled = rng.choice([0, size, size, rng.randint(0, size)])
    return Segment(va, size, rng.choice(RIGHTS), rng.randbytes(filled))


def neighbour(rng, before):
    """A segment that begins in the last page of another one, if there is
    room."""
    room = -before.end % PAGE
    if room < 64 or rng.random() < 0.7:
        return []
    va = before.end + rng.randrange(room // 2)
    size = rng.choice([room // 4, room // 4 + PAGE]) + 8
    return [Segment(va, size, rng.choice(RIGHTS), rng.randbytes(size // 2))]


def draw_places(rng, end):
    """The addresses of segments in ascending order, each with room for four
    pages."""
    low = -(-end // PAGE) * PAGE + rng.randint(0, 3) * PAGE
    some = [low,
            rng.randint(1, 6) * TABLE - rng.randint(0, 3) * PAGE,
            rng.randint(8, 400) * TABLE + rng.randrange(512) * PAGE,
            rng.randint(1, 3) * GIGABYTE - rng.randint(0, 3) * PAGE,
            rng.randint(4, 7) * GIGABYTE + rng.randint(0, 511) * TABLE]
    return [place for place in some if rng.random() < 0.6]


def highest(rng):
    """A segment so high that stack and heap reach the last page of user
    space."""
    room = (HEAP_ROOM * PAGE) + STACK_BYTES + STACK_GAP
    return USER_TOP - room - rng.randint(1, 3) * PAGE


def draw_layout(rng, elf, high=False):
    """Returns the file of a program, and its Layout."""
    end = max(segment.end for segment in segments_of(elf))
    places = draw_places(rng, end)
    if high:
        places.append(highest(rng))
    added = []
    if rng.random() < 0.6:
        added.append(draw_segment(rng, 0, 1))
    for place in places:
        room = 4
        if high and place == places[-1]:
            room = 1
        if added and place < added[-1].end:
            continue
        added.append(draw_segment(rng, place, room))
        if room > 1:
            added += neighbour(rng, added[-1])
    return with_segments(elf, added), layout_of(elf, added)
