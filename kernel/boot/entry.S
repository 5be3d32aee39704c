/* kernel/boot/entry.S: the first instructions.
 *
 * Every hart starts here, in machine mode and at physical addresses, with its
 * number in a0 and the address of the device tree in a1. */
#include "boot/machine.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "mm/layout.h"

	/* Set sp to the stack of hart a0. Each stack is two pages, of which the
	 * lower one becomes a guard page. */
	.macro take_stack
	la sp, boot_stacks
	addi t0, a0, 1
	slli t0, t0, 13
	add sp, sp, t0
	.endm

	/* Up to machine_check(), use RV32I only: the hart may have 32 bits, no
	 * compressed instructions, and not even control registers. */
	.section .text.entry, "ax"
	.option push
	.option norvc
	.option norelax
	.globl _start
_start:
	li t0, MAX_HARTS
	bgeu a0, t0, park

	li t0, 1
	slli t0, t0, 31
	slli t0, t0, 1
	beqz t0, only_32_bits

	take_stack
	mv s1, a0
	mv s2, a1
	call machine_check_csrs /* boot/check.c */
	la t0, machine_exception
	csrw mtvec, t0
	mv a0, s1
	call machine_check      /* boot/check.c */
	j enough

only_32_bits:
	bnez a0, park
	la a0, words_of_32_bits
	call machine_say
	j machine_off

	/* Report an exception in machine mode itself, but only once. */
	.balign 4
machine_exception:
	la t0, park
	csrw mtvec, t0
	csrr a0, mhartid
	li t0, MAX_HARTS
	bgeu a0, t0, park
	take_stack
	call machine_trapped    /* boot/check.c */

	.balign 4
park:
	wfi
	j park

	/* void machine_say(const char *text) */
	.globl machine_say
machine_say:
	lui t0, UART_PA >> 12
next_byte:
	lbu t1, 0(a0)
	beqz t1, said
busy:
	lbu t2, 5(t0)           /* LSR: wait until it can send */
	andi t2, t2, 0x20
	beqz t2, busy
	sb t1, 0(t0)
	addi a0, a0, 1
	j next_byte
said:
	ret

	/* void machine_off(void). dev/poweroff.c explains the word. */
	.globl machine_off
machine_off:
	lui t0, TEST_DEVICE_PA >> 12
	lui t1, %hi(LACKING_STATUS << 16 | 0x3333)
	addi t1, t1, %lo(LACKING_STATUS << 16 | 0x3333)
	sw t1, 0(t0)
	j park
	.option pop

enough:
	mv a0, s1
	call machine_start      /* boot/machine.c */

	/* Continue in supervisor mode, in the upper half of the address
	 * space. */
	li t0, KERNEL_BASE
	la t1, supervisor
	add t1, t1, t0
	csrw mepc, t1
	add sp, sp, t0
	mv a0, s1
	mv a1, s2
	li s0, 0                /* ends backtraces */
	mret
supervisor:
	call main               /* boot/main.c */

	.section .rodata
words_of_32_bits:
	.string "calf: cannot start: the CPU has 32 bits, not 64\n"

	/* Pass a software interrupt, sent by another hart, on to supervisor
	 * mode. mscratch points to this hart's struct machine_scratch. */
	.text
	.balign 4
	.globl machine_trap
machine_trap:
	csrrw t0, mscratch, t0
	sd t1, 0(t0)
	csrr t1, mcause
	bgez t1, exception
	ld t1, 16(t0)
	sw zero, 0(t1)
	li t1, 2                /* SSIP */
	csrs mip, t1
	ld t1, 0(t0)
	csrrw t0, mscratch, t0
	mret

	/* The hart did not delegate this exception to supervisor mode: do in
	 * software what delegation does (privileged specification, section
	 * 3.1.6.1). mstatus.MPP is the mode that the exception came from. */
exception:
	sd t2, 8(t0)
	csrr t1, mstatus
	slli t2, t1, 63 - 12
	bltz t2, wrong          /* machine mode */
	li t2, MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE
	csrc mstatus, t2
	srli t2, t1, 3
	andi t2, t2, MSTATUS_SPP
	csrs mstatus, t2
	slli t2, t1, 4
	andi t2, t2, MSTATUS_SPIE
	csrs mstatus, t2
	li t2, MSTATUS_MPP_S
	csrs mstatus, t2
	csrr t2, mcause
	csrw scause, t2
	csrr t2, mepc
	csrw sepc, t2
	csrr t2, mtval
	csrw stval, t2
	csrr t2, stvec
	csrw mepc, t2
	ld t2, 8(t0)
	ld t1, 0(t0)
	csrrw t0, mscratch, t0
	mret
wrong:
	j machine_exception

	/* The root table at the start of paging: physical memory at
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

	/* Each hart's stack for traps that occur in the kernel. */
	.globl trap_stacks
trap_stacks:
	.space MAX_HARTS * 4096
