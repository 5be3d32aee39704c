/* user/lib/getopt.h: options on the command line. */
#pragma once

extern int optind;   /* the first argument that is no option */
extern char *optarg; /* the value of the option just returned */

/* The next option letter; -1 after the last one. `letters` are those known; one
 * with a ':' behind it takes a value, in the same argument or the next one. For
 * any other it prints a message and returns '?'. "--" ends the options. */
int getopt(int argc, char **argv, const char *letters);
