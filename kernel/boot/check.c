/* kernel/boot/check.c: check that the CPU has what Calf needs.
 *
 * This code runs in machine mode at physical addresses, so it must not use a
 * pointer that the linker has filled in. It is compiled for RV64I (see the
 * Makefile), because the CPU may have nothing else. */
#include "boot/machine.h"
#include "lib/csr.h"
#include "mm/layout.h"

#define FDT_MAGIC "\xd0\x0d\xfe\xed"
#define FDT_SIZE_MAX (1UL << 20)

enum { IER = 1, IIR = 2 }; /* registers of the UART */

#define IER_SEND 0x02
#define IIR_CAUSE 0x0f
#define IIR_SEND 0x02

#define MISA(letter) (1UL << ((letter) - 'A'))

struct findings {
	bool is_told; /* print what is missing */
	bool is_lacking;
};

/* The words are in the table itself, so it contains no pointers. */
static const struct {
	char letter;
	char words[31];
} letters[] = {
	{ 'M', "M (multiplication)" },
	{ 'A', "A (atomic instructions)" },
	{ 'C', "C (compressed instructions)" },
	{ 'D', "D (floating point)" },
	{ 'S', "S (supervisor mode)" },
	{ 'U', "U (user mode)" },
};

static volatile bool first_is_right; /* hart 0 has passed its check */

static void park(void) __attribute__((noreturn));
static void park(void)
{
	for (;;)
		wfi();
}

/* ---- before the first access to a control register ---- */

static bool begins(const char *text, const char *with)
{
	while (*with != '\0' && *text == *with)
		text++, with++;
	return *with == '\0';
}

/* Whether a CPU that the device tree describes like this, for example by
 * "rv64imafdc", has F, which includes Zicsr. Old trees do not list Zicsr. */
static bool has_float(const char *isa)
{
	for (isa += 4; *isa >= 'a' && *isa <= 'z'; isa++)
		if (*isa == 'f' || *isa == 'd' || *isa == 'g')
			return true;
	return false;
}

/* Whether the device tree describes a CPU, and none with Zicsr. */
static bool lacks_csrs(const char *tree, uint64 size)
{
	bool is_described = false;

	for (const char *at = tree; at < tree + size; at++) {
		if (begins(at, "zicsr"))
			return false;
		if (!begins(at, "rv64"))
			continue;
		if (has_float(at))
			return false;
		is_described = true;
	}
	return is_described;
}

/* True on one hart only. Without control registers a hart cannot read its
 * number, and QEMU says 0 to each; without atomic instructions they cannot draw
 * lots in memory. But a 16550 that may interrupt when it can send says so only
 * to the first who reads IIR, and again after the next byte. */
static bool is_first_to_ask(void)
{
	static volatile bool is_told;

	mmio_write8((uint8 *)UART_PA + IER, IER_SEND);
	if ((mmio_read8((uint8 *)UART_PA + IIR) & IIR_CAUSE) != IIR_SEND)
		return false;
	__asm__ volatile("fence iorw, iorw" : : : "memory");
	if (is_told)
		return false;
	is_told = true;
	__asm__ volatile("fence iorw, iorw" : : : "memory");
	return true;
}

/* Without control registers an access to one would trap, but to nowhere. Only
 * the device tree can tell. */
void machine_check_csrs(uint64 hartid, uint64 tree_pa)
{
	const uint8 *tree = (const uint8 *)tree_pa;

	if (hartid != 0 || tree_pa < RAM_BASE_PA ||
	    !begins((const char *)tree, FDT_MAGIC))
		return;

	uint64 size = (uint64)tree[5] << 16 | (uint64)tree[6] << 8 | tree[7];

	if (size > FDT_SIZE_MAX || tree[4] != 0 ||
	    !lacks_csrs((const char *)tree, size))
		return;
	if (!is_first_to_ask())
		park();
	machine_say("calf: cannot start: the CPU lacks Zicsr (control "
		    "registers)\n");
	machine_off();
}

/* ---- everything else ---- */

static void need(struct findings *found, bool is_there, const char *what)
{
	if (is_there)
		return;
	if (found->is_told) {
		machine_say(found->is_lacking
				    ? ", "
				    : "calf: cannot start: the CPU lacks ");
		machine_say(what);
	}
	found->is_lacking = true;
}

/* misa may be 0, which gives no information (privileged specification, section
 * 3.1.1). */
static void check_letters(struct findings *found)
{
	uint64 misa = csr_read(misa);

	for (uint64 i = 0; i < ARRAY_LEN(letters); i++)
		need(found, misa == 0 || (misa & MISA(letters[i].letter)),
		     letters[i].words);
}

/* Features that have no letter in misa. */
static void check_supervisor(struct findings *found)
{
	uint64 interrupts = INT_SSI | INT_STI | INT_SEI;

	need(found, machine_try_set(CSR_SATP, SATP_SV39) == SATP_SV39,
	     "Sv39 (paging)");
	need(found, machine_try_set(CSR_MIDELEG, interrupts) & INT_SSI,
	     "interrupts in supervisor mode");
}

static void check_others(struct findings *found)
{
	need(found,
	     (machine_try_set(CSR_MENVCFG, MENVCFG_STCE) & MENVCFG_STCE) &&
		     machine_knows("csrr zero, 0x14d"),
	     "Sstc (stimecmp)");
	need(found, machine_knows("csrr zero, time"), "the time register");
	need(found, machine_knows("fence.i"), "Zifencei (fence.i)");
}

/* All harts are alike, so only the first one reports. */
void machine_check(uint64 hartid)
{
	struct findings found = { .is_told = hartid == 0 };

	check_letters(&found);
	if (!found.is_lacking)
		check_supervisor(&found);
	check_others(&found);
	if (found.is_told && found.is_lacking) {
		machine_say("\n");
		machine_off();
	}
	if (found.is_lacking)
		park();
	if (hartid == 0)
		first_is_right = true;
}

static void say_number(uint64 n)
{
	char digits[] = "0x0000000000000000";

	for (char *digit = digits + sizeof(digits) - 2; n > 0; n >>= 4)
		*digit-- = "0123456789abcdef"[n & 15];
	machine_say(digits);
}

/* Until the first hart has passed its check, the others do not report: it lacks
 * whatever they lack, and reports that itself. */
void machine_trapped(uint64 hartid)
{
	if (hartid != 0 && !first_is_right)
		park();
	machine_say("calf: exception in machine mode, hart ");
	say_number(hartid);
	machine_say(", mcause ");
	say_number(csr_read(mcause));
	machine_say(", mepc ");
	say_number(csr_read(mepc));
	machine_say(", mtval ");
	say_number(csr_read(mtval));
	machine_say("\n");
	machine_off();
}
