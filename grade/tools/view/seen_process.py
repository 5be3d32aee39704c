"""grade/tools/view/seen_process.py: a process as it is seen from outside, and
the moments of its life."""

from dataclasses import dataclass, field

from grade.machine.ram import PAGE
from grade.machine.sv39 import W


@dataclass
class Trap:
    """Why a process is in the kernel: a system call, or a fault at `address`
    by the access `wanted` (R, W or X)."""

    call: str = ""
    args: tuple = ()
    wanted: int = 0
    address: int = 0
    cause: int = 0
    ran: list = field(default_factory=list)     # exec's path and arguments
    result: int = None
    back: int = None            # where its process goes on
    done: bool = False          # what came of it is recorded


@dataclass
class Process:
    """One process, from its first instruction to its end."""

    number: int                 # in the order in which they were seen
    root: int
    parent: object = None
    pid: int = None
    program: str = ""
    elf: object = None
    args: list = field(default_factory=list)
    is_shell: bool = False      # the one that reads the commands
    drawn: bool = False         # it is the command, or descends from it
    space: object = None
    trap: Trap = None
    resumes: int = None         # where it will go on
    doomed: bool = False        # somebody has killed it
    stack: int = None           # its stack pointer at the last trap
    heap: int = None            # where its heap begins, if that is known

    def is_below_shell(self):
        """Whether the commands have led to it."""
        return self.is_shell or self.drawn or (
            self.parent is not None and self.parent.is_below_shell())

    def face(self):
        return Face(self.program, self.elf, self.heap, self.stack)


@dataclass(frozen=True)
class Face:
    """What a process was at one moment; exec makes it another program."""

    program: str
    elf: object
    heap: int
    stack: int


@dataclass
class Moment:
    """`pages` are those of all processes, by process and address: (frame,
    flags). `before` are the same, before."""

    kind: str
    process: Process
    trap: Trap
    before: dict
    pages: dict
    printed: int                # bytes on the console
    child: Process = None
    vas: list = field(default_factory=list)     # of the faults in it
    faces: dict = field(default_factory=dict)
    is_run: bool = False        # faults that go on with this one join it

    def is_fresh(self):
        """A fault, or faults, for pages that were not there before."""
        pages = self.before.get(self.process.number, {})
        return self.kind == "fault" \
            and not any(va in pages for va in self.vas)

    def outcome(self):
        """What came of a fault on a page that was there: whether its frame is
        another one now, and whether it may be written."""
        if self.kind != "fault":
            return None
        number, va = self.process.number, self.vas[-1]
        old = self.before.get(number, {}).get(va)
        new = self.pages.get(number, {}).get(va)
        return old and new and (old[0] != new[0], new[1] & W)

    def precedes(self, later):
        """Whether the later one is the same fault at the next page."""
        return later.process is self.process \
            and bool(self.outcome()) and self.outcome() == later.outcome() \
            and later.vas[0] == self.vas[-1] + PAGE

    def takes(self, later):
        """Whether the later one goes on with this one, and is part of it
        now."""
        if later.process is not self.process \
                or not (self.is_fresh() and later.is_fresh()
                        or self.is_run and self.precedes(later)):
            return False
        self.vas += later.vas
        self.pages, self.printed = later.pages, later.printed
        return True
