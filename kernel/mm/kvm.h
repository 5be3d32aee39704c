/* kernel/mm/kvm.h: the kernel's own half of every address space. */
#pragma once

#include "mm/sv39.h"

extern pte_t kernel_root[PTES_PER_TABLE];

/* [init] Build it for RAM from RAM_BASE_PA on, with room for `nstacks` kernel
 * stacks, and start to hand out the frames that are left. False when there is
 * not memory enough. */
bool kvm_init(uint64 ram_bytes, uint64 nstacks);

/* Run on these tables: once on each hart. */
void kvm_use(void);

/* A new root whose kernel half is the kernel's and whose user half is empty;
 * NULL when memory is out. */
pte_t *kvm_new_root(void);

/* Frame `frame` is kernel stack number `slot` from now on; returns the address
 * that the stack begins at. The page below it is never mapped. */
void *kstack_map(uint64 slot, void *frame);

/* The stack is gone, its frame the caller's again. */
void kstack_unmap(uint64 slot);

/* The frame of that stack; NULL when there is none. */
void *kstack_frame(uint64 slot);

/* Before a hart switches to a stack: forget what was in its slot before. */
void kstack_fence(void);

/* Whether the address is in the guard page of a kernel stack. */
bool kstack_is_guard(uint64 va);
