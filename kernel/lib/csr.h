/* kernel/lib/csr.h: control and status registers and related instructions
 * (RISC-V privileged specification, chapters 2 to 4). */
#pragma once

/* Bits of sie, sip, mie, mip and mideleg. */
#define INT_SSI (1 << 1)                         /* supervisor software */
#define INT_MSI (1 << 3)                         /* machine software */
#define INT_STI (1 << 5)                         /* supervisor timer */
#define INT_SEI (1 << 9)                         /* supervisor external */
#define INTERRUPTS (INT_SSI | INT_STI | INT_SEI) /* the kernel's */

#ifndef __ASSEMBLER__
#include "lib/types.h"

#define csr_read(name)                                                         \
	({                                                                     \
		uint64 csr_value_;                                             \
		__asm__ volatile("csrr %0, " #name : "=r"(csr_value_));        \
		csr_value_;                                                    \
	})
#define csr_write(name, value)                                                 \
	__asm__ volatile("csrw " #name ", %0"                                  \
			 :                                                     \
			 : "r"((uint64)(value))                                \
			 : "memory")
#define csr_set(name, bits)                                                    \
	__asm__ volatile("csrs " #name ", %0"                                  \
			 :                                                     \
			 : "r"((uint64)(bits))                                 \
			 : "memory")
#define csr_clear(name, bits)                                                  \
	__asm__ volatile("csrc " #name ", %0"                                  \
			 :                                                     \
			 : "r"((uint64)(bits))                                 \
			 : "memory")

/* Wait until an interrupt that sie enables is pending. */
static inline void wfi(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

/* Whether an interrupt is pending, which the hart will take as soon as
 * interrupts are enabled. */
static inline bool interrupt_waits(void)
{
	return csr_read(sip) & INTERRUPTS;
}

/* Flush this hart's cached translation of va, after a change to a page table.
 * It is a user address: with address-space number 0, the fence does not affect
 * global pages, which are the kernel's. */
static inline void sfence_page(uint64 va)
{
	__asm__ volatile("sfence.vma %0, %1" : : "r"(va), "r"(0UL) : "memory");
}

/* Flush this hart's cached translations of user space. */
static inline void sfence_user(void)
{
	__asm__ volatile("sfence.vma zero, %0" : : "r"(0UL) : "memory");
}

/* Flush all cached translations of this hart, including the kernel's. */
static inline void sfence_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}

/* Let this hart fetch as instructions what was written as data. */
static inline void fence_i(void)
{
	__asm__ volatile("fence.i" : : : "memory");
}
#endif

/* The assembler of binutils 2.40 does not know these registers. */
#define CSR_STIMECMP 0x14d
#define CSR_MENVCFG 0x30a

/* For code that needs the number of a register. */
#define CSR_FFLAGS 0x001
#define CSR_FCSR 0x003
#define CSR_SATP 0x180
#define CSR_MEDELEG 0x302
#define CSR_MIDELEG 0x303
#define CSR_PMPADDR0 0x3b0

#define MENVCFG_STCE (1UL << 63) /* Sstc: enable stimecmp */

#define MSTATUS_SIE (1 << 1) /* SIE, SPIE and SPP are also in sstatus */
#define MSTATUS_SPIE (1 << 5)
#define MSTATUS_SPP (1 << 8)
#define MSTATUS_MPP_S (1 << 11)
#define MSTATUS_XL_64 (0xaUL << 32) /* 64 bits in the other modes */

#define SSTATUS_SIE (1 << 1)
#define SSTATUS_SPP (1 << 8)
#define SSTATUS_FS (3 << 13) /* state of the floating-point unit: */
#define SSTATUS_FS_OFF (0 << 13)
#define SSTATUS_FS_CLEAN (2 << 13)
#define SSTATUS_FS_DIRTY (3 << 13)

#define COUNTEREN_CY_TM_IR 7 /* cycle, time and instret */

#define SATP_SV39 (8UL << 60)

/* Values of scause. */
#define CAUSE_INTERRUPT (1UL << 63)
#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_ILLEGAL 2
#define CAUSE_BREAKPOINT 3
#define CAUSE_LOAD_MISALIGNED 4
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS 7
#define CAUSE_USER_ECALL 8
#define CAUSE_FETCH_PAGE 12
#define CAUSE_LOAD_PAGE 13
#define CAUSE_STORE_PAGE 15
