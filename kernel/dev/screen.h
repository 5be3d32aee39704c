/* kernel/dev/screen.h: what the terminal shows. */
#pragma once

#include "mm/uio.h"

/* [init] From here on kprintf() prints. */
void screen_init(void);

/* What a program writes. Returns the number of bytes, or an error. */
long screen_write(struct uio *src);

/* What keys show. Takes a spinlock that comes after all others. */
void screen_echo(const char *text, uint64 n);

/* The prompt once more: what programs have written since the last newline. */
void screen_show_prompt(void);
