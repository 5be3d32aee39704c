/* user/lib/getopt.h: parse command-line options. */
#pragma once

extern int optind;   /* index of the first argument after the options */
extern char *optarg; /* the value of the option just returned */

/* Return the next option letter, or -1 after the last one. `letters` lists the
 * known letters; one followed by a ':' takes a value, in the same argument or
 * the next one. For an unknown letter this prints a message and returns '?'.
 * "--" ends the options. */
int getopt(int argc, char **argv, const char *letters);
