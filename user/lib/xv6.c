/* user/lib/xv6.c: functions that only programs written for xv6 use
 * (user/compat/user/user.h). */

#include "sys.h"

char *gets(char *buf, int size);
int pause(int ticks);
void *sbrklazy(long bytes);

/* Read a line, at most size - 1 bytes, and add a NUL. Read byte by byte,
 * because the bytes after the line are for the next reader. */
char *gets(char *buf, int size)
{
	int n = 0;

	while (n + 1 < size && read(0, &buf[n], 1) == 1) {
		if (buf[n] == '\n' || buf[n] == '\r') {
			n++;
			break;
		}
		n++;
	}
	buf[n] = '\0';
	return buf;
}

/* xv6's name for sleep() since 2025. */
int pause(int ticks)
{
	return sleep(ticks);
}

/* In xv6 this allocates memory lazily. */
void *sbrklazy(long bytes)
{
	return sbrk(bytes);
}
