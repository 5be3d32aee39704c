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

/* Machine mode takes its interrupt at once, whatever the hart is doing. It
 * clears MSIP and leaves an interrupt for supervisor mode, which is taken
 * before the next instruction of a program (privileged specification, section
 * 3.1.9), and fences (trap/interrupt.c). So it is enough to wait for MSIP. */
void ipi_fence_user(void)
{
	const uint32 *msip = CLINT;

	sfence_user();
	ipi_send_others();
	for (uint32 i = 0; i < nharts; i++)
		while (&harts[i] != this_hart() &&
		       mmio_read32(msip + harts[i].hartid) != 0)
			;
}

void ipi_clear(void)
{
	csr_clear(sip, INT_SSI);
}
