"""grade/selftest/test_generated.py: mutants made by machine."""

import json

import pytest

from grade.machine.host.build import ROOT, UserError, build
from grade.series.stack import copy_finished
from grade.trials.generated import __main__ as auto
from grade.trials.generated import compiled, equivalent, made

LABS = sorted(path.parent.name for path in made.HERE.glob("*/files"))
LLVM = pytest.mark.needs("llvm")

SMALL = """\
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define LIMIT 8

int take(int *count, int wanted)
{
	int got = MIN(*count, wanted);

	if (wanted < 0 || got > LIMIT)
		return -1;
	*count -= got;
	wanted++;
	return got;
}
"""


@pytest.fixture
def small(tmp_path):
    """The mutants of SMALL: the changed lines, by operator."""
    path = tmp_path / "small.c"
    path.write_text(SMALL, "utf-8")
    found = {}
    for mutant in made.mutants_of(str(path), str(path), []):
        found.setdefault(mutant.operator, []).append(mutant)
    return found


@LLVM
@pytest.mark.parametrize("operator, line", [
    ("boundary", "if (wanted <= 0 || got > LIMIT)"),
    ("arithmetic", "if (wanted < 0 && got > LIMIT)"),
    ("half", "if (wanted < 0)"),
    ("negate", "if (!(wanted < 0 || got > LIMIT))"),
    ("skip-body", "if (0)"),
    ("constant", "if (wanted < 0 || got > (LIMIT - 1))"),
    ("rounding", "int got = MAX(*count, wanted);"),
    ("rounding", "int got = (wanted);"),
    ("arithmetic", "*count += got;"),
    ("unary", "wanted--;"),
    ("delete", ";"),
    ("return", "return 0;"),
    ("variable", "return wanted;"),
    ("variable", "int got = MIN(*count, got);"),
    ("swap", "wanted++; *count -= got;"),
])
def test_operators(small, operator, line):
    """mutants: {operator} makes: {line}"""
    assert line in [mutant.change()[1] for mutant in small[operator]]


@LLVM
def test_each_once(small):
    """mutants: each text occurs once, with as many lines as before"""
    texts = [m.new for mutants in small.values() for m in mutants]
    assert len(texts) == len(set(texts)) > 30
    assert {text.count("\n") for text in texts} == {SMALL.count("\n")}
    assert SMALL not in texts


@pytest.mark.parametrize("path, old, new", [
    ("kernel/mm/fault.c", "FAULT_DENIED;", "FAULT_UNMAPPED;"),
    ("kernel/mm/frame.h", "1, __ATOMIC_RELAXED", "2, __ATOMIC_RELAXED")])
def test_code(tmp_path, path, old, new):
    """mutants: a change in {path} shows in the code, a comment does not"""
    kernel = compiled.built(build())
    text = (ROOT / path).read_text("utf-8")
    codes = [compiled.assemble(kernel, path, changed, tmp_path)[1]
             for changed in (text, text + "/* the end */",
                             text.replace(old, new))]
    assert codes[0] == codes[1] != codes[2]


@LLVM
@pytest.mark.parametrize("lab", LABS)
def test_equivalent(config, tmp_path, lab):
    """mutants: each paragraph about an equivalent mutant fits the kernel of
    lab {lab}"""
    flags = config.command("kernel_cc")
    copy_finished(ROOT, tmp_path, lab)
    entries = equivalent.read(lab)
    paths = {entry.path for entry in entries}
    mutants = [m for pair in made.read_files(lab) if pair[0] in paths
               for m in made.mutants_of(*pair, flags, tmp_path)]
    assert [str(entry) for entry in entries
            if not any(entry.fits(m) for m in mutants)] == []


@pytest.mark.parametrize("text", [
    "a.c f\n- x\n+ y\nwhy", "a.c f swap\n+ y\nwhy", "a.c f swap\n- x\n+ y",
    "a.c f swap\n- x\n+ y\n+ z\nwhy"])
def test_malformed(text):
    """mutants: an incomplete paragraph is refused"""
    with pytest.raises(UserError):
        equivalent.parse(text)


class Stub:
    """Takes the place of the Runner: finds all but the mutant "2"."""

    def __init__(self, known):
        self._runner = object.__new__(auto.Runner)
        self._runner._known = known
        self._runner._names = ["guest", "model"]
        self.is_open = self._runner.is_open
        self.tried = []

    def run(self, mutant):
        self.tried.append(mutant.id)
        what = "survived" if mutant.id == "2" else "guest"
        return auto.Result(mutant.id, "new", what, "model")


class Named:
    def __init__(self, name):
        self.id, self.path, self.line, self.operator = name, "a.c", 1, "swap"


def test_resumption(tmp_path, monkeypatch):
    """mutants: a run continues where it was killed, and retries survivors"""
    path = tmp_path / "results"
    monkeypatch.setattr(auto, "RESULTS", path)
    rows = [("0", "old", "guest"), ("1", "old", "survived"),
            ("2", "new", "survived")]
    path.write_text("".join(
        json.dumps({"id": name, "tree": tree, "what": what, "how": "guest"})
        + "\n" for name, tree, what in rows) + '{"id": "3", "tr', "utf-8")
    mutants = [Named(str(number)) for number in range(5)]
    known = auto.known_results("new")
    stub = Stub(known)
    auto.run_all(mutants, known, stub, 1)
    # "2" has not been through all stages. "0" was found, so it is not retried.
    assert stub.tried == ["1", "3", "4", "2"]
    stub = Stub(auto.known_results("new"))
    auto.run_all(mutants, auto.known_results("new"), stub, 1)
    assert stub.tried == []
