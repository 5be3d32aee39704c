/* user/bin/zombie.c: leave a child behind, for init to adopt. */

#include "calf.h"

int main(void)
{
	int pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		sleep(TICKS_PER_SECOND);
		return 0;
	}
	printf("zombie: child %d outlives me\n", pid);
	return 0;
}
