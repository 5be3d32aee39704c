/* kernel/trap/syscall.c: from a system call's number to its function.
 *
 * Those about processes and memory are in sysproc.c, those about files in
 * sysfile.c. */
#include "trap/syscall.h"

#include "abi/errno.h"

#define SYSCALL_ENTRY(number, name) [number] = sys_##name,
static syscall_fn *const calls[SYSCALL_END] = { SYSCALL_LIST(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY

void syscall(struct proc *p, struct trapframe *frame)
{
	uint64 number = frame->a7;
	long result = -ENOSYS;

	frame->pc += 4; /* behind the ecall */
	if (number < ARRAY_LEN(calls) && calls[number] != NULL)
		result = calls[number](p, &frame->a0);
	if (unlikely(result < 0)) {
		frame->a1 = (uint64)-result;
		result = -1;
	}
	frame->a0 = (uint64)result;
}
