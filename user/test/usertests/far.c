/* user/test/usertests/far.c: run a program whose heap lies at a given address,
 * and that may have more segments. */

#include "far.h"

#define TEXT_VA 0x10000UL
#define PAGES 24 /* of the heap, on each side of the border */
#define SEGMENTS_MAX 62

/* What the program at far_start takes from the end of its text. */
struct far_task {
	uint64 bytes;  /* by which it lets its heap grow */
	uint64 beyond; /* by which its heap cannot grow after that */
};

/* A program that writes to standard output and waits for a byte on standard
 * input, before it begins and before it ends. In between its heap grows, it
 * stores a number in each page but the last one, and forks; both processes
 * check these and change all pages. Then the heap shrinks again. The status
 * says what was wrong: 1: the heap does not grow, or grows beyond its limit, 2:
 * fork fails, 3: the child finds other numbers than its parent stored, 4: the
 * parent finds numbers of the child, 5: the heap does not shrink. */
extern const char far_start[], far_end[];
static void go_far(void) __attribute__((used, noinline));
static void go_far(void)
{
	__asm__ volatile(
		".option push\n"
		".option norelax\n"
		"far_start:\n"
		"lla s0, far_end; ld s1, 0(s0)\n"
		"jal s11, 30f\n"
		"mv a0, s1; li a7, %[sbrk]; ecall\n"
		"li s10, 1; bltz a0, 9f\n"
		"mv s2, a0; add s3, s2, s1\n" /* the heap is s2 .. s3 */
		"ld a0, 8(s0); beqz a0, 1f\n"
		"ecall; bgez a0, 9f\n"
		"1: li s5, 4096; sub s3, s3, s5\n"
		"li s4, 1; jal s11, 10f\n"
		"li s10, 2; li a7, %[fork]; ecall; bltz a0, 9f\n"
		"li s10, 3; bnez a0, 2f\n"
		"jal s11, 20f\n" /* the child */
		"add s3, s3, s5; li s4, 2; jal s11, 10f; jal s11, 20f\n"
		"li s10, 0; j 9f\n"
		"2: addi a0, sp, -16; li a7, %[wait]; ecall\n"
		"lw s10, -16(sp); bnez s10, 9f\n"
		"li s10, 4; jal s11, 20f\n"
		"add s3, s3, s5; li s4, 3; jal s11, 10f; jal s11, 20f\n"
		"li s10, 5; neg a0, s1; li a7, %[sbrk]; ecall\n"
		"bltz a0, 9f\n"
		"jal s11, 30f\n"
		"li s10, 0\n"
		"9: mv a0, s10; li a7, %[exit]; ecall\n"
		/* Store the address of each page plus s4 in it. */
		"10: mv t0, s2; li t2, 4096\n"
		"1: add t1, t0, s4; sd t1, 8(t0)\n"
		"add t0, t0, t2; bltu t0, s3, 1b\n"
		"jr s11\n"
		/* Check that. */
		"20: mv t0, s2; li t2, 4096\n"
		"1: add t1, t0, s4; ld t3, 8(t0); bne t1, t3, 9b\n"
		"add t0, t0, t2; bltu t0, s3, 1b\n"
		"jr s11\n"
		/* Give a byte and take one. */
		"30: li a0, 1; mv a1, s0; li a2, 1\n"
		"li a7, %[write]; ecall\n"
		"li a0, 0; addi a1, sp, -16; li a2, 1\n"
		"li a7, %[read]; ecall\n"
		"jr s11\n"
		".balign 8\n"
		"far_end:\n"
		".option pop"
		:
		: [fork] "i"(SYS_fork), [wait] "i"(SYS_wait),
		  [exit] "i"(SYS_exit), [sbrk] "i"(SYS_sbrk),
		  [read] "i"(SYS_read), [write] "i"(SYS_write));
}

/* Make the program, with a heap that begins PAGES pages below the border. */
static void make_far_program(const struct far *far)
{
	static char text[PGSIZE];
	static struct segment segments[SEGMENTS_MAX + 2];
	size_t size = (size_t)(far_end - far_start);
	bool is_top = far->border == USER_TOP;
	struct far_task task = {
		.bytes = (is_top ? PAGES : 2 * PAGES) * PGSIZE,
		.beyond = is_top,
	};
	uint64 stack = far->border - PAGES * PGSIZE - PGSIZE;

	CHECK(far->count <= SEGMENTS_MAX);
	segments[0] =
		(struct segment){ TEXT_VA, 5,    text, size + sizeof(task),
				  PGSIZE,  false };
	for (int i = 0; i < far->count; i++)
		segments[1 + i] = far->more[i];
	segments[1 + far->count] = (struct segment){
		stack - STACK_GAP - PGSIZE, 6, text, 8, PGSIZE, false
	};
	memcpy(text, far_start, size);
	memcpy(text + size, &task, sizeof(task));
	make_program("far", segments, (uint16)(far->count + 2));
}

static int start_far_program(const int from[2], const int to[2])
{
	char *argv[] = { "far", NULL };
	int pid = xfork();

	if (pid == 0) {
		xclose(0);
		CHECK_EQ(dup(to[0]), 0);
		xclose(1);
		CHECK_EQ(dup(from[1]), 1);
		for (int fd = 3; fd < NOFILE; fd++)
			close(fd);
		exec("./far", argv);
		fail("exec: %s", strerror(errno));
	}
	xclose(from[1]);
	xclose(to[0]);
	return pid;
}

static void look_at(const struct far *far, int pid)
{
	if (far->look != NULL)
		far->look(far, pid);
}

int far_run(const struct far *far)
{
	int from[2];
	int to[2];
	int status;
	char c;

	make_far_program(far);
	xpipe(from);
	xpipe(to);

	int pid = start_far_program(from, to);

	xread(from[0], &c, 1);
	look_at(far, pid);
	struct vmstat before = measure();
	xwrite(to[1], "x", 1);

	bool goes_on = read(from[0], &c, 1) == 1;
	struct vmstat after = measure();

	look_at(far, pid);
	if (goes_on)
		xwrite(to[1], "x", 1);
	CHECK(wait(&status) > 0);
	xclose(from[0]);
	xclose(to[1]);
	xunlink("far");
	if (goes_on)
		CHECK_EQ(after.used - before.used, 0);
	return status;
}
