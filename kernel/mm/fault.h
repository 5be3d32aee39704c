/* kernel/mm/fault.h: what a page fault means. */
#pragma once

#include "mm/uvm.h"

enum fault {
	FAULT_FIXED,    /* the access will succeed now */
	FAULT_UNMAPPED, /* no page is mapped there */
	FAULT_DENIED,   /* the page does not allow the access */
	FAULT_NOMEM,    /* allowed, but memory is exhausted */
	FAULT_FETCH,    /* allowed, but has to wait: call uvm_fault_in() */
	FAULT_BEYOND,   /* the file does not have that page */
	FAULT_IO,       /* the disk fails */
	FAULT_FULL,     /* the disk has no block for that page */
	FAULT_KILLED,   /* the process was killed while it waited */
};

/* Whether a program may use the entry for this access. */
bool pte_allows(pte_t pte, enum access access);

/* Resolve a fault of a program, or of the kernel on its behalf, or return the
 * reason why it cannot be resolved. `va` may be any value. This is the one
 * place that decides what a fault means. */
enum fault uvmfault(struct uvm *uvm, uint64 va, enum access access)
	REQUIRES(uvm->lock);

/* The same, but fetch the page from its file if that is necessary. For the
 * address space of the running process, which must not hold any lock, since
 * this may sleep. Never returns FAULT_FETCH. */
enum fault uvm_fault_in(struct uvm *uvm, uint64 va, enum access access)
	EXCLUDES(uvm->lock);
