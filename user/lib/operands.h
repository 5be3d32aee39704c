/* user/lib/operands.h: the parts of main() that several programs share. */
#pragma once

/* "FILE... DIR", or "FROM TO": act on each file with the path that it goes to.
 * `act` returns 0, or 1 after a message. Returns the exit status. */
int act_towards_last(int argc, char **argv, const char *synopsis,
		     int (*act)(const char *from, const char *to));

/* "[-n LINES] [FILE]...", with -LINES for short: act on each file, with a title
 * above if there are several, or on standard input. */
int act_on_lines(int argc, char **argv, const char *synopsis,
		 int (*act)(int fd, const char *name, long lines));
