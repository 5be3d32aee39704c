/* kernel/boot/machine.h: machine mode: looks whether the machine will do, and
 * hands it over to supervisor mode. */
#pragma once

#define LACKING_STATUS 102 /* QEMU's exit status when something is missing */

#ifndef __ASSEMBLER__
#include "lib/types.h"

/* boot/entry.S calls these two on each hart. machine_check() comes back when
 * the hart has all that Calf needs. */
void machine_check(uint64 hartid);
void machine_start(uint64 hartid);

/* An exception in machine mode. */
void machine_trapped(uint64 hartid) __attribute__((noreturn));

/* In boot/entry.S: print a string; end QEMU with LACKING_STATUS. */
void machine_say(const char *text);
void machine_off(void) __attribute__((noreturn));

/* While something is tried an exception goes to what comes after it. */
#define MACHINE_TRY(instructions)                                              \
	"la %1, 1f\n"                                                          \
	"csrrw %1, mtvec, %1\n"                                                \
	"li %0, 0\n" instructions "\n"                                         \
	".balign 4\n"                                                          \
	"1: csrw mtvec, %1"

/* Whether the hart knows an instruction, a string. */
#define machine_knows(instruction)                                             \
	({                                                                     \
		uint64 known_, mtvec_;                                         \
		__asm__ volatile(MACHINE_TRY(instruction "\n li %0, 1")        \
				 : "=&r"(known_), "=&r"(mtvec_)                \
				 :                                             \
				 : "memory");                                  \
		known_ != 0;                                                   \
	})

/* Set bits of a register. Returns what it has then: 0 if there is no such
 * register, and without the bits that stay clear. */
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
