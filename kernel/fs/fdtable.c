/* kernel/fs/fdtable.c: the open files of a process. */
#include "fs/fdtable.h"

#include "abi/errno.h"
#include "fs/file.h"

static int lowest_free(const struct fdtable *table)
{
	int fd = 0;

	while (fd < table->end && table->file[fd] != NULL)
		fd++;
	return fd;
}

bool fd_is_full(const struct fdtable *table)
{
	return lowest_free(table) == NOFILE;
}

int fd_install(struct fdtable *table, struct file *file)
{
	int fd = lowest_free(table);

	if (fd == NOFILE)
		return -EMFILE;
	table->file[fd] = file;
	table->end = MAX(table->end, fd + 1);
	return fd;
}

struct file *fd_remove(struct fdtable *table, int fd)
{
	struct file *file = fd_file(table, fd);

	if (file == NULL)
		return NULL;
	table->file[fd] = NULL;
	while (table->end > 0 && table->file[table->end - 1] == NULL)
		table->end--;
	return file;
}

void fdtable_copy(struct fdtable *child, const struct fdtable *parent)
{
	for (int fd = 0; fd < parent->end; fd++)
		if (parent->file[fd] != NULL)
			child->file[fd] = file_get(parent->file[fd]);
	child->end = parent->end;
}

void fdtable_close(struct fdtable *table)
{
	while (table->end > 0)
		file_put(fd_remove(table, table->end - 1));
}
