"""grade/trials/power/recording.py: run a guest and record all that it writes
to its disk."""

import select
import subprocess
import time
from dataclasses import dataclass

from grade.machine.host import process
from grade.machine.host.build import ROOT, UserError
from grade.machine.host.limits import limit
from grade.machine.qemu import ON_STDOUT, option
from grade.machine.user_programs import compile_program
from grade.trials.power.disk_log import BLOCK, Log

GUEST = ROOT / "grade/trials/programs/power.c"
BOOT_ARGS = "quiet panic=exit"
SECONDS = 60            # to wait for the next line
TAIL_LINES = 10
JOURNAL = 64            # blocks; as few as possible, for many transactions


class GuestFailed(Exception):
    """The guest did not do what it should."""


@dataclass
class Recording:
    """`base` are the blocks of the disk before the run, `requests` are as in
    Log, and `marks` has the number of requests at each mark. `text` is the
    output on the console."""

    base: list
    requests: list
    marks: list
    text: str


def compile_guest(config, folder):
    """Compile the program that is the first process of a machine."""
    return compile_program(config, GUEST, folder, None)


def make_disk(config, path, init, files, nblocks=2048, ninodes=1024):
    """Make an image whose first process is `init`. `files` has bytes by path,
    or None for a folder."""
    items = [f"/bin/init={init}", "/dev/console:1,0"]
    source = path.with_suffix(".files")
    source.mkdir(exist_ok=True)
    for number, (name, data) in enumerate(files.items()):
        if data is None:
            items.append(f"{name}/")
            continue
        host = source / str(number)
        host.write_bytes(data)
        items.append(f"{name}={host}")
    done = subprocess.run(
        [config.path("mkfs"), "-b", str(nblocks), "-i", str(ninodes), "-j",
         str(JOURNAL), path, *items],
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise UserError(done.stderr.strip())


def blocks_of(path):
    data = path.read_bytes()
    return [data[i:i + BLOCK] for i in range(0, len(data), BLOCK)]


def recorded(disk, log):
    """QEMU's options for a disk whose writes are recorded."""
    return ["-blockdev", "driver=blklogwrites,node-name=x0,"
            "log-super-update-interval=1,"
            f"file.driver=file,file.filename={option(disk)},"
            "file.cache.no-flush=on,"
            f"log.driver=file,log.filename={option(log)},"
            "log.cache.no-flush=on"]


class Talk:
    """The console of a guest, line by line."""

    def __init__(self, command):
        self._child = process.start(command, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, bufsize=0)
        self._rest = b""
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        process.kill(self._child)
        self._child.stdin.close()
        self._child.stdout.close()

    def line(self):
        """The next line without its end, or None when the machine is off."""
        end = time.monotonic() + limit(SECONDS)
        while b"\n" not in self._rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._child.stdout], [], [],
                                              left)[0]:
                raise GuestFailed("it did not finish in time, after:\n"
                                  f"{self.tail()}")
            data = self._child.stdout.read(65536)
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        line = line.decode("latin-1").rstrip("\r")
        self.text += line + "\n"
        return line

    def tail(self):
        return "\n".join(self.text.splitlines()[-TAIL_LINES:])

    def go_on(self):
        self._child.stdin.write(b"\n")

    def status(self):
        return self._child.wait(limit(SECONDS))


def record(kernel, machine, disk):
    """Boot the kernel with the image, continue at each mark, and check that it
    ends with success."""
    log = disk.with_suffix(".log")
    log.write_bytes(b"")
    base = blocks_of(disk)
    sizes = []
    with Talk(machine.command(kernel, disk, ON_STDOUT,
                              drive=recorded(disk, log))) as talk:
        while (line := talk.line()) is not None:
            if line == "mark":
                sizes.append(log.stat().st_size)
                talk.go_on()
        if talk.status() != 0:
            raise GuestFailed(f"the guest failed:\n{talk.tail()}")
    kept = Log(log)
    log.unlink()
    return Recording(base, kept.requests, [kept.ends[n] for n in sizes],
                     talk.text)
