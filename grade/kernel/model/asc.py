"""grade/kernel/model/asc.py: turn a program of steps into a C program for
PROGS.

Each process is a function. The processes pass the turn on through pipes, so
that the steps run in the same order as when they failed.
"""

import textwrap

from grade.kernel.model.layout import PAGE, STACK_BYTES, R, W, X
from grade.kernel.model.reference import CODE, NAMES
from grade.kernel.model.rules import PROGRAMS
from grade.kernel.model.wire import Op

PROGRAM = "case"

HEAD = """\
#include "mman.h"
#include "test.h"

#define ALIGNED __attribute__((aligned(PGSIZE)))
#define RWX ALIGNED __attribute__((section(".rwx,\\"awx\\",@progbits#")))

static char *heap, *stack;
static int turn[9][2], fds[2], pid[9], vmstat, file, me;
static char verdict = 'x';

/* Pass the turn to that process, and wait until it comes back. */
static void pass_to(int process)
{
	xwrite(turn[process][1], &verdict, 1);
}

static void await_turn(void)
{
	xread(turn[me][0], &verdict, 1);
}

static void check(const char *what, long seen, long wanted)
{
	if (seen == wanted)
		return;
	printf("process %d: %s is %#lx, not %#lx\\n", me, what, seen, wanted);
	verdict = 'F';
}

static void __attribute__((unused)) fill(char *to, long n, int seed)
{
	for (long i = 0; i < n; i++)
		to[i] = (char)(seed + 7 * i + (i >> 8));
}
"""

TAIL = """\
int main(int argc, char **argv)
{
	char room[9 * PGSIZE];

	heap = sbrk(0);
	stack = (char *)(((uint64)room + PGSIZE - 1) & ~(PGSIZE - 1));
	if (argc > 1) {
		me = atoi(argv[1]);
		after_exec(me);
	}
	vmstat = xopen(VMSTAT_PATH, O_RDWR);
	file = xopen("/tmp/case", O_RDWR | O_CREATE | O_TRUNC);
	xpipe(fds);
	for (int i = 0; i < 9; i++)
		xpipe(turn[i]);
	process_0();
	return verdict != 'x';
}
"""

SIMPLE = {
    Op.LOAD: "(void)*(volatile char *)({0});",
    Op.SBRK: "sbrk({0});",
    Op.EXIT: "exit({0});",
    Op.PIPE_READ: "read(fds[0], {0}, {1});",
    Op.PIPE_WRITE: "write(fds[1], {0}, {1});",
    Op.FSTAT: "fstat(file, (struct stat *)({0}));",
    Op.NAME: "close(open({0}, O_RDONLY));",
    Op.CALL: "((long (*)(void))({0}))();",
    Op.MUNMAP: "munmap({0}, {1:#x});",
    Op.MPROTECT: "mprotect({0}, {1:#x}, {2});",
    Op.MADVISE: "madvise({0}, {1:#x}, {2});",
}
PLACES = {Op.SBRK: (), Op.EXIT: (), Op.ARGS: (0, 1)}


def rights_in_c(rights):
    if rights & W and rights & X:
        return "static char {} RWX = {{ 1 }};"
    if rights & W:
        return "static char {} ALIGNED = {{ 1 }};"
    return "static const char {} ALIGNED = {{ 1 }};"


class Writer:
    """Goes through the steps once and collects the lines of each process."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.code = {}          # lines by (role, number of its execs)
        self.part = {0: 0}
        self.program = {0: 0}
        self.areas = {}         # declarations by name
        self.speaker = 0
        self.ends = {}          # where the last operation of a process begins
        self.lines(0)

    def lines(self, role):
        return self.code.setdefault((role, self.part[role]), [])

    # ---- addresses ----

    def place(self, role, va):
        """C for an address: the page of this program that corresponds."""
        program = self.program[role]
        heap = self.outcome.heaps[program]
        layout = self.outcome.layouts[program]
        if heap <= va < heap + (1 << 30):
            return plus("heap", va - heap)
        if heap - STACK_BYTES <= va < heap:
            return plus("stack", va - heap + STACK_BYTES)
        for index, segment in enumerate(layout.added):
            if va // PAGE in segment.pages():
                return self.area(program, index, segment, va)
        text = layout.segments[0]
        if va in range(text.va, text.end):
            return plus("(char *)main", va - text.va)
        return f"(char *){va & (1 << 64) - 1:#x}"

    def area(self, program, index, segment, va):
        name = f"area{program}{index}"
        start = segment.pages()[0] * PAGE
        pages = len(segment.pages())
        size = f"{name}[{pages} * PGSIZE]"
        letters = "".join(letter if segment.rights & bit else "-" for
                          bit, letter in ((R, "r"), (W, "w"), (X, "x")))
        self.areas[name] = (
            f"/* {letters}; at {segment.va:#x} when the test failed */\n"
            + rights_in_c(segment.rights).format(size))
        return plus(name, va - start)

    # ---- steps ----

    def switch(self, role):
        """The next lines belong to another process. A process that ends passes
        the turn on before it does so."""
        if role == self.speaker:
            return
        lines = self.lines(self.speaker)
        end = self.ends.get(self.speaker, len(lines))
        lines.insert(end, f"pass_to({role});")
        self.lines(role).append("await_turn();")
        if self.speaker in self.ends:
            self.lines(role).append("sleep(1);")
        self.speaker = role

    def step(self, step):
        for role, ops in ((step.role, step.ops), *step.others):
            if not ops:
                continue
            self.switch(role)
            for op in ops:
                if step.ends and op is ops[-1]:
                    self.ends[role] = len(self.lines(role))
                lines = self.operation(role, op)
                self.lines(role).extend(lines)

    def operation(self, role, op):
        code, args = op[0], list(op[1:])
        if code == Op.FORK:
            child = args[0]
            self.program[child] = self.program[role]
            self.part[child] = 0
            self.code[child, 0] = [f"me = {child};"]
            return [f"pid[{child}] = fork();", f"if (pid[{child}] == 0)",
                    f"\tprocess_{child}();"]
        if code == Op.EXEC:
            return self.exec(role, args[0])
        if code == Op.WAIT:
            return [f"wait((int *)({self.place(role, args[0])}));"
                    if args[0] else "wait(NULL);"]
        if code == Op.FAIL:
            return [f'write(vmstat, "fail {args[0]}", '
                    f'{len(f"fail {args[0]}")});']
        if code == Op.KILL:
            return [f"kill(pid[{args[0]}]);", "sleep(1);"]
        return self.plain(role, code, args)

    def exec(self, role, program):
        if program >= PROGRAMS:
            return ['/* exec of a file with a bad second segment */',
                    'exec("/README", (char *[]){ "README", NULL });']
        if self.lines(role) == [f"me = {role};", "await_turn();"]:
            self.program[role] = program    # as if it had begun with it
            return []
        lines = [f'exec("/bin/{PROGRAM}", (char *[]){{ "{PROGRAM}", '
                 f'"{role}", NULL }});']
        self.lines(role).extend(lines)
        self.part[role] += 1
        self.program[role] = program
        self.lines(role)
        return []

    def plain(self, role, code, args):
        for index in PLACES.get(code, (0,) if args else ()):
            args[index] = self.place(role, args[index])
        if code in SIMPLE:
            return [SIMPLE[code].format(*args)]
        if code == Op.STORE:
            return [store(*args)]
        if code == Op.MMAP:
            flags, offset = args[2] >> 8 & 0xffffff, args[2] >> 32
            return [f"mmap({args[0]}, {args[1]:#x}, {args[2] & 0xff}, "
                    f"{flags:#x}, -1, {offset});"]
        if code == Op.SUM:
            return [f"for (long i = 0; i < {args[1]}; i++)",
                    f"\t(void)((volatile char *)({args[0]}))[i];"]
        if code == Op.TOUCH:
            return [f"for (long i = 0; i < {args[1]}; i++)",
                    f"\t({args[0]})[i * (long)PGSIZE] = (char){args[2]};"]
        if code == Op.PIPE:
            return [f"pipe((int *)({args[0]}));"]
        if code in (Op.FILE_READ, Op.FILE_WRITE):
            call = "read" if code == Op.FILE_READ else "write"
            return [f"lseek(file, {args[2]}, SEEK_SET);",
                    f"{call}(file, {args[0]}, {args[1]});"]
        if code == Op.FORK_IN_VAIN:
            return ["if (fork() == 0)", "\texit(0);", "wait(NULL);"]
        if code == Op.OPEN:
            return ["{", '\tint other = open("/bin", O_RDONLY);', "",
                    f"\tread(other, {args[0]}, {args[1]});",
                    "\tclose(other);", "}"]
        if code == Op.HOG:
            return ["for (long n = 64 << 20; n >= (long)PGSIZE; n /= 2)",
                    "\twhile (sbrk(n) != SBRK_FAILED)", "\t\t;"]
        return [f"/* {code.name.lower()} {args} */"]


def plus(name, offset):
    return f"{name} + {offset:#x}" if offset else name


def store(place, size, seed):
    if seed >= CODE:
        return (f"memcpy({place}, (int[]){{ {seed - CODE << 20 | 0x513:#x}, "
                "0x8067 }, 8);")
    if seed in NAMES:
        return f'memcpy({place}, "{NAMES[seed][:-1].decode()}", {size});'
    if size == 1:
        return f"*({place}) = (char){seed % 256};"
    return f"fill({place}, {size}, {seed % 256});"


def function(role, part, lines):
    name = f"process_{role}" + (f"_after_{part}" if part else "")
    body = "\n".join("\t" + line if line else "" for line in lines)
    end = "" if role == 0 else "\texit(0);\n"
    return f"static void {name}(void)\n{{\n{body}\n{end}}}\n"


def as_c(outcome):
    """The text of the C program."""
    failure, writer = outcome.failure, Writer(outcome)
    for step in failure.done:
        writer.step(step)
    if failure.place:
        role, va, byte = failure.place
        writer.switch(role)
        place = writer.place(role, va)
        writer.lines(role).append(
            f'check("{place}", *(unsigned char *)({place}), {byte:#x});')
    writer.switch(0)
    for lines in writer.code.values():
        if lines is not writer.lines(0):
            lines.append("await_turn();")
    return assemble(outcome, writer)


def assemble(outcome, writer):
    machine = outcome.machine
    said = textwrap.wrap(outcome.failure.what[0].upper()
                         + outcome.failure.what[1:] + ".", 76)
    about = "\n".join([f"/* {said[0]}", *(f" * {line}" for line in said[1:]),
                       " *", f" * make run PROGS=build/model/{PROGRAM}.c "
                       f"CMD={PROGRAM} CPUS={machine.cpus} "
                       f"MEM={machine.mem} */"])
    names = sorted(writer.code)
    later = [(role, part) for role, part in names if part]
    declared = [f"static void process_{role}"
                + (f"_after_{part}" if part else "") + "(void);"
                for role, part in names]
    switch = "\n".join(
        ["static void after_exec(int process)", "{",
         *(f"\tif (process == {role})\n\t\tprocess_{role}_after_{part}();"
           for role, part in later), "\t(void)process;", "}"])
    functions = [function(*key, writer.code[key]) for key in reversed(names)]
    return "\n".join([about, HEAD, *writer.areas.values(), "", *declared, "",
                      *functions, switch, "", TAIL])
