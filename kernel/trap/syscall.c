/* kernel/trap/syscall.c: the table of system calls.
 *
 * Those about processes and memory are in sysproc.c, those about files in
 * sysfile.c. */
#include "trap/syscall.h"

#define SYSCALL_ENTRY(number, name) [number] = sys_##name,
syscall_fn *const syscalls[SYSCALL_END] = { SYSCALL_LIST(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY
