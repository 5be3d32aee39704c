"""grade/selftest/test_view.py: `make view` records what the machine did."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from grade.machine.host.build import ROOT
from grade.machine.host.limits import limit
from grade.machine.ram import PAGE
from grade.score.session import current

pytestmark = pytest.mark.xdist_group("view")

VOID = {"meta", "rect", "circle", "path"}


def view(calf, command, *words, **settings):
    """Run grade.tools.view on the session's build."""
    env = {**os.environ, "TIMEOUT": f"{limit(60):g}", **settings}
    path = calf.folder / "plain" / "config.json"
    return subprocess.run(
        [sys.executable, "-m", "grade.tools.view", "--config", str(path),
         command, *words], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        errors="replace")


def read_data(page):
    return json.loads(re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page,
        re.DOTALL).group(1))


@pytest.fixture(scope="module")
def page(calf, tmp_path_factory):
    """The text of a page of cowdemo."""
    path = tmp_path_factory.mktemp("view") / "page.html"
    done = view(calf, "cowdemo 8", "--out", str(path))
    assert done.returncode == 0, done.stdout
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def data(page):
    return read_data(page)


def states(data):
    """Pages by (process, address), and counts by frame, after each step."""
    pages, counts = {}, {}
    for step in data["steps"]:
        for process, start, frame, rights, n, distance in step["pages"]:
            for i in range(n):
                va = start + i * PAGE
                if frame is None:
                    del pages[process, va]
                else:
                    pages[process, va] = (frame + i * distance, rights)
        for frame, count, n in step["counts"]:
            counts.update({frame + i * PAGE: count for i in range(n)})
        yield step, dict(pages), dict(counts)


def printed_costs(data):
    """The (copied, reused) that cowdemo printed in each turn."""
    text = "".join(step["printed"] for step in data["steps"])
    return {int(turn): (int(copied), int(reused))
            for turn, copied, reused in re.findall(
                r"^(\d)\. .*?(?:[+-]\d+ +){2}(\d+) +(\d+)$", text,
                re.MULTILINE)}


@pytest.mark.skipif("not sharing()")
def test_fork(data):
    """view: fork shares all frames, and writable pages lose W"""
    step, pages, counts = next(
        found for found in states(data) if found[0]["kind"] == "fork")
    parent, child = step["process"], step["child"]
    of_parent = {va: page for (number, va), page in pages.items()
                 if number == parent}
    of_child = {va: page for (number, va), page in pages.items()
                if number == child}
    assert of_parent == of_child and len(of_child) == step["shared"] > 8
    assert all(counts[frame] == 2 for frame, _ in of_child.values())
    assert not any("W" in rights for _, rights in
                   [(f, r.split()[0]) for f, r in of_child.values()])


def sharing():
    return not current().shares_nothing


def test_copies(data):
    """view: a write fault that copies changes one page and no other"""
    before, found = {}, 0
    for step, pages, counts in states(data):
        if step["kind"] == "copy":
            found += 1
            changed = {key for key in before.keys() | pages.keys()
                       if before.get(key) != pages.get(key)}
            assert changed == {(step["process"],
                                step["address"] & -PAGE)}
            key, = changed
            assert before[key][0] == step["from"]
            assert pages[key][0] == step["to"]
            assert counts[step["to"]] == 1
        before = pages
    assert found == (0 if current().shares_nothing else 4)


def test_agrees_with_the_guest(data):
    """view: shows as many copies and take-overs as the guest counted"""
    kinds = [step["kind"] for step in data["steps"]]
    costs = printed_costs(data)
    assert len(costs) == 7
    copied = kinds.count("copy") + sum(
        "copied" in step["title"] for step in data["steps"]
        if step["kind"] == "kernel writes")
    assert copied == sum(copied for copied, _ in costs.values())
    assert kinds.count("take-over") + kinds.count("kernel writes") == \
        sum(reused for _, reused in costs.values())


def test_counts(data):
    """view: a count is the number of pages that map the frame"""
    for _, pages, counts in states(data):
        for frame, _ in pages.values():
            owners = [key for key, page in pages.items() if page[0] == frame]
            assert counts[frame] == len(owners)


# These are the same as in kernel/abi/proc.h.
EXCLUSIVE, WRITABLE, COW = 1 << 56, 1 << 59, 1 << 60
FRAME = (1 << 55) - 1
TOLD = re.compile(r"^told 1 (\d+) ([0-9a-f]+) ([0-9a-f]+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def family(calf, tmp_path_factory):
    """The recording of a parent and its child, which print what /proc says."""
    path = tmp_path_factory.mktemp("view") / "family.json"
    done = view(calf, "told", "--json", OUT=str(path),
                PROGS="grade/kernel/programs/told.c")
    assert done.returncode == 0, done.stdout
    return json.loads(path.read_text("utf-8"))


def test_agrees_with_proc(family):
    """view: frames, rights and counts agree with /proc"""
    numbers = {process["pid"]: process["number"]
               for process in family["processes"]}
    text = "".join(step["printed"] for step in family["steps"])
    told = {(numbers[int(pid)], int(va, 16)): int(entry, 16)
            for pid, va, entry in TOLD.findall(text)}
    pages, counts = next(
        (pages, counts) for step, pages, counts
        in reversed(list(states(family))) if step["kind"] != "exit")
    assert len(told) > 2 * 16 and told.keys() == pages.keys()
    for key, entry in told.items():
        frame, rights = pages[key]
        assert (entry & FRAME) * PAGE == frame
        assert bool(entry & EXCLUSIVE) == (counts[frame] == 1)
        assert bool(entry & WRITABLE) == ("W" in rights[:3])
        assert bool(entry & COW) == ("COW" in rights)


@pytest.mark.skipif("not sharing()")
def test_run(family):
    """view: of many copies in a row, the first is one step and the rest are
    another"""
    run = next(step for step in family["steps"] if "first" in step)
    assert f"{run['faults']} more page" in run["title"]
    assert [va for _, start, _, _, n, _ in run["pages"]
            for va in range(start, start + n * PAGE, PAGE)] == faulting(run)
    copied = sorted(va for step in family["steps"] for va in faulting(step)
                    if step["kind"] == "copy"
                    and step["process"] == run["process"])
    assert len(set(copied)) == len(copied) > 8
    assert run["first"] - PAGE in copied and run["faults"] > 1


def faulting(step):
    """The pages of a step's faults."""
    first = step.get("first", step.get("address", 0) & -PAGE)
    return [first + i * PAGE for i in range(step.get("faults", 0))]


class Checker(HTMLParser):
    """Checks that each element is closed, and collects its references."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value)
            if name == "id":
                self.ids.append(value)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page(page, data):
    """view: the page is well formed and needs no other file"""
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert len(checker.ids) == len(set(checker.ids))
    assert all(link.startswith("#") for link in checker.links)
    assert not re.search(r"https?:|@import|url\(", page)
    for step in data["steps"]:
        assert f'id="step-{step["number"]}"' in page
        assert page.count(step["title"]) > 3


def test_figure(calf, tmp_path):
    """view: SVG=1 draws one step as a standalone figure"""
    path = tmp_path / "figure.svg"
    done = view(calf, "true", SVG="1", OUT=str(path))
    assert done.returncode == 0, done.stdout
    text = path.read_text("utf-8")
    checker = Checker()
    checker.feed(text)
    assert checker.open == [] and "starts true" in text
    assert 'xmlns="http://www.w3.org/2000/svg"' in text


@pytest.mark.parametrize("command, settings, words", [
    ("", {}, "nothing to run"),
    ("nosuch", {}, "no program was run; the console says: .*nosuch"),
    ("true", {"SVG": "99"}, "SVG=99: there are 2 steps"),
    ("true", {"SVG": "x"}, "SVG=x: must be the number of a step"),
    ("true", {"CPUS": "2"}, "CPUS=2: must be 1: the pictures show one hart"),
    ("true", {"OUT": "/nosuch/x.html"}, "OUT=/nosuch/x.html: no folder"),
    ("true", {"OUT": "Makefile"}, "OUT=Makefile: already exists")],
    ids=["nothing", "no program", "no step", "no number", "harts", "folder",
         "foreign file"])
def test_refuses(calf, tmp_path, command, settings, words):
    """view: a bad setting or command is refused in one line: {words}"""
    path = tmp_path / "page.html"
    done = view(calf, command, **{"OUT": str(path), **settings})
    assert re.match("view: " + words, done.stdout)
    assert len(done.stdout.splitlines()) == 1 and done.returncode == 2
    assert not path.exists()


def test_crash(calf, tmp_path):
    """view: a program that crashes is recorded to its end"""
    source = tmp_path / "crash.c"
    source.write_text('#include "calf.h"\n'
                      "int main(void) { *(volatile int *)8 = 1; }\n", "utf-8")
    path = tmp_path / "page.html"
    done = view(calf, "crash", OUT=str(path), PROGS=str(source))
    assert done.returncode == 0 and "exit status" in done.stdout
    last = read_data(path.read_text("utf-8"))["steps"][-1]
    assert (last["kind"], last["process"]) == ("killed", 3)
    assert "writes to 0x8, which is not allowed" in last["text"]


@pytest.mark.parametrize("code, words, seconds", [
    ("for (;;) ;", "it did not finish in time", 3),
    ("static char x[4096]; memset(x, 'x', 4096); for (;;) write(1, x, 4096);",
     "it printed more than 64 KiB", 60)], ids=["hangs", "floods"])
def test_stops_early(calf, tmp_path, code, words, seconds):
    """view: keeps what it has recorded of an endless program: {words}"""
    source = tmp_path / "endless.c"
    source.write_text(f'#include "calf.h"\nint main(void) {{ {code} }}\n',
                      "utf-8")
    path = tmp_path / "page.html"
    done = view(calf, "endless", OUT=str(path), PROGS=str(source),
                TIMEOUT=f"{limit(seconds):g}")
    assert done.returncode == 1
    assert done.stdout.endswith(f"view: stopped early: {words}\n")
    data = read_data(path.read_text("utf-8"))
    assert data["ending"] == words
    assert data["steps"][0]["kind"] == "begins"
