/* user/test/usertests/elf.h: the parts of an ELF file that tests make or change
 * (System V ABI, "Object Files"). All fields are little-endian. */
#pragma once

#include "tests.h"

/* The types of parts. */
#define ELF_LOAD 1
#define ELF_GNU_STACK 0x6474e551

struct elf_file {
	uchar ident[16];
	uint16 type, machine;
	uint32 version;
	uint64 entry, phoff, shoff;
	uint32 flags;
	uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_part {
	uint32 type, flags;
	uint64 offset, vaddr, paddr, filesz, memsz, align;
};
