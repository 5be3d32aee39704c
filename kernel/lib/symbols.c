/* kernel/lib/symbols.c: the names of the kernel's functions, by address.
 *
 * The build generates the table from a first link of the kernel and then links
 * again with it (Makefile). It is sorted by address. */
#include "lib/symbols.h"

struct ksym {
	uint64 address;
	const char *name;
};

extern const struct ksym ksym_table[];
extern const uint64 ksym_count;

struct symbol symbol_at(uint64 address)
{
	uint64 low = 0, high = ksym_count;

	while (low < high) {
		uint64 middle = low + (high - low) / 2;

		if (ksym_table[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return (struct symbol){ .name = "?" };

	const struct ksym *found = &ksym_table[low - 1];

	return (struct symbol){ .name = found->name,
				.offset = address - found->address };
}
