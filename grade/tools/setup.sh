#!/bin/sh
# grade/tools/setup.sh: install what is missing of grade/tools/packages.
#
# usage: setup.sh [GOAL...]   what these goals of make need; all without any.
# Nothing missing: ends at once, and needs no root.

here=$(dirname "$0")
log=build/setup.log
PATH=$PATH:/usr/sbin:/sbin

say() {
	echo "setup: $*"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

riscv_gcc() {
	have riscv64-linux-gnu-gcc || have riscv64-unknown-elf-gcc ||
		have riscv64-elf-gcc
}

riscv_gdb() {
	have gdb-multiarch || have riscv64-unknown-elf-gdb ||
		have riscv64-elf-gdb || have riscv64-linux-gnu-gdb ||
		gdb -nx -batch -ex "set architecture riscv:rv64" \
			>/dev/null 2>&1
}

# One Python must have them all, see find_python in probe.sh.
python_has() {
	for python in ${PYTHON:-python3 /usr/bin/python3}; do
		"$python" -c "import $1" >/dev/null 2>&1 && return
	done
	return 1
}

# Which parts of the list the goals need.
groups_of() {
	[ $# -gt 0 ] || set -- grade lint course gdb
	groups=" build "
	for goal; do
		case $goal in
		qemu | run | view | handin) groups="$groups qemu " ;;
		grade) groups="$groups qemu grade " ;;
		gdb | gdb-server) groups="$groups qemu gdb " ;;
		course) groups="$groups qemu grade course " ;;
		lint) groups="$groups qemu lint git " ;;
		view_page) groups="$groups qemu grade view_page " ;;
		series | bench | mutants | variants)
			groups="$groups qemu grade git " ;;
		bench-docs) groups="$groups qemu grade " ;;
		handout | gradescope | mutants-docs | series-*)
			groups="$groups qemu git " ;;
		esac
	done
}

find_manager() {
	for manager in apt-get dnf pacman brew; do
		have $manager && return
	done
	manager=
}

# The missing lines of the list, as `packages|why`.
list_missing() {
	grep -v '^#' "$here/packages" | sed 's/ *| */|/g' |
	while IFS='|' read -r group test apt dnf pacman brew why; do
		case $groups in
		*" $group "*) ;;
		*) continue ;;
		esac
		$test && continue
		case $manager in
		apt-get) packages=$apt ;;
		dnf) packages=$dnf ;;
		pacman) packages=$pacman ;;
		brew) packages=$brew ;;
		*) packages=- ;;
		esac
		echo "$packages|$why|$test"
	done
}

as_root() {
	if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

update_lists() {
	[ "$manager" != apt-get ] ||
		as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get update >>$log 2>&1 </dev/null
}

# Of `a/b`, the first that this system knows.
choose() {
	for word; do
		case $word in
		*/*)
			for name in $(echo "$word" | tr / ' '); do
				apt-cache show "$name" >/dev/null 2>&1 && break
			done
			echo "$name"
			;;
		*) echo "$word" ;;
		esac
	done
}

install() {
	case $manager in
	apt-get)
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install \
			-y --no-install-recommends "$@"
		;;
	dnf) as_root dnf install -y "$@" ;;
	pacman) as_root pacman -S --needed --noconfirm "$@" ;;
	brew) brew install "$@" ;;
	esac >>$log 2>&1 </dev/null
}

# All at once; if that fails, one by one, so that one that is not to be had
# keeps no other away.
install_all() {
	say "installing with $manager: $(choose "$@" | xargs)"
	# shellcheck disable=SC2046
	install $(choose "$@") && return
	update_lists
	# shellcheck disable=SC2046
	install $(choose "$@") && return
	for package; do
		install "$(choose "$package")"
	done
}

main() {
	groups_of "$@"
	find_manager
	missing=$(list_missing)
	[ -n "$missing" ] || {
		say "nothing is missing"
		return 0
	}
	wanted=$(echo "$missing" | cut -d'|' -f1 | tr ' ' '\n' |
		grep -v '^-$' | sort -u)
	if [ -n "$wanted" ] && [ "$(id -u)" != 0 ] && [ "$manager" != brew ] &&
		! have sudo; then
		say "not root, and no sudo here: have root install" \
			"$(echo "$wanted" | xargs)"
		return 1
	fi
	if [ -n "$wanted" ]; then
		mkdir -p build
		: >$log
		[ "$manager" != apt-get ] ||
			[ -n "$(ls /var/lib/apt/lists/*_Packages* 2>/dev/null)" ] ||
			update_lists
		# shellcheck disable=SC2086
		install_all $wanted
	fi
	report
}

# Say what is missing still, and why that matters.
report() {
	missing=$(list_missing)
	[ -n "$missing" ] || {
		say "done"
		return 0
	}
	echo "$missing" | while IFS='|' read -r packages why test; do
		case $packages in
		-) say "cannot install: ${test#* }" \
			"(${manager:-no package manager found}), needed for: $why" ;;
		*) say "could not install: $packages, needed for: $why" \
			"(see $log)" ;;
		esac
	done
	return 1
}

main "$@"
