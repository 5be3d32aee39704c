/* kernel/boot/fdt.c: read the device tree, which describes the machine.
 *
 * A flattened tree consists of a header, a block of strings (the names of
 * properties), and a structure block of big-endian words: nodes, each between a
 * BEGIN and an END token, with properties and other nodes inside. One pass
 * picks out what the kernel needs. Everything is checked before it is used. */
#include "boot/fdt.h"

#include "lib/string.h"
#include "mm/layout.h"

#define FDT_MAGIC 0xd00dfeed
#define FDT_SIZE_MAX (1U << 20)
#define LEVELS 8 /* properties of nodes below that depth are ignored */

enum token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

struct fdt_header {
	uint32 magic;
	uint32 totalsize;
	uint32 off_struct;
	uint32 off_strings;
	uint32 off_reserve;
	uint32 version;
	uint32 last_compatible;
	uint32 boot_hart;
	uint32 size_strings;
	uint32 size_struct;
};

/* The current position in the tree. */
struct walk {
	const char *next, *end; /* of the structure block */
	const char *strings;
	uint32 strings_size;
	uint32 depth;             /* of the current node; 1: the root */
	const char *node[LEVELS]; /* names of the nodes from the root to it */
};

struct property {
	const char *name;
	const char *value;
	uint32 len;
};

static uint32 be32(const void *p)
{
	const uint8 *b = p;

	return (uint32)b[0] << 24 | (uint32)b[1] << 16 | (uint32)b[2] << 8 |
	       b[3];
}

static uint64 be64(const void *p)
{
	return (uint64)be32(p) << 32 | be32((const char *)p + 4);
}

static bool take_word(struct walk *walk, uint32 *word)
{
	if (walk->end - walk->next < 4)
		return false;
	*word = be32(walk->next);
	walk->next += 4;
	return true;
}

/* Skip n bytes and the padding of the last word. */
static bool skip(struct walk *walk, uint64 n)
{
	if ((uint64)(walk->end - walk->next) < ROUND_UP(n, 4))
		return false;
	walk->next += ROUND_UP(n, 4);
	return true;
}

/* The size of a string with its NUL; 0 if it does not end before `end`. */
static uint64 string_size(const char *s, const char *end)
{
	for (const char *c = s; c < end; c++)
		if (*c == '\0')
			return (uint64)(c - s) + 1;
	return 0;
}

static bool enter_node(struct walk *walk)
{
	uint64 size = string_size(walk->next, walk->end);

	if (walk->depth < LEVELS)
		walk->node[walk->depth] = walk->next;
	walk->depth++;
	return size != 0 && skip(walk, size);
}

static bool take_property(struct walk *walk, struct property *property)
{
	uint32 name;

	if (!take_word(walk, &property->len) || !take_word(walk, &name) ||
	    name >= walk->strings_size)
		return false;
	property->name = walk->strings + name;
	property->value = walk->next;
	return string_size(property->name,
			   walk->strings + walk->strings_size) != 0 &&
	       skip(walk, property->len);
}

/* Whether the current node is at `depth` and its name begins with `name`. */
static bool in_node(const struct walk *walk, uint32 depth, const char *name)
{
	return walk->depth == depth &&
	       strncmp(walk->node[depth - 1], name, strlen(name)) == 0;
}

static bool is_string(const struct property *property)
{
	return property->len > 0 && property->value[property->len - 1] == '\0';
}

/* On this machine, addresses and sizes take two words each. */
static void take_memory(const struct property *property,
			struct machine *machine)
{
	for (uint32 at = 0; at + 16 <= property->len; at += 16)
		if (be64(property->value + at) == RAM_BASE_PA)
			machine->ram_bytes = be64(property->value + at + 8);
}

/* Whether the property is a list of strings that contains `word`. */
static bool has_string(const struct property *property, const char *word)
{
	uint32 at = 0;

	if (!is_string(property))
		return false;
	while (at < property->len && strcmp(property->value + at, word) != 0)
		at += (uint32)strlen(property->value + at) + 1;
	return at < property->len;
}

static void take_compatible(const struct property *property,
			    struct machine *machine)
{
	if (has_string(property, "riscv,plic0"))
		machine->has_plic = true;
	if (has_string(property, "riscv,clint0") ||
	    has_string(property, "riscv,aclint-mswi"))
		machine->has_msip = true;
}

static void use_property(const struct walk *walk,
			 const struct property *property,
			 struct machine *machine)
{
	if (in_node(walk, 2, "memory") && strcmp(property->name, "reg") == 0)
		take_memory(property, machine);
	else if (in_node(walk, 2, "cpus") && property->len == 4 &&
		 strcmp(property->name, "timebase-frequency") == 0)
		machine->timer_hz = be32(property->value);
	else if (in_node(walk, 3, "cpu@") && strcmp(property->name, "reg") == 0)
		machine->nharts++;
	else if (in_node(walk, 2, "chosen") && is_string(property) &&
		 strcmp(property->name, "bootargs") == 0)
		strlcpy(machine->bootargs, property->value, BOOTARGS_LEN);
	else if (strcmp(property->name, "compatible") == 0)
		take_compatible(property, machine);
}

/* Returns false if the structure block is damaged. */
static bool walk_tree(struct walk *walk, struct machine *machine)
{
	uint32 token;
	struct property property;

	while (take_word(walk, &token)) {
		if (token == BEGIN_NODE) {
			if (!enter_node(walk))
				return false;
		} else if (token == END_NODE) {
			if (walk->depth-- == 0)
				return false;
		} else if (token == PROP) {
			if (walk->depth == 0 || !take_property(walk, &property))
				return false;
			if (walk->depth <= LEVELS)
				use_property(walk, &property, machine);
		} else if (token != NOP) {
			return token == END && walk->depth == 0;
		}
	}
	return false;
}

static bool inside(uint32 offset, uint32 size, uint32 total)
{
	return offset <= total && size <= total - offset;
}

const char *fdt_read(uint64 pa, struct machine *machine)
{
	const struct fdt_header *header = phys_to_virt(pa);

	*machine = (struct machine){ 0 };
	if (pa % 4 != 0 || pa < RAM_BASE_PA ||
	    pa >= (DIRECT_MAP_GIB << 30) - FDT_SIZE_MAX)
		return "no device tree";
	if (be32(&header->magic) != FDT_MAGIC)
		return "no device tree where the machine says it is";

	uint32 total = be32(&header->totalsize);
	uint32 off_struct = be32(&header->off_struct);
	uint32 size_struct = be32(&header->size_struct);
	uint32 off_strings = be32(&header->off_strings);
	uint32 size_strings = be32(&header->size_strings);

	if (total > FDT_SIZE_MAX || off_struct % 4 != 0 ||
	    !inside(off_struct, size_struct, total) ||
	    !inside(off_strings, size_strings, total))
		return "the device tree's header is damaged";

	const char *tree = (const char *)header;
	struct walk walk = { .next = tree + off_struct,
			     .end = tree + off_struct + size_struct,
			     .strings = tree + off_strings,
			     .strings_size = size_strings };

	if (!walk_tree(&walk, machine))
		return "the device tree is damaged";
	if (machine->ram_bytes == 0)
		return "the device tree names no RAM";
	if (machine->nharts == 0 || machine->timer_hz == 0)
		return "the device tree names no harts or no clock";
	return NULL;
}
