/* user/lib/dir.c: read directories. */

#include "dir.h"

#include "print.h"
#include "string.h"
#include "sys.h"

static int fail_and_close(int fd, int number)
{
	close(fd);
	errno = number;
	return -1;
}

int dir_open(struct dir *dir, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return fail_and_close(fd, errno);
	if (st.type != T_DIR)
		return fail_and_close(fd, ENOTDIR);
	dir->fd = fd;
	dir->next = dir->count = dir->error = 0;
	return 0;
}

static bool fill(struct dir *dir)
{
	if (dir->next < dir->count)
		return true;

	long n = read(dir->fd, dir->entries, sizeof(dir->entries));

	if (n < 0)
		dir->error = errno;
	dir->next = 0;
	dir->count = n > 0 ? (int)(n / (long)sizeof(struct dirent)) : 0;
	return dir->count > 0;
}

const char *dir_next(struct dir *dir)
{
	while (fill(dir)) {
		const struct dirent *entry = &dir->entries[dir->next++];

		if (entry->inum == 0)
			continue;
		memcpy(dir->name, entry->name, NAME_LEN);
		dir->name[NAME_LEN] = '\0';
		if (strcmp(dir->name, ".") != 0 && strcmp(dir->name, "..") != 0)
			return dir->name;
	}
	return NULL;
}

void dir_close(struct dir *dir)
{
	close(dir->fd);
}

int path_join(char *path, const char *dir, const char *name)
{
	size_t n = strlen(dir);
	const char *slash = n > 0 && dir[n - 1] == '/' ? "" : "/";
	int length = snprintf(path, PATH_LEN, "%s%s%s", dir, slash, name);

	if ((size_t)length < PATH_LEN)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

long path_trim(char *path, const char *whole)
{
	size_t length = strlcpy(path, whole, PATH_LEN);

	if (length >= PATH_LEN) {
		errno = ENAMETOOLONG;
		return -1;
	}
	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
	return (long)length;
}

int path_into(char *path, const char *dir, const char *from)
{
	char trimmed[PATH_LEN];

	if (path_trim(trimmed, from) < 0)
		return -1;
	return path_join(path, dir, basename(trimmed));
}

bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.type == T_DIR;
}
