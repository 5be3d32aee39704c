#!/bin/sh
# grade/tools/setup/probe.sh: find the tools that goals of make need, or say
# what to do.
#
# usage: probe.sh GOAL...            as in grade/tools/setup/goals
#        probe.sh --needs NEED...    as in grade/tools/setup/packages
# The environment may name tools: see find.sh. Prints one line: "ok NAME=VALUE
# ...", or "error" and one sentence. The Makefile reads it first of all.

here=$(dirname "$0")
. "$here/find.sh"

fail() {
	echo "error $*"
	exit 0
}

missing=
modules=
add_missing() {
	missing="$missing${missing:+, }$(what_is "$1")"
}

probe() {
	case $1 in
	+*) ;;
	python) with_python=1 ;;
	python.*)
		with_python=1
		modules="$modules ${1#python.}"
		;;
	*)
		look_for "$1" || {
			[ -z "$why" ] || fail "$why"
			add_missing "$1"
		}
		;;
	esac
}

# One Python must have all modules.
probe_python() {
	# shellcheck disable=SC2086
	find_python $modules && return
	[ -z "$why" ] || fail "$why"
	missing="$missing${missing:+, }Python $(echo "$PYTHON_AT_LEAST" |
		tr -d ' ' | tr , .) or later${modules:+ with}$modules"
}

if [ "$1" = --needs ]; then
	shift
	needs=$*
	set -- test
else
	needs=$(needs_of "$@" | sort -u)
fi
if [ -n "$needs" ]; then
	mkdir -p build 2>/dev/null && [ -w build ] ||
		fail "cannot write to $(pwd)/build"
fi
for need in $needs; do
	probe "$need"
done
[ -z "$with_python" ] || probe_python
[ -z "$missing" ] ||
	fail "missing: $missing. 'make setup${*:+ $*}${LLVM:+ LLVM=1}' installs it"
[ -n "$LLVM" ] && MARCH=$LLVM_MARCH || MARCH=$GCC_MARCH
echo "ok PREFIX=$TOOLPREFIX LLVM=$LLVM MARCH=$MARCH PYTHON=$PYTHON GDB=$GDB"
