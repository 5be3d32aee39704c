/* kernel/dev/uart.c: the serial line (16550).
 *
 * Its FIFO stays off, as it is after power-on. Turning it on would clear what
 * has been received, and a byte may arrive at any time, even before we run.
 * QEMU would then wait for that byte to be read before it hands over the next
 * one, and so would never hand over anything more. Nor would the FIFO be of
 * use: QEMU keeps all bytes that do not fit, and none is overrun. */
#include "dev/uart.h"

#include "mm/layout.h"

enum { DATA = 0, IER = 1, LCR = 3, LSR = 5 };

#define IER_RECEIVE 0x01 /* interrupt when a byte has come in */
#define LCR_EIGHT_BITS 0x03
#define LSR_RECEIVED 0x01
#define LSR_CAN_SEND 0x20

static uint8 *reg(int number)
{
	return (uint8 *)UART0 + number;
}

void uart_init(void)
{
	mmio_write8(reg(IER), 0);
	mmio_write8(reg(LCR), LCR_EIGHT_BITS);
	mmio_write8(reg(IER), IER_RECEIVE);
}

void uart_put(char c)
{
	while (!(mmio_read8(reg(LSR)) & LSR_CAN_SEND))
		;
	mmio_write8(reg(DATA), (uint8)c);
}

int uart_get(void)
{
	if (!(mmio_read8(reg(LSR)) & LSR_RECEIVED))
		return -1;
	return mmio_read8(reg(DATA));
}

void uart_want_input(bool want)
{
	mmio_write8(reg(IER), want ? IER_RECEIVE : 0);
}
