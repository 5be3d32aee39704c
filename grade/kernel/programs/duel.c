/* grade/kernel/programs/duel.c: a process that does what the grader writes into
 * its registers (grade/kernel/outside/actors.py), and touches no other memory.
 *
 * It waits at its first instruction. The grader moves its pc to the stores (the
 * byte a1, at a0 and then every a2 bytes, up to a3) or to the system call.
 * After that it waits at its first instruction again. */

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
	"	j _start\n");
