/* user/lib/spawn.c: start a program in a child that borrows this process's
 * memory, so that it can store there why it failed. */

#include "spawn.h"

#include "memory.h"
#include "sys.h"
#include "wait.h"

#define STATUS_NOT_SPAWNED 127

struct spawn_action {
	enum { ACTION_OPEN, ACTION_CLOSE, ACTION_DUP } kind;
	int fd, from;
	const char *path;
	int flags;
};

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	*actions = (posix_spawn_file_actions_t){ .list = NULL };
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	free(actions->list);
	return posix_spawn_file_actions_init(actions);
}

static int add(posix_spawn_file_actions_t *actions, struct spawn_action action)
{
	if (action.fd < 0 || action.fd >= NOFILE || action.from < 0 ||
	    action.from >= NOFILE)
		return EBADF;

	size_t size = ((size_t)actions->count + 1) * sizeof(action);
	struct spawn_action *list = realloc(actions->list, size);

	if (list == NULL)
		return ENOMEM;
	actions->list = list;
	list[actions->count++] = action;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions,
				     int fd, const char *path, int flags,
				     int mode)
{
	(void)mode;
	return add(actions, (struct spawn_action){
				    .kind = ACTION_OPEN,
				    .fd = fd,
				    .path = path,
				    .flags = flags,
			    });
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions,
				      int fd)
{
	return add(actions,
		   (struct spawn_action){ .kind = ACTION_CLOSE, .fd = fd });
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions,
				     int from, int to)
{
	return add(actions, (struct spawn_action){
				    .kind = ACTION_DUP,
				    .fd = to,
				    .from = from,
			    });
}

/* Make `to` the same file as `from`. dup() returns the lowest free descriptor,
 * so the lower ones are filled meanwhile. Returns 0 or -1. */
static int duplicate(int from, int to)
{
	bool filled[NOFILE] = { false };
	int fd;

	if (from != to)
		close(to);
	while ((fd = dup(from)) >= 0 && fd < to)
		filled[fd] = true;
	if (fd > to)
		close(fd); /* `to` was open: it is `from` */
	for (int i = 0; i < to; i++)
		if (filled[i])
			close(i);
	return fd >= to || (from == to && errno == EMFILE) ? 0 : -1;
}

static int open_as(int to, const char *path, int flags)
{
	close(to);

	int fd = open(path, flags);

	if (fd < 0 || fd == to)
		return fd < 0 ? -1 : 0;

	int result = duplicate(fd, to);

	close(fd);
	return result;
}

/* Closing a descriptor that is not open is not an error. */
static int act(const struct spawn_action *action)
{
	switch (action->kind) {
	case ACTION_OPEN:
		return open_as(action->fd, action->path, action->flags);
	case ACTION_DUP:
		return duplicate(action->from, action->fd);
	default:
		close(action->fd);
		return 0;
	}
}

/* The child. Returns only if the program cannot be started. */
static void become(const char *path, const posix_spawn_file_actions_t *actions,
		   char *const argv[], char *const envp[])
{
	for (int i = 0; actions != NULL && i < actions->count; i++)
		if (act(&actions->list[i]) < 0)
			return;
	execve(path, argv, envp != NULL ? envp : environ);
}

int posix_spawn(int *pid, const char *path,
		const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[],
		char *const envp[])
{
	volatile int error = 0;
	int former = errno;

	if (attributes != NULL)
		return EINVAL;

	int child = vfork();

	if (child == 0) {
		become(path, actions, argv, envp);
		error = errno;
		_exit(STATUS_NOT_SPAWNED);
	}
	if (child < 0)
		error = errno;
	else if (error != 0)
		wait_quietly(child);
	else if (pid != NULL)
		*pid = child;
	errno = former;
	return error;
}

int posix_spawnp(int *pid, const char *file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[],
		 char *const envp[])
{
	return posix_spawn(pid, file, actions, attributes, argv, envp);
}
