/* kernel/proc/fpu.c: the floating-point registers of programs.
 *
 * sstatus.FS belongs to the running process: off while it has no state, clean
 * when memory has what the registers have, dirty when the registers are newer
 * (privileged specification, section 3.1.6.6). */
#include "proc/fpu.h"

#include "lib/csr.h"
#include "mm/pool.h"
#include "proc/proc.h"

/* proc/fpu.S */
void fpu_save(struct fpu_state *state);
void fpu_load(const struct fpu_state *state);

static struct pool fpu_pool = POOL(fpu_pool, sizeof(struct fpu_state), "fpu");

static void set_unit(uint64 fs)
{
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, fs);
}

static void save_if_dirty(struct proc *p)
{
	if ((csr_read(sstatus) & SSTATUS_FS) != SSTATUS_FS_DIRTY)
		return;
	fpu_save(p->fpu);
	set_unit(SSTATUS_FS_CLEAN);
}

static void load(const struct proc *p)
{
	set_unit(SSTATUS_FS_DIRTY); /* or the loads would trap */
	fpu_load(p->fpu);
	set_unit(SSTATUS_FS_CLEAN);
}

bool fpu_enable(struct proc *p)
{
	if (p->fpu != NULL)
		return false;
	p->fpu = pool_zalloc(&fpu_pool);
	if (p->fpu == NULL)
		return false;
	load(p);
	return true;
}

bool fpu_fork(struct proc *child, struct proc *parent)
{
	if (parent->fpu == NULL)
		return true;
	child->fpu = pool_alloc(&fpu_pool);
	if (child->fpu == NULL)
		return false;
	save_if_dirty(parent);
	*child->fpu = *parent->fpu;
	return true;
}

void fpu_reset(struct proc *p)
{
	if (p->fpu == NULL)
		return;
	set_unit(SSTATUS_FS_OFF);
	pool_free(&fpu_pool, p->fpu);
	p->fpu = NULL;
}

void fpu_switch(struct proc *from, struct proc *to)
{
	if (from != NULL && from->fpu != NULL) {
		save_if_dirty(from);
		set_unit(SSTATUS_FS_OFF);
	}
	if (to != NULL && to->fpu != NULL)
		load(to);
}
