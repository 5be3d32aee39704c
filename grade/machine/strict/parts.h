/* grade/machine/strict/parts.h: declarations for the parts of the machine. */
#pragma once

#include "machine.h"

/* reset.c: the bytes that a machine needs besides RAM and disk, and its start
 * in memory that is all zero. By then the kernel must be in RAM. */
uint64_t machine_bytes(uint32_t nharts, uint64_t ram_bytes);
struct machine *machine_make(void *memory, uint32_t nharts, uint8_t *ram,
			     uint64_t ram_bytes, uint64_t seed,
			     uint32_t strict);
void machine_reset(struct machine *m, uint64_t entry);
void machine_garbage(struct machine *m); /* before the kernel is loaded */

/* A linear recurrence with a mixed output; the seed decides everything. */
static inline uint64_t draw(struct machine *m)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15UL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
	return z ^ z >> 31;
}

/* 0 .. n - 1 */
static inline uint64_t below(struct machine *m, uint64_t n)
{
	return (uint64_t)((unsigned __int128)draw(m) * n >> 64);
}

static inline bool one_in(struct machine *m, uint64_t n)
{
	return below(m, n) == 0;
}

/* insn.c */
void insn_decode(struct machine *m, uint32_t bits, struct insn *insn);
uint32_t insn_rows(void);
const char *insn_name(uint32_t row, const char **section);
void insn_init(void);

/* hart.c: raise an exception in the current instruction, which has no other
 * effect. */
void except(struct hart *h, uint64_t cause, uint64_t tval);
/* Drop all shortcuts of the hart, so that it translates every address again. */
void fast_flush(struct hart *h);
void fast_flush_all(struct machine *m);
void mode_changed(struct hart *h);
uint32_t data_mode(const struct hart *h); /* that of loads and stores */
/* The time of the next alarm that would wake hart h. */
uint64_t hart_alarm(const struct hart *h);
/* Perhaps end the hart's burst. Returns whether it does. */
bool perhaps_preempt(struct hart *h);
/* Perhaps preempt the hart, stall it and make its clock jump, right after an
 * event where that is likely to do harm. */
void nasty(struct hart *h);

/* run.c: execute at most n instructions. Returns their number. */
uint64_t hart_run(struct hart *h, uint64_t n);

/* fetch.c: put the page of h->pc into h->code. Returns false after except(). */
bool fetch_page(struct hart *h);
/* Decode the instruction at h->pc; NULL after except(). */
const struct insn *fetch_insn(struct hart *h);

/* csr.c */
bool csr_access(struct hart *h, uint32_t number, bool writes, uint64_t *old,
		uint64_t value, int how);
enum { CSR_WRITE, CSR_SET, CSR_CLEAR };

/* trap.c */
void trap_take(struct hart *h, uint64_t cause, uint64_t tval);
uint64_t interrupts_pending(struct hart *h);
void interrupt_take(struct hart *h);
void trap_return_m(struct hart *h);
void trap_return_s(struct hart *h);

/* mmu.c: translate an address of the hart. Returns false after except(). */
bool translate(struct hart *h, uint64_t va, enum access access, uint64_t *pa);

/* pmp.c */
bool pmp_allows(const struct hart *h, uint64_t pa, uint64_t bytes,
		enum access access, uint32_t mode);

/* tables.c */
bool pte_allows(const struct hart *h, uint64_t pte, enum access access,
		uint32_t mode);
/* Walk the tables, from a kept upper entry if `upper` has one. With `as_seen`,
 * the walk sees the hart's own stores at once, and nothing is kept. */
void walk(struct hart *h, uint64_t va, const struct kept *upper, bool as_seen,
	  struct leaf *leaf);
uint64_t pte_target(uint64_t pte, uint32_t level, uint64_t va);

/* kept.c */
void kept_add(struct hart *h, const struct kept *entry);
void kept_fence(struct hart *h, const struct sfence *fence);
void kept_clear(struct hart *h);
/* Collect the kept leaves, or upper entries, for va, the latest first. Returns
 * their number. */
#define KEPT_CHOICES 8
uint32_t kept_gather(const struct hart *h, uint64_t va, bool leaf,
		     const struct kept *found[KEPT_CHOICES]);

/* tlb.c: find a translation; perhaps fetch one ahead of use; fetch one because
 * the entry at pa is about to change. */
void tlb_find(struct hart *h, uint64_t va, enum access access, uint32_t mode,
	      struct leaf *leaf);
void tlb_ahead(struct hart *h);
void tlb_before_store(struct machine *m, uint64_t pa);

/* memory.c */
bool mem_load(struct hart *h, uint64_t va, unsigned size, uint64_t *value);
bool mem_store(struct hart *h, uint64_t va, unsigned size, uint64_t value);
/* For lr, sc and AMOs: find the address in RAM. Returns false after
 * except(). */
bool mem_atomic(struct hart *h, uint64_t va, unsigned size, enum access access,
		uint64_t *pa);
static inline uint64_t ram_load(const struct machine *m, uint64_t pa,
				unsigned size)
{
	const uint8_t *from = ram_at(m, pa);
	uint64_t value = 0;

	if (likely(size == 8))
		memcpy(&value, from, 8);
	else if (size == 4)
		memcpy(&value, from, 4);
	else if (size == 1)
		value = *from;
	else
		memcpy(&value, from, size);
	return value;
}

/* store.c: make a store visible to all harts. `hart` is -1 for a device. */
void ram_store(struct machine *m, int hart, uint64_t pa, unsigned size,
	       uint64_t value, uint64_t pc);

/* order.c */
uint64_t order_load(struct hart *h, uint64_t pa, unsigned size, uint64_t since);
void order_store(struct hart *h, uint64_t pa, unsigned size, uint64_t value);
void order_fence(struct hart *h, uint32_t before, uint32_t after);
void order_drain(struct hart *h);
void order_drain_tables(struct hart *h);
void order_drain_some(struct hart *h);
void order_drain_at(struct hart *h, uint64_t pa, unsigned size);
enum { FENCE_W = 1, FENCE_R = 2, FENCE_O = 4, FENCE_I = 8, FENCE_ALL = 15 };

/* pending.c: whether a store, or any that waits, touches these bytes; whether
 * a late load does. */
bool pending_overlaps(const struct pending_store *store, uint64_t pa,
		      unsigned size);
bool pending_at(const struct hart *h, uint64_t pa, unsigned size);
bool pending_near(uint64_t late_pa, uint64_t pa, unsigned size);
/* `value` at pa with the hart's own stores; with those before its last
 * sfence.vma, as its walks see it. */
uint64_t pending_forward(const struct hart *h, uint64_t pa, unsigned size,
			 uint64_t value);
uint64_t pending_walked(struct hart *h, uint64_t pa, uint64_t value);
/* Late loads have taken place in their turn: all; that from pa; those from
 * these bytes, which the hart accesses again; that into `reg`, of which more
 * is used than a store of its value. */
void pending_settle(struct hart *h);
void pending_settle_one(struct hart *h, uint64_t pa);
void pending_settle_at(struct hart *h, uint64_t pa, unsigned size);
void pending_use(struct hart *h, uint32_t reg);
/* Instruction i is about to run, and has run. The first returns the late load
 * whose value it would store, or 0. */
uint64_t pending_begin(struct hart *h, const struct insn *i);
void pending_end(struct hart *h, const struct insn *i);

/* past.c: record the eight bytes at pa, which are about to change. */
void past_note(struct machine *m, int hart, uint64_t pa, uint64_t pc);
/* The latest store to the eight bytes, or the one before `last`. NULL if it was
 * before step `since` or is not recorded. */
const struct old_value *past_store(const struct machine *m, uint64_t pa,
				   const struct old_value *last,
				   uint64_t since);

/* devices.c: these return false if there is no such register. */
bool device_load(struct hart *h, uint64_t pa, unsigned size, uint64_t *value);
bool device_store(struct hart *h, uint64_t pa, unsigned size, uint64_t value);
void devices_poll(struct machine *m, bool wait);

/* plic.c */
void plic_level(struct machine *m, uint32_t source, bool level);
bool plic_load(struct machine *m, uint32_t at, uint64_t *value);
bool plic_store(struct machine *m, uint32_t at, uint32_t value);

/* virtio.c */
uint32_t virtio_load(struct machine *m, uint32_t offset);
void virtio_store(struct machine *m, uint32_t offset, uint32_t value);
void virtio_poll(struct machine *m);
uint64_t virtio_due(const struct machine *m);

/* fdt.c: returns the bytes written to `to`, which has room for FDT_MAX. */
#define FDT_MAX 16384
uint32_t fdt_make(const struct machine *m, const char *bootargs, uint8_t *to);

/* schedule.c: run until the machine ends or reaches that step. */
void machine_run(struct machine *m, uint64_t until);
/* Choose a hart if none has the turn. Returns false at the end of the run. */
bool machine_ready(struct machine *m);

/* fpu.c */
uint32_t fpu_flags(struct hart *h);
void fpu_collect(struct hart *h);

/* story.c */
void story_stale(struct hart *h, uint64_t va, enum access access, uint32_t mode,
		 const struct leaf *leaf);
void story_code(struct hart *h, uint64_t page, const struct code_page *code);
void story_early(struct hart *h, uint64_t pa, const struct old_value *missed);
