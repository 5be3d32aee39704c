/* kernel/boot/main.c: from the first instruction in supervisor mode to the
 * first process. Everything is set up here, in order. */
#include "boot/fdt.h"
#include "boot/init.h"
#include "boot/machine.h"
#include "boot/options.h"
#include "dev/console.h"
#include "dev/ipi.h"
#include "dev/plic.h"
#include "dev/poweroff.h"
#include "dev/timer.h"
#include "dev/virtio_blk.h"
#include "fs/inode.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/panic.h"
#include "mm/frame.h"
#include "mm/kvm.h"
#include "mm/promise.h"
#include "proc/keys.h"
#include "proc/proc.h"
#include "trap/trap.h"

#define MIB (1UL << 20)
#define RAM_MIN (16 * MIB)
#define RAM_PER_PROCESS (256UL << 10) /* sets the default of maxproc= */
#define CANNOT_START_STATUS 100       /* QEMU's exit status */

void main(uint64 hartid, uint64 device_tree);

extern char trap_stacks[]; /* boot/entry.S */

struct hart harts[MAX_HARTS];
uint32 nharts;

static struct machine machine;
static struct options options;
static bool started; /* atomic; the other harts may continue */

static void give_up(const char *why, const char *word)
{
	kprintf("calf: cannot start: %s%s\n", why, word);
	poweroff(CANNOT_START_STATUS);
}

static void lacks(const char *what)
{
	kprintf("calf: cannot start: the machine lacks %s\n", what);
	poweroff(LACKING_STATUS);
}

static void panic_end(void)
{
	if (options.panic_exit)
		poweroff(PANIC_STATUS);
}

/* Make tp point to the hart's struct, for good. */
static void hart_init(uint64 hartid)
{
	struct hart *hart = &harts[hartid];

	hart->hartid = (uint32)hartid;
	hart->index = (uint32)hartid;
	hart->panic_stack = (uint64)trap_stacks + (hartid + 1) * PGSIZE;
	__asm__ volatile("mv tp, %0" : : "r"(hart));
}

static void read_machine(uint64 device_tree)
{
	const char *wrong = fdt_read(device_tree, &machine);

	if (wrong != NULL)
		give_up(wrong, "");
	if (!machine.has_plic)
		lacks("a PLIC, the interrupt controller (QEMU: aia=none)");
	if (!machine.has_msip)
		lacks("a CLINT, by which harts call each other");
	wrong = options_parse(machine.bootargs, &options);
	if (wrong != NULL)
		give_up("boot argument not understood: ", wrong);
	nharts = MIN(machine.nharts, MAX_HARTS);
	timer_hz = machine.timer_hz;
}

static void init_memory(void)
{
	uint64 maxproc = options.maxproc;

	if (maxproc == 0)
		maxproc = machine.ram_bytes / RAM_PER_PROCESS;
	maxproc = MIN(MAX(maxproc, 4), KSTACK_MAX);
	if (machine.ram_bytes < RAM_MIN ||
	    !kvm_init(machine.ram_bytes, maxproc))
		give_up("not enough RAM; 16 MiB is the least, 32 MiB is "
			"comfortable",
			"");
	proc_init(maxproc);
	promise_set_policy(options.overcommit);
	synth = &procfs;
	console_set_keys(keys_interrupt, keys_list);
}

static void init_hart(void)
{
	kvm_use();
	trap_init_hart();
	plic_init_hart();
}

static void init_devices(void)
{
	plic_init();

	const char *missing = virtio_blk_init();

	if (missing != NULL)
		lacks(missing);
}

static void greet(void)
{
	if (!options.quiet)
		kprintf("Calf on %u hart%s, %lu MiB of RAM, %lu MiB free\n",
			nharts, nharts == 1 ? "" : "s", machine.ram_bytes / MIB,
			frames_free() * PGSIZE / MIB);
}

static void start_others(void)
{
	__atomic_store_n(&started, true, __ATOMIC_RELEASE);
	ipi_send_others();
}

/* Sleep until the first hart has set up everything that is shared. */
static void wait_for_start(void)
{
	csr_write(sie, INT_SSI);
	while (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		wfi();
	ipi_clear();
}

void main(uint64 hartid, uint64 device_tree)
{
	hart_init(hartid);
	if (hartid != 0) {
		wait_for_start();
		init_hart();
		hart_idle();
	}
	console_init();
	panic_set_hooks(ipi_send_others, panic_end);
	read_machine(device_tree);
	init_memory();
	init_hart();
	init_devices();
	greet();
	if (init_create(&options) != 0)
		give_up("no memory for the first process", "");
	start_others();
	hart_idle();
}
