"""grade/selftest/test_programs.py: the user's own programs (PROGS) are built
and run as their authors intended."""

import math
import subprocess

import pytest

from grade.machine.guest import run_script
from grade.machine.qemu import Machine
from grade.machine.shared_boots import BOOT_ARGS
from grade.machine.user_programs import build_programs, link_program, run_tool
from grade.selftest.test_run import run

pytestmark = pytest.mark.xdist_group("run")

OWN = "long {0}(void);\nlong {0}(void) {{ return {1}; }}\n"

# Two programs that use the library and have no name in common.
USES = ("""
int printf(const char *fmt, ...);
void *malloc(unsigned long size);
void *realloc(void *old, unsigned long size);
void free(void *memory);
char *strstr(const char *s, const char *part);

static int library_works(void)
{
        char *text = strstr("hay, needle", "needle");

        free(realloc(malloc(9), 9999));
        return printf("%s %08ld\\n", text, 1234L) == 16;
}
""", """
int fprintf(int fd, const char *fmt, ...);
void *calloc(unsigned long count, unsigned long size);
char *strrchr(const char *s, int c);
long strtol(const char *s, char **end, int base);

static int library_works(void)
{
        char *text = strrchr("hay, needle", 'n');

        return calloc(9, 9) != 0 && strtol("1234", 0, 0) == 1234 &&
               fprintf(1, "%s %08ld\\n", text, 1234L) == 16;
}
""")
USED = {"printf", "malloc", "realloc", "free", "strstr"}
MAIN = "\nint main(void)\n{{\n        return !({});\n}}\n"


def library_names(config):
    """All names that a program may share with the library. A program that
    defines _start does without it."""
    done = subprocess.run(
        [*config.command("nm"), "-g", "--defined-only",
         config.path("library")], check=True, stdout=subprocess.PIPE,
        encoding="ascii")
    rows = (line.split() for line in done.stdout.splitlines())
    names = {row[2] for row in rows if len(row) == 3 and row[1] in "TDBRW"}
    assert len(names) > 100
    return sorted(names - {"_start"})


def test_all_names_own(calf, tmp_path):
    """PROGS: a program can define all names of the library itself"""
    names = library_names(calf.config())
    source = tmp_path / "own.c"
    source.write_text(
        "".join(OWN.format(name, i) for i, name in enumerate(names))
        + MAIN.format(" && ".join(f"{name}() == {i}"
                                  for i, name in enumerate(names))),
        encoding="utf-8")
    done = run(calf, PROGS=str(source), CMD="own")
    assert (done.stderr, done.returncode) == ("", 0)


def sets_of_names(names):
    """Sets that cover all names, so that for any two there is a set with the
    one and without the other: the rows and the columns of a square, and each
    name of USED alone."""
    rest = [name for name in names if name not in USED]
    side = math.isqrt(len(rest) - 1) + 1
    return [[name] for name in sorted(USED)] + [
        part for n in range(side)
        for part in (rest[n * side:(n + 1) * side], rest[n::side]) if part]


def test_sets_of_names(config):
    """PROGS: each name of the library is tried with and without each other"""
    names = library_names(config)
    sets = [{*part} for part in sets_of_names(names)]
    assert all(any(one in part and other not in part for part in sets)
               for one in names for other in names if one != other)


def test_each_name_own(config, log, tmp_path):
    """PROGS: a program can define any names of the library itself, and the
    library goes on using its own"""
    objects = []
    for i, uses in enumerate(USES):
        source = tmp_path / f"uses{i}.c"
        source.write_text("long own(void);\n" + uses
                          + MAIN.format("own() == 42 && library_works()"),
                          encoding="utf-8")
        objects.append(source.with_suffix(".o"))
        run_tool([*config.command("cc"), "-c", "-o", objects[i], source],
                 None, source.name)
    items, script, expected = {}, "", ""
    for i, names in enumerate(sets_of_names(library_names(config))):
        own = tmp_path / f"{i}.o"
        source = tmp_path / f"{i}.S"
        source.write_text(f".globl {', '.join(['own', *names])}\n"
                          + "".join(f"{name}:\n" for name in ["own", *names])
                          + "li a0, 42\nret\n", encoding="utf-8")
        run_tool([*config.command("cc"), "-c", "-o", own, source], None, names)
        link_program(config, tmp_path / f"{i}",
                     [objects[names[0] in USED], own], None)
        items[f"/bin/own{i}"] = f"/bin/own{i}={tmp_path / str(i)}"
        script += f"own{i} || echo one of {' '.join(names)} does not work\n"
        expected += "needle 00001234\n"
    path = tmp_path / "run.sh"
    path.write_text(script, encoding="utf-8")
    run_script(config, Machine(args=BOOT_ARGS), log, 60,
               {**items, "/run.sh": f"/run.sh={path}"})
    assert log.text() == expected


SEVERAL = {
    "main.c": '#include "half.h"\n#include "user/user.h"\n'
              'int main(void) { printf("%d\\n", half(84)); exit(0); }\n',
    "half.h": "int half(int);\n",
    "half.S": ".globl half\nhalf: sraiw a0, a0, 1\nret\n"}


@pytest.fixture
def folder(tmp_path):
    """A folder with the files of SEVERAL."""
    made = tmp_path / "both"
    made.mkdir()
    for file, text in SEVERAL.items():
        (made / file).write_text(text, encoding="utf-8")
    return made


def test_joined_files(calf, folder):
    """PROGS: a.c+b.S is one program"""
    done = run(calf, PROGS=f"{folder}/main.c+{folder}/half.S", CMD="main")
    assert (done.stdout, done.stderr, done.returncode) == ("42\n", "", 0)


def test_folder(calf, folder):
    """PROGS: a folder with sources is one program"""
    done = run(calf, PROGS=str(folder), CMD="both")
    assert (done.stdout, done.stderr, done.returncode) == ("42\n", "", 0)


@pytest.mark.parametrize("words, message", [
    ("{0}/empty", "no C or assembly file in it"),
    ("{0}/main.c+{0}/nosuch.c", "no such file"),
    ("{0}/main.c+{0}/half.h", "can be joined by +")],
    ids=["empty", "missing", "kind"])
def test_bad_files(calf, folder, words, message):
    """PROGS: a bad program is refused in one line: {message}"""
    (folder / "empty").mkdir()
    done = run(calf, PROGS=words.format(folder), CMD="true")
    assert message in done.stderr and len(done.stderr.splitlines()) == 1
    assert done.returncode == 2


def test_own_shell(calf, tmp_path):
    """PROGS: CMD is run even if a program is called sh"""
    source = tmp_path / "sh.c"
    source.write_text('#include "user/user.h"\n'
                      'int main(int argc, char **argv)\n'
                      '{ printf("mine %s\\n", argv[argc - 1]); exit(5); }\n',
                      encoding="utf-8")
    done = run(calf, PROGS=str(source), CMD="echo run; sh word")
    assert (done.stdout, done.returncode) == ("run\nmine word\n", 5)


def test_own_init(calf, tmp_path):
    """PROGS: run refuses a program called init in one line"""
    source = tmp_path / "init.c"
    source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
    done = run(calf, PROGS=str(source), CMD="true")
    assert done.stderr.startswith("run: PROGS: a program called init ")
    assert (len(done.stderr.splitlines()), done.returncode) == (1, 2)


ROOT_PROGRAM = """
#include "kernel/types.h"
#include "user/user.h"

int main(void)
{
        char *args[] = { "cat", "found", 0 };

        printf("%d %d\\n", open("echo", 0), open("README", 0));
        close(open("found", 0x201));
        exec("/cat", args);
        printf("no /cat\\n");
        exit(3);
}
"""


@pytest.mark.parametrize("compat, expected", [
    ("1", ("3 4\n", 0)), ("", ("-1 3\nno /cat\n", 3))],
    ids=["with", "without"])
def test_programs_in_root(calf, tmp_path, compat, expected):
    """COMPAT=1 alone puts programs into the root too: COMPAT={compat}"""
    source = tmp_path / "look.c"
    source.write_text(ROOT_PROGRAM, encoding="utf-8")
    done = run(calf, PROGS=str(source), COMPAT=compat, CMD="look")
    assert (done.stdout, done.returncode) == expected


def test_xv6_of_2025(calf):
    """PROGS: the constants and calls of xv6's tests of 2025 exist"""
    done = run(calf, PROGS="grade/kernel/programs/xv6new.c", CMD="xv6new")
    assert (len(done.stdout.splitlines()), done.returncode) == (1, 0)
    assert "killed: " in done.stdout        # it looks below its stack


def test_elf_of_xv6(calf, config, tmp_path):
    """PROGS: an ELF program made by xv6's makefile has its name without _"""
    source = tmp_path / "greet.c"
    source.write_text('#include "user/user.h"\n'
                      'int main(void) { printf("hi\\n"); exit(0); }\n',
                      encoding="utf-8")
    build_programs(config, str(source), tmp_path)
    (tmp_path / "greet").rename(tmp_path / "_greet")
    done = run(calf, PROGS=str(tmp_path / "_greet"), CMD="greet")
    assert (done.stdout, done.returncode) == ("hi\n", 0)
