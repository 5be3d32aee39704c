/* user/lib/wait.h: wait for one child and leave the others to wait(). */
#pragma once

/* Wait for the child with this pid. Children that end before it are noted, and
 * wait() returns them later; if there is no room for a note, the child is left
 * to wait(), too. */
void wait_quietly(int pid);
