# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # make sets DIST and the rest
# The tarball $DIST in a Debian with nothing installed. $dir/root is the root,
# with the tarball in /capruntime, without files that a clone does not have.

load ../need

bats_require_minimum_version 1.5.0

machine() { "$srcdir/tests/vm/machine" "$@" 3>&- 4>&-; }

setup_release() { # RELEASE [DIRECTORY]
	require_root
	require_programs debootstrap
	dir=${2-$BATS_TEST_TMPDIR}
	machine fresh "$1" "$builddir/releases" "$dir"
	unpack
}

unpack() {
	mkdir "$dir/root/capruntime"
	tar -xf "$DIST" -C "$dir/root/capruntime" --strip-components 1 \
		--no-same-owner --no-same-permissions
	rm "$dir/root/capruntime/configure"
}

# Shows the output if it fails.
quickstart() { # WORD...
	printf '$ ./quickstart %s\n' "$*"
	machine in "$dir" sh -c 'cd /capruntime && exec ./quickstart "$@"' \
		sh "$@" >"$dir/log" 2>&1 || fail_with_log
}

fail_with_log() {
	awk '/^(ERROR|E): / { print }
		/^not ok / { left = 60 }
		!/^(not ok |FAIL: |#)/ { left = 0 }
		left-- > 0' "$dir/log"
	tail -n 60 "$dir/log"
	return 1
}

expect_demo() { grep -q '^== Only with the policy does uid 1000 hold' "$dir/log"; }

# No test file was skipped as a whole, and at least this number passed.
expect_tests() { # AT-LEAST
	[ "$(sed -n 's/^# PASS: *//p' "$dir/log" | tail -n 1)" -ge "$1" ]
	! grep -E '^SKIP: [^ ]*\.bats - ' "$dir/log" |
		grep -v 'shared is missing' || return 1
}
