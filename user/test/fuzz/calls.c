/* user/test/fuzz/calls.c: calls on memory and files, and the list of all
 * calls. */

#include "fuzz.h"

/* ---- calls: memory ---- */

static void do_store(void)
{
	for (int i = 0; i < 20; i++)
		pool[rand_below(POOL_SIZE)] = (char)rand64();
}

static void do_float(void)
{
	volatile double x = (double)rand_below(100);

	x = x * 1.5 + 1;
}

static void do_sbrk(void)
{
	long step = one_in(3) ? rand_number() : (long)rand_below(1 << 16);

	if (huge != NULL && one_in(2)) {
		call(SYS_sbrk, -(long)((uint64)sbrk(0) - (uint64)huge), 0, 0);
		huge = NULL;
	}
	call(SYS_sbrk, one_in(3) ? -step : step, 0, 0);
	if (huge != NULL && (char *)sbrk(0) <= huge)
		huge = NULL;
}

/* Grow the heap to a large part of memory, so that long calls take long. */
static void do_grow(void)
{
	long bytes = (long)(1 + rand_below(400)) << 20;
	char *at = sbrk(bytes);

	if (at != SBRK_FAILED)
		huge = at;
}

static void do_wild(void)
{
	if (one_in(20))
		*(volatile char *)rand_place() = 1;
}

/* ---- calls: files ---- */

static void do_open(void)
{
	static const int flags[] = { O_RDONLY, O_RDWR, O_RDWR | O_CREATE,
				     O_RDWR | O_CREATE | O_TRUNC,
				     O_WRONLY | O_CREATE | O_APPEND };
	const char *path = one_in(2) ? rand_path() : rand_name();
	long how = one_in(20) ? rand_number()
			      : flags[rand_below(ARRAY_LEN(flags))];

	/* Do not change the programs. */
	if (path[0] == '/' && strncmp(path, "/dev", 4) != 0)
		how = O_RDONLY;
	if (call(SYS_open, of_path(path), how, 0) > 16)
		call(SYS_close, 16, 0, 0);
}

static void do_close(void)
{
	call(SYS_close, rand_fd(), 0, 0);
}

static void do_read(void)
{
	call(SYS_read, rand_fd(), rand_place(), rand_count());
}

static void do_write(void)
{
	call(SYS_write, rand_fd(), rand_place(), rand_count());
}

static void do_read_huge(void)
{
	if (huge != NULL)
		call(SYS_read, rand_fd(), (long)(uint64)huge,
		     (long)((uint64)sbrk(0) - (uint64)huge));
}

static void do_lseek(void)
{
	call(SYS_lseek, rand_fd(), one_in(2) ? rand_number() : rand_count(),
	     one_in(9) ? rand_number() : (long)rand_below(3));
}

static void do_fstat(void)
{
	call(SYS_fstat, rand_fd(), rand_place(), 0);
}

static void do_dup(void)
{
	if (call(SYS_dup, rand_fd(), 0, 0) > 16)
		call(SYS_close, 16, 0, 0);
}

static void do_pipe(void)
{
	call(SYS_pipe, rand_place(), 0, 0);
}

static void do_unlink(void)
{
	call(SYS_unlink, of_path(rand_name()), 0, 0);
}

static void do_link(void)
{
	call(SYS_link, of_path(rand_path()), of_path(rand_name()), 0);
}

static void do_rename(void)
{
	call(SYS_rename, of_path(rand_name()), of_path(rand_name()), 0);
}

static void do_mkdir(void)
{
	call(SYS_mkdir, of_path(rand_name()), 0, 0);
}

static void do_chdir(void)
{
	call(SYS_chdir, of_path(rand_path()), 0, 0);
	chdir(FUZZ_DIR);
}

/* Never the console's number, because what is written to it would be
 * printed. */
static void do_mknod(void)
{
	long major = one_in(2) ? rand_number() : 2 + (long)rand_below(4);

	if ((int)major != 1)
		call(SYS_mknod, of_path(rand_name()), major, rand_number());
}

static void do_sync(void)
{
	if (one_in(20))
		sync();
}

/* ---- calls: the kernel's own files ---- */

static void do_vmstat(void)
{
	static const char *const words[] = { "fail 1",  "fail 2", "fail 5",
					     "fail 30", "fail 0", "fail",
					     "x",       "",       "fail -1" };
	const char *word =
		may_audit == MAY_AUDIT && one_in(8) ? "audit" : PICK(words);
	int fd = open(VMSTAT_PATH, O_RDWR);

	write(fd, word, strlen(word));
	if (one_in(4))
		read(fd, pool, sizeof(pool));
	close(fd);
}

static void do_proc(void)
{
	static const char *const names[] = { "status", "smaps", "pagemap" };
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/proc/%d/%s",
		 keeper + (int)rand_below((uint)(getpid() - keeper) + 2),
		 PICK(names));
	int fd = open(path, O_RDONLY);

	lseek(fd, rand_count(), SEEK_SET);
	call(SYS_read, fd, rand_place(), rand_count());
	close(fd);
}

/* ---- all of them ---- */

void (*const actions[])(void) = {
	do_store,     do_store,  do_float, do_sbrk,   do_sbrk,
	do_grow,      do_wild,   do_open,  do_open,   do_open,
	do_open,      do_close,  do_close, do_read,   do_read,
	do_read,      do_write,  do_write, do_write,  do_read_huge,
	do_read_huge, do_lseek,  do_lseek, do_fstat,  do_dup,
	do_pipe,      do_unlink, do_link,  do_rename, do_rename,
	do_mkdir,     do_chdir,  do_mknod, do_sync,   do_vmstat,
	do_proc,      do_fork,   do_fork,  do_wait,   do_kill,
	do_exec,      do_exec,   do_sleep, do_exit,   do_foreground,
	do_unknown,   do_mmap,   do_mmap,  do_munmap, do_mprotect,
	do_madvise,   do_touch,  do_touch,
};

const uint nactions = ARRAY_LEN(actions);
