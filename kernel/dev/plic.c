/* kernel/dev/plic.c: the interrupt controller for devices. */
#include "dev/plic.h"

#include "lib/hart.h"
#include "mm/layout.h"

#define ENABLE_OFFSET 0x2000
#define ENABLE_STRIDE 0x80
#define CONTEXT_OFFSET 0x200000
#define CONTEXT_STRIDE 0x1000
#define CLAIM_OFFSET 4

/* Each hart has two contexts, for machine mode and then for supervisor mode. */
static uint64 context(void)
{
	return 2 * this_hart()->hartid + 1;
}

static void *enable_word(void)
{
	return (char *)PLIC + ENABLE_OFFSET + context() * ENABLE_STRIDE;
}

static void *threshold_word(void)
{
	return (char *)PLIC + CONTEXT_OFFSET + context() * CONTEXT_STRIDE;
}

static void *claim_word(void)
{
	return (char *)threshold_word() + CLAIM_OFFSET;
}

void plic_init(void)
{
	uint32 *priority = PLIC;

	mmio_write32(priority + UART_IRQ, 1);
	mmio_write32(priority + VIRTIO_IRQ, 1);
}

void plic_init_hart(void)
{
	mmio_write32(enable_word(), 1U << UART_IRQ | 1U << VIRTIO_IRQ);
	mmio_write32(threshold_word(), 0);
}

uint32 plic_claim(void)
{
	return mmio_read32(claim_word());
}

void plic_complete(uint32 irq)
{
	mmio_write32(claim_word(), irq);
}
