/* kernel/dev/vmstat.c: statistics of memory as text. */
#include "dev/vmstat.h"

#include "abi/errno.h"
#include "abi/vmstat.h"
#include "debug/audit.h"
#include "debug/crash.h"
#include "dev/timer.h"
#include "lib/printf.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/promise.h"
#include "mm/vmcount.h"

#define TEXT_MAX 1024
#define COMMAND_MAX 32
#define OVERCOMMIT "overcommit "

static struct {
	struct spinlock lock;
	char text[TEXT_MAX]; /* [lock] for the current read */
} vmstat = { .lock = SPINLOCK("vmstat") };

static uint64 gauge_total(void)
{
	return frames_total();
}

static uint64 gauge_free(void)
{
	return frames_free();
}

static uint64 gauge_used(void)
{
	return frames_total() - frames_free();
}

static uint64 gauge_shared(void)
{
	return frames_shared();
}

static uint64 gauge_table(void)
{
	return vmcount_read(VM_table);
}

static uint64 gauge_procs(void)
{
	return vmcount_read(VM_procs);
}

static uint64 gauge_late(void)
{
	return timer_longest_wait() * 1000000 / timer_hz;
}

static uint64 put_line(char *text, uint64 room, const char *name, uint64 value)
{
	return (uint64)ksnprintf(text, room, "%s %lu\n", name, value);
}

uint64 vmstat_text(char *text, uint64 size)
{
	uint64 n = 0;

#define GAUGE(name) n += put_line(text + n, size - n, #name, gauge_##name());
	VMSTAT_GAUGES(GAUGE)
#undef GAUGE
#define EVENT(name)                                                            \
	n += put_line(text + n, size - n, #name, vmcount_read(VM_##name));
	VMSTAT_EVENTS(EVENT)
#undef EVENT
	return n;
}

static long vmstat_read(struct uio *dst, uint64 offset)
{
	long result = 0;

	spin_acquire(&vmstat.lock);
	uint64 len = vmstat_text(vmstat.text, TEXT_MAX);

	if (offset < len) {
		uint64 n = MIN(dst->left, len - offset);
		int error = uio_put(dst, vmstat.text + offset, n);

		result = error != 0 ? error : (long)n;
	}
	spin_release(&vmstat.lock);
	return result;
}

/* Parse "fail N" into *n. */
static bool parse_fail(const char *command, uint64 *n)
{
	return strncmp(command, "fail ", strlen("fail ")) == 0 &&
	       parse_number(command + strlen("fail "), n);
}

static int set_overcommit(const char *name)
{
	enum promise_policy policy;

	if (!promise_find_policy(name, &policy))
		return -EINVAL;
	promise_set_policy(policy);
	return 0;
}

static int run_command(const char *command)
{
	uint64 n;

	if (strcmp(command, "locks") == 0)
		return spin_print_waits();
	if (parse_fail(command, &n)) {
		frame_fail_nth(n);
		return 0;
	}
	if (strncmp(command, OVERCOMMIT, strlen(OVERCOMMIT)) == 0)
		return set_overcommit(command + strlen(OVERCOMMIT));
	if (strcmp(command, "audit") == 0)
		return audit();
	return crash(command);
}

static long vmstat_write(struct uio *src)
{
	char command[COMMAND_MAX];
	uint64 n = src->left;

	if (n >= sizeof(command))
		return -EINVAL;

	int error = uio_get(src, command, n);

	if (error != 0)
		return error;
	command[n] = '\0';
	if (n > 0 && command[n - 1] == '\n')
		command[n - 1] = '\0';
	error = run_command(command);
	return error != 0 ? error : (long)n;
}

const struct device vmstat_device = {
	.name = "vmstat",
	.read = vmstat_read,
	.write = vmstat_write,
};
