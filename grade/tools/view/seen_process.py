"""grade/tools/view/seen_process.py: a process as seen from outside, and the
moments of its life."""

from dataclasses import dataclass, field

from grade.machine.ram import PAGE
from grade.machine.sv39 import W


@dataclass
class Trap:
    """Why a process is in the kernel: a system call, or a fault at `address`
    for the access `wanted` (R, W or X)."""

    call: str = ""
    args: tuple = ()
    wanted: int = 0
    address: int = 0
    cause: int = 0
    ran: list = field(default_factory=list)     # exec's path and arguments
    result: int = None
    back: int = None            # where the process goes on
    done: bool = False          # its result has been recorded


@dataclass
class Process:
    """A process, from its first instruction to its end."""

    number: int                 # in the order in which they were seen
    root: int
    parent: object = None
    pid: int = None
    program: str = ""
    elf: object = None
    args: list = field(default_factory=list)
    is_shell: bool = False      # the shell that reads the commands
    drawn: bool = False         # a command, or a descendant of one
    space: object = None
    trap: Trap = None
    resumes: int = None         # where it will go on
    doomed: bool = False        # another process has killed it
    stack: int = None           # its stack pointer at the last trap
    heap: int = None            # where its heap begins, if that is known

    def is_below_shell(self):
        """True if it descends from the shell that reads the commands."""
        return self.is_shell or self.drawn or (
            self.parent is not None and self.parent.is_below_shell())

    def face(self):
        return Face(self.program, self.elf, self.heap, self.stack)


@dataclass(frozen=True)
class Face:
    """What a process is at one moment. exec makes it another program."""

    program: str
    elf: object
    heap: int
    stack: int


@dataclass
class Moment:
    """`pages` are the pages of all processes, by process and address, as
    (frame, flags). `before` are the same before the moment."""

    kind: str
    process: Process
    trap: Trap
    before: dict
    pages: dict
    printed: int                # bytes on the console
    child: Process = None
    vas: list = field(default_factory=list)     # addresses of its faults
    faces: dict = field(default_factory=dict)
    is_run: bool = False        # similar faults that follow join this one

    def is_fresh(self):
        """True for faults on pages that were not mapped before."""
        pages = self.before.get(self.process.number, {})
        return self.kind == "fault" \
            and not any(va in pages for va in self.vas)

    def outcome(self):
        """The result of a fault on a page that was mapped: whether its frame
        has changed, and whether it is now writable."""
        if self.kind != "fault":
            return None
        number, va = self.process.number, self.vas[-1]
        old = self.before.get(number, {}).get(va)
        new = self.pages.get(number, {}).get(va)
        return old and new and (old[0] != new[0], new[1] & W)

    def precedes(self, later):
        """True if `later` is the same fault on the next page."""
        return later.process is self.process \
            and bool(self.outcome()) and self.outcome() == later.outcome() \
            and later.vas[0] == self.vas[-1] + PAGE

    def takes(self, later):
        """True if `later` continues this moment, and has become part of it."""
        if later.process is not self.process \
                or not (self.is_fresh() and later.is_fresh()
                        or self.is_run and self.precedes(later)):
            return False
        self.vas += later.vas
        self.pages, self.printed = later.pages, later.printed
        return True
