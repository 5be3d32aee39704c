/* user/test/usertests/main.c: test the kernel from inside programs. */

#include "tests.h"

static const struct test_group groups[] = {
	{ "library", library_tests, false },
	{ "pointer", pointer_tests, false },
	{ "argument", argument_tests, false },
	{ "memory", memory_tests, false },
	{ "memory", border_tests, false },
	{ "process", process_tests, false },
	{ "process", end_tests, false },
	{ "process", stretch_tests, false },
	{ "state", state_tests, false },
	{ "state", child_tests, false },
	{ "exec", exec_tests, false },
	{ "exec", script_tests, false },
	{ "exec", fresh_tests, false },
	{ "pipe", pipe_tests, false },
	{ "file", file_tests, false },
	{ "file", bigfile_tests, false },
	{ "directory", directory_tests, false },
	{ "name", name_tests, false },
	{ "crowd", crowd_tests, false },
	{ "turns", turn_tests, false },
	{ "sizes", size_tests, false },
	{ "nomem", nomem_tests, false },
	{ "nomem", nomem_file_tests, false },
	{ "cow", cow_sharing_tests, false },
	{ "cow", cow_isolation_tests, false },
	{ "cow", cow_copies_tests, false },
	{ "cow", cow_rights_tests, false },
	{ "cow", cow_memory_tests, false },
	{ "cow", cow_races_tests, false },
	{ "cow", cow_fences_tests, false },
	{ "cow", cow_leaks_tests, false },
	{ "cow", cow_cost_tests, false },
	{ "lazy", lazy_heap_tests, false },
	{ "lazy", lazy_region_tests, false },
	{ "lazy", lazy_zero_tests, false },
	{ "lazy", lazy_program_tests, false },
	{ "lazy", lazy_promise_tests, false },
	{ "lazy", lazy_text_tests, false },
	{ "lazy", lazy_mmap_tests, false },
	{ "lazy", lazy_munmap_tests, false },
	{ "lazy", lazy_protect_tests, false },
	{ "lazy", lazy_vfork_tests, false },
	{ "lazy", lazy_spawn_tests, false },
	{ "lazy", lazy_mapped_tests, false },
	{ "lazy", lazy_fetch_tests, false },
	{ "slow", slow_tests, true },
	{ "large", large_tests, true },
	{ NULL, NULL, false },
};

int main(int argc, char **argv)
{
	return tests_main(groups, argc, argv);
}
