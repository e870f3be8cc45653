#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Every command that a document or a manual page shows is run, in a world of its
# own (tests/documents/world), or tests/documents/table says which test runs it or
# why none can.

load ../cli/helpers

setup() {
	cd "$srcdir" || return
	work=$BATS_TEST_TMPDIR
	export srcdir builddir
}

enter_world() {
	require_root
	require_programs runc crun busybox jq strace setcap bats dpkg-deb
	tests/documents/world true || skip 'the root directory cannot be overlaid here'
}

walk() { # FILE
	enter_world
	tests/documents/world tests/documents/walk "$1"
}

# Commands that tools/make-screens runs again.
screens() { # FILE
	local now=$work/${1##*/}

	enter_world
	tests/documents/world tools/make-screens --container --node "$1" >"$now"
	tests/documents/check screens "$1" "$now"
}

@test "each command is run here, or the table says where, or why it cannot be" {
	local walked

	mapfile -t walked < <(sed -nE 's/^\t(walk|screens) ([^ "$]+)$/\2/p' \
		"$BATS_TEST_FILENAME")
	[ "${#walked[@]}" -ge 14 ]
	tests/documents/check commands "${walked[@]}"
}

@test "the commands of README.md" {
	walk README.md
}

@test "the commands of CONTRIBUTING.md" {
	walk CONTRIBUTING.md
}

@test "the commands of docs/architecture.md" {
	walk docs/architecture.md
}

@test "the commands of docs/debugging.md" {
	walk docs/debugging.md
}

@test "the commands of docs/engines.md" {
	walk docs/engines.md
}

@test "the commands of docs/install.md" {
	walk docs/install.md
}

@test "the commands of docs/permission-denied.md" {
	walk docs/permission-denied.md
}

@test "the commands of docs/robustness.md" {
	walk docs/robustness.md
}

@test "the commands of docs/upgrade.md" {
	walk docs/upgrade.md
}

@test "the commands of examples/README.md" {
	walk examples/README.md
}

@test "the commands of capruntime(8)" {
	walk man/capruntime.8
}

@test "the commands of capruntime-policy(5)" {
	walk man/capruntime-policy.5
}

@test "the commands of docs/capctl.md" {
	screens docs/capctl.md
}

@test "the commands of capctl(8)" {
	screens man/capctl.8
}
