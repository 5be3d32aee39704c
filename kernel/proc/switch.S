/* kernel/proc/switch.S: switch from one kernel stack to another. */

/* void switch_stacks(uint64 *save_sp, uint64 load_sp)
 *
 * Suspend the calling thread and resume the one whose stack pointer was saved
 * as load_sp. To C this is a function call, so it saves only the registers that
 * a call preserves; they go on the stack. proc/sched.c prepares the stack of a
 * new thread in the same way. */
	.text
	.globl switch_stacks
switch_stacks:
	addi sp, sp, -112
	sd ra, 0(sp)
	sd s0, 8(sp)
	sd s1, 16(sp)
	sd s2, 24(sp)
	sd s3, 32(sp)
	sd s4, 40(sp)
	sd s5, 48(sp)
	sd s6, 56(sp)
	sd s7, 64(sp)
	sd s8, 72(sp)
	sd s9, 80(sp)
	sd s10, 88(sp)
	sd s11, 96(sp)
	sd sp, 0(a0)

	mv sp, a1
	ld ra, 0(sp)
	ld s0, 8(sp)
	ld s1, 16(sp)
	ld s2, 24(sp)
	ld s3, 32(sp)
	ld s4, 40(sp)
	ld s5, 48(sp)
	ld s6, 56(sp)
	ld s7, 64(sp)
	ld s8, 72(sp)
	ld s9, 80(sp)
	ld s10, 88(sp)
	ld s11, 96(sp)
	addi sp, sp, 112
	ret
