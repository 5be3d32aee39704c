/* grade/trials/programs/abuse.c: the first process on a damaged disk: tries
 * every call on every file that it finds (grade/trials/damage).
 *
 * All calls may fail, but the kernel must survive, so only the last line of the
 * output matters. With ON_HOST it runs on the kernel's file system as
 * grade/trials/damage/host builds it, without the rest of the kernel. */

#ifdef ON_HOST
#include "host_calls.h"
#else
#include "calf.h"
#endif

#include "abi/fs.h"

#define FILES_MAX 300
#define DEPTH_MAX 6
#define READ_MAX (1 << 18)
#define FAR (5L << 20) /* an offset found through two tables of blocks */
#define PATH_SIZE 128

static char buf[BLOCK_SIZE];
static long nfiles, nfailures;

static void note(long result)
{
	if (result < 0)
		nfailures++;
}

static bool join(char *path, const char *folder, const char *name)
{
	return snprintf(path, PATH_SIZE, "%s/%.14s", folder, name) < PATH_SIZE;
}

static void read_some(int fd, long size)
{
	const long from[] = { 0, size - 10, FAR };

	for (int i = 0; i < 3; i++) {
		long n = 1;

		note(lseek(fd, from[i] < 0 ? 0 : from[i], SEEK_SET));
		for (long done = 0; n > 0 && done < READ_MAX; done += n)
			note(n = read(fd, buf, sizeof(buf)));
	}
}

static void write_some(int fd, long size)
{
	const long to[] = { 0, size - 10, size, FAR };

	for (int i = 0; i < 4; i++) {
		note(lseek(fd, to[i] < 0 ? 0 : to[i], SEEK_SET));
		note(write(fd, buf, 3000));
	}
}

static void use_file(const char *path, long size)
{
	int flags = nfiles % 2 == 0 ? O_RDWR : O_RDWR | O_TRUNC;
	int fd = open(path, flags);

	note(fd);
	if (fd >= 0) {
		read_some(fd, size);
		write_some(fd, size);
		read_some(fd, size);
	}
	if (nfiles % 3 == 0)
		note(unlink(path));
	if (fd >= 0)
		close(fd);
}

/* Create, rename and remove names in a directory. */
static void use_directory(const char *path)
{
	char name[3][PATH_SIZE];

	for (int i = 0; i < 3; i++)
		if (!join(name[i], path, i == 0 ? "n0" : i == 1 ? "n1" : "n2"))
			return;
	int fd = open(name[0], O_RDWR | O_CREATE);

	note(fd);
	if (fd >= 0) {
		note(write(fd, buf, sizeof(buf)));
		close(fd);
	}
	note(link(name[0], name[1]));
	note(rename(name[0], name[2]));
	note(unlink(name[1]));
	note(unlink(name[2]));
	note(mkdir(name[0]));
	note(rename(name[0], name[1]));
	note(unlink(name[1]));
}

static void visit(const char *path, int depth);

static void visit_entries(int fd, const char *path, int depth)
{
	struct dirent entry;
	char child[PATH_SIZE];
	long n;

	while ((n = read(fd, &entry, sizeof(entry))) == sizeof(entry)) {
		char name[NAME_LEN + 1] = { 0 };

		memcpy(name, entry.name, NAME_LEN);
		if (entry.inum != 0 && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0 && join(child, path, name))
			visit(child, depth + 1);
	}
	note(n);
}

static void visit(const char *path, int depth)
{
	struct stat st;
	int fd = open(*path != 0 ? path : "/", O_RDONLY);

	note(fd);
	if (fd < 0)
		return;
	if (nfiles++ > FILES_MAX || depth > DEPTH_MAX || fstat(fd, &st) < 0)
		st.type = 0;
	if (st.type == T_DIR) {
		visit_entries(fd, path, depth);
		use_directory(path);
	} else if (st.type == T_FILE) {
		use_file(path, (long)st.size);
	}
	close(fd);
}

static void abuse(void)
{
	for (unsigned i = 0; i < sizeof(buf); i++)
		buf[i] = (char)(i * 7 + 1);
	visit("", 0);
	note(sync());
	printf("%ld files, %ld failures: still here\n", nfiles, nfailures);
}

int main(void)
{
	open("/dev/console", O_RDWR);
	dup(0);
	abuse();
	return poweroff(0);
}
