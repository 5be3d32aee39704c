"""grade/kernel/edges/test_full.py: calls on files when blocks, inodes or
memory are exhausted."""

import subprocess

import pytest

from grade.machine import run_to_end
from grade.machine.guest import GuestFailed
from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.machine.image import make_script_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.user_programs import compile_program

BOOT_ARGS = "quiet panic=exit"
SECONDS = 60
NO_MEMORY = ("open_without_memory", "calls_on_names_without_memory",
             "read_and_write_without_memory", "exec_without_memory")
# As few blocks as the journal and the program need.
SMALL = ("-b", "330", "-i", "60", "-j", "64")


def run(config, disk, args):
    """Boot the disk and run to the end. Returns the text on the console."""
    text = bytearray()
    ending = run_to_end.run(
        Machine(args=f"{BOOT_ARGS} {args}").command(
            config.path("kernel"), disk, ON_STDOUT),
        text.extend, limit(SECONDS))
    words = text.decode("latin-1")
    if ending.status != 0:
        raise GuestFailed(f"the guest ended with {ending}:\n{words[-800:]}")
    return words


def check_sound(config, disk):
    done = subprocess.run([config.path("mkfs"), "-c", disk],
                          capture_output=True, encoding="utf-8")
    if done.returncode != 0 or done.stdout:
        raise GuestFailed(f"afterwards mkfs -c says:\n{done.stdout[:800]}")


@pytest.mark.xdist_group("full")
def test_full(config, tmp_path):
    """a call that finds no free block or inode changes and loses nothing"""
    program = compile_program(config, ROOT / "grade/kernel/programs/full.c",
                              tmp_path, None)
    disk = tmp_path / "disk.img"
    subprocess.run([config.path("mkfs"), *SMALL, disk,
                    f"/bin/init={program}", "/dev/console:1,0"], check=True)
    assert run(config, disk, "") == "all is right\n"
    check_sound(config, disk)


@pytest.mark.xdist_group("full")
def test_no_memory(config, tmp_path):
    """files stay whole when each allocation of each call fails once"""
    disk = make_script_image(config, tmp_path,
                             f"usertests {' '.join(NO_MEMORY)}")
    run(config, disk, "run /run.sh")
    check_sound(config, disk)
