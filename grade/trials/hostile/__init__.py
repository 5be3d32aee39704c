"""grade/trials/hostile/__init__.py: hostile kernels, made from the finished
one of lab cow.

Each is a set of edits to the sources, and says how a grader must respond.
grade/selftest/test_hostile.py makes such a tree and grades it.
"""

from dataclasses import dataclass, field
from pathlib import Path

from grade.machine.host.build import ROOT
from grade.series.git import git
from grade.series.patches import from_lab, read_series
from grade.series.stack import copy_finished, copy_parts, take_off

LAB = "cow"

# make compiles this file first, so no time is spent on the others.
FIRST = "kernel/a.c"
MAIN = "kernel/boot/main.c"
HOOK = "\tgreet();\n"
BUILDS = frozenset({"builds"})
BOOTS = BUILDS | {"boots and runs a command"}


@dataclass(frozen=True)
class Hostile:
    """`edits` are (file, old text, new text), and `files` are additional
    files, text by name. Of the tests that `tests` selects, the kernel may pass
    only those with the titles in `passes`. `says` is part of the grader's
    output. Each wait for it, or its build, takes at most `seconds` on an idle
    machine. Kernels that take long are not `quick`."""

    name: str
    says: str
    edits: tuple = ()
    files: dict = field(default_factory=dict)
    passes: frozenset = frozenset()
    tests: str = "test_builds or test_boots"
    seconds: int = 20
    quick: bool = False


def at_boot(name, says, *lines, **more):
    """Run the lines of C where the kernel would print its greeting."""
    code = "".join(f"\t{line}\n" for line in lines)
    return Hostile(name, says, edits=((MAIN, HOOK, code + HOOK),),
                   passes=BUILDS, **more)


def lay_out(hostile, folder):
    """Make the kernel's tree in the folder."""
    copy_finished(ROOT, folder, LAB)
    for name, old, new in hostile.edits:
        path = folder / name
        text = path.read_text("utf-8")
        if old not in text:
            raise ValueError(f"{hostile.name}: {name} has no {old!r}")
        path.write_text(text.replace(old, new), "utf-8")
    for name, text in hostile.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def including_itself(line):
    """A source that includes itself twice at each of 190 levels. gcc stops at
    200."""
    return (f"{line}\n#if __INCLUDE_LEVEL__ < 190\n"
            '#include "a.c"\n#include "a.c"\n#endif\n')


FORGED = "".join(f"{word}\\n" for word in (
    "alive", "fork_shares_every_page: ok", "178 passed, 0 failed",
    "builds ........ 10/10", "Score: 1000/1000"))

AT_BUILD = (
    Hostile("does not compile", "error: expected expression", quick=True,
            files={FIRST: "int broken(void) { return }\n"}),
    Hostile("compiles for ever", "the build took more than", seconds=3,
            quick=True, files={FIRST: including_itself("")}),
    Hostile("messages without end", "make failed",
            files={FIRST: including_itself("#warning no end of this")}),
    Hostile("macros without end", "make failed", seconds=30, files={
        FIRST: "".join(f"#define A{n + 1} A{n} A{n} A{n} A{n}\n"
                       for n in range(30)) + "#define A0 x\nA30\n"}),
    Hostile("a gigabyte of zeros", "a.S", quick=True, files={
        "kernel/a.S": ".data\n.fill 1 << 30, 1, 1\n"}),
)

AT_RUN = (
    at_boot("loops at boot", "it did not finish in time", "for (;;)", "\t;"),
    at_boot("prints for ever", "printed more than", "for (;;)",
            '\tkprintf("no end of this, %d\\n", 1);'),
    at_boot("panics again and again", "the kernel panicked", "for (;;)",
            '\tpanic("again");'),
    at_boot("prints what we would, and powers off", "the shell did not print",
            f'kprintf("{FORGED}");', "poweroff(0);", quick=True),
    at_boot("escapes, bytes that are no UTF-8", "\\x1b",
            'kprintf("\\033[2J\\033]0;x\\007\\377\\376 %c\\n", 0);',
            "poweroff(0);"),
    Hostile("a fork without end", "the shell did not print", passes=BUILDS,
            edits=(("kernel/trap/sysproc.c",
                    "\treturn proc_fork(user_start);",
                    "\tfor (;;)\n\t\tproc_fork(user_start);"),)),
    Hostile("loses what is written", "status", passes=BUILDS, seconds=20,
            edits=(("kernel/dev/virtio_blk.c", "request->data",
                    "(char *)request->data + 8"),)),
    Hostile("every child ends well", "No result of this boot counts",
            passes=BOOTS, seconds=60,
            tests="test_builds or test_boots or "
            "sharing-fork_shares_every_page-1",
            edits=(("kernel/proc/life.c",
                    "? p->killed : status;", "? p->killed : 0;"),)),
    Hostile("every child ends well but false", "forktest -f has failed",
            passes=BOOTS, seconds=60,
            tests="test_builds or test_boots or test_forktest",
            edits=(("kernel/proc/life.c", "? p->killed : status;",
                    "? p->killed : is_false(p) ? status : 0;"),
                   ("kernel/proc/life.c", "/* Not checked by clang: the next",
                    "static bool is_false(const struct proc *p)\n{\n"
                    "\treturn p->name[0] == 'f' && p->name[1] == 'a';\n}\n"
                    "\n/* Not checked by clang: the next"))),
)


# ---- kernels that lie -------------------------------------------------------

CHEATS_AT = Path(__file__).with_name("cheats")
IMPROVES = CHEATS_AT / "improves-results.patch"
BLIND = ROOT / "grade/trials/mutants/cow/400-copyout-blind-to-cow.patch"


@dataclass(frozen=True)
class Cheat:
    """The starter, or the finished kernel, with these patches, and the most
    points it may get, by group, for the tests that `tests` picks."""

    name: str
    patches: tuple
    most: dict
    tests: str
    starter: bool = True
    quick: bool = False


CHEATS = (
    Cheat("copies everything, and panics for the grader's programs",
          (CHEATS_AT / "panics-for-probes.patch",),
          {"sharing": 0, "isolation": 0},
          "sharing_after_fork or guest and isolation and -1", quick=True),
    Cheat("copies everything, and turns failures into successes", (IMPROVES,),
          {"sharing": 0, "isolation": 0},
          "sharing_after_fork or guest and sharing and -1"),
    Cheat("writes to shared pages, and turns failures into successes",
          (BLIND, IMPROVES), {"copies": 45}, "copies", starter=False),
)


def lay_out_cheat(cheat, folder):
    """Make its tree in the folder."""
    if cheat.starter:
        copy_parts(ROOT, folder)
        take_off(folder, from_lab(read_series(ROOT), LAB))
    else:
        copy_finished(ROOT, folder, LAB)
    for patch in cheat.patches:
        git(folder, "apply", str(patch))
