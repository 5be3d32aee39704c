"""grade/kernel/on_strict.py: run a script on the strict machine with a fixed
seed."""

import hashlib
import os
import tempfile
from pathlib import Path

from grade.machine import failures, run_to_end
from grade.machine.guest import GuestFailed
from grade.machine.host.limits import checks, limit
from grade.machine.image import make_image
from grade.machine.strict import strict_machine
from grade.machine.strict.strict_machine import StrictMachine
from grade.machine.user_programs import build_programs

ARGS = "quiet panic=exit run /run.sh"
STEPS = 200_000_000     # at most; the finished kernel needs a third, unless it
                        # checks itself
SECONDS = 60
MEM = "32M"
STRICT = "strict"       # a kind of machine, as failures.py counts them
NO_END = (strict_machine.STATUS_LIMIT, strict_machine.STATUS_ASLEEP,
          run_to_end.TIMEOUT_STATUS)


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
                                switches=switches, report=True,
                                limit=STEPS * checks(os.environ))
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
