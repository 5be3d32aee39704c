"""grade/kernel/test_suites.py: usertests, cowtest, forktest and grind."""

import os
import textwrap

import pytest

from grade.kernel.labs import graded_labs
from grade.kernel.questions import Distrusted, Proof
from grade.kernel.suites import SuiteBoots, list_tests
from grade.machine.guest import GuestFailed
from grade.machine.host.limits import limit
from grade.machine.qemu import Machine
from grade.machine.shared_boots import SharedBoots

TESTS = list_tests()
# Traps, which may run on the graded kernel: not what a later lab is about.
BAITS = [test for test in TESTS if test.lab in ("", *graded_labs())]
HARTS = (1, 4)
NOT_MEMORY = ("cost",)      # groups that do not test a small memory


def each_test():
    """Every test at each number of harts. Tests that share a boot share a
    worker."""
    return [pytest.param(
        test.points, test.name, harts,
        id=f"{test.points}-{test.name}-{harts}",
        marks=pytest.mark.xdist_group(f"{test.points}{harts}"))
        for harts in HARTS for test in TESTS]


@pytest.fixture(scope="session")
def boot_suite(calf):
    """The boots that run these tests, by name, made on demand."""
    made = {}

    def get(name, machine, tests):
        if name not in made:
            made[name] = SuiteBoots(calf.config(), calf.logs, name, machine,
                                    tests, BAITS)
        return made[name]

    yield get
    for boots in made.values():
        boots.end()


@pytest.mark.parametrize("points, name, harts", each_test())
def test_guest(boot_suite, points, name, harts):
    """usertests: {name}, {harts}"""
    boot_suite(f"{points}-{harts}", Machine(cpus=harts),
               [test for test in TESTS if test.points == points]).check(name)


@pytest.fixture
def boot_once(calf, request):
    """Run commands in a boot of their own. Returns the boot, its Ending and
    its output."""
    opened = []

    def go(commands, machine, config=None, seconds=90, silence=40):
        boot = SharedBoots(config or calf.config(), calf.logs,
                           request.node.name, machine)
        opened.append(boot)
        return boot, *boot.boot(request.node.name, commands, seconds, silence)

    yield go
    for boot in opened:
        boot.end()


@pytest.fixture
def run(boot_once):
    """The same, but they must succeed, after `trap` has failed. Returns the
    output."""

    def go(commands, *args, trap="false", **settings):
        proof = Proof(trap)
        name = textwrap.shorten(commands, 60)
        boot, ending, text = boot_once(proof.script(commands), *args,
                                       **settings)
        if ending.status != 0:
            what = f"{name}: status {ending.status}"
            if ending.panicked:
                what = f"{name}: the kernel panicked"
            if ending.timed_out:
                what = f"{name}: did not finish"
            raise GuestFailed(boot.keep_log().explain(what))
        try:
            return proof.output(text)
        except Distrusted as why:
            raise GuestFailed(boot.keep_log().explain(str(why))) from None

    return go


@pytest.mark.xdist_group("list")
def test_list(run):
    """usertests -l lists the tests in the sources"""
    assert run("usertests -l\n", Machine()).split() == [
        test.name for test in TESTS]


@pytest.mark.parametrize("harts", [
    pytest.param(n, marks=pytest.mark.xdist_group(f"forktest{n}"))
    for n in HARTS])
def test_forktest(run, harts):
    """forktest: fork until it fails, {harts}"""
    run("forktest\n", Machine(cpus=harts), trap="forktest -f")


@pytest.mark.xdist_group("grind")
def test_grind(run):
    """grind: random system calls for 10 seconds, 4 harts"""
    run("grind 10\n", Machine(cpus=4), trap="grind -f 1")


@pytest.mark.skipif(os.environ.get("AUDIT") == "1",
                    reason="4,200 audits of 640 MiB")
@pytest.mark.xdist_group("large")
def test_large(run):
    """a program of 320 MiB; 4,200 processes share their pages"""
    run("usertests thousands_of_children large_program\n",
        Machine(cpus=1, mem="640M", args="maxproc=4400"),
        trap="usertests no_such_test")


# 16 MiB have room for 64 processes. No test may come near that, or it fails
# now and then.
@pytest.mark.xdist_group("small")
@pytest.mark.parametrize("mem, args", [
    pytest.param(*pair, id=pair[0]) for pair in (
        ("32M", ""), ("16M", "maxproc=48"))])
def test_small_memory(boot_suite, mem, args):
    """cowtest with {mem} of memory"""
    boots = boot_suite(f"small-{mem}", Machine(cpus=4, mem=mem, args=args),
                       [test for test in TESTS if test.group == "cow"
                        and test.points not in NOT_MEMORY])
    for test in boots.tests:
        boots.check(test.name)


@pytest.mark.xdist_group("audit")
@pytest.mark.parametrize("lab", dict.fromkeys(t.lab for t in TESTS if t.lab))
def test_audit(run, calf, lab):
    """the tests of lab {lab} with a kernel that audits itself (AUDIT=1)"""
    config = calf.build("AUDIT=1")
    # An audit walks all memory, so its time grows with that.
    run(f"usertests -t {int(limit(120))} -g {lab}\n", Machine(mem="32M"),
        config, seconds=300, silence=90)


@pytest.mark.xdist_group("debug")
@pytest.mark.parametrize("how, words, where", [
    pytest.param(how, words, where, id=how) for how, words, where in (
        ("panic", "as asked for", "use_panic"),
        ("overflow", "kernel stack overflow", "use_stack_below"),
        ("spare", "kernel stack too small: ", "stack_check"),
        ("wild", "a pointer to no kernel memory", "use_wild_pointer"),
        ("text", "not allowed by the kernel's page table", "use_text"),
        ("order", "lock order: crash left with crash right in hand",
         "left_then_right"),
        ("ranks", "lock order: crash ranked 1 with crash ranked 2 in hand",
         "use_ranks"),
        ("shift", "undefined: 1 of 'int' shifted by 40", "use_shift"),
        ("sum", "undefined: 2147483647 + 1 as 'int'", "use_sum"),
        ("index", "undefined: index 40 in '", "use_index"),
        ("division", "undefined: 2147483647 / 0 as 'int'",
         "use_division"))])
def test_panic(boot_once, calf, how, words, where):
    """a bug in the kernel is reported and stops all harts: {how}"""
    config = calf.build("DEBUG=1", "AUDIT=1")     # as make lint
    boot, ending, text = boot_once(f"echo {how} > /dev/vmstat\necho on\n",
                                   Machine(cpus=4), config)
    if not (ending.panicked and f": {words}" in text
            and f" {where}+0x" in text and "\non\n" not in text):
        raise GuestFailed(boot.keep_log().explain(
            f"{how}: no panic with '{words}' and a backtrace"))
