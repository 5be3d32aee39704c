/* kernel/mm/fault.h: what a page fault means. */
#pragma once

#include "mm/uvm.h"

enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_EXEC };

enum fault {
	FAULT_FIXED,    /* the access will succeed now */
	FAULT_UNMAPPED, /* nothing is there */
	FAULT_DENIED,   /* the page is there, but not for that */
	FAULT_NOMEM,    /* allowed, but there is no memory for it */
};

/* Whether a valid entry lets a program do that. */
bool pte_allows(pte_t pte, enum access access);

/* A program, or the kernel for it, cannot do `access` at va, any number at all:
 * see to it, or say why not. The one place that decides this. */
enum fault uvmfault(struct uvm *uvm, uint64 va, enum access access)
	REQUIRES(uvm->lock);
