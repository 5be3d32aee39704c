#!/bin/sh
# grade/tools/setup/names.sh: print one sentence if make cannot handle the name
# of a file or folder, and nothing if all is well. It runs in the root.

# Sorting and character classes go by bytes.
LC_ALL=C
export LC_ALL

plain() {
	tr -d '\001-\037\177'
}

# The path is written into a line of JSON and of a makefile.
here=$(printf '%sx' "$PWD" | plain)
if [ "$here" != "${PWD}x" ]; then
	echo "the path of this folder has a line break or another control" \
		"character: rename the folder"
	exit
fi

if ! [ -d "${TMPDIR:-/tmp}" ] || ! [ -w "${TMPDIR:-/tmp}" ]; then
	printf '%s\n' "TMPDIR=${TMPDIR:-/tmp}: no such folder, or you may not \
write to it" | plain
	exit
fi

# make takes a name with a space for two names, and the shell expands some
# other characters. Submissions may not contain such names either.
odd=$(find kernel user mkfs -name '*.[cS]' ! -name '.*' \
	-path '*[!A-Za-z0-9_./-]*' 2>/dev/null | sort | head -n 1 | plain)
[ -z "$odd" ] ||
	printf '%s: %s\n' "$odd" "a source file's name may have only ASCII \
letters, digits, and _ . -: rename this one or remove it"
