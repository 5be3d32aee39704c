/* grade/kernel/programs/duel.c: a process that does what the grader writes into
 * its registers (grade/kernel/outside/actors.py), and touches no other memory.
 *
 * It waits at its first instruction. The grader moves its pc to the stores (the
 * byte a1, at a0 and then every a2 bytes, up to a3), to the system call, or to
 * the calls (with a0 from s2, at a1 and then every a2 bytes, up to a3). After
 * that it waits at its first instruction again. */

__asm__(".section .text._start, \"ax\"\n"
	".option norvc\n"
	".globl _start\n"
	"_start:\n"
	"	j _start\n"
	"stores:\n"
	"	sb a1, 0(a0)\n"
	"	add a0, a0, a2\n"
	"	bne a0, a3, stores\n"
	"	j _start\n"
	"call:\n"
	"	ecall\n"
	"	j _start\n"
	"calls:\n"
	"	mv a0, s2\n"
	"	ecall\n"
	"	add a1, a1, a2\n"
	"	bne a1, a3, calls\n"
	"	j _start\n");
