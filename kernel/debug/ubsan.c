/* kernel/debug/ubsan.c: DEBUG: report undefined behaviour of C when it happens.
 *
 * The compiler checks arithmetic, indices and pointers (-fsanitize in the
 * Makefile) and calls a function in this file if one is wrong. gcc and clang
 * define the names and the structs. */
#ifdef DEBUG
#include "lib/panic.h"
#include "lib/types.h"

#define NUMBER_LEN 24

#define TYPE_INTEGER 0
#define TYPE_SIGNED 1

struct type {
	uint16 kind; /* TYPE_INTEGER, or something else */
	uint16 info; /* of an integer: TYPE_SIGNED | 2 * log2 of its bits */
	char name[]; /* in quotes */
};

struct place {
	const char *file;
	uint32 line, column;
};

/* What the compiler passes to a handler. */
struct mistake {
	struct place place;
	const struct type *type;
	const struct type *right; /* of the second operand, if any */
};

struct pointer_mistake {
	struct place place;
	const struct type *type;
	uint8 log2_alignment;
	uint8 use; /* index in pointer_uses */
};

static const char *const pointer_uses[] = { "load from", "store to",
					    "reference to", "member of" };

/* Panic, naming the place in the source. */
#define WRONG(data, fmt, ...)                                                  \
	panic("%s:%u:%u: undefined: " fmt, (data)->place.file,                 \
	      (data)->place.line, (data)->place.column, ##__VA_ARGS__)

/* A function that the compiler calls. It does not return. */
#define HANDLER(name, ...)                                                     \
	void __ubsan_handle_##name(__VA_ARGS__) __attribute__((noreturn));     \
	void __ubsan_handle_##name(__VA_ARGS__)

/* Format a value of the given type into `text`. */
static const char *show(char *text, const struct type *type, uint64 value)
{
	uint32 unused = 64 - MIN(64, 1U << (type->info >> 1));

	if (type->kind != TYPE_INTEGER)
		ksnprintf(text, NUMBER_LEN, "0x%lx", value);
	else if (type->info & TYPE_SIGNED)
		ksnprintf(text, NUMBER_LEN, "%ld",
			  (int64)(value << unused) >> unused);
	else
		ksnprintf(text, NUMBER_LEN, "%lu", value);
	return text;
}

static void wrong_result(const struct mistake *data, uint64 left,
			 const char *sign, uint64 right)
	__attribute__((noreturn));
static void wrong_result(const struct mistake *data, uint64 left,
			 const char *sign, uint64 right)
{
	char l[NUMBER_LEN], r[NUMBER_LEN];

	WRONG(data, "%s %s %s as %s", show(l, data->type, left), sign,
	      show(r, data->type, right), data->type->name);
}

HANDLER(add_overflow, const struct mistake *data, uint64 left, uint64 right)
{
	wrong_result(data, left, "+", right);
}

HANDLER(sub_overflow, const struct mistake *data, uint64 left, uint64 right)
{
	wrong_result(data, left, "-", right);
}

HANDLER(mul_overflow, const struct mistake *data, uint64 left, uint64 right)
{
	wrong_result(data, left, "*", right);
}

HANDLER(divrem_overflow, const struct mistake *data, uint64 left, uint64 right)
{
	wrong_result(data, left, "/", right);
}

HANDLER(negate_overflow, const struct mistake *data, uint64 value)
{
	wrong_result(data, 0, "-", value);
}

HANDLER(shift_out_of_bounds, const struct mistake *data, uint64 value,
	uint64 count)
{
	char v[NUMBER_LEN], c[NUMBER_LEN];

	WRONG(data, "%s of %s shifted by %s", show(v, data->type, value),
	      data->type->name, show(c, data->right, count));
}

HANDLER(out_of_bounds, const struct mistake *data, uint64 index)
{
	char i[NUMBER_LEN];

	WRONG(data, "index %s in %s", show(i, data->right, index),
	      data->type->name);
}

/* A bool or an enum. */
HANDLER(load_invalid_value, const struct mistake *data, uint64 value)
{
	WRONG(data, "%lu is no %s", value, data->type->name);
}

HANDLER(type_mismatch_v1, const struct pointer_mistake *data, uint64 address)
{
	const char *use = data->use < ARRAY_LEN(pointer_uses)
				  ? pointer_uses[data->use]
				  : "use of";
	const char *why = "past the end of what is there";

	if (address == 0)
		why = "no object";
	else if (address % (1UL << data->log2_alignment) != 0)
		why = "not aligned";
	WRONG(data, "%s 0x%lx as %s: %s", use, address, data->type->name, why);
}

HANDLER(pointer_overflow, const struct mistake *data, uint64 base,
	uint64 result)
{
	WRONG(data, "0x%lx is taken as a pointer into what is at 0x%lx", result,
	      base);
}

HANDLER(builtin_unreachable, const struct mistake *data)
{
	WRONG(data, "reached code that was declared unreachable");
}

HANDLER(invalid_builtin, const struct mistake *data)
{
	WRONG(data, "bits of 0 counted");
}
#endif
