#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Real containers while a system call of capruntime's fails or is the last one:
# each has the right sets or does not start. 'make faults' tries more calls;
# tests/cli/injected.bats tries all of them with a stand-in.

load helpers

setup() {
	setup_containers
	require_strace
	turn=0
}
teardown() {
	[ -z "${call-}" ] || echo "last tried: $fault at $call"
	teardown_containers
}

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0 port80=bound'

# Sets status, and prints to $work/stdout and $work/stderr. $before is what is
# executed right before capruntime.
run_container() {
	local words

	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		${before[@]+"${before[@]}"} "$CAPRUNTIME_BUILT" \
		--root "$state" run -b "$bundle" "$id"
	status=0
	# In braces: bash reports a kill on the outer standard error.
	{
		"${words[@]}" </dev/null >"$work/stdout" 2>"$work/stderr" ||
			status=$?
	} 2>/dev/null
}

list_calls() {
	before=(strace -qq -b execve -o "$work/trace")
	run_container
	file_says "$granted" "$work/stdout"
	number_calls "$work/trace" | sed -n '/ readlink\| stat/,$p' |
		grep -vE '^(brk|mmap|munmap|getpid) ' >"$work/calls"
	mapfile -t calls <"$work/calls"
	[ "${#calls[@]}" -gt 50 ]
}

expect_right_or_nothing() {
	case $fault:$status in
	*:0)
		file_says "$granted" "$work/stdout"
		tally "$kind" started
		;;
	error=EIO:1 | signal=KILL:137)
		[ ! -s "$work/stdout" ]
		[ "$status" -eq 137 ] || grep '^capruntime: .*: ' "$work/stderr"
		tally "$kind" refused
		;;
	*) return 1 ;;
	esac
	expect_nothing_started
}

@test "under a fault a container has the right sets or does not start" {
	local every=17

	! is_soak || every=7
	verb=run
	for name in $RUNTIMES; do
		use_runtime "$name"
		kind="system call fails or is the last one, real $name"
		list_calls
		for call in "${calls[@]}"; do
			[ $((++turn % every)) -eq 0 ] || continue
			read -r call_name number _ <<<"$call"
			for fault in error=EIO signal=KILL; do
				cp "$work/original-$name.json" "$bundle/config.json"
				rm -f "$bundle/.capruntime.json"
				before=(strace -qq -b execve -o /dev/null -e
					"inject=$call_name:$fault:when=$number")
				run_container
				expect_right_or_nothing
				before=()
				run_container
				file_says "$granted" "$work/stdout"
			done
		done
		grant_nothing
		run_container
		expect_untouched
	done
}
