/* grade/machine/strict/machine.h: the state of the strict machine.
 *
 * Everything that a run depends on is in one struct machine, and every choice
 * comes from its seed, so the same inputs give the same run. The parts are:
 *
 *   reset.c, schedule.c   the first state; which hart runs, for how long
 *   run.c, fetch.c, insn.c
 *                         let a hart run; decode by rv64.h and rv64fd.h
 *   exec.c, fpu.c, float.c, csr.c, trap.c
 *                         instructions, control registers, traps
 *   memory.c, mmu.c       loads and stores, translation
 *   devices.c, virtio.c, plic.c, fdt.c
 *   order.c, store.c      when others see a store, and what depends on it
 *   tlb.c, story.c        which translation a hart uses, and what went wrong
 *   tables.c, kept.c, pmp.c, past.c, pending.c
 *                         tables, and what a hart remembers
 *   hart.c                what each of these may do to a hart
 *
 * A part calls parts in its own line and in those below it only, and no two
 * parts call each other.
 *
 * From libc they use only memcpy(), memmove(), memset(), <fenv.h>, fma() and
 * sqrt(). The front end uses all of it: main.c, gdb.c, history.c, words.c,
 * elf.c and fail.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define MAX_HARTS 8
#define RAM_BASE 0x80000000UL
#define PAGE 4096UL
#define NEVER (~0UL)

/* ---- strictness ---- */

/* Each bit lets the machine do something that the specification allows but a
 * simple machine never does. */
enum strict {
	STRICT_TLB = 1 << 0,     /* keep translations until they are fenced */
	STRICT_WALK = 1 << 1,    /* fetch translations ahead of use */
	STRICT_AD = 1 << 2,      /* fault when A or D is clear (Svade) */
	STRICT_ORDER = 1 << 3,   /* delay stores, make loads early */
	STRICT_FETCH = 1 << 4,   /* keep instructions until fence.i */
	STRICT_TIME = 1 << 5,    /* vary bursts, preempt at bad moments */
	STRICT_DEVICES = 1 << 6, /* be late, out of order, spurious */
	STRICT_GARBAGE = 1 << 7, /* fill what reset leaves undefined */
	STRICT_ALL = (1 << 8) - 1,
};

/* ---- instructions ---- */

struct hart;

struct insn {
	void (*exec)(struct hart *h, const struct insn *i);
	uint32_t bits; /* as fetched; only 16 count if len is 2 */
	int32_t imm;
	uint8_t rd, rs1, rs2, rs3;
	uint8_t len; /* 2 or 4; 0: not decoded yet */
	uint8_t rm;
	uint8_t aq : 1, rl : 1;
	uint8_t kind; /* enum insn_kind */
};

/* How the result depends on the operands, for the order of memory. */
enum insn_kind { KIND_PLAIN, KIND_MEMORY, KIND_FLOAT };

#define X0_SINK 32 /* the index to which results for x0 go */

/* The instructions of one page, decoded when first executed. */
struct code_page {
	uint64_t pa;      /* address of the page; NEVER: unused */
	uint32_t version; /* of the page's contents, see struct page */
	uint32_t fenced;  /* the hart's count of fence.i when checked */
	uint64_t since;   /* step at which it was fetched */
	struct insn insn[PAGE / 2];
	uint8_t raw[PAGE]; /* the contents when fetched */
};

#define CODE_PAGES 256

/* ---- memory ---- */

enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH };

/* A shortcut from a virtual page to its bytes. `tag` is the page's number with
 * the hart's generation in the upper bits, so all shortcuts are invalid once
 * the hart has another generation. */
struct fast {
	uint64_t tag;
	char *host; /* plus the virtual address; NULL: see pa */
	uint64_t pa;
};

struct fast_code {
	uint64_t tag;
	struct code_page *code;
};

#define FAST_PAGES 256
#define FAST_CODE_PAGES 64
#define GENERATIONS 4096

/* What the machine knows about a page of RAM. */
struct page {
	uint8_t flags;
	uint8_t level;    /* PAGE_TABLE: the table's level when last walked */
	uint16_t stores;  /* PAGE_TABLE: since it was last walked */
	uint32_t version; /* changes with each store to a PAGE_CODE page */
	uint64_t va;      /* PAGE_TABLE: the first address that it maps */
};

#define PAGE_CODE 1  /* instructions in it have been decoded */
#define PAGE_TABLE 2 /* a walk has read entries in it */

/* ---- kept translations ---- */

/* A page-table entry, leaf or not, as a hart has fetched it. */
struct kept {
	uint64_t va; /* first address of its span */
	uint64_t pte, pte_pa;
	uint64_t since; /* step at which it was fetched */
	uint64_t pc;    /* of the hart at that time */
	uint16_t asid;
	uint8_t level;
	bool global;
	bool ahead; /* fetched ahead of use */
	int32_t next;
};

#define KEPT_MAX 8192
#define KEPT_BUCKETS 1024

struct kept_set {
	int32_t bucket[KEPT_BUCKETS]; /* 0: empty; else index + 1 */
	int32_t free;                 /* the same, linked by `next` */
	uint32_t fresh;               /* entries from here on were never used */
	uint32_t count;
	struct kept entry[KEPT_MAX];
};

#define NO_UPPER 0xff /* the level of `upper` if there is none */

/* The result of a translation. */
struct leaf {
	struct kept entry;
	bool is_valid;
	bool is_access_fault; /* a table is outside of memory */
	bool from_kept;
	struct kept upper; /* the kept upper entry that was used, if any */
};

struct sfence {
	uint64_t when, pc, va, asid;
	bool has_va, has_asid;
};

#define SFENCES 16
#define RECENT 64

/* ---- order of memory ---- */

struct pending_store {
	uint64_t pa, value, pc, when;
	uint64_t late_pa; /* the value is loaded from there when the store
			   * becomes visible; 0: it is known */
	uint32_t epoch;   /* rises with each fence among stores */
	uint8_t size;
	bool is_fenced; /* the hart's walks see it */
};

#define PENDING_MAX 8

/* The value of eight bytes of RAM before a store. */
struct old_value {
	uint64_t pa, value, when, pc;
	uint32_t before; /* number of the next older record in the bucket */
	int32_t hart;    /* that stored; DEVICE: a device */
};

#define OLD_VALUES 32768
#define OLD_BUCKETS 16384
#define READS 1024

#define DEVICE -1 /* a device instead of a hart */
#define NOBODY -2 /* unknown */

/* A change of an entry in a page table. */
struct change {
	uint64_t pa, old, new, when, pc;
	int32_t hart;
};

#define CHANGES 65536

/* ---- stories ---- */

enum story_kind {
	STORY_NONE,
	STORY_STALE, /* used a stale translation */
	STORY_TABLE, /* used a table that the tables no longer lead to */
	STORY_CODE,  /* executed an instruction as it was before a change */
	STORY_EARLY, /* loaded an older value */
	STORY_KINDS,
};

struct story {
	enum story_kind kind;
	enum access access;
	uint8_t mode;
	int32_t hart;
	uint64_t when, pc, va, pa;
	uint64_t now_pte; /* the current entry; 0: there is none */
	struct kept entry;
	struct change change; /* STORY_EARLY: the store that was not seen */
	struct sfence fences[SFENCES];
	uint32_t nfences;
};

/* ---- hart ---- */

enum mode { MODE_U = 0, MODE_S = 1, MODE_M = 3 };

#define STOP_TRAP 1 /* take the exception in `cause` and `tval` */
#define STOP_IRQ 2  /* check for interrupts */
#define STOP_END 4  /* end the burst */

struct hart {
	uint64_t x[33]; /* [X0_SINK] is written and never read */
	uint64_t pc, npc;
	uint64_t f[32];
	uint32_t stop;
	uint32_t mode;
	struct machine *m;
	uint32_t id;

	/* fetching */
	uint64_t code_vpn; /* the page that `code` belongs to; NEVER: none */
	struct code_page *code;
	struct code_page *code_pages; /* CODE_PAGES of them */
	struct insn crossing;         /* an instruction across two pages */
	uint32_t fences_i;

	/* shortcuts, by the mode of accesses */
	struct fast (*ways)[FAST_PAGES]; /* [access] of the current mode */
	struct fast fast[4][2][FAST_PAGES];
	struct fast_code fast_code[4][FAST_CODE_PAGES];
	uint64_t generation; /* in the upper bits, see struct fast */

	/* an exception to be taken */
	uint64_t cause, tval;

	/* CSRs */
	uint64_t mstatus, medeleg, mideleg, mie, mip, mtvec, mscratch, mepc,
		mcause, mtval, mcounteren, mcountinhibit, menvcfg;
	uint64_t stvec, sscratch, sepc, scause, stval, scounteren, senvcfg;
	uint64_t satp, stimecmp, mtimecmp;
	uint8_t pmpcfg[16];
	uint64_t pmpaddr[16];
	uint32_t fflags, frm;
	bool msip;
	uint64_t elsewhere; /* steps of other harts */
	uint64_t ran_until, cycles_offset, retired_offset;

	bool reserved; /* by lr, until the burst ends */
	uint64_t reserved_pa;

	bool waiting;     /* in wfi */
	uint64_t stalled; /* the hart does not run before this step */

	struct kept_set *kept;
	uint64_t recent[RECENT]; /* pages that the hart used recently */
	uint32_t nrecent;
	struct sfence fences[SFENCES];
	uint32_t nfences;

	struct pending_store pending[PENDING_MAX];
	uint32_t npending, epoch;
	uint64_t floor;     /* loads see memory as of this step or later */
	uint64_t seen[33];  /* the step from which a register's value is */
	uint64_t since;     /* the step on which the current load depends */
	uint64_t performed; /* the step at which it read memory */
	uint64_t *reads;    /* [READS] latest step of loads, by address */
	uint64_t late;      /* registers whose load has yet to take place */
	uint64_t late_pa[33];
	uint64_t late_load;  /* the load that runs may be one; else 0 */
	uint64_t late_store; /* the store that runs has the value of one */
};

/* ---- devices ---- */

struct uart {
	uint8_t ier, iir, lcr, mcr, scr, dll, dlm, fcr;
	bool thre_waits;    /* "can send" has not been reported yet */
	uint64_t busy;      /* the UART sends a byte until then */
	uint64_t next_poll; /* when to look for input */
	int in;             /* a byte of input, or -1 */
};

#define PLIC_SOURCES 32
#define PLIC_CONTEXTS (2 * MAX_HARTS)

struct plic {
	uint32_t priority[PLIC_SOURCES];
	uint32_t enable[PLIC_CONTEXTS];
	uint32_t threshold[PLIC_CONTEXTS];
	uint32_t level, pending, claimed;
};

#define QUEUE_MAX 256

struct virtio {
	uint32_t status, features_sel, driver_sel, queue_num, ready, interrupt;
	uint64_t driver_features;
	uint64_t desc, driver, device;
	uint16_t taken; /* chains taken from the driver's ring */
	uint16_t used;
	uint16_t flight[QUEUE_MAX]; /* heads of chains in progress */
	uint64_t due[QUEUE_MAX];
	uint32_t nflight;
	uint64_t capacity; /* sectors */
	uint8_t *disk;
	bool has_disk;
};

/* ---- machine ---- */

enum ending {
	RUNNING,
	ENDED_OFF,    /* by the test device, with `status` */
	ENDED_ASLEEP, /* all harts wait for ever */
	ENDED_STORY,  /* by the first story, as requested */
	ENDED_LIMIT,
};

struct host {
	void *context;
	void (*put)(void *context, uint8_t byte);
	int (*get)(void *context, bool wait); /* -1: none yet, -2: never more */
};

struct machine {
	struct hart hart[MAX_HARTS];
	uint32_t nharts;
	uint32_t strict;
	uint64_t seed, random;
	uint64_t steps;    /* instructions of all harts so far */
	uint64_t call_end; /* steps at the end of this call of hart_run() */
	uint64_t left;     /* instructions until then */
	uint64_t clock_offset;
	uint64_t jumped;   /* ticks that the clock has skipped */
	struct hart *turn; /* the hart that runs; NULL: to be chosen */
	uint64_t turn_left;
	uint32_t round; /* the hart whose turn was last */

	uint8_t *ram;
	uint64_t ram_bytes;
	struct page *pages;
	uint64_t dtb;

	struct old_value *old; /* [OLD_VALUES] */
	uint32_t *old_bucket;  /* [OLD_BUCKETS] number of the latest + 1 */
	uint32_t nold;
	struct change *changes; /* [CHANGES] */

	struct uart uart;
	struct plic plic;
	struct virtio virtio;
	uint64_t device_poll; /* the time at which devices have work */
	bool input_ended;

	enum ending ending;
	uint32_t status;
	bool stop_at_story;
	struct story story[STORY_KINDS]; /* the last of each kind */
	uint64_t nstories[STORY_KINDS];
	uint64_t burst_max; /* 0: no limit but the usual one */
	uint64_t calm_at;   /* from this step on nothing is strict */

	struct host host;
	uint8_t covered[512]; /* by row of the instruction table */
};

/* A tick of the clock is 100 ns, or this many instructions. */
#define STEPS_PER_TICK 100
#define TICKS_PER_SECOND 10000000UL

/* The current step, even while a hart runs. */
static inline uint64_t now(const struct hart *h)
{
	return h->m->call_end - h->m->left;
}

static inline uint64_t machine_clock(const struct machine *m)
{
	return m->clock_offset + (m->call_end - m->left) / STEPS_PER_TICK;
}

static inline uint64_t clock_now(const struct hart *h)
{
	return machine_clock(h->m);
}

static inline bool is_strict(const struct machine *m, enum strict what)
{
	return m->strict & what;
}

static inline bool in_ram(const struct machine *m, uint64_t pa, uint64_t bytes)
{
	return pa >= RAM_BASE && pa - RAM_BASE < m->ram_bytes &&
	       bytes <= m->ram_bytes - (pa - RAM_BASE);
}

static inline uint8_t *ram_at(const struct machine *m, uint64_t pa)
{
	return m->ram + (pa - RAM_BASE);
}

static inline struct page *page_of(const struct machine *m, uint64_t pa)
{
	return &m->pages[(pa - RAM_BASE) / PAGE];
}
