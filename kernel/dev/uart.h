/* kernel/dev/uart.h: the serial device (16550). */
#pragma once

#include "lib/types.h"

/* [init] */
void uart_init(void);

/* Send one byte, after waiting until the device can take it. */
void uart_put(char c);

/* Return a received byte, or -1 if there is none. */
int uart_get(void);

/* Enable or disable the interrupt for received bytes. Bytes wait meanwhile. */
void uart_want_input(bool want);
