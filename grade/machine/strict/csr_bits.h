/* grade/machine/strict/csr_bits.h: bits of control and status registers
 * (privileged specification 20211203, chapters 3 and 4; Sstc 1.0). */
#pragma once

#define SIE (1UL << 1)
#define MIE (1UL << 3)
#define SPIE (1UL << 5)
#define MPIE (1UL << 7)
#define SPP (1UL << 8)
#define MPP (3UL << 11)
#define MPP_SHIFT 11
#define FS (3UL << 13)
#define MPRV (1UL << 17)
#define SUM (1UL << 18)
#define MXR (1UL << 19)
#define TVM (1UL << 20)
#define TW (1UL << 21)
#define TSR (1UL << 22)
#define UXL (2UL << 32)
#define SXL (2UL << 34)
#define SD (1UL << 63)

#define MSTATUS_WRITABLE                                                       \
	(SIE | MIE | SPIE | MPIE | SPP | MPP | FS | MPRV | SUM | MXR | TVM |   \
	 TW | TSR)
#define SSTATUS_WRITABLE (SIE | SPIE | SPP | FS | SUM | MXR)

#define SSI (1UL << 1)
#define MSI (1UL << 3)
#define STI (1UL << 5)
#define MTI (1UL << 7)
#define SEI (1UL << 9)
#define MEI (1UL << 11)
#define S_INTERRUPTS (SSI | STI | SEI)
#define INTERRUPT (1UL << 63)

#define STCE (1UL << 63)
