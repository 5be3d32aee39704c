/* kernel/dev/uart.h: the serial line (16550). */
#pragma once

#include "lib/types.h"

/* [init] */
void uart_init(void);

/* Send one byte; waits while the line is busy. */
void uart_put(char c);

/* A byte that has come in, or -1. */
int uart_get(void);

/* Whether bytes that come in shall interrupt. While they do not, they wait. */
void uart_want_input(bool want);
