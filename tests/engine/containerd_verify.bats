#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the helpers read and set them
# 'capctl verify' and 'capctl explain --all' read in the file that containerd's
# shim leaves in the bundle which runtime started a container.

load containerd

setup() { setup_containerd; }
teardown() { teardown_containerd; }

capctl() { # WORD...: sets status and output
	run env "CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/tests/cli/capctl-sysroot" "$@" </dev/null
	printf 'exit status %s\n%s\n' "$status" "$output"
}

verify() { # WORD...
	capctl verify --root /run/containerd/runc/default "$@"
}

explain_all() {
	capctl explain --json --all \
		"$work/containerd/state/io.containerd.runtime.v2.task"
}

start_container() {
	ctr_run --detach -- sh -c 'sleep 1000 & wait'
	wait_until has_children
}

# The first process is the program, and no longer the runtime.
has_children() { grep -qx sh "/proc/$(task_pid)/comm"; }

remove_container() {
	ctr tasks kill --signal KILL "$id"
	wait_until task_is STOPPED
	ctr tasks delete "$id"
	ctr containers delete "$id"
}

# containerd calls the runtime itself.
start_plainly() {
	local plain=plain-runtime

	ln -sfn "$(readlink "$runtimes/$handler")" "$work/$plain"
	handler=$plain start_container
}

@test "containerd: verify and explain tell who started a container" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant '{gid: 4242}'
		start_container
		grant '{handler: "engine-*"}'
		verify "$id"
		[ "$status" -eq 1 ]
		[[ "$output" == *pending* ]]
		explain_all
		jq -e --arg runtime "$work/$handler" '.bundles[0] |
			.runtime == $runtime and .rule == "granted"' <<<"$output"
		remove_container

		start_plainly
		verify "$id"
		[ "$status" -eq 0 ]
		[[ "$output" == *' other '* ]]
		explain_all
		jq -e '.bundles == [] and .other_handlers == 1' <<<"$output"
		remove_container
		expect_no_containers
	done
}
