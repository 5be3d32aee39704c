"""grade/programs.py: the user's own programs (PROGS) become files in /bin."""

import re
import subprocess
from pathlib import Path

from grade.config import ROOT, UserError

NAME_LEN = 14           # bytes in a directory entry
EM_RISCV = 243
ET_EXEC = 2


def build_programs(config, names, where, log=None):
    """Compile what is C, check what is not, into the folder `where`. Returns
    mkfs items by name in the guest. `log` is where the compiler's words go;
    None is standard error."""
    items = {}
    for name in names.split():
        source = Path(name)
        program = source.stem if source.suffix == ".c" else source.name
        if not source.is_file():
            raise UserError(f"PROGS: no such file: {name} "
                            "(a path with spaces will not do)")
        if not re.fullmatch(r"[\w.+-]+", program, re.ASCII) \
                or len(program) > NAME_LEN:
            raise UserError(f"PROGS: {program}: a program's name has at most "
                            f"{NAME_LEN} letters, digits or any of _ . + -")
        if f"/bin/{program}" in items:
            raise UserError(f"PROGS: two programs are called {program}")
        host = source.resolve()
        if source.suffix == ".c":
            host = compile_program(config, host, where, log)
        else:
            check_elf(host, name)
        items[f"/bin/{program}"] = f"/bin/{program}={host}"
    return items


def compile_program(config, source, where, log):
    """One C file, linked with the user library; returns the program. Beside
    it is one with symbols, for gdb."""
    program = Path(where) / source.stem
    objfile, whole = program.with_suffix(".o"), program.with_suffix(".elf")
    for command in (
            [*config.command("cc"), "-c", "-o", objfile, source],
            [*config.command("link"), "-o", whole, objfile,
             config.path("library")],
            [*config.command("strip"), "-o", program, whole]):
        if subprocess.run(command, cwd=ROOT, stdout=log,
                          stderr=log).returncode != 0:
            raise UserError(f"PROGS: {source.name} does not compile")
    return program


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
        raise UserError(f"PROGS: {name} is no executable at a fixed address: "
                        "link it with -static -no-pie")
