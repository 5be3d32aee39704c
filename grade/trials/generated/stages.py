"""grade/trials/generated/stages.py: test mutants in stages, the cheapest
first.

Each stage is a part of `make grade` and ends with the first failure.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grade.kernel.questions import FILE, Asked
from grade.kernel.suites import list_tests
from grade.machine import run_to_end
from grade.machine.host import process
from grade.machine.host.build import ROOT, Config, UserError
from grade.machine.host.limits import limit
from grade.machine.image import make_image
from grade.machine.qemu import ON_STDOUT, Machine
from grade.machine.shared_boots import BOOT_ARGS
from grade.score.points import Points

FAILED = re.compile(r"^[0-9a-f]+ (\w+): FAILED \((.*)\)$", re.MULTILINE)
PASSED = re.compile(r"^[0-9a-f]+ \w+: ok$", re.MULTILINE)
TEST_SECONDS = 10
SUITE_SECONDS = 120
PYTEST_SECONDS = 240
PLUGIN = "grade.trials.generated.given_kernel"
GIVEN = "CALF_GIVEN_KERNEL"
# The tests that most mutants fail come first.
FIRST = ("isolation", "sharing", "copies", "rights", "memory", "leaks",
         "fences", "cost", "races")


class Failed(Exception):
    """A test failed, so the mutant is found."""


def in_order(tests):
    return sorted(tests, key=lambda test: FIRST.index(test.points)
                  if test.points in FIRST else len(FIRST))


@dataclass
class Suite:
    """usertests in one boot."""

    name: str
    harts: int

    def run(self, config, folder):
        points = Points()
        tests = in_order(
            test for test in list_tests()
            if points.counts(test.id_at(self.harts)))
        asked = Asked([(t.group, t.name) for t in tests], [], traps=0)
        text = ""

        def watch(data):
            nonlocal text
            text += data.decode("utf-8", "replace").replace("\r\n", "\n")
            match = FAILED.search(text)
            if match:
                raise Failed(f"{match[1]}: {match[2]}")
            if len(text) > 1 << 20:
                raise Failed("too much output")

        machine = Machine(cpus=self.harts, args=BOOT_ARGS)
        seconds = int(limit(TEST_SECONDS))
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            files = {**asked.files(),
                     "/run.sh": f"usertests -t {seconds} -a {FILE}\n"}
            items = {}
            for guest, words in files.items():
                path = Path(scratch) / guest.strip("/")
                path.write_text(words, "utf-8")
                items[guest] = f"{guest}={path}"
            disk = make_image(config, Path(scratch) / "disk.img", items)
            ending = run_to_end.run(
                machine.command(config.path("kernel"), disk, ON_STDOUT),
                watch, limit(SUITE_SECONDS),
                limit(TEST_SECONDS if text else 5))
        if ending.status != 0 or len(PASSED.findall(text)) != len(tests):
            raise Failed(in_words(ending, text))


def in_words(ending, text):
    """Describe the ending of a boot that should have succeeded."""
    lines = text.splitlines() or ["nothing was printed"]
    if ending.panicked:
        return next(line for line in lines if "panic: " in line)[:120]
    how = "did not finish" if ending.timed_out else f"status {ending.status}"
    return f"{how} after: {lines[-1][:80]}"


@dataclass
class Tests:
    """Some tests of `make grade`, in a pytest of their own."""

    name: str
    words: list

    def run(self, config, folder):
        given = folder / "given"
        given.mkdir(exist_ok=True)
        (given / "config.json").write_text(config.text(), "utf-8")
        env = {**os.environ, GIVEN: str(given), "TMPDIR": str(folder),
               "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        with open(folder / "pytest.log", "w+", encoding="utf-8") as log:
            child = process.start(
                [sys.executable, "-m", "pytest", "-c", os.devnull,
                 "--rootdir", str(ROOT), "--noconftest", "-x", "-q", "-rfE",
                 "--tb=line", "-p", "no:cacheprovider", "-p", PLUGIN, "-p",
                 "grade.kernel.outside.fixtures", *self.words],
                cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT)
            try:
                status = child.wait(limit(PYTEST_SECONDS))
            except subprocess.TimeoutExpired:
                raise Failed(f"{self.name}: did not finish") from None
            finally:
                process.stop(child)
            log.seek(0)
            lines = log.read().splitlines()
        if status == 1:
            told = [line for line in lines
                    if line.startswith(("FAILED ", "ERROR "))]
            raise Failed(re.sub(r".*/test_", "", told[0])[:160] if told
                         else "failed")
        if status != 0:
            raise RuntimeError("\n".join(lines[-20:]))


def kernel_tests(name, *words):
    return ["grade/kernel/test_" + name + ".py",
            *(["-k", " ".join(words)] if words else [])]


STAGES = [
    Suite("guest", 1),
    Tests("outside", kernel_tests("outside")),
    Tests("model", kernel_tests("model")),
    Suite("harts", 4),
    Tests("rest", [*kernel_tests("cost"), "grade/kernel/test_boot.py"]),
    Tests("duels", kernel_tests("duels")),
    Tests("strict", kernel_tests("seeds")),
    Tests("little", kernel_tests(
        "suites", "small or large or forktest or grind")),
]


def config_with(config, kernel, folder):
    """The Config of the same build with another kernel."""
    values = json.loads(config.text())
    values["kernel"] = str(kernel)
    path = folder / "config.json"
    path.write_text(json.dumps(values), "utf-8")
    return Config(path)


def up_to(name):
    """The names of the stages, to the last one that is wanted."""
    names = [stage.name for stage in STAGES]
    if name and name not in names:
        raise UserError(f"STAGE={name}: must be one of {' '.join(names)}")
    return names[:names.index(name) + 1] if name else names


def killer(config, kernel, folder, names):
    """The first of these stages that finds the mutant, and how, or (None, "")
    if none does."""
    given = config_with(config, kernel, folder)
    for stage in STAGES:
        if stage.name not in names:
            continue
        try:
            stage.run(given, folder)
        except Failed as how:
            return stage.name, str(how)
    return None, ""
