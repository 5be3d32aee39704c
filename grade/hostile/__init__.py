"""grade/hostile/__init__.py: kernels that mean ill, made out of this one.

Each is a set of edits to the sources and says what a grader must make of it.
The harness of grade/test_hostile.py lays such a tree out and grades it.
"""

import shutil
from dataclasses import dataclass, field

from grade.config import ROOT

MAIN = "kernel/boot/main.c"
HOOK = "\tgreet();\n"


@dataclass(frozen=True)
class Hostile:
    """`edits` are (file, text, text instead); `files` are more files, text by
    name. `passes` are the titles of the tests that it may pass, of those that
    build and boot; `says` is in what the grader prints."""

    name: str
    says: str
    edits: tuple = ()
    files: dict = field(default_factory=dict)
    passes: frozenset = frozenset()


def at_boot(name, says, *lines):
    """Runs the lines of C where the kernel would greet."""
    code = "".join(f"\t{line}\n" for line in lines)
    return Hostile(name, says, edits=((MAIN, HOOK, code + HOOK),),
                   passes=frozenset({"builds"}))


def lay_out(hostile, folder):
    """Make its tree in the folder."""
    shutil.copytree(ROOT / "kernel", folder / "kernel")
    for name, old, new in hostile.edits:
        path = folder / name
        text = path.read_text()
        if old not in text:
            raise ValueError(f"{hostile.name}: {name} has no {old!r}")
        path.write_text(text.replace(old, new))
    for name, text in hostile.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


FORGED = "".join(f"{word}\\n" for word in (
    "alive", "fork_shares_every_page: ok", "178 passed, 0 failed",
    "builds ........ 10/10", "Score: 1000/1000"))

AT_BUILD = (
    Hostile("does not compile", "error", files={
        "kernel/lib/broken.c": "int broken(void) { return }\n"}),
    Hostile("macros without end", "make failed", files={
        "kernel/lib/deep.c": "".join(
            f"#define A{n + 1} A{n} A{n} A{n} A{n}\n" for n in range(30))
        + "#define A0 x\nA30\n"}),
    Hostile("messages without end", "make failed", files={
        "kernel/lib/noise.S": ".rept 100000000\n.warning \"no\"\n.endr\n"}),
    Hostile("a gigabyte of zeros", "large.S", files={
        "kernel/lib/large.S": ".data\n.fill 1 << 30, 1, 1\n"}),
)

AT_RUN = (
    at_boot("loops at boot", "it came to no end in time", "for (;;)", "\t;"),
    at_boot("prints for ever", "printed more than", "for (;;)",
            '\tkprintf("no end of this, %d\\n", 1);'),
    at_boot("powers off at once", "the shell was to print", "poweroff(0);"),
    at_boot("panics again and again", "the kernel panicked", "for (;;)",
            '\tpanic("again");'),
    at_boot("prints what we would", "the shell was to print",
            f'kprintf("{FORGED}");', "poweroff(0);"),
    at_boot("escapes, bytes that are no UTF-8", "\\x1b",
            'kprintf("\\033[2J\\033]0;x\\007\\377\\376 %c\\n", 0);',
            "poweroff(0);"),
    Hostile("loses what is written", "status", passes=frozenset({"builds"}),
            edits=(("kernel/dev/virtio_blk.c", "request->data",
                    "(char *)request->data + 8"),)),
)
