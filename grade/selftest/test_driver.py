"""grade/selftest/test_driver.py: the grader itself, with stubs in place of
QEMU."""

import os
import re
import sys
from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import pytest

from grade import conftest
from grade.__main__ import IN_ORDER, in_parallel
from grade.kernel.outside.actors import LOOP
from grade.kernel.outside.duel import computes_only
from grade.kernel.plausible_failures import STATUS_FAILED, excuse, places
from grade.kernel.questions import Asked, Distrusted, Proof, Question
from grade.machine import failures, harts
from grade.machine.gdbstub import PC
from grade.machine.guest import OUTPUT_MAX, Guest, GuestFailed
from grade.machine.host.sandbox import qemu
from grade.machine.qemu import Machine
from grade.machine.ram import PAGE, RAM_BASE, Ram
from grade.machine.run_to_end import Ending
from grade.machine.shared_boots import SharedBoots
from grade.machine.sv39 import R, U, V, AddressSpace, BadTables

pytestmark = pytest.mark.xdist_group("driver")


def replace_qemu(folder, monkeypatch, *lines):
    """Replace QEMU by these lines of Python."""
    program = folder / "qemu"
    program.write_text("\n".join([
        f"#!{sys.executable}", "import os, re, sys, time", *lines])
        + "\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("QEMU", str(program))


@pytest.fixture
def fake_qemu(tmp_path, monkeypatch):
    return partial(replace_qemu, tmp_path, monkeypatch)


@pytest.fixture
def boots(config, calf):
    made = SharedBoots(config, calf.folder, "driver", Machine())
    yield made
    made.end()


def test_panic_ends_run(fake_qemu, boots):
    """grader: a panic is noticed by its status"""
    fake_qemu("print('text, panic: hart 3: why')", "sys.exit(101)")
    ending, _ = boots.boot("driver", "true\n", 60, 60)
    assert ending.panicked and ending.status == 101


def test_panic_text_is_no_panic(fake_qemu, boots):
    """grader: a program that prints a panic message does not count as a
    panic"""
    fake_qemu("print('panic: hart 3: why')", "sys.exit(0)")
    ending, _ = boots.boot("driver", "true\n", 60, 60)
    assert not ending.panicked and ending.status == 0


def test_silence_ends_run(fake_qemu, boots):
    """grader: a guest that falls silent is ended"""
    fake_qemu("print(os.getpid(), flush=True)", "time.sleep(600)")
    ending, text = boots.boot("driver", "true\n", 60, 0.5)
    assert ending.timed_out
    with pytest.raises(ProcessLookupError):
        os.kill(int(text), 0)


def test_flood_is_bounded(fake_qemu, boots):
    """grader: a guest that never stops printing is ended"""
    fake_qemu("while True:", "    print('x' * 99)")
    with pytest.raises(GuestFailed, match="printed more than"):
        boots.boot("driver", "true\n", 60, 60)
    assert not boots.hopeless
    for again in range(2):
        with pytest.raises(GuestFailed):
            boots.boot(f"driver-{again}", "true\n", 60, 60)
    assert boots.hopeless
    size = boots.keep_log().path.stat().st_size
    assert size < OUTPUT_MAX + (1 << 20)


def test_panic_ends_waiting(fake_qemu, config, log):
    """grader: waiting for the shell ends when the kernel panics"""
    fake_qemu("print('panic: hart 0: why', flush=True)", "time.sleep(600)")
    with Guest(config, Machine(), log) as guest:
        with pytest.raises(GuestFailed, match="the kernel panicked"):
            guest.prompt(60)


def answer(asked, result=None):
    """What usertests would print: the traps fail and the rest is ok, or all
    have the same result."""
    lines = []
    for q in asked.questions:
        is_ok = not q.is_trap if result is None else result == "ok"
        lines.append(f"{q.passed} {q.name}: ok" if is_ok
                     else f"{q.failed} {q.name}: FAILED (x.c:3: y)")
    return lines


def test_results_between_other_lines():
    """grader: results are found among other lines, by their words"""
    asked = Asked([("g", "a"), ("g", "b")], [("g", "a")])
    text = "a: ok\n" + "\nnoise\n".join(answer(asked)) + "\n$ c: ok\n"
    assert asked.results(text, Ending(1)) == {"a": "ok", "b": "ok"}
    assert asked.results("a: ok\nb: ok\n", Ending(0)) == {}
    cut = "\n".join(answer(asked)[:-1])
    assert asked.results(cut, Ending(101, panicked=True)) != {}


def test_excuses():
    """grader: a test that is made to fail gives a plausible reason"""
    reasons = {excuse("wait_gives_the_status") for _ in range(20)}
    assert reasons == {f"a child ended with status {STATUS_FAILED}, not 0"}
    reasons = {excuse("bytes_come_out_in_order") for _ in range(200)}
    assert len(reasons) > 9 and all(
        re.match(r"pipes\.c:1\d: .* is -?\d+, not \d$", reason)
        for reason in reasons)
    # Many tests have such lines.
    assert len(places()) > 90


@pytest.mark.parametrize("how, status", [
    ("all is ok", 1), ("no traps", 1), ("backwards", 1), ("no failure", 0)])
def test_forgery(how, status):
    """grader: results that an honest guest would not report do not count:
    {how}"""
    asked = Asked([("g", name) for name in "abc"], [("g", "a"), ("g", "b")])
    asked.questions.append(Question(("g", "d")))
    lines = answer(asked, "ok" if how == "all is ok" else None)
    if how == "no traps":
        lines = [line for line, q in zip(lines, asked.questions)
                 if not q.is_trap]
    if how == "backwards":
        lines.reverse()
    with pytest.raises(Distrusted):
        asked.results("\n".join(lines) + "\n", Ending(status))


def test_proof():
    """grader: a guest that only exits successfully has proved nothing"""
    proof = Proof()
    lie, success = (line.split()[-1] for line in
                    proof.script("grind").splitlines())
    assert proof.output(f"text\n{success}\n") == "text\n"
    for text in ("", "text\n", f"{lie}\n{success}\n", f"{success}\nmore\n"):
        with pytest.raises(Distrusted):
            proof.output(text)


@pytest.mark.parametrize("entry, says", [
    (RAM_BASE >> 2 | R | U | V, "user pages"), (RAM_BASE >> 2 | V, "tables")],
    ids=["large pages", "a table in itself"])
def test_endless_tables(tmp_path, entry, says):
    """grader: page tables that map too many pages are refused: {says}"""
    ram = Ram(tmp_path / "ram", 8 << 20)
    try:
        for index in range(32):
            ram.write_word(RAM_BASE + 8 * index, entry)
        with pytest.raises(BadTables, match=says):
            AddressSpace(ram, RAM_BASE)
    finally:
        ram.close()


def test_large_page(tmp_path):
    """grader: a page of 2 MiB is 512 pages"""
    ram = Ram(tmp_path / "ram", 8 << 20)
    try:
        ram.write_word(RAM_BASE, RAM_BASE + PAGE >> 2 | V)
        ram.write_word(RAM_BASE + PAGE, RAM_BASE >> 2 | R | U | V)
        assert len(AddressSpace(ram, RAM_BASE).pages) == 512
    finally:
        ram.close()


@pytest.mark.parametrize("group, seconds, finding, is_tried", [
    ("races", 10 ** 9, "hung", False),
    ("races", 10 ** 9, "failed", False),
    ("races", 10 ** 9, "", True),
    ("races", 100, "hung", True),
    ("run", 10 ** 9, "hung", True)])
def test_time_is_over(monkeypatch, tmp_path, group, seconds, finding,
                      is_tried):
    """grader: a kernel that hangs again and again is graded in bounded time,
    and a correct one on a busy host to the end: {group} {finding} {seconds}"""
    monkeypatch.setenv(failures.FOLDER, "")
    failures.begin(tmp_path / "found")
    failures.watch(True)
    if finding:
        getattr(failures, finding)("x")
    here = SimpleNamespace(shares_nothing=False, seconds=lambda: seconds)
    monkeypatch.setattr("grade.score.session.current", lambda: here)
    item = SimpleNamespace(
        user_properties=[("group", group), ("id", "duels.x")],
        iter_markers=lambda name: ())
    with nullcontext() if is_tried else pytest.raises(
            GuestFailed, match="time of the run"):
        conftest.pytest_runtest_setup(item)


@pytest.mark.parametrize("can_be_told", [True, False])
@pytest.mark.parametrize("first, workers, order", [
    ("1", "4", True), ("", "4", False), ("1", "1", True), ("", "1", True)])
def test_order(monkeypatch, can_be_told, first, workers, order):
    """grader: FIRST={first} and WORKERS={workers} run the tests in order, with
    or without an option of xdist for that: {can_be_told}"""
    monkeypatch.setenv("FIRST", first)
    monkeypatch.setenv("WORKERS", workers)
    monkeypatch.setattr("grade.__main__.pytest_takes",
                        lambda *_: can_be_told)
    words = in_parallel()
    if words != ["-n", "1", "--dist", "load"]:
        assert words[:4] == ["-n", workers, "--dist", "loadgroup"]
        assert (words[4:] == [IN_ORDER]) == can_be_told
        assert can_be_told or not order


def test_late_step(monkeypatch):
    """grader: a step that was abandoned stops no hart later"""
    machine = harts.Harts(
        [qemu(), "-machine", "virt", "-smp", "4", "-bios", "none",
         "-display", "none", "-monitor", "none", "-serial", "none"])
    try:
        machine.ask(f"M{RAM_BASE:x},{len(LOOP):x}:{LOOP.hex()}")
        for hart in range(4):
            registers = machine.registers_of(hart)
            registers[PC] = RAM_BASE
            machine.set_registers(hart, registers)
        monkeypatch.setattr(harts, "STEP_SECONDS", 0)
        for hart in range(4):
            machine.step(hart)
        assert machine.run(range(4), 0.1) is None
        assert [machine.pc_of(hart) for hart in range(4)] == [RAM_BASE] * 4
    finally:
        machine.end()


@pytest.mark.parametrize("computes, name, code", [
    (True, "add", "338eee01"), (True, "bne", "6314de01"),
    (True, "jal", "ef008000"), (True, "c.mv", "2e85"), (True, "c.jr", "8280"),
    (True, "c.addi4spn", "2800"), (False, "lbu", "03c53500"),
    (False, "sd", "2334aa00"), (False, "amoadd.d", "2f35b600"),
    (False, "fence", "0f00f00f"), (False, "sfence.vma", "73000012"),
    (False, "csrr", "73250018"), (False, "fsd", "27300500"),
    (False, "c.ld", "8861"), (False, "c.sd", "88e1"),
    (False, "c.ldsp", "0265"), (False, "c.sdsp", "2ae0")])
def test_computes_only(computes, name, code):
    """outside: a duel leaves out only what no other hart can notice: {name}"""
    assert computes_only(bytes.fromhex(code)) == computes
