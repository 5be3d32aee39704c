/* user/bin/sh/jobs.c: commands in the background.
 *
 * Nothing in Calf waits for a child that may not have ended. So a child is
 * waited for only when /proc says that it has. */

#include "process.h"
#include "sh.h"

#define LONG_TIME 0x7fffffff

struct job {
	struct job *next;
	int number, pid, status;
	bool has_ended;
	char *text;
};

static struct job *jobs; /* the oldest first */

void jobs_add(int pid, const char *text, size_t length)
{
	struct job *job = xmalloc(sizeof(*job));
	struct job **end = &jobs;

	*job = (struct job){ .number = 1, .pid = pid };
	job->text = xmalloc(length + 1);
	memcpy(job->text, text, length);
	job->text[length] = '\0';
	for (; *end != NULL; end = &(*end)->next)
		job->number = (*end)->number + 1;
	*end = job;
	last_background = pid;
	if (at_prompt)
		printf("[%d] %d\n", job->number, pid);
}

void jobs_note(int pid, int status)
{
	for (struct job *job = jobs; job != NULL; job = job->next) {
		if (job->pid != pid || job->has_ended)
			continue;
		job->has_ended = true;
		job->status = status;
	}
}

void jobs_forget(void)
{
	jobs = NULL;
}

/* Wait for all that have ended already. */
static void collect(void)
{
	struct process process;
	int status;

	for (struct job *job = jobs; job != NULL; job = job->next) {
		if (job->has_ended || process_read(job->pid, &process) < 0 ||
		    process.state != 'Z')
			continue;

		int pid = wait(&status);

		jobs_note(pid, status);
	}
}

static void print_job(const struct job *job)
{
	char state[16] = "running";

	if (job->has_ended && job->status == STATUS_KILLED)
		strlcpy(state, "killed", sizeof(state));
	else if (job->has_ended && job->status != 0)
		snprintf(state, sizeof(state), "exit %d", job->status);
	else if (job->has_ended)
		strlcpy(state, "done", sizeof(state));
	printf("[%d] %d %-8s %s\n", job->number, job->pid, state, job->text);
}

void jobs_print(bool only_ended)
{
	collect();
	for (struct job **next = &jobs; *next != NULL;) {
		struct job *job = *next;

		if (job->has_ended || !only_ended)
			print_job(job);
		if (!job->has_ended) {
			next = &job->next;
			continue;
		}
		*next = job->next;
		free(job->text);
		free(job);
	}
}

static bool is_any_running(void)
{
	for (struct job *job = jobs; job != NULL; job = job->next)
		if (!job->has_ended)
			return true;
	return false;
}

/* Ctrl-C does not end the shell. So it gets a child for Ctrl-C to end. */
static int start_sleeper(void)
{
	int pid = fork();

	if (pid != 0)
		return pid;
	for (;;)
		sleep(LONG_TIME);
}

int jobs_wait(void)
{
	int sleeper = at_prompt && is_any_running() ? start_sleeper() : -1;
	int pid = 0, status;

	while (is_any_running() && pid != sleeper) {
		pid = wait(&status);
		if (pid < 0)
			break;
		jobs_note(pid, status);
	}
	if (pid == sleeper && pid > 0) {
		interrupted = true;
		return STATUS_CTRL_C;
	}
	if (sleeper > 0)
		kill(sleeper);
	while (sleeper > 0 && (pid = wait(&status)) > 0 && pid != sleeper)
		jobs_note(pid, status);
	return 0;
}
