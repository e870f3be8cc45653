#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # helpers.bash reads and sets them
# systemd manages the cgroups of containers, as on a node: the runtime asks it for
# a scope.

load helpers

setup() {
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	setup_containers
	CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
}
teardown() { teardown_containers; }

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'
ordinary='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0'

use_scope() { # runc or crun
	use_runtime "$1"
	scope=captest-$id.scope
	change_config --arg id "$id" '.process.args = ["/bin/sh", "-c",
			"grep -o system.slice.*scope /proc/self/cgroup; report"] |
		.linux.cgroupsPath = "system.slice:captest:" + $id'
}

# runc 1.1 warns of devices whose kernel modules are not loaded.
run_in_scope() {
	run -0 --separate-stderr \
		capruntime --systemd-cgroup run -b "$bundle" "$id" </dev/null
}

expect_no_scope() {
	wait_until has_no_scope
	expect_nothing_started
}
has_no_scope() { ! systemctl --quiet is-active "$scope"; }

@test "systemd's cgroups: a container has the grant in its scope" {
	for name in $RUNTIMES; do
		use_scope "$name"
		run_in_scope
		expect_output "system.slice/$scope"$'\n'"$granted"
		expect_no_scope
	done
}

@test "systemd's cgroups: without a rule a container has nothing" {
	for name in $RUNTIMES; do
		use_scope "$name"
		grant_nothing
		run_in_scope
		expect_output "system.slice/$scope"$'\n'"$ordinary"
		expect_untouched
		expect_no_scope
	done
}

session() { # FILTER: of the process that the engine wrote
	jq ".process | $1" "$work/original-$RUNTIME_NAME.json" \
		>"$work/process.json"
	run -0 capruntime --systemd-cgroup exec --process "$work/process.json" \
		"$id" </dev/null
}

@test "systemd's cgroups: sessions are in the scope, and have what the rule says" {
	for name in $RUNTIMES; do
		use_scope "$name"
		grant '{}' 'exec: true'
		jq '.process.args = ["/bin/sleep", "1000"]' "$bundle/config.json" \
			>"$work/changed.json"
		cp "$work/changed.json" "$bundle/config.json"
		capruntime_detached --systemd-cgroup run -d -b "$bundle" "$id"
		[ "$(systemctl is-active "$scope")" = active ]
		session .
		expect_output "system.slice/$scope"$'\n'"$granted"
		session '.user.uid = 2000'
		expect_output "system.slice/$scope"$'\n'"${ordinary/1000/2000}"
		capruntime --systemd-cgroup kill "$id" KILL
		wait_until status_is stopped
		capruntime --systemd-cgroup delete "$id"
		expect_no_scope
	done
}

@test "systemd's cgroups: a refused container has no scope" {
	for name in $RUNTIMES; do
		use_scope "$name"
		grant '{}' 'ambient: ["SYS_ADMIN"], require: true'
		try_capruntime --systemd-cgroup run -b "$bundle" "$id"
		expect_refusal "*'require' is not met, cannot raise CAP_SYS_ADMIN*"
		[ -z "$(systemctl list-units --all --plain --no-legend "$scope")" ]
		expect_no_scope
	done
}
