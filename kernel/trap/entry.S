/* kernel/trap/entry.S: enter and leave the kernel.
 *
 * sscratch shows where a trap comes from: it holds the address of the hart's
 * struct while a program runs, and 0 in the kernel. A program traps for a
 * system call, an interrupt or a fault. The kernel itself takes no interrupts
 * and traps only because of a bug. */

	/* struct hart (lib/hart.h) */
	.equ HART_SCRATCH, 0
	.equ HART_FRAME, 8
	.equ HART_PANIC_STACK, 16

	.text
	.balign 4
	.globl trap_entry
trap_entry:
	csrrw tp, sscratch, tp
	beqz tp, from_kernel

	/* Switch to the process's kernel stack and save all registers in the
	 * trapframe at its top (proc/trapframe.h). */
	sd sp, HART_SCRATCH(tp)
	ld sp, HART_FRAME(tp)
	sd ra, 8(sp)
	sd gp, 24(sp)
	sd t0, 40(sp)
	sd t1, 48(sp)
	sd t2, 56(sp)
	sd s0, 64(sp)
	sd s1, 72(sp)
	sd a0, 80(sp)
	sd a1, 88(sp)
	sd a2, 96(sp)
	sd a3, 104(sp)
	sd a4, 112(sp)
	sd a5, 120(sp)
	sd a6, 128(sp)
	sd a7, 136(sp)
	sd s2, 144(sp)
	sd s3, 152(sp)
	sd s4, 160(sp)
	sd s5, 168(sp)
	sd s6, 176(sp)
	sd s7, 184(sp)
	sd s8, 192(sp)
	sd s9, 200(sp)
	sd s10, 208(sp)
	sd s11, 216(sp)
	sd t3, 224(sp)
	sd t4, 232(sp)
	sd t5, 240(sp)
	sd t6, 248(sp)
	csrr t0, sepc
	sd t0, 0(sp)
	ld t0, HART_SCRATCH(tp)
	sd t0, 16(sp)
	csrrw t0, sscratch, zero
	sd t0, 32(sp)

	li s0, 0                /* ends backtraces */
	mv a0, sp
	call usertrap
	/* falls through: sp is the trapframe again */

	/* Return to the program whose trapframe is at sp. usertrap() is a C
	 * function, so it has preserved s1 to s11. */
return_to_user:
	csrw sscratch, tp
	ld t0, 0(sp)
	csrw sepc, t0
	ld ra, 8(sp)
	ld gp, 24(sp)
	ld tp, 32(sp)
	ld t0, 40(sp)
	ld t1, 48(sp)
	ld t2, 56(sp)
	ld s0, 64(sp)
	ld a0, 80(sp)
	ld a1, 88(sp)
	ld a2, 96(sp)
	ld a3, 104(sp)
	ld a4, 112(sp)
	ld a5, 120(sp)
	ld a6, 128(sp)
	ld a7, 136(sp)
	ld t3, 224(sp)
	ld t4, 232(sp)
	ld t5, 240(sp)
	ld t6, 248(sp)
	ld sp, 16(sp)
	sret

	/* void user_enter(void): enter user mode with all registers from the
	 * trapframe of the running process. Its kernel stack is abandoned. */
	.globl user_enter
user_enter:
	ld sp, HART_FRAME(tp)
	ld s1, 72(sp)
	ld s2, 144(sp)
	ld s3, 152(sp)
	ld s4, 160(sp)
	ld s5, 168(sp)
	ld s6, 176(sp)
	ld s7, 184(sp)
	ld s8, 192(sp)
	ld s9, 200(sp)
	ld s10, 208(sp)
	ld s11, 216(sp)
	j return_to_user

	/* A trap in the kernel is a bug. The stack may be the cause, so use
	 * another one. */
from_kernel:
	csrrw tp, sscratch, tp
	sd sp, HART_SCRATCH(tp)
	ld sp, HART_PANIC_STACK(tp)
	mv a0, s0
	call kerneltrap
