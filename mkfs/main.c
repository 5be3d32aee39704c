/* mkfs/main.c: make a disk image that contains files, or check one. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsck.h"
#include "image.h"

static const char usage[] =
	"usage: mkfs [-b BLOCKS] [-i INODES] [-j JOURNAL_BLOCKS] IMAGE "
	"ITEM...\n"
	"       mkfs -c [-y] IMAGE    check that an image is sound; -y: repair "
	"it\n"
	"an ITEM is one of\n"
	"  /PATH=FILE         a file with the contents of FILE\n"
	"  /PATH/             a directory\n"
	"  /PATH:MAJOR,MINOR  a device\n";

void die(const char *fmt, ...)
{
	va_list args;

	fputs("mkfs: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* Parse a number of at most `max` that ends before the byte `end`. */
static uint32 number(const char *text, char end, uint32 max)
{
	char *behind;
	unsigned long n = strtoul(text, &behind, 10);

	if (*text < '0' || *text > '9' || *behind != end || n > max)
		die("%s: not a number from 0 to %u", text, max);
	return (uint32)n;
}

static void add_device(const char *path, const char *numbers)
{
	const char *comma = strchr(numbers, ',');

	if (comma == NULL)
		die("%s:%s: not MAJOR,MINOR", path, numbers);
	image_add_device(path, (uint16)number(numbers, ',', 0xffff),
			 (uint16)number(comma + 1, '\0', 0xffff));
}

/* Add what the item describes. Splits the string in two. */
static void add_item(char *item)
{
	char *mark;

	if (item[0] != '/')
		die("%s: an item starts with /", item);
	if ((mark = strchr(item, '=')) != NULL) {
		*mark = '\0';
		image_add_file(item, mark + 1);
	} else if ((mark = strchr(item, ':')) != NULL) {
		*mark = '\0';
		add_device(item, mark + 1);
	} else if (item[strlen(item) - 1] == '/') {
		image_add_directory(item);
	} else {
		die("%s: neither /PATH=FILE nor /PATH/ nor "
		    "/PATH:MAJOR,MINOR",
		    item);
	}
}

int main(int argc, char **argv)
{
	uint32 nblocks = 16384, ninodes = 2048;
	uint32 journal_blocks = 1 + JOURNAL_SLOTS_MAX;
	bool checks = false, repairs = false;
	int option;

	while ((option = getopt(argc, argv, "b:ci:j:y")) != -1) {
		if (option == 'b')
			nblocks = number(optarg, '\0', NBLOCKS_MAX);
		else if (option == 'c')
			checks = true;
		else if (option == 'y')
			repairs = true;
		else if (option == 'i')
			ninodes = number(optarg, '\0', INODES_MAX);
		else if (option == 'j')
			journal_blocks =
				number(optarg, '\0', 1 + JOURNAL_SLOTS_MAX);
		else
			goto usage;
	}
	if (optind == argc || (checks && optind + 1 < argc) ||
	    (repairs && !checks))
		goto usage;
	if (checks)
		return fsck(argv[optind], repairs) ? 0 : 1;
	image_init(nblocks, ninodes, journal_blocks);
	for (int i = optind + 1; i < argc; i++)
		add_item(argv[i]);
	struct image image = image_finish();

	image_write(&image, argv[optind]);
	return 0;

usage:
	fputs(usage, stderr);
	return 2;
}
