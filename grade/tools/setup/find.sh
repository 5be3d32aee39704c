# grade/tools/setup/find.sh: find out what a goal needs, and what this machine
# has. probe.sh and setup.sh both use it, so that they agree.
#
# The environment may name tools: TOOLPREFIX, LLVM, HOSTCC, QEMU, GDB, PYTHON.

PYTHON_AT_LEAST="3, 9"
QEMU_AT_LEAST=7.2
# Before gcc 11 and clang 17, rv64imac contains the two extensions.
MARCHES="rv64imac_zicsr_zifencei rv64imac"
# Where Debian, Fedora and Arch install it. A test sets another place.
SYSTEM_PYTHON=${SYSTEM_PYTHON:-/usr/bin/python3}
PREFIXES="riscv64-linux-gnu- riscv64-unknown-elf- riscv64-elf-
	riscv64-none-elf- riscv64-unknown-linux-gnu- riscv64-linux-musl-
	riscv64-unknown-linux-musl- riscv64-suse-linux- riscv-none-elf-"
GDBS="gdb-multiarch riscv64-unknown-elf-gdb riscv64-elf-gdb
	riscv64-none-elf-gdb riscv64-linux-gnu-gdb
	riscv64-unknown-linux-gnu-gdb riscv-none-elf-gdb gdb"

# Some tools, such as debootstrap, are only on root's PATH.
PATH=$PATH:/usr/sbin:/sbin
# The output of tools is parsed below.
LC_ALL=C
export LC_ALL
set -f

have() {
	command -v "$1" >/dev/null 2>&1
}

# brief COMMAND...: run a tool for a limited time. Where there is no timeout
# (macOS), the time is not limited.
brief() {
	if have timeout; then
		timeout -k 1 "${PROBE_SECONDS:-60}" "$@"
	else
		"$@"
	fi
}

# ---- the list of needs -------------------------------------------------------

# needs_of GOAL...: print one need on each line, some of them more than once.
needs_of() {
	for goal; do
		for need in $(goal_line "$goal"); do
			case $need in
			@*) needs_of "${need#@}" ;;
			compiler) [ -n "$LLVM" ] && echo llvm || echo compiler ;;
			*) echo "$need" ;;
			esac
		done
	done
}

goal_line() {
	while IFS=: read -r goals needs; do
		case " $goals " in
		"# "* | " #"*) ;;
		*" $1 "* | " * ")
			echo "$needs"
			return
			;;
		esac
	done <"$here/goals"
}

# field_of NEED COLUMN: print a column of the file packages.
field_of() {
	sed -n "s/^$1 | //p" "$here/packages" | cut -d'|' -f"$2" |
		sed 's/^ *//; s/ *$//'
}

what_is() {
	field_of "$1" 5
}

# ---- looking for tools -------------------------------------------------------

# look_for NEED: return 0 and set the variables of the need, or return 1. Then
# `why` is a sentence if there is such a tool but it cannot be used, and
# `named` is not empty if the user has named it, so that no other one will do.
look_for() {
	why= named=
	case $1 in
	compiler | gcc | llvm | hostcc | qemu | gdb) "find_$1" ;;
	python) find_python ;;
	python.*) find_python "${1#python.}" ;;
	git) brief git --version >/dev/null 2>&1 ;;
	# The program of that name in moreutils is a different one.
	parallel) brief parallel --version 2>/dev/null </dev/null | grep -q GNU ;;
	*) have "$1" ;;
	esac
}

# unusable SENTENCE...: keep the first reason.
unusable() {
	why=${why:-$*}
	return 1
}

# is_one_word NAME VALUE: refuse a value that make would split.
is_one_word() {
	case $2 in
	*[!A-Za-z0-9_./+,:@%~=-]*) unusable "$1=$2: a name with a space or" \
		"another special character cannot be used; name a link to it" ;;
	esac
}

# builds LINKER COMPILER...: check that they can build the kernel, and set the
# march that they understand.
builds() {
	linker=$1
	shift
	dir=$(mktemp -d) || return 1
	echo '__asm__("csrr a0, time; fence.i");' >"$dir/x.c"
	for march in $MARCHES; do
		brief "$@" "-march=$march" -mabi=lp64 -mcmodel=medany \
			-ffreestanding -c -o "$dir/x.o" "$dir/x.c" \
			>/dev/null 2>&1 && [ -s "$dir/x.o" ] &&
			brief "$linker" -m elf64lriscv -nostdlib -static -e 0 \
				-o "$dir/x" "$dir/x.o" >/dev/null 2>&1 &&
			[ -s "$dir/x" ] && break
		march=
	done
	rm -rf "$dir"
	[ -n "$march" ]
}

find_gcc() {
	named=$TOOLPREFIX
	[ -z "$named" ] || is_one_word TOOLPREFIX "$named" || return
	for prefix in ${TOOLPREFIX:-$PREFIXES}; do
		[ -n "$named" ] || have "${prefix}gcc" || continue
		has_binutils "$prefix" || continue
		if builds "${prefix}ld" "${prefix}gcc"; then
			TOOLPREFIX=$prefix
			GCC_MARCH=$march
			return
		fi
		unusable "${prefix}gcc $(brief "${prefix}gcc" -dumpversion \
			2>/dev/null) does not" \
			"build for rv64imac_zicsr_zifencei: use gcc 10 or" \
			"later, or clang ('make setup LLVM=1')"
	done
	return 1
}

has_binutils() {
	for tool in gcc ld ar nm objcopy strip; do
		have "$1$tool" || {
			unusable "TOOLPREFIX=$1: there is no $1$tool on PATH"
			return
		}
	done
}

find_llvm() {
	for tool in clang ld.lld llvm-ar llvm-nm llvm-objcopy \
		llvm-strip; do
		have "$tool" || return
	done
	builds ld.lld clang --target=riscv64-unknown-elf ||
		unusable "clang $(brief clang -dumpversion) does not build for" \
			"riscv64: use clang 14 or later" || return
	LLVM_MARCH=$march
}

# Find gcc, or clang if there is no usable gcc.
find_compiler() {
	find_gcc && return
	[ -z "$named" ] && find_llvm && LLVM=1
}

find_hostcc() {
	[ "${HOSTCC:=cc}" = cc ] || named=$HOSTCC
	# HOSTCC may contain options.
	have "${HOSTCC%% *}" || {
		[ -z "$named" ] || unusable "HOSTCC=$HOSTCC: there is no such" \
			"program"
		return 1
	}
	dir=$(mktemp -d) || return
	printf '#include <stdio.h>\nint main(void) { return 0; }\n' >"$dir/x.c"
	brief $HOSTCC -o "$dir/x" "$dir/x.c" >/dev/null 2>&1 &&
		[ -s "$dir/x" ] ||
		unusable "$HOSTCC does not build a program for this machine" \
			"(HOSTCC= names another compiler)"
	status=$?
	rm -rf "$dir"
	return $status
}

find_qemu() {
	[ "${QEMU:=qemu-system-riscv64}" = qemu-system-riscv64 ] || named=$QEMU
	have "$QEMU" || {
		[ -z "$named" ] ||
			unusable "QEMU=$QEMU: there is no such program"
		return 1
	}
	brief "$QEMU" -machine help 2>/dev/null </dev/null | grep -q "^virt " ||
		unusable "QEMU=$QEMU: has no machine called virt: is it" \
			"qemu-system-riscv64?" || return
	version=$(brief "$QEMU" --version 2>/dev/null </dev/null |
		sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
	oldest=$(printf '%s\n' "${version:-0}" $QEMU_AT_LEAST |
		sort -t. -k1,1n -k2,2n | head -n 1)
	[ "$oldest" = $QEMU_AT_LEAST ] ||
		unusable "$QEMU is version ${version:-unknown}: Calf needs" \
			"QEMU $QEMU_AT_LEAST or later (QEMU= names another)"
}

# Find a gdb that knows RISC-V and has Python. Old versions return 0 whatever
# happens.
find_gdb() {
	named=$GDB
	[ -z "$named" ] || is_one_word GDB "$named" || return
	for gdb in ${GDB:-$GDBS}; do
		brief "$gdb" -nx -batch -ex "python
gdb.execute('set architecture riscv:rv64')
print('usable')" 2>/dev/null </dev/null | grep -q usable || continue
		GDB=$gdb
		return
	done
	[ -n "$named" ] || return
	have "$GDB" || unusable "GDB=$GDB: there is no such program" || return
	unusable "GDB=$GDB: does not know RISC-V, or has no Python"
}

# ---- Python ------------------------------------------------------------------

# python_has PYTHON MODULE...: check that it is new enough and imports them
# all.
python_has() {
	interpreter=$1
	shift
	brief "$interpreter" -c "import sys
sys.version_info >= ($PYTHON_AT_LEAST) or sys.exit(1)
for name in sys.argv[1:]:
    __import__(name)
print('usable')" "$@" 2>/dev/null </dev/null | grep -q usable
}

# List each python3 on PATH that make can name, and the system's: a virtualenv
# or pyenv that comes first on PATH may lack the system's packages.
pythons() {
	echo python3
	first=$(command -v python3)
	(
		IFS=:
		for dir in $PATH; do
			[ "$dir/python3" = "$first" ] || [ ! -x "$dir/python3" ] ||
				echo "$dir/python3"
		done
	) | grep -v ' '
	echo "$SYSTEM_PYTHON"
}

# find_python MODULE...: find the first Python that has all of these modules.
find_python() {
	named=$PYTHON
	if [ -n "$named" ]; then
		check_python "$@"
		return
	fi
	for python in $(pythons); do
		python_has "$python" "$@" || continue
		PYTHON=$python
		return
	done
	return 1
}

check_python() {
	is_one_word PYTHON "$PYTHON" || return
	python_has "$PYTHON" "$@" && return
	have "$PYTHON" || unusable "PYTHON=$PYTHON: there is no such program" ||
		return
	python_has "$PYTHON" || unusable "PYTHON=$PYTHON: this is not Python" \
		"$(echo "$PYTHON_AT_LEAST" | tr -d ' ' | tr , .) or later" ||
		return
	lacking=
	for module; do
		python_has "$PYTHON" "$module" ||
			lacking="$lacking${lacking:+, }$module"
	done
	unusable "PYTHON=$PYTHON: it does not have $lacking"
}
