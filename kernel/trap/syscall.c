/* kernel/trap/syscall.c: the table of system calls.
 *
 * sysproc.c has the calls for processes and memory, sysfile.c those for
 * files. */
#include "trap/syscall.h"

#include "mm/fault.h"
#include "mm/usercopy.h"

#define SYSCALL_ENTRY(number, name) [number] = sys_##name,
syscall_fn *const syscalls[SYSCALL_END] = { SYSCALL_LIST(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY

/* Fetch the page that a copy awaits. Returns 0, or the error of the call. */
static long fetch_awaited(struct uvm *uvm)
{
	enum access access = uvm->awaited_store ? ACCESS_STORE : ACCESS_LOAD;

	switch (uvm_fault_in(uvm, uvm->awaited, access)) {
	case FAULT_FIXED:
		return 0;
	case FAULT_NOMEM:
		return -ENOMEM;
	case FAULT_KILLED:
		return -EINTR;
	default:
		return -EFAULT;
	}
}

uint64 syscall_failed(struct proc *p, struct trapframe *frame, long error)
{
	if (error == -EFETCH)
		error = fetch_awaited(p->uvm);
	if (error == 0) {
		frame->pc -= 4; /* back to the ecall */
		return frame->a0;
	}
	frame->a1 = (uint64)-error;
	return (uint64)-1;
}
