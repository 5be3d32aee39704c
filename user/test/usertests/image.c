/* user/test/usertests/image.c: make programs with given segments, for tests. */

#include "elf.h"

/* The offset of a segment in the file if `from` bytes are in use. */
static uint64 offset_of(const struct segment *segment, uint64 from,
			bool mappable)
{
	return mappable ? from + (segment->va - from) % PGSIZE : from;
}

static void write_program(const char *path, const struct segment *segments,
			  uint16 count, bool mappable)
{
	struct elf_file file = {
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
		.type = 2,
		.machine = 243,
		.version = 1,
		.entry = segments[0].va,
		.phoff = sizeof(file),
		.ehsize = sizeof(file),
		.phentsize = sizeof(struct elf_part),
		.phnum = count,
	};
	uint64 offset = sizeof(file) + count * sizeof(struct elf_part);
	int fd = xopen(path, O_WRONLY | O_CREATE | O_TRUNC);

	xwrite(fd, &file, sizeof(file));
	for (int i = 0; i < count; i++) {
		const struct segment *s = &segments[i];

		offset = offset_of(s, offset, mappable);

		struct elf_part part = {
			.type = s->is_stack ? ELF_GNU_STACK : ELF_LOAD,
			.flags = s->rights,
			.offset = offset,
			.vaddr = s->va,
			.paddr = s->va,
			.filesz = s->size,
			.memsz = s->room,
			.align = PGSIZE,
		};

		xwrite(fd, &part, sizeof(part));
		offset += s->size;
	}
	offset = sizeof(file) + count * sizeof(struct elf_part);
	for (int i = 0; i < count; i++) {
		offset = offset_of(&segments[i], offset, mappable);
		lseek(fd, (long)offset, SEEK_SET);
		xwrite(fd, segments[i].bytes, segments[i].size);
		offset += segments[i].size;
	}
	xclose(fd);
}

void make_program(const char *path, const struct segment *segments,
		  uint16 count)
{
	write_program(path, segments, count, false);
}

void make_mappable_program(const char *path, const struct segment *segments,
			   uint16 count)
{
	write_program(path, segments, count, true);
}
