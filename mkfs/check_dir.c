/* mkfs/check_dir.c: check directories and the names in them.
 *
 * The check walks the directories from the root. Any name of a directory but
 * the first is dropped, so there are no cycles. An inode that should have a
 * name and has none then gets one in /lost+found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define LOST_FOUND "lost+found"
#define PER_BLOCK (BLOCK_SIZE / sizeof(struct dirent))

static uint32 *nnames; /* by inode: the entries that name it */
static uint32 *parent; /* by inode: for a directory, the one that contains it */
static uint32 *queue;  /* directories that are still to be checked */
static uint32 queue_next, queue_end;
static uint32 lost_found; /* the inode of /lost+found; 0: none yet */

/* ---- the entries of a directory ---- */

static uint32 nentries(uint32 dir)
{
	return (uint32)(inode_at(dir)->size / sizeof(struct dirent));
}

/* The slot of a block of the directory, or NULL if there is no table for it. */
static uint32 *block_slot(uint32 dir, uint32 index)
{
	uint32 *map = inode_at(dir)->map;

	if (index < NDIRECT)
		return &map[index];
	if (map[MAP_INDIRECT] == 0)
		return NULL;
	return (uint32 *)blocks[map[MAP_INDIRECT]] + index - NDIRECT;
}

/* An entry of the directory, or NULL in a hole. */
static struct dirent *entry_at(uint32 dir, uint32 index)
{
	uint32 *slot = block_slot(dir, index / PER_BLOCK);

	if (slot == NULL || *slot == 0)
		return NULL;
	return (struct dirent *)blocks[*slot] + index % PER_BLOCK;
}

/* The same, but fill a hole with a block. NULL if the disk is full. */
static struct dirent *entry_make(uint32 dir, uint32 index)
{
	struct disk_inode *inode = inode_at(dir);

	if (index >= DIR_SIZE_MAX / sizeof(struct dirent))
		return NULL;
	if (index / PER_BLOCK >= NDIRECT && inode->map[MAP_INDIRECT] == 0)
		inode->map[MAP_INDIRECT] = block_take();

	uint32 *slot = block_slot(dir, index / PER_BLOCK);

	if (slot != NULL && *slot == 0)
		*slot = block_take();
	if (entry_at(dir, index) != NULL && index >= nentries(dir))
		inode->size = (index + 1) * sizeof(struct dirent);
	return entry_at(dir, index);
}

static void entry_set(struct dirent *entry, uint32 number, const char *name)
{
	size_t length = strlen(name);

	memset(entry, 0, sizeof(*entry));
	entry->inum = (uint16)number;
	memcpy(entry->name, name, length < NAME_LEN ? length : NAME_LEN);
}

static void entry_clear(struct dirent *entry)
{
	memset(entry, 0, sizeof(*entry));
}

/* Add a name. Returns false if there is no room. */
static bool entry_add(uint32 dir, uint32 number, const char *name)
{
	uint32 index = 2;

	while (index < nentries(dir) && entry_at(dir, index) != NULL &&
	       entry_at(dir, index)->inum != 0)
		index++;
	struct dirent *entry = entry_make(dir, index);

	if (entry != NULL)
		entry_set(entry, number, name);
	return entry != NULL;
}

static bool is_called(const struct dirent *entry, const char *name)
{
	return strncmp(entry->name, name, NAME_LEN) == 0;
}

/* ---- one directory ---- */

static bool is_name(const struct dirent *entry)
{
	int length = (int)strnlen(entry->name, NAME_LEN);

	return length > 0 && memchr(entry->name, '/', (size_t)length) == NULL &&
	       !is_called(entry, ".") && !is_called(entry, "..");
}

/* The reason why an entry is invalid, or NULL. */
static const char *complaint(const struct dirent *entry)
{
	if (!is_name(entry))
		return "bad name";
	if (entry->inum >= super->ninodes || inode_at(entry->inum)->type == 0)
		return "no such inode";
	if (entry->inum == ROOT_INUM)
		return "the root cannot have a name";
	if (parent[entry->inum] != 0)
		return "a directory's second name";
	return NULL;
}

/* The name, with other characters in place of those that cannot be printed. */
static const char *printable(const struct dirent *entry)
{
	static char text[NAME_LEN + 1];

	memcpy(text, entry->name, NAME_LEN);
	for (char *c = text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

static void check_padding(uint32 dir, struct dirent *entry)
{
	size_t length = strnlen(entry->name, NAME_LEN);

	for (size_t i = length; i < NAME_LEN; i++) {
		if (entry->name[i] == '\0')
			continue;
		report("padded", "directory %u: '%s': bad padding", dir,
		       printable(entry));
		memset(entry->name + length, 0, NAME_LEN - length);
	}
}

/* Drop an invalid entry. The first name of a directory claims it. */
static bool check_entry(uint32 dir, struct dirent *entry)
{
	const char *why = complaint(entry);

	if (why != NULL) {
		report("name dropped", "directory %u: '%s' for inode %u: %s",
		       dir, printable(entry), entry->inum, why);
		entry_clear(entry);
		return false;
	}
	check_padding(dir, entry);
	if (inode_at(entry->inum)->type == DIRECTORY)
		parent[entry->inum] = dir;
	return true;
}

/* Make "." and ".." entries 0 and 1. Returns false if there is no room. */
static bool check_dots(uint32 dir)
{
	static const char *const name[] = { ".", ".." };
	const uint32 number[] = { dir, parent[dir] };

	for (uint32 i = 0; i < 2; i++) {
		struct dirent *entry =
			nentries(dir) > i ? entry_at(dir, i) : NULL;

		if (entry != NULL && is_called(entry, name[i]) &&
		    entry->inum == number[i]) {
			check_padding(dir, entry);
			continue;
		}
		entry = entry_make(dir, i);
		report(entry != NULL ? "set" : "no room", "directory %u: no %s",
		       dir, name[i]);
		if (entry == NULL)
			return false;
		entry_set(entry, number[i], name[i]);
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct dirent *one = *(struct dirent *const *)a;
	const struct dirent *other = *(struct dirent *const *)b;
	int order = strncmp(one->name, other->name, NAME_LEN);

	/* Equal names are ordered by their addresses: blocks may be
	 * anywhere. */
	return order != 0 ? order : (one > other) - (one < other);
}

/* Of several entries with the same name, keep the last one. */
static void drop_twins(uint32 dir, struct dirent **entries, uint32 n)
{
	qsort(entries, n, sizeof(struct dirent *), by_name);
	for (uint32 i = 1; i < n; i++) {
		if (!is_called(entries[i - 1], entries[i]->name))
			continue;
		report("first one dropped", "directory %u: two names '%s'", dir,
		       printable(entries[i]));
		parent[entries[i - 1]->inum] = 0;
		entry_clear(entries[i - 1]);
	}
}

static void note_name(uint32 number)
{
	nnames[number]++;
	if (inode_at(number)->type == DIRECTORY)
		queue[queue_end++] = number;
}

/* Drop invalid entries first, so that no sound entry is dropped in favour of an
 * invalid one of the same name. */
static void check_entries(uint32 dir)
{
	struct dirent **entries = check_alloc(nentries(dir), sizeof(*entries));
	uint32 n = 0;

	for (uint32 i = 2; i < nentries(dir); i++) {
		struct dirent *entry = entry_at(dir, i);

		if (entry != NULL && entry->inum != 0 &&
		    check_entry(dir, entry))
			entries[n++] = entry;
	}
	drop_twins(dir, entries, n);
	for (uint32 i = 0; i < n; i++)
		if (entries[i]->inum != 0)
			note_name(entries[i]->inum);
	free(entries);
}

/* Check the directories in the queue, and all that are below them. */
static void check_queue(void)
{
	while (queue_next < queue_end) {
		uint32 dir = queue[queue_next++];

		if (check_dots(dir))
			check_entries(dir);
	}
}

/* ---- inodes without a name ---- */

static bool is_lost(uint32 number)
{
	const struct disk_inode *inode = inode_at(number);

	/* If it has no links, it was removed while open. A mount frees it. */
	return inode->type != 0 && inode->nlink > 0 && nnames[number] == 0;
}

static uint32 find_name(uint32 dir, const char *name)
{
	for (uint32 i = 2; i < nentries(dir); i++)
		if (entry_at(dir, i) != NULL && entry_at(dir, i)->inum != 0 &&
		    is_called(entry_at(dir, i), name))
			return entry_at(dir, i)->inum;
	return 0;
}

static uint32 free_inode(void)
{
	for (uint32 i = ROOT_INUM + 1; i < super->ninodes; i++)
		if (inode_at(i)->type == 0)
			return i;
	return 0;
}

/* Find or make /lost+found. Returns 0 if that is not possible. */
static uint32 lost_found_make(void)
{
	uint32 number = find_name(ROOT_INUM, LOST_FOUND);

	if (number != 0)
		return inode_at(number)->type == DIRECTORY ? number : 0;
	number = free_inode();
	if (number == 0 || !entry_add(ROOT_INUM, number, LOST_FOUND))
		return 0;
	*inode_at(number) =
		(struct disk_inode){ .type = DIRECTORY, .nlink = 1 };
	parent[number] = ROOT_INUM;
	note_name(number);
	report("made", "there is no /" LOST_FOUND);
	check_queue();
	return number;
}

/* The reason why nothing can be put into /lost+found. */
static const char *no_place(void)
{
	uint32 number = find_name(ROOT_INUM, LOST_FOUND);

	if (number != 0 && inode_at(number)->type != DIRECTORY)
		return "cannot get one: /" LOST_FOUND " is not a directory";
	return "cannot get one: no room in /" LOST_FOUND;
}

/* Give the inode a name in /lost+found, and check what is below it. If there is
 * no place for the name, the inode stays as it is until the next check. */
static void save(uint32 number)
{
	char name[NAME_LEN + 1];

	if (lost_found == 0)
		lost_found = lost_found_make();
	snprintf(name, sizeof(name), "#%u", number);
	for (char c = 'a';
	     c <= 'z' && lost_found != 0 && find_name(lost_found, name) != 0;
	     c++)
		snprintf(name, sizeof(name), "#%u%c", number, c);
	if (lost_found == 0 || !entry_add(lost_found, number, name)) {
		report(no_place(), "inode %u: has no name", number);
		return;
	}
	report("now in /" LOST_FOUND, "inode %u: has no name", number);
	if (inode_at(number)->type == DIRECTORY)
		parent[number] = lost_found;
	note_name(number);
	check_queue();
}

/* Mark the inodes in a lost directory. They need no name in /lost+found. */
static void note_below(uint32 dir, bool *is_below)
{
	for (uint32 i = 2; i < nentries(dir); i++) {
		const struct dirent *entry = entry_at(dir, i);

		if (entry != NULL && entry->inum < super->ninodes &&
		    entry->inum != dir)
			is_below[entry->inum] = true;
	}
}

/* Save the directories that are in no other lost one first, then those in
 * cycles, and then files. */
static void save_lost(void)
{
	bool *is_below = check_alloc(super->ninodes, sizeof(*is_below));

	for (uint32 i = ROOT_INUM + 1; i < super->ninodes; i++)
		if (is_lost(i) && inode_at(i)->type == DIRECTORY)
			note_below(i, is_below);
	for (uint32 i = ROOT_INUM + 1; i < super->ninodes; i++)
		if (is_lost(i) && !is_below[i] &&
		    inode_at(i)->type == DIRECTORY)
			save(i);
	for (uint32 i = ROOT_INUM + 1; i < super->ninodes; i++)
		if (is_lost(i) && inode_at(i)->type == DIRECTORY)
			save(i);
	for (uint32 i = ROOT_INUM + 1; i < super->ninodes; i++)
		if (is_lost(i))
			save(i);
	free(is_below);
}

static void count_names(uint32 number)
{
	struct disk_inode *inode = inode_at(number);

	if (inode->type == 0 || is_lost(number) ||
	    (uint32)inode->nlink == nnames[number])
		return;
	report("counted", "inode %u: %d links, but %u names", number,
	       inode->nlink, nnames[number]);
	inode->nlink = (int16)nnames[number];
}

void check_names(void)
{
	nnames = check_alloc(super->ninodes, sizeof(*nnames));
	parent = check_alloc(super->ninodes, sizeof(*parent));
	queue = check_alloc(super->ninodes, sizeof(*queue));
	queue_next = 0;
	queue_end = 0;
	lost_found = 0;
	/* The root has the name "/", which is in no directory. */
	nnames[ROOT_INUM] = 1;
	parent[ROOT_INUM] = ROOT_INUM;
	queue[queue_end++] = ROOT_INUM;
	check_queue();
	save_lost();
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++)
		count_names(i);
}
