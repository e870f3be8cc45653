#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Times depend on the machine. The instructions and the system calls depend only
# on the build, which must be one that instructions.txt has.

load ../need

bats_require_minimum_version 1.5.0

setup() {
	require_root
	require_programs readelf strace unshare valgrind
	run -0 "$srcdir/tests/bench/instructions" "$CAPRUNTIME_BUILT"
	echo "$output"
	[ "${#lines[@]}" -gt 1 ] ||
		skip "instructions.txt does not have this build: $output"
}

@test "no call executes 5 % more instructions than instructions.txt says" {
	local name now recorded grown=() calls=0

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

# The names in the first column of the numbered tables of docs/benchmarks.md.
documented() { # TABLE...
	awk -v tables=" $* " -F '|' '
		/^## / { inside = $0 == "## The system calls" }
		!inside { next }
		/^\| \| why \|$/ { table++ }
		index(tables, " " table " ") {
			count = split($2, part, "`")
			for (i = 2; i <= count; i += 2)
				if (part[i] ~ /^[a-z][a-z0-9_]*$/) print part[i]
		}' "$srcdir/docs/benchmarks.md" |
		grep -vxE 'create|fsync' | # no system call; not on a tmpfs
		LC_ALL=C sort -u | paste -sd ' '
}

@test "docs/benchmarks.md has the system calls of each call" {
	local name calls wanted

	run -0 "$srcdir/tests/bench/system-calls" "$CAPRUNTIME_BUILT"
	[ "${#lines[@]}" -eq 6 ]
	while read -r name calls; do
		case $name in
		state) wanted=$(documented 1) ;;
		exec) wanted=$(documented 1 2) ;;
		exec-with-link) wanted=$(documented 1 2 3) ;;
		create-0-rules) wanted=$(documented 1 4) ;;
		create-1-rules) wanted=$(documented 1 4 5) ;;
		create-*) wanted=$(documented 1 4 5 6) ;;
		esac
		printf '%s\n  %s\n  documented:\n  %s\n' "$name" "$calls" \
			"$wanted"
		[ "$calls" = "$wanted" ]
	done <<<"$output"
}
