/* user/lib/spawn.h: start a program, as POSIX has it.
 *
 * posix_spawn() is cheaper than fork() and exec() for a process with much
 * memory, since it copies none of it. All functions return 0 or the number of
 * an error, and none of them sets errno. */
#pragma once

/* What happens to the child's descriptors before exec, step by step. */
typedef struct {
	struct spawn_action *list;
	int count;
} posix_spawn_file_actions_t;

/* Attributes that Calf does not have: always NULL. */
typedef void posix_spawnattr_t;

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions);

/* The path is not copied: it must stay as it is until posix_spawn(). `mode` is
 * ignored. ENOMEM; EBADF if a descriptor cannot be. */
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions,
				     int fd, const char *path, int flags,
				     int mode);
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions,
				      int fd);
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions,
				     int from, int to);

/* Start the program in a child and store its pid in *pid, unless that is NULL.
 * `actions` may be NULL, and envp, too: then the program gets this process's
 * environment. Returns the error of vfork(), of an action or of exec, and then
 * there is no child; EINVAL if there are attributes. */
int posix_spawn(int *pid, const char *path,
		const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[],
		char *const envp[]);

/* The same: exec finds the programs of /bin by their names alone. */
int posix_spawnp(int *pid, const char *file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[],
		 char *const envp[]);
