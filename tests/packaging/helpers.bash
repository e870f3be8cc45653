# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by automake
# A temporary root, $root, with stand-ins for programs, and the script that
# packages call when they are installed and removed.
#
#   setup_root             in setup(): $root with capruntime and runc
#   make_program PATH...   makes executable stand-ins in it
#   write PATH             writes standard input to a file in it
#   hook STAGE             runs package-hook for $root
#
# $confdir, $bindir and $rundir are those of this build, absolute.

bats_require_minimum_version 1.5.0
umask 022

setup_root() {
	hook=$builddir/packaging/package-hook
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root"
	eval "$(grep -E '^(bindir|confdir|rundir)=' "$hook")"
	link=$confdir/runtimes/capruntime
	make_program "$bindir/capruntime" /usr/sbin/runc
}

make_program() { # PATH...
	local path

	for path; do
		mkdir -p "$root${path%/*}"
		printf '#!/bin/sh\necho "%s"\n' "$path" >"$root$path"
		chmod 755 "$root$path"
	done
}

write() { # PATH
	mkdir -p "$root${1%/*}"
	cat >"$root$1"
}

make_link() { # PATH TARGET
	mkdir -p "$root${1%/*}"
	ln -sfn "$2" "$root$1"
}

hook() { # STAGE
	sh "$hook" --root "$root" "$@"
}
