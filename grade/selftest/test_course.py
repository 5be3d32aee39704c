"""grade/selftest/test_course.py: grade a whole class, and run the
autograders, laid out as on the machines that run them."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
import time
import zipfile

import pytest

from grade.course.autograders import autograder_zip
from grade.course.handin import pack
from grade.course.handout.lab import Lab
from grade.course.handout.leaks import Secrets, find_leaks
from grade.course.intake import tree
from grade.machine.host.build import ROOT, UserError
from grade.machine.host.limits import limit
from grade.score.session import is_alive
from grade.selftest.test_handout import make_project, python
from grade.selftest.test_reports import SCHEMAS
from grade.selftest.test_submissions import GOOD, put
from grade.series.stack import copy_finished
from grade.tools.setup.needs import needs

pytestmark = [pytest.mark.xdist_group("course"),
              needs("git", "parallel", "python.jsonschema")]

WORKFLOW = "grade/labs/files/.github/workflows/grade.yml"
# Replaces make: the build of a submitted kernel fails, and may hang first.
MAKE = """#!/bin/sh
[ -e kernel/lib/good.c ] || exec make "$@"
if [ -e FOLDER/hang ] && grep -q slow kernel/lib/good.c; then
        echo $$ >FOLDER/pid
        exec sleep 600
fi
echo "x.c:3: error: <script> & nothing works"
exit 1
"""


@pytest.fixture(autouse=True)
def one_lab(monkeypatch):
    monkeypatch.setenv("LAB", "cow")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder for submissions, with a make that fails quickly."""
    fake = tmp_path / "make"
    fake.write_text(MAKE.replace("FOLDER", str(tmp_path)), "utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("MAKE", str(fake))
    monkeypatch.setenv("SANDBOX", "0")  # inside, nothing sees this make
    (tmp_path / "in").mkdir()
    return tmp_path


def start_batch(course, *words):
    unset = ("TESTS", "TREE", "GROUP", "REPORT", "OUT")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    # A shell that becomes its last command; a locale that nobody has.
    env.update(PARALLEL_SHELL="/bin/sh", LANG="xx_XX.UTF-8")
    return subprocess.Popen(
        [ROOT / "grade/batch", *"in -j 2 --out out --tests build".split(),
         *words], cwd=course, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def batch(course, *words, quiet=True):
    """Returns the rows by student, and the output."""
    child = start_batch(course, *words)
    said, wrong = child.communicate()
    assert child.returncode == 0 and (wrong == "" or not quiet), said + wrong
    if "--prepare" in words:
        return {}, said
    with open(course / "out" / "results.csv", newline="",
              encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}, said


def products(course):
    return {path.name: path.stat().st_mtime_ns
            for path in (course / "out" / "jobs").glob("*.json")}


# ---- grading them -----------------------------------------------------------

def test_class(course):
    """batch: each student gets a row, with the points or a reason"""
    here = course / "in"
    put(here / "ann", "int x;\n")
    put(here / "<b>\u00c8ve", "int y;\n")
    pack({GOOD: b"int x;\n"}, here / "ben.tar.gz")
    pack({GOOD: b"int z;\n"}, here / "ben.tgz")
    os.utime(here / "ben.tgz", (1e9, 1e9))
    (here / "broken.zip").write_bytes(b"PK\3\4 and no more")
    (here / "empty.tar.gz").write_bytes(b"")
    (here / "nothing").mkdir()
    (here / "notes.txt").write_text("ask ben\n", "utf-8")
    rows, said = batch(course)
    assert {name for name, row in rows.items() if row["score"] == "0"} == {
        "ann", "<b>\u00c8ve", "ben"}
    broken = "does not build: x.c:3: error: <script> & nothing works"
    assert rows["ann"]["note"] == f"{broken}; the same as ben"
    assert "handed in 2 times: ben.tar.gz, ben.tgz" in rows["ben"]["note"]
    for name in ("broken", "empty", "notes.txt"):
        assert "sound" in rows[name]["note"]
    assert "kernel/" in rows["nothing"]["note"]
    assert "7 hand-ins, 2 of them different" in said
    assert "<b>\u00c8ve: 0/" in said
    page = (course / "out" / "index.html").read_text("utf-8")
    assert "&lt;b&gt;\u00c8ve" in page and "<b>\u00c8ve" not in page
    assert "error: &lt;script&gt; &amp; nothing works" in page
    assert "//" not in re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL)
    told = course / "out" / "feedback" / "ann.txt"
    assert "does not build: x.c:3: error" in told.read_text("utf-8")
    assert "ben" not in told.read_text("utf-8")
    assert "build.test_builds" in (course / "out" / "tests.csv").read_text(
        "utf-8")
    before = products(course)
    again, said = batch(course)
    assert again == rows and "2 graded before" in said
    assert products(course) == before


def test_settings(course, monkeypatch):
    """batch: a setting that leaves tests out does not hold for a class"""
    monkeypatch.setenv("QUICK", "1")
    put(course / "in" / "ann", "int x;\n")
    batch(course, "--tests", "poweroff")
    tests = (course / "out" / "tests.csv").read_text("utf-8")
    assert "\nboot.test_poweroff," in tests


def test_killed(course):
    """batch: goes on after a kill, and grades nothing twice"""
    put(course / "in" / "ann", "int x;\n")
    put(course / "in" / "ben", "int slow;\n")
    (course / "hang").touch()
    child = start_batch(course)
    wait_for(child, lambda: products(course) and (course / "pid").exists())
    second = start_batch(course)
    assert "another run is at work" in second.communicate()[1]
    child.kill()
    child.communicate()
    pid = int((course / "pid").read_text("utf-8"))
    wait_for(None, lambda: not is_alive(pid))
    before = products(course)
    assert len(before) == 1
    (course / "hang").unlink()
    rows, said = batch(course)
    assert {row["score"] for row in rows.values()} == {"0"}
    assert "1 graded before" in said and "1 graded in" in said
    assert before.items() < products(course).items()


SLOW = """#!/bin/sh
touch FOLDER/asked
while [ ! -e FOLDER/go ]; do sleep 0.05; done
exec "$PYTHON_BEHIND" "$@"
"""


def test_caller_is_gone(course, monkeypatch):
    """batch: a job whose caller has ended before it began does not begin"""
    put(course / "in" / "ann", "int slow;\n")
    (course / "hang").touch()
    batch(course, "--prepare")
    left = (course / "out/jobs/left").read_text("utf-8")
    (course / "slow").write_text(SLOW.replace("FOLDER", str(course)), "utf-8")
    (course / "slow").chmod(0o755)
    monkeypatch.setenv("PYTHON", str(course / "slow"))
    monkeypatch.setenv("PYTHON_BEHIND", sys.executable)
    caller = subprocess.Popen(
        ["sh", "-c", '"$0" --job "$@" & echo $!; wait',
         ROOT / "grade/batch", *shlex.split(left)], cwd=course / "out/jobs",
        stdout=subprocess.PIPE, encoding="utf-8")
    with caller.stdout as said:
        job = int(said.readline())
    wait_for(caller, (course / "asked").exists)
    caller.kill()
    caller.wait()
    (course / "go").touch()
    wait_for(None, lambda: not is_alive(job))
    assert not (course / "pid").exists()


def wait_for(child, is_so):
    end = time.monotonic() + limit(60)
    while not is_so():
        assert time.monotonic() < end
        assert child is None or child.poll() is None
        time.sleep(0.05)


SSH = """#!/bin/sh
# Replaces ssh: a machine is a folder of that name. The file `dead` in it says
# that the machine has died.
while :; do
        case $1 in
        -l | -p | -o) shift 2 ;;
        -*) shift ;;
        *) break ;;
        esac
done
machine=FOLDER/${1#*@}
shift
[ "$1" != -- ] || shift
[ -e "$machine/dead" ] && exit 255
echo x >>"$machine/calls"
# As sshd does. The tests may run where SHELL is not set.
HOME=$machine SHELL=/bin/sh
export HOME SHELL
cd "$HOME" && sh -c "$*"
status=$?
[ -e "$machine/dead" ] && exit 255
exit $status
"""


@pytest.fixture
def machines(course, monkeypatch):
    """What GNU parallel and rsync take for two other machines."""
    (course / "ssh").write_text(SSH.replace("FOLDER", str(course)), "utf-8")
    (course / "ssh").chmod(0o755)
    monkeypatch.setenv("PARALLEL_SSH", str(course / "ssh"))
    for name in ("one", "two"):
        (course / name).mkdir()
    (course / "hosts").write_text("1/one\n1/two\n", "utf-8")
    return course


@needs("rsync")
def test_other_machines(machines):
    """batch: other machines grade, and nothing is left on them"""
    for n in range(3):
        put(machines / "in" / f"s{n}", f"int x{n};\n")
    rows, said = batch(machines, "--sshloginfile", "hosts", "-j", "1")
    assert {row["score"] for row in rows.values()} == {"0"}
    assert "3 graded in" in said and len(products(machines)) == 3
    for name in ("one", "two"):
        assert (machines / name / "calls").exists()
        assert not list((machines / name).rglob("*.tar.gz"))


@needs("rsync")
def test_machine_dies(machines):
    """batch: what a dead machine has left is graded once, by another one"""
    for n in range(3):
        put(machines / "in" / f"s{n}", f"int x{n};\n")
    (machines / "two" / "dead").touch()
    rows, said = batch(machines, "--sshloginfile", "hosts", "-j", "1",
                       quiet=False)
    assert {row["score"] for row in rows.values()} == {"0"}
    for n in range(3):
        assert said.count(f"s{n}: ") == 1
    assert "3/3 " in said and not (machines / "two" / "calls").exists()


def test_dead():
    """batch: a process that has exited is dead even if nobody waits for it"""
    child = subprocess.Popen(["true"])
    wait_for(None, lambda: not is_alive(child.pid))
    child.wait()


def test_job_array(course):
    """batch: a job array grades the submissions that --prepare has listed"""
    for n in range(2):
        put(course / "in" / f"s{n}", f"int x{n};\n")
    _, said = batch(course, "--prepare")
    assert "2 of them different; 0 graded before" in said
    lines = (course / "out" / "jobs" / "left").read_text("utf-8").split("\n")
    assert len(lines) == 3
    for number in (1, 2):
        subprocess.run(
            ["sh", ROOT / "grade/course/whole_class/slurm.sh", "out"],
            cwd=course, env={**os.environ, "SLURM_ARRAY_TASK_ID": str(number),
                             "SLURM_SUBMIT_DIR": str(ROOT)}, check=True)
    rows, said = batch(course)
    assert "2 graded before" in said
    assert {row["score"] for row in rows.values()} == {"0"}


# ---- autograders ------------------------------------------------------------

def test_gradescope(tmp_path):
    """gradescope: the zip grades, and contains nothing of the solution"""
    project = make_project(tmp_path / "project")
    path = project / "build" / "gradescope-cow.zip"
    made = []
    for _ in range(2):
        done = python(project, "grade.course.autograders.autograder_zip",
                      "gradescope", LAB="cow")
        assert (done.stderr, done.returncode) == ("", 0)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    top = tmp_path / "autograder"
    source = top / "source"
    unzip(path, source)
    assert {file.name for file in source.iterdir()} == {
        "setup.sh", "run_autograder", "calf"}
    copy_finished(ROOT, tmp_path / "finished", "cow")
    secrets = Secrets(tmp_path / "finished" / "kernel",
                      source / "calf" / "kernel", Lab("cow").given)
    assert len(secrets.lines) > 100
    assert list(find_leaks(secrets, source)) == []
    check_autograder(top)


def unzip(path, folder):
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            made = archive.extract(member, folder)
            os.chmod(made, member.external_attr >> 16 & 0o777)


def check_autograder(top):
    submission = top / "submission"
    submission.mkdir()
    assert "no folder kernel/" in run_autograder(top)["output"]
    kernel = tree.read_folder(top / "source" / "calf").taken
    pack({**kernel, GOOD: b"int x = y;\n"}, submission / "handin-cow.tar.gz")
    report = run_autograder(top)
    assert report["score"] == 0
    said = report["tests"][0]["output"]
    assert said.startswith("make failed:\nkernel/lib/good.c:1:9: error:")
    assert sum(test["max_score"] for test in report["tests"]) == \
        pytest.approx(1000)


def run_autograder(top):
    """Run it as Gradescope does. Returns the report."""
    import jsonschema
    unset = ("TESTS", "TREE", "GROUP", "CALF_GRADE_OUT", "MAKEFLAGS")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    env["AUTOGRADER"] = str(top)
    subprocess.run(
        [top / "source" / "run_autograder"], cwd=top, check=True, env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    report = json.loads((top / "results" / "results.json").read_text("utf-8"))
    jsonschema.validate(
        report, json.loads((SCHEMAS / "gradescope.json").read_text("utf-8")))
    return report


def test_workflow():
    """github: the workflow reports before its time is over, and uses no
    service that no longer exists"""
    text = (ROOT / WORKFLOW).read_text("utf-8")
    minutes = int(re.search(r"timeout-minutes: (\d+)", text)[1])
    limit = int(re.search(r"LIMIT=(\d+)", text)[1])
    assert limit < minutes * 60 - 120
    assert 'REPORT=github OUT="$GITHUB_STEP_SUMMARY"' in text
    assert set(re.findall(r"uses: (\S+?)/", text)) == {"actions"}


def test_limit_of_zip(tmp_path):
    """gradescope: the zip contains the course's time limit"""
    for system, line in (("gradescope", ': "${LIMIT:=1170}"'),
                         ("classroom50", 'or "1170"')):
        scripts = autograder_zip.SCRIPTS[system]
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for file in scripts.iterdir():
                if file.is_file():
                    autograder_zip.add(archive, file.name, file, "1170")
            assert line in "".join(archive.read(name).decode()
                                   for name in archive.namelist())
    with pytest.raises(UserError, match="LIMIT=x"):
        autograder_zip.limit_from("x")


def test_classroom50(tmp_path):
    """classroom50: the autograder writes what the runner reads, and runs
    nothing from the checkout"""
    beside, checkout = tmp_path / "bundle", tmp_path / "checkout"
    tools = beside / "calf/grade/tools/setup"
    tools.mkdir(parents=True)
    (tools / "setup.sh").write_text("exit 0\n", "utf-8")
    (beside / "calf" / "Makefile").write_text(
        ".PHONY: grade\ngrade:\n"
        "\t@echo '$(TREE) $(REPORT) $(LIMIT)' >$(OUT); false\n",
        "utf-8")
    script = autograder_zip.SCRIPTS["classroom50"] / "autograder.py"
    (beside / script.name).write_bytes(script.read_bytes())
    checkout.mkdir()
    (checkout / "Makefile").write_text("grade:\n\ttouch run\n", "utf-8")
    unset = ("LIMIT", "MAKEFLAGS", "TREE", "REPORT", "OUT")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    done = subprocess.run([sys.executable, beside / script.name],
                          cwd=checkout, env=env)
    assert done.returncode == 0 and not (checkout / "run").exists()
    assert (checkout / "result.json").read_text("utf-8") \
        == f"{checkout} classroom50 1500\n"
