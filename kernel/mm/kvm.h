/* kernel/mm/kvm.h: the kernel's half of every address space. */
#pragma once

#include "mm/sv39.h"

extern pte_t kernel_root[PTES_PER_TABLE];

/* [init] Map RAM, which starts at RAM_BASE_PA, and make room for `nstacks`
 * kernel stacks. The rest of the memory becomes available as frames. Returns
 * false if there is not enough memory. */
bool kvm_init(uint64 ram_bytes, uint64 nstacks);

/* Switch this hart to the kernel's own root table. */
void kvm_use(void);

/* Create a root table with the kernel's half and an empty user half; NULL if
 * memory is exhausted. */
pte_t *kvm_new_root(void);

/* Map a frame as the kernel stack in `slot`. Returns its lowest address; the
 * page below is never mapped. */
void *kstack_map(uint64 slot, void *frame);

/* Unmap the stack. The caller gets its frame back. */
void kstack_unmap(uint64 slot);

/* The frame of the stack in that slot, or NULL. */
void *kstack_frame(uint64 slot);

/* To call before this hart switches to a stack: flush cached translations of
 * former stacks in the same slot. */
void kstack_fence(void);

/* Whether the address is in the guard page of a kernel stack. */
bool kstack_is_guard(uint64 va);
