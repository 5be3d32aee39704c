/* grade/machine/strict/devices.c: some devices of QEMU's `virt` machine, at the
 * same addresses: test device, CLINT and UART. The disk is in virtio.c, the
 * interrupt controller in plic.c. */
#include "parts.h"

#define TEST_BASE 0x100000UL
#define CLINT_BASE 0x2000000UL
#define PLIC_BASE 0xc000000UL
#define UART_BASE 0x10000000UL
#define VIRTIO_BASE 0x10001000UL
#define VIRTIO_SLOTS 8

#define UART_SOURCE 10

/* ---- test device: ends the run ---- */

static bool test_store(struct machine *m, uint32_t value)
{
	uint32_t verdict = value & 0xffff;

	if (verdict != 0x5555 && verdict != 0x3333 && verdict != 0x7777)
		return true;
	m->status = verdict == 0x3333 ? value >> 16 : 0;
	m->ending = ENDED_OFF;
	return true;
}

/* ---- CLINT ---- */

#define MTIMECMP 0x4000U
#define MTIME 0xbff8U

/* The register of 8 bytes with `size` of its bytes replaced by `part`. */
static uint64_t patched(uint64_t reg, uint32_t part, unsigned size,
			uint64_t value)
{
	memcpy((char *)&reg + part, &value, size);
	return reg;
}

static bool clint_load(struct hart *h, uint32_t at, unsigned size,
		       uint64_t *value)
{
	struct machine *m = h->m;
	uint64_t reg;

	if (at / 4 < m->nharts)
		reg = m->hart[at / 4].msip;
	else if (at >= MTIMECMP && (at - MTIMECMP) / 8 < m->nharts)
		reg = m->hart[(at - MTIMECMP) / 8].mtimecmp;
	else if (at >= MTIME && at < MTIME + 8)
		reg = clock_now(h);
	else
		reg = 0;
	*value = 0;
	memcpy(value, (char *)&reg + (at < MTIMECMP ? at % 4 : at % 8), size);
	return true;
}

static bool clint_store(struct hart *h, uint32_t at, unsigned size,
			uint64_t value)
{
	struct machine *m = h->m;

	if (at / 4 < m->nharts) {
		m->hart[at / 4].msip = value & 1;
	} else if (at >= MTIMECMP && (at - MTIMECMP) / 8 < m->nharts) {
		uint64_t *reg = &m->hart[(at - MTIMECMP) / 8].mtimecmp;

		*reg = patched(*reg, at % 8, size, value);
	} else if (at >= MTIME && at < MTIME + 8) {
		m->clock_offset += patched(clock_now(h), at % 8, size, value) -
				   clock_now(h);
	}
	h->stop |= STOP_IRQ;
	return true;
}

/* ---- UART 16550 ---- */

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR };

#define LCR_DLAB 0x80
#define UART_POLL 1000 /* ticks between two polls for input */

static bool uart_can_send(const struct machine *m)
{
	return machine_clock(m) >= m->uart.busy;
}

static void uart_update(struct machine *m)
{
	struct uart *uart = &m->uart;
	bool received = uart->ier & 1 && uart->in >= 0;
	bool can_send = uart->ier & 2 && uart->thre_waits && uart_can_send(m);

	plic_level(m, UART_SOURCE, received || can_send);
}

static void uart_take_input(struct machine *m, bool wait)
{
	struct uart *uart = &m->uart;

	if (uart->in >= 0 || m->input_ended)
		return;
	uart->in = m->host.get(m->host.context, wait);
	if (uart->in == -2) {
		m->input_ended = true;
		uart->in = -1;
	}
	uart_update(m);
}

static void uart_send(struct machine *m, uint8_t byte)
{
	m->host.put(m->host.context, byte);
	m->uart.thre_waits = true;
	if (is_strict(m, STRICT_DEVICES)) {
		m->uart.busy = machine_clock(m) + below(m, 4);
		m->device_poll = 0;
	}
}

static uint64_t uart_load(struct machine *m, uint32_t reg)
{
	struct uart *uart = &m->uart;
	uint64_t value = 0;
	bool dlab = uart->lcr & LCR_DLAB;

	switch (reg) {
	case DATA:
		if (dlab)
			return uart->dll;
		value = uart->in >= 0 ? (uint64_t)uart->in : 0;
		uart->in = -1;
		break;
	case IER:
		return dlab ? uart->dlm : uart->ier;
	case IIR:
		value = uart->fcr & 1 ? 0xc0 : 0;
		if (uart->ier & 1 && uart->in >= 0)
			return value | 4;
		if (!(uart->ier & 2 && uart->thre_waits && uart_can_send(m)))
			return value | 1;
		uart->thre_waits = false;
		value |= 2;
		break;
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return (uart_can_send(m) ? 0x60 : 0) | (uart->in >= 0);
	case MSR:
		return 0xb0;
	default:
		return uart->scr;
	}
	uart_update(m);
	return value;
}

static void uart_store(struct machine *m, uint32_t reg, uint8_t value)
{
	struct uart *uart = &m->uart;
	bool dlab = uart->lcr & LCR_DLAB;

	switch (reg) {
	case DATA:
		if (dlab)
			uart->dll = value;
		else
			uart_send(m, value);
		break;
	case IER:
		if (dlab)
			uart->dlm = value;
		else
			uart->ier = value & 0xf;
		uart->thre_waits |= !dlab && value & 2;
		break;
	case IIR:
		uart->fcr = value;
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		uart->mcr = value;
		break;
	case SCR:
		uart->scr = value;
		break;
	default:
		break;
	}
	uart_update(m);
}

/* ---- all of them ---- */

/* Called between bursts: let the devices do what is due. `wait` says that
 * nothing but input can wake the machine. */
void devices_poll(struct machine *m, bool wait)
{
	uint64_t clock = machine_clock(m), due;

	if (wait || clock >= m->uart.next_poll) {
		m->uart.next_poll = clock + UART_POLL;
		uart_take_input(m, wait);
	}
	uart_update(m);
	virtio_poll(m);
	due = virtio_due(m);
	m->device_poll = m->uart.next_poll;
	if (due < m->device_poll)
		m->device_poll = due;
	if (m->uart.busy > clock && m->uart.busy < m->device_poll)
		m->device_poll = m->uart.busy;
}

/* The registers of a device: 1 the base, 2 bytes, 3 which sizes. */
enum device { NONE, TEST, CLINT, PLIC, UART, DISK };

static const struct range {
	uint64_t base, bytes;
	enum device device;
	uint8_t sizes; /* of accesses that it allows: 1 | 2 | 4 | 8 */
} ranges[] = {
	{ TEST_BASE, 0x1000, TEST, 2 | 4 },
	{ CLINT_BASE, 0x10000, CLINT, 4 | 8 },
	{ PLIC_BASE, 0x600000, PLIC, 4 },
	{ UART_BASE, 0x100, UART, 1 },
	{ VIRTIO_BASE, 0x1000 * VIRTIO_SLOTS, DISK, 1 | 2 | 4 },
};

static enum device find(uint64_t pa, unsigned size, uint32_t *at)
{
	for (size_t n = 0; n < sizeof(ranges) / sizeof(ranges[0]); n++) {
		const struct range *range = &ranges[n];

		if (pa - range->base < range->bytes && range->sizes & size &&
		    pa % size == 0) {
			*at = (uint32_t)(pa - range->base);
			return range->device;
		}
	}
	return NONE;
}

bool device_load(struct hart *h, uint64_t pa, unsigned size, uint64_t *value)
{
	struct machine *m = h->m;
	uint32_t at;

	h->performed = now(h);
	*value = 0;
	switch (find(pa, size, &at)) {
	case TEST:
		return true;
	case CLINT:
		return clint_load(h, at, size, value);
	case PLIC:
		h->stop |= STOP_IRQ;
		return plic_load(m, at, value);
	case UART:
		*value = uart_load(m, at & 7);
		return true;
	case DISK:
		*value = virtio_load(m, at & ~3U) >> (8 * (at & 3));
		if (size < 4)
			*value &= (1UL << (8 * size)) - 1;
		return true;
	default:
		return false;
	}
}

bool device_store(struct hart *h, uint64_t pa, unsigned size, uint64_t value)
{
	struct machine *m = h->m;
	uint32_t at;

	switch (find(pa, size, &at)) {
	case TEST:
		h->stop |= STOP_END;
		return test_store(m, (uint32_t)value);
	case CLINT:
		return clint_store(h, at, size, value);
	case PLIC:
		h->stop |= STOP_IRQ;
		return plic_store(m, at, (uint32_t)value);
	case UART:
		uart_store(m, at & 7, (uint8_t)value);
		return true;
	case DISK:
		virtio_store(m, at, (uint32_t)value);
		h->stop |= STOP_END;
		return true;
	default:
		return false;
	}
}
