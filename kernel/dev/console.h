/* kernel/dev/console.h: the terminal. */
#pragma once

#include "dev/device.h"

extern const struct device console_device;

/* [init] From now on kprintf() prints. */
void console_init(void);

/* [init] Set functions to call for Ctrl-C and Ctrl-P, without holding locks. */
void console_set_keys(void (*interrupt)(void), void (*list)(void));

/* Whether Ctrl-C was typed and no read has reported it yet. None will from now
 * on. */
bool console_take_interrupt(void);

/* Handle received bytes. The caller must not hold a lock. */
void console_intr(void);

/* To call at each timer interrupt. The caller must not hold a lock. */
void console_tick(void);

/* To call before a hart sleeps: it has time for more keys. The caller must not
 * hold a lock. */
void console_resume(void);
