"""grade/tools/lint/shown_commands.py: check that targets, settings, tests,
programs and files exist if a page shows them in a command."""

import re
import shlex

from grade.kernel.suites import list_tests
from grade.machine.host.build import ROOT
from grade.score.points import Points
from grade.score.reports import FORMATS
from grade.tools.lint.shown import all_shown

GOALS = re.compile(r"^\.PHONY:((?:.*\\\n)*.*)$", re.MULTILINE)
HELP = re.compile(r"^## .*", re.MULTILINE)
NAME = re.compile(r"\b([A-Z]+)=")
SETTING = re.compile(r"([A-Z]+)=(.*)", re.DOTALL)
PLACEHOLDER = re.compile(r"\.\.\.|[A-Z_]+|[Nn]")
IN_QUOTES = re.compile(r"'[^']*'|\"[^\"]*\"")
SPLIT = re.compile(r"&&|\|\||[;|&()\n]")
BUILTIN = re.compile(r'\{ "(\w+)", builtin_')
EXAMPLES = ("hello", "xv6")     # programs that PROGS adds
TEST_PROGRAMS = ("usertests", "cowtest")
DEFINED = re.compile(r"^def test_(\w+)|^\s+case\(\s*\"([^\"]*)\"",
                     re.MULTILINE)


def check_commands():
    known = Known(ROOT)
    for shown in all_shown():
        check = {"host": host_problems, "guest": guest_problems}
        for problem in check.get(shown.kind, no_problems)(known, shown.text):
            yield f"{shown.page}:{shown.line}: {shown.text}: {problem}"


def no_problems(known, text):
    return ()


class Known:
    """The names that a command may use."""

    def __init__(self, root):
        self.root = root
        makefile = "".join(
            path.read_text("utf-8") for path in
            [root / "Makefile", *(root / "grade/tools/make").glob("*.mk")])
        words = " ".join(GOALS.findall(makefile)).split()
        self.goals = {word for word in words if word[0].isalpha()}
        self.goals.add("setup")
        self.settings = set(NAME.findall("\n".join(HELP.findall(makefile))))
        self.tests = {test.name for test in list_tests()}
        self.groups = {test.group for test in list_tests()} | {"slow"}
        self.points = Points().groups
        self.words = self._words()
        self.programs = {path.stem for folder in ("bin", "test")
                         for path in (root / "user" / folder).iterdir()}
        self.programs |= set(BUILTIN.findall(
            (root / "user/bin/sh/builtin.c").read_text("utf-8")))

    def _words(self):
        """The names of tests, for TESTS."""
        words = set(self.tests)
        for path in (self.root / "grade").rglob("test_*.py"):
            words.add(path.stem)
            for names in DEFINED.findall(path.read_text("utf-8")):
                words.update(names)
        return words

    def has_test(self, word):
        return any(word.lower() in name.lower() for name in self.words)

    def has_row(self, name):
        """True if cowbench has a row of that name."""
        sources = [path.read_text("utf-8") for path in
                   (self.root / "user/bin/cowbench").glob("[!.]*.c")]
        return any(form in source for source in sources
                   for form in (f'"{name}"', f"ROW({name},"))

    def has_bench_row(self, name):
        path = self.root / "grade/tools/bench/rows.py"
        return path.is_file() and f'"{name}' in path.read_text("utf-8") \
            or self.has_row(name)


# ---- on the host ------------------------------------------------------------

def host_problems(known, text):
    for part in re.split(r" && |; ", text) if "CMD=" not in text else [text]:
        try:
            words = shlex.split(part)
        except ValueError as error:
            yield str(error)
            continue
        settings = [word for word in words if SETTING.fullmatch(word)]
        words = [word for word in words if word not in settings]
        if words[:1] == ["make"]:
            yield from goal_problems(known, words[1:])
            for setting in settings:
                yield from setting_problems(known, setting)
        elif words[:2] == ["python3", "-m"] and words[2][:5] == "grade":
            yield from module_problems(known, words[2:])
        elif words and words[0] in ("sh", "grade/batch"):
            yield from script_problems(known, words)


def goal_problems(known, words):
    for word in words:
        if word not in known.goals and not PLACEHOLDER.fullmatch(word) \
                and not word.startswith("-"):
            yield f"make has no target {word}"


def module_problems(known, words):
    path = known.root / words[0].replace(".", "/")
    if not path.with_suffix(".py").is_file() \
            and not (path / "__main__.py").is_file():
        yield f"there is no module {words[0]}"


def script_problems(known, words):
    name = words[0] if words[0] != "sh" else words[1]
    if "/" in name and not (known.root / name).is_file():
        yield f"there is no {name}"
    if name != "grade/batch":
        return
    path = known.root / "grade/course/whole_class/__main__.py"
    source = path.read_text("utf-8")
    for word in words:
        if word.startswith("--") and f'"{word}"' not in source:
            yield f"grade/batch has no {word}"


def setting_problems(known, setting):
    name, value = SETTING.fullmatch(setting).groups()
    if name not in known.settings:
        yield f"make has no setting {name}"
    if PLACEHOLDER.fullmatch(value) or not value:
        return
    words = value.split()
    exists = {
        "GROUP": known.points.__contains__, "REPORT": FORMATS.__contains__,
        "TESTS": known.has_test,
        "ROWS": lambda word: known.has_bench_row(word.partition(":")[0]),
        "PROFILE": lambda word: known.has_bench_row(word.partition(":")[0]),
        "LAB": lambda word: (known.root / "grade/labs" / word).is_dir(),
        "PROGS": lambda word: "/" not in word
        or (known.root / word).is_file()}.get(name)
    if name == "CMD":
        yield from guest_problems(known, value)
    for word in words if exists else ():
        if word not in ("and", "or", "not", "word") and not exists(word):
            yield f"{name}: there is no {word}"


# ---- in the guest -----------------------------------------------------------

def guest_problems(known, text):
    for part in SPLIT.split(IN_QUOTES.sub("text", text)):
        words = part.split()
        while words and (words[0] == "time" or "=" in words[0]):
            words.pop(0)
        if words and words[0] != "...":
            yield from program_problems(known, words)


def program_problems(known, words):
    name, *words = words
    if name in TEST_PROGRAMS:
        yield from test_problems(known, words)
    elif name == "cowbench":
        for word in words:
            if word[0] not in "-." \
                    and not known.has_row(word.partition(":")[0]):
                yield f"cowbench has no row {word}"
    elif name not in known.programs and name not in EXAMPLES:
        yield f"there is no program {name}"


def test_problems(known, words):
    for before, word in zip(["", *words], words):
        if before == "-g" and word not in known.groups:
            yield f"usertests has no group {word}"
        elif before not in ("-g", "-a", "-t") and word[0] not in "-<>" \
                and word not in known.tests and before[:1] != ">":
            yield f"usertests has no test {word}"
