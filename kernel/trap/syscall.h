/* kernel/trap/syscall.h: system calls. */
#pragma once

#include "abi/syscall.h"
#include "proc/proc.h"

/* Do what the program's registers ask for and put the result there. */
void syscall(struct proc *p, struct trapframe *frame);

/* A system call: arg[0] to arg[5] are the program's a0 to a5. Returns what goes
 * into a0, or an error. */
typedef long syscall_fn(struct proc *p, const uint64 *arg);

#define SYSCALL_DECLARE(number, name) syscall_fn sys_##name;
SYSCALL_LIST(SYSCALL_DECLARE)
#undef SYSCALL_DECLARE
