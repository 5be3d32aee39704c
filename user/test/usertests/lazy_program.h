/* user/test/usertests/lazy_program.h: small programs in assembly, for tests of
 * what a new program begins with. */
#pragma once

#include "tests.h"

#define CODE_AT PGSIZE

/* Define NAME_start and NAME_end, the code of a program. */
#define PROGRAM(name, code, ...)                                               \
	extern const char name##_start[], name##_end[];                        \
	static void name(void) __attribute__((used, noinline));                \
	static void name(void)                                                 \
	{                                                                      \
		__asm__ volatile(".option push\n"                              \
				 ".option norelax\n" #name "_start:\n" code    \
				 "li a0, 0\n"                                  \
				 "li a7, %[exit]\n"                            \
				 "ecall\n"                                     \
				 "1: li a0, 1\n"                               \
				 "li a7, %[exit]\n"                            \
				 "ecall\n"                                     \
				 "2: .ascii \"fail 1\"\n"                      \
				 "3: .ascii \"fail 0\"\n" #name "_end:\n"      \
				 ".option pop"                                 \
				 :                                             \
				 : [exit] "i"(SYS_exit), __VA_ARGS__);         \
	}

/* Run the file "program" in a child, with these files as 0 and 1, and perhaps
 * an argument. Returns its pid. */
int start_program(int in, int out, char *argument);
