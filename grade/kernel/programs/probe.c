/* grade/kernel/programs/probe.c: a process that obeys the grader, which
 * controls it from outside.
 *
 * Each process has a page called the mark. The grader finds it in RAM by the
 * nonce, writes an order there, and waits until `done` is the number of that
 * order. Between orders the process only polls its mark, so it stays on a hart,
 * where its root table can be seen (grade/kernel/outside/probe.py has the same
 * fields, areas and commands). The number of the first order, which means to
 * begin, is among the arguments. */

#include "mman.h"
#include "test.h"

#define ALIGNED __attribute__((aligned(PGSIZE)))
#define HEAP_PAGES 8
#define STACK_PAGES 8
#define FILE_NAME "probe.bytes"

static struct {
	volatile uint64 nonce;
	volatile uint64 role;
	volatile uint64 order;
	volatile uint64 done;
	volatile uint64 command;
	volatile uint64 arg[3];
	volatile long result;
	volatile uint64 status; /* of the last child that exited */
	volatile uint64 area[7];
	volatile uint64 settled; /* the order whose child has begun */
} mark ALIGNED;

static const char constants[PGSIZE] ALIGNED = "constants";
static char data[PGSIZE] ALIGNED = "data";
static char zeroed[PGSIZE] ALIGNED;

static int fds[2];

/* ---- orders ---- */

typedef const volatile uint64 *arguments;

/* Until the grader says that the child runs, the parent touches no memory but
 * what the order names, because it might share it with the child. */
static inline long fork_quietly(uint64 role, volatile char *byte, char value)
{
	register long a0 __asm__("a0");
	register long a7 __asm__("a7") = SYS_fork;

	__asm__ volatile("ecall" : "=r"(a0) : "r"(a7) : "a1", "memory");
	if (a0 == 0) {
		mark.role = role;
		return 0;
	}
	if (byte != NULL)
		*byte = value;
	while (mark.settled != mark.order)
		;
	return a0;
}

static long do_fork(arguments arg)
{
	return fork_quietly(arg[0], NULL, 0);
}

/* The parent stores at once, while its hart may still cache the entry as
 * writable. */
static long do_fork_store(arguments arg)
{
	volatile char *byte = (volatile char *)arg[1];

	*byte = *byte; /* so that the hart caches it */
	return fork_quietly(arg[0], byte, (char)arg[2]);
}

static long do_load(arguments arg)
{
	return *(volatile char *)arg[0];
}

static long do_store(arguments arg)
{
	*(volatile char *)arg[0] = (char)arg[1];
	return 0;
}

static long do_read_pipe(arguments arg)
{
	char bytes[16];

	memset(bytes, 'n', sizeof(bytes));
	xwrite(fds[1], bytes, arg[1]);
	return read(fds[0], (void *)arg[0], arg[1]);
}

/* Load, let the kernel write, and load again. Returns what the second load
 * finds. */
static long do_load_read_load(arguments arg)
{
	volatile char *byte = (volatile char *)arg[0];

	(void)*byte;
	do_read_pipe(arg);
	return *byte;
}

static long do_read_file(arguments arg)
{
	int fd = xopen(FILE_NAME, O_RDONLY);
	long result = read(fd, (void *)arg[0], arg[1]);

	xclose(fd);
	return result;
}

static long do_fstat(arguments arg)
{
	int fd = xopen(FILE_NAME, O_RDONLY);
	long result = fstat(fd, (struct stat *)arg[0]);

	xclose(fd);
	return result;
}

static long do_pipe(arguments arg)
{
	return pipe((int *)arg[0]);
}

static long do_wait_at(arguments arg)
{
	return wait((int *)arg[0]);
}

static long do_wait(arguments arg)
{
	int status = 0;
	long pid = wait(&status);

	(void)arg;
	mark.status = (uint64)(long)status;
	return pid;
}

static long do_exit(arguments arg)
{
	exit((int)arg[0]);
}

static long do_kill(arguments arg)
{
	return kill((int)arg[0]);
}

/* fork() and then write(), without a store in between, which would need a
 * frame, too. */
static long fork_and_write(int fd, const char *text, size_t length)
{
	register long a0 __asm__("a0") = 0;
	register long a1 __asm__("a1") = (long)text;
	register long a2 __asm__("a2") = (long)length;
	register long a7 __asm__("a7") = SYS_fork;
	register long s2 __asm__("s2") = fd;
	register long s3 __asm__("s3") = (long)text;
	register long s4 __asm__("s4");

	__asm__ volatile("ecall\n"
			 "mv s4, a0\n"
			 "mv a0, s2\n"
			 "mv a1, s3\n"
			 "li a7, %[write]\n"
			 "ecall\n"
			 : "+r"(a0), "+r"(a1), "+r"(a7), "=r"(s4)
			 : "r"(a2), "r"(s2), "r"(s3), [write] "i"(SYS_write)
			 : "memory");
	return s4;
}

/* fork while the n-th allocation fails. Returns 0 if fork succeeded
 * nevertheless. */
static long do_failed_fork(arguments arg)
{
	char words[16];
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	snprintf(words, sizeof(words), "fail %lu", arg[0]);
	xwrite(fd, words, strlen(words));
	long pid = fork_and_write(fd, "fail 0", 6);

	if (pid == 0)
		exit(0);
	xclose(fd);
	if (pid > 0)
		wait(NULL);
	return pid < 0 ? -1 : 0;
}

static long do_sbrk(arguments arg)
{
	return (long)sbrk((long)arg[0]);
}

static long do_mmap(arguments arg)
{
	return (long)mmap((void *)arg[0], arg[1] * PGSIZE, (int)arg[2],
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long do_munmap(arguments arg)
{
	return munmap((void *)arg[0], arg[1] * PGSIZE);
}

static long do_mprotect(arguments arg)
{
	return mprotect((void *)arg[0], arg[1] * PGSIZE, (int)arg[2]);
}

static void run_probe(uint64 nonce, uint64 role, uint64 done)
{
	char words[3][24];
	char path[40];
	char name[20];
	char *argv[] = { name, words[0], words[1], words[2], NULL };

	snprintf(words[0], sizeof(words[0]), "%lu", nonce);
	snprintf(words[1], sizeof(words[1]), "%lu", role);
	snprintf(words[2], sizeof(words[2]), "%lu", done);
	snprintf(name, sizeof(name), "%s", program_name);
	snprintf(path, sizeof(path), "/bin/%s", name);
	exec(path, argv);
	err(1, "%s", path);
}

static long do_exec(arguments arg)
{
	(void)arg;
	run_probe(mark.nonce, mark.role, mark.order);
	return -1;
}

static long (*const commands[])(arguments) = {
	do_fork,      do_fork_store, do_store,  do_read_pipe, do_load_read_load,
	do_read_file, do_fstat,      do_pipe,   do_wait_at,   do_wait,
	do_exit,      do_sbrk,       do_exec,   do_kill,      do_failed_fork,
	do_load,      do_mmap,       do_munmap, do_mprotect,
};

/* ---- the main loop ---- */

/* All other pages that carrying out an order writes to are private already, so
 * that only the effect of the order shows. */
static void obey(void)
{
	for (;;) {
		own_stack();
		errno = 0;
		mark.done = mark.order;
		while (mark.order == mark.done)
			;
		mark.result = commands[mark.command](mark.arg);
	}
}

static void settle_areas(char *stack)
{
	char *heap = xpages(HEAP_PAGES);
	uint64 areas[] = {
		(uint64)obey,  (uint64)constants, (uint64)data,  (uint64)zeroed,
		(uint64)stack, (uint64)heap,      stack_guard(),
	};

	pages_fill(heap, HEAP_PAGES, 'h');
	pages_fill(stack, 1, 's');
	strcpy(zeroed, "zeroed");
	*(volatile char *)data = data[0]; /* no block of the file any more */
	for (size_t i = 0; i < ARRAY_LEN(areas); i++)
		mark.area[i] = areas[i] & ~(PGSIZE - 1);
}

static uint64 number(const char *digits)
{
	uint64 value = 0;

	for (; *digits >= '0' && *digits <= '9'; digits++)
		value = 10 * value + (uint64)(*digits - '0');
	return value;
}

int main(int argc, char **argv)
{
	char stack[STACK_PAGES * PGSIZE];
	uint64 middle = (uint64)stack + STACK_PAGES / 2 * PGSIZE;

	stack_note();
	if (argc != 4)
		errx(2, "for the grader only");
	settle_areas((char *)(middle & ~(PGSIZE - 1)));
	xpipe(fds);
	make_file(FILE_NAME, "nnnnnnnnnnnnnnnn", 16);
	mark.role = number(argv[2]);
	mark.order = number(argv[3]);
	mark.nonce = number(argv[1]);
	obey();
	return 0;
}
