#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Times depend on the machine, but the number of instructions does not.

load ../need

bats_require_minimum_version 1.5.0

setup() {
	[ "$(id -u)" = 0 ] || skip 'not root'
	require_programs readelf unshare valgrind
}

@test "no call executes 5 % more instructions than instructions.txt says" {
	local name now recorded grown=() calls=0

	run -0 "$srcdir/tests/bench/instructions" "$CAPRUNTIME_BUILT"
	echo "$output"
	[ "${#lines[@]}" -gt 1 ] ||
		skip "instructions.txt does not have this build: $output"
	while read -r name now recorded; do
		calls=$((calls + 1))
		[ $((now * 100)) -le $((recorded * 105)) ] || grown+=("$name")
	done < <(printf '%s\n' "${lines[@]:1}")
	[ "$calls" -eq 6 ]
	[ "${#grown[@]}" -eq 0 ] || {
		echo "grown: ${grown[*]}; if that is needed: make instructions"
		return 1
	}
}
