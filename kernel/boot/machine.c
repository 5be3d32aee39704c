/* kernel/boot/machine.c: machine mode sets up what supervisor mode may do.
 *
 * This code runs once on each hart at physical addresses, so it must not use a
 * pointer that the linker has filled in. */
#include "boot/machine.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "mm/sv39.h"

/* For boot/entry.S's machine_trap. */
struct machine_scratch {
	uint64 t1, t2;
	uint64 msip; /* physical address of this hart's register */
};

static struct machine_scratch scratch[MAX_HARTS];

extern char boot_root[], machine_trap[];

/* Let supervisor mode access all memory, with one PMP region that covers it. A
 * hart without PMP allows that anyway (privileged specification, 3.7.1). */
static void open_memory(void)
{
	if (machine_try_set(CSR_PMPADDR0, ~0UL >> 10) != 0)
		csr_write(pmpcfg0, 0x1f); /* NAPOT, R, W, X */
}

/* A hart may refuse to delegate some exceptions; machine_trap forwards
 * those. */
static void delegate_traps(void)
{
	csr_write(medeleg, 0xffff & ~(1 << 9)); /* not supervisor ecalls */
	csr_write(mideleg, INT_SSI | INT_STI | INT_SEI);
	csr_write(mcounteren, COUNTEREN_CY_TM_IR);
	__asm__ volatile("csrs %0, %1" : : "i"(CSR_MENVCFG), "r"(MENVCFG_STCE));
}

static void pass_on_software_interrupts(uint64 hartid)
{
	scratch[hartid].msip = CLINT_PA + hartid * sizeof(uint32);
	csr_write(mscratch, &scratch[hartid]);
	csr_write(mtvec, machine_trap);
	csr_write(mie, INT_MSI);
}

/* Make mret enter supervisor mode with paging on and interrupts off. Reset
 * leaves most of mstatus unspecified (privileged specification, section 3.4):
 * with MXR set, programs could read pages that they may only execute. */
static void prepare_supervisor(void)
{
	csr_write(satp, SATP_SV39 | (uint64)boot_root >> PGSHIFT);
	sfence_all();
	csr_write(mstatus, MSTATUS_XL_64 | MSTATUS_MPP_S);
	csr_write(sie, 0);
}

void machine_start(uint64 hartid)
{
	open_memory();
	delegate_traps();
	pass_on_software_interrupts(hartid);
	prepare_supervisor();
}
