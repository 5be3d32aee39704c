/* kernel/proc/exec.c: replace the program of a process.
 *
 * The new address space is built beside the old one, which is dropped only when
 * nothing can fail any more. Others may change the file until it counts as a
 * program that runs, so what has been read is checked before it is used. */
#include "proc/exec.h"

#include "abi/errno.h"
#include "abi/stat.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "lib/elf.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/uio.h"
#include "mm/usercopy.h"
#include "mm/uvm.h"
#include "proc/fpu.h"
#include "proc/life.h"
#include "proc/proc.h"
#include "proc/script.h"
#include "proc/sleep.h"
#include "proc/space.h"

#define BIN "/bin/"
#define STACK_MAX (64UL << 20) /* bytes of stack that an ELF may ask for */
#define SEGMENTS_MAX 64
#define LOAD_MAX (256UL << 10) /* bytes loaded with the inode locked */
#define SCRIPTS_MAX 4          /* scripts that run each other */
#define FILE_LEN (sizeof(BIN) + PATH_LEN)

/* Read exactly n bytes of the file; -ENOEXEC if it has fewer. */
static int read_exact(struct inode *inode, void *dst, uint64 n, uint64 offset)
	REQUIRES(inode->lock)
{
	struct uio uio = uio_kernel(dst, n);
	long count = inode_read(inode, &uio, offset);

	if (count < 0)
		return (int)count;
	return (uint64)count == n ? 0 : -ENOEXEC;
}

/* The same, with the inode locked only for this read. */
static int read_table(struct inode *inode, void *dst, uint64 n, uint64 offset)
{
	int error = inode_lock_killable(inode);

	if (error != 0)
		return error;
	error = read_exact(inode, dst, n, offset);
	inode_unlock(inode);
	return error;
}

static int read_header(struct inode *inode, struct elf_header *header)
{
	if (inode->type != T_FILE)
		return -EACCES;

	int error = read_table(inode, header, sizeof(*header), 0);

	if (error != 0)
		return error;
	if (header->magic != ELF_MAGIC || header->class != ELF_CLASS_64 ||
	    header->data != ELF_DATA_LITTLE || header->type != ELF_TYPE_EXEC ||
	    header->machine != ELF_MACHINE_RISCV ||
	    header->phentsize != sizeof(struct elf_segment))
		return -ENOEXEC;
	return 0;
}

static uint64 rights_of(const struct elf_segment *segment)
{
	uint64 rights = 0;

	if (segment->flags & (ELF_R | ELF_W))
		rights |= PTE_R; /* in Sv39, W without R is reserved */
	if (segment->flags & ELF_W)
		rights |= PTE_W;
	if (segment->flags & ELF_X)
		rights |= PTE_X;
	return rights;
}

/* Map the block that begins with the `count` bytes of the file for va. Returns
 * 1; or 0 if there must be a copy, because the program must not see the rest of
 * the block or because there is a page already; or an error. */
static int map_block(struct uvm *uvm, struct inode *inode, uint64 va,
		     uint64 count, uint64 offset) REQUIRES(inode->lock)
{
	void *frame;

	if ((va | offset) % PGSIZE != 0 || offset >= inode->size ||
	    count > inode->size - offset)
		return 0;

	int error = inode_lend(inode, offset, count, &frame);

	if (error != 0 || frame == NULL)
		return error;
	if (uvm_map(uvm, va, frame))
		return 1;
	frame_put(frame);
	return 0;
}

/* Make the page at va, with the bytes that the segment has there. */
static int load_page(struct uvm *uvm, struct inode *inode,
		     const struct elf_segment *segment, uint64 va)
	REQUIRES(inode->lock)
{
	uint64 start = MAX(va, segment->vaddr);
	uint64 end = MIN(va + PGSIZE, segment->vaddr + segment->filesz);
	uint64 offset = segment->offset + (start - segment->vaddr);
	if (start < end) {
		int mapped = map_block(uvm, inode, start, end - start, offset);

		if (mapped != 0)
			return MIN(mapped, 0);
	}
	int error = uvm_alloc(uvm, va, va + PGSIZE);

	if (error != 0 || start >= end)
		return error;

	char *page = uvm_page(uvm, va);

	return read_exact(inode, page + start % PGSIZE, end - start, offset);
}

/* Load the pages of a segment from va to `end`. Many are loaded in parts,
 * between which others may use the hart and the file. */
static int load_pages(struct uvm *uvm, struct inode *inode,
		      const struct elf_segment *segment, uint64 va, uint64 end)
{
	while (va < end) {
		uint64 next = MIN(va + LOAD_MAX, end);
		int error = inode_lock_killable(inode);

		if (error != 0)
			return error;
		for (; va < next && error == 0; va += PGSIZE)
			error = load_page(uvm, inode, segment, va);
		inode_unlock(inode);
		if (error == 0 && va < end)
			error = give_way();
		if (error != 0)
			return error;
	}
	return 0;
}

/* `*top` is where the last segment ended. Segments must ascend, as the standard
 * demands; so no page is loaded twice, and memory bounds the work. */
static int load_segment(struct uvm *uvm, struct inode *inode,
			const struct elf_segment *segment, uint64 *top)
{
	uint64 start = segment->vaddr, end = start + segment->memsz;

	if (segment->memsz == 0)
		return 0;
	if (segment->filesz > segment->memsz || end < start || end > USER_TOP ||
	    start < *top)
		return -ENOEXEC;
	*top = end;

	/* Pages of zeros are made when they are touched. But if the first page
	 * is the last one of another segment, it may be there already. */
	uint64 first = ROUND_DOWN(start, PGSIZE);
	uint64 zeros = MAX(ROUND_UP(start, PGSIZE),
			   ROUND_UP(start + segment->filesz, PGSIZE));
	int error = uvm_promise(uvm, first, ROUND_UP(end, PGSIZE),
				rights_of(segment));

	if (error != 0)
		return error;
	return load_pages(uvm, inode, segment, first, zeros);
}

/* Load all segments. *stack_bytes becomes the size of the stack that the file
 * asks for, or a page if it does not ask. */
static int load_segments(struct uvm *uvm, struct inode *inode,
			 const struct elf_header *header, uint64 *stack_bytes)
{
	struct elf_segment segment;
	uint64 top = 0;

	if (header->phnum > SEGMENTS_MAX)
		return -ENOEXEC;
	*stack_bytes = PGSIZE;
	for (uint64 i = 0; i < header->phnum; i++) {
		int error = read_table(inode, &segment, sizeof(segment),
				       header->phoff + i * sizeof(segment));

		if (error != 0)
			return error;
		if (segment.type == ELF_LOAD)
			error = load_segment(uvm, inode, &segment, &top);
		if (error != 0)
			return error;
		if (segment.type == ELF_GNU_STACK && segment.memsz != 0)
			*stack_bytes = segment.memsz;
	}
	return 0;
}

/* Lay out the gap, the stack and an empty heap after the data. */
static int make_stack(struct uvm *uvm, uint64 bytes)
{
	uint64 bottom = ROUND_UP(uvm->brk, PGSIZE) + STACK_GAP;

	if (bytes > STACK_MAX)
		return -ENOMEM;

	uint64 top = bottom + ROUND_UP(bytes, PGSIZE);

	if (top > USER_TOP)
		return -ENOMEM;

	int error = uvm_promise(uvm, bottom, top, PTE_R | PTE_W);

	uvm->guard = bottom - STACK_GAP;
	uvm->heap = top;
	return error;
}

static int load_program(struct uvm *uvm, struct inode *inode,
			const struct elf_header *header, uint64 *stack_bytes)
{
	int error = load_segments(uvm, inode, header, stack_bytes);

	if (error != 0)
		return error;
	return region_find(&uvm->regions, header->entry) != NULL ? 0 : -ENOEXEC;
}

/* Write pointers to the `count` strings at *offset into the array at *array,
 * and leave room for a NULL, which is there already since the stack is zeroed.
 * *offset and *array advance to the next string and the next array. */
static int push_pointers(struct uvm *uvm, const struct exec_args *args,
			 uint64 count, uint64 strings, uint64 *offset,
			 uint64 *array)
{
	for (uint64 i = 0; i < count; i++) {
		uint64 address = strings + *offset;
		int error = copyout(uvm, *array, &address, sizeof(address));

		if (error != 0)
			return error;
		*array += sizeof(address);
		*offset += strlen(args->page + *offset) + 1;
	}
	*array += sizeof(uint64);
	return 0;
}

/* Put the strings at the top of the new stack, and below them argv, followed by
 * the environment. *sp becomes the new stack pointer, which is argv. copyout()
 * can only fail here because memory is exhausted. */
static int push_args(struct uvm *uvm, const struct exec_args *args, uint64 *sp)
{
	uint64 strings = uvm->heap - ROUND_UP(args->used, STACK_ALIGN);
	uint64 pointers = args->argc + args->envc + 2, offset = 0;
	uint64 array =
		ROUND_DOWN(strings - pointers * sizeof(uint64), STACK_ALIGN);
	int error = copyout(uvm, strings, args->page, args->used);

	if (error != 0)
		return error;
	*sp = array;
	error = push_pointers(uvm, args, args->argc, strings, &offset, &array);
	if (error != 0)
		return error;
	return push_pointers(uvm, args, args->envc, strings, &offset, &array);
}

/* Look the program up, in /bin too if its name has no slash: the shell names
 * programs without a path, and so do programs written for systems that keep all
 * programs in one directory. `file` becomes the path where it was found. */
static int find_program(char file[FILE_LEN], struct inode **inode)
{
	int error = path_lookup(current()->cwd, file, inode);

	if (error != -ENOENT || file[0] == '\0')
		return error;
	for (const char *c = file; *c != '\0'; c++)
		if (*c == '/')
			return error;
	memmove(file + strlen(BIN), file, strlen(file) + 1);
	memcpy(file, BIN, strlen(BIN));
	return path_lookup(NULL, file, inode);
}

static void set_name(struct proc *p, const char *path)
{
	const char *name = path;

	for (const char *c = path; *c != '\0'; c++)
		if (*c == '/' && c[1] != '\0')
			name = c + 1;
	strlcpy(p->name, name, sizeof(p->name));
}

/* Nothing can fail any more: drop the old program. */
static void commit(struct proc *p, struct uvm *uvm, const char *path,
		   uint64 entry, uint64 sp, uint64 argc)
{
	uvm_use(uvm);
	spin_acquire(&tree_lock);
	struct uvm *old = proc_change_uvm_locked(p, uvm);
	set_name(p, path);
	spin_release(&tree_lock);
	if (old != NULL)
		space_drop(old);
	fpu_reset(p);
	*p->frame = (struct trapframe){
		.pc = entry, .sp = sp, .a0 = argc, .a1 = sp
	};
}

/* Not inlined, so that its stack frame does not add to that of proc_exec(),
 * which goes on to call script_args(). */
static __attribute__((noinline)) int
exec_inode(struct inode *inode, const char *path, const struct exec_args *args)
{
	struct inode *former = current()->program;
	struct elf_header header;
	uint64 stack_bytes, sp;
	int error = read_header(inode, &header);

	if (error != 0)
		return error;

	struct uvm *uvm = uvm_create();

	if (uvm == NULL)
		return -ENOMEM;
	inode_get_program(inode);
	error = inode_check_program(inode);
	if (error == 0)
		error = load_program(uvm, inode, &header, &stack_bytes);
	if (error != 0)
		goto drop;
	error = make_stack(uvm, stack_bytes);
	if (error != 0)
		goto drop;
	error = push_args(uvm, args, &sp);
	if (error != 0)
		goto drop;
	commit(current(), uvm, path, header.entry, sp, args->argc);
	current()->program = inode;
	if (former != NULL)
		inode_put_program(former);
	return 0;

drop:
	space_drop(uvm);
	inode_put_program(inode);
	return error;
}

int proc_exec(const char *path, struct exec_args *args)
{
	char file[FILE_LEN];
	struct inode *inode;

	strlcpy(file, path, PATH_LEN);
	for (int depth = 0; depth <= SCRIPTS_MAX; depth++) {
		int error = find_program(file, &inode);

		if (error != 0)
			return error;
		error = exec_inode(inode, path, args);
		bool is_program = error != -ENOEXEC;

		if (!is_program)
			error = script_args(inode, file, args);
		inode_put(inode);
		if (is_program || error != 0)
			return error;
		strlcpy(file, args->page, PATH_LEN);
	}
	return -ELOOP;
}
