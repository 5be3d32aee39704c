/* grade/kernel/model/subject/main.c: a process that obeys the model.
 *
 * The first process forks role 0, and is then the post: the grader writes
 * orders into its memory; it passes them on through pipes, and writes the
 * answers beside them. It never forks again, so that its page keeps its frame.
 * Role 0 forks the processes under test and ends them. */

#include "subject.h"

#define FIELDS (int)(sizeof(self) / sizeof(int))

enum { POST_SEND = 1, POST_VMSTAT, POST_END };

/* The memory that the grader writes and reads. */
static struct {
	volatile uint64 nonce;
	volatile uint64 order, done;
	volatile uint64 what;
	volatile uint64 nsends, nreplies;
	volatile uint64 number[4];
	struct {
		uint64 role;
		struct order order;
	} send[SENDS_MAX];
	struct reply reply[REPLIES_MAX];
} post __attribute__((aligned(PGSIZE)));

/* Obey orders for ever. */
static void obey(void) __attribute__((noreturn));
static void obey(void)
{
	struct order order;

	for (;;) {
		if (read(self.order[self.role][0], &order, sizeof(order)) !=
		    sizeof(order))
			exit(0);
		carry_out(&order);
	}
}

/* ---- the post ---- */

static void read_vmstat(void)
{
	struct vmstat stat;

	if (vmstat_read(&stat) < 0)
		return;
	post.number[0] = (uint64)stat.free;
	post.number[1] = (uint64)stat.procs;
	post.number[2] = (uint64)stat.shared;
	post.number[3] = (uint64)stat.total;
}

static void pass_on(void)
{
	uint64 now = rdtime();

	for (uint64 i = 0; i < post.nsends; i++) {
		struct order *order = &post.send[i].order;

		if (order->start != 0)
			order->start += now;
		write(self.order[post.send[i].role][1], order, sizeof(*order));
	}
	for (uint64 i = 0; i < post.nreplies; i++)
		read(self.reply[0], &post.reply[i], sizeof(struct reply));
}

static void deliver(void) __attribute__((noreturn));
static void deliver(void)
{
	for (;;) {
		while (post.order == post.done)
			;
		__sync_synchronize();
		if (post.what == POST_SEND)
			pass_on();
		else if (post.what == POST_VMSTAT)
			read_vmstat();
		else
			poweroff(0);
		__sync_synchronize();
		post.done = post.order;
	}
}

/* ---- the start ---- */

static void open_all(void)
{
	for (int i = 0; i < ROLES; i++) {
		xpipe(self.order[i]);
		self.watched[i] = -1;
	}
	xpipe(self.reply);
	xpipe(self.pipe);
	self.vmstat = xopen(VMSTAT_PATH, O_RDWR);
	self.file = xopen(FILE_NAME, O_RDWR | O_CREATE | O_TRUNC);
	self.life = -1;
}

static void begin_all(uint64 nonce)
{
	close(0);
	close(2);
	open_all();
	if (xfork() == 0) {
		mark.nonce = nonce;
		close(self.reply[0]);
		settle();
		obey();
	}
	settle();
	post.nonce = nonce + 1;
	deliver();
}

static uint64 number(const char *digits)
{
	uint64 value = 0;

	for (; *digits >= '0' && *digits <= '9'; digits++)
		value = 10 * value + (uint64)(*digits - '0');
	return value;
}

/* After exec: the arguments are the numbers of struct self, plus one. */
static void begin_again(char **argv, uint64 registers)
{
	int *field = (int *)&self;
	struct reply reply = { .count = FRESH };

	for (int i = 0; i < FIELDS; i++)
		field[i] = (int)number(argv[3 + i]) - 1;
	mark.role = (uint64)self.role;
	mark.nonce = number(argv[1]);
	settle();
	reply.role = (uint64)self.role;
	reply.result[0] = (long)registers;
	reply.result[1] = (long)stack_top();
	answer(&reply);
	obey();
}

__attribute__((used, noreturn)) void subject_begin(int argc, char **argv,
						   uint64 registers);
void subject_begin(int argc, char **argv, uint64 registers)
{
	stack_note();
	stack_touch();
	if (argc == 2)
		begin_all(number(argv[1]));
	if (argc < 3 + FIELDS)
		errx(2, "for the grader only");
	begin_again(argv, registers);
	exit(2);
}
