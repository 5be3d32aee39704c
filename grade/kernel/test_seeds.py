"""grade/kernel/test_seeds.py: the kernel on the strict machine, with fixed
seeds: the verdict is the same on every machine and at every load.

What the kernel is asked to do is nothing special; the machine is, since it
does all that the specification allows (docs/strict.md)."""

import hashlib
import tempfile
from pathlib import Path

import pytest

from grade.machine import failures, run_to_end
from grade.machine.guest import GuestFailed
from grade.machine.host.limits import limit
from grade.machine.image import make_image
from grade.machine.strict import strict_machine
from grade.machine.strict.strict_machine import StrictMachine
from grade.machine.user_programs import build_programs

ARGS = "quiet panic=exit run /run.sh"
STEPS = 200_000_000     # at most; the finished kernel needs a third
SECONDS = 60
MEM = "32M"
STRICT = "strict"       # a kind of machine, as failures.py counts them
NO_END = (strict_machine.STATUS_LIMIT, strict_machine.STATUS_ASLEEP,
          run_to_end.TIMEOUT_STATUS)
PROGRAMS = Path("grade", "kernel", "programs")
FENCES = ("transl && usertests freed_heap_is_gone_at_once "
          "shrunk_heap_is_gone_at_once\n")
# Pages above 4 GiB.
FAR = "usertests heap_may_cross_any_border\n"
# Different programs after each other, so that frames with old instructions get
# new ones.
LOADS = ("echo a\ncat /README >/x\nwc /x\nls /bin >/y\ngrep a /y >/z\n"
         "head /x\nls /\nwc /y\ncp /x /w\nrm /w\ncat /z\nps\nwc /x\n"
         + 4 * "cat /README | grep a | wc\nls /bin | head\n")
RACES = ("usertests two_owners_race take_over_races_copy exit_races_write "
         "kernel_copies_race_stores\n")

PROMISES = "usertests harts_do_not_promise_too_much\n"


def word_for(kernel, harts, seed):
    """A word for the guest to print at the end. It depends on the kernel's
    bytes, so a kernel cannot contain it, but nothing else differs between two
    runs of one kernel."""
    key = kernel.read_bytes() + f"{harts} {seed}".encode()
    return hashlib.sha256(key).hexdigest()[:16]


def check(calf, log, script, harts, seed, programs="",
          switches=strict_machine.SWITCHES):
    """Raise GuestFailed, with the machine's story, unless the script ends
    well."""
    failures.check(STRICT)
    config = calf.config()
    word = word_for(config.path("kernel"), harts, seed)
    script = f"{script.strip()} && echo {word}\n"
    with tempfile.TemporaryDirectory(prefix="calf-") as scratch:
        scratch = Path(scratch)
        (scratch / "run.sh").write_text(script, "utf-8")
        items = {"/run.sh": f"/run.sh={scratch / 'run.sh'}",
                 **build_programs(config, programs, scratch)}
        disk = make_image(config, scratch / "disk.img", items)
        machine = StrictMachine(cpus=harts, mem=MEM, args=ARGS, seed=seed,
                                switches=switches, report=True, limit=STEPS)
        ending = strict_machine.run(config, machine, disk, log.write,
                                    limit(SECONDS), scratch / "said")
    if not ending.failed:
        # A kernel that powers off at once has not shown anything.
        if not log.text().endswith(f"{word}\n"):
            raise GuestFailed(log.explain(
                "the machine ended well before the commands did"))
        return
    if ending.status in NO_END:
        failures.hung(STRICT)
    command = " ".join(script.replace("\n", "; ").split()).rstrip("; ")
    again = f"again: make strict CMD='{command}' CPUS={harts} SEED={seed} " \
        f"MEM={MEM} STORY=1" + (f" PROGS={programs}" if programs else "") + \
        ("" if switches else " STRICT=")
    raise GuestFailed("\n".join(
        [log.explain(f"{ending.why} after {ending.steps} instructions"),
         *([ending.story] if ending.story else []), again]))


@pytest.mark.parametrize("harts, seed", ((1, 1), (2, 2), (2, 3), (4, 4)))
def test_fences(calf, log, harts, seed):
    """strict: changing translations and code, {harts}, seed {seed}"""
    check(calf, log, FENCES, harts, seed, str(PROGRAMS / "transl.c"))


def test_fences_far(calf, log):
    """strict: changing translations of high addresses"""
    check(calf, log, FAR, 1, 1)


@pytest.mark.parametrize("harts, seed", ((1, 1), (2, 2), (2, 3)))
def test_loads(calf, log, harts, seed):
    """strict: programs in frames of others, {harts}, seed {seed}"""
    check(calf, log, LOADS, harts, seed)


@pytest.mark.parametrize("harts, seed", ((2, 1), (4, 2), (4, 3)))
def test_races(calf, log, harts, seed):
    """strict: frames with several owners, {harts}, seed {seed}"""
    check(calf, log, RACES, harts, seed)


@pytest.mark.parametrize("harts, seed", ((4, 2), (4, 3)))
def test_promises(calf, log, harts, seed):
    """strict: promises made at the same time, {harts}, seed {seed}"""
    check(calf, log, PROMISES, harts, seed)


@pytest.mark.parametrize("harts", (2, 4))
def test_harts(calf, log, harts):
    """strict: processes that compute run at the same time, {harts}"""
    check(calf, log, f"harts {harts}\n", harts, 1, str(PROGRAMS / "harts.c"),
          switches=())
