/* grade/machine/strict/guests/counter.c: two harts count under a lock that is
 * not an acquire: the load of the counter may take place before the lock is
 * taken. Ends with status 1 if a count was lost. */
typedef unsigned long uint64;

#define TEST_DEVICE ((volatile unsigned *)0x100000)
#define ENDS_WELL 0x5555
#define FAILS 0x13333
#define TIMES 10

volatile uint64 trapped; /* guest.S */

static int lock;
static uint64 ended;
volatile uint64 counter;

static void count(void)
{
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_RELAXED) != 0)
		;
	counter++;
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

int main(int me)
{
	for (int n = 0; n < TIMES; n++)
		count();
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	if (me == 0) {
		while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) != 2)
			;
		*TEST_DEVICE = counter == 2 * TIMES ? ENDS_WELL : FAILS;
	}
	for (;;)
		;
}
