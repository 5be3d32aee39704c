/* user/lib/xv6.c: functions that only programs written for xv6 use; see
 * user/compat/user/user.h. */

#include "sys.h"

char *gets(char *buf, int size);
int pause(int ticks);
void *sbrklazy(long bytes);

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

/* xv6's name for sleep() since 2025. */
int pause(int ticks)
{
	return sleep(ticks);
}

/* Memory that need not be there before it is used. */
void *sbrklazy(long bytes)
{
	return sbrk(bytes);
}
