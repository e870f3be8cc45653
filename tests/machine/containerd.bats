#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# containerd with systemd's cgroups: the option of the shim that a handler's
# 'SystemdCgroup = true' sets, too.

load ../engine/containerd

setup() {
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	setup_containerd
}
teardown() { teardown_containerd; }

run_in_scope() { # [OPTION...] -- COMMAND...
	ctr_run --runc-systemd-cgroup --cgroup "system.slice:captest:$id" "$@"
}

has_no_scope() { ! systemctl --quiet is-active "captest-$id.scope"; }

@test "containerd, systemd's cgroups: a container gets the grant by policy" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		expect_heard "${granted/nnp=[01]/nnp=1}" run_in_scope --rm -- report 80
		expect_no_containers
		wait_until has_no_scope
	done
}

@test "containerd, systemd's cgroups: the error says why a container is refused" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		unmet_policy
		run run_in_scope --rm -- report 80
		expect_shown "$unmet_reason"
		expect_no_containers
		has_no_scope
	done
}

@test "containerd, systemd's cgroups: sessions and the end of a container" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		run_in_scope --detach -- sh -c 'sleep 1000 & wait'
		systemctl --quiet is-active "captest-$id.scope"
		grep -q "captest-$id.scope" "/proc/$(task_pid)/cgroup"
		grep -q '^CapAmb:.*400$' "/proc/$(task_pid)/status"
		expect_heard 1000 ctr tasks exec --exec-id one "$id" id -u
		ctr tasks kill --signal KILL "$id"
		wait_until task_is STOPPED
		ctr tasks delete "$id" || :
		ctr containers delete "$id"
		expect_no_containers
		wait_until has_no_scope
	done
}
