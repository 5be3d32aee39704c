/* grade/machine/strict/guests/sv39.c: makes every kind of access through every
 * kind of page-table entry.
 *
 * Machine mode makes the loads and stores, with MPRV; a jump changes the mode.
 * The guest prints in hex the trap that each access caused and the entry that
 * it left, for a comparison with QEMU. */
#include "guest.h"

#define MPRV (1UL << 17)
#define SUM (1UL << 18)
#define MXR (1UL << 19)
#define MPP_SHIFT 11
#define V 1
#define LEAF 0xef /* all bits but U */

static uint64 root[512] __attribute__((aligned(4096)));
static uint64 middle[512] __attribute__((aligned(4096)));
static uint64 lower[512] __attribute__((aligned(4096)));
static uint64 page[512] __attribute__((aligned(4096)));

volatile uint64 trapped; /* mcause + 1 of the last trap, 0: none (guest.S) */

uint64 try_load(uint64 va, uint64 mstatus);
void try_store(uint64 va, uint64 mstatus);
void try_jump(uint64 va, uint64 mstatus);

#define csr_write(name, value)                                                 \
	__asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")

static void print(uint64 value, int digits)
{
	while (digits-- > 0)
		*UART = (uint8) "0123456789abcdef"[value >> 4 * digits & 15];
}

static uint64 entry(const void *to, uint64 flags)
{
	return (uint64)to >> 12 << 10 | flags;
}

/* Returns the cause of the trap plus 1, or 0 if there was none. */
static uint64 attempt(void (*do_it)(uint64 va, uint64 mstatus), uint64 va,
		      uint64 mode, uint64 bits)
{
	trapped = 0;
	__asm__ volatile("sfence.vma" ::: "memory");
	do_it(va, mode << MPP_SHIFT | bits);
	return trapped;
}

static void load(uint64 va, uint64 mstatus)
{
	try_load(va, mstatus);
}

/* Try one entry in the two modes that translate addresses. */
static void try_all(uint64 *slot, uint64 pte, uint64 va)
{
	for (uint64 mode = 0; mode < 2; mode++) {
		static const uint64 bits[] = { 0, SUM, MXR, SUM | MXR };

		for (int n = 0; n < 4; n++) {
			*slot = pte;
			print(attempt(load, va, mode, bits[n]), 1);
			*slot = pte;
			print(attempt(try_store, va, mode, bits[n]), 1);
			print(*slot & 0xff, 2);
		}
		*slot = pte;
		print(attempt(try_jump, va, mode, 0), 1);
	}
	*UART = '\n';
}

int main(void)
{
	uint64 va = 0x40201000;

	page[0] = 0x00000073; /* ecall */
	root[1] = entry(middle, V);
	middle[1] = entry(lower, V);
	csr_write(satp, 8UL << 60 | (uint64)root >> 12);
	for (uint64 flags = 0; flags < 256; flags++)
		try_all(&lower[1], entry(page, flags), va);
	for (uint64 bit = 54; bit < 64; bit++)
		try_all(&lower[1], entry(page, LEAF) | 1UL << bit, va);
	/* Large pages, aligned and misaligned. */
	try_all(&middle[1], 0x80000000UL >> 2 | LEAF, va);
	try_all(&middle[1], 0x80001000UL >> 2 | LEAF, va);
	middle[1] = entry(lower, V);
	try_all(&root[1], 0x80000000UL >> 2 | LEAF, va);
	try_all(&root[1], 0x80200000UL >> 2 | LEAF, va);
	/* Pointers with flags that only leaves have, and addresses of more than
	 * 39 bits. A table outside of memory is not tried: it is an access
	 * fault, but QEMU 7.2 treats it like an invalid entry. */
	for (uint64 flags = 0x11; flags < 0x100; flags <<= 1)
		try_all(&root[1], entry(middle, flags | V), va);
	root[1] = entry(middle, V);
	lower[1] = entry(page, LEAF);
	try_all(&lower[1], lower[1], va | 1UL << 39);
	try_all(&lower[1], lower[1], va | ~0UL << 38);
	*TEST_DEVICE = 0x5555;
	for (;;)
		;
}
