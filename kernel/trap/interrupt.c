/* kernel/trap/interrupt.c: handle interrupts. */
#include "trap/interrupt.h"

#include "debug/audit.h"
#include "dev/console.h"
#include "dev/ipi.h"
#include "dev/plic.h"
#include "dev/virtio_blk.h"
#include "lib/csr.h"
#include "lib/panic.h"
#include "mm/layout.h"
#include "proc/sched.h"

static void device_interrupts(void)
{
	uint32 irq;

	while ((irq = plic_claim()) != 0) {
		if (irq == UART_IRQ)
			console_intr();
		else if (irq == VIRTIO_IRQ)
			virtio_blk_intr();
		plic_complete(irq);
	}
}

void interrupts_poll(void)
{
	uint64 pending = csr_read(sip);

	if (pending & INT_SSI) {
		ipi_clear();
		sfence_user(); /* after it: see ipi_fence_user() */
		if (panicked())
			hart_park();
	}
	audit_rest();
	if (pending & INT_SEI)
		device_interrupts();
	if (pending & INT_STI) {
		sched_tick();
		console_tick();
	}
}
