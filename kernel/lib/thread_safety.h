/* kernel/lib/thread_safety.h: locking contracts that clang checks.
 *
 * `make lint` compiles with -Wthread-safety; for gcc these macros are empty. */
#pragma once

#ifdef __clang__
#define TS_ATTRIBUTE(x) __attribute__((x))
#else
#define TS_ATTRIBUTE(x)
#endif

#define CAPABILITY(name) TS_ATTRIBUTE(capability(name))
#define ACQUIRES(...) TS_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASES(...) TS_ATTRIBUTE(release_capability(__VA_ARGS__))
#define TRY_ACQUIRES(...) TS_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define REQUIRES(...) TS_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) TS_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define UNCHECKED_LOCKING TS_ATTRIBUTE(no_thread_safety_analysis)
