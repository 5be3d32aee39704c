/* kernel/trap/trap.c: handle traps.
 *
 * Interrupts are taken in user mode, and by the idle loop, which polls for
 * them. In the kernel sstatus.SIE is always zero, so kernel code is never
 * interrupted. */
#include "trap/trap.h"

#include "dev/console.h"
#include "lib/csr.h"
#include "lib/panic.h"
#include "mm/fault.h"
#include "mm/kvm.h"
#include "mm/vmcount.h"
#include "proc/fpu.h"
#include "proc/life.h"
#include "proc/proc.h"
#include "proc/sched.h"
#include "trap/interrupt.h"
#include "trap/syscall.h"

void trap_entry(void); /* trap/entry.S */

void trap_init_hart(void)
{
	csr_write(stvec, trap_entry);
	csr_write(sscratch, 0);
	csr_clear(sstatus, SSTATUS_SIE | SSTATUS_SPP | SSTATUS_FS);
	csr_write(scounteren, COUNTEREN_CY_TM_IR);
	csr_write(sie, INTERRUPTS);
}

void hart_idle(void)
{
	for (;;) {
		interrupts_poll();
		if (sched_run()) {
			console_resume();
			wfi();
		}
	}
}

static const char *const exception_words[] = {
	[CAUSE_FETCH_MISALIGNED] = "jump to an odd address",
	[CAUSE_FETCH_ACCESS] = "jump outside memory",
	[CAUSE_ILLEGAL] = "illegal instruction",
	[CAUSE_BREAKPOINT] = "breakpoint",
	[CAUSE_LOAD_MISALIGNED] = "misaligned load",
	[CAUSE_LOAD_ACCESS] = "load outside memory",
	[CAUSE_STORE_MISALIGNED] = "misaligned store",
	[CAUSE_STORE_ACCESS] = "store outside memory",
	[CAUSE_USER_ECALL] = "system call",
	[CAUSE_FETCH_PAGE] = "jump",
	[CAUSE_LOAD_PAGE] = "load",
	[CAUSE_STORE_PAGE] = "store",
};

static const char *const fault_words[] = {
	[FAULT_FIXED] = "",
	[FAULT_UNMAPPED] = " an address that is not mapped",
	[FAULT_DENIED] = " a page that does not allow it",
	[FAULT_NOMEM] = " a page that no memory is left for",
	[FAULT_BEYOND] = " a page beyond the end of its file",
	[FAULT_IO] = " a page that the disk cannot read",
	[FAULT_FULL] = " a page that the disk has no room for",
};

/* Whether the address is below the stack: in the gap, or wrapped below 0. */
static bool is_below_stack(const struct uvm *uvm, uint64 va)
{
	return va - uvm->guard < STACK_GAP || (int64)va < 0;
}

/* Describe what a program tried to access, naming the commonest mistakes. A
 * huge local array may even reach below the gap, so look at the stack pointer
 * too. */
static const char *object_of(const struct proc *p, enum fault fault,
			     uint64 address)
{
	const struct uvm *uvm = p->uvm;

	if (fault == FAULT_UNMAPPED && (address - uvm->guard < STACK_GAP ||
					is_below_stack(uvm, p->frame->sp)))
		return " an address below the stack (stack overflow)";
	if (fault == FAULT_UNMAPPED && address < PGSIZE)
		return " a NULL pointer";
	return fault_words[fault];
}

static const char *words_of(uint64 cause)
{
	if (cause < ARRAY_LEN(exception_words) && exception_words[cause])
		return exception_words[cause];
	return "unknown exception";
}

/* Kill the program and print one line for its author. */
static void kill_program(struct proc *p, uint64 cause, uint64 value,
			 const char *what, const char *link, const char *object)
{
	kprintf("%s (pid %d) killed: %s%s%s, %s 0x%lx, pc 0x%lx\n", p->name,
		p->pid, what, link, object,
		cause == CAUSE_ILLEGAL ? "instruction" : "address", value,
		p->frame->pc);
	proc_exit(-1);
}

/* The kind of access of a page fault, which is counted here. */
static enum access access_of(uint64 cause)
{
	switch (cause) {
	case CAUSE_STORE_PAGE:
		vmcount_add(VM_fault_store, 1);
		return ACCESS_STORE;
	case CAUSE_LOAD_PAGE:
		vmcount_add(VM_fault_load, 1);
		return ACCESS_LOAD;
	default:
		vmcount_add(VM_fault_exec, 1);
		return ACCESS_EXEC;
	}
}

static void page_fault(struct proc *p, uint64 cause, uint64 va)
{
	struct uvm *uvm = p->uvm;
	enum access access = access_of(cause);

	spin_acquire(&uvm->lock);
	uvm->faults++;
	enum fault fault = uvmfault(uvm, va, access);
	spin_release(&uvm->lock);
	if (unlikely(fault == FAULT_FETCH))
		fault = uvm_fault_in(uvm, va, access);
	if (fault != FAULT_FIXED && fault != FAULT_KILLED)
		kill_program(p, cause, va, words_of(cause),
			     cause == CAUSE_LOAD_PAGE ? " from" : " to",
			     object_of(p, fault, va));
}

/* This may be the program's first floating-point instruction: until then the
 * unit is off (proc/fpu.h). */
static void illegal_instruction(struct proc *p, uint64 instruction)
{
	const uint64 cause = CAUSE_ILLEGAL;

	if (p->fpu != NULL || !fpu_needed((uint32)instruction))
		kill_program(p, cause, instruction, words_of(cause), "", "");
	else if (fpu_enable(p) != 0)
		kill_program(p, cause, instruction,
			     "floating-point instruction", " needs",
			     fault_words[FAULT_NOMEM]);
}

/* Not inlined: otherwise usertrap() would save registers for it, even for
 * system calls. */
static __attribute__((noinline)) void exception(struct proc *p, uint64 cause)
{
	uint64 value = csr_read(stval);

	if (cause == CAUSE_STORE_PAGE || cause == CAUSE_LOAD_PAGE ||
	    cause == CAUSE_FETCH_PAGE)
		page_fault(p, cause, value);
	else if (cause == CAUSE_ILLEGAL)
		illegal_instruction(p, value);
	else
		kill_program(p, cause, value, words_of(cause), "", "");
}

static void end_if_killed(const struct proc *p)
{
	if (unlikely(p->killed))
		proc_exit(p->killed);
}

void user_start(void)
{
	end_if_killed(current());
	user_enter();
}

void usertrap(struct trapframe *frame)
{
	struct proc *p = current();
	uint64 cause = csr_read(scause);

	if (likely(cause == CAUSE_USER_ECALL)) {
		syscall(p, frame);
	} else if (cause & CAUSE_INTERRUPT) {
		interrupts_poll();
		sched_yield();
	} else {
		exception(p, cause);
	}
	end_if_killed(p);
}

/* Name the likely cause of a trap in the kernel. */
static const char *suspect(uint64 address)
{
	if (address < KERNEL_BASE)
		return "a pointer to no kernel memory";
	if (kstack_is_guard(address))
		return "kernel stack overflow";
	return "not allowed by the kernel's page table";
}

void kerneltrap(uint64 fp)
{
	uint64 cause = csr_read(scause), address = csr_read(stval);
	struct proc *p = current();

	panic_at(csr_read(sepc), fp,
		 "%s in the kernel (scause %lu): %s, address 0x%lx, %s %d",
		 words_of(cause), cause, suspect(address), address,
		 p != NULL ? p->name : "no process", p != NULL ? p->pid : 0);
}
