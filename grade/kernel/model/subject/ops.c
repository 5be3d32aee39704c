/* grade/kernel/model/subject/ops.c: what a subject can be told to do. */

#include "subject.h"

typedef const uint64 *arguments;

#define HOG_FIRST (64L << 20)
#define NAME_ROOM 24

/* ---- loads and stores ---- */

static long do_load(arguments arg)
{
	return *(volatile uchar *)arg[0];
}

uchar pattern_byte(uint64 seed, uint64 index)
{
	return (uchar)(seed + 7 * index + (index >> 8));
}

#define NAMES 1024 /* seeds from here on stand for names */

static const char *const names[] = { "/bin/model0", "/bin/no" };

#define CODE 2048 /* and from here on for code that returns a number */

static long store_code(volatile uchar *to, uint64 n, uint64 number)
{
	uint64 code = number << 20 | 0x513 | 0x8067UL << 32;

	for (uint64 i = 0; i < n; i++)
		to[i] = (uchar)(code >> 8 * i);
	return 0;
}

static long store_name(volatile uchar *to, uint64 n, const char *name)
{
	for (uint64 i = 0; i < n; i++)
		to[i] = (uchar)name[i];
	return 0;
}

/* By bytes; a seed of 256 and more asks for words where they fit. */
static long do_store(arguments arg)
{
	volatile uchar *to = (volatile uchar *)arg[0];
	uint64 n = arg[1], seed = arg[2] & 0xff;

	if (arg[2] >= CODE)
		return store_code(to, n, arg[2] - CODE);
	if (arg[2] >= NAMES)
		return store_name(to, n, names[arg[2] - NAMES]);
	for (uint64 i = 0; i < n; i++) {
		if (arg[2] < 256 || ((uint64)(to + i)) % 8 != 0 || n - i < 8) {
			to[i] = pattern_byte(seed, i);
			continue;
		}
		uint64 word = 0;

		for (uint64 j = 0; j < 8; j++)
			word |= (uint64)pattern_byte(seed, i + j) << 8 * j;
		if (arg[2] < 512)
			*(volatile uint64 *)(to + i) = word;
		else
			__atomic_exchange_n((uint64 *)(to + i), word,
					    __ATOMIC_RELAXED);
		i += 7;
	}
	return 0;
}

/* Adler-32. */
static long do_sum(arguments arg)
{
	const volatile uchar *from = (const volatile uchar *)arg[0];
	uint64 a = 1, b = 0;

	for (uint64 left = arg[1]; left > 0;) {
		uint64 piece = left < PGSIZE ? left : PGSIZE;

		for (uint64 i = 0; i < piece; i++) {
			a += from[i];
			b += a;
		}
		a %= 65521;
		b %= 65521;
		from += piece;
		left -= piece;
	}
	return (long)(b << 16 | a);
}

/* Run the code there, which returns a number. */
static long do_call(arguments arg)
{
	long (*code)(void) = (long (*)(void))arg[0];

	__asm__ volatile("fence.i" ::: "memory");
	return code();
}

/* ---- floating point: the registers are ours alone ---- */

#define EACH_FLOAT(X)                                                          \
	X(0)                                                                   \
	X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)   \
		X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)    \
			X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)

static long do_float_set(arguments arg)
{
#define SET(n) __asm__ volatile("fmv.d.x f" #n ", %0" ::"r"(arg[0] + n));
	EACH_FLOAT(SET)
#undef SET
	__asm__ volatile("fscsr %0" ::"r"(arg[0] & 0x1f));
	return 0;
}

/* Their sum, each times its number. */
static long do_float_sum(arguments arg)
{
	uint64 sum = 0, word;

	(void)arg;
#define ADD(n)                                                                 \
	__asm__ volatile("fmv.x.d %0, f" #n : "=r"(word));                     \
	sum += word * (n + 1);
	EACH_FLOAT(ADD)
#undef ADD
	__asm__ volatile("frcsr %0" : "=r"(word));
	return (long)((sum << 8 ^ word) & 0x7fffffffffffffff);
}

/* ---- processes ---- */

/* A result, or the reason as a negative number. */
static long or_error(long result)
{
	return result == -1 ? -errno : result;
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void begin_child(int role, const int life[2]) __attribute__((noreturn));
static void begin_child(int role, const int life[2])
{
	struct reply reply = { .role = (uint64)role, .count = FRESH };

	close(life[0]);
	drop(&self.life);
	for (int i = 0; i < ROLES; i++) {
		drop(&self.watched[i]);
		self.child[i] = 0;
	}
	self.life = life[1];
	self.role = role;
	mark.role = (uint64)role;
	settle();
	write(self.reply[1], &reply, sizeof(reply));
	obey();
}

static long do_fork(arguments arg)
{
	int life[2];
	uint64 role = arg[0];

	if (pipe(life) < 0)
		return -errno;
	int pid = fork();

	if (pid == 0)
		begin_child((int)role, life);
	int reason = errno;

	close(life[1]);
	if (pid < 0) {
		close(life[0]);
		return -reason;
	}
	self.child[role] = pid;
	self.watched[role] = life[0];
	return pid;
}

static long do_fork_in_vain(arguments arg)
{
	static const char word[] = "fail 0";

	(void)arg;
	return fork_in_vain(self.vmstat, word, sizeof(word) - 1);
}

/* 1: it lives, 0: it does not any more. */
static long do_watch(arguments arg)
{
	char byte;

	return read(self.watched[arg[0]], &byte, 1);
}

static const char *const programs[] = {
	"/bin/model0", "/bin/model1", "/bin/model2", "/bin/model3", "/bin/bad0",
	"/bin/bad1",   "/bin/bad2",   "/bin/bad3",   "/bin/none",   "/bin",
};

/* arg[1]: how many arguments of 60 bytes more. */
static long do_exec(arguments arg)
{
	static char words[3 + sizeof(self) / sizeof(int)][24];
	static char *argv[4 + sizeof(self) / sizeof(int) + 80];
	static char filler[] = "an argument that takes room on the new "
			       "stack, some 60 bytes";
	const int *field = (const int *)&self;
	size_t n = 0;

	argv[n++] = "model";
	snprintf(words[0], sizeof(words[0]), "%lu", mark.nonce);
	argv[n++] = words[0];
	argv[n++] = "again";
	for (size_t i = 0; i < sizeof(self) / sizeof(int); i++) {
		snprintf(words[i + 1], sizeof(words[0]), "%d", field[i] + 1);
		argv[n++] = words[i + 1];
	}
	for (uint64 i = 0; i < arg[1] && i < 80; i++)
		argv[n++] = filler;
	argv[n] = NULL;
	exec(programs[arg[0]], argv);
	return -errno;
}

static long do_exit(arguments arg)
{
	exit((int)arg[0]);
}

static long do_wait(arguments arg)
{
	int pid = wait((int *)arg[0]);

	if (pid < 0)
		return -errno;
	for (int i = 0; i < ROLES; i++)
		if (self.child[i] == pid) {
			self.child[i] = 0;
			drop(&self.watched[i]);
			return i;
		}
	return 100;
}

static long do_kill(arguments arg)
{
	return or_error(kill((int)arg[0]));
}

/* Children that share everything, as many as asked for. */
static long do_crowd(arguments arg)
{
	int fds[2];
	volatile char *byte = (volatile char *)arg[1];

	if (pipe(fds) < 0)
		return -errno;
	long wrong = crowd((long)arg[0], fds, byte, (int)arg[2], (uchar)*byte);

	close(fds[0]);
	return wrong;
}

/* ---- user copies ---- */

/* A pair of descriptors there that works. What they are is not told, so a
 * pattern takes their place. */
static long do_pipe(arguments arg)
{
	int *fds = (int *)arg[0], own[2];
	char byte = 0;

	if (pipe(fds) < 0)
		return -errno;
	memcpy(own, fds, sizeof(own));
	bool works = write(own[1], "x", 1) == 1 && read(own[0], &byte, 1) == 1;

	if (close(own[0]) < 0 || close(own[1]) < 0 || !works)
		return 100;
	for (uint64 i = 0; i < sizeof(own); i++)
		((volatile uchar *)arg[0])[i] = pattern_byte(arg[1], i);
	return 0;
}

static long do_pipe_read(arguments arg)
{
	return or_error(read(self.pipe[0], (void *)arg[0], arg[1]));
}

static long do_pipe_write(arguments arg)
{
	return or_error(write(self.pipe[1], (const void *)arg[0], arg[1]));
}

static long do_file_read(arguments arg)
{
	if (lseek(self.file, (long)arg[2], SEEK_SET) < 0)
		return -errno;
	return or_error(read(self.file, (void *)arg[0], arg[1]));
}

static long do_file_write(arguments arg)
{
	if (lseek(self.file, (long)arg[2], SEEK_SET) < 0)
		return -errno;
	return or_error(write(self.file, (const void *)arg[0], arg[1]));
}

static long do_fstat(arguments arg)
{
	struct stat *st = (struct stat *)arg[0];

	if (fstat(self.file, st) < 0)
		return -errno;
	long size = st->type == T_FILE ? (long)st->size : -1;

	for (uint64 i = 0; i < sizeof(*st); i++)
		((volatile uchar *)st)[i] = pattern_byte(arg[1], i);
	return size;
}

/* Take arg[0] bytes out of the pipe, and everything out of the file. Returns
 * the sum of the bytes. */
static long do_empty(arguments arg)
{
	static char bytes[PIPE_BUF];
	int fd = open(FILE_NAME, O_WRONLY | O_TRUNC);

	if (fd < 0)
		return -errno;
	close(fd);
	if (arg[0] > 0 && read(self.pipe[0], bytes, arg[0]) != (long)arg[0])
		return -1;
	return do_sum((uint64[]){ (uint64)bytes, arg[0] });
}

/* Read some of another kind of file: 0 a directory, 1 a device, 2 and on what
 * the kernel makes up. The bytes are not known, so a pattern takes their place.
 */
static long do_open(arguments arg)
{
	static const char *const paths[] = { "/bin", "/dev/vmstat",
					     "/proc/meminfo", "/proc" };
	int fd = open(paths[arg[2] % 4], O_RDONLY);

	if (fd < 0)
		return -errno;
	long n = or_error(read(fd, (void *)arg[0], arg[1]));

	close(fd);
	for (long i = 0; i < n; i++)
		((volatile uchar *)arg[0])[i] = pattern_byte(arg[2], (uint64)i);
	return n;
}

/* The name there is that of a file, or is not. */
static long do_name(arguments arg)
{
	int fd = open((const char *)arg[0], O_RDONLY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* exec of nothing, with an array of arguments there. */
static long do_args(arguments arg)
{
	execve("/bin/none", (char **)arg[0], (char **)arg[1]);
	return -errno;
}

/* ---- memory ---- */

static long do_sbrk(arguments arg)
{
	return or_error((long)sbrk((long)arg[0]));
}

/* All the memory that there is, up to arg[0] bytes; the pages got. */
static long do_hog(arguments arg)
{
	long got = 0, most = (long)arg[0];

	for (long step = HOG_FIRST; step >= (long)PGSIZE; step /= 2)
		while (got + step <= most && sbrk(step) != SBRK_FAILED)
			got += step;
	return got / (long)PGSIZE;
}

static long do_fail(arguments arg)
{
	char word[NAME_ROOM];

	snprintf(word, sizeof(word), "fail %lu", arg[0]);
	return or_error(write(self.vmstat, word, strlen(word)));
}

/* ---- for the grader ---- */

/* Stay on a hart until the grader has seen which page table is ours. */
static long do_show(arguments arg)
{
	mark.shown = arg[0];
	while (mark.seen != arg[0])
		;
	return 0;
}

static long (*const functions[OP_END])(arguments) = {
	[OP_LOAD] = do_load,
	[OP_STORE] = do_store,
	[OP_SUM] = do_sum,
	[OP_SBRK] = do_sbrk,
	[OP_FORK] = do_fork,
	[OP_FORK_IN_VAIN] = do_fork_in_vain,
	[OP_EXEC] = do_exec,
	[OP_EXIT] = do_exit,
	[OP_WAIT] = do_wait,
	[OP_KILL] = do_kill,
	[OP_PIPE] = do_pipe,
	[OP_PIPE_READ] = do_pipe_read,
	[OP_PIPE_WRITE] = do_pipe_write,
	[OP_FILE_READ] = do_file_read,
	[OP_FILE_WRITE] = do_file_write,
	[OP_FSTAT] = do_fstat,
	[OP_FAIL] = do_fail,
	[OP_SHOW] = do_show,
	[OP_WATCH] = do_watch,
	[OP_CALL] = do_call,
	[OP_OPEN] = do_open,
	[OP_HOG] = do_hog,
	[OP_CROWD] = do_crowd,
	[OP_FLOAT_SET] = do_float_set,
	[OP_FLOAT_SUM] = do_float_sum,
	[OP_NAME] = do_name,
	[OP_ARGS] = do_args,
	[OP_EMPTY] = do_empty,
};

void carry_out(const struct order *order)
{
	struct reply reply = { .role = (uint64)self.role,
			       .count = order->count };
	bool has_forked = false;

	for (uint64 i = 0; i < order->count; i++) {
		const struct op *op = &order->op[i];

		reply.result[i] = functions[op->code](op->arg);
		has_forked = has_forked || op->code == OP_FORK ||
			     op->code == OP_CROWD;
	}
	if (has_forked)
		settle();
	if (order->watched && self.life >= 0)
		write(self.life, "x", 1);
	write(self.reply[1], &reply, sizeof(reply));
}
