/* kernel/boot/entry.S: the first instructions.
 *
 * Every hart begins here, in machine mode, at physical addresses, with its
 * number in a0 and the address of the device tree in a1. */
#include "lib/hart.h"
#include "mm/layout.h"

	.section .text.entry, "ax"
	.globl _start
_start:
	li t0, MAX_HARTS
	bgeu a0, t0, park

	/* Stacks are two pages; the lower one becomes a guard. */
	la sp, boot_stacks
	addi t0, a0, 1
	slli t0, t0, 13
	add sp, sp, t0

	mv s1, a0
	mv s2, a1
	call machine_start      /* boot/machine.c */

	/* On in supervisor mode, where paging puts us into the upper half. */
	li t0, KERNEL_BASE
	la t1, supervisor
	add t1, t1, t0
	csrw mepc, t1
	add sp, sp, t0
	mv a0, s1
	mv a1, s2
	li s0, 0                /* backtraces end here */
	mret
supervisor:
	call main               /* boot/main.c */

park:
	wfi
	j park

	/* A software interrupt, sent by another hart: pass it on to supervisor
	 * mode. mscratch points to this hart's struct machine_scratch. */
	.text
	.balign 4
	.globl machine_trap
machine_trap:
	csrrw t0, mscratch, t0
	sd t1, 0(t0)
	csrr t1, mcause
	bgez t1, park           /* an exception: machine mode is wrong */
	ld t1, 8(t0)
	sw zero, 0(t1)
	li t1, 2                /* SSIP */
	csrs mip, t1
	ld t1, 0(t0)
	csrrw t0, mscratch, t0
	mret

	/* The root table that paging starts with: physical memory at
	 * KERNEL_BASE, in pages of 1 GiB with all rights. */
	.data
	.balign 4096
	.globl boot_root
boot_root:
	.fill 256, 8, 0
	.set gib, 0
	.rept DIRECT_MAP_GIB
	.quad (gib << 28) | 0xef
	.set gib, gib + 1
	.endr
	.fill 256 - DIRECT_MAP_GIB, 8, 0

	.section .stacks, "aw", @nobits
	.balign 4096
	.globl boot_stacks
boot_stacks:
	.space MAX_HARTS * 2 * 4096

	/* Each hart's stack for a trap out of the kernel. */
	.globl trap_stacks
trap_stacks:
	.space MAX_HARTS * 4096
