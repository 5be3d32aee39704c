/* kernel/trap/syscall.h: system calls. */
#pragma once

#include "abi/errno.h"
#include "abi/syscall.h"
#include "proc/proc.h"

/* A system call: arg[0] to arg[5] are the program's a0 to a5. Returns what goes
 * into a0, or an error. */
typedef long syscall_fn(struct proc *p, const uint64 *arg);

/* An argument that is an int: the lower 32 bits of its register, whatever the
 * upper ones hold. */
static inline int int_arg(uint64 arg)
{
	return (int)(uint32)arg;
}

#define SYSCALL_DECLARE(number, name) syscall_fn sys_##name;
SYSCALL_LIST(SYSCALL_DECLARE)
#undef SYSCALL_DECLARE

/* By their numbers; NULL where there is none. */
extern syscall_fn *const syscalls[SYSCALL_END];

/* Do what the program's registers ask for and put the result there. Inline,
 * since every system call passes through. */
static inline void syscall(struct proc *p, struct trapframe *frame)
{
	uint64 number = frame->a7;
	long result = -ENOSYS;

	frame->pc += 4; /* behind the ecall */
	if (number < ARRAY_LEN(syscalls) && syscalls[number] != NULL)
		result = syscalls[number](p, &frame->a0);
	if (unlikely(result < 0)) {
		frame->a1 = (uint64)-result;
		result = -1;
	}
	frame->a0 = (uint64)result;
}
