/* kernel/dev/poweroff.h: power the machine off. */
#pragma once

#include "lib/types.h"

#define PANIC_STATUS 101 /* QEMU's exit status after a panic */

/* End QEMU with the exit status `status` modulo 256. Data that has not been
 * written to the disk yet is lost. */
void poweroff(uint32 status) __attribute__((noreturn));
