/* grade/trials/programs/power.c: the first process of a machine whose power
 * will fail: makes the file calls that /script lists
 * (grade/trials/power/workload.py).
 *
 * A line has an error number (0 means success) and a call that must return it.
 * At a `mark` the program says so on the console and waits for a line. By then
 * the grader knows how much has been written to the disk.
 *
 * With the boot word `survey` it prints all files instead, in the form of
 * grade/trials/power/volume.py: "PATH TYPE NLINK INODE SIZE SUM", where the sum
 * is a CRC-32 of the bytes. Then it checks that the disk can be written to. */

#include "calf.h"
#include "dir.h"

#define WORDS_MAX 6
#define PERIOD 251 /* of the bytes written, so that all blocks differ */
#define LENGTH_MAX (1 << 20)
#define CRC_POLYNOMIAL 0xedb88320 /* reversed */

/* ---- a script ---- */

static char bytes[LENGTH_MAX + PERIOD];
static int held = -1; /* a descriptor that stays open across calls */

static char *read_script(void)
{
	int fd = open("/script", O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		err(1, "/script");
	char *script = xmalloc(st.size + 1);

	if (read(fd, script, st.size) != (long)st.size)
		err(1, "/script");
	script[st.size] = '\0';
	close(fd);
	return script;
}

/* Split a line into words. Returns the next line. */
static char *split(char *line, char *word[WORDS_MAX])
{
	char *end = strchr(line, '\n');
	char *next = line;

	*end = '\0';
	for (int i = 0; i < WORDS_MAX; i++) {
		word[i] = next != NULL ? next : "";
		next = next != NULL ? strchr(next, ' ') : NULL;
		if (next != NULL)
			*next++ = '\0';
	}
	return end + 1;
}

static long write_bytes(int fd, const char *length, const char *seed)
{
	long n = atoi(length);

	for (long i = 0; i < n; i++)
		bytes[i] = (char)(atoi(seed) + i % PERIOD);
	return write(fd, bytes, (size_t)n) == n ? 0 : -1;
}

static long write_to(char *word[], int flags)
{
	int fd = open(word[1], O_WRONLY | flags);

	if (fd < 0)
		return -1;
	lseek(fd, atoi(word[4]), SEEK_SET);

	long result = write_bytes(fd, word[2], word[3]);

	close(fd);
	return result;
}

static long open_close(const char *path, int flags)
{
	int fd = open(path, flags);

	return fd < 0 ? -1 : close(fd);
}

static long hold(const char *path)
{
	held = open(path, O_RDWR);
	return held < 0 ? -1 : 0;
}

static void mark(void)
{
	char answer[8];

	printf("mark\n");
	if (read(0, answer, sizeof(answer)) <= 0)
		exit(1);
}

static long call(char *word[])
{
	const char *name = word[0];

	if (strcmp(name, "create") == 0)
		return open_close(word[1], O_WRONLY | O_CREATE);
	if (strcmp(name, "truncate") == 0)
		return open_close(word[1], O_WRONLY | O_TRUNC);
	if (strcmp(name, "write") == 0)
		return write_to(word, 0);
	if (strcmp(name, "append") == 0)
		return write_to(word, O_APPEND);
	if (strcmp(name, "link") == 0)
		return link(word[1], word[2]);
	if (strcmp(name, "rename") == 0)
		return rename(word[1], word[2]);
	if (strcmp(name, "unlink") == 0)
		return unlink(word[1]);
	if (strcmp(name, "mkdir") == 0)
		return mkdir(word[1]);
	if (strcmp(name, "hold") == 0)
		return hold(word[1]);
	if (strcmp(name, "fill") == 0)
		return write_bytes(held, word[1], word[2]);
	if (strcmp(name, "release") == 0)
		return close(held);
	if (strcmp(name, "sync") == 0)
		return sync();
	errx(1, "no such call: %s", name);
}

static void check_call(char *word[])
{
	errno = 0;

	long result = call(word + 1);
	int reason = result < 0 ? errno : 0;

	if (reason != atoi(word[0])) {
		printf("wrong: %s %s %s: %d, expected %s\n", word[1], word[2],
		       word[3], reason, word[0]);
		poweroff(1);
	}
}

/* The lines between `fork` and `end` are for a child. */
static void run(char *line)
{
	char *word[WORDS_MAX];
	bool skipped = false, is_child = false;
	int nchildren =
		0; /* since wait() would wait for a kernel thread, too */

	while (*line != '\0') {
		line = split(line, word);
		if (strcmp(word[0], "end") == 0) {
			if (is_child)
				exit(0);
			skipped = false;
		} else if (skipped) {
			continue;
		} else if (strcmp(word[0], "fork") == 0) {
			is_child = fork() == 0;
			skipped = !is_child;
			nchildren++;
		} else if (strcmp(word[0], "wait") == 0) {
			for (; nchildren > 0; nchildren--)
				wait(NULL);
		} else if (strcmp(word[0], "mark") == 0) {
			mark();
		} else {
			check_call(word);
		}
	}
}

/* ---- a survey ---- */

static uint crc_table[256];

static void crc_init(void)
{
	for (uint i = 0; i < 256; i++) {
		uint crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
		crc_table[i] = crc;
	}
}

static uint sum_of(const char *path)
{
	static uchar buf[8192];
	int fd = open(path, O_RDONLY);
	uint crc = ~0U;
	long n;

	if (fd < 0)
		err(1, "%s", path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (long i = 0; i < n; i++)
			crc = crc >> 8 ^ crc_table[(crc ^ buf[i]) & 255];
	if (n < 0)
		err(1, "%s", path);
	close(fd);
	return ~crc;
}

static void survey(const char *folder)
{
	struct dir dir;
	const char *name;

	if (dir_open(&dir, *folder != 0 ? folder : "/") < 0)
		err(1, "%s", folder);
	while ((name = dir_next(&dir)) != NULL) {
		char path[PATH_LEN];
		struct stat st;

		if (path_join(path, folder, name) < 0 || stat(path, &st) < 0)
			err(1, "%s/%s", folder, name);
		printf("%s %d %d %u %lu %u\n", path, st.type, st.nlink, st.ino,
		       st.size, st.type == T_FILE ? sum_of(path) : 0);
		if (st.type == T_DIR)
			survey(path);
	}
	dir_close(&dir);
}

static void survey_all(void)
{
	crc_init();
	survey("");
	if ((mkdir("/alive") < 0 && unlink("/alive") < 0) || sync() < 0)
		err(1, "/alive");
	printf("alive\n");
}

int main(int argc, char **argv)
{
	if (open("/dev/console", O_RDWR) != 0)
		exit(1);
	dup(0);
	dup(0);
	if (argc > 1 && strcmp(argv[1], "survey") == 0)
		survey_all();
	else
		run(read_script());
	return poweroff(0);
}
