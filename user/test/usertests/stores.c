/* user/test/usertests/stores.c: a function for each kind of store
 * instruction. */

#include "tests.h"

/* Store something other than letters at `at`. */
#define STORE(name, code)                                                      \
	static void name(char *at)                                             \
	{                                                                      \
		__asm__ volatile(code                                          \
				 :                                             \
				 : "r"(at), "r"(-1L)                           \
				 : "t0", "t1", "a4", "a5", "fa0", "memory");   \
	}
STORE(store_byte, "sb %1, 0(%0)")
STORE(store_half, "sh %1, 0(%0)")
STORE(store_word, ".option push; .option norvc; sw %1, 0(%0); .option pop")
STORE(store_double, ".option push; .option norvc; sd %1, 0(%0); .option pop")
STORE(store_short_word, "mv a4, %0; mv a5, %1; c.sw a5, 0(a4)")
STORE(store_short_double, "mv a4, %0; mv a5, %1; c.sd a5, 0(a4)")
STORE(store_float, "fmv.d.x fa0, %1; fsw fa0, 0(%0)")
STORE(store_float_double, "fmv.d.x fa0, %1; fsd fa0, 0(%0)")
STORE(swap_word, "amoswap.w t0, %1, (%0)")
STORE(add_double, "amoadd.d t0, %1, (%0)")
STORE(and_nothing, "amoand.d zero, zero, (%0)")
STORE(store_conditionally, "1: lr.d t0, (%0); sc.d t1, %1, (%0); bnez t1, 1b")

const struct store stores[] = {
	{ store_byte, 1, 0 },
	{ store_byte, 1, PGSIZE - 1 },
	{ store_half, 2, 2 },
	{ store_word, 4, 4 },
	{ store_double, 8, 8 },
	{ store_short_word, 4, 16 },
	{ store_short_double, 8, 24 },
	{ store_float, 4, 32 },
	{ store_float_double, 8, 40 },
	{ swap_word, 4, 48 },
	{ add_double, 8, 56 },
	{ and_nothing, 8, 64 },
	{ store_conditionally, 8, PGSIZE - 8 },
	{ store_half, 2, PGSIZE - 1 }, /* into two pages */
	{ store_word, 4, PGSIZE - 1 },
	{ store_double, 8, PGSIZE - 4 },
	{ NULL, 0, 0 },
};
