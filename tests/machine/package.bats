#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # helpers.bash reads and sets them
# The Debian package on a node with systemd and containerd as a service: the tests
# are the days of its life, in order.

load service

setup() { setup_service; }
teardown() { :; }

ambient() { sed -n 's/^CapAmb:\t0*//p' "/proc/$1/status"; }

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' capruntime)" = installed ]
}

@test "package: installed, it starts nothing and has chosen runc" {
	install_package /packages/capruntime.deb
	[ "$(readlink /etc/capruntime/runtimes/capruntime)" = \
		"$(command -v runc)" ]
	[ "$(systemctl list-unit-files --no-legend '*capruntime*')" = '' ]
	run -0 capctl check
}

@test "package: a container of the containerd service gets what the policy says" {
	start_service
	nodes_policy '{}' 'exec: true'
	expect_heard "${granted/nnp=[01]/nnp=1}" run_container --rm -- report 80
	wait_until has_audit_line
}

has_audit_line() { journalctl --quiet --boot -t capruntime | grep -q '"granted"'; }

@test "package: an upgrade leaves a container, the policy and the link" {
	run_container --detach -- sh -c 'sleep 1000 & wait'
	pid=$(task_pid)
	[ "$(ambient "$pid")" = 400 ]
	install_package /packages/newer.deb
	[ "$(task_pid)" = "$pid" ]
	[ "$(ambient "$pid")" = 400 ]
	grep -q granted /etc/capruntime/policy.json
	expect_heard '.* amb=400 nnp=1' ctr tasks exec --exec-id one "$id" report
	run -0 capctl verify "$id"
}

@test "package: removal is refused while the container lives" {
	run dpkg --remove capruntime
	printf '%s\n' "$output"
	[ "$status" -ne 0 ]
	[[ "$output" = *"containerd: default/$id"* ]]
	installed
	expect_heard '.* amb=400 nnp=1' ctr tasks exec --exec-id two "$id" report
}

@test "package: after its end removal works, and a purge leaves nothing" {
	end_container
	run -0 dpkg --remove capruntime
	[ -e /etc/capruntime/policy.json ]
	run -0 dpkg --purge capruntime
	[[ "$output" != *warning* ]]
	[ ! -e /etc/capruntime ]
	[ ! -e /run/capruntime ]
	[ ! -e /usr/bin/capruntime ]
	systemctl --quiet is-active containerd
}
