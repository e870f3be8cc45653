#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# containerd and its ctr, with capruntime as the runtime's binary.

load containerd

setup() { setup_containerd; }
teardown() { teardown_containerd; }

@test "containerd: a non-root container gets the grant by policy" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		expect_heard "${granted/nnp=[01]/nnp=1}" ctr_run --rm -- report 80
		expect_no_containers
	done
}

@test "containerd: without a rule nothing is granted" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant_nothing
		expect_heard "$nothing" ctr_run --rm -- report 80
		run -5 ctr_run --rm -- sh -c 'exit 5'
	done
}

@test "containerd: the error says why a required capability cannot be raised" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		unmet_policy
		run ctr_run --rm -- report 80
		expect_shown "$unmet_reason"
		expect_shown 'not in the container'
		expect_no_containers
	done
}

@test "containerd: the error says where the policy is broken" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		broken_policy
		run ctr_run --rm -- report 80
		expect_shown "$broken_reason"
		expect_no_containers
	done
}

@test "containerd: the error says that the real runtime is missing" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		rm "$runtimes/$handler"
		run ctr_run --rm -- report 80
		expect_shown "create the symbolic link '$runtimes/$handler'"
	done
}

# Process 1 gets no signal for which it has no handler.
traps_term() {
	grep '^SigCgt:.*[4-7c-f]...$' "/proc/$(task_pid)/status"
}

@test "containerd: exec, kill and delete work, also with a broken policy" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		ctr_run --detach -- sh -c 'trap exit TERM; sleep 1000 & wait'
		wait_until traps_term
		broken_policy
		expect_heard 1000 ctr tasks exec --exec-id one "$id" id -u
		run -3 ctr tasks exec --exec-id two "$id" sh -c 'exit 3'
		ctr tasks kill --signal TERM "$id"
		wait_until task_is STOPPED
		ctr tasks delete "$id"
		ctr containers delete "$id"
		expect_no_containers
	done
}

@test "containerd: its own log line about a failure is readable, too" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		run ctr_run --rm -- /bin/nowhere
		printf '%s\n' "$output"
		[ "$status" -ne 0 ]
		[[ "$output" == *nowhere* && "$output" != *capruntime:* ]]
	done
}
