/* grade/kernel/model/subject/start.S: the start of a subject, and operations
 * that need assembly.
 *
 * After exec all registers but the stack pointer and the arguments must be
 * zero. So _start passes the union of the others to main.c. */
	.globl _start
_start:
	.irp reg, gp, tp, t0, t1, t2, s0, s1, a2, a3, a4, a5, a6, a7
	or ra, ra, \reg
	.endr
	.irp reg, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
	or ra, ra, \reg
	.endr
	mv a2, ra
	li ra, 0
	tail subject_begin

/* long fork_and_write(fd, word, length): fork, and write the word to fd in
 * parent and child, without a store in between, which would need a frame.
 * Returns the result of fork, or its error as a negative number. */
	.globl fork_and_write
fork_and_write:
	mv t3, a0
	mv t4, a1
	mv t5, a2
	li a7, 1		/* fork */
	ecall
	mv t6, a0
	bgez a0, write_word
	neg t6, a1
write_word:
	mv a0, t3
	mv a1, t4
	mv a2, t5
	li a7, 16		/* write */
	ecall
	mv a0, t6
	ret

/* long fork_in_vain(fd, word, length): fork, let the child exit at once, wait
 * for it, and write the word to fd. There is no store in between, which would
 * need a frame. Returns 0, or the error of fork as a negative number. */
	.globl fork_in_vain
fork_in_vain:
	mv t3, a0
	mv t4, a1
	mv t5, a2
	li t6, 0
	li a7, 1		/* fork */
	ecall
	beqz a0, 2f
	bltz a0, 3f
	li a0, 0
	li a7, 3		/* wait */
	ecall
	j write_word
2:	li a7, 2		/* exit */
	ecall
3:	neg t6, a1
	j write_word

/* long crowd(count, fds, byte, value, old): fork that many children, which
 * share all pages with this process and read from fds[0] until it is closed.
 * Then store the value, close fds[1], and wait for them. Each child exits with
 * the byte as it sees it. Returns the number of children that saw another byte
 * than `old`, or -1 if a fork failed. a0 count, a1 fds, a2 byte, a3 value, a4
 * old. */
	.globl crowd
crowd:
	lw t0, 0(a1)
	lw t1, 4(a1)
	mv t2, a0
	mv t3, a2
	mv t4, a3
	mv t5, a4
	li t6, 0		/* children that saw another byte */
	addi sp, sp, -16
	sd zero, 8(sp)		/* for the statuses; makes the page private */
	li a6, 0		/* children so far */
1:	beq a6, t2, 3f
	li a7, 1		/* fork */
	ecall
	beqz a0, 2f
	bltz a0, 6f
	addi a6, a6, 1
	j 1b
2:	mv a0, t1		/* the child */
	li a7, 21		/* close */
	ecall
	mv a0, t0
	addi a1, sp, 0
	li a2, 1
	li a7, 5		/* read */
	ecall
	lbu a0, 0(t3)
	li a7, 2		/* exit */
	ecall
6:	li t6, -1
3:	sb t4, 0(t3)
	mv a0, t1
	li a7, 21		/* close */
	ecall
4:	beqz a6, 5f
	addi a0, sp, 8
	li a7, 3		/* wait */
	ecall
	addi a6, a6, -1
	lw a0, 8(sp)
	beq a0, t5, 4b
	bltz t6, 4b
	addi t6, t6, 1
	j 4b
5:	addi sp, sp, 16
	mv a0, t6
	ret

/* Only these two operations use the floating-point registers and their status.
 * Set f0 to arg[0], f1 to the next number, and so on. */
	.globl do_float_set
do_float_set:
	ld a0, 0(a0)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	addi t0, a0, \n
	fmv.d.x f\n, t0
	.endr
	.irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	addi t0, a0, \n
	fmv.d.x f\n, t0
	.endr
	andi t0, a0, 0x1f
	fscsr t0
	li a0, 0
	ret

/* Returns a hash: the sum of the registers, each times its number (from 1), and
 * the status. */
	.globl do_float_sum
do_float_sum:
	li a0, 0
	li t1, 0
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	fmv.x.d t0, f\n
	addi t1, t1, 1
	mul t0, t0, t1
	add a0, a0, t0
	.endr
	.irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	fmv.x.d t0, f\n
	addi t1, t1, 1
	mul t0, t0, t1
	add a0, a0, t0
	.endr
	frcsr t0
	slli a0, a0, 8
	xor a0, a0, t0
	slli a0, a0, 1
	srli a0, a0, 1
	ret
