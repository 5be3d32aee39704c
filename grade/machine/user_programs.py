"""grade/machine/user_programs.py: the user's own programs (PROGS) become files
in /bin."""

import re
import shlex
import subprocess
from pathlib import Path

from grade.machine.host.build import ROOT, UserError
from grade.machine.image import write_script

NAME_LEN = 14           # bytes in a directory entry
EM_RISCV = 243
ET_EXEC = 2
SOURCES = (".c", ".S")
SCRIPT = "/run.sh"      # what init runs
OWN_SHELL = "/run-sh"   # Calf's shell, if /bin/sh is the user's


def items_from(config, settings, where):
    """mkfs items, by name in the guest, for PROGS, and for COMPAT=1, which
    puts all programs into the root too, where xv6 has them."""
    items = build_programs(config, settings.get("PROGS", ""), where)
    if settings.get("COMPAT") != "1":
        return items
    root = {"/console": "/console:1,0"}
    for guest, item in {**config.items(), **items}.items():
        if guest.startswith("/bin/"):
            name = guest.removeprefix("/bin")
            root[name] = f"{name}={item.partition('=')[2]}"
    return {**root, **items}


def with_commands(config, items, commands, where):
    """Let init run the commands as a script, whatever the programs in `items`
    are called. Returns all items, and the boot arguments."""
    if "/bin/init" in items:
        raise UserError("PROGS: a program called init would have to run CMD "
                        "itself: give it another name, or use 'make qemu'")
    script = Path(where) / "run.sh"
    write_script(script, commands)
    items = {**items, SCRIPT: f"{SCRIPT}={script}"}
    if "/bin/sh" not in items:
        return items, ["run", SCRIPT]
    shell = config.items()["/bin/sh"].partition("=")[2]
    items[OWN_SHELL] = f"{OWN_SHELL}={shell}"
    return items, ["shell", OWN_SHELL, "run", SCRIPT]


def build_programs(config, names, where, log=None):
    """Compile sources, and check the others, into the folder `where`.
    Returns mkfs items by name in the guest. `log` is where the compiler's
    messages go; None for standard error."""
    items = {}
    for word in names.split():
        program, files = files_of(word)
        if not re.fullmatch(r"[\w.+-]+", program, re.ASCII) \
                or len(program) > NAME_LEN:
            raise UserError(f"PROGS: {program}: a program's name has at most "
                            f"{NAME_LEN} letters, digits or any of _ . + -")
        if f"/bin/{program}" in items:
            raise UserError(f"PROGS: two programs are called {program}")
        if files[0].suffix in SOURCES:
            host = compile_files(config, program, files, where, log)
        else:
            host = files[0]
            check_elf(host, word)
        items[f"/bin/{program}"] = f"/bin/{program}={host}"
    return items


def files_of(word):
    """The program's name and its files, from a word of PROGS: a file, several
    sources joined by +, or a folder with sources in it."""
    whole = Path(word)
    if whole.is_dir():
        files = sorted(path for path in whole.resolve().iterdir()
                       if path.suffix in SOURCES)
        if not files:
            raise UserError(f"PROGS: {word}: no C or assembly file in it")
        return whole.resolve().name, files
    files = [whole] if whole.is_file() else [
        Path(part) for part in word.split("+")]
    for file in files:
        if not file.is_file():
            raise UserError(f"PROGS: no such file: {file} "
                            "(a path with spaces cannot be used)")
        if len(files) > 1 and file.suffix not in SOURCES:
            raise UserError(f"PROGS: {file}: only C files (.c) and assembly "
                            "(.S) can be joined by +")
    first = files[0]
    # xv6's makefile calls the program cat _cat; in the guest it is cat.
    name = first.stem if first.suffix in SOURCES else \
        first.name.removeprefix("_")
    return name, [file.resolve() for file in files]


def compile_program(config, source, where, log):
    """Compile and link one source. Returns the program, named after it."""
    return compile_files(config, source.stem, [source], where, log)


def compile_files(config, program, sources, where, log):
    """Compile and link sources. Returns the program."""
    objects = []
    for source in sources:
        objects.append(Path(where) / f"{program}.{len(objects)}.o")
        run_tool([*config.command("cc"), "-c", "-o", objects[-1], source],
                 log, f"{source.name} does not compile")
    return link_program(config, Path(where) / program, objects, log)


def link_program(config, program, objects, log):
    """Link objects with the user library. Returns the program's path, as
    given. A copy with symbols is put beside it, for gdb."""
    whole = program.with_name(f"{program.name}.elf")
    run_tool(["env", *(f"{name.upper()}={shlex.join(config.command(name))}"
                       for name in ("nm", "objcopy", "link")),
              "sh", ROOT / "user/link.sh", whole, config.path("library"),
              *objects], log, f"{program.name} cannot be linked")
    run_tool([*config.command("strip"), "-o", program, whole], log,
             f"{program.name} cannot be stripped")
    return program


def run_tool(command, log, complaint):
    if subprocess.run(command, cwd=ROOT, stdout=log,
                      stderr=log).returncode != 0:
        raise UserError(f"PROGS: {complaint}")


def check_elf(path, name):
    """Raise UserError unless the file is a program for 64-bit RISC-V."""
    with open(path, "rb") as file:
        head = file.read(20)
    if len(head) < 20 or head[:4] != b"\x7fELF":
        raise UserError(f"PROGS: {name} is neither a C file (.c) nor an "
                        "ELF program")
    if head[4:6] != b"\x02\x01" \
            or int.from_bytes(head[18:20], "little") != EM_RISCV:
        raise UserError(f"PROGS: {name} is not for 64-bit RISC-V")
    if int.from_bytes(head[16:18], "little") != ET_EXEC:
        raise UserError(f"PROGS: {name} is not an executable at a fixed "
                        "address: link it with -static -no-pie")
