"""grade/selftest/test_strict.py: the strict machine is a RISC-V machine, and
as strict as docs/strict.md says."""

import os
import re
import shlex
import struct
import subprocess
import sys

import pytest

from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.machine.run_to_end import Ending
from grade.machine.strict import sequences
from grade.machine.strict.source_lines import places
from grade.machine.strict.strict_machine import STATUS_STORY, why_of

GUESTS = ROOT / "grade" / "machine" / "strict" / "guests"
CROSS = ["-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-O2",
         "-ffreestanding", "-fno-pie", "-nostdlib", "-static",
         "-T", str(GUESTS / "guest.ld"), "-Wl,--build-id=none", "-I",
         str(GUESTS)]
NOT_IN_SEQUENCES = {"sret", "wfi", "sfence_vma"}    # kernels run those


def build_guest(calf, path, *sources):
    compiler = calf.config().command("user_cc")[0]
    subprocess.run([compiler, *CROSS, "-o", path, *sources], check=True)
    return path


def on_strict(calf, kernel, *words):
    """Run a guest. Returns the finished process."""
    return subprocess.run(
        [calf.config().path("strict"), "-kernel", kernel, "-limit",
         "300000000", *words], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        errors="replace", timeout=limit(120))


def on_qemu(kernel):
    done = subprocess.run(
        [os.environ.get("QEMU") or "qemu-system-riscv64", "-machine", "virt",
         "-bios", "none", "-kernel", kernel, "-display", "none", "-serial",
         "stdio", "-monitor", "none"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, encoding="utf-8", timeout=limit(60))
    return done.stdout


def run(calf, **settings):
    """Run make strict with those settings on the session's build."""
    env = {**os.environ, "STRICT": "all", **settings}
    path = calf.folder / "plain" / "config.json"
    return subprocess.run(
        [sys.executable, "-m", "grade.machine.strict", "--config", path],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8", errors="replace")


def steps(said):
    return int(re.search(r"(\d+) instructions", said)[1])


@pytest.mark.parametrize("seed", (1, 2))
def test_sequences(calf, tmp_path, seed):
    """strict: generated instructions do the same as on QEMU: {seed}"""
    source = tmp_path / "sequence.S"
    source.write_text(sequences.program(seed, 20), "utf-8")
    guest = build_guest(calf, tmp_path / "sequence", source)
    covered = tmp_path / "covered"
    plain = on_strict(calf, guest, "-strict", "none", "-coverage", covered)
    assert plain.stdout == on_qemu(guest)
    assert on_strict(calf, guest, "-seed", str(seed)).stdout == plain.stdout
    left = {line.split()[0] for line in covered.read_text("utf-8").splitlines()
            if line.endswith(" 0")}
    assert left == NOT_IN_SEQUENCES


def test_page_tables(calf, tmp_path):
    """strict: each page-table entry allows the same as on QEMU"""
    guest = build_guest(calf, tmp_path / "sv39", GUESTS / "guest.S",
                        GUESTS / "sv39.c")
    done = on_strict(calf, guest, "-strict", "none")
    assert done.stdout.count("\n") > 250
    assert done.stdout == on_qemu(guest)


def litmus(calf, tmp_path, *words):
    """The number of weak outcomes of each litmus test."""
    guest = build_guest(calf, tmp_path / "litmus", GUESTS / "guest.S",
                        GUESTS / "litmus.c")
    total = {}
    for seed in range(1, 5):
        done = on_strict(calf, guest, "-cpus", "2", "-seed", str(seed), *words)
        assert done.returncode == 0, done.stderr
        for name, count in map(str.split, done.stdout.splitlines()):
            total[name] = total.get(name, 0) + int(count)
    return total


def test_order(calf, tmp_path):
    """strict: loads and stores are as weakly ordered as RVWMO allows, and no
    weaker"""
    seen = litmus(calf, tmp_path)
    assert {name for name, count in seen.items() if count} == {
        "store_buffer", "message", "message_reader_fenced",
        "message_writer_fenced", "copy"}


def test_order_off(calf, tmp_path):
    """strict: memory is in order if the switch order is off"""
    seen = litmus(calf, tmp_path, "-strict", "tlb,walk,fetch,time")
    assert not any(seen.values())


def test_translations(calf, tmp_path):
    """strict: a translation is kept until a fence that covers it"""
    guest = build_guest(calf, tmp_path / "kept", GUESTS / "guest.S",
                        GUESTS / "kept.c")
    seen = {}
    for seed in range(1, 5):
        done = on_strict(calf, guest, "-seed", str(seed))
        assert done.returncode == 0, done.stderr
        for name, count in map(str.split, done.stdout.splitlines()):
            seen[name] = seen.get(name, 0) + int(count)
    for name, count in seen.items():
        assert (count > 0) == name.startswith("stale_"), name
    plain = on_strict(calf, guest, "-strict", "none").stdout.split()
    assert not any(int(count) for name, count in
                   zip(plain[::2], plain[1::2]) if name != "stale_no_fence")


def test_repeats(calf):
    """strict: the same seed gives the same run, and another seed another
    run"""
    runs = [run(calf, CMD="echo hello; forktest", CPUS="4", MEM="32M",
                SEED=seed) for seed in ("17", "17", "18")]
    assert [done.returncode for done in runs] == [0, 0, 0]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stderr == runs[1].stderr
    assert steps(runs[0].stderr) != steps(runs[2].stderr)
    assert "strict: again: make strict CMD='echo hello; forktest' CPUS=4 " \
        "SEED=17 MEM=32M\n" in runs[0].stderr


def test_reset(calf):
    """strict: the kernel sets what reset leaves undefined, such as MXR"""
    for seed in ("1", "2", "17"):
        done = run(calf, CMD="cowtest each_page_allows_what_its_segment_says",
                   CPUS="4", SEED=seed)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("settings, said", (
    ({"CMD": ""}, 'nothing to run: make strict CMD="cowtest"'),
    ({"SEED": "x"}, "SEED=x: must be a number"),
    ({"STRICT": "tlb,tbl"}, "STRICT=tlb,tbl: there is no switch tbl"),
    ({"SEEDS": "9..1"}, "SEEDS=9..1: must be such as 1..200 or 3,7"),
    ({"CPUS": "9"}, "CPUS=9: 1 to 8 harts"),
))
def test_bad_settings(calf, settings, said):
    """strict: a bad setting is refused in one line: {said}"""
    done = run(calf, **{"CMD": "true", **settings})
    assert done.returncode == 2
    assert done.stderr.startswith(f"strict: {said}")
    assert done.stderr.count("\n") == 1


def test_why_of_a_story():
    """strict: a run that a stale translation ends did not run out of time"""
    assert why_of(Ending(STATUS_STORY)) == "a stale translation was used"
    assert why_of(Ending(STATUS_STORY, timed_out=True)) == \
        "it did not finish in time"


def test_place_of_inline_function():
    """strict: a story names the caller of an inline function"""
    assert places("0xffffffc080000010\nfence\ncsr.h:55\nunmap\nuvm.c:76\n"
                  "0xffffffc080000020\nmemset\nstring.c:45\n"
                  "0xffffffc080000030\n??\n??:0\n") == {
        0xffffffc080000010: "unmap (uvm.c:76)",
        0xffffffc080000020: "memset (string.c:45)",
        0xffffffc080000030: "0xffffffc080000030"}


def kernel_of(nbytes):
    """An ELF file whose only segment takes that much memory."""
    return struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 243, 1, 0x80000000, 64, 0, 0,
        64, 56, 1, 0, 0, 0) + struct.pack(
        "<IIQQQQQQ", 1, 7, 0, 0x80000000, 0x80000000, 120, nbytes, 4096)


@pytest.mark.parametrize("words, said", (
    ("-kernel README.md", "README.md: not an ELF file"),
    ("-kernel nosuch", "nosuch: No such file or directory"),
    ("-kernel {large} -mem 1M", "{large}: does not fit into 1 MiB"),
    ("-kernel {kernel} -disk Makefile", "Makefile: not a disk"),
    ("-kernel {kernel} -disk nosuch", "nosuch: No such file or directory"),
    ("-kernel {kernel} -seed -1", "-seed -1: must be a number"),
    ("-kernel {kernel} -strict tbl", "-strict tbl: must be all, none"),
))
def test_bad_input(calf, tmp_path, words, said):
    """strict: a bad file or option is refused in one line: {said}"""
    paths = {"kernel": str(calf.config().path("kernel")),
             "large": str(tmp_path / "large")}
    (tmp_path / "large").write_bytes(kernel_of(2 << 20))
    quoted = {name: shlex.quote(path) for name, path in paths.items()}
    done = subprocess.run(
        [calf.config().path("strict"),
         *shlex.split(words.format(**quoted))], cwd=ROOT,
        stderr=subprocess.PIPE, encoding="utf-8", timeout=limit(60))
    assert done.returncode == 121
    assert done.stderr.startswith(f"strict: {said.format(**paths)}")
    assert done.stderr.count("\n") == 1
