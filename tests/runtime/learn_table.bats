#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# More rows of the table of tests/bench/learn-table, which take longer. The others:
# learn_programs.bats.

load helpers
load ../cli/capctl_helpers
load learn_programs
load usage_helpers

setup() {
	: "${CAPRUNTIME_TALLY:?learn-table sets it}"
	setup_programs
}
teardown() { teardown_containers; }

@test "named asks for more than it needs, and a proof strikes that" {
	require_programs named
	for name in $RUNTIMES; do
		watch_program "$name" named
		[ "$proved" = "$expected" ]
	done
}

# The container prints how long its task occupies a processor: others use them, too.
time_task() { # TASK WORD...: prints milliseconds
	# shellcheck disable=SC2016 # the container's
	change_config --arg task "$1" '.process.args = ["/bin/bash", "-c",
		"TIMEFORMAT=\"took %3U %3S\"; time { \($task); }"]'
	"${@:2}" </dev/null 2>&1 |
		awk '/^took / { print ($2 + $3) * 1000; found = 1 }
			END { exit !found }'
}

learn_plainly() { learn_bundle --run && echo "$stderr"; }

skip_if_emulated() {
	[ -z "${CAPRUNTIME_EMULATED-}" ] || skip 'the processor is emulated'
}

@test "what tracing costs" {
	local kind task round plain traced

	skip_if_emulated
	use_program_bundle runc shell
	grant_nothing
	while IFS='|' read -r kind task; do
		plain='' traced=''
		for round in 1 2 3 4 5; do
			plain+=$(time_task "$task" capruntime run -b "$bundle" "$id")' '
			traced+=$(time_task "$task" learn_plainly)' '
		done
		printf 'cost\t%s\t%s\t%s\n' "$kind" "$plain" "$traced" \
			>>"$CAPRUNTIME_TALLY"
	done <<-'END'
		computing|head -c 100M /dev/zero | sha256sum >/dev/null
		200 programs|for ((i = 0; i < 200; i++)); do /bin/true; done
		100,000 system calls, and nothing else|dd if=/dev/zero of=/dev/null bs=1 count=50000 2>/dev/null
	END
}

@test "what verify --usage costs" {
	local number=0 count taken
	local TIMEFORMAT='%3U %3S'

	skip_if_emulated
	use_runtime crun
	grant_both
	for count in 1 8 64; do
		while ((number < count)); do
			number=$((number + 1))
			start "c$number" "$idles"
		done
		taken=$({ time verify_usage --for 5s --json >"$work/usage.json" \
			2>/dev/null || :; } 2>&1)
		jq -e --argjson count $count '.usage.complete and
			([.containers[].usage.unused.names | select(length == 2)] |
			length == $count)' "$work/usage.json"
		printf 'usage\t%d\t%d\n' "$count" \
			"$(awk '{ print ($1 + $2) * 1000 }' <<<"$taken")" \
			>>"$CAPRUNTIME_TALLY"
	done
}
