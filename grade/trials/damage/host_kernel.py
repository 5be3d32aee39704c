"""grade/trials/damage/host_kernel.py: build the kernel's file system for the
host, and run it."""

import subprocess

from grade.machine.host import process
from grade.machine.host.build import ROOT, UserError
from grade.machine.host.limits import limit

HOST = ROOT / "grade/trials/damage/host"
ABUSE = ROOT / "grade/trials/programs/abuse.c"
CALLS = ("open close read write lseek fstat link unlink rename mkdir sync dup "
         "poweroff main").split()
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all",
              "-fno-omit-frame-pointer", "-O1"]
NOT_FILES = ("fdtable.c", "filemap.c", "pipe.c")
REFUSED = 100           # the status for a disk that is not mounted
SECONDS = 60            # for one image


def build_host(config, folder, root=ROOT):
    """Build it from the kernel in the tree `root`. Returns the program."""
    kernel = root / "kernel"
    sources = [path for path in sorted(kernel.glob("fs/[!.]*.c"))
               if path.name not in NOT_FILES]
    sources += [kernel / "mm" / "uio.c", *sorted(HOST.glob("[!.]*.c"))]
    cc, *flags = config.command("host_cc")
    # The host's headers come first, and replace the kernel's.
    command = [cc, "-iquote", HOST, *flags, "-fno-builtin-printf", *SANITIZERS]
    abuse, program = folder / "abuse.o", folder / "files"
    compile_or_fail([*command, "-DON_HOST",
                     *(f"-D{name}=calf_{name}" for name in CALLS),
                     "-c", "-o", abuse, ABUSE], root)
    compile_or_fail([*command, "-o", program, *sources, abuse], root)
    return program


def compile_or_fail(command, root):
    done = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise UserError(f"kernel/fs does not build for the host:\n"
                        f"{done.stderr}")


def run_host(program, paths):
    """The result for each image, in order: whether it was mounted, and what is
    wrong, or None. Images after one that hangs have no result either."""
    if not paths:
        return []
    child = process.start([program, *paths], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        text = child.communicate(timeout=limit(SECONDS * len(paths)))[0]
    except subprocess.TimeoutExpired:
        child.kill()
        text = child.communicate()[0]
    finally:
        process.kill(child)
    text = text.decode("latin-1")
    results = []
    for path in paths:
        before, _, rest = text.partition(f"= {path} ")
        how, _, text = rest.partition("\n")
        refused = how == f"status {REFUSED}"
        wrong = None if refused or how == "status 0" else (
            f"{how or 'it did not finish'}: {before.strip()}")
        results.append((not refused, wrong))
    return results
