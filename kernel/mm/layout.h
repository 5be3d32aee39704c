/* kernel/mm/layout.h: physical addresses of QEMU's `virt` machine, and the
 * layout of the kernel's half of every address space (docs/boot.md has a
 * picture). */
#pragma once

/* The direct map: all physical memory, including devices, appears here. */
#define KERNEL_BASE 0xffffffc000000000
#define DIRECT_MAP_GIB 128

/* Kernel stacks, each above a page that is never mapped. */
#define KSTACK_BASE (KERNEL_BASE + (DIRECT_MAP_GIB << 30))
#define KSTACK_MAX 131072 /* stacks with guards in one GiB */

#define RAM_BASE_PA 0x80000000

/* Physical addresses of the devices. */
#define TEST_DEVICE_PA 0x00100000
#define CLINT_PA 0x02000000
#define PLIC_PA 0x0c000000
#define UART_PA 0x10000000
#define VIRTIO_PA 0x10001000
#define DEVICES_END_PA 0x20000000

/* Interrupt numbers at the PLIC. */
#define VIRTIO_IRQ 1
#define UART_IRQ 10

#ifndef __ASSEMBLER__
#include "abi/limits.h"
#include "lib/types.h"

#undef DIRECT_MAP_GIB
#define DIRECT_MAP_GIB 128UL

static inline void *phys_to_virt(uint64 pa)
{
	return (void *)(pa + KERNEL_BASE);
}

/* `va` must be in the direct map. */
static inline uint64 virt_to_phys(const void *va)
{
	return (uint64)va - KERNEL_BASE;
}

/* Virtual addresses of the devices. */
#define TEST_DEVICE phys_to_virt(TEST_DEVICE_PA)
#define CLINT phys_to_virt(CLINT_PA)
#define PLIC phys_to_virt(PLIC_PA)
#define UART0 phys_to_virt(UART_PA)
#define VIRTIO0 phys_to_virt(VIRTIO_PA)

/* Each access to a device register can have a side effect, so the compiler must
 * not drop or merge accesses. */
static inline uint32 mmio_read32(const void *address)
{
	return *(const volatile uint32 *)address;
}

static inline void mmio_write32(void *address, uint32 value)
{
	*(volatile uint32 *)address = value;
}

static inline uint8 mmio_read8(const void *address)
{
	return *(const volatile uint8 *)address;
}

static inline void mmio_write8(void *address, uint8 value)
{
	*(volatile uint8 *)address = value;
}
#endif
