/* user/lib/wait.c: wait for children. The kernel can only wait for any of
 * them. */

#include "wait.h"

#include "sys.h"

#define NOTES_MAX 16

int sys_wait(int *status);

/* Children that have ended and that wait() has not returned yet. */
static struct note {
	int pid, status;
} notes[NOTES_MAX];
static int count;

int wait(int *status)
{
	if (count == 0)
		return sys_wait(status);

	struct note first = notes[0];

	count--;
	for (int i = 0; i < count; i++)
		notes[i] = notes[i + 1];
	if (status != NULL)
		*status = first.status;
	return first.pid;
}

void wait_quietly(int pid)
{
	while (count < NOTES_MAX) {
		struct note *next = &notes[count];

		next->pid = sys_wait(&next->status);
		if (next->pid == pid || next->pid < 0)
			return;
		count++;
	}
}
