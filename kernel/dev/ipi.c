/* kernel/dev/ipi.c: interrupts from one hart to another. */
#include "dev/ipi.h"

#include "lib/csr.h"
#include "lib/hart.h"
#include "mm/layout.h"

/* The CLINT starts with one 32-bit MSIP register for each hart. */
void ipi_send(uint32 hart_index)
{
	uint32 *msip = CLINT;

	/* The other hart must see what this one did before. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	mmio_write32(msip + harts[hart_index].hartid, 1);
}

void ipi_send_others(void)
{
	for (uint32 i = 0; i < nharts; i++)
		if (&harts[i] != this_hart())
			ipi_send(i);
}

void ipi_clear(void)
{
	csr_clear(sip, INT_SSI);
}
