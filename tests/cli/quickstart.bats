#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # for the stand-ins; make sets srcdir
# ./quickstart on a machine with nothing installed: stand-ins for dpkg, apt,
# configure and make record their calls in $log.

bats_require_minimum_version 1.5.0

setup() {
	work=$BATS_TEST_TMPDIR/tree
	bin=$BATS_TEST_TMPDIR/bin
	mkdir -p "$work" "$bin"
	cp "$srcdir/quickstart" "$work"
	export log=$BATS_TEST_TMPDIR/log database=$BATS_TEST_TMPDIR/database
	touch "$log" "$database"
	stand_in id 'echo 0'
	stand_in dpkg-query 'for package in "${@:4}"; do
			grep "^installed $package " "$database" || found=1
		done | if [[ $3 != *Package* ]]; then cut -d " " -f 1; else cat; fi'
	stand_in apt-get 'printf "%s %s\n" "${0##*/}" "$1" >>"$log"
		[ "$1" != install ] ||
			printf "installed %s 1\n" "${@:4}" >>"$database"'
	stand_in make 'echo "make tools=${TEST_TOOLS_REQUIRED-} ${*:5}" >>"$log"
		exit "${make_status-0}"'
	stand_in configure 'echo "${0##*/} $*" >>"$log"
		[ "$0" -ef config.status ] || cp "$0" config.status'
	mv "$bin/configure" "$work"
}

stand_in() { # NAME SCRIPT
	printf '#!/usr/bin/env bash\n%s\n' "$2" >"$bin/$1"
	chmod +x "$bin/$1"
}

# The demo stops where it would run the programs that it built.
quickstart() { # WORD...
	: >"$log"
	(cd "$work" && PATH=$bin:$PATH ./quickstart "$@")
}

configured() { grep '^config' "$log"; }

@test "check after demo installs what was missing and configures again" {
	! make_status=1 quickstart demo || return 1
	grep -qx 'apt-get install' "$log"
	grep -q '^installed busybox-static 1$' "$database"
	! grep -q '^installed bats ' "$database" || return 1
	[ "$(configured)" = 'configure --quiet' ]
	quickstart check
	grep -q '^installed bats 1$' "$database"
	configured | grep -qx 'config.status --recheck'
}

@test "if nothing changed, nothing is installed or configured" {
	quickstart check
	quickstart check
	! configured || return 1
	! grep -q apt-get "$log" || return 1
}

@test "another version of a package configures again" {
	quickstart check
	sed -i 's/^installed bats 1$/installed bats 2/' "$database"
	quickstart check
	! grep -q apt-get "$log" || return 1
	configured | grep -qx 'config.status --recheck'
}

@test "a program that is missing fails the test that needs it" {
	quickstart check
	grep -qx 'make tools=1 check VERBOSE=1' "$log"
	# shellcheck source=/dev/null
	source "$srcdir/tests/need.bash"
	TEST_TOOLS_REQUIRED=1 run -1 require_programs sh no-such-program
	[ "$output" = 'no no-such-program, which quickstart installs' ]
	TEST_TOOLS_REQUIRED=1 run -1 require_python no_such_module
	[ "$output" = 'no python3 with no_such_module, which quickstart installs' ]
}

@test "more words of check are make's" {
	quickstart check TESTS=tests/cli/policyd.bats
	grep -qx 'make tools=1 check VERBOSE=1 TESTS=tests/cli/policyd.bats' "$log"
}
