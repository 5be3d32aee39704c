"""grade/tools/lint/compilers.py: report what gcc, clang and clang-format
find."""

import re
import subprocess

from grade.machine.host.build import ROOT, BuildError, build
from grade.tools.lint.project_files import C_FOLDERS, files

# A separate folder, because WERROR=1 would make all of build/ again.
FOLDER = "B=build/lint"
MESSAGE = re.compile(r"^\S+?:\d+(:\d+)?: (fatal )?(error|warning): ")


def check_builds():
    """Build all flavours with both compilers. clang also checks the locks."""
    for settings in ([], ["DEBUG=1", "AUDIT=1"],
                     ["LLVM=1", "HOSTCC=clang"],
                     ["LLVM=1", "HOSTCC=clang", "DEBUG=1", "AUDIT=1"]):
        try:
            build(FOLDER, "WERROR=1", "-k", *settings)
        except BuildError as error:
            yield from messages(str(error), " ".join(settings) or "gcc")


def messages(text, what):
    """The compiler's messages in the text, or the whole text if there are
    none."""
    found = [line for line in text.splitlines() if MESSAGE.match(line)]
    for line in found or text.splitlines():
        yield f"{line} [{what}]"


def check_headers():
    """Check that every header compiles alone."""
    config = build(FOLDER, "WERROR=1")
    for path in files(".h", folders=C_FOLDERS):
        kind = {"kernel": "kernel_cc", "mkfs": "host_cc"}.get(
            path.parts[0], "user_cc")
        compat = ["-Iuser/compat"] if "compat" in path.parts else []
        done = subprocess.run(
            [*config.command(kind), *compat, "-fsyntax-only", "-x", "c",
             "-include", path, "/dev/null"], cwd=ROOT,
            stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
        if done.returncode != 0 or done.stderr:
            yield from messages(done.stderr, f"{path} alone")


def check_format():
    paths = files(".c", ".h", folders=C_FOLDERS)
    done = subprocess.run(
        ["clang-format", "--dry-run", "-Werror", *paths], cwd=ROOT,
        stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    found = {}
    for line in done.stderr.splitlines():
        if MESSAGE.match(line):
            path = line.partition(":")[0]
            found.setdefault(path, line.split(": ")[0])
    for path, where in found.items():
        yield f"{where}: not formatted: run clang-format -i {path}"
    if done.returncode != 0 and not found:
        yield from done.stderr.splitlines()
