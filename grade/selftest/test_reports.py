"""grade/selftest/test_reports.py: the reports of a run for other programs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.score import reports, results
from grade.score.points import add_up
from grade.score.reports import (
    autolab, classroom50, github, gradescope, junit, prairielearn)
from grade.selftest.test_driver import replace_qemu
from grade.tools.setup.needs import needs

pytestmark = pytest.mark.xdist_group("driver")

SCHEMAS = Path(reports.__file__).with_name("schemas")
ODD = "x.c:3: \x1b[2J\0 ]]> <b>&amp; \ufffe \ud800 \u00e9"
COMPILER = "make failed:\nkernel/mm/fault.c:9:1: error: expected ;"


def fact(group, number, points):
    return {"id": f"{group}.test_{number}", "title": f"{group} does {number}",
            "group": group, "points": points}


WORTH = {fact["id"]: fact for fact in (
    fact("build", 1, 5), fact("build", 2, 5), fact("sharing", 1, 53.4),
    fact("sharing", 2, 53.3), fact("sharing", 3, 53.3), fact("cost", 1, 40))}


def run_of(messages, never="it did not run"):
    """Results of a run in which these tests ran: "" is a pass."""
    collected = results.Results()
    for test, message in messages.items():
        report = SimpleNamespace(passed=not message, duration=0.5,
                                 longrepr=message)
        collected.add(test, report,
                      WORTH[test]["points"] if not message else 0)
    return collected.make(WORTH, never)


def all_runs():
    """The results of each kind of run."""
    passed = dict.fromkeys(WORTH, "")
    yield "full", run_of(passed)
    yield "failing", run_of({**passed, "sharing.test_2": ODD})
    yield "unbuilt", run_of({"build.test_1": COMPILER,
                             "build.test_2": "it does not build"})
    yield "refused", {**run_of(passed), "refused": [
        {"name": "kernel/a b.c", "why": "a name has ..."}]}
    yield "broken", results.without_tests(
        "TREE=x: no such folder or archive", fault="submission")
    yield "begun", results.unfinished()


RUNS = dict(all_runs())


def payloads(text):
    """The JSON that is in a report."""
    return [json.loads(text)] if text else []


@needs("python.jsonschema")
@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("name", [
    *sorted({*reports.FORMATS} - {"github"}), "results"])
def test_schema(name, kind):
    """reports: {name} fits its schema: a run that is {kind}"""
    import jsonschema
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    make = reports.FORMATS.get(name, json.dumps)
    found = payloads(make(RUNS[kind]))
    for payload in found:
        jsonschema.validate(payload, schema)
        for key in schema["required"]:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(
                    {k: v for k, v in payload.items() if k != key}, schema)
    assert found


def test_sums():
    """reports: the score is the sum of the tests in each report"""
    for run in RUNS.values():
        report = json.loads(gradescope.make(run))
        assert report["score"] == run["score"] == add_up(
            test["score"] for test in report["tests"])
        whole = json.loads(classroom50.make(run))
        assert whole["max-score"] == run["total"]
        assert whole["score"] <= run["score"] < whole["score"] + len(
            whole["tests"])
        assert add_up(g["got"] for g in run["groups"]) == run["score"]
    assert RUNS["full"]["score"] == RUNS["full"]["total"] == 210
    assert RUNS["failing"]["score"] == 156.7


def test_compiler_message():
    """reports: a kernel that does not build gets no points and a reason"""
    report = json.loads(gradescope.make(RUNS["unbuilt"]))
    first, *others = report["tests"]
    assert report["score"] == 0 and len(report["tests"]) == len(WORTH)
    assert first["output"] == COMPILER
    assert {test["status"] for test in report["tests"]} == {"failed"}
    assert others[-1]["output"] == "it did not run"


def test_numbers():
    """reports: Gradescope's tests have numbers, and none is hidden"""
    report = json.loads(gradescope.make(RUNS["failing"]))
    assert [test["number"] for test in report["tests"]] == [
        "1.1", "1.2", "2.1", "2.2", "2.3", "3.1"]
    assert {test["visibility"] for test in report["tests"]} == {"visible"}


def test_prairielearn_fits():
    """reports: PrairieLearn's report stays below a MiB, whatever the output"""
    run = run_of(dict.fromkeys(WORTH, "\u20ac" * 100))
    run["tests"] = [{**test, "message": "\u20ac" * 50_000}
                    for test in run["tests"] * 50]
    text = prairielearn.make(run)
    assert len(text.encode()) < prairielearn.BYTES_MAX
    assert len(json.loads(text)["tests"]) == len(WORTH) * 50


def test_junit():
    """reports: JUnit's XML is valid, whatever a test prints"""
    run = RUNS["failing"]
    raw = {**run, "tests": [{**test, "message": ODD if test["message"] else ""}
                            for test in run["tests"]]}
    top = ElementTree.fromstring(junit.make(raw).encode())
    assert [suite.get("name") for suite in top] == ["build", "sharing", "cost"]
    assert [suite.get("failures") for suite in top] == ["0", "1", "0"]
    failure = top.find("*/testcase/failure")
    assert failure.text.startswith("x.c:3: ?[2J? ]]> <b>&amp; ? ? \u00e9")
    points = [float(p.get("value")) for p in top.iter("property")
              if p.get("name") == "got"]
    assert add_up(points) == run["score"]


def heed_interrupts():
    """Let the child react to interrupts. The background commands of a shell
    ignore them, and so do their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def grade(out, *words, **settings):
    unset = ("TESTS", "TREE", "GROUP", "REPORT", "OUT", "LIMIT")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    return subprocess.Popen(
        [sys.executable, "-m", "grade", *words], cwd=ROOT,
        env={**env, "LAB": "cow", **settings, "CALF_GRADE_OUT": str(out)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
        preexec_fn=heed_interrupts)


def test_no_tree(tmp_path):
    """reports: an invalid TREE leaves reports that say so"""
    out = tmp_path / "scope.json"
    child = grade(tmp_path, "--report", "gradescope", "--out", str(out),
                  TREE=str(tmp_path / "nothing"))
    said = child.communicate()[1]
    assert child.returncode == 2 and "no such folder" in said
    report = json.loads(out.read_text("utf-8"))
    assert report["score"] == 0 and "no such folder" in report["output"]
    assert results.read(tmp_path / "results.json")["total"] == 1000
    assert "no such folder" in (tmp_path / "junit.xml").read_text("utf-8")


@pytest.mark.parametrize("words", [
    ("--report", "nosuch"), ("--report", "github", "--out", "no/such/file")],
    ids=["format", "folder"])
def test_bad_report(tmp_path, words):
    """reports: a file that cannot be written is named in one line"""
    child = grade(tmp_path, *words)
    text, said = child.communicate()
    assert child.returncode == 2 and text == "" and said.count("\n") == 1
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("settings, says", [
    ({"CPUS": "4"}, "the tests choose their machines"),
    ({"MEM": "1T"}, "the tests choose their machines"),
    ({"OUT": "report.json"}, "say REPORT= as well"),
    ({"OUT": "/usr", "REPORT": "gradescope"}, "written to as a file")])
def test_bad_setting(tmp_path, settings, says):
    """reports: one line says what a setting is not for: {settings}"""
    child = grade(tmp_path, **settings)
    text, said = child.communicate()
    assert child.returncode == 2 and text == "" and said.count("\n") == 1
    assert said.startswith("grade: ") and says in said
    assert not any(tmp_path.iterdir())


HANGS = """
if '-machine none' in ' '.join(sys.argv): sys.exit(1)
calls = len(os.listdir(FOLDER))
open(os.path.join(FOLDER, str(os.getpid())), 'w').close()
if calls == 0:
    disk = re.search('file=([^,]+)', ' '.join(sys.argv))[1]
    script = open(disk, 'rb').read()
    print(re.search(rb'echo ([0-9a-f]{16})\\n', script)[1].decode())
    sys.exit(0)
if calls == 1: sys.exit(1)
time.sleep(600)
"""


def test_interrupted(tmp_path, monkeypatch):
    """reports: a run that is interrupted leaves its results so far"""
    calls = tmp_path / "calls"
    calls.mkdir()
    replace_qemu(tmp_path, monkeypatch, f"FOLDER = {str(calls)!r}", HANGS)
    child = grade(tmp_path / "out", GROUP="build boot", WORKERS="1")
    end = time.monotonic() + limit(120)
    while len(list(calls.iterdir())) < 3 and child.poll() is None \
            and time.monotonic() < end:
        time.sleep(0.1)
    assert child.poll() is None
    os.killpg(child.pid, signal.SIGINT)
    child.communicate(timeout=limit(60))
    found = results.read(tmp_path / "out" / "results.json")
    statuses = {test["id"]: test["status"] for test in found["tests"]}
    assert statuses.pop("build.test_boots") == "passed"
    assert statuses.pop("build.test_builds") == "passed"
    assert set(statuses.values()) == {"error"}
    assert 0 < found["score"] < found["total"] == 40
    assert (tmp_path / "out" / "junit.xml").is_file()


def hang(tmp_path, monkeypatch, *words, **settings):
    """Start a run that gets points for two tests and then hangs."""
    calls = tmp_path / "calls"
    calls.mkdir()
    replace_qemu(tmp_path, monkeypatch, f"FOLDER = {str(calls)!r}", HANGS)
    child = grade(tmp_path / "out", *words, GROUP="build boot", WORKERS="1",
                  **settings)
    return child, lambda: len(list(calls.iterdir())) >= 3


def wait_until(is_so, child):
    end = time.monotonic() + limit(120)
    while not is_so():
        assert time.monotonic() < end and child.poll() is None
        time.sleep(0.05)


def kill_all(child):
    """End the run as a platform does at the end of its time limit."""
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def test_killed_at_first(tmp_path, monkeypatch):
    """reports: a run that is killed while it builds leaves a report"""
    make = tmp_path / "make"
    make.write_text("#!/bin/sh\nexec sleep 600\n", "utf-8")
    make.chmod(0o755)
    out = tmp_path / "scope.json"
    child = grade(tmp_path, "--report", "gradescope", "--out", str(out),
                  MAKE=str(make))
    wait_until(out.exists, child)
    kill_all(child)
    report = json.loads(out.read_text("utf-8"))
    assert report["score"] == 0 and "not finished" in report["output"]
    assert not results.read(tmp_path / "results.json")["finished"]


def test_killed(tmp_path, monkeypatch):
    """reports: a run that is killed leaves its points so far"""
    out = tmp_path / "scope.json"
    child, hangs = hang(tmp_path, monkeypatch, "--report", "gradescope",
                        "--out", str(out))
    wait_until(lambda: hangs() and json.loads(
        out.read_text("utf-8"))["score"] > 0, child)
    kill_all(child)
    report = json.loads(out.read_text("utf-8"))
    assert report["score"] > 0
    assert report["output"].startswith(gradescope.NOT_FINISHED)
    assert {test["output"] for test in report["tests"]
            if test["score"] == 0} == {"it has not run yet"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end(tmp_path, monkeypatch, number):
    """reports: a run that is told to end does so in good order: signal
    {number}"""
    child, hangs = hang(tmp_path, monkeypatch)
    wait_until(hangs, child)
    os.kill(child.pid, number)
    text, said = child.communicate(timeout=limit(60))
    assert child.returncode == 128 + number, text + said
    assert "INTERNALERROR" not in text + said
    found = results.read(tmp_path / "out" / "results.json")
    assert found["finished"] and 0 < found["score"] < found["total"] == 40


def test_limit(tmp_path, monkeypatch):
    """reports: a run that LIMIT ends keeps its points"""
    start = time.monotonic()
    seconds = int(limit(40))
    child, _ = hang(tmp_path, monkeypatch, LIMIT=str(seconds), ALL="1")
    child.communicate(timeout=seconds)
    assert child.returncode == 1 and time.monotonic() - start < seconds
    found = results.read(tmp_path / "out" / "results.json")
    assert found["finished"] and 0 < found["score"] < found["total"] == 40
    messages = {test["message"] for test in found["tests"]
                if test["status"] == "error"}
    assert messages == {"it did not run: the time for the run was up "
                        f"(LIMIT={seconds} s)"}


def test_graders_fault():
    """reports: nobody gets 0 points for a failure of the grader"""
    run = results.without_tests("no compiler", fault="grader")
    assert gradescope.make(run) == autolab.make(run) \
        == classroom50.make(run) == ""
    assert json.loads(prairielearn.make(run))["gradable"] is False


def test_worker_dies(tmp_path, monkeypatch):
    """reports: a run whose worker is killed ends, and reports its results"""
    calls = tmp_path / "calls"
    calls.mkdir()
    replace_qemu(tmp_path, monkeypatch, f"FOLDER = {str(calls)!r}",
                 HANGS.replace("time.sleep(600)", "os.kill(os.getppid(), 9)"))
    grade(tmp_path / "out", GROUP="build boot", WORKERS="1").communicate(
        timeout=limit(60))
    found = results.read(tmp_path / "out" / "results.json")
    statuses = {test["id"]: test["status"] for test in found["tests"]}
    assert statuses["build.test_boots"] == "passed"
    assert "error" in statuses.values()
    assert 0 < found["score"] < found["total"] == 40


def test_not_run(tmp_path, monkeypatch):
    """reports: the total includes selected tests that did not run"""
    replace_qemu(tmp_path, monkeypatch, "sys.exit(1)")
    grade(tmp_path / "out", WORKERS="1",
          TESTS="test_boot and (test_poweroff or test_memory)").communicate()
    found = results.read(tmp_path / "out" / "results.json")
    points = {test["id"]: test["points"] for test in found["tests"]}
    assert {name for name, worth in points.items() if worth > 0} == {
        "boot.test_memory[32M]", "boot.test_memory[1G]", "boot.test_poweroff"}
    assert found["score"] == 0 < found["total"] == add_up(points.values())
    assert "error" in {test["status"] for test in found["tests"]}


def test_autolab_line(tmp_path):
    """reports: Autolab's report is the last line of output"""
    child = grade(tmp_path, "--report", "autolab", TREE=str(tmp_path / "no"))
    text = child.communicate()[0]
    assert json.loads(text.splitlines()[-1])["scores"]["cost"] == 0


def test_github_adds(tmp_path):
    """reports: the summaries of other steps are kept"""
    out = tmp_path / "outputs"
    out.write_text("before=1\n", "utf-8")
    grade(tmp_path, "--report", "github", "--out", str(out),
          TREE=str(tmp_path / "no")).communicate()
    lines = out.read_text("utf-8").splitlines()
    assert lines[:2] == ["before=1", "## Calf: 0 of 1000 points"]


def test_github_summary():
    """reports: a job's summary has the points, and no HTML of a kernel"""
    text = github.make(RUNS["failing"])
    assert "\n| sharing | 106.7 | 160 |\n" in text
    assert text.count("<details>") == text.count("</details>") == 1
    assert "<b>" not in text and "&lt;b&gt;" in text
    long = {**RUNS["failing"], "tests": [
        {**test, "status": "failed", "message": "<" * 20_000}
        for test in RUNS["failing"]["tests"] * 50]}
    assert len(github.make(long).encode()) < github.BYTES_MAX
