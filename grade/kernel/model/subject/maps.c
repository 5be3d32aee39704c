/* grade/kernel/model/subject/maps.c: calls that map memory. */

#include "mman.h"
#include "subject.h"

#define RIGHTS 0xff
#define FLAGS_SHIFT 8
#define OFFSET_SHIFT 32

/* arg[2]: rights, flags and offset, as wire.py packs them. */
long do_mmap(arguments arg)
{
	int flags = (int)(arg[2] >> FLAGS_SHIFT) & 0xffffff;

	return or_error((long)mmap((void *)arg[0], arg[1],
				   (int)(arg[2] & RIGHTS), flags, -1,
				   (long)(arg[2] >> OFFSET_SHIFT)));
}

long do_munmap(arguments arg)
{
	return or_error(munmap((void *)arg[0], arg[1]));
}

long do_mprotect(arguments arg)
{
	return or_error(mprotect((void *)arg[0], arg[1], (int)arg[2]));
}

long do_madvise(arguments arg)
{
	return or_error(madvise((void *)arg[0], arg[1], (int)arg[2]));
}

/* The bytes that all programs together were promised. */
long do_promised(arguments arg)
{
	static const char word[] = "Committed_AS:";
	static char text[1024];
	int fd = open("/proc/meminfo", O_RDONLY);

	(void)arg;
	if (fd < 0)
		return -errno;
	long n = or_error(read(fd, text, sizeof(text) - 1));

	close(fd);
	if (n < 0)
		return n;
	text[n] = '\0';
	for (const char *c = text; *c != '\0'; c++)
		if (memcmp(c, word, sizeof(word) - 1) == 0) {
			c += sizeof(word) - 1;
			while (*c == ' ')
				c++;
			return atoi(c) * 1024L;
		}
	return WRONG;
}
