#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# Each supported Debian with nothing installed: the README's two commands in
# order; then the demo and the tests of real containers with the release's own
# kernel and its CRIU, in a virtual machine; and the tarball of static programs.
# Takes hours.

load helpers

demo_and_check() { # RELEASE
	setup_release "$1"
	quickstart demo
	expect_demo
	quickstart check
	expect_tests 1000
}

demo_and_containers_in_machine() { # RELEASE
	require_programs qemu-system-x86_64 mke2fs
	setup_release "$1"
	quickstart demo
	# shellcheck disable=SC2016 # make's variables
	quickstart check 'check_PROGRAMS=$(HELPERS)' check_LIBRARIES= TESTS=
	machine in "$dir" apt-get install -qy --no-install-recommends criu \
		>"$dir/log" 2>&1 || fail_with_log
	machine boot "$dir" 9000 sh -c 'cd /capruntime && ./quickstart demo &&
		./quickstart check "check_PROGRAMS=\$(HELPERS)" \
			check_LIBRARIES= "TESTS=\$(RUNTIME_TESTS) \
				tests/runtime/examples.bats \
				tests/runtime/seccomp.bats"' \
		>"$dir/log" 2>&1 || fail_with_log
	expect_demo
	expect_tests 100
	grep '^PASS: .*checkpoints.bats .* not restored unless a rule permits' \
		"$dir/log"
}

@test "Debian 12: demo, then check, where nothing was installed" {
	demo_and_check bookworm
}

@test "Debian 13: demo, then check, where nothing was installed" {
	demo_and_check trixie
}

@test "Debian testing: demo, then check, where nothing was installed" {
	demo_and_check forky
}

@test "Debian 12's kernel: the demo and real containers" {
	demo_and_containers_in_machine bookworm
}

@test "Debian 13's kernel: the demo and real containers" {
	demo_and_containers_in_machine trixie
}

@test "Debian testing's kernel: the demo and real containers" {
	demo_and_containers_in_machine forky
}

@test "the static tarball works in each Debian, with its runc" {
	"$srcdir/tools/build-tarball" "$DIST" "$BATS_TEST_TMPDIR/tarball"
	for release in bookworm trixie forky; do
		dir=$BATS_TEST_TMPDIR/$release
		machine fresh "$release" "$builddir/releases" "$dir"
		tar -xJf "$BATS_TEST_TMPDIR"/tarball/*.tar.xz -C "$dir/root"
		machine in "$dir" sh -ec 'apt-get update -q
			apt-get install -qy --no-install-recommends runc
			/capruntime-*/install.sh
			capctl check
			capctl doctor --probe' >"$dir/log" 2>&1 || fail_with_log
		grep '^comparisons: 31, differences: 0$' "$dir/log"
	done
}
