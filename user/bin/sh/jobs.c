/* user/bin/sh/jobs.c: commands in the background.
 *
 * No system call tests whether a child has ended without waiting. So the shell
 * waits for a child only if /proc shows that it has ended. */

#include "process.h"
#include "sh.h"

#define LONG_TIME 0x7fffffff

struct job {
	struct job *next;
	int number, pid, status;
	bool has_ended;
	char *text;
};

static struct job *jobs; /* oldest first */

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

/* Wait for all children that have ended already. */
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

static void job_remove(struct job *job)
{
	struct job **link = &jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	free(job->text);
	free(job);
}

void jobs_print(bool only_ended)
{
	struct job *next;

	collect();
	for (struct job *job = jobs; job != NULL; job = next) {
		next = job->next;
		if (job->has_ended || !only_ended)
			print_job(job);
		if (job->has_ended)
			job_remove(job);
	}
}

static bool is_any_running(void)
{
	for (struct job *job = jobs; job != NULL; job = job->next)
		if (!job->has_ended)
			return true;
	return false;
}

/* Ctrl-C does not kill the shell, so the shell needs a child that it can
 * kill. */
static int start_sleeper(void)
{
	int pid = fork();

	if (pid != 0)
		return pid;
	for (;;)
		sleep(LONG_TIME);
}

static bool is_running(const struct job *job)
{
	return job != NULL ? !job->has_ended : is_any_running();
}

/* Wait until the job, or all jobs if it is NULL, have ended. Returns false if
 * Ctrl-C came first. */
static bool wait_until_ended(const struct job *job)
{
	int sleeper = at_prompt && is_running(job) ? start_sleeper() : -1;
	int pid = 0, status;

	while (is_running(job) && pid != sleeper) {
		pid = wait(&status);
		if (pid < 0)
			break;
		jobs_note(pid, status);
	}
	if (pid == sleeper && pid > 0)
		return false;
	if (sleeper > 0)
		kill(sleeper);
	while (sleeper > 0 && (pid = wait(&status)) > 0 && pid != sleeper)
		jobs_note(pid, status);
	return true;
}

int jobs_wait(void)
{
	if (wait_until_ended(NULL))
		return 0;
	interrupted = true;
	return STATUS_CTRL_C;
}

/* ---- fg ---- */

/* Kill the process and all of its descendants. In the list a child comes after
 * its parent, unless pids have wrapped around; then it is found the next
 * time. */
static void kill_tree(int top)
{
	struct process *all;
	long count = processes_read(&all);
	bool found = count > 0;

	kill(top);
	while (found) {
		found = false;
		for (long i = 0; i < count; i++) {
			bool is_below = false;

			for (long j = 0; j < count; j++)
				is_below |= all[j].pid == all[i].parent &&
					    all[j].state == '\0';
			if (all[i].state == '\0' ||
			    (all[i].parent != top && !is_below))
				continue;
			kill(all[i].pid);
			all[i].state = '\0'; /* marks it for its children */
			found = true;
		}
	}
	if (count >= 0)
		free(all);
}

static struct job *find_job(const char *number)
{
	struct job *job = jobs;
	long wanted;

	if (number == NULL) {
		while (job != NULL && job->next != NULL)
			job = job->next;
		return job;
	}
	if (!parse_number(number[0] == '%' ? number + 1 : number, &wanted))
		return NULL;
	while (job != NULL && job->number != wanted)
		job = job->next;
	return job;
}

int jobs_foreground(const char *number)
{
	struct job *job = find_job(number);
	int status;

	if (job == NULL) {
		warnx("fg: no such job");
		return 1;
	}
	printf("%s\n", job->text);
	if (wait_until_ended(job)) {
		status = shown_status(job->status);
	} else {
		kill_tree(job->pid);
		wait_until_ended(job);
		interrupted = true;
		status = STATUS_CTRL_C;
	}
	job_remove(job);
	return status;
}
