/* grade/machine/strict/guests/kept.c: tests how long a hart keeps a
 * translation.
 *
 * The guest changes an entry from one page to another, executes some kind of
 * fence or none, and reads through the entry. For each kind it prints how often
 * it read from the old page. Where that is allowed, the name of the kind begins
 * with stale_. */
#include "guest.h"

#define ROUNDS 300
#define SV39 (8UL << 60)
#define ASID(n) ((uint64)(n) << 44)
#define V 1
#define LEAF 0xcf /* V, R, W, X, A and D */
#define GLOBAL 0x20

static uint64 root[512] __attribute__((aligned(4096)));
static uint64 middle[512] __attribute__((aligned(4096)));
static uint64 lower[2][512] __attribute__((aligned(4096)));
static uint64 page[2][512] __attribute__((aligned(4096)));

volatile uint64 trapped; /* guest.S */
uint64 try_load(uint64 va, uint64 mstatus);

static const uint64 va = 0x40201000;

/* Read the page in supervisor mode, where addresses are translated. */
static uint64 look(void)
{
	uint64 value;

	/* One byte will do: all bytes of a page are equal. */
	value = try_load(va, 1UL << 11);
	return value;
}

static void set_satp(uint64 asid)
{
	__asm__ volatile(
		"csrw satp, %0" ::"r"(SV39 | ASID(asid) | (uint64)root >> 12)
		: "memory");
}

static uint64 entry(const void *to, uint64 flags)
{
	return (uint64)to >> 12 << 10 | flags;
}

static void fence_all(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

static void fence_va(uint64 at)
{
	__asm__ volatile("sfence.vma %0" ::"r"(at) : "memory");
}

static void fence_asid(uint64 asid)
{
	__asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory");
}

static void fence_both(uint64 at, uint64 asid)
{
	__asm__ volatile("sfence.vma %0, %1" ::"r"(at), "r"(asid) : "memory");
}

static void no_fence(void)
{
}
static void all(void)
{
	fence_all();
}
static void this_page(void)
{
	fence_va(va + 8);
}
static void next_page(void)
{
	fence_va(va + PAGE);
}
static void this_asid(void)
{
	fence_asid(1);
}
static void other_asid(void)
{
	fence_asid(2);
}
static void page_and_asid(void)
{
	fence_both(va, 1);
}
static void page_other_asid(void)
{
	fence_both(va, 2);
}
static void satp_only(void)
{
	set_satp(2);
	set_satp(1);
}

static const struct {
	const char *name;
	void (*fence)(void);
	uint64 flags;
	int is_upper;
} tests[] = {
	{ "stale_no_fence", no_fence, 0, 0 },
	{ "all", all, 0, 0 },
	{ "this_page", this_page, 0, 0 },
	{ "stale_next_page", next_page, 0, 0 },
	{ "this_asid", this_asid, 0, 0 },
	{ "stale_other_asid", other_asid, 0, 0 },
	{ "page_and_asid", page_and_asid, 0, 0 },
	{ "stale_page_other_asid", page_other_asid, 0, 0 },
	{ "stale_satp_only", satp_only, 0, 0 },
	{ "global_all", all, GLOBAL, 0 },
	{ "global_this_page", this_page, GLOBAL, 0 },
	{ "stale_global_this_asid", this_asid, GLOBAL, 0 },
	{ "upper_all", all, 0, 1 },
	{ "upper_this_asid", this_asid, 0, 1 },
	{ "stale_upper_this_page", this_page, 0, 1 },
};

/* True if the old page is read after the change. */
static int is_stale(uint64 t)
{
	uint64 flags = LEAF | tests[t].flags;

	lower[0][1] = entry(page[0], flags);
	lower[1][1] = entry(page[1], flags);
	middle[1] = entry(lower[0], V);
	fence_all();
	look();
	if (tests[t].is_upper)
		middle[1] = entry(lower[1], V);
	else
		lower[0][1] = entry(page[1], flags);
	tests[t].fence();
	return look() == 0;
}

int main(int me)
{
	if (me != 0)
		for (;;)
			;
	for (int n = 0; n < 512; n++)
		page[1][n] = ~0UL;
	root[1] = entry(middle, V);
	set_satp(1);
	for (uint64 t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
		uint64 stale = 0;

		for (int round = 0; round < ROUNDS; round++)
			stale += is_stale(t);
		print_count(tests[t].name, stale);
	}
	*TEST_DEVICE = 0x5555;
	for (;;)
		;
}
