#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # helpers.bash reads and sets them
# The Debian package on a node with systemd and containerd as a service: the tests
# are the days of its life, in order.

load ../engine/containerd

setup() {
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	require_programs containerd ctr
	setup_containers
	id=captest
	socket=/run/containerd/containerd.sock
	handler=capruntime
}
teardown() { :; }

run_container() { # [OPTION...] -- COMMAND...
	local options=(--runc-binary /usr/bin/capruntime --runc-systemd-cgroup
		--cgroup system.slice:captest:captest)

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	ctr run "${options[@]}" localhost/test:latest "$id" "$@" </dev/null
}

ambient() { sed -n 's/^CapAmb:\t0*//p' "/proc/$1/status"; }

install_package() { # FILE
	run -0 env DEBIAN_FRONTEND=noninteractive dpkg -i "$1"
	printf '%s\n' "$output"
}

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
	systemctl start containerd
	make_rootfs "$work/image"
	tar -C "$work/image" -cf "$work/image.tar" .
	make_oci_archive
	ctr images import "$work/image.oci" >/dev/null
	grant '{}' 'exec: true'
	install -m 644 "$work/policy.json" /etc/capruntime/policy.json
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
	ctr tasks kill --signal KILL "$id"
	wait_until task_is STOPPED
	ctr tasks delete "$id" || :
	ctr containers delete "$id"
	run -0 dpkg --remove capruntime
	[ -e /etc/capruntime/policy.json ]
	run -0 dpkg --purge capruntime
	[[ "$output" != *warning* ]]
	[ ! -e /etc/capruntime ]
	[ ! -e /run/capruntime ]
	[ ! -e /usr/bin/capruntime ]
	systemctl --quiet is-active containerd
}
