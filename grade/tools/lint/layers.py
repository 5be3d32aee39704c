"""grade/tools/lint/layers.py: the layers of the kernel hold.

    boot -> trap -> { proc -> fs -> dev } -> debug -> mm -> lib -> abi

A file includes from its own layer and from those to the right of it. Programs
and mkfs include from the kernel what is in abi/ only;
grade/trials/damage/host, which stands for the kernel around its files,
includes what it stands for.
"""

import re

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files, lines

LAYERS = ("boot", "trap", "proc", "fs", "dev", "debug", "mm", "lib", "abi")

# The edges that go left: a layer, and the header it may include all the same.
UPWARD = {
    ("fs", "proc/sleep.h"),
    ("fs", "proc/sleeplock.h"),
    ("fs", "proc/turn.h"),
    ("dev", "proc/sleep.h"),
    ("dev", "proc/sleeplock.h"),
    ("dev", "proc/turn.h"),
    ("debug", "dev/ipi.h"),
    ("debug", "proc/sleeplock.h"),
    ("lib", "debug/lockorder.h"),
}

FOR_THE_KERNEL = "grade/trials/damage/host"
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def check_layers():
    for path in files(".c", ".h", ".S", folders=("kernel",)):
        for number, header in includes(path):
            problem = kernel_problem(path.parts[1], header)
            if problem:
                yield f"{path}:{number}: {problem}"
    for path in files(".c", ".h", ".S", folders=("user", "mkfs", "grade")):
        if path.parent.is_relative_to(FOR_THE_KERNEL):
            continue
        for number, header in includes(path):
            layer = header.partition("/")[0]
            if layer in LAYERS and layer != "abi":
                yield (f"{path}:{number}: {header}: of the kernel, only "
                       "abi/ is for programs")


def includes(path):
    """The (line number, header) of each #include "header"."""
    for number, line in lines(path):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def kernel_problem(layer, header):
    """What is wrong with a file of that layer including the header."""
    if not (ROOT / "kernel" / header).is_file():
        return f"{header}: includes are by path from kernel/"
    if layer not in LAYERS:
        return f"kernel/{layer} is no layer"
    theirs = header.partition("/")[0]
    if LAYERS.index(theirs) >= LAYERS.index(layer) \
            or (layer, header) in UPWARD:
        return None
    return f"{header}: {layer}/ may not include from {theirs}/"
