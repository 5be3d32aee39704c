#!/bin/sh
# user/link.sh: link a program with the library.
#
# usage: NM=... OBJCOPY=... LINK=... link.sh OUT LIBRARY OBJECT...
#
# A name that the program defines is the program's own, even if the library also
# has it. The library goes on using its own, renamed in a copy of the library.
# Otherwise a program whose strncmp() takes other arguments would break the
# library's strstr(), if it linked at all.

set -e

out=$1
library=$2
shift 2

trap 'rm -f "$out.names" "$out.a"' EXIT
# Names that both the program and the library define.
eval "$NM"' -g --defined-only "$@" "$library"' |
	awk 'NF == 3 && seen[$3]++ == 1 { print $3 " library." $3 }' \
		>"$out.names"
if [ -s "$out.names" ]; then
	eval "$OBJCOPY"' --redefine-syms="$out.names" "$library" "$out.a"'
	library=$out.a
fi
eval "$LINK"' -o "$out" "$@" "$library"'
