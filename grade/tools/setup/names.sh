#!/bin/sh
# grade/tools/setup/names.sh: say in one sentence why make would stumble over a
# name of a file or folder; print nothing where all is well. It runs in the
# root.

# Sorts and classes are by bytes.
LC_ALL=C
export LC_ALL

plain() {
	tr -d '\001-\037\177'
}

# The path becomes a line of JSON and of make.
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

# make takes a name with a blank for two names, and the shell expands some other
# names. Files that are handed in have no such names either.
odd=$(find kernel user mkfs -name '*.[cS]' ! -name '.*' \
	-path '*[!A-Za-z0-9_./-]*' 2>/dev/null | sort | head -n 1 | plain)
[ -z "$odd" ] ||
	printf '%s: %s\n' "$odd" "a source file's name may have only ASCII \
letters, digits, and _ . -: rename this one or remove it"
