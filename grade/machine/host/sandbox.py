"""grade/machine/host/sandbox.py: build and run a stranger's kernel in a
sandbox.

bubblewrap isolates a process: it has no network, sees no other processes, has
the tools read-only, and can access only the files that are named. In addition
there are limits on time, memory, files and output, and QEMU's own filter of
system calls. One environment variable tells the workers of a run what is
available.
"""

import functools
import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

from grade.machine.host import process
from grade.machine.host.limits import limit

VARIABLE = "CALF_WALLS"         # words: stranger, bwrap, seccomp
BOUND = "CALF_TOOLS"            # additional folders that the sandbox sees
# Where the tools are. No system has all of these.
TOOLS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt",
         "/nix/store", "/etc/alternatives", "/etc/ld.so.cache")
KEPT = ("PATH", "TOOLPREFIX", "LLVM", "DEBUG", "AUDIT", "HOSTCC", "QEMU",
        "PYTHON", "MAKE")
SECCOMP = ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,"
           "spawn=deny,resourcecontrol=deny"]
NO_SANDBOX = "bubblewrap is missing, or may not make namespaces here"

MIB = 1 << 20
BUILD_SECONDS = 120
BUILD_OUTPUT_MAX = 1 * MIB
BUILD_FOLDER_MAX = 256 * MIB
# Limits of one process. A compiler needs a tenth of this, and QEMU needs the
# memory of the guest.
BUILD_LIMITS = {"cpu": 60, "as": 2048 * MIB, "fsize": 16 * MIB, "core": 0}
QEMU_LIMITS = {"cpu": 3600, "as": 16384 * MIB, "fsize": 4096 * MIB, "core": 0}
PROCESSES_MAX = 256


def walls():
    return os.environ.get(VARIABLE, "").split()


def is_stranger():
    """True if the kernel is a stranger's."""
    return "stranger" in walls()


def raise_walls(stranger, wish):
    """Find out what this machine offers, and tell the workers. `wish` is
    SANDBOX: "1" and "0" force it. Otherwise a stranger's kernel gets a sandbox
    if that is possible. Returns whether everything wanted is available."""
    words = ["seccomp"] if has_seccomp(qemu()) else []
    wanted = wish == "1" or (stranger and wish != "0")
    fenced = wanted and has_bwrap()
    words += ["stranger"] if stranger or fenced else []
    words += ["bwrap"] if fenced else []
    os.environ[VARIABLE] = " ".join(words)
    return fenced or not wanted


def qemu():
    return os.environ.get("QEMU") or "qemu-system-riscv64"


def succeeds(command, words=b""):
    try:
        return subprocess.run(
            command, input=words, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=limit(10)).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@functools.lru_cache(maxsize=None)
def has_bwrap():
    """True if bubblewrap is installed, and the system allows its use."""
    return succeeds([*fence("/"), "true"])


@functools.lru_cache(maxsize=None)
def has_seccomp(program):
    """True if the option works. A QEMU may know it and still fail."""
    return succeeds([program, *SECCOMP, "-machine", "none", "-nodefaults",
                     "-display", "none", "-monitor", "stdio"], b"quit\n")


def fence(folder, readable=(), writable=()):
    """bubblewrap's options for a command that starts in the folder."""
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session",
             "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    for path in (*TOOLS, *bound()):
        words += ["--ro-bind-try", path, path]
    for option, paths in ("--ro-bind", readable), ("--bind", writable):
        for path in paths:
            words += [option, str(path), str(path)]
    return [*words, "--chdir", str(folder), "--"]


def bound():
    """The folders of tools that are elsewhere, as see_tools() found them."""
    return filter(None, os.environ.get(BOUND, "").split(os.pathsep))


def limited(limits):
    """prlimit, if there is one, for the command that follows."""
    if shutil.which("prlimit") is None:
        return []
    words = ["prlimit", *(f"--{name}={n}" for name, n in limits.items())]
    # Outside a namespace this would count all processes of the user.
    if "bwrap" in walls():
        words.append(f"--nproc={PROCESSES_MAX}")
    return [*words, "--"]


def fenced_qemu(command, kernel, disk):
    """QEMU's command line within the walls that are available. It can read the
    kernel, and has the folder of the disk for itself."""
    if "seccomp" in walls():
        command = [command[0], *SECCOMP, *command[1:]]
    if not is_stranger():
        return command
    command = limited(QEMU_LIMITS) + command
    if "bwrap" not in walls():
        return command
    folder = Path(disk).parent
    readable = [kernel]
    program = shutil.which(qemu())
    if program is not None:
        readable.append(Path(program).resolve())
    return fence(folder, readable, [folder]) + command


# ---- tools in other places --------------------------------------------------

# Asked in the sandbox, before any kernel is built there.
QUESTION = '"${MAKE:-make}" --version >/dev/null 2>&1 || ' \
    '{ echo "error no make"; exit; }; ' \
    'exec sh grade/tools/setup/probe.sh sandbox'
NAMES = ("MAKE", "HOSTCC", "QEMU", "PYTHON")    # variables that name a tool
OTHERS = ("make", "cc", "qemu-system-riscv64", "python3", "awk", "clang",
          "ld.lld", "llvm-ar", "llvm-nm", "llvm-objcopy", "llvm-strip")
CROSS = ("gcc", "ld", "ar", "nm", "objcopy", "strip")
# Folders beside bin/ that belong to the programs in it.
BESIDE = ("lib", "lib64", "libexec", "include", "share/qemu", "opt", "Cellar",
          "riscv*")


def see_tools(root):
    """Make sure that the sandbox finds the tools to build and run a kernel in
    the tree `root`, so that no kernel loses points because one is missing.
    Folders elsewhere are bound, read-only. Returns what is wrong, or None."""
    if "bwrap" not in walls() or is_ok(ask_in_sandbox(root)):
        return None
    said = ask(root, [])
    if not is_ok(said):
        return f"this machine lacks tools: {said}"
    paths = [*tool_paths(re.search(r"PREFIX=(\S*)", said)[1])]
    for found in folders_of(paths), folders_of(paths, BESIDE):
        os.environ[BOUND] = os.pathsep.join(found)
        said = ask_in_sandbox(root)
        if is_ok(said):
            return None
    return f"the sandbox does not see all tools of this machine: {said}. " \
        "Install them below /usr or /opt, or do without it: SANDBOX=0"


def is_ok(said):
    return said.startswith("ok")


def ask_in_sandbox(root):
    folder = root / "build"
    folder.mkdir(exist_ok=True)
    return ask(root, fence(root, [root], [folder]) + limited(BUILD_LIMITS))


def ask(root, wall):
    """The answer of the build's probe: "ok", or what is missing."""
    try:
        done = subprocess.run(
            [*wall, "sh", "-c", QUESTION], cwd=root, env=kept(os.environ),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=limit(60))
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = done.stdout.decode(errors="replace").strip()
    return said if is_ok(said) \
        else said.partition(" ")[2] or "it runs no program"


def tool_paths(prefix):
    """The paths of the tools, both as named and with links followed."""
    names = [os.environ.get(name) for name in NAMES]
    names += [*OTHERS, *(prefix + tool for tool in CROSS)]
    for name in filter(None, names):
        path = shutil.which(name)
        for _ in range(10):
            if path is None:
                break
            yield Path(path)
            path = os.path.join(os.path.dirname(path), os.readlink(path)) \
                if os.path.islink(path) else None


def folders_of(paths, beside=()):
    """The folders to bind for them. Neither a home directory nor a folder
    around this project is bound: of those, only the program itself."""
    found = {}
    for path in paths:
        folder = Path(os.path.abspath(path.parent))
        if any(folder.is_relative_to(tools) for tools in map(Path, TOOLS)):
            continue
        found.setdefault(str(path if is_private(folder) else folder))
        for pattern in beside:
            found.update(dict.fromkeys(
                map(str, folder.parent.glob(pattern))))
    return list(found)


def is_private(folder):
    """True if there are private files below the folder."""
    for own in Path.home(), Path(os.environ.get("CALF_STRANGER") or "/none"):
        if own == folder or folder in own.parents:
            return True
    return False


# ---- building ---------------------------------------------------------------

def run_plainly(command, env, root):
    """Run make in the tree `root`. Returns its status and its output."""
    done = subprocess.run(
        command, cwd=root, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def run_fenced(command, env, root):
    """The same for a stranger's tree: it can write only to build/, and is
    killed if it takes too long or writes too much."""
    folder = root / "build"
    folder.mkdir(exist_ok=True)
    command = limited(BUILD_LIMITS) + command
    if "bwrap" in walls():
        command = fence(root, [root], [folder]) + command
    child = process.start(
        command, cwd=root, env=kept(env), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True)
    try:
        text, problem = _watch(child, folder)
        status = child.wait() if problem is None else 1
    finally:
        _end_group(child)
    if problem is not None:
        text += f"\n{problem}\n".encode()
    return status, text.decode(errors="replace")


def kept(env):
    """The environment that a build may see."""
    return {**{name: env[name] for name in KEPT if name in env},
            "LC_ALL": "C", "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}


def _watch(child, folder):
    """Read the output of the child until it ends or exceeds a limit. Returns
    the output, and which limit that was."""
    text = b""
    end = time.monotonic() + limit(BUILD_SECONDS)
    look = 0
    while True:
        now = time.monotonic()
        if now > end:
            return text, "the build took more than " \
                f"{limit(BUILD_SECONDS):.0f} s"
        if now > look:
            look = now + 1
            if folder_bytes(folder) > BUILD_FOLDER_MAX:
                return text, "the build wrote more than " \
                    f"{BUILD_FOLDER_MAX // MIB} MiB"
        if not select.select([child.stdout], [], [], 0.5)[0]:
            continue
        data = os.read(child.stdout.fileno(), 65536)
        if not data:
            return text, None
        text += data
        if len(text) > BUILD_OUTPUT_MAX:
            return text, "the build printed more than " \
                f"{BUILD_OUTPUT_MAX // MIB} MiB"


def folder_bytes(folder):
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            pass                # the build has just moved it
    return total


def _end_group(child):
    """Kill the child and everything that it has started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()
    child.stdout.close()
