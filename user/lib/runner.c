/* user/lib/runner.c: run tests and report their results. */

#include "runner.h"

#include "asked.h"
#include "dir.h"
#include "getopt.h"

/* The time limit of a test: this many seconds, plus a second for every
 * FRAMES_PER_SECOND frames, since some tests use all memory. */
#define DEFAULT_SECONDS 60
#define FRAMES_PER_SECOND 4096
#define SECONDS_MIN 2
#define STATUS_RETURNED 98 /* of a test that has not become another program */
#define SETTLE_TICKS 10    /* ticks to wait until frames are free again... */
#define SETTLE_AGAIN 1     /* ... and after the first wait that was in vain */

static int seconds_allowed;
static int vmstat_fd;
static struct asked asked; /* all NULL without a grader's list */

/* The result of a test. reason is "" if it passed. */
struct outcome {
	char reason[200];
	bool is_leak; /* only the number of free frames was wrong */
};

static void set_reason(struct outcome *outcome, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
static void set_reason(struct outcome *outcome, const char *fmt, ...)
{
	va_list args;

	if (outcome->reason[0] != '\0')
		return;
	va_start(args, fmt);
	vsnprintf(outcome->reason, sizeof(outcome->reason), fmt, args);
	va_end(args);
}

/* Tests measure what the whole system does. So a test begins only when the
 * runner and the watchdog have made the copies that follow a fork, and do
 * nothing but wait. */

static int start_watchdog(void)
{
	int settled[2];
	char c;

	xpipe(settled);

	int pid = xfork();

	if (pid == 0) {
		own_stack();
		xclose(settled[0]);
		xclose(settled[1]);
		sleep(seconds_allowed * TICKS_PER_SECOND);
		exit(0);
	}
	xclose(settled[1]);
	read(settled[0], &c, 1); /* until the watchdog has closed its end */
	xclose(settled[0]);
	return pid;
}

static int start_test(const struct test *test, const char *dir, int report[2])
{
	int pid = xfork_settled();

	if (pid == 0) {
		close(report[0]);
		fail_to(report[1]);
		xchdir(dir);
		test->run();
		if (asked.name != NULL)
			asked_fail_trap(&asked);
		exit(STATUS_RETURNED);
	}
	return pid;
}

/* Wait for the test and return its status. If the watchdog ends first, kill the
 * test. */
static int wait_for_test(int test, int watchdog, struct outcome *outcome)
{
	int test_status = 0;
	int left = 2;

	while (left > 0) {
		int status;
		int pid = wait(&status);

		if (pid == test) {
			test_status = status;
			kill(watchdog);
		} else if (pid == watchdog && left == 2) {
			set_reason(outcome, "not over after %d s",
				   seconds_allowed);
			kill(test);
			/* If one test hangs, others will: give them less
			 * time. */
			if (seconds_allowed > SECONDS_MIN)
				seconds_allowed /= 2;
		}
		left -= pid == test || pid == watchdog;
	}
	return test_status;
}

/* Read the first reason that the test has reported, if any. The newline is for
 * the case that there is none: processes that the test has left behind may keep
 * the pipe open, and the read must end. */
static void read_reason(const int report[2], struct outcome *outcome)
{
	char reason[sizeof(outcome->reason)];

	xwrite(report[1], "\n", 1);

	long n = read(report[0], reason, sizeof(reason) - 1);

	reason[n > 0 ? n : 0] = '\0';
	char *newline = strchr(reason, '\n');
	if (newline != NULL)
		*newline = '\0';
	if (reason[0] != '\0')
		set_reason(outcome, "%s", reason);
}

/* A test that failed may have left processes behind. Their pids are higher. */
static void kill_strays(int test)
{
	int newest = xfork();

	if (newest == 0)
		exit(0);
	while (wait(NULL) != newest)
		;
	for (int pid = test + 1; pid < newest; pid++)
		kill(pid);
}

static void run_process(const struct test *test, const char *dir,
			struct outcome *outcome)
{
	int report[2];

	xpipe(report);

	int watchdog = start_watchdog();
	int pid = start_test(test, dir, report);
	int status = wait_for_test(pid, watchdog, outcome);

	/* Use the open descriptor: an open() might be what fails. */
	xwrite(vmstat_fd, "fail 0", 6);
	if (status != STATUS_RETURNED)
		read_reason(report, outcome);
	if (status == STATUS_KILLED)
		set_reason(outcome, "killed");
	if (status != STATUS_RETURNED)
		set_reason(outcome, "ended with status %d", status);
	if (outcome->reason[0] != '\0')
		kill_strays(pid);
	xclose(report[0]);
	xclose(report[1]);
}

/* Give processes that the test has left behind as long to end as the test
 * itself was given. */
static void wait_for_orphans(long procs)
{
	static bool was_in_vain;

	if (!orphans_settle(procs, was_in_vain ? 0 : seconds_allowed))
		was_in_vain = true;
}

static void check_frames(const struct vmstat *before, struct outcome *outcome)
{
	static int patience = SETTLE_TICKS;

	wait_for_orphans(before->procs);
	sync(); /* the kernel may keep what waits for a commit in memory */

	long lost = before->free - xvmstat("free");

	for (int i = 0; i < patience && lost != 0; i++) {
		sleep(1);
		lost = before->free - xvmstat("free");
	}
	if (lost != 0)
		patience = SETTLE_AGAIN;
	outcome->is_leak = lost != 0 && outcome->reason[0] == '\0';
	if (lost > 0)
		set_reason(outcome, "%ld frame%s lost", lost,
			   lost == 1 ? "" : "s");
	if (lost < 0)
		set_reason(outcome, "%ld frame%s too many", -lost,
			   lost == -1 ? "" : "s");
}

static void run_in_directory(const struct test *test, struct outcome *outcome)
{
	char dir[PATH_LEN];

	snprintf(dir, sizeof(dir), "/tmp/t%d", getpid());
	mkdir("/tmp");
	remove_tree(dir); /* left by a run that was interrupted */
	xmkdir(dir);

	struct vmstat before;

	sync();
	xvmstat_read(&before);
	outcome->reason[0] = '\0';
	outcome->is_leak = false;
	run_process(test, dir, outcome);
	check_frames(&before, outcome);
	if (remove_tree(dir) < 0)
		set_reason(outcome, "%s: cannot be removed: %s", dir,
			   strerror(errno));
}

/* If another program reads the output through a pipe, it uses memory too. Then
 * frames count as lost only if that happens twice. */
static bool run_test(const struct test *test)
{
	struct outcome outcome;

	run_in_directory(test, &outcome);
	if (outcome.is_leak && !is_console(1))
		run_in_directory(test, &outcome);

	bool passed = outcome.reason[0] == '\0';
	char word[ASKED_WORD_SIZE] = "";
	const char *blank = asked.name == NULL ? "" : " ";

	if (asked.name != NULL)
		asked_word(&asked, passed, word);
	if (passed)
		printf("%s%s%s: ok\n", word, blank, test->name);
	else
		printf("%s%s%s: FAILED (%s)\n", word, blank, test->name,
		       outcome.reason);
	return passed;
}

/* ---- which tests ---- */

struct choice {
	const char *group; /* NULL: all groups */
	char **names;
	int nnames; /* 0: all tests */
};

static bool is_chosen(const struct choice *choice,
		      const struct test_group *group, const struct test *test)
{
	if (choice->group != NULL && strcmp(choice->group, group->name) != 0)
		return false;
	for (int i = 0; i < choice->nnames; i++) {
		if (strcmp(choice->names[i], test->name) == 0)
			return true;
	}
	return choice->nnames == 0 &&
	       (!group->is_slow || choice->group != NULL);
}

/* Call `visit` for every chosen test. Returns the number of these tests, and in
 * *passed the number of calls that returned true. */
static int each_test(const struct test_group *groups,
		     const struct choice *choice,
		     bool (*visit)(const struct test *test), int *passed)
{
	int count = 0;

	*passed = 0;
	for (; groups->name != NULL; groups++) {
		for (const struct test *t = groups->tests;
		     t != NULL && t->name != NULL; t++) {
			if (!is_chosen(choice, groups, t))
				continue;
			count++;
			*passed += visit(t);
		}
	}
	return count;
}

static bool list_test(const struct test *test)
{
	return puts(test->name) >= 0;
}

static bool does_exist(const struct test *test)
{
	(void)test;
	return true;
}

static void check_choice(const struct test_group *groups,
			 const struct choice *choice)
{
	struct choice one = { .group = choice->group, .nnames = 1 };
	int passed;

	for (int i = 0; i < choice->nnames; i++) {
		one.names = &choice->names[i];
		if (each_test(groups, &one, does_exist, &passed) == 0)
			errx(2, "%s: no such test", choice->names[i]);
	}
	if (each_test(groups, choice, does_exist, &passed) == 0)
		errx(2, "%s: no such group", choice->group);
}

/* Run the tests in a grader's list, in its order. */
static int run_asked(const struct test_group *groups, const char *path,
		     int *passed)
{
	char *text = asked_read(path);
	char *rest = text;
	int count = 0;

	*passed = 0;
	while (asked_next(&rest, &asked)) {
		struct choice one = { asked.group, &asked.name, 1 };
		int one_passed;

		check_choice(groups, &one);
		count += each_test(groups, &one, run_test, &one_passed);
		*passed += one_passed;
	}
	free(text);
	return count;
}

static void usage_exit(void)
{
	char synopsis[80];

	snprintf(synopsis, sizeof(synopsis),
		 "%s [-l] [-g GROUP] [-a FILE] [-t SECONDS] [NAME]...",
		 program_name);
	usage(synopsis);
}

int tests_main(const struct test_group *groups, int argc, char **argv)
{
	struct choice choice = { .group = NULL };
	const char *asked_path = NULL;
	bool is_list = false;
	int letter;
	int passed;

	while ((letter = getopt(argc, argv, "lg:a:t:")) != -1) {
		if (letter == 'l')
			is_list = true;
		else if (letter == 'g')
			choice.group = optarg;
		else if (letter == 'a')
			asked_path = optarg;
		else if (letter == 't')
			seconds_allowed = atoi(optarg);
		else
			usage_exit();
	}
	choice.names = argv + optind;
	choice.nnames = argc - optind;
	check_choice(groups, &choice);
	if (is_list) {
		each_test(groups, &choice, list_test, &passed);
		return 0;
	}
	stack_note();
	stack_touch();
	if (seconds_allowed == 0)
		seconds_allowed = DEFAULT_SECONDS +
				  (int)(xvmstat("total") / FRAMES_PER_SECOND);
	vmstat_fd = xopen(VMSTAT_PATH, O_WRONLY);
	starter_settle();

	int count = asked_path == NULL
			    ? each_test(groups, &choice, run_test, &passed)
			    : run_asked(groups, asked_path, &passed);

	printf("%d passed, %d failed\n", passed, count - passed);
	return passed == count ? 0 : 1;
}
