/* kernel/mm/fault.h: what a page fault means. */
#pragma once

#include "mm/uvm.h"

enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_EXEC };

enum fault {
	FAULT_FIXED,    /* the access will succeed now */
	FAULT_UNMAPPED, /* no page is mapped there */
	FAULT_DENIED,   /* the page does not allow the access */
	FAULT_NOMEM,    /* allowed, but memory is exhausted */
};

/* Whether a program may use the entry for this access. */
bool pte_allows(pte_t pte, enum access access);

/* Resolve a fault of a program, or of the kernel on its behalf, or return the
 * reason why it cannot be resolved. `va` may be any value. This is the one
 * place that decides what a fault means. */
enum fault uvmfault(struct uvm *uvm, uint64 va, enum access access)
	REQUIRES(uvm->lock);
