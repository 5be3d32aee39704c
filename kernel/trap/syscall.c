/* kernel/trap/syscall.c: the table of system calls.
 *
 * sysproc.c has the calls for processes and memory, sysfile.c those for
 * files. */
#include "trap/syscall.h"

#define SYSCALL_ENTRY(number, name) [number] = sys_##name,
syscall_fn *const syscalls[SYSCALL_END] = { SYSCALL_LIST(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY
