/* user/test/usertests/mapping.c: helpers for tests that map memory. */

#include "mapping.h"

char *mmap_at(char *at, long pages, int prot, int flags)
{
	return mmap(at, (size_t)pages * PGSIZE, prot,
		    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

char *xmap(long pages)
{
	char *at = mmap_at(NULL, pages, PROT_READ | PROT_WRITE, 0);

	if (at == MAP_FAILED)
		fail("mmap of %ld pages: %s", pages, strerror(errno));
	return at;
}

char *xmap_filled(long pages, int seed)
{
	char *map = xmap(pages);

	pages_fill(map, pages, seed);
	return map;
}

void xunmap(char *at, long pages)
{
	if (munmap(at, (size_t)pages * PGSIZE) != 0)
		fail("munmap of %ld pages: %s", pages, strerror(errno));
}

void xprotect(char *at, long pages, int prot)
{
	if (mprotect(at, (size_t)pages * PGSIZE, prot) != 0)
		fail("mprotect(%d) of %ld pages: %s", prot, pages,
		     strerror(errno));
}

void pages_check_zero(const char *pages, long count)
{
	for (long i = 0; i < count * (long)PGSIZE; i += 64)
		CHECK_EQ(pages[i], 0);
}

void check_killed(const char *byte)
{
	int fds[2];

	IN_CHILD()
		exit(*(const volatile char *)byte);
	xwait(STATUS_KILLED);
	xpipe(fds);
	CHECK_FAILS(write(fds[1], byte, 1), EFAULT);
	CHECK_FAILS(open(byte, O_RDONLY), EFAULT);
	xclose(fds[0]);
	xclose(fds[1]);
	check_store_killed((char *)byte);
}

void check_store_killed(char *byte)
{
	int fds[2];

	IN_CHILD()
		*(volatile char *)byte = 1;
	xwait(STATUS_KILLED);
	xpipe(fds);
	xwrite(fds[1], "x", 1);
	CHECK_FAILS(read(fds[0], byte, 1), EFAULT);
	xclose(fds[0]);
	xclose(fds[1]);
}

bool mapping_at(const char *at, struct mapping *found)
{
	struct mapping *all;
	long count = mappings_read(getpid(), &all);
	bool is_there = false;

	CHECK(count > 0);
	for (long i = 0; i < count && !is_there; i++) {
		*found = all[i];
		is_there =
			all[i].start <= (uint64)at && (uint64)at < all[i].end;
	}
	free(all);
	return is_there;
}

bool is_present(const char *at)
{
	uint64 entry = 0;
	int fd = xopen("/proc/self/pagemap", O_RDONLY);

	CHECK(lseek(fd, (long)((uint64)at / PGSIZE * sizeof(entry)),
		    SEEK_SET) >= 0);
	if (read(fd, &entry, sizeof(entry)) < 0)
		fail("pagemap: %s", strerror(errno));
	xclose(fd);
	return entry & PAGEMAP_PRESENT;
}

void check_private_after_fork(char *pages, long count)
{
	enum { SEED = 0x3333, SEED_CHILD = 0x4444 };
	int gone[2], come[2];

	xpipe(gone);
	xpipe(come);
	for (long i = 0; i < count; i += 3)
		pages[i * (long)PGSIZE] = 1;
	IN_CHILD() {
		pages_fill(pages, count, SEED_CHILD);
		signal_give(gone);
		signal_take(come);
		pages_check(pages, count, SEED_CHILD);
	}
	signal_take(gone);
	for (long i = 0; i < count; i++)
		CHECK_EQ(pages[i * (long)PGSIZE], i % 3 == 0);
	pages_fill(pages, count, SEED);
	signal_give(come);
	xwait(0);
	pages_check(pages, count, SEED);
}

void make_paged_file(const char *path, long count, int seed, size_t more)
{
	static char page[PGSIZE];
	int fd = xopen(path, O_WRONLY | O_CREATE | O_TRUNC);
	char *heap = xpages(count);

	pages_fill(heap, count, seed);
	xwrite(fd, heap, (size_t)count * PGSIZE);
	memset(page, 'x', sizeof(page));
	xwrite(fd, page, more);
	xclose(fd);
	xsbrk(-count * (long)PGSIZE);
}

static char *map_path(const char *path, int mode, long pages, int prot,
		      int flags, long offset)
{
	int fd = xopen(path, mode);
	char *at = mmap(NULL, (size_t)pages * PGSIZE, prot, flags, fd, offset);

	if (at == MAP_FAILED)
		fail("mmap of %s: %s", path, strerror(errno));
	xclose(fd);
	return at;
}

char *map_file(const char *path, long pages, int prot, long offset)
{
	return map_path(path, O_RDONLY, pages, prot, MAP_PRIVATE, offset);
}

char *map_new_file(const char *path, long pages, int seed)
{
	make_paged_file(path, pages, seed, 0);
	return map_file(path, pages, PROT_READ | PROT_WRITE, 0);
}

void write_to_file(const char *path, long offset, const void *bytes, size_t n)
{
	int fd = xopen(path, O_WRONLY);

	CHECK_EQ(lseek(fd, offset, SEEK_SET), offset);
	xwrite(fd, bytes, n);
	xclose(fd);
}

void check_paged_file(const char *path, long count, int seed)
{
	int fd = xopen(path, O_RDONLY);
	char *pages = xpages(count);

	xread(fd, pages, (size_t)count * PGSIZE);
	pages_check(pages, count, seed);
	xsbrk(-count * (long)PGSIZE);
	xclose(fd);
}

char *xmap_shared(long pages)
{
	char *at = mmap(NULL, (size_t)pages * PGSIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		fail("mmap of %ld shared pages: %s", pages, strerror(errno));
	return at;
}

char *share_file(const char *path, long pages, int prot, long offset)
{
	return map_path(path, prot & PROT_WRITE ? O_RDWR : O_RDONLY, pages,
			prot, MAP_SHARED, offset);
}

char *share_new_file(const char *path, long pages, int seed)
{
	make_paged_file(path, pages, seed, 0);
	return share_file(path, pages, PROT_READ | PROT_WRITE, 0);
}

void read_from_file(const char *path, long offset, void *bytes, size_t n)
{
	int fd = xopen(path, O_RDONLY);

	CHECK_EQ(lseek(fd, offset, SEEK_SET), offset);
	xread(fd, bytes, n);
	xclose(fd);
}

void store_with_failures(char *map, int most)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	for (int n = 1; n <= most; n++) {
		IN_CHILD() {
			char command[] = "fail n";

			command[5] = (char)('0' + n);
			own_stack();
			xwrite(fd, command, 6);
			*(volatile char *)(map + (n - 1) * (long)PGSIZE) = 1;
		}
		CHECK(wait(NULL) > 0);
		xwrite(fd, "fail 0", 6);
	}
	xclose(fd);
}
