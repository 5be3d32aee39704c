#!/bin/sh
# grade/tools/setup/setup.sh: install what goals of make need and this machine
# lacks.
#
# usage: setup.sh [GOAL...]   as in grade/tools/setup/goals; the default is
# everything that is used often. If nothing is missing, it ends at once and
# does not need root.

here=$(dirname "$0")
. "$here/find.sh"
log=

say() {
	echo "setup: $*"
}

die() {
	say "$@"
	exit 1
}

# ---- what is missing ---------------------------------------------------------

# Set `missing`, and `reasons` for tools that exist but cannot be used.
look() {
	missing= reasons= modules= with_python=
	for need in $needs; do
		case $need in
		python) with_python=1 ;;
		python.*)
			with_python=1
			modules="$modules ${need#python.}"
			;;
		*) look_for "${need#+}" || lacks "$need" ;;
		esac
	done
	[ -z "$with_python" ] || look_for_python
}

lacks() {
	[ -z "$named" ] || die "$why"
	[ -z "$why" ] || reasons="$reasons$why
"
	missing="$missing $1"
}

# If no Python has all modules, install what the system's Python lacks.
look_for_python() {
	# shellcheck disable=SC2086
	find_python $modules && return
	[ -z "$named" ] || { python_has "$PYTHON" &&
		uses_packages "$PYTHON"; } || die "$why"
	system=${PYTHON:-$SYSTEM_PYTHON}
	named=
	python_has "$system" || lacks python
	for module in $modules; do
		python_has "$system" "$module" || lacks "python.$module"
	done
}

# Check that this Python imports modules from the system's packages.
uses_packages() {
	"$1" -c 'import sys
sys.exit("/usr/lib" not in {path[:8] for path in sys.path
                            if path.endswith("-packages")})' 2>/dev/null
}

# ---- packages ----------------------------------------------------------------

find_manager() {
	column=0
	for manager in apt-get dnf pacman brew; do
		column=$((column + 1))
		have $manager && return
	done
	manager=
}

# packages_of NEED: print the packages that are not installed yet.
packages_of() {
	for word in $(field_of "${1#+}" $column); do
		[ "$word" = - ] && continue
		word=$(first_known "$word")
		is_installed "$word" || echo "$word"
	done
}

# first_known a/b: print the first package that this system knows.
first_known() {
	for name in $(echo "$1" | tr / ' '); do
		[ "$name" != "$1" ] || break
		apt-cache show "$name" 2>/dev/null | grep -q . && break
	done
	echo "$name"
}

is_installed() {
	case $manager in
	apt-get) dpkg-query -W -f '${Status}' "$1" 2>/dev/null |
		grep -q 'ok installed' ;;
	dnf) rpm -q "$1" ;;
	pacman) pacman -Q "$1" ;;
	brew) brew list "$1" ;;
	esac >/dev/null 2>&1
}

as_root() {
	if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

run_manager() {
	case $manager in
	apt-get) as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" ;;
	*) as_root $manager "$@" ;;
	esac >>"$log" 2>&1 </dev/null
}

install() {
	case $manager in
	apt-get) run_manager install -y --no-install-recommends "$@" ;;
	dnf) run_manager install -y "$@" ;;
	pacman) run_manager -S --needed --noconfirm "$@" ;;
	brew) run_manager install "$@" ;;
	esac
}

update_lists() {
	[ "$manager" != apt-get ] || run_manager update
}

# Install all at once. If that fails, install them one by one, so that a
# package that cannot be installed does not block the others.
install_all() {
	say "installing with $manager: $*"
	install "$@" && return
	update_lists && install "$@" && return
	[ $# = 1 ] || for package; do
		install "$package"
	done
}

# install_missing: return 1 if there is nothing to install.
install_missing() {
	packages=$(for need in $missing; do
		packages_of "$need"
	done | sort -u)
	[ -n "$packages" ] || return
	if [ "$manager" != brew ] && [ "$(id -u)" != 0 ] && ! have sudo; then
		# shellcheck disable=SC2086
		die "not root, and there is no sudo: as root, install" $packages
	fi
	# shellcheck disable=SC2086
	install_all $packages
}

# ---- main --------------------------------------------------------------------

main() {
	[ $# -gt 0 ] || set -- everything
	needs=$(needs_of "$@" | sort -u)
	find_manager
	look
	if [ -z "$missing" ]; then
		say "nothing is missing"
		return
	fi
	log=$(mktemp) || exit
	trap 'rm -f "$log"' EXIT
	[ "$manager" != apt-get ] ||
		[ -n "$(set +f; ls /var/lib/apt/lists/*_Packages* 2>/dev/null)" ] ||
		update_lists
	install_missing
	look
	# A system's gcc may be too old, and its clang new enough.
	case " $missing " in
	*" compiler "*)
		missing="$missing llvm"
		install_missing
		look
		;;
	esac
	report
}

# Say what is still missing, and why.
report() {
	status=0
	for need in $missing; do
		tell "$need"
	done
	[ -z "$reasons" ] || printf '%s' "$reasons" | sed 's/^/setup: /'
	if [ $status != 0 ] && [ -s "$log" ]; then
		say "the last words of $manager:"
		grep -v '^$' "$log" | tail -n 6 | sed 's/^/  /'
	fi
	[ $status = 0 ] && say "done"
	return $status
}

tell() {
	what=$(what_is "${1#+}")
	packages=$(packages_of "$1")
	if [ -n "$packages" ]; then
		# shellcheck disable=SC2116,SC2086
		problem="could not install $(echo $packages)"
	elif [ -z "$manager" ]; then
		problem="no package manager found (apt, dnf, pacman, brew)"
	elif [ "$(field_of "${1#+}" $column)" = - ]; then
		problem="$manager has no package for it"
	else
		problem="its packages are installed, but it cannot be used"
	fi
	case $1 in
	+*) say "without $what, which is not needed: $problem" ;;
	*)
		say "missing: $what: $problem"
		status=1
		;;
	esac
}

main "$@"
