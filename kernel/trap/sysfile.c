/* kernel/trap/sysfile.c: system calls for files. */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/name.h"
#include "fs/path.h"
#include "mm/usercopy.h"
#include "trap/syscall.h"

/* Copy a path from the program to path[0 .. PATH_LEN - 1]. */
static int get_path(struct proc *p, uint64 va, char *path)
{
	long n = copyinstr(p->uvm, path, va, PATH_LEN);

	return n < 0 ? (int)n : 0;
}

/* ---- by descriptor ---- */

/* The file of the descriptor in arg[0]; NULL if it is not open. */
static struct file *file_arg(const struct proc *p, const uint64 *arg)
{
	return fd_file(&p->files, int_arg(arg[0]));
}

/* The program's buffer is at arg[1]. Its size is all 64 bits of arg[2], a
 * size_t in C, but must fit in an int, as the result does. */
static long transfer(struct proc *p, const uint64 *arg,
		     long (*move)(struct file *file, struct uio *uio))
{
	struct file *file = file_arg(p, arg);

	if (file == NULL)
		return -EBADF;
	if (arg[2] > IO_MAX)
		return -EINVAL;
	struct uio uio = uio_user(p->uvm, arg[1], arg[2]);

	return move(file, &uio);
}

long sys_read(struct proc *p, const uint64 *arg)
{
	return transfer(p, arg, file_read);
}

long sys_write(struct proc *p, const uint64 *arg)
{
	return transfer(p, arg, file_write);
}

long sys_lseek(struct proc *p, const uint64 *arg)
{
	struct file *file = file_arg(p, arg);

	if (file == NULL)
		return -EBADF;
	return file_seek(file, (long)arg[1], int_arg(arg[2]));
}

long sys_close(struct proc *p, const uint64 *arg)
{
	struct file *file = fd_remove(&p->files, int_arg(arg[0]));

	if (file == NULL)
		return -EBADF;
	file_put(file);
	return 0;
}

long sys_dup(struct proc *p, const uint64 *arg)
{
	struct file *file = file_arg(p, arg);

	if (file == NULL)
		return -EBADF;
	int fd = fd_install(&p->files, file_get(file));

	if (fd < 0)
		file_put(file);
	return fd;
}

long sys_fstat(struct proc *p, const uint64 *arg)
{
	struct file *file = file_arg(p, arg);
	struct stat st;

	if (file == NULL)
		return -EBADF;
	int error = file_stat(file, &st);

	return error != 0 ? error : copyout(p->uvm, arg[1], &st, sizeof(st));
}

/* ---- new descriptors ---- */

long sys_open(struct proc *p, const uint64 *arg)
{
	char path[PATH_LEN];
	struct file *file;
	int error = get_path(p, arg[0], path);

	if (error != 0)
		return error;
	/* Check this before the file is created or truncated. */
	if (fd_is_full(&p->files))
		return -EMFILE;
	error = file_open(p->cwd, path, int_arg(arg[1]), &file);
	return error != 0 ? error : fd_install(&p->files, file);
}

static int install_pair(struct fdtable *table, struct file *end[2], int fd[2])
{
	fd[0] = fd_install(table, end[0]);
	if (fd[0] < 0)
		return fd[0];
	fd[1] = fd_install(table, end[1]);
	if (fd[1] < 0)
		fd_remove(table, fd[0]);
	return MIN(fd[1], 0);
}

long sys_pipe(struct proc *p, const uint64 *arg)
{
	struct file *end[2];
	int fd[2];
	int error = file_pipe(end);

	if (error != 0)
		return error;
	error = install_pair(&p->files, end, fd);
	if (error != 0)
		goto close;
	error = copyout(p->uvm, arg[0], fd, sizeof(fd));
	if (error != 0)
		goto remove;
	return 0;

remove:
	fd_remove(&p->files, fd[0]);
	fd_remove(&p->files, fd[1]);
close:
	file_put(end[0]);
	file_put(end[1]);
	return error;
}

/* ---- by name ---- */

static long create(struct proc *p, uint64 path_va, int16 type, uint16 major,
		   uint16 minor)
{
	char path[PATH_LEN];
	struct inode *ip;
	int error = get_path(p, path_va, path);

	if (error != 0)
		return error;
	error = name_create(p->cwd, path, type, major, minor, &ip);
	if (error != 0)
		return error;
	inode_put(ip);
	return 0;
}

long sys_mkdir(struct proc *p, const uint64 *arg)
{
	return create(p, arg[0], T_DIR, 0, 0);
}

long sys_mknod(struct proc *p, const uint64 *arg)
{
	int major = int_arg(arg[1]), minor = int_arg(arg[2]);

	if (major < 0 || major > DEVICE_MAX || minor < 0 || minor > DEVICE_MAX)
		return -EINVAL;
	return create(p, arg[0], T_DEVICE, (uint16)major, (uint16)minor);
}

long sys_chdir(struct proc *p, const uint64 *arg)
{
	char path[PATH_LEN];
	struct inode *ip;
	int error = get_path(p, arg[0], path);

	if (error != 0)
		return error;
	error = path_lookup(p->cwd, path, &ip);
	if (error != 0)
		return error;
	if (ip->type != T_DIR) {
		inode_put(ip);
		return -ENOTDIR;
	}
	if (p->cwd != NULL)
		inode_put(p->cwd);
	p->cwd = ip;
	return 0;
}

long sys_unlink(struct proc *p, const uint64 *arg)
{
	char path[PATH_LEN];
	int error = get_path(p, arg[0], path);

	return error != 0 ? error : name_unlink(p->cwd, path);
}

static long with_two_paths(struct proc *p, const uint64 *arg,
			   int (*change)(struct inode *cwd, const char *old,
					 const char *fresh))
{
	char old[PATH_LEN], fresh[PATH_LEN];
	int error = get_path(p, arg[0], old);

	if (error != 0)
		return error;
	error = get_path(p, arg[1], fresh);
	return error != 0 ? error : change(p->cwd, old, fresh);
}

long sys_link(struct proc *p, const uint64 *arg)
{
	return with_two_paths(p, arg, name_link);
}

long sys_rename(struct proc *p, const uint64 *arg)
{
	return with_two_paths(p, arg, name_rename);
}

long sys_sync(struct proc *p, const uint64 *arg)
{
	(void)p;
	(void)arg;
	return fs_sync();
}
