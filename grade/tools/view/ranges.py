"""grade/tools/view/ranges.py: combine similar pages into rows, and find the
frames of the rows."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from grade.machine.ram import PAGE
from grade.machine.sv39 import R, W, X

ROWS_MAX = 14           # rows of a process before more pages are combined
DRAWN_MAX = 4           # processes in a picture
DRAWN_OF_MANY = 2       # the same if there are more processes than that


def rights(flags, cow):
    """The rights in a form such as "R-- COW". `cow` is the bit for it, or
    0."""
    letters = "".join(name if flags & bit else "-"
                      for name, bit in (("R", R), ("W", W), ("X", X)))
    return letters + (" COW" if flags & cow else "")


def count_owners(pages):
    """The number of pages that map each frame, of all processes."""
    counts = Counter()
    for space in pages.values():
        counts.update([frame for frame, _ in space.values()])
    return counts


@dataclass(eq=False)
class Row:
    """Consecutive pages of process `number`. `was` has the old rights if they
    have changed."""

    number: int
    start: int
    npages: int
    part: str
    rights: str
    was: str
    is_new: bool
    frames: list

    @property
    def end(self):
        return self.start + self.npages * PAGE

    @property
    def has_changed(self):
        return bool(self.was) or self.is_new


@dataclass(eq=False)
class Frames:
    """Frames that the same rows map equally often. `old` is the number of
    pages that mapped each before."""

    addresses: list
    rows: list
    count: int
    old: int
    is_new: bool


class Picture:
    """What a picture shows after a moment: rows by process, frames, and the
    pair of frames (from, to) of a copy."""

    def __init__(self, moment, cow):
        self._moment = moment
        self._cow = cow
        self.counts = count_owners(moment.pages)
        self._old = count_owners(moment.before)
        self.drawn, self.hidden = self._choose()
        self.rows = {number: self._rows_of(number) for number in self.drawn}
        self.frames = self._frames()
        self.copied = self._copied()

    def _choose(self):
        """Choose the processes that the moment affects, then the oldest."""
        moment = self._moment
        alive = [number for number, process in moment.drawn.items()
                 if number in moment.pages]
        first = {moment.process.number}
        if moment.child:
            first.add(moment.child.number)
        first |= {number for number in alive if self._touched(number)}
        alive.sort(key=lambda number: (number not in first, number))
        most = DRAWN_MAX if len(alive) <= DRAWN_MAX else DRAWN_OF_MANY
        return sorted(alive[:most]), sorted(alive[most:])

    def _touched(self, number):
        """True if the process shares a frame that the moment affects."""
        moment = self._moment
        old = moment.before.get(moment.process.number, {})
        frames = {old[va][0] for va in moment.vas if va in old}
        return any(frame in frames
                   for frame, _ in moment.pages[number].values()) \
            if frames else False

    # ---- rows ----

    def _rows_of(self, number):
        rows = self._cut(number, fine=True)
        return rows if len(rows) <= ROWS_MAX else self._cut(number, False)

    def _cut(self, number, fine):
        """Rows of pages with the same properties. If not `fine`, who else maps
        their frames does not matter."""
        pages = self._moment.pages[number]
        stack = self._stack(number)
        rows, last = [], None
        for va in sorted(pages):
            frame, flags = pages[va]
            told = self._told(number, va)
            sign = (self._part(number, va, stack), flags, told,
                    self._sharers(va, frame) if fine else None)
            if rows and sign == last and rows[-1].end == va:
                rows[-1].npages += 1
                rows[-1].frames.append(frame)
            else:
                rows.append(Row(number, va, 1, sign[0],
                                rights(flags, self._cow), *told, [frame]))
            last = sign
        return rows

    def _told(self, number, va):
        """(old rights, is new) of a page. In a new address space, pages are
        not marked as new."""
        before = self._moment.before.get(number)
        if before is None or self._moment.kind == "exec":
            return "", False
        if va not in before:
            return "", True
        was = before[va][1]
        now = self._moment.pages[number][va][1]
        return rights(was, self._cow) if was != now else "", False

    def _sharers(self, va, frame):
        """Which drawn processes map the frame and where, and how many pages
        map it in all, now and before."""
        return (self._owners()[frame, va], self.counts[frame],
                self._old[frame], self._frame_is_new(frame))

    def _owners(self):
        if not hasattr(self, "_by_page"):
            self._by_page = self._find_owners()
        return self._by_page

    def _find_owners(self):
        """For a frame that is mapped at va: all (process, distance, flags,
        told)."""
        all_of = defaultdict(list)
        for number in self.drawn:
            for va, (frame, flags) in self._moment.pages[number].items():
                all_of[frame].append((number, va, flags))
        return Distances(all_of, self._told)

    def _part(self, number, va, stack):
        face = self._moment.faces[number]
        found = face.elf and face.elf.part(va)
        if found:
            return found
        if face.heap is not None and va >= face.heap:
            return "heap"
        return "stack" if va in stack else "memory"

    def _stack(self, number):
        """The pages around the stack pointer, up to the next hole."""
        face, pages = self._moment.faces[number], self._moment.pages[number]
        if face.stack is None:
            return ()
        middle = face.stack & -PAGE
        first = last = middle if middle in pages else middle - PAGE
        while first - PAGE in pages:
            first -= PAGE
        while last + PAGE in pages:
            last += PAGE
        return range(first, last + 1, PAGE)

    # ---- frames ----

    def _frame_is_new(self, frame):
        return self._old[frame] == 0 and self._moment.kind != "exec"

    def _frames(self):
        mapped = defaultdict(list)
        for rows in self.rows.values():
            for row in rows:
                for frame in row.frames:
                    mapped[frame].append(row)
        groups = {}
        for frame, rows in mapped.items():
            key = (tuple(map(id, rows)), self.counts[frame],
                   self._old[frame])
            group = groups.setdefault(key, Frames(
                [], rows, self.counts[frame], self._old[frame],
                self._frame_is_new(frame)))
            group.addresses.append(frame)
        return list(groups.values())

    def _copied(self):
        moment = self._moment
        if len(moment.vas) != 1:
            return None
        va, number = moment.vas[0], moment.process.number
        old = moment.before.get(number, {}).get(va)
        new = moment.pages.get(number, {}).get(va)
        if not old or not new or old[0] == new[0]:
            return None
        return old[0], new[0]


class Distances:
    """Who else maps a frame, relative to a page that maps it. It is equal for
    neighbours that are shared in the same way."""

    def __init__(self, all_of, told):
        self._all_of = all_of
        self._told = told
        self._known = {}

    def __getitem__(self, key):
        if key not in self._known:
            frame, va = key
            self._known[key] = tuple(sorted(
                (number, other - va, flags, self._told(number, other))
                for number, other, flags in self._all_of[frame]))
        return self._known[key]
