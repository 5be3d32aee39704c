/* grade/kernel/model/subject/subject.h: a process that obeys the model.
 *
 * grade/kernel/model/wire.py has the same numbers. */
#pragma once

#include "counters.h"
#include "test.h"

#define ROLES 9 /* 0 forks and ends the others; 1 to 8 are under test */
#define OPS_MAX 8
#define SENDS_MAX 4
#define REPLIES_MAX 4
#define FRESH 1000 /* the count in the reply of a process that has just begun */

enum opcode {
	OP_LOAD,
	OP_STORE,
	OP_SUM,
	OP_SBRK,
	OP_FORK,
	OP_FORK_IN_VAIN,
	OP_EXEC,
	OP_EXIT,
	OP_WAIT,
	OP_KILL,
	OP_PIPE,
	OP_PIPE_READ,
	OP_PIPE_WRITE,
	OP_FILE_READ,
	OP_FILE_WRITE,
	OP_FSTAT,
	OP_FAIL,
	OP_SHOW,
	OP_WATCH,
	OP_CALL,
	OP_OPEN,
	OP_HOG,
	OP_CROWD,
	OP_FLOAT_SET,
	OP_FLOAT_SUM,
	OP_NAME,
	OP_ARGS,
	OP_EMPTY,
	OP_TOUCH,
	OP_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_MADVISE,
	OP_PROMISED,
	OP_END
};

struct op {
	uint64 code, arg[3];
};

struct order {
	uint64 count;
	uint64 watched; /* role 0 reads the other end of `life` */
	uint64 start;   /* when to begin, together with others; 0: at once */
	struct op op[OPS_MAX];
};

struct reply {
	uint64 role, count;
	long result[OPS_MAX];
};

/* What a process keeps across exec: its descriptors (-1: none) and its
 * children. */
struct self {
	int role;
	int order[ROLES][2]; /* pipes for the orders of each role */
	int reply[2];        /* the pipe for all answers */
	int vmstat, file;
	int pipe[2];        /* the pipe that the steps read and write */
	int life;           /* open as long as this process lives */
	int watched[ROLES]; /* the other ends of the children's `life` */
	int child[ROLES];   /* pids */
	int is_watched;     /* somebody waits for an answer or its end */
};

extern struct self self;

/* The grader finds the mark in memory by its nonce, and the process by its
 * role. */
struct mark {
	volatile uint64 nonce, role, shown, seen;
};

extern struct mark mark;

#define FILE_NAME "/tmp/model"

/* Write to all pages that no step uses, so that they are private and cost no
 * frames during the steps. */
void settle(void);

/* Carry out all operations of an order, and answer. The child of a fork returns
 * from here too: it has answered already, and then takes orders of its own. */
void carry_out(const struct order *order);

/* Answer an order, perhaps after exec. */
void answer(const struct reply *reply);

/* Byte number `index` of the pattern `seed`. */
uchar pattern_byte(uint64 seed, uint64 index);

typedef const uint64 *arguments;

#define WRONG (-1000) /* the result if the subject's own check fails */

/* The result of a call, or its error as a negative number. */
static inline long or_error(long result)
{
	return result == -1 ? -errno : result;
}

/* memory.c, life.c, copies.c, maps.c: one function for each kind of
 * operation. */
long do_load(arguments arg);
long do_store(arguments arg);
long do_touch(arguments arg);
long do_sum(arguments arg);
long do_call(arguments arg);
long do_float_set(arguments arg);
long do_float_sum(arguments arg);
long do_fork(arguments arg);
long do_fork_in_vain(arguments arg);
long do_watch(arguments arg);
long do_exec(arguments arg);
long do_exit(arguments arg);
long do_wait(arguments arg);
long do_kill(arguments arg);
long do_crowd(arguments arg);
long do_pipe(arguments arg);
long do_pipe_read(arguments arg);
long do_pipe_write(arguments arg);
long do_file_read(arguments arg);
long do_file_write(arguments arg);
long do_fstat(arguments arg);
long do_empty(arguments arg);
long do_open(arguments arg);
long do_name(arguments arg);
long do_args(arguments arg);
long do_sbrk(arguments arg);
long do_hog(arguments arg);
long do_fail(arguments arg);
long do_mmap(arguments arg);
long do_munmap(arguments arg);
long do_mprotect(arguments arg);
long do_madvise(arguments arg);
long do_promised(arguments arg);

/* start.S */
long fork_and_write(int fd, const char *word, size_t length);
long fork_in_vain(int fd, const char *word, size_t length);
long crowd(long count, const int *fds, volatile char *byte, int value, int old);
