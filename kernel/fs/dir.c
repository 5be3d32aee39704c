/* kernel/fs/dir.c: the entries of a directory. */
#include "fs/dir.h"

#include "abi/errno.h"
#include "fs/journal.h"
#include "fs/map.h"
#include "lib/string.h"

/* ---- searching ---- */

typedef bool (*dirent_test)(const struct dirent *entry, const char *name);

/* Most names differ in the first letter, and comparing that first saves a
 * call. */
static bool is_named(const struct dirent *entry, const char *name)
{
	return entry->inum != 0 && entry->name[0] == name[0] &&
	       strncmp(entry->name, name, NAME_LEN) == 0;
}

static bool is_free(const struct dirent *entry, const char *name)
{
	(void)name;
	return entry->inum == 0;
}

static bool is_other(const struct dirent *entry, const char *name)
{
	(void)name;
	return entry->inum != 0 && !is_named(entry, ".") &&
	       !is_named(entry, "..");
}

/* Find a wanted entry among the n entries of one block. */
static bool search_block(const struct dirent *entries, uint32 n,
			 dirent_test wanted, const char *name, uint32 *index)
{
	for (uint32 i = 0; i < n; i++) {
		if (wanted(&entries[i], name)) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* Find the first wanted entry. Returns 0, -ENOENT, -EIO or -EINTR. A hole in
 * the file has no entries. */
static int search(struct inode *dir, dirent_test wanted, const char *name,
		  struct dir_entry *found) REQUIRES(dir->lock)
{
	for (uint64 at = 0; at < dir->size; at += BLOCK_SIZE) {
		uint64 nbytes = MIN(dir->size - at, BLOCK_SIZE);
		struct buf *buf;
		uint32 block, i;
		int error = map_find(dir, (uint32)(at / BLOCK_SIZE), &block);

		if (error != 0)
			return error;
		if (block == 0)
			continue;
		error = block_get(block, &buf);
		if (error != 0)
			return error;
		const struct dirent *entries = buf->data;
		bool is_here = search_block(entries,
					    (uint32)(nbytes / sizeof(*entries)),
					    wanted, name, &i);

		if (is_here)
			*found = (struct dir_entry){
				.offset = at + i * sizeof(*entries),
				.number = entries[i].inum,
			};
		block_put(buf);
		if (is_here)
			return 0;
		error = give_way();
		if (error != 0)
			return error;
	}
	return -ENOENT;
}

int dir_find(struct inode *dir, const char *name, struct dir_entry *entry)
{
	if (is_synth(dir)) {
		entry->number = synth->find(dir->number, name);
		return entry->number != 0 ? 0 : -ENOENT;
	}
	return search(dir, is_named, name, entry);
}

int dir_open(struct inode *dir, const char *name, struct dir_entry *entry,
	     struct inode **out)
{
	if (dir->nlink == 0)
		return -ENOENT;
	int error = dir_find(dir, name, entry);

	return error != 0 ? error : inode_find(entry->number, out);
}

int dir_check_empty(struct inode *dir)
{
	struct dir_entry entry;
	int error = search(dir, is_other, NULL, &entry);

	if (error == -ENOENT)
		return 0;
	return error == 0 ? -ENOTEMPTY : error;
}

/* ---- changing ---- */

int dir_add(struct inode *dir, const char *name, uint32 number)
{
	struct dirent fresh = { .inum = (uint16)number };
	struct dir_entry place;
	int error = search(dir, is_free, NULL, &place);

	if (error == -ENOENT)
		place.offset = dir->size;
	else if (error != 0)
		return error;
	if (place.offset >= DIR_SIZE_MAX)
		return -ENOSPC;
	memcpy(fresh.name, name, strlen(name));

	struct uio src = uio_kernel(&fresh, sizeof(fresh));
	long n = inode_write(dir, &src, place.offset);

	return n < 0 ? (int)n : 0;
}

/* The block has just been read to find the entry. If reading it again fails,
 * the operation is half done and cannot be completed. */
void dir_set(struct inode *dir, const struct dir_entry *entry, uint32 number)
{
	struct buf *buf;
	uint32 block;
	uint32 index = (uint32)(entry->offset / BLOCK_SIZE);

	if (map_find(dir, index, &block) != 0 || block_get(block, &buf) != 0) {
		journal_fail();
		return;
	}
	if (block_own(buf) != 0) {
		journal_fail();
		goto put;
	}
	struct dirent *there = (struct dirent *)((char *)buf->data +
						 entry->offset % BLOCK_SIZE);

	there->inum = (uint16)number;
	if (number == 0)
		memset(there->name, 0, NAME_LEN);
	journal_write(buf);
put:
	block_put(buf);
}
