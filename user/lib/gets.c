/* user/lib/gets.c: a line of standard input, for programs written for xv6. */

#include "sys.h"

char *gets(char *buf, int size);

/* At most size - 1 bytes, through the newline, and a NUL. Byte by byte, because
 * what follows the line belongs to whoever reads next. */
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
