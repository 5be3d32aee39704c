#!/bin/sh
# grade/tools/probe.sh: find the tools that a build needs, or say what to do.
#
# usage: probe.sh NEED...   compiler, qemu, gdb, python, pytest, git, lint.
# The environment may name tools: TOOLPREFIX, LLVM, HOSTCC, QEMU, GDB, PYTHON.
# Prints one line: "ok PREFIX=... MARCH=... PYTHON=... GDB=...", or "error" and
# one sentence. The Makefile reads it before it starts anything.

MARCH=rv64imac_zicsr_zifencei
QEMU_AT_LEAST=7.2
missing=

have() {
	command -v "$1" >/dev/null 2>&1
}

fail() {
	echo "error $*"
	exit 0
}

miss() {
	missing="$missing${missing:+, }$1"
}

# Does "$@" compile for the kernel?
compiles() {
	dir=$(mktemp -d) || fail "cannot make a temporary directory"
	echo '__asm__("csrr a0, time; fence.i");' >"$dir/x.c"
	"$@" -mabi=lp64 -mcmodel=medany -ffreestanding -c -o "$dir/x.o" \
		"$dir/x.c" >/dev/null 2>&1
	result=$?
	rm -rf "$dir"
	return $result
}

find_gcc() {
	if [ -z "${TOOLPREFIX+set}" ] || [ -z "$TOOLPREFIX" ]; then
		for prefix in riscv64-linux-gnu- riscv64-unknown-elf- riscv64-elf-; do
			if have "${prefix}gcc" && have "${prefix}ld"; then
				TOOLPREFIX=$prefix
				break
			fi
		done
	fi
	if [ -z "$TOOLPREFIX" ]; then
		miss "a RISC-V gcc (riscv64-linux-gnu-gcc)"
		return
	fi
	for tool in gcc ld ar nm strip; do
		have "$TOOLPREFIX$tool" ||
			fail "TOOLPREFIX=$TOOLPREFIX: no $TOOLPREFIX$tool on PATH"
	done
	compiles "${TOOLPREFIX}gcc" "-march=$MARCH" ||
		fail "${TOOLPREFIX}gcc cannot compile for -march=$MARCH:" \
			"use gcc 12 or later, or 'make LLVM=1'"
}

need_tools() {
	for tool; do
		have "$tool" || miss "$tool"
	done
	[ -z "$missing" ]
}

find_llvm() {
	need_tools clang ld.lld llvm-ar llvm-nm llvm-strip || return
	# Before clang 17, rv64imac has the two extensions in it, unnamed.
	for MARCH in $MARCH rv64imac; do
		compiles clang --target=riscv64-unknown-elf "-march=$MARCH" && return
	done
	fail "clang cannot compile for riscv64: use clang 14 or later"
}

find_host_compiler() {
	have "${HOSTCC:=cc}" || miss "a C compiler for this machine ($HOSTCC)"
}

find_compiler() {
	find_host_compiler
	if [ -n "$LLVM" ]; then
		find_llvm
	else
		find_gcc
	fi
}

find_qemu() {
	: "${QEMU:=qemu-system-riscv64}"
	if ! have "$QEMU"; then
		miss "QEMU ($QEMU)"
		return
	fi
	"$QEMU" -machine help 2>/dev/null | grep -q "^virt " ||
		fail "QEMU=$QEMU: has no machine called virt: is it" \
			"qemu-system-riscv64?"
	version=$("$QEMU" --version 2>/dev/null |
		sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
	[ -n "$version" ] || fail "$QEMU --version does not tell its version"
	oldest=$(printf '%s\n' "$version" $QEMU_AT_LEAST |
		sort -t. -k1,1n -k2,2n | head -n 1)
	[ "$oldest" = $QEMU_AT_LEAST ] ||
		fail "$QEMU is version $version: Calf needs QEMU" \
			"$QEMU_AT_LEAST or later"
}

# The first Python that imports what "$1" says.
find_python() {
	for python in ${PYTHON:-python3 /usr/bin/python3}; do
		if "$python" -c "import sys; sys.version_info >= (3, 8) or exit(1)
$1" >/dev/null 2>&1; then
			PYTHON=$python
			return
		fi
	done
	if [ -n "$PYTHON" ]; then
		fail "PYTHON=$PYTHON is not Python 3.8 or later, or cannot: $1"
	fi
	miss "$2"
}

# One that knows RISC-V and has a Python. An old one ends with status 0 whatever
# happens.
find_gdb() {
	for gdb in ${GDB:-gdb-multiarch riscv64-unknown-elf-gdb \
		riscv64-elf-gdb riscv64-linux-gnu-gdb gdb}; do
		"$gdb" -nx -batch -ex "python
gdb.execute('set architecture riscv:rv64')
print('usable')" 2>/dev/null | grep -q usable || continue
		GDB=$gdb
		return
	done
	[ -z "$GDB" ] ||
		fail "GDB=$GDB: not there, or without RISC-V or Python"
	miss "a gdb that knows RISC-V and Python (gdb-multiarch)"
}

for need; do
	case $need in
	compiler) find_compiler ;;
	qemu) find_qemu ;;
	gdb) find_gdb ;;
	python) find_python "" "Python 3.8 or later" ;;
	pytest) find_python "import pytest, pexpect, xdist" \
		"Python with pytest, pexpect and pytest-xdist" ;;
	git) have git || miss "git" ;;
	lint)
		find_host_compiler
		find_gcc
		need_tools clang-format
		find_llvm
		find_python "import pyflakes" "Python with pyflakes"
		;;
	esac
done
[ -z "$missing" ] || fail "missing: $missing. 'make setup' installs it"
echo "ok PREFIX=$TOOLPREFIX MARCH=$MARCH PYTHON=$PYTHON GDB=$GDB"
