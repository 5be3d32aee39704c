/* user/test/usertests/exec.c: start programs and other files. */

#include "elf.h"

#define ELF_MAX 65536

/* A good program, which the tests damage. */
static char image[ELF_MAX] __attribute__((aligned(16)));
static size_t image_size;
static struct elf_file *const elf = (struct elf_file *)image;

static struct elf_part *part(int i)
{
	return (struct elf_part *)(image + elf->phoff) + i;
}

static void load_image(void)
{
	int fd = xopen("/bin/true", O_RDONLY);
	long n = read(fd, image, sizeof(image));

	CHECK(n > (long)sizeof(*elf) && n < (long)sizeof(image));
	image_size = (size_t)n;
	xclose(fd);
	CHECK(elf->phnum >= 2 && part(0)->type == ELF_LOAD &&
	      part(1)->type == ELF_LOAD);
}

static int exec_file(const char *path)
{
	char *argv[] = { "program", NULL };

	return exec(path, argv);
}

/* Check that the image, as it is now, is refused. */
static void check_image_refused(const char *where, int reason)
{
	make_file("program", image, image_size);

	int result = exec_file("program");

	if (result != -1 || errno != reason)
		fail("%s exec: %s (expected: %s)", basename(where),
		     strerror(errno), strerror(reason));
	xunlink("program");
	load_image();
}

#define CHECK_REFUSED(change, reason)                                          \
	do {                                                                   \
		load_image();                                                  \
		change;                                                        \
		check_image_refused(AT_LINE, reason);                          \
	} while (0)

/* ---- what is executed ---- */

static void exec_runs_a_copy(void)
{
	load_image();
	make_file("program", image, image_size);
	IN_CHILD()
		exec_file("./program");
	xwait(0);
	IN_CHILD() {
		xunlink("program");
		CHECK_FAILS(exec_file("program"), ENOENT);
	}
	xwait(0);
}

static void exec_finds_programs_in_bin(void)
{
	xmkdir("bin");
	xchdir("bin");
	IN_CHILD() {
		exec_file("false");
		fail("exec: %s", strerror(errno));
	}
	xwait(1);
	xchdir("..");
	xunlink("bin");
	CHECK_FAILS(exec_file("./false"), ENOENT);
	CHECK_FAILS(exec_file("no such"), ENOENT);
	CHECK_FAILS(exec_file(""), ENOENT);
}

/* Check what echo prints with these arguments. */
static void check_echo(char *const argv[], const char *expected)
{
	char text[64] = "";
	int fds[2];

	xpipe(fds);
	IN_CHILD() {
		xclose(1);
		CHECK_EQ(dup(fds[1]), 1);
		exec("echo", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
	xclose(fds[1]);
	read(fds[0], text, sizeof(text) - 1);
	xclose(fds[0]);
	if (strcmp(text, expected) != 0)
		fail("echo printed '%s', not '%s'", text, expected);
}

static void arguments_arrive(void)
{
	char *two[] = { "echo", "one", "two", NULL };
	char *empty[] = { "echo", "", "", "x", NULL };
	char *only_name[] = { "echo", NULL };

	check_echo(two, "one two\n");
	check_echo(empty, "  x\n");
	check_echo(only_name, "\n");
}

/* An argument may begin, cross or end at a page boundary. */
static void arguments_may_cross_pages(void)
{
	char *border = xpages(2) + PGSIZE;
	char *argv[] = { "echo", NULL, "two", NULL };

	for (long before = 0; before <= 4; before++) {
		argv[1] = strcpy(border - before, "one");
		check_echo(argv, "one two\n");
	}
}

static void exec_without_arguments(void)
{
	char *argv[] = { NULL };

	check_echo(argv, "\n");
}

static void exec_keeps_pid_files_and_directory(void)
{
	char *argv[] = { "touch", "here", NULL };

	int pid = xfork();
	if (pid == 0) {
		exec("touch", argv);
		fail("exec: %s", strerror(errno));
	}
	CHECK_EQ(xwait(0), pid);
	xunlink("here");
}

/* ---- arguments that are too long ---- */

static void arguments_over_a_page_are_refused(void)
{
	static char big[2 * PGSIZE];
	static char half[PGSIZE / 2 + 1];
	static char *many[PGSIZE / 8 + 1];
	char *one[] = { "true", big, NULL };
	char *two[] = { "true", half, half, NULL };

	memset(big, 'x', sizeof(big) - 1);
	memset(half, 'x', sizeof(half) - 1);
	for (size_t i = 0; i + 1 < ARRAY_LEN(many); i++)
		many[i] = "x";
	CHECK_FAILS(exec("true", one), E2BIG);
	CHECK_FAILS(exec("true", two), E2BIG);
	CHECK_FAILS(exec("true", many), E2BIG);
}

static void arguments_of_nearly_a_page_are_fine(void)
{
	static char big[PGSIZE - 200];
	static char *many[300];
	char *one[] = { "true", big, NULL };

	memset(big, 'x', sizeof(big) - 1);
	for (size_t i = 0; i + 1 < ARRAY_LEN(many); i++)
		many[i] = "x";
	IN_CHILD()
		exit(exec("true", one));
	xwait(0);
	IN_CHILD()
		exit(exec("true", many));
	xwait(0);
}

static void program_name_of_any_length(void)
{
	load_image();
	make_file("fourteen_bytes", image, image_size);
	IN_CHILD()
		exec_file("fourteen_bytes");
	xwait(0);
	xunlink("fourteen_bytes");
	CHECK_FAILS(exec_file("more_than_fourteen_bytes"), ENAMETOOLONG);
}

/* ---- files that are not programs ---- */

static void exec_of_other_files_fails(void)
{
	make_file("empty", "", 0);
	make_file("text", "echo hello\n", 11);
	CHECK_FAILS(exec_file("empty"), ENOEXEC);
	CHECK_FAILS(exec_file("text"), ENOEXEC);
	CHECK_FAILS(exec_file("."), EACCES);
	CHECK_FAILS(exec_file("/dev/null"), EACCES);
	CHECK_FAILS(exec_file("text/program"), ENOTDIR);
	xunlink("empty");
	xunlink("text");
}

static void truncated_program_is_refused(void)
{
	load_image();
	size_t whole = part(0)->offset + part(0)->filesz;

	for (size_t n = 0; n < whole; n = n < 300 ? n + 7 : n + 997)
		CHECK_REFUSED(image_size = n, ENOEXEC);
}

static void wrong_header_is_refused(void)
{
	CHECK_REFUSED(elf->ident[0] = 0, ENOEXEC);
	CHECK_REFUSED(elf->ident[4] = 1, ENOEXEC); /* 32 bits */
	CHECK_REFUSED(elf->ident[5] = 2, ENOEXEC); /* big-endian */
	CHECK_REFUSED(elf->type = 1, ENOEXEC);
	CHECK_REFUSED(elf->machine = 62, ENOEXEC);
	CHECK_REFUSED(elf->phentsize = 0, ENOEXEC);
	CHECK_REFUSED(elf->phentsize = 55, ENOEXEC);
	CHECK_REFUSED(elf->phnum = 0, ENOEXEC);
	CHECK_REFUSED(elf->phnum = 0xffff, ENOEXEC);
	CHECK_REFUSED(elf->phoff = image_size - 8, ENOEXEC);
	CHECK_REFUSED(elf->phoff = 1UL << 40, ENOEXEC);
	CHECK_REFUSED(elf->phoff = -16UL, ENOEXEC);
	CHECK_REFUSED(elf->phoff = 1UL << 63, ENOEXEC);
}

static void entry_outside_is_refused(void)
{
	CHECK_REFUSED(elf->entry = 1UL << 30, ENOEXEC);
	CHECK_REFUSED(elf->entry = USER_END, ENOEXEC);
	CHECK_REFUSED(elf->entry = 0xffffffc080000000, ENOEXEC);
	CHECK_REFUSED(elf->entry = -2UL, ENOEXEC);
}

static void segment_at_bad_address_is_refused(void)
{
	static const uint64 addresses[] = {
		USER_TOP,           USER_TOP - 1, USER_END, USER_END - PGSIZE,
		0xffffffc000000000, 1UL << 63,    -PGSIZE,  -1UL,
	};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		CHECK_REFUSED(part(0)->vaddr = addresses[i], ENOEXEC);
}

static void segment_of_bad_size_is_refused(void)
{
	CHECK_REFUSED(part(0)->filesz = part(0)->memsz + 1, ENOEXEC);
	CHECK_REFUSED(part(0)->memsz = 0xffffffffffffffff, ENOEXEC);
	CHECK_REFUSED(part(0)->memsz = USER_TOP + 1, ENOEXEC);
	CHECK_REFUSED((part(0)->filesz = part(0)->memsz = image_size * 2),
		      ENOEXEC);
	CHECK_REFUSED(part(0)->offset = image_size, ENOEXEC);
	CHECK_REFUSED(part(0)->offset = -PGSIZE, ENOEXEC);
	CHECK_REFUSED(part(0)->offset = 1UL << 62, ENOEXEC);
}

/* It may be written to, fits into the address space, but not into memory. */
static void segment_larger_than_memory_is_refused(void)
{
	CHECK_REFUSED((part(0)->flags = 7, part(0)->memsz = USER_TOP / 2),
		      ENOMEM);
	CHECK_REFUSED((part(0)->flags = 7, part(0)->memsz = 32UL << 30),
		      ENOMEM);
}

/* Such a program may go wrong, but must harm nothing but itself. */
static void overlapping_segments_are_refused(void)
{
	CHECK_REFUSED(part(1)->vaddr = part(0)->vaddr, ENOEXEC);
	CHECK_REFUSED(part(1)->vaddr = part(0)->vaddr + part(0)->memsz - 1,
		      ENOEXEC);
	CHECK_REFUSED(*part(1) = *part(0), ENOEXEC);
}

/* That many segments would keep a hart busy for minutes. */
static void too_many_segments_are_refused(void)
{
	CHECK_REFUSED(elf->phnum = 65, ENOEXEC);
	CHECK_REFUSED(elf->phnum = 65535, ENOEXEC);
}

/* After exec has failed, the old program goes on unchanged. */
static void failed_exec_leaves_the_program(void)
{
	char *page = xpages(1);

	*page = 'x';
	for (int i = 0; i < 20; i++)
		CHECK_REFUSED(part(0)->filesz = part(0)->memsz = image_size * 2,
			      ENOEXEC);
	CHECK_EQ(*page, 'x');
}

/* A program whose only page is writable and executable. Parent and child write
 * to the page and go on executing it. The exit status is that of the child. */
extern const char self_writer_start[], self_writer_end[];
static void self_writer(void) __attribute__((used, noinline));
static void self_writer(void)
{
	__asm__ volatile(".option push\n"
			 ".option norelax\n"
			 "self_writer_start:\n"
			 "lla s0, self_writer_words\n"
			 "li a7, %[fork]\n"
			 "ecall\n"
			 "bnez a0, 1f\n"
			 "sw zero, 0(s0)\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 "1: mv a0, s0\n"
			 "li a7, %[wait]\n"
			 "ecall\n"
			 "sw zero, 4(s0)\n"
			 "lw a0, 0(s0)\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 ".balign 4\n"
			 "self_writer_words: .word 1, 1\n"
			 "self_writer_end:\n"
			 ".option pop"
			 :
			 : [fork] "i"(SYS_fork), [exit] "i"(SYS_exit),
			   [wait] "i"(SYS_wait));
}

/* Make the image that program, loaded at `va`. */
static void load_self_writer(uint64 va)
{
	size_t size = (size_t)(self_writer_end - self_writer_start);

	load_image();
	memcpy(image + image_size, self_writer_start, size);
	elf->phnum = 1;
	elf->entry = va;
	*part(0) = (struct elf_part){ .type = ELF_LOAD,
				      .flags = 7,
				      .offset = image_size,
				      .vaddr = va,
				      .filesz = size,
				      .memsz = size };
	image_size += size;
	make_file("program", image, image_size);
}

static void code_in_a_page_just_written_runs(void)
{
	load_self_writer(PGSIZE);
	IN_CHILD()
		exec_file("./program");
	xwait(0);
}

/* No rule says that a program must not begin there. */
static void program_at_address_0_runs(void)
{
	load_self_writer(0);
	IN_CHILD()
		exec_file("./program");
	xwait(0);
}

const struct test exec_tests[] = {
	TEST(exec_runs_a_copy),
	TEST(exec_finds_programs_in_bin),
	TEST(arguments_arrive),
	TEST(arguments_may_cross_pages),
	TEST(exec_without_arguments),
	TEST(exec_keeps_pid_files_and_directory),
	TEST(arguments_over_a_page_are_refused),
	TEST(arguments_of_nearly_a_page_are_fine),
	TEST(program_name_of_any_length),
	TEST(exec_of_other_files_fails),
	TEST(truncated_program_is_refused),
	TEST(wrong_header_is_refused),
	TEST(entry_outside_is_refused),
	TEST(segment_at_bad_address_is_refused),
	TEST(segment_of_bad_size_is_refused),
	TEST(segment_larger_than_memory_is_refused),
	TEST(overlapping_segments_are_refused),
	TEST(too_many_segments_are_refused),
	TEST(failed_exec_leaves_the_program),
	TEST(code_in_a_page_just_written_runs),
	TEST(program_at_address_0_runs),
	TESTS_END,
};
