/* user/bin/sh/glob.c: expand * and ? to names of files. */

#include "dir.h"
#include "sh.h"
#include "sort.h"

/* Whether the pattern from `i` to `end` fits the name. If the part after the
 * last star does not fit, let the star match one more byte. */
static bool fits(const struct pattern *pattern, size_t i, size_t end,
		 const char *name)
{
	size_t star = end;
	const char *star_name = name;

	while (*name != '\0') {
		bool is_active = i < end && pattern->active[i];

		if (is_active && pattern->text[i] == '*') {
			star = i++;
			star_name = name;
		} else if (i < end &&
			   (is_active || pattern->text[i] == *name)) {
			i++;
			name++;
		} else if (star < end) {
			i = star + 1;
			name = ++star_name;
		} else {
			return false;
		}
	}
	while (i < end && pattern->active[i] && pattern->text[i] == '*')
		i++;
	return i == end;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static char *copy(const char *name)
{
	return strcpy(arena_alloc(strlen(name) + 1), name);
}

/* The names in the directory `path` that fit, sorted. Names that begin with a
 * dot fit only if the pattern begins with a dot. */
static struct names fitting(const char *path, const struct pattern *pattern,
			    size_t start, size_t end)
{
	struct names found = { .count = 0 };
	struct dir dir;
	const char *name;

	if (dir_open(&dir, *path == '\0' ? "." : path) < 0)
		return found;
	while ((name = dir_next(&dir)) != NULL) {
		if (name[0] == '.' && pattern->text[start] != '.')
			continue;
		if (fits(pattern, start, end, name))
			names_add(&found, copy(name));
	}
	dir_close(&dir);
	sort_pointers((void **)found.list, found.count, compare_names);
	return found;
}

/* A path that ends with a slash must be a directory. */
static bool exists(const char *path, size_t length)
{
	struct stat st;

	return stat(path, &st) == 0 &&
	       (st.type == T_DIR || path[length - 1] != '/');
}

/* Add all files whose path begins with path[0 .. length - 1] and then fits the
 * pattern from `start`. */
static void walk(struct names *names, const struct pattern *pattern,
		 size_t start, char *path, size_t length)
{
	while (pattern->text[start] == '/' && length + 1 < PATH_LEN) {
		path[length++] = '/';
		start++;
	}
	if (pattern->text[start] == '/')
		return; /* the path would be too long */
	path[length] = '\0';
	if (pattern->text[start] == '\0') {
		if (exists(path, length))
			names_add(names, copy(path));
		return;
	}

	size_t end = start;
	bool has_active = false;

	for (; pattern->text[end] != '/' && pattern->text[end] != '\0'; end++)
		has_active |= pattern->active[end];
	if (!has_active) {
		if (length + (end - start) >= PATH_LEN)
			return;
		memcpy(path + length, pattern->text + start, end - start);
		walk(names, pattern, end, path, length + (end - start));
		return;
	}

	struct names found = fitting(path, pattern, start, end);

	for (size_t i = 0; i < found.count; i++) {
		size_t n = strlen(found.list[i]);

		if (length + n >= PATH_LEN)
			continue;
		memcpy(path + length, found.list[i], n);
		walk(names, pattern, end, path, length + n);
	}
}

bool glob(struct names *names, const struct pattern *pattern)
{
	char path[PATH_LEN];
	size_t before = names->count;

	walk(names, pattern, 0, path, 0);
	return names->count > before;
}
