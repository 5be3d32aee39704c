/* grade/machine/strict/guests/harness.S: the start and end of a program of
 * generated instructions (sequences.py).
 *
 * x2 points to memory for loads and stores, x3 to values, and x4 to the place
 * of the next result; x1 is a scratch register. A trap stores mcause and mtval,
 * and goes on after the instruction. At a breakpoint, mtval may be its address
 * or zero (privileged specification, section 3.1.16), so 0 is stored for it. At
 * the end all results are printed in hex. */
	.section .text.start, "ax"
	.globl _start
_start:
	csrr t0, mhartid
	bnez t0, park
	la t0, trap
	csrw mtvec, t0
	li t0, 3 << 13
	csrs mstatus, t0
	csrw fcsr, zero
	la x2, memory
	la x3, pool
	la x4, signature
	.irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26
	li x\n, \n
	fmv.d.x f\n, x\n
	.endr
	.irp n, 27,28,29,30,31
	li x\n, \n
	fmv.d.x f\n, x\n
	.endr
	.irp n, 0,1,2,3,4
	fmv.d.x f\n, x0
	.endr
	csrw mscratch, zero
	csrw sscratch, zero
	csrw mepc, zero
	csrw sepc, zero
	j body

	.balign 4
trap:
	csrr x1, mcause
	sd x1, 0(x4)
	sd x0, 8(x4)
	addi x1, x1, -3
	beqz x1, counted
	csrr x1, mtval
	sd x1, 8(x4)
counted:
	addi x4, x4, 16
	csrr x1, mepc
	lhu x1, 0(x1)
	andi x1, x1, 3
	addi x1, x1, -3
	beqz x1, long
	csrr x1, mepc
	addi x1, x1, 2
	csrw mepc, x1
	mret
long:
	csrr x1, mepc
	addi x1, x1, 4
	csrw mepc, x1
	mret

	/* The contents of memory are part of the result. */
finish:
	la a0, memory
	la a1, memory_end
	call print
	la a0, signature
	mv a1, x4
	call print
	li t0, 0x100000
	li t1, 0x5555
	sw t1, 0(t0)
park:
	wfi
	j park

	/* Print the dwords from a0 up to a1, one on each line. */
print:
	li t0, 0x10000000
1:	ld t1, 0(a0)
	li t2, 60
2:	srl t3, t1, t2
	andi t3, t3, 15
	li t4, 10
	blt t3, t4, 3f
	addi t3, t3, 39
3:	addi t3, t3, 48
	sb t3, 0(t0)
	addi t2, t2, -4
	bgez t2, 2b
	li t3, 10
	sb t3, 0(t0)
	addi a0, a0, 8
	bltu a0, a1, 1b
	ret

	.bss
	.balign 4096
memory:
	.space 1024
memory_end:
	.balign 4096
signature:
	.space SIGNATURE_BYTES
	.text
