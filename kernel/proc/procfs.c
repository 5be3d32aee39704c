/* kernel/proc/procfs.c: the files in /proc (docs/seeing.md).
 *
 * A file consists of records of one length. A read fills a page with some of
 * them and copies from there, so that no spinlock is held during a copy to a
 * program. An address space is examined under its own lock: its frames stay,
 * although the numbers of their other owners may change. A large one is
 * unlocked from time to time, so that it may change between two of its
 * parts. */
#include "abi/errno.h"
#include "abi/proc.h"
#include "dev/vmstat.h"
#include "fs/inode.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/promise.h"
#include "mm/uvm.h"
#include "mm/vmcount.h"
#include "proc/proc.h"

#define KIB(pages) ((pages) * (PGSIZE / 1024))
#define WHOLE (1UL << 63) /* length of a record that is a whole file */
#define RUNS_MAX 16       /* leaf tables examined between two give_way() */

/* What to read, and about which process. */
struct request {
	int pid;             /* 0: none */
	char *page;          /* zeroed, for the records */
	uint64 first, count; /* the records that are wanted and fit */
	struct uvm *uvm;     /* locked, if not NULL */
	uint32 runs;         /* leaf tables examined since it was locked */
	int parent;          /* this and the rest: at the time of locking */
	enum proc_state state;
	char name[PROC_NAME_LEN];
};

/* ---- processes ---- */

/* Find the process and note its state; false if it does not exist, or not
 * yet. */
static bool find_process(struct request *r) REQUIRES(tree_lock)
{
	static struct uvm nothing = { .lock = SPINLOCK("uvm") };
	const struct proc *p = proc_find(r->pid);

	if (p == NULL)
		return false;
	r->uvm = p->uvm != NULL ? p->uvm : &nothing;
	r->parent = p->parent != NULL ? p->parent->pid : 0;
	r->state = __atomic_load_n(&p->state, __ATOMIC_RELAXED);
	strlcpy(r->name, p->name, sizeof(r->name));
	return r->state != PROC_NEW;
}

/* Find the process and lock its address space. A process drops its address
 * space under tree_lock and only then destroys it, so keep that lock until the
 * other one is held; but do not wait for it meanwhile. Others may run between
 * two tries, because a busy process may have its address space locked most of
 * the time. Returns 0, -ESRCH, or -EINTR if the reader was killed. */
static int lock_process(struct request *r) UNCHECKED_LOCKING
{
	for (;;) {
		spin_acquire(&tree_lock);
		bool found = find_process(r);
		bool locked = found && spin_try(&r->uvm->lock);
		spin_release(&tree_lock);
		if (locked)
			return 0;
		r->uvm = NULL;

		int error = found ? give_way() : -ESRCH;

		if (error != 0)
			return error;
	}
}

static void unlock_process(struct request *r) UNCHECKED_LOCKING
{
	if (r->uvm != NULL)
		spin_release(&r->uvm->lock);
	r->uvm = NULL;
}

/* To call for each leaf table: let others run from time to time. Returns 0; or
 * an error, and then nothing is locked any more. */
static int pause(struct request *r)
{
	if (++r->runs < RUNS_MAX)
		return 0;
	r->runs = 0;
	unlock_process(r);

	int error = give_way();

	return error != 0 ? error : lock_process(r);
}

/* ---- ranges ---- */

/* A region, or a part of it that is stack, heap or mappings, and its pages. */
struct range {
	uint64 start, end;
	uint64 rights; /* PTE_R, PTE_W, PTE_X */
	uint64 pages, shared, cow;
	uint64 pss; /* in 1 / PSS_ONE bytes */
};

static void add_page(struct range *r, pte_t pte)
{
	uint32 mappings = frame_mappings(pte_page(pte));

	ASSERT(mappings > 0, "F2: a frame that is mapped is counted");
	r->pages++;
	r->shared += mappings > 1;
	r->cow += pte_is_cow(pte);
	r->pss += PGSIZE * PSS_ONE / mappings;
}

/* Set *range to the first range that ends after va, so far without pages; false
 * if there is none. */
static bool find_range(const struct uvm *uvm, uint64 va, struct range *range)
{
	const struct region *region = region_next(&uvm->regions, va);

	if (region == NULL)
		return false;
	*range = (struct range){ .start = MAX(va, region->start),
				 .rights = region->rights };
	range->end = MIN(region->end, uvm_part_end(uvm, range->start));
	return true;
}

/* Find the first range that ends after va, and count its pages. Returns 1, or 0
 * if there is none, or an error. */
static int next_range(struct request *r, uint64 va, struct range *range)
{
	struct pte_run run;

	if (!find_range(r->uvm, va, range))
		return 0;
	va = range->start;
	while (pt_next_run(r->uvm->root, va, range->end, &run)) {
		for (uint64 i = 0; i < run.count; i++)
			if (pte_is_counted(run.entry[i]))
				add_page(range, run.entry[i]);
		va = run.end;

		int error = pause(r);

		if (error != 0)
			return error;
	}
	return 1;
}

static const char *kind_of(const struct uvm *uvm, const struct range *r)
{
	if (r->start < uvm->guard)
		return r->rights & PTE_X ? "text" : "data";
	if (r->start < uvm->heap)
		return "stack";
	return r->start < uvm->brk ? "heap" : "anon";
}

/* ---- files: each function fills the page and returns the number of bytes
 * ---- */

static long fill_meminfo(struct request *r)
{
	return ksnprintf(r->page, PGSIZE,
			 "MemTotal:    %10lu kB\nMemFree:     %10lu kB\n"
			 "PageTables:  %10lu kB\nKernelStack: %10lu kB\n"
			 "CommitLimit: %10lu kB\nCommitted_AS:%10lu kB\n",
			 KIB(frames_total()), KIB(frames_free()),
			 KIB(vmcount_read(VM_table)),
			 KIB(vmcount_read(VM_procs)), promise_limit() / 1024,
			 promise_sum() / 1024);
}

static long fill_vmstat(struct request *r)
{
	return (long)vmstat_text(r->page, PGSIZE);
}

static long fill_status(struct request *r)
{
	struct range all = {}, part;
	int found;

	for (uint64 va = 0; (found = next_range(r, va, &part)) > 0;
	     va = part.end) {
		all.pages += part.pages;
		all.shared += part.shared;
		all.pss += part.pss;
	}
	if (found < 0)
		return found;

	const struct uvm *uvm = r->uvm;
	char state = "NRRSZ"[r->state];

	return ksnprintf(r->page, PGSIZE,
			 "Name:\t%s\nState:\t%c\nPid:\t%d\nPPid:\t%d\n"
			 "VmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nVmPTE:\t%8lu kB\n"
			 "Pss:\t%8lu kB\nShared:\t%8lu kB\nPssFixed:\t%lu\n"
			 "Faults:\t%lu\nCopies:\t%lu\nTakeOvers:\t%lu\n",
			 r->name, state, r->pid, r->parent,
			 regions_bytes(&uvm->regions) / 1024, KIB(all.pages),
			 KIB(pt_count(uvm->root, uvm_end(uvm))),
			 all.pss / PSS_ONE / 1024, KIB(all.shared), all.pss,
			 uvm->faults, uvm->copies, uvm->takeovers);
}

static int put_smaps(char *text, const struct uvm *uvm, const struct range *r)
{
	return ksnprintf(text, SMAPS_RECORD + 1,
			 "%010lx-%010lx %c%c%cp %5s\n"
			 "Rss:     %10lu kB\nPss:     %10lu kB\n"
			 "Shared:  %10lu kB\nPrivate: %10lu kB\n"
			 "Cow:     %10lu kB\nPssFixed: %16lu\n",
			 r->start, r->end, r->rights & PTE_R ? 'r' : '-',
			 r->rights & PTE_W ? 'w' : '-',
			 r->rights & PTE_X ? 'x' : '-', kind_of(uvm, r),
			 KIB(r->pages), r->pss / PSS_ONE / 1024, KIB(r->shared),
			 KIB(r->pages - r->shared), KIB(r->cow), r->pss);
}

static long fill_smaps(struct request *r)
{
	struct range range;
	uint64 va = 0, end = r->first + r->count;
	long n = 0;

	for (uint64 i = 0; i < end; i++) {
		int found = next_range(r, va, &range);

		if (found < 0)
			return found;
		if (found == 0)
			break;
		if (i >= r->first)
			n += put_smaps(r->page + n, r->uvm, &range);
		va = range.end;
	}
	ASSERT(n % SMAPS_RECORD == 0, "all records of smaps have one length");
	return n;
}

static uint64 pagemap_entry(const struct uvm *uvm, uint64 va)
{
	const pte_t *pte = pt_find(uvm->root, va);

	if (pte == NULL || !pte_is_counted(*pte))
		return 0;
	return virt_to_phys(pte_page(*pte)) >> PGSHIFT | PAGEMAP_PRESENT |
	       (frame_mappings(pte_page(*pte)) == 1 ? PAGEMAP_EXCLUSIVE : 0) |
	       (*pte & PTE_W ? PAGEMAP_WRITABLE : 0) |
	       (pte_is_cow(*pte) ? PAGEMAP_COW : 0);
}

static long fill_pagemap(struct request *r)
{
	uint64 *entry = (uint64 *)r->page;
	uint64 n = 0, va = r->first * PGSIZE;

	for (; n < r->count && va < uvm_end(r->uvm); va += PGSIZE)
		entry[n++] = pagemap_entry(r->uvm, va);
	return (long)(n * sizeof(*entry));
}

/* ---- directories ---- */

static long fill_directory(struct request *r);

/* The number of a file is the number of its directory plus its index in this
 * table. Index 0 is the directory itself. */
static const struct kind {
	const char *name;
	bool of_process; /* otherwise in the top directory */
	uint64 record;   /* bytes */
	long (*fill)(struct request *r);
} kinds[] = {
	{ "self", false, sizeof(struct dirent), fill_directory },
	{ "meminfo", false, WHOLE, fill_meminfo },
	{ "vmstat", false, WHOLE, fill_vmstat },
	{ "status", true, WHOLE, fill_status },
	{ "smaps", true, SMAPS_RECORD, fill_smaps },
	{ "pagemap", true, sizeof(uint64), fill_pagemap },
};

/* Put the name of the file or process at `place` in a directory into `name`, if
 * there is one. Processes come after the files, in the order of their stack
 * slots, which never change: so a listing neither misses a process nor shows it
 * twice when others start or end meanwhile. */
static void put_name(char name[NAME_LEN], int pid, uint64 place)
	REQUIRES(tree_lock)
{
	const struct proc *p = NULL;

	if (place >= ARRAY_LEN(kinds))
		p = proc_in_slot(place - ARRAY_LEN(kinds));
	else if (kinds[place].of_process == (pid != 0))
		strlcpy(name, kinds[place].name, NAME_LEN);
	if (p != NULL)
		ksnprintf(name, NAME_LEN, "%d", p->pid);
}

static long fill_directory(struct request *r)
{
	struct dirent *entry = (struct dirent *)r->page;
	uint64 n;

	spin_acquire(&tree_lock);
	uint64 end = ARRAY_LEN(kinds) + (r->pid == 0 ? proc_slots() : 0);

	for (n = 0; n < r->count && r->first + n < end; n++) {
		put_name(entry[n].name, r->pid, r->first + n);
		entry[n].inum = entry[n].name[0] != '\0'; /* 0: no entry */
	}
	spin_release(&tree_lock);
	return (long)(n * sizeof(*entry));
}

/* The process to which the file or directory belongs, or 0. */
static int pid_of(uint32 number)
{
	return (int)((number & ~SYNTH_TOP) / SYNTH_STEP);
}

/* The number of the file with that name, or 0. Its process may not exist. */
static uint32 find_name(uint32 dir, const char *name)
{
	uint64 pid = 0;

	if (strcmp(name, ".") == 0)
		return dir;
	if (strcmp(name, "..") == 0)
		return dir == SYNTH_TOP ? ROOT_INUM : SYNTH_TOP;
	for (uint32 i = 1; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].of_process == (dir != SYNTH_TOP) &&
		    strcmp(kinds[i].name, name) == 0)
			return dir + i;
	if (dir != SYNTH_TOP)
		return 0;
	if (strcmp(name, "self") == 0)
		pid = (uint64)current()->pid;
	else if (name[0] == '0' || !parse_number(name, &pid) || pid > PID_MAX)
		return 0;
	return pid != 0 ? SYNTH_TOP + SYNTH_STEP * (uint32)pid : 0;
}

static uint32 procfs_find(uint32 dir, const char *name) UNCHECKED_LOCKING
{
	uint32 found = find_name(dir, name);
	struct request r = { .pid = pid_of(found) };

	if (r.pid == 0)
		return found;
	if (lock_process(&r) != 0)
		return 0;
	unlock_process(&r);
	return found;
}

static long procfs_read(uint32 number, struct uio *dst,
			uint64 offset) UNCHECKED_LOCKING
{
	const struct kind *kind = &kinds[number % SYNTH_STEP];
	uint64 skip = offset % kind->record;
	uint64 end = skip + MIN(dst->left, PGSIZE) + kind->record - 1;
	struct request r = {
		.pid = pid_of(number),
		.page = kzalloc(),
		.first = offset / kind->record,
		.count = MIN(end, PGSIZE) / kind->record,
	};
	long n;

	if (r.page == NULL)
		return -ENOMEM;
	if (!kind->of_process) {
		n = kind->fill(&r);
	} else if ((n = lock_process(&r)) == 0) {
		n = kind->fill(&r);
		unlock_process(&r);
	}
	if (n > 0) {
		n = MIN(MAX(n - (long)skip, 0), (long)dst->left);
		int error = uio_put(dst, r.page + skip, (uint64)n);

		n = error != 0 ? error : n;
	}
	kfree(r.page);
	return n;
}

const struct synth procfs = { .find = procfs_find, .read = procfs_read };
