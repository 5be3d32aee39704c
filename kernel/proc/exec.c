/* kernel/proc/exec.c: a process takes up another program.
 *
 * The new address space is built beside the old one, which goes away only when
 * nothing can fail any more. */
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
#include "proc/proc.h"
#include "proc/sleep.h"
#include "proc/space.h"

#define BIN "/bin/"
#define STACK_MAX (64UL << 20) /* bytes of stack that an ELF may ask for */
#define STACK_ALIGN 16
#define SEGMENTS_MAX 64
#define LOAD_MAX (256UL << 10) /* bytes at a time, then others get a turn */
#define SCRIPTS_MAX 4          /* scripts that are each other's interpreters */
#define FILE_LEN (sizeof(BIN) + PATH_LEN)

int exec_args_init(struct exec_args *args)
{
	*args = (struct exec_args){ .page = kalloc() };
	return args->page != NULL ? 0 : -ENOMEM;
}

void exec_args_free(struct exec_args *args)
{
	kfree(args->page);
}

uint64 exec_args_room(const struct exec_args *args)
{
	/* The pointers: those so far, this one's, and two NULLs. */
	uint64 pointers = args->argc + args->envc + 3;
	uint64 taken = args->used + pointers * sizeof(uint64) + 2 * STACK_ALIGN;

	return taken < ARGS_SIZE ? ARGS_SIZE - taken : 0;
}

int exec_args_add(struct exec_args *args, const char *string)
{
	uint64 size = strlen(string) + 1;

	if (size > exec_args_room(args))
		return -E2BIG;
	memcpy(args->page + args->used, string, size);
	args->used += size;
	args->argc++;
	return 0;
}

/* Exactly n bytes of the file; -ENOEXEC when it has not that many. */
static int read_exact(struct inode *inode, void *dst, uint64 n, uint64 offset)
	REQUIRES(inode->lock)
{
	struct uio uio = uio_kernel(dst, n);
	long count = inode_read(inode, &uio, offset);

	if (count < 0)
		return (int)count;
	return (uint64)count == n ? 0 : -ENOEXEC;
}

static int read_header(struct inode *inode, struct elf_header *header)
	REQUIRES(inode->lock)
{
	int error = read_exact(inode, header, sizeof(*header), 0);

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
		rights |= PTE_R; /* Sv39 has no pages that are W but not R */
	if (segment->flags & ELF_W)
		rights |= PTE_W;
	if (segment->flags & ELF_X)
		rights |= PTE_X;
	return rights;
}

/* Let others use the hart and the file. */
static int give_way_unlocked(struct inode *inode) REQUIRES(inode->lock)
{
	inode_unlock(inode);
	int error = give_way();

	inode_lock(inode);
	return error;
}

/* The part of a segment that comes from the file, page by page. */
static int load_bytes(struct uvm *uvm, struct inode *inode,
		      const struct elf_segment *segment) REQUIRES(inode->lock)
{
	uint64 done = 0, pause = LOAD_MAX;

	while (done < segment->filesz) {
		uint64 va = segment->vaddr + done;
		uint64 n = MIN(segment->filesz - done, PGSIZE - va % PGSIZE);
		char *page = uvm_page(uvm, va);
		int error = read_exact(inode, page + va % PGSIZE, n,
				       segment->offset + done);

		done += n;
		if (error == 0 && done >= pause) {
			error = give_way_unlocked(inode);
			pause += LOAD_MAX;
		}
		if (error != 0)
			return error;
	}
	return 0;
}

/* Without the file's lock, so that others may change the file meanwhile: it is
 * read anew for each page that comes from it. */
static int make_pages(struct uvm *uvm, struct inode *inode, uint64 start,
		      uint64 end, uint64 rights) REQUIRES(inode->lock)
{
	if (end - start <= LOAD_MAX)
		return uvm_alloc(uvm, start, end, rights);
	inode_unlock(inode);
	int error = space_alloc(uvm, start, end, rights);

	inode_lock(inode);
	return error;
}

/* `*top` is where the last segment ended: they go upwards, as the standard
 * asks, so that the work is bounded by the memory that there is. */
static int load_segment(struct uvm *uvm, struct inode *inode,
			const struct elf_segment *segment, uint64 *top)
	REQUIRES(inode->lock)
{
	uint64 start = segment->vaddr, end = start + segment->memsz;

	if (segment->memsz == 0)
		return 0;
	if (segment->filesz > segment->memsz || end < start || end > USER_TOP ||
	    start < *top)
		return -ENOEXEC;
	*top = end;

	int error = make_pages(uvm, inode, ROUND_DOWN(start, PGSIZE),
			       ROUND_UP(end, PGSIZE), rights_of(segment));

	return error != 0 ? error : load_bytes(uvm, inode, segment);
}

/* All segments; *stack_bytes is what the file asks for, a page if it does not
 * say. */
static int load_segments(struct uvm *uvm, struct inode *inode,
			 const struct elf_header *header, uint64 *stack_bytes)
	REQUIRES(inode->lock)
{
	struct elf_segment segment;
	uint64 top = 0;
	int error = header->phnum <= SEGMENTS_MAX ? 0 : -ENOEXEC;

	*stack_bytes = PGSIZE;
	for (uint64 i = 0; i < header->phnum && error == 0; i++) {
		error = read_exact(inode, &segment, sizeof(segment),
				   header->phoff + i * sizeof(segment));
		if (error != 0)
			break;
		if (segment.type == ELF_LOAD)
			error = load_segment(uvm, inode, &segment, &top);
		if (segment.type == ELF_GNU_STACK && segment.memsz != 0)
			*stack_bytes = segment.memsz;
	}
	return error;
}

/* The gap, then the stack, then the heap. */
static int make_stack(struct uvm *uvm, uint64 bytes)
{
	uint64 bottom = ROUND_UP(uvm->brk, PGSIZE) + STACK_GAP;

	if (bytes > STACK_MAX)
		return -ENOMEM;

	uint64 top = bottom + ROUND_UP(bytes, PGSIZE);

	if (top > USER_TOP)
		return -ENOMEM;

	int error = space_alloc(uvm, bottom, top, PTE_R | PTE_W);

	uvm->guard = bottom - STACK_GAP;
	uvm->heap = top;
	return error;
}

static int load_program(struct uvm *uvm, struct inode *inode, uint64 *entry,
			uint64 *stack_bytes) REQUIRES(inode->lock)
{
	struct elf_header header;

	if (inode->type != T_FILE)
		return -EACCES;

	int error = read_header(inode, &header);

	if (error == 0)
		error = load_segments(uvm, inode, &header, stack_bytes);
	if (error != 0)
		return error;
	*entry = header.entry;
	if (*entry >= uvm->brk || uvm_page(uvm, *entry) == NULL)
		return -ENOEXEC;
	return 0;
}

/* Pointers to `count` strings, and behind them a NULL, for the array there;
 * both move behind what they have. The stack is zero, and so is the NULL. */
static int push_pointers(struct uvm *uvm, const struct exec_args *args,
			 uint64 count, uint64 strings, uint64 *offset,
			 uint64 *array)
{
	int error = 0;

	for (uint64 i = 0; i < count && error == 0; i++) {
		uint64 address = strings + *offset;

		error = copyout(uvm, *array, &address, sizeof(address));
		*array += sizeof(address);
		*offset += strlen(args->page + *offset) + 1;
	}
	*array += sizeof(uint64);
	return error;
}

/* Strings, and below them argv and behind that the environment, at the top of
 * the new stack. Returns the new stack pointer, which is argv; copyout can fail
 * for want of memory only. */
static int push_args(struct uvm *uvm, const struct exec_args *args, uint64 *sp)
{
	uint64 strings = uvm->heap - ROUND_UP(args->used, STACK_ALIGN);
	uint64 pointers = args->argc + args->envc + 2, offset = 0;
	uint64 array =
		ROUND_DOWN(strings - pointers * sizeof(uint64), STACK_ALIGN);
	int error = copyout(uvm, strings, args->page, args->used);

	*sp = array;
	if (error == 0)
		error = push_pointers(uvm, args, args->argc, strings, &offset,
				      &array);
	if (error == 0)
		error = push_pointers(uvm, args, args->envc, strings, &offset,
				      &array);
	return error;
}

/* For programs that name others without a path, as the shell does, and those
 * written for a system that has all programs in one directory. `file` becomes
 * the path that it was found by. */
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

/* Nothing can fail any more: leave the old program. */
static void commit(struct proc *p, struct uvm *uvm, const char *path,
		   uint64 entry, uint64 sp, uint64 argc)
{
	struct uvm *old = p->uvm;

	spin_acquire(&tree_lock);
	p->uvm = uvm;
	set_name(p, path);
	spin_release(&tree_lock);
	uvm_use(uvm);
	if (old != NULL)
		space_drop(old);
	fpu_reset(p);
	*p->frame = (struct trapframe){
		.pc = entry, .sp = sp, .a0 = argc, .a1 = sp
	};
}

/* On its own, so that what it needs of the stack is not also proc_exec()'s. */
static __attribute__((noinline)) int
exec_inode(struct inode *inode, const char *path, const struct exec_args *args)
{
	uint64 entry, stack_bytes, sp;
	struct uvm *uvm = uvm_create();

	if (uvm == NULL)
		return -ENOMEM;
	inode_lock(inode);
	int error = load_program(uvm, inode, &entry, &stack_bytes);
	inode_unlock(inode);
	if (error == 0)
		error = make_stack(uvm, stack_bytes);
	if (error == 0)
		error = push_args(uvm, args, &sp);
	if (error != 0) {
		space_drop(uvm);
		return error;
	}
	commit(current(), uvm, path, entry, sp, args->argc);
	return 0;
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
