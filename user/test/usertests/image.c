/* user/test/usertests/image.c: make programs with given segments, for tests. */

#include "tests.h"

/* The types of segments. */
#define LOAD 1
#define GNU_STACK 0x6474e551

/* The parts of an ELF file (System V ABI, "Object Files"). */
struct elf_start {
	uchar ident[16];
	uint16 type, machine;
	uint32 version;
	uint64 entry, phoff, shoff;
	uint32 flags;
	uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32 type, flags;
	uint64 offset, vaddr, paddr, filesz, memsz, align;
};

void make_program(const char *path, const struct segment *segments,
		  uint16 count)
{
	struct elf_start start = {
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
		.type = 2,
		.machine = 243,
		.version = 1,
		.entry = segments[0].va,
		.phoff = sizeof(start),
		.ehsize = sizeof(start),
		.phentsize = sizeof(struct elf_segment),
		.phnum = count,
	};
	uint64 offset = sizeof(start) + count * sizeof(struct elf_segment);
	int fd = xopen(path, O_WRONLY | O_CREATE | O_TRUNC);

	xwrite(fd, &start, sizeof(start));
	for (int i = 0; i < count; i++) {
		const struct segment *s = &segments[i];
		struct elf_segment header = {
			.type = s->is_stack ? GNU_STACK : LOAD,
			.flags = s->rights,
			.offset = offset,
			.vaddr = s->va,
			.paddr = s->va,
			.filesz = s->size,
			.memsz = s->room,
			.align = PGSIZE,
		};

		xwrite(fd, &header, sizeof(header));
		offset += s->size;
	}
	for (int i = 0; i < count; i++)
		xwrite(fd, segments[i].bytes, segments[i].size);
	xclose(fd);
}
