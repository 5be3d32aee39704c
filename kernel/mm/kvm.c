/* kernel/mm/kvm.c: the kernel's half of every address space.
 *
 * All of RAM is mapped at KERNEL_BASE with the largest pages that fit. Only the
 * 2 MiB pages that contain the kernel's image are split into small ones, so
 * that text is R-X, constants are R-- and everything else is RW-. Every address
 * space has a copy of the kernel's entries in the root table, so they never
 * change after boot. */
#include "mm/kvm.h"

#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/vmcount.h"

#define KERNEL_FLAGS (PTE_V | PTE_G | PTE_A | PTE_D)
#define KERNEL_RW (KERNEL_FLAGS | PTE_R | PTE_W)
#define KERNEL_RO (KERNEL_FLAGS | PTE_R)
#define KERNEL_RX (KERNEL_FLAGS | PTE_R | PTE_X)

#define KERNEL_ROOT_INDEX (PTES_PER_TABLE / 2) /* first of the upper half */
#define SLOT_SIZE (2 * PGSIZE)                 /* guard page and stack */

/* kernel/boot/kernel.ld */
extern char kernel_start[], text_end[], rodata_end[], kernel_end[];
extern char boot_stacks[];

pte_t kernel_root[PTES_PER_TABLE] __attribute__((aligned(PGSIZE)));

/* The number of stacks mapped so far, and of those that each hart has fenced. A
 * hart that is behind may still cache the previous contents of the newest
 * slots. */
static uint64 stacks_mapped;           /* atomic */
static uint64 fenced_up_to[MAX_HARTS]; /* [self] of each hart */

static uint64 direct_map_end; /* [init] index in the root table */

/* Memory for the tables built at boot: after the kernel's image and the counts,
 * and before the first frame. */
static uint8 *boot_next, *boot_end; /* [init] */

static void *boot_alloc_page(void)
{
	if (boot_end - boot_next < (long)PGSIZE)
		return NULL;

	void *page = boot_next;

	boot_next += PGSIZE;
	page_clear(page);
	return page;
}

/* Map [va, va + bytes) in the direct map, with pages of the size of `level`. */
static bool map_direct(uint64 va, uint64 bytes, int level, uint64 flags)
{
	for (uint64 end = va + bytes; va < end; va += PT_SPAN(level)) {
		pte_t *table = kernel_root;

		for (int l = PT_LEVELS - 1; l > level; l--) {
			pte_t *pte = &table[pt_index(va, l)];

			if (!(*pte & PTE_V)) {
				void *lower = boot_alloc_page();

				if (lower == NULL)
					return false;
				*pte = pte_make(lower, PTE_V);
			}
			table = pte_page(*pte);
		}
		table[pt_index(va, level)] = pte_make((void *)va, flags);
	}
	return true;
}

/* Map the image page by page, up to the next multiple of 2 MiB. Each boot stack
 * is two pages, of which the lower one stays unmapped as a guard. */
static bool map_image(void)
{
	uint64 text = (uint64)kernel_start, constants = (uint64)text_end,
	       data = (uint64)rodata_end,
	       end = ROUND_UP((uint64)kernel_end, PT_SPAN(1));

	if (!map_direct(text, constants - text, 0, KERNEL_RX) ||
	    !map_direct(constants, data - constants, 0, KERNEL_RO) ||
	    !map_direct(data, end - data, 0, KERNEL_RW))
		return false;
	for (int i = 0; i < MAX_HARTS; i++) {
		uint64 guard = (uint64)boot_stacks + (uint64)i * SLOT_SIZE;
		const pte_t *middle = pte_page(kernel_root[pt_index(guard, 2)]);
		pte_t *leaf = pte_page(middle[pt_index(guard, 1)]);

		leaf[pt_index(guard, 0)] = 0;
	}
	return true;
}

/* Map the RAM after the image: pages of 1 GiB where possible, and pages of 2
 * MiB before and after those. */
static bool map_ram(uint64 ram_bytes)
{
	uint64 va = ROUND_UP((uint64)kernel_end, PT_SPAN(1));
	uint64 end = (uint64)phys_to_virt(RAM_BASE_PA) + ram_bytes;
	uint64 small = MIN(end, ROUND_UP(va, PT_SPAN(2)));
	uint64 large = MAX(small, ROUND_DOWN(end, PT_SPAN(2)));

	return map_direct(va, small - va, 1, KERNEL_RW) &&
	       map_direct(small, large - small, 2, KERNEL_RW) &&
	       map_direct(large, end - large, 1, KERNEL_RW);
}

/* Make all tables for kernel stacks, so that mapping a stack needs no
 * memory. */
static bool make_stack_tables(uint64 nstacks)
{
	pte_t *middle = boot_alloc_page();
	uint64 ntables = (nstacks * SLOT_SIZE + PT_SPAN(1) - 1) / PT_SPAN(1);

	if (middle == NULL)
		return false;
	kernel_root[pt_index(KSTACK_BASE, 2)] = pte_make(middle, PTE_V);
	for (uint64 i = 0; i < ntables; i++) {
		void *leaf = boot_alloc_page();

		if (leaf == NULL)
			return false;
		middle[i] = pte_make(leaf, PTE_V);
	}
	return true;
}

bool kvm_init(uint64 ram_bytes, uint64 nstacks)
{
	uint8 *ram = phys_to_virt(RAM_BASE_PA);

	ram_bytes = MIN(ROUND_DOWN(ram_bytes, PT_SPAN(1)),
			(DIRECT_MAP_GIB << 30) - RAM_BASE_PA);
	boot_end = ram + ram_bytes;
	boot_next = (uint8 *)ROUND_UP((uint64)frame_count(boot_end), PGSIZE);
	direct_map_end = pt_index((uint64)boot_end - 1, 2) + 1;
	if (!map_direct((uint64)phys_to_virt(0), DEVICES_END_PA, 1,
			KERNEL_RW) ||
	    !map_image() || !map_ram(ram_bytes) || !make_stack_tables(nstacks))
		return false;
	frame_init(boot_next, boot_end);
	return true;
}

void kvm_use(void)
{
	csr_write(satp, SATP_SV39 | virt_to_phys(kernel_root) >> PGSHIFT);
	sfence_all();
}

pte_t *kvm_new_root(void)
{
	pte_t *root = kzalloc();

	if (root == NULL)
		return NULL;
	vmcount_add(VM_table, 1);
	for (uint64 i = KERNEL_ROOT_INDEX; i < direct_map_end; i++)
		root[i] = kernel_root[i];
	root[pt_index(KSTACK_BASE, 2)] = kernel_root[pt_index(KSTACK_BASE, 2)];
	return root;
}

static pte_t *kstack_pte(uint64 va)
{
	const pte_t *middle = pte_page(kernel_root[pt_index(va, 2)]);
	pte_t *leaf = pte_page(middle[pt_index(va, 1)]);

	return &leaf[pt_index(va, 0)];
}

static uint64 kstack_address(uint64 slot)
{
	return KSTACK_BASE + slot * SLOT_SIZE + PGSIZE;
}

void *kstack_map(uint64 slot, void *frame)
{
	uint64 va = kstack_address(slot);
	pte_t *pte = kstack_pte(va);

	ASSERT(*pte == 0, "the slot of a new kernel stack is empty");
	*pte = pte_make(frame, KERNEL_RW);
	__atomic_fetch_add(&stacks_mapped, 1, __ATOMIC_RELEASE);
	return (void *)va;
}

void kstack_unmap(uint64 slot)
{
	*kstack_pte(kstack_address(slot)) = 0;
}

void *kstack_frame(uint64 slot)
{
	pte_t pte = __atomic_load_n(kstack_pte(kstack_address(slot)),
				    __ATOMIC_RELAXED);

	return pte != 0 ? pte_page(pte) : NULL;
}

void kstack_fence(void)
{
	uint64 now = __atomic_load_n(&stacks_mapped, __ATOMIC_ACQUIRE);
	uint64 *seen = &fenced_up_to[this_hart()->index];

	if (*seen != now) {
		*seen = now;
		sfence_all();
	}
}

bool kstack_is_guard(uint64 va)
{
	uint64 boot = (uint64)boot_stacks;

	if (va >= KSTACK_BASE)
		return (va - KSTACK_BASE) % SLOT_SIZE < PGSIZE;
	return va >= boot && va < boot + MAX_HARTS * SLOT_SIZE &&
	       (va - boot) % SLOT_SIZE < PGSIZE;
}
