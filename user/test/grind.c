/* user/test/grind.c: random system calls from several processes, for some time.
 *
 * It prints its seed. With the same seed (-s), each process makes the same
 * choices, but the processes may meet at other moments. The test passes if the
 * kernel survives and all frames are free again at the end. With -b grind does
 * not check that, because other programs run beside it and may hold more or
 * fewer frames at the end than at the start. With -f it fails at the end,
 * whatever it has found. */

#include "dir.h"
#include "getopt.h"
#include "test.h"

#define SYNOPSIS "grind [-bf] [-s SEED] [SECONDS]"
#define DEFAULT_SECONDS 10
#define PROCESSES 4
#define DIR "/tmp/grind"

static uint64 state;

/* A random number below `limit` (xorshift64*, by Marsaglia and Vigna). */
static uint rand_below(uint limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint)((state * 0x2545f4914f6cdd1dUL) >> 33) % limit;
}

static const char *rand_path(void)
{
	static const char *const paths[] = {
		"a",          "b",
		"c",          "dir",
		"dir/a",      "dir/b",
		"dir/sub",    "dir/sub/a",
		"../grind/a", "./dir/../b",
		".",          "..",
		"",           "dir/",
		"none/a",     "a_name_that_is_too_long",
	};

	return paths[rand_below(ARRAY_LEN(paths))];
}

static int rand_fd(void)
{
	return 3 + (int)rand_below(10);
}

/* ---- memory ---- */

#define POOL_PAGES 16

static char pool[POOL_PAGES * PGSIZE] __attribute__((aligned(4096)));

/* A valid buffer most of the time, and now and then a random address. */
static char *rand_buffer(void)
{
	if (rand_below(20) == 0)
		return (char *)((uint64)rand_below(1U << 30) << 8);
	return pool + rand_below(sizeof(pool) / 2);
}

static void do_write_pool(void)
{
	for (int i = 0; i < 20; i++)
		pool[rand_below(sizeof(pool))] = (char)i;
}

static void do_sbrk(void)
{
	long used = (long)((uint64)sbrk(0) - stack_top());

	if (used > 100 * (long)PGSIZE)
		sbrk(-used);
	char *page = sbrk((long)rand_below(20 * PGSIZE));
	if (page != SBRK_FAILED && sbrk(0) > (void *)page)
		*page = 1;
	sbrk(-(long)rand_below(10 * PGSIZE));
}

/* ---- files ---- */

/* The system's own files. The program opens them only for reading. */
static const char *rand_readable(void)
{
	static const char *const paths[] = { "/bin/true", "/dev/null", "/bin" };

	return paths[rand_below(ARRAY_LEN(paths))];
}

static void do_open_system(void)
{
	int fd = open(rand_readable(), O_RDONLY);

	if (fd > 13)
		close(fd);
}

static void do_open(void)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR | O_CREATE,
				     O_RDWR | O_TRUNC,
				     O_WRONLY | O_CREATE | O_APPEND };
	int fd = open(rand_path(), flags[rand_below(ARRAY_LEN(flags))]);

	if (fd > 13)
		close(fd);
}

static void do_close(void)
{
	close(rand_fd());
}

static void do_read(void)
{
	read(rand_fd(), rand_buffer(), rand_below(sizeof(pool) / 2));
}

/* Only to files, because a write to a full pipe would wait for ever. */
static void do_write(void)
{
	struct stat st;
	int fd = rand_fd();

	if (fstat(fd, &st) == 0 && st.type == T_FILE)
		write(fd, rand_buffer(), rand_below(3 * PGSIZE));
}

static void do_lseek(void)
{
	lseek(rand_fd(), rand_below(100000), (int)rand_below(3));
}

static void do_fstat(void)
{
	fstat(rand_fd(), (struct stat *)rand_buffer());
}

static void do_dup(void)
{
	int fd = dup(rand_fd());

	if (fd > 13)
		close(fd);
}

static void do_unlink(void)
{
	unlink(rand_path());
}

static void do_link(void)
{
	link(rand_path(), rand_path());
}

static void do_rename(void)
{
	rename(rand_path(), rand_path());
}

static void do_mkdir(void)
{
	mkdir(rand_path());
}

static void do_chdir(void)
{
	chdir(rand_path());
	chdir(DIR);
}

/* ---- processes ---- */

static void do_pipe(void)
{
	char c = 'x';
	int fds[2];

	if (pipe(fds) < 0)
		return;
	write(fds[1], &c, 1);
	read(fds[0], rand_buffer(), 1);
	if (rand_below(3) > 0) {
		close(fds[0]);
		close(fds[1]);
	} else {
		close(fds[1]); /* a read of the other end gives 0 */
	}
}

static void do_fork(void)
{
	int pid = fork();

	if (pid == 0) {
		for (int i = 0; i < (int)rand_below(30); i++)
			do_write_pool();
		exit(0);
	}
	do_write_pool();
	if (pid > 0 && rand_below(4) == 0)
		kill(pid);
	if (pid > 0)
		wait(rand_below(4) == 0 ? NULL : (int *)pool);
}

static void do_fork_twice(void)
{
	int pid = fork();

	if (pid == 0) {
		do_write_pool();
		if (fork() == 0)
			do_write_pool();
		exit(0);
	}
	if (pid > 0)
		wait(NULL);
}

static void do_exec(void)
{
	char *argv[] = { "true", "argument", NULL };
	int pid = fork();

	if (pid == 0) {
		exec(rand_below(3) == 0 ? rand_path() : "/bin/true", argv);
		exit(1);
	}
	if (pid > 0)
		wait(NULL);
}

static void do_fork_pipeline(void)
{
	int fds[2];

	if (pipe(fds) < 0)
		return;
	int pid = fork();
	if (pid == 0) {
		close(fds[0]);
		write(fds[1], pool, rand_below(sizeof(pool)));
		exit(0);
	}
	close(fds[1]);
	while (read(fds[0], pool, 1 + rand_below(sizeof(pool))) > 0)
		;
	close(fds[0]);
	if (pid > 0)
		wait(NULL);
}

static void (*const actions[])(void) = {
	do_write_pool,    do_sbrk,        do_open,  do_open,       do_close,
	do_read,          do_write,       do_lseek, do_fstat,      do_dup,
	do_unlink,        do_link,        do_mkdir, do_rename,     do_chdir,
	do_pipe,          do_fork,        do_fork,  do_fork_twice, do_exec,
	do_fork_pipeline, do_open_system,
};

static void grind(uint64 seed, int end) __attribute__((noreturn));
static void grind(uint64 seed, int end)
{
	state = seed;
	for (int i = 0; i < 10; i++)
		rand_below(2);
	while (uptime() < end)
		actions[rand_below(ARRAY_LEN(actions))]();
	exit(0);
}

static void run(uint64 seed, int seconds)
{
	int end = uptime() + seconds * TICKS_PER_SECOND;

	mkdir("/tmp");
	remove_tree(DIR); /* left by a run that was cut short */
	xmkdir(DIR);
	for (uint64 i = 0; i < PROCESSES; i++) {
		if (xfork() == 0) {
			chdir(DIR);
			grind(seed + i * 0x9e3779b97f4a7c15, end);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		xwait(0);
	if (remove_tree(DIR) < 0)
		fail("%s: %s", DIR, strerror(errno));
}

/* All frames must be free again, if not at once. */
static void check_frames(const struct vmstat *before)
{
	CHECK(orphans_settle(before->procs, SETTLE_SECONDS));
	CHECK_EQ(xvmstat("free"), before->free);
}

int main(int argc, char **argv)
{
	uint64 seed = (uint64)uptime() * 1000003 + (uint64)getpid();
	long seconds = DEFAULT_SECONDS;
	bool is_alone = true;
	bool is_to_fail = false;
	int letter;

	while ((letter = getopt(argc, argv, "bfs:")) != -1) {
		if (letter == '?')
			usage(SYNOPSIS);
		if (letter == 'b')
			is_alone = false;
		else if (letter == 'f')
			is_to_fail = true;
		else
			seed = (uint64)strtol(optarg, NULL, 0);
	}
	if (argc - optind > 1 ||
	    (optind < argc && !parse_number(argv[optind], &seconds)))
		usage(SYNOPSIS);
	if (seed == 0)
		seed = 1;
	stack_note();
	printf("grind: seed %lu, %ld seconds\n", seed, seconds);
	starter_settle();

	struct vmstat before;

	xvmstat_read(&before);
	run(seed, (int)seconds);
	if (is_alone)
		check_frames(&before);
	if (is_to_fail)
		fail_as_asked();
	printf("grind: ok\n");
	return 0;
}
