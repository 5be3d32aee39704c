/* user/lib/syscall.c: a stub for each system call, generated from the list.
 *
 * A stub has the name sys_NAME. It also has the name NAME, unless start.c
 * or wait.c defines a function of that name that does more. */

#include "sys.h"

int errno;

long sys_error(long result, long number);

/* A stub jumps here if its call failed. The kernel has set a0 and a1. */
__attribute__((used)) long sys_error(long result, long number)
{
	errno = (int)number;
	return result;
}

#define WRAPPED(name) __asm__(".set start_has_" #name ", 1");
WRAPPED(exit)
WRAPPED(exec)
WRAPPED(wait)

#define STUB(number, name)                                                     \
	__asm__(".pushsection .text.sys_" #name ", \"ax\", @progbits\n"        \
		".globl sys_" #name "\n"                                       \
		".type sys_" #name ", @function\n"                             \
		"sys_" #name ":\n"                                             \
		".ifndef start_has_" #name "\n"                                \
		".globl " #name "\n"                                           \
		".type " #name ", @function\n" #name ":\n"                     \
		".endif\n"                                                     \
		"li a7, " #number "\n"                                         \
		"ecall\n"                                                      \
		"bltz a0, 1f\n"                                                \
		"ret\n"                                                        \
		"1: tail sys_error\n"                                          \
		".popsection\n");
SYSCALL_LIST(STUB)
