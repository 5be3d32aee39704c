/* grade/machine/strict/elf.c: loads a kernel into RAM. */
#include <elf.h>

#include "front.h"

#define EM_RISCV_ 243

static const Elf64_Phdr *headers(const char *path, const uint8_t *file,
				 uint64_t bytes, uint32_t *count)
{
	const Elf64_Ehdr *elf = (const Elf64_Ehdr *)file;

	if (bytes < sizeof(*elf) || memcmp(file, ELFMAG, SELFMAG) != 0)
		fail("%s: not an ELF file", path);
	if (elf->e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf->e_ident[EI_DATA] != ELFDATA2LSB || elf->e_machine != EM_RISCV_)
		fail("%s: not for a 64-bit RISC-V machine", path);
	*count = elf->e_phnum;
	if (elf->e_phentsize != sizeof(Elf64_Phdr) || elf->e_phoff % 8 != 0 ||
	    elf->e_phoff > bytes ||
	    *count > (bytes - elf->e_phoff) / sizeof(Elf64_Phdr))
		fail("%s: its program headers are damaged", path);
	return (const Elf64_Phdr *)(file + elf->e_phoff);
}

static void load(struct machine *m, const char *path, const uint8_t *file,
		 uint64_t bytes, const Elf64_Phdr *header)
{
	if (header->p_filesz > bytes ||
	    header->p_offset > bytes - header->p_filesz ||
	    header->p_memsz < header->p_filesz)
		fail("%s: a segment is damaged", path);
	if (!in_ram(m, header->p_paddr, header->p_memsz))
		fail("%s: does not fit into %lu MiB of RAM at 0x%lx", path,
		     m->ram_bytes >> 20, RAM_BASE);

	uint8_t *to = ram_at(m, header->p_paddr);

	memcpy(to, file + header->p_offset, header->p_filesz);
	memset(to + header->p_filesz, 0, header->p_memsz - header->p_filesz);
}

uint64_t elf_load(struct machine *m, const char *path, const uint8_t *file,
		  uint64_t bytes)
{
	uint32_t count, loaded = 0;
	const Elf64_Phdr *header = headers(path, file, bytes, &count);

	for (uint32_t n = 0; n < count; n++) {
		if (header[n].p_type != PT_LOAD || header[n].p_memsz == 0)
			continue;
		load(m, path, file, bytes, &header[n]);
		loaded++;
	}
	if (loaded == 0)
		fail("%s: has no segment to load", path);
	return RAM_BASE;
}
