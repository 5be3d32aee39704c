#!/bin/sh
# grade/tools/make/silent.sh COMMAND...: run a compiler for WERROR=1. It fails
# if it prints anything, such as a warning.

said=$("$@" 2>&1)
status=$?
[ -n "$said" ] || exit $status
printf '%s\n' "$said" >&2
exit 1
