#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # make sets srcdir
# The table of machines that 'make vm-check' writes for docs/engines.md.

load helpers

setup() { cd "$BATS_TEST_TMPDIR" || return; }

write_log() { # FILE LINE...
	local file=$1
	shift
	printf 'boot: machine: %s: %s\r\n' release "$file" | tr -d '\r' >"$file"
	printf 'machine: kernel: 6.1\nmachine: init: plain\nmachine: LSM: none\n' \
		>>"$file"
	printf '%s\n' "$@" >>"$file"
}

row_of() { # FILE: result
	"$srcdir/tests/vm/table" "$@" | awk -F ' \\| ' '/^\| [^rD-]/ { print $8 }'
}

@test "a machine whose tests pass says how many, and what was skipped" {
	write_log one 1..3 'ok 1 a' 'ok 2 b # skip no such kernel' 'ok 3 c'
	[ "$(row_of one)" = '2 passed, 1 skipped' ]
	"$srcdir/tests/vm/table" one |
		grep -x '\* skipped, one, plain, none: no such kernel (1)'
}

@test "a machine that failed, stopped or did not boot says so" {
	write_log failed 1..2 'ok 1 a' 'not ok 2 b'
	write_log stopped 1..3 'ok 1 a'
	write_log dark
	run row_of failed stopped dark
	[ "$output" = $'1 passed, FAILED\n1 passed, FAILED\n0 passed, FAILED' ]
	[ "$(row_of dark)" = '0 passed, FAILED' ]
}

@test "each machine has its own row, and none is counted for the next" {
	write_log one 1..2 'ok 1 a' 'ok 2 b'
	write_log two 1..1 'ok 1 a'
	[ "$(row_of one two)" = $'2 passed\n1 passed' ]
}

@test "docs/engines.md has the table, and no machine in it failed" {
	run -0 sed -n '/^<!-- make vm-check -->$/,/^<!-- end -->$/p' \
		"$srcdir/docs/engines.md"
	[ "$(grep -c '^| .* passed' <<<"$output")" -ge 6 ]
	[[ "$output" != *FAILED* ]]
}
