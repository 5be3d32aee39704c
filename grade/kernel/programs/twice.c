/* grade/kernel/programs/twice.c: write to a file that has a block of this
 * program, too, as on a disk that is not sound. */
#include "test.h"

#define CONSTANT 0xa7 /* test_promised.py looks for a block of these bytes */

static const volatile uchar page[PGSIZE]
	__attribute__((aligned(PGSIZE))) = { [0 ... PGSIZE - 1] = CONSTANT };

static void check_page(const char *when)
{
	for (long i = 0; i < (long)PGSIZE; i++)
		if (page[i] != CONSTANT)
			errx(1, "%s: byte %ld is %#x", when, i, page[i]);
}

int main(void)
{
	static char bytes[PGSIZE];
	int fd = xopen("/other", O_RDWR);

	check_page("before");
	xread(fd, bytes, sizeof(bytes));
	if ((uchar)bytes[0] != CONSTANT)
		errx(1, "the file does not have the block");
	memset(bytes, 'z', sizeof(bytes));
	lseek(fd, 0, SEEK_SET);
	xwrite(fd, bytes, sizeof(bytes));
	check_page("after a write");
	sync();
	check_page("after sync");
	puts("kept");
	return 0;
}
