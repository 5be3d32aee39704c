/* grade/machine/strict/guests/guest.S: the start of a guest that is written in
 * C and runs in machine mode. A trap stores its cause in `trapped`, and goes on
 * at the address in t6 in machine mode. */
	.section .text.start, "ax"
	.globl _start
_start:
	csrr a0, mhartid
	la t0, trap
	csrw mtvec, t0
	li t0, -1
	csrw pmpaddr0, t0
	li t0, 0x1f
	csrw pmpcfg0, t0
	addi t1, a0, 1
	slli t1, t1, 14
	la sp, stacks
	add sp, sp, t1
	call main
1:	wfi
	j 1b

	.balign 4
trap:
	csrr t5, mcause
	addi t5, t5, 1
	la t4, trapped
	sd t5, 0(t4)
	csrw mepc, t6
	li t5, 3 << 11
	csrs mstatus, t5
	mret

	.text
	/* uint64 try_load(uint64 va, uint64 mstatus), and the others */
	.macro with_rights name, instruction
	.globl \name
\name:
	la t6, 1f
	li t3, 3 << 11 | 15 << 17
	csrc mstatus, t3
	li t3, 1 << 17
	or t3, t3, a1
	csrs mstatus, t3
	\instruction
1:	li t3, 15 << 17
	csrc mstatus, t3
	mv a0, t2
	ret
	.endm
	with_rights try_load, "lb t2, 0(a0)"
	with_rights try_store, "sb a1, 8(a0)"

	.globl try_jump
try_jump:
	la t6, 1f
	li t3, 3 << 11 | 15 << 17
	csrc mstatus, t3
	csrs mstatus, a1
	csrw mepc, a0
	mret
1:	ret

	.bss
	.balign 16
stacks:
	.space 8 << 14
