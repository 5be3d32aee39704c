/* grade/machine/strict/fdt.c: the device tree, which describes the machine to
 * the kernel (Devicetree Specification 0.3, chapter 5). */
#include "parts.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, END = 9 };

#define HEADER 40
#define RESERVED 16
#define STRINGS_MAX 1024

struct tree {
	uint8_t *to;
	uint32_t at;
	char strings[STRINGS_MAX];
	uint32_t nstrings;
};

static void word(struct tree *t, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		t->to[t->at++] = (uint8_t)(value >> shift);
}

static uint32_t length(const char *s)
{
	uint32_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static void bytes(struct tree *t, const void *from, uint32_t n)
{
	memcpy(t->to + t->at, from, n);
	t->at += n;
	while (t->at % 4 != 0)
		t->to[t->at++] = 0;
}

/* Begin a node with this name and, if it has several instances, a number in
 * hex. */
static void begin(struct tree *t, const char *name, uint64_t number)
{
	char text[40];
	uint32_t n = length(name);

	memcpy(text, name, n);
	if (n != 0 && text[n - 1] == '@') {
		int shift = 60;

		while (shift > 0 && number >> shift == 0)
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			text[n++] = "0123456789abcdef"[number >> shift & 15];
	}
	text[n++] = '\0';
	word(t, BEGIN_NODE);
	bytes(t, text, n);
}

static void end(struct tree *t)
{
	word(t, END_NODE);
}

static uint32_t string_at(struct tree *t, const char *name)
{
	uint32_t at = 0, n = length(name) + 1;

	while (at < t->nstrings && memcmp(t->strings + at, name, n) != 0)
		at += length(t->strings + at) + 1;
	if (at >= t->nstrings) {
		memcpy(t->strings + at, name, n);
		t->nstrings = at + n;
	}
	return at;
}

static void prop(struct tree *t, const char *name, const void *value,
		 uint32_t n)
{
	word(t, PROP);
	word(t, n);
	word(t, string_at(t, name));
	bytes(t, value, n);
}

static void text(struct tree *t, const char *name, const char *value)
{
	prop(t, name, value, length(value) + 1);
}

static void cells(struct tree *t, const char *name, const uint32_t *cell,
		  uint32_t n)
{
	word(t, PROP);
	word(t, 4 * n);
	word(t, string_at(t, name));
	while (n-- != 0)
		word(t, *cell++);
}

#define CELLS(t, name, ...)                                                    \
	cells(t, name, (const uint32_t[]){ __VA_ARGS__ },                      \
	      sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

static void reg(struct tree *t, uint64_t base, uint64_t size)
{
	CELLS(t, "reg", (uint32_t)(base >> 32), (uint32_t)base,
	      (uint32_t)(size >> 32), (uint32_t)size);
}

/* ---- the nodes ---- */

#define PHANDLE_PLIC 1U
#define PHANDLE_TEST 2U
#define PHANDLE_CPU 3U /* plus the number of the hart */

static void cpus(struct tree *t, const struct machine *m)
{
	begin(t, "cpus", 0);
	CELLS(t, "#address-cells", 1);
	CELLS(t, "#size-cells", 0);
	CELLS(t, "timebase-frequency", TICKS_PER_SECOND);
	for (uint32_t n = 0; n < m->nharts; n++) {
		begin(t, "cpu@", n);
		text(t, "device_type", "cpu");
		CELLS(t, "reg", n);
		text(t, "status", "okay");
		text(t, "compatible", "riscv");
		text(t, "riscv,isa", "rv64imafdc_zicsr_zifencei_sstc");
		text(t, "mmu-type", "riscv,sv39");
		begin(t, "interrupt-controller", 0);
		CELLS(t, "#interrupt-cells", 1);
		prop(t, "interrupt-controller", "", 0);
		text(t, "compatible", "riscv,cpu-intc");
		CELLS(t, "phandle", PHANDLE_CPU + n);
		end(t);
		end(t);
	}
	end(t);
}

/* The pairs of a hart and its interrupt, for all harts. */
static void extended(struct tree *t, const struct machine *m, uint32_t first,
		     uint32_t second)
{
	uint32_t cell[4 * MAX_HARTS], n = 0;

	for (uint32_t hart = 0; hart < m->nharts; hart++) {
		cell[n++] = PHANDLE_CPU + hart;
		cell[n++] = first;
		cell[n++] = PHANDLE_CPU + hart;
		cell[n++] = second;
	}
	cells(t, "interrupts-extended", cell, n);
}

static void controllers(struct tree *t, const struct machine *m)
{
	begin(t, "clint@", 0x2000000);
	prop(t, "compatible", "sifive,clint0\0riscv,clint0", 27);
	reg(t, 0x2000000, 0x10000);
	extended(t, m, 3, 7);
	end(t);

	begin(t, "plic@", 0xc000000);
	prop(t, "compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
	reg(t, 0xc000000, 0x600000);
	CELLS(t, "#interrupt-cells", 1);
	CELLS(t, "#address-cells", 0);
	prop(t, "interrupt-controller", "", 0);
	CELLS(t, "riscv,ndev", PLIC_SOURCES - 1);
	extended(t, m, 11, 9);
	CELLS(t, "phandle", PHANDLE_PLIC);
	end(t);
}

static void devices(struct tree *t)
{
	begin(t, "test@", 0x100000);
	prop(t, "compatible", "sifive,test1\0sifive,test0\0syscon", 33);
	reg(t, 0x100000, 0x1000);
	CELLS(t, "phandle", PHANDLE_TEST);
	end(t);

	begin(t, "serial@", 0x10000000);
	text(t, "compatible", "ns16550a");
	reg(t, 0x10000000, 0x100);
	CELLS(t, "clock-frequency", 3686400);
	CELLS(t, "interrupts", 10);
	CELLS(t, "interrupt-parent", PHANDLE_PLIC);
	end(t);

	for (uint32_t n = 0; n < 8; n++) {
		begin(t, "virtio_mmio@", 0x10001000 + 0x1000 * n);
		text(t, "compatible", "virtio,mmio");
		reg(t, 0x10001000 + 0x1000 * n, 0x1000);
		CELLS(t, "interrupts", 1 + n);
		CELLS(t, "interrupt-parent", PHANDLE_PLIC);
		end(t);
	}
}

static void nodes(struct tree *t, const struct machine *m, const char *bootargs)
{
	begin(t, "", 0);
	CELLS(t, "#address-cells", 2);
	CELLS(t, "#size-cells", 2);
	text(t, "compatible", "riscv-virtio");
	text(t, "model", "riscv-virtio,strict");

	begin(t, "chosen", 0);
	text(t, "stdout-path", "/soc/serial@10000000");
	if (bootargs[0] != '\0')
		text(t, "bootargs", bootargs);
	end(t);

	begin(t, "memory@", RAM_BASE);
	text(t, "device_type", "memory");
	reg(t, RAM_BASE, m->ram_bytes);
	end(t);
	cpus(t, m);

	begin(t, "soc", 0);
	CELLS(t, "#address-cells", 2);
	CELLS(t, "#size-cells", 2);
	text(t, "compatible", "simple-bus");
	prop(t, "ranges", "", 0);
	controllers(t, m);
	devices(t);
	end(t);
	end(t);
	word(t, END);
}

/* Writes the header, an empty list of reservations, the nodes and their
 * strings. */
uint32_t fdt_make(const struct machine *m, const char *bootargs, uint8_t *to)
{
	struct tree t = { .to = to, .at = HEADER + RESERVED };
	uint32_t nodes_end, total;

	memset(to, 0, FDT_MAX);
	nodes(&t, m, bootargs);
	nodes_end = t.at;
	bytes(&t, t.strings, t.nstrings);
	total = t.at;
	t.at = 0;

	const uint32_t header[HEADER / 4] = {
		0xd00dfeed,
		total,
		HEADER + RESERVED,
		nodes_end,
		HEADER,
		17,
		16,
		0,
		t.nstrings,
		nodes_end - HEADER - RESERVED,
	};

	for (size_t n = 0; n < HEADER / 4; n++)
		word(&t, header[n]);
	return total;
}
