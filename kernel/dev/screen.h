/* kernel/dev/screen.h: output to the terminal. */
#pragma once

#include "mm/uio.h"

/* [init] From now on kprintf() prints. */
void screen_init(void);

/* Write for a program. Returns the number of bytes, or an error. */
long screen_write(struct uio *src);

/* Show the effect of keys. Takes only a spinlock that comes after all
 * others. */
void screen_echo(const char *text, uint64 n);

/* Show the prompt again: what programs have written since the last newline. */
void screen_show_prompt(void);
