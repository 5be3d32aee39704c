"""grade/tools/lint/layers.py: check the layers of the kernel.

    boot -> trap -> { proc -> fs -> dev } -> debug -> mm -> lib -> abi

A file may include from its own layer and from those to the right of it.
Programs and mkfs may include only abi/ from the kernel.
grade/trials/damage/host, which replaces the kernel around its file system, may
include what it replaces.
"""

import re

from grade.machine.host.build import ROOT
from grade.tools.lint.project_files import files, lines

LAYERS = ("boot", "trap", "proc", "fs", "dev", "debug", "mm", "lib", "abi")

# Exceptions: a layer, and a header to the left of it that it may include.
UPWARD = {
    ("fs", "proc/sleep.h"),
    ("fs", "proc/sleeplock.h"),
    ("fs", "proc/turn.h"),
    ("dev", "proc/sleep.h"),
    ("dev", "proc/sleeplock.h"),
    ("dev", "proc/turn.h"),
    ("debug", "dev/ipi.h"),
    ("debug", "fs/block.h"),
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
                yield (f"{path}:{number}: {header}: programs may include "
                       "only abi/ from the kernel")


def includes(path):
    """The (line number, header) of each #include "header"."""
    for number, line in lines(path):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def kernel_problem(layer, header):
    """The reason why a file of that layer must not include the header."""
    if not (ROOT / "kernel" / header).is_file():
        return f"{header}: must be a path from kernel/"
    if layer not in LAYERS:
        return f"kernel/{layer} is not a layer"
    theirs = header.partition("/")[0]
    if LAYERS.index(theirs) >= LAYERS.index(layer) \
            or (layer, header) in UPWARD:
        return None
    return f"{header}: {layer}/ must not include from {theirs}/"
