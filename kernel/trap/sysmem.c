/* kernel/trap/sysmem.c: system calls that map memory. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "fs/fdtable.h"
#include "fs/file.h"
#include "fs/filemap.h"
#include "fs/fs.h"
#include "mm/mapping.h"
#include "mm/shared.h"
#include "proc/space.h"
#include "trap/syscall.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define MS_ALL (MS_ASYNC | MS_INVALIDATE | MS_SYNC)
#define MAP_ALL (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS)

static uint64 rights_of(int prot)
{
	uint64 rights = 0;

	if (prot & (PROT_READ | PROT_WRITE))
		rights |= PTE_R; /* in Sv39, W without R is reserved */
	if (prot & PROT_WRITE)
		rights |= PTE_W;
	if (prot & PROT_EXEC)
		rights |= PTE_X;
	return rights;
}

/* Whether the program may map the file like that: 0 or an error. */
static int may_map_file(const struct proc *p, int fd, int prot, int flags)
{
	const struct file *file = fd_file(&p->files, fd);
	bool writes = (prot & PROT_WRITE) && (flags & MAP_SHARED);

	if (file == NULL)
		return -EBADF;
	if (!file->readable || (writes && !file->writable))
		return -EACCES;
	return 0;
}

static int check_fixed(const struct uvm *uvm, uint64 addr, uint64 bytes)
{
	if (addr == 0)
		return -EPERM;
	return uvm_may_map(uvm, addr, addr + ROUND_UP(bytes, PGSIZE)) ? 0
								      : -ENOMEM;
}

static int check_mmap(const struct proc *p, const uint64 *arg)
{
	uint64 addr = arg[0], bytes = arg[1], offset = arg[5];
	int error = 0, prot = int_arg(arg[2]), flags = int_arg(arg[3]);
	bool is_shared = flags & MAP_SHARED, is_fixed = flags & MAP_FIXED;

	if (bytes == 0 || (prot & ~PROT_ALL) || (flags & ~MAP_ALL) ||
	    is_shared == !!(flags & MAP_PRIVATE) || offset % PGSIZE != 0 ||
	    (is_fixed && addr % PGSIZE != 0) || offset + bytes < offset)
		return -EINVAL;
	if (bytes > USER_TOP)
		return -ENOMEM;
	if (!(flags & MAP_ANONYMOUS))
		error = may_map_file(p, int_arg(arg[4]), prot, flags);
	if (error == 0 && is_fixed)
		error = check_fixed(p->uvm, addr, bytes);
	return error;
}

/* Return in *source what the pages are made of; NULL: zeros. */
static int find_source(const struct proc *p, const uint64 *arg,
		       struct page_source **source)
{
	int flags = int_arg(arg[3]);

	*source = NULL;
	if ((flags & MAP_ANONYMOUS) && (flags & MAP_SHARED))
		return shared_zeros(ROUND_UP(arg[1], PGSIZE), source);
	if (flags & MAP_ANONYMOUS)
		return 0;
	return file_source(fd_file(&p->files, int_arg(arg[4])), arg[5],
			   flags & MAP_SHARED, source);
}

long sys_mmap(struct proc *p, const uint64 *arg)
{
	uint64 addr = ROUND_DOWN(arg[0], PGSIZE);
	uint64 bytes = ROUND_UP(arg[1], PGSIZE);
	struct page_source *source;
	long result = check_mmap(p, arg);

	if (result == 0)
		result = find_source(p, arg, &source);
	if (result != 0)
		return result;
	if (int_arg(arg[3]) & MAP_FIXED)
		result = space_munmap(p->uvm, addr, addr + bytes);
	if (result == 0)
		result = uvm_mmap(p->uvm, addr, bytes,
				  rights_of(int_arg(arg[2])), source);
	if (source != NULL)
		source_put(source);
	sources_reap();
	return result;
}

/* Whether addr is page-aligned and the pages of `bytes` bytes from there are in
 * user space. *end becomes the address after them. */
static bool is_range(uint64 addr, uint64 bytes, uint64 *end)
{
	*end = addr + ROUND_UP(bytes, PGSIZE);
	return addr % PGSIZE == 0 && bytes <= USER_TOP && addr <= USER_TOP &&
	       *end <= USER_TOP;
}

long sys_munmap(struct proc *p, const uint64 *arg)
{
	uint64 end;

	if (arg[1] == 0 || !is_range(arg[0], arg[1], &end))
		return -EINVAL;

	int error = space_munmap(p->uvm, arg[0], end);

	sources_reap();
	return error;
}

long sys_mprotect(struct proc *p, const uint64 *arg)
{
	int prot = int_arg(arg[2]);
	uint64 end;

	if (arg[0] % PGSIZE != 0 || (prot & ~PROT_ALL))
		return -EINVAL;
	if (!is_range(arg[0], arg[1], &end) ||
	    !regions_cover(&p->uvm->regions, arg[0], end))
		return -ENOMEM;
	if ((prot & PROT_WRITE) &&
	    !regions_may_store(&p->uvm->regions, arg[0], end))
		return -EACCES;
	return space_mprotect(p->uvm, arg[0], end, rights_of(prot));
}

/* Bytes from the file of the program could not come again, so they cannot be
 * dropped. */
long sys_madvise(struct proc *p, const uint64 *arg)
{
	int advice = int_arg(arg[2]), error = 0;
	uint64 end;

	if (advice < MADV_NORMAL || advice > MADV_DONTNEED ||
	    !is_range(arg[0], arg[1], &end) ||
	    (advice == MADV_DONTNEED && arg[0] < uvm_stack(p->uvm)))
		return -EINVAL;
	if (advice == MADV_DONTNEED)
		error = space_forget(p->uvm, arg[0], end);
	if (error != 0)
		return error;
	return regions_cover(&p->uvm->regions, arg[0], end) ? 0 : -ENOMEM;
}

/* What is stored is on its way to the disk anyway, and all who share a page see
 * it at once. So there is only something to wait for. */
long sys_msync(struct proc *p, const uint64 *arg)
{
	int flags = int_arg(arg[2]);
	uint64 end;

	if ((flags & ~MS_ALL) || ((flags & MS_SYNC) && (flags & MS_ASYNC)) ||
	    arg[0] % PGSIZE != 0)
		return -EINVAL;
	if (!is_range(arg[0], arg[1], &end) ||
	    !regions_cover(&p->uvm->regions, arg[0], end))
		return -ENOMEM;
	return (flags & MS_SYNC) && p->uvm->regions.sourced != 0 ? fs_sync()
								 : 0;
}
