/* kernel/dev/console.h: the terminal: lines in, text out. */
#pragma once

#include "dev/device.h"

extern const struct device console_device;

/* [init] From here on kprintf() prints. */
void console_init(void);

/* Bytes have come in. */
void console_intr(void);
