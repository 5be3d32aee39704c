/* kernel/dev/poweroff.h: the end of the machine. */
#pragma once

#include "lib/types.h"

#define PANIC_STATUS 101 /* QEMU's exit status after a panic */

/* QEMU ends with exit status `status` modulo 256. What is not on the disk yet
 * is lost. */
void poweroff(uint32 status) __attribute__((noreturn));
