/* kernel/boot/machine.h: machine mode checks the hart and hands it over to
 * supervisor mode. */
#pragma once

#define LACKING_STATUS 102 /* QEMU's exit status if something is missing */

#ifndef __ASSEMBLER__
#include "lib/types.h"

/* boot/entry.S calls these three on each hart, the first one before any control
 * register is used. It gets the physical address of the device tree. The first
 * two return only if the hart has everything that Calf needs. */
void machine_check_csrs(uint64 hartid, uint64 tree_pa);
void machine_check(uint64 hartid);
void machine_start(uint64 hartid);

/* Report an exception in machine mode and end QEMU. */
void machine_trapped(uint64 hartid) __attribute__((noreturn));

/* In boot/entry.S: print a string; end QEMU with LACKING_STATUS. */
void machine_say(const char *text);
void machine_off(void) __attribute__((noreturn));

/* Execute the instructions; an exception skips the rest of them. */
#define MACHINE_TRY(instructions)                                              \
	"la %1, 1f\n"                                                          \
	"csrrw %1, mtvec, %1\n"                                                \
	"li %0, 0\n" instructions "\n"                                         \
	".balign 4\n"                                                          \
	"1: csrw mtvec, %1"

/* Whether the hart implements the instruction, given as a string. */
#define machine_knows(instruction)                                             \
	({                                                                     \
		uint64 known_, mtvec_;                                         \
		__asm__ volatile(MACHINE_TRY(instruction "\n li %0, 1")        \
				 : "=&r"(known_), "=&r"(mtvec_)                \
				 :                                             \
				 : "memory");                                  \
		known_ != 0;                                                   \
	})

/* Set bits of a CSR. Returns its value afterwards, in which unimplemented bits
 * are clear, or 0 if the CSR does not exist. */
#define machine_try_set(number, bits)                                          \
	({                                                                     \
		uint64 value_, mtvec_;                                         \
		__asm__ volatile(MACHINE_TRY("csrs %2, %3\n csrr %0, %2")      \
				 : "=&r"(value_), "=&r"(mtvec_)                \
				 : "i"(number), "r"((uint64)(bits))            \
				 : "memory");                                  \
		value_;                                                        \
	})
#endif
