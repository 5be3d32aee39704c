/* kernel/proc/fpu.c: the floating-point registers of programs.
 *
 * sstatus.FS describes the registers of the running process: off if it has no
 * floating-point state, clean if the copy in memory is current, dirty if the
 * registers are newer (privileged specification, section 3.1.6.6). */
#include "proc/fpu.h"

#include "abi/errno.h"
#include "lib/csr.h"
#include "mm/pool.h"
#include "proc/proc.h"

/* Values of bits 6 to 2 of a 32-bit instruction, one bit for each: LOAD-FP,
 * STORE-FP, the four fused operations and OP-FP. */
#define OPCODES_FLOAT (1U << 1 | 1U << 9 | 0xfU << 16 | 1U << 20)
#define OPCODE_SYSTEM 28

/* Bits 15 to 13 of a 16-bit instruction, in quadrants 0 and 2. */
#define C_LOAD_DOUBLE 1
#define C_STORE_DOUBLE 5

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
	set_unit(SSTATUS_FS_DIRTY); /* otherwise the loads would trap */
	fpu_load(p->fpu);
	set_unit(SSTATUS_FS_CLEAN);
}

/* Unprivileged specification, chapters 16 (C) and 24 (opcodes). */
bool fpu_needed(uint32 instruction)
{
	uint32 opcode = instruction >> 2 & 31, csr = instruction >> 20;
	uint32 quadrant = instruction & 3;

	if (quadrant == 0 || quadrant == 2) {
		uint32 funct3 = instruction >> 13 & 7;

		return funct3 == C_LOAD_DOUBLE || funct3 == C_STORE_DOUBLE ||
		       instruction == 0;
	}
	if (quadrant == 3 && opcode == OPCODE_SYSTEM)
		return csr >= CSR_FFLAGS && csr <= CSR_FCSR;
	return quadrant == 3 && OPCODES_FLOAT >> opcode & 1;
}

int fpu_enable(struct proc *p)
{
	p->fpu = pool_zalloc(&fpu_pool);
	if (p->fpu == NULL)
		return -ENOMEM;
	load(p);
	return 0;
}

int fpu_fork(struct proc *child, struct proc *parent)
{
	if (parent->fpu == NULL)
		return 0;
	child->fpu = pool_alloc(&fpu_pool);
	if (child->fpu == NULL)
		return -ENOMEM;
	save_if_dirty(parent);
	*child->fpu = *parent->fpu;
	return 0;
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
