/* grade/machine/strict/guests/litmus.c: litmus tests: two harts and the order
 * of their loads and stores. For each test it prints how often the weak outcome
 * occurred.
 *
 * RVWMO allows the weak outcome without fences, but not with fences or a
 * dependency (unprivileged specification, chapter 14). */
#include "guest.h"

#define ROUNDS 2000

volatile uint64 trapped; /* guest.S */

/* The variables of a test, far apart. `pointer` is for the dependency. */
static struct {
	volatile uint64 value;
	uint64 space[31];
} x, y;
static volatile uint64 arrived, result[2];

#define FENCE(before, after)                                                   \
	__asm__ volatile("fence " #before "," #after ::: "memory")

/* Wait for the other hart, and see all that it did before. */
static void meet(uint64 n)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < 2 * n)
		;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Store, then load the variable to which the other hart stores. */
static void store_buffer(int me, int fenced)
{
	(me == 0 ? &x : &y)->value = 1;
	if (fenced)
		FENCE(rw, rw);
	result[me] = (me == 0 ? &y : &x)->value;
}

enum { NOTHING, FENCED, DEPENDENT, ACQUIRED, NO_WRITER, NO_READER };

/* One hart sends a message, and the other one receives it. */
static void message(int me, int how)
{
	if (me == 0) {
		x.value = 1;
		if (how == ACQUIRED) {
			__atomic_store_n(&y.value, 1, __ATOMIC_RELEASE);
			return;
		}
		if (how != NOTHING && how != NO_WRITER)
			FENCE(w, w);
		y.value = 1;
		return;
	}

	uint64 flag, data;

	switch (how) {
	case DEPENDENT: /* xor makes 0, but the address depends on it */
		__asm__ volatile("ld %0, 0(%2)\n\t"
				 "xor %1, %0, %0\n\t"
				 "add %1, %1, %3\n\t"
				 "ld %1, 0(%1)"
				 : "=&r"(flag), "=&r"(data)
				 : "r"(&y.value), "r"(&x.value)
				 : "memory");
		break;
	case ACQUIRED:
		flag = __atomic_load_n(&y.value, __ATOMIC_ACQUIRE);
		data = x.value;
		break;
	default:
		flag = y.value;
		if (how == FENCED || how == NO_WRITER)
			FENCE(r, r);
		data = x.value;
	}
	result[0] = !(flag == 1 && data == 0);
	result[1] = result[0];
}

/* Two loads from one address never go back in time. */
static void coherent(int me, int how)
{
	(void)how;
	if (me == 0) {
		x.value = 1;
		return;
	}
	uint64 first = x.value, second = x.value;

	result[0] = result[1] = !(first == 1 && second == 0);
}

/* One copies a word and then counts itself out, and the other one changes the
 * word when it sees that. */
static void copy(int me, int how)
{
	uint64 value, one = 1;

	if (me == 1) {
		for (int n = 0; n < 100 && result[1]; n++)
			result[1] =
				!__atomic_load_n(&y.value, __ATOMIC_ACQUIRE);
		if (!result[1])
			x.value = 0;
		return;
	}
	x.value = 1;
	FENCE(rw, rw);
	__asm__ volatile("ld %0, 0(%1)\n\t"
			 "sd %0, 0(%2)"
			 : "=&r"(value)
			 : "r"(&x.value), "r"(&result[0])
			 : "memory");
	if (how == FENCED)
		FENCE(r, w);
	if (how == NO_READER)
		FENCE(w, w);
	if (how == DEPENDENT)
		__asm__ volatile("xor %0, %0, %0\n\t"
				 "addi %1, %0, 1"
				 : "+r"(value), "=r"(one));
	if (how == ACQUIRED)
		__asm__ volatile("amoadd.d.rl zero, %0, (%1)"
				 :
				 : "r"(one), "r"(&y.value)
				 : "memory");
	else
		__asm__ volatile("amoadd.d zero, %0, (%1)"
				 :
				 : "r"(one), "r"(&y.value)
				 : "memory");
}

static const struct {
	const char *name;
	void (*run)(int me, int how);
	int how;
} tests[] = {
	{ "store_buffer", store_buffer, NOTHING },
	{ "store_buffer_fenced", store_buffer, FENCED },
	{ "message", message, NOTHING },
	{ "message_reader_fenced", message, NO_WRITER },
	{ "message_writer_fenced", message, NO_READER },
	{ "message_fenced", message, FENCED },
	{ "message_dependent", message, DEPENDENT },
	{ "message_acquired", message, ACQUIRED },
	{ "coherent", coherent, NOTHING },
	{ "copy", copy, NOTHING },
	{ "copy_stores_fenced", copy, NO_READER },
	{ "copy_fenced", copy, FENCED },
	{ "copy_dependent", copy, DEPENDENT },
	{ "copy_released", copy, ACQUIRED },
};

int main(int me)
{
	uint64 n = 0;

	for (uint64 t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
		uint64 odd = 0;

		for (int round = 0; round < ROUNDS; round++) {
			if (me == 0)
				x.value = y.value = 0;
			result[me] = 1;
			meet(++n);
			tests[t].run(me, tests[t].how);
			meet(++n);
			odd += result[0] == 0 && result[1] == 0;
			meet(++n);
		}
		if (me == 0)
			print_count(tests[t].name, odd);
	}
	if (me == 0)
		*TEST_DEVICE = 0x5555;
	for (;;)
		;
}
