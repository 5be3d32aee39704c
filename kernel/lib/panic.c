/* kernel/lib/panic.c: stop a kernel that has a bug. */
#include "lib/panic.h"

#include "abi/limits.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/symbols.h"

#define BACKTRACE_MAX 16 /* frames shown */

static struct hart *panicker; /* atomic */
static void (*stop_others)(void);
static void (*end)(void);

void panic_set_hooks(void (*stop_hook)(void), void (*end_hook)(void))
{
	stop_others = stop_hook;
	end = end_hook;
}

bool panicked(void)
{
	return __atomic_load_n(&panicker, __ATOMIC_RELAXED) != NULL;
}

bool panicking_here(void)
{
	return __atomic_load_n(&panicker, __ATOMIC_RELAXED) == this_hart();
}

void hart_park(void)
{
	csr_write(sie, 0);
	for (;;)
		wfi();
}

/* Whether a frame pointer can be followed: aligned and in the kernel's half. */
static bool plausible(uint64 fp)
{
	return fp % sizeof(uint64) == 0 && (int64)fp < 0;
}

/* A function stores its return address and its caller's frame pointer just
 * below the address in its own frame pointer. Stack frames ascend, each within
 * a page of the previous one.
 *
 * A return address is looked up as pc - 1, within the call: after a call that
 * does not return, pc may be the start of another function. */
static void print_backtrace(uint64 pc, bool pc_returns, uint64 fp)
{
	for (int i = 0; i < BACKTRACE_MAX && pc != 0; i++) {
		struct symbol symbol = symbol_at(pc - pc_returns);

		kprintf("  %lx %s+0x%lx\n", pc, symbol.name,
			symbol.offset + pc_returns);
		pc_returns = true;
		if (!plausible(fp))
			return;

		uint64 caller = ((uint64 *)fp)[-2];

		pc = ((uint64 *)fp)[-1];
		fp = caller > fp && caller - fp <= PGSIZE ? caller : 0;
	}
}

/* Some hart has panicked already, perhaps this one: do not print a second
 * message. */
static void begin_again(void) __attribute__((noreturn));
static void begin_again(void)
{
	if (panicking_here() && end != NULL)
		end();
	hart_park();
}

static void begin(void)
{
	struct hart *nobody = NULL;

	if (!__atomic_compare_exchange_n(&panicker, &nobody, this_hart(), false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		begin_again();
	if (stop_others != NULL)
		stop_others();
}

static void finish(uint64 pc, bool pc_returns, uint64 fp, const char *fmt,
		   __builtin_va_list args)
{
	char message[160];

	kvsnprintf(message, sizeof(message), fmt, args);
	kprintf("panic: hart %u: %s\n", this_hart()->hartid, message);
	print_backtrace(pc, pc_returns, fp);
	if (end != NULL)
		end();
	hart_park();
}

void panic(const char *fmt, ...)
{
	__builtin_va_list args;

	begin();
	__builtin_va_start(args, fmt);
	finish((uint64)__builtin_return_address(0), true,
	       ((uint64 *)__builtin_frame_address(0))[-2], fmt, args);
	__builtin_va_end(args);
	hart_park();
}

void panic_at(uint64 pc, uint64 fp, const char *fmt, ...)
{
	__builtin_va_list args;

	begin();
	__builtin_va_start(args, fmt);
	finish(pc, false, fp, fmt, args);
	__builtin_va_end(args);
	hart_park();
}
