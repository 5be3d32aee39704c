/* user/lib/operands.h: command lines that several programs have in common. */
#pragma once

/* For "FILE... DIR" or "FROM TO": call `act` for each file, with its new path.
 * `act` returns 0, or 1 after printing a message. Returns the exit status. */
int act_towards_last(int argc, char **argv, const char *synopsis,
		     int (*act)(const char *from, const char *to));

/* For "[-n LINES] [FILE]...", or "-LINES" for short: call `act` for each file,
 * with a title if there are several, or for standard input. */
int act_on_lines(int argc, char **argv, const char *synopsis,
		 int (*act)(int fd, const char *name, long lines));
