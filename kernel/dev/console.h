/* kernel/dev/console.h: the terminal: lines in, text out. */
#pragma once

#include "dev/device.h"

extern const struct device console_device;

/* [init] From here on kprintf() prints. */
void console_init(void);

/* [init] What Ctrl-C and Ctrl-P do. Both are called without any lock. */
void console_set_keys(void (*interrupt)(void), void (*list)(void));

/* Whether Ctrl-C was typed and no read has told of it; from now on none
 * will. */
bool console_take_interrupt(void);

/* Bytes have come in. The caller holds no lock, for the keys' sake. */
void console_intr(void);

/* Some time has passed; the same. */
void console_tick(void);
