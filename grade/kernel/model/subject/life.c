/* grade/kernel/model/subject/life.c: fork, exec, exit, wait and kill. */

#include "subject.h"

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

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
}

static const char no_failure[] = "fail 0";

/* arg[1]: an allocation of this fork, and of nothing else, must fail. */
long do_fork(arguments arg)
{
	int life[2];
	uint64 role = arg[0];

	if (pipe(life) < 0)
		return -errno;
	long pid = arg[1] ? fork_and_write(self.vmstat, no_failure,
					   sizeof(no_failure) - 1)
			  : or_error(fork());

	if (pid == 0) {
		begin_child((int)role, life);
		return 0;
	}
	close(life[1]);
	if (pid < 0) {
		close(life[0]);
		return pid;
	}
	self.child[role] = (int)pid;
	self.watched[role] = life[0];
	return pid;
}

long do_fork_in_vain(arguments arg)
{
	(void)arg;
	return fork_in_vain(self.vmstat, no_failure, sizeof(no_failure) - 1);
}

/* Returns 1 if the process is alive, otherwise 0. */
long do_watch(arguments arg)
{
	char byte;

	return read(self.watched[arg[0]], &byte, 1);
}

static const char *const programs[] = {
	"/bin/model0", "/bin/model1", "/bin/model2", "/bin/model3", "/bin/bad0",
	"/bin/bad1",   "/bin/bad2",   "/bin/bad3",   "/bin/none",   "/bin",
};

#define WORDS (3 + sizeof(self) / sizeof(int))
#define FILLERS_MAX 80

/* arg[1]: the number of additional arguments, of 60 bytes each. arg[2]: where
 * to put the array that exec reads; 0: in the subject's own memory. */
long do_exec(arguments arg)
{
	static char words[WORDS][24];
	static char *argv[WORDS + FILLERS_MAX + 1];
	static char filler[] = "an argument that takes up room on the new "
			       "stack, some 60 bytes";
	const int *field = (const int *)&self;
	char **array = arg[2] ? (char **)arg[2] : argv;
	size_t n = 0;

	argv[n++] = "model";
	snprintf(words[0], sizeof(words[0]), "%lu", mark.nonce);
	argv[n++] = words[0];
	argv[n++] = "again";
	for (size_t i = 0; i < sizeof(self) / sizeof(int); i++) {
		snprintf(words[i + 1], sizeof(words[0]), "%d", field[i] + 1);
		argv[n++] = words[i + 1];
	}
	for (uint64 i = 0; i < arg[1] && i < FILLERS_MAX; i++)
		argv[n++] = filler;
	argv[n++] = NULL;
	memmove(array, argv, n * sizeof(argv[0]));
	exec(programs[arg[0]], array);
	int reason = errno;

	for (size_t i = 0; arg[2] && i < n * sizeof(argv[0]); i++)
		((volatile uchar *)array)[i] = pattern_byte(0, i);
	return -reason;
}

long do_exit(arguments arg)
{
	exit((int)arg[0]);
}

long do_wait(arguments arg)
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
	return WRONG;
}

long do_kill(arguments arg)
{
	return or_error(kill((int)arg[0]));
}

/* Fork that many children, which share everything. */
long do_crowd(arguments arg)
{
	int fds[2];
	volatile char *byte = (volatile char *)arg[1];

	if (pipe(fds) < 0)
		return -errno;
	long wrong = crowd((long)arg[0], fds, byte, (int)arg[2], (uchar)*byte);

	close(fds[0]);
	return wrong;
}
