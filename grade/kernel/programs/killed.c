/* grade/kernel/programs/killed.c: dies in the way that its first argument
 * names, so that a test can read the kernel's message. */
#include "test.h"

static volatile char table[4 * PGSIZE]; /* lies below the stack */

/* Make a local array of that many bytes, and store to its first bytes. */
static void __attribute__((noinline)) big_array(int bytes)
{
	char *array = __builtin_alloca((size_t)bytes);

	memset(array, '!', 3000);
	__asm__ volatile("" : : "r"(array) : "memory");
}

static int __attribute__((noinline)) recurse(volatile int *depth)
{
	volatile int deeper = *depth + 1;

	return deeper < 0 ? 0 : recurse(&deeper) + *depth;
}

static void load(uint64 address)
{
	(void)*(volatile char *)address;
}

static void jump(const char *address)
{
	((void (*)(void))(uint64)address)();
}

/* In a child, let the next allocation of a frame fail. When the child has
 * exited, allocations succeed again, whatever has happened. */
static void use_up_memory(void)
{
	if (xfork_settled() != 0) {
		wait(NULL);
		vmstat_command("fail 0");
		exit(0);
	}
	vmstat_command("fail 0"); /* copy the pages that a write needs */
	vmstat_command("fail 1");
}

static void add_floats(void)
{
	__asm__ volatile("fmv.d.x ft0, zero\n"
			 "fadd.d ft0, ft0, ft0"
			 :
			 :
			 : "ft0");
}

static void load_float(void)
{
	uint64 zero = 0;

	__asm__ volatile(".option push\n"
			 ".option rvc\n"
			 "c.fld fa0, 0(%0)\n"
			 ".option pop"
			 :
			 : "r"(&zero)
			 : "fa0");
}

static void read_float_flags(void)
{
	uint64 flags;

	__asm__ volatile("frflags %0" : "=r"(flags));
}

static void read_machine_status(void)
{
	uint64 status;

	__asm__ volatile("csrr %0, mstatus" : "=r"(status));
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	volatile int depth = 0;

	stack_note();

	char *untouched = xpages(1);

	table[0] = 1;
	if (strncmp(how, "nomem-", 6) == 0) {
		use_up_memory();
		how += 6;
	}
	if (strcmp(how, "array") == 0)
		big_array(atoi(argv[2]));
	else if (strcmp(how, "recursion") == 0)
		recurse(&depth);
	else if (strcmp(how, "null") == 0)
		load(4);
	else if (strcmp(how, "gap") == 0)
		load(stack_guard() + PGSIZE - STACK_GAP);
	else if (strcmp(how, "heap") == 0)
		load(stack_top() + (1 << 20));
	else if (strcmp(how, "jump") == 0)
		jump(untouched);
	else if (strcmp(how, "store") == 0)
		*untouched = 1;
	else if (strcmp(how, "text") == 0)
		*(volatile char *)(uint64)strcmp = 0;
	else if (strcmp(how, "jump-far") == 0)
		jump((const char *)stack_top() + (1 << 20));
	else if (strcmp(how, "kernel") == 0)
		load(-(uint64)PGSIZE);
	else if (strcmp(how, "adds") == 0)
		add_floats();
	else if (strcmp(how, "loads") == 0)
		load_float();
	else if (strcmp(how, "flags") == 0)
		read_float_flags();
	else if (strcmp(how, "mstatus") == 0)
		read_machine_status();
	return 0;
}
