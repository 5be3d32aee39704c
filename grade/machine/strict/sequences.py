"""grade/machine/strict/sequences.py: programs of generated instructions, to
run on the strict machine and on QEMU.

Every row of the instruction tables becomes several instructions with random
operands, mostly corner values. After each instruction the program stores its
result or trap, and the floating-point flags. At the end it prints all of them.
"""

import random
import re
from pathlib import Path

TABLES = [Path(__file__).parent / name for name in ("rv64.h", "rv64fd.h")]
ROW = re.compile(r'^(?:ROW|SHORT)\((\w+),\s*"[^"]*",\s*"([^"]*)",\s*(\w+)',
                 re.MULTILINE)
PART = re.compile(r"([01]+)|(nz)?(u?)imm\[([\d:|]+)\]|([a-z]+\d?(?:/rs1)?)"
                  r"('?)(!0)?(?:=(\d+))?")
WIDTHS = {"rm": 3, "aq": 1, "rl": 1}
POOL = 240              # number of values at x3
LEFT_OUT = {"mret", "sret", "wfi", "sfence_vma", "lr_w", "lr_d", "sc_w",
            "sc_d", "csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci",
            "ebreak", "c_ebreak", "ecall", "fence", "fence_i", "jalr", "c_jr",
            "c_jalr"}
CSRS = (0x001, 0x002, 0x003, 0x340, 0x140)

INTEGERS = [0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 127, 128, 255, 256, 0x7fff,
            0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
            0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
            0xfffffffffffffffe, 0xffffffff80000000, 0xffffffff7fffffff]
DOUBLES = [0, 1 << 63, 0x3ff0000000000000, 0xbff0000000000000,
           0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
           0x7ff0000000000001, 0xfff8000000000123, 1, 0x000fffffffffffff,
           0x0010000000000000, 0x7fefffffffffffff, 0x3ff0000000000001,
           0x4330000000000000, 0x43e0000000000000, 0xc3e0000000000000,
           0x41dfffffffc00000, 0x41e0000000000000, 0x3fe0000000000000,
           0x3ff8000000000000, 0x4004000000000000, 0xbfe0000000000000,
           0x36a0000000000000, 0x47efffffe0000000, 0x47efffffefffffff]
SINGLES = [0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000,
           0x7fc00000, 0x7f800001, 0xffc00123, 1, 0x007fffff, 0x00800000,
           0x7f7fffff, 0x3f800001, 0x4b000000, 0x4f000000, 0xcf000000,
           0x5f000000, 0x3f000000, 0x3fc00000, 0x40200000, 0xbf000000]


def pool(rng):
    values = INTEGERS + DOUBLES + [0xffffffff00000000 | s for s in SINGLES]
    values += [rng.getrandbits(64) for _ in range(40)]
    values += [0xffffffff00000000 | rng.getrandbits(32) for _ in range(40)]
    while len(values) < POOL:
        values.append(rng.getrandbits(64) >> rng.randrange(64))
    return values[:POOL]


def rows():
    """The (name, encoding) of each instruction."""
    for table in TABLES:
        for name, encoding, _ in ROW.findall(table.read_text("utf-8")):
            yield name, encoding


class Instruction:
    """One row with its fields filled in. Registers are numbers."""

    def __init__(self, name, encoding, rng):
        self.name, self.regs, self.imm = name, {}, 0
        self.is_float = {}
        self.bits = self.width = 0
        is_memory = re.match(r"(c_)?f?[ls](b|h|w|d)u?(sp)?$", name) or \
            name.startswith("amo") or name in ("flw", "fsw", "fld", "fsd")
        self.is_memory = bool(is_memory)
        immediate = self.draw_immediate(encoding, rng)
        for match in PART.finditer(encoding):
            ones, _, _, runs, word, short, nonzero, implied = match.groups()
            if ones:
                self.add(int(ones, 2), len(ones))
            elif runs:
                for run in runs.split("|"):
                    high, _, low = run.partition(":")
                    low = int(low or high)
                    count = int(high) - low + 1
                    self.add(immediate >> low & (1 << count) - 1, count)
            elif implied:
                self.regs[word] = int(implied)
            elif word in WIDTHS:
                value = rng.choice((0, 1, 2, 3, 4, 7)) if word == "rm" else 0
                self.add(value, WIDTHS[word])
            else:
                self.add_register(word, short, nonzero, rng)

    def draw_immediate(self, encoding, rng):
        runs = re.findall(r"imm\[([\d:|]+)\]", encoding)
        bits = [int(n) for run in runs for part in run.split("|")
                for n in part.split(":")]
        if not bits:
            return 0
        if self.name in ("jal", "beq", "bne", "blt", "bge", "bltu", "bgeu"):
            return 8
        if self.name in ("c_j", "c_beqz", "c_bnez"):
            return 6
        high, low = max(bits), min(bits)
        if self.is_memory:
            return rng.randrange(0, min(1 << high, 256)) >> low << low
        return (rng.getrandbits(high + 1) | 1 << low) >> low << low

    def add_register(self, word, short, nonzero, rng):
        is_float = word.startswith("f")
        if short:
            number = rng.randrange(8, 16)
        elif is_float:
            number = rng.randrange(32)
        else:
            number = rng.choice([0] * (not nonzero) + list(range(5, 32)))
        for one in word.split("/"):
            name = one.replace("f", "r", 1) if is_float else one
            self.regs[name] = number
            self.is_float[name] = is_float
        if short:
            self.add(number - 8, 3)
        else:
            self.add(number, 5)

    def add(self, value, count):
        self.bits = self.bits << count | value
        self.width += count


def instance(name, encoding, rng):
    """Assembly that loads operands, executes the instruction, and stores its
    result."""
    insn = Instruction(name, encoding, rng)
    regs, lines = insn.regs, []
    for reg in ("rs1", "rs2", "rs3"):
        if reg not in regs or regs[reg] in (0, 2) and not \
                insn.is_float.get(reg):
            continue
        at = rng.randrange(POOL) * 8
        kind = "fld f" if insn.is_float.get(reg) else "ld x"
        lines.append(f"{kind}{regs[reg]}, {at}(x3)")
    if insn.is_memory and regs.get("rs1", 2) != 2:
        if regs["rs1"] == 0:
            return None
        lines.append(f"mv x{regs['rs1']}, x2")
    lines.append(f".half {insn.bits}" if insn.width == 16
                 else f".word {insn.bits}")
    if name in ("jal", "c_j", "c_beqz", "c_bnez") or name[0] == "b":
        lines.append("addi x5, x5, 1")
        lines.append("sd x5, 0(x4)")
    elif "rd" in regs and insn.is_float.get("rd"):
        lines.append(f"fsd f{regs['rd']}, 0(x4)")
    elif "rd" in regs:
        lines.append(f"sd x{regs['rd']}, 0(x4)")
    if regs.get("rd") == 2:
        lines.append("la x2, memory")
    lines += ["csrrw x1, fflags, x0", "sd x1, 8(x4)", "addi x4, x4, 16"]
    return lines


def special(rng):
    """Sequences for the instructions that need special code around them."""
    csr = rng.choice(CSRS)
    value, number = rng.randrange(POOL) * 8, rng.randrange(32)
    for op in ("csrrw", "csrrs", "csrrc"):
        yield [f"ld x6, {value}(x3)", f"{op} x7, {csr}, x6", "sd x7, 0(x4)",
               f"{op}i x7, {csr}, {number}", "sd x7, 8(x4)",
               f"csrr x7, {csr}", "sd x7, 16(x4)", "csrw fcsr, x0",
               "addi x4, x4, 24"]
    for size in "wd":       # sc may fail spuriously
        yield [f"1: lr.{size} x6, (x2)", f"ld x7, {value}(x3)",
               f"sc.{size} x8, x7, (x2)", "bnez x8, 1b",
               f"sc.{size} x8, x7, (x2)", "sd x6, 0(x4)", "sd x8, 8(x4)",
               "ld x6, 0(x2)", "sd x6, 16(x4)", "addi x4, x4, 24"]
    for word in ("ecall", "ebreak", ".half 0x9002", ".word 0", "fence",
                 "fence.i", "fence.tso"):
        yield [word]
    yield ["auipc x6, 0", "jalr x7, 12(x6)", "addi x7, x7, 1", "sd x7, 0(x4)",
           "addi x4, x4, 8"]
    for half, reg in ((0x8302, 6), (0x9302, 6)):    # c.jr x6, c.jalr x6
        yield ["auipc x6, 0", "addi x6, x6, 14", f".half {half}",
               "addi x5, x5, 1", "sd x5, 0(x4)", "sd x1, 8(x4)",
               "addi x4, x4, 16"]


def program(seed, count):
    """The whole program, with `count` instructions of each row."""
    rng = random.Random(seed)
    blocks = []
    for name, encoding in rows():
        if name not in LEFT_OUT:
            blocks += [instance(name, encoding, rng) for _ in range(count)]
    for _ in range(count):
        blocks += special(rng)
    blocks = [block for block in blocks if block]
    rng.shuffle(blocks)
    values = "\n".join(f".dword {value:#x}" for value in pool(rng))
    body = "\n".join("\n".join(block) for block in blocks)
    return (f"#define SIGNATURE_BYTES {len(blocks) * 40 + 4096}\n"
            '#include "harness.S"\n'
            f".option norvc\nbody:\n{body}\nj finish\n"
            f".balign 8\npool:\n{values}\n")
