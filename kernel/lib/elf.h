/* kernel/lib/elf.h: executable files (System V ABI, chapters 4 and 5; RISC-V
 * ELF psABI). 64 bits, little-endian. */
#pragma once

#include "lib/types.h"

#define ELF_MAGIC 0x464c457fU /* "\x7f" "ELF" */
#define ELF_CLASS_64 2
#define ELF_DATA_LITTLE 1
#define ELF_TYPE_EXEC 2
#define ELF_MACHINE_RISCV 243

struct elf_header {
	uint32 magic;
	uint8 class;
	uint8 data;
	uint8 ident[10];
	uint16 type;
	uint16 machine;
	uint32 version;
	uint64 entry;
	uint64 phoff; /* offset of the program headers in the file */
	uint64 shoff;
	uint32 flags;
	uint16 ehsize;
	uint16 phentsize;
	uint16 phnum;
	uint16 shentsize;
	uint16 shnum;
	uint16 shstrndx;
};

#define ELF_LOAD 1
#define ELF_GNU_STACK 0x6474e551

#define ELF_X 1
#define ELF_W 2
#define ELF_R 4

struct elf_segment {
	uint32 type;
	uint32 flags;
	uint64 offset; /* of the first byte in the file */
	uint64 vaddr;
	uint64 paddr;
	uint64 filesz; /* bytes loaded from the file */
	uint64 memsz;  /* bytes in memory; the rest is zero */
	uint64 align;
};
