/* user/test/cowtest.c: run only the copy-on-write tests of usertests. */

#include "calf.h"

int main(int argc, char **argv)
{
	char **args = xmalloc(((size_t)argc + 3) * sizeof(*args));
	int n = 0;

	args[n++] = argc > 0 ? argv[0] : "cowtest";
	args[n++] = "-g";
	args[n++] = "cow";
	for (int i = 1; i < argc; i++)
		args[n++] = argv[i];
	args[n] = NULL;
	exec("/bin/usertests", args);
	err(1, "/bin/usertests");
}
