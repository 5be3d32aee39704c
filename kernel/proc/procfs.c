/* kernel/proc/procfs.c: the files of /proc (docs/seeing.md).
 *
 * The number of a file holds a pid, 0 for what is not of a process, and the
 * place in the table of kinds. A process is looked up under tree_lock; what
 * takes longer is done with its address space held, under the lock of that one
 * alone. How many others own a frame may change meanwhile, but it stays. */
#include "abi/errno.h"
#include "abi/proc.h"
#include "dev/vmstat.h"
#include "fs/synth.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/uvm.h"
#include "mm/vmcount.h"
#include "proc/sched.h"

#define KIB(pages) ((pages) * (PGSIZE / 1024))
#define DIRENTS (PGSIZE / sizeof(struct dirent)) /* on a page */

/* A process at one moment. */
struct subject {
	int pid, parent;
	char name[PROC_NAME_LEN];
	enum proc_state state;
	struct uvm *uvm; /* held; locked while a file is filled; or NULL */
};

/* Pages beside each other, of one kind and with the same rights. */
struct range {
	uint64 start, end;
	uint64 rights; /* PTE_R, PTE_W, PTE_X; W also when a write copies */
	const char *kind;
	uint64 pages, shared, cow;
	uint64 pss; /* in 1 / PSS_ONE bytes */
};

/* Hold what the process is now. One that is being made does not count. */
static bool subject_get(int pid, struct subject *s)
{
	spin_acquire(&tree_lock);
	const struct proc *p = proc_find(pid);

	if (p != NULL) {
		spin_acquire(&sched_lock);
		s->state = p->state;
		spin_release(&sched_lock);
	}
	bool found = p != NULL && s->state != PROC_NEW;

	if (found) {
		s->pid = pid;
		s->parent = p->parent != NULL ? p->parent->pid : 0;
		memcpy(s->name, p->name, sizeof(s->name));
		s->uvm = p->uvm != NULL ? uvm_get(p->uvm) : NULL;
	}
	spin_release(&tree_lock);
	return found;
}

/* ---- ranges ---- */

static const char *kind_of(const struct uvm *uvm, uint64 va, pte_t pte)
{
	if (va >= uvm->guard)
		return va >= uvm->heap ? "heap" : "stack";
	return pte & PTE_X ? "text" : "data";
}

/* Whether the page belongs to the range; an empty one begins with it. */
static bool add_page(struct range *r, const struct uvm *uvm, uint64 va,
		     pte_t pte)
{
	const char *kind = kind_of(uvm, va, pte);
	uint64 rights = pte & (PTE_R | PTE_W | PTE_X);
	uint32 owners = frame_owners(pte_page(pte));

	if (pte_is_cow(pte))
		rights |= PTE_W;
	if (r->pages == 0)
		*r = (struct range){ va, va, .rights = rights, .kind = kind };
	else if (va != r->end || rights != r->rights || kind != r->kind)
		return false;
	r->end += PGSIZE;
	r->pages++;
	r->shared += owners > 1;
	r->cow += pte_is_cow(pte);
	r->pss += PGSIZE * PSS_ONE / owners;
	return true;
}

/* The first range from va on; false when there is none. */
static bool next_range(const struct uvm *uvm, uint64 va, struct range *r)
{
	struct pte_run run;

	r->pages = 0;
	for (; pt_next_run(uvm->root, va, uvm->brk, &run); va = run.end)
		for (uint64 i = 0; i < run.count; i++)
			if (run.entry[i] & PTE_V &&
			    !add_page(r, uvm, run.va + i * PGSIZE,
				      run.entry[i]))
				return true;
	return r->pages > 0;
}

/* The sum of all ranges; returns how many tables map them. */
static uint64 sum_up(const struct uvm *uvm, struct range *sum)
{
	uint64 tables = 1,
	       upper = USER_END; /* whose middle table was counted */
	struct pte_run run;
	struct range r;

	for (uint64 va = 0; next_range(uvm, va, &r); va = r.end) {
		sum->pages += r.pages;
		sum->shared += r.shared;
		sum->pss += r.pss;
	}
	for (uint64 va = 0; pt_next_run(uvm->root, va, uvm->brk, &run);
	     va = run.end) {
		tables += upper == pt_index(run.va, 2) ? 1 : 2;
		upper = pt_index(run.va, 2);
	}
	return tables;
}

/* ---- files ---- */

static long fill_meminfo(const struct subject *s, struct window *w)
{
	(void)s;
	return ksnprintf(w->page, PGSIZE,
			 "MemTotal:    %10lu kB\nMemFree:     %10lu kB\n"
			 "PageTables:  %10lu kB\nKernelStack: %10lu kB\n",
			 KIB(frames_total()), KIB(frames_free()),
			 KIB(vmcount_read(VM_table)),
			 KIB(vmcount_read(VM_procs)));
}

static long fill_vmstat(const struct subject *s, struct window *w)
{
	(void)s;
	return (long)vmstat_text(w->page, PGSIZE);
}

static long fill_status(const struct subject *s, struct window *w)
{
	static const char *const states[] = {
		"", "R (runnable)", "R (running)", "S (sleeping)", "Z (zombie)",
	};
	static const struct uvm none;
	const struct uvm *uvm = s->uvm != NULL ? s->uvm : &none;
	struct range sum = {};
	uint64 tables = uvm->brk > 0 ? sum_up(uvm, &sum) : 0;

	return ksnprintf(w->page, PGSIZE,
			 "Name:\t%s\nState:\t%s\nPid:\t%d\nPPid:\t%d\n"
			 "VmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nVmPTE:\t%8lu kB\n"
			 "Pss:\t%8lu kB\nShared:\t%8lu kB\nPssFixed:\t%lu\n"
			 "Faults:\t%lu\nCopies:\t%lu\nTakeOvers:\t%lu\n",
			 s->name, states[s->state], s->pid, s->parent,
			 KIB(sum.pages), KIB(sum.pages), KIB(tables),
			 sum.pss / PSS_ONE / 1024, KIB(sum.shared), sum.pss,
			 uvm->faults, uvm->copies, uvm->takeovers);
}

static void put_record(char *text, uint64 room, const struct range *r)
{
	int n = ksnprintf(
		text, room,
		"%010lx-%010lx %c%c%cp %5s\n"
		"Size:    %10lu kB\nRss:     %10lu kB\n"
		"Pss:     %10lu kB\nShared:  %10lu kB\n"
		"Private: %10lu kB\nCow:     %10lu kB\n"
		"PssFixed: %16lu\n",
		r->start, r->end, r->rights & PTE_R ? 'r' : '-',
		r->rights & PTE_W ? 'w' : '-', r->rights & PTE_X ? 'x' : '-',
		r->kind, KIB(r->pages), KIB(r->pages), r->pss / PSS_ONE / 1024,
		KIB(r->shared), KIB(r->pages - r->shared), KIB(r->cow), r->pss);

	ASSERT(n == SMAPS_RECORD, "records of smaps have one length");
}

static long fill_smaps(const struct subject *s, struct window *w)
{
	uint64 skipped = 0, len = 0;
	struct range r;

	w->start -= w->start % SMAPS_RECORD;
	for (uint64 va = 0;
	     s->uvm != NULL && w->start + len < w->end &&
	     len + SMAPS_RECORD < PGSIZE && next_range(s->uvm, va, &r);
	     va = r.end) {
		if (skipped < w->start) {
			skipped += SMAPS_RECORD;
			continue;
		}
		put_record(w->page + len, PGSIZE - len, &r);
		len += SMAPS_RECORD;
	}
	return (long)len;
}

static uint64 pagemap_entry(const struct uvm *uvm, uint64 va)
{
	const pte_t *found = pt_find(uvm->root, va);
	pte_t pte = found != NULL ? *found : 0;

	if (!(pte & PTE_V))
		return 0;
	return virt_to_phys(pte_page(pte)) >> PGSHIFT | PAGEMAP_PRESENT |
	       (frame_owners(pte_page(pte)) == 1 ? PAGEMAP_EXCLUSIVE : 0) |
	       (pte & PTE_W ? PAGEMAP_WRITABLE : 0) |
	       (pte_is_cow(pte) ? PAGEMAP_COW : 0);
}

static long fill_pagemap(const struct subject *s, struct window *w)
{
	uint64 *entry = (uint64 *)w->page;
	uint64 end = MIN(w->end, ROUND_DOWN(w->start, 8) + PGSIZE);

	w->start = ROUND_DOWN(w->start, 8);
	for (uint64 at = w->start;
	     s->uvm != NULL && at < end && at / 8 * PGSIZE < s->uvm->brk;
	     at += 8)
		*entry++ = pagemap_entry(s->uvm, at / 8 * PGSIZE);
	return (char *)entry - w->page;
}

static const struct kind {
	const char *name; /* NULL: a directory */
	bool of_process;
	bool has_records; /* and begins at any of them */
	long (*fill)(const struct subject *s, struct window *w);
} kinds[] = {
	{ NULL, false, false, NULL },
	{ "meminfo", false, false, fill_meminfo },
	{ "vmstat", false, false, fill_vmstat },
	{ "status", true, false, fill_status },
	{ "smaps", true, true, fill_smaps },
	{ "pagemap", true, true, fill_pagemap },
};

/* ---- names and numbers ---- */

static uint32 number_of(int pid, uint32 kind)
{
	return SYNTH_TOP | (uint32)pid << 3 | kind;
}

static int pid_of(uint32 number)
{
	return (int)((number & ~SYNTH_TOP) >> 3);
}

/* 0 for what is no pid. */
static int parse_pid(const char *name)
{
	int pid = 0;

	if (*name == '0')
		return 0;
	for (; *name >= '0' && *name <= '9' && pid <= PID_MAX / 10; name++)
		pid = 10 * pid + (*name - '0');
	return *name == '\0' && pid <= PID_MAX ? pid : 0;
}

static uint32 procfs_find(uint32 dir, const char *name)
{
	int pid = pid_of(dir);

	for (uint32 i = 1; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].of_process == (pid != 0) &&
		    strcmp(kinds[i].name, name) == 0)
			return number_of(pid, i);
	if (pid == 0)
		pid = strcmp(name, "self") == 0 ? current()->pid
						: parse_pid(name);
	else
		pid = 0;
	return pid != 0 ? number_of(pid, 0) : 0;
}

static int procfs_type(uint32 number)
{
	const struct kind *kind = &kinds[number % 8];
	int pid = pid_of(number);
	struct subject s;

	if (pid != 0) {
		if (!subject_get(pid, &s))
			return 0;
		if (s.uvm != NULL)
			uvm_put(s.uvm);
	}
	return kind->name == NULL ? T_DIR : T_FILE;
}

/* ---- directories ---- */

static void put_name(struct dirent *entry, uint32 number, const char *name)
{
	entry->inum = (uint16)(number | 1); /* any but 0, which is no entry */
	memcpy(entry->name, name, strlen(name));
}

/* The first page has the names that do not change. */
static long fill_names(uint32 dir, struct dirent *entry)
{
	const struct dirent *first = entry;

	put_name(entry++, dir, ".");
	put_name(entry++, dir, "..");
	for (uint32 i = 1; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].of_process == (pid_of(dir) != 0))
			put_name(entry++, i, kinds[i].name);
	if (dir == SYNTH_TOP) {
		put_name(entry, dir, "self");
		return PGSIZE;
	}
	return (entry - first) * (long)sizeof(*entry);
}

/* In the pages behind it a process is where its slot says, as long as it lives:
 * nobody comes twice or is missed when others come and go. */
static long fill_pids(uint64 first_slot, struct dirent *entries)
{
	uint64 end = 0;
	struct proc *p = NULL;

	spin_acquire(&tree_lock);
	while ((p = proc_next(p)) != NULL) {
		char name[NAME_LEN];

		end = MAX(end, p->stack_slot + 1);
		if (p->stack_slot - first_slot >= DIRENTS)
			continue;
		ksnprintf(name, sizeof(name), "%d", p->pid);
		put_name(&entries[p->stack_slot - first_slot], 0, name);
	}
	spin_release(&tree_lock);
	end = MIN(end, first_slot + DIRENTS);
	return end > first_slot ? (long)((end - first_slot) * sizeof(*entries))
				: 0;
}

static long fill_directory(uint32 dir, struct window *w)
{
	uint64 page = w->start / PGSIZE;

	w->start = page * PGSIZE;
	page_clear(w->page);
	if (page == 0)
		return fill_names(dir, (struct dirent *)w->page);
	if (dir != SYNTH_TOP)
		return 0;
	return fill_pids((page - 1) * DIRENTS, (struct dirent *)w->page);
}

static long procfs_fill(uint32 number, struct window *w) UNCHECKED_LOCKING
{
	const struct kind *kind = &kinds[number % 8];
	struct subject s = {};

	if (kind->name == NULL)
		return fill_directory(number, w);
	if (kind->of_process && !subject_get(pid_of(number), &s))
		return -ESRCH;
	if (!kind->has_records)
		w->start = 0;
	if (s.uvm == NULL)
		return kind->fill(&s, w);
	spin_acquire(&s.uvm->lock);
	long n = kind->fill(&s, w);
	spin_release(&s.uvm->lock);
	uvm_put(s.uvm);
	return n;
}

const struct synth procfs = {
	.type = procfs_type,
	.find = procfs_find,
	.fill = procfs_fill,
};
