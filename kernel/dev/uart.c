/* kernel/dev/uart.c: the serial device (16550).
 *
 * Its FIFO stays off, as it is after power-on. Turning it on would discard a
 * byte that has been received, perhaps before the kernel ran. QEMU would then
 * wait for that byte to be read, and would never deliver another. The FIFO
 * would not help anyway: QEMU keeps bytes that the device has no room for. */
#include "dev/uart.h"

#include "mm/layout.h"

enum { DATA = 0, IER = 1, LCR = 3, LSR = 5 };

#define IER_RECEIVE 0x01 /* interrupt when a byte is received */
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
