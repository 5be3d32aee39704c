/* kernel/dev/world.h: let all other harts stand still for a while.
 *
 * They stop where they would take an interrupt: in a program or in the idle
 * loop. So none of them holds a spinlock or is in the middle of a change. */
#pragma once

#include "lib/types.h"

/* Returns when all other harts stand. The caller holds no spinlock. */
void world_stop(void);

/* They go on. */
void world_go(void);

/* Stand still if another hart asks for it. The caller holds no spinlock. */
void world_rest(void);
