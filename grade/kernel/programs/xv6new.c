/* grade/kernel/programs/xv6new.c: checks what programs and tests for xv6 of
 * 2025 rely on besides the calls. It returns 0 if everything holds. */

#include "kernel/types.h"

#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/memlayout.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "kernel/syscall.h"
#include "kernel/vm.h"
#include "user/user.h"

static char block[BSIZE];
static int status;

static void check(const char *what, int is_so)
{
	if (is_so)
		return;
	printf("%s: no\n", what);
	status = 1;
}

static void numbers(void)
{
	int failed = read(-1, block, sizeof(block));
	pte_t pte = PA2PTE(0x80001000L) | PTE_V | PTE_R | PTE_U;

	check("BSIZE is an int", failed < BSIZE);
	check("PGSIZE is an int", failed < PGSIZE);
	check("MAXFILE is an int", failed < MAXFILE);
	check("PTE2PA", PTE2PA(pte) == 0x80001000L);
	check("PTE_FLAGS", PTE_FLAGS(pte) == 0x13);
	check("PX", PX(2, TRAMPOLINE) == 255 && PX(0, TRAPFRAME) == 510);
	check("bounds", NINODE < NFILE && NOFILE < NFILE && NPROC > NCPU);
	check("SYS_pause", SYS_pause == 13);
}

static void memory(void)
{
	char *eager = sys_sbrk(PGSIZE, SBRK_EAGER);
	char *lazy = sys_sbrk(PGSIZE, SBRK_LAZY);

	check("eager sbrk", eager != SBRK_ERROR && sbrk(0) == lazy + PGSIZE);
	check("lazy sbrk", lazy == eager + PGSIZE && lazy[PGSIZE - 1] == 0);
	check("sbrklazy", sbrklazy(-2 * PGSIZE) == lazy + PGSIZE);
	check("sbrk fails", sbrk(1 << 30) == SBRK_ERROR);
}

static void stack(void)
{
	int result;

	if (fork() == 0) {
		*(volatile char *)(r_sp() - USERSTACK * PGSIZE);
		exit(0);
	}
	wait(&result);
	check("nothing below USERSTACK", result == -1);
}

/* xv6's tests do this again and again on one disk. */
static void biggest_file(void)
{
	int fd = open("big", O_CREATE | O_RDWR);

	for (int i = 0; i < MAXFILE; i++) {
		if (write(fd, block, BSIZE) != BSIZE) {
			check("MAXFILE blocks fit", 0);
			break;
		}
	}
	close(fd);
	unlink("big");
}

int main(void)
{
	numbers();
	memory();
	stack();
	for (int i = 0; i < 100; i++)
		biggest_file();

	int before = uptime();
	pause(1);
	check("pause", uptime() > before);
	exit(status);
}
