"""grade/trials/generated/compiled.py: build the kernel of a mutant.

Only sources that include the changed file are compiled again. Mutants are
compared by the compiler's output without debug information: one that is the
same as the kernel, or as another mutant, need not run.
"""

import hashlib
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grade.machine.host.build import ROOT

# Flags to leave out. Without -Ikernel a changed header is found before ours.
LEFT_OUT = ("-g", "-Wall", "-Wextra", "-Ikernel")
UNTOUCHED = "kernel/boot/check.c"       # has its own flags
COMPILER_SECONDS = 60


class NotC(Exception):
    """The mutant does not compile or link."""


@dataclass(frozen=True)
class Built:
    """How the kernel is built."""

    compile: list       # the compiler and its flags
    link: list          # the linker, its flags and all objects
    users: dict         # the sources that include a file, by path

    def sources(self, path):
        return [path] if path.endswith(".c") else self.users.get(path, [])


def built(config):
    """Read how make built the kernel from what the last build has left."""
    folder = config.path("kernel").parent
    link = shlex.split((folder / "kernel.list").read_text("utf-8"))
    objects = [word for word in link if word.endswith(".c.o")]
    users = {}
    for name in objects:
        source = name[len(str(folder.relative_to(ROOT))) + 1:-len(".o")]
        words = (ROOT / name).with_suffix(".d").read_text("utf-8").split()
        for word in {word.rstrip(":") for word in words}:
            if source != UNTOUCHED:
                users.setdefault(word, []).append(source)
    flags = [word for word in config.command("kernel_cc")
             if word not in LEFT_OUT]
    symbols = folder.relative_to(ROOT) / "ksyms0.o"
    return Built([*flags, "-w"], [*link, str(symbols)], users)


def call(command):
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True,
                              timeout=COMPILER_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotC("the compiler did not finish") from None
    if done.returncode != 0:
        raise NotC(done.stderr.decode(errors="replace")[:200])


def assemble(kernel, path, text, folder):
    """Compile the sources that depend on the file, with that text, to assembly
    in `folder`. Returns the assembly files by source, and a hash of all of
    them."""
    changed = folder / path
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_text(text, "utf-8")
    made, code = {}, hashlib.sha256()
    for source in kernel.sources(path):
        out = folder / (source.replace("/", "-") + ".s")
        call([*kernel.compile, f"-I{folder / 'kernel'}", "-Ikernel",
              f"-fmacro-prefix-map={folder}/=", "-S", "-o", str(out),
              str(changed) if source == path else source])
        made[source] = out
        code.update(out.read_bytes())
    changed.unlink()
    return made, code.hexdigest()[:16]


def link(kernel, made, folder):
    """Link the assembly with the rest of the kernel. Returns the path."""
    words, out = list(kernel.link), folder / "kernel.elf"
    for source, assembly in made.items():
        call([*kernel.compile, "-c", "-o", f"{assembly}.o", str(assembly)])
        place, = (i for i, word in enumerate(words)
                  if word.endswith(f"/{source}.o"))
        words[place] = f"{assembly}.o"
    call([*words, "-o", str(out)])
    return Path(out)
