#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# AppArmor confines the container with the profile that config.json names.

load helpers

setup() {
	[ -e /sys/kernel/security/apparmor/profiles ] ||
		skip 'the kernel runs without AppArmor'
	setup_containers
	require_programs apparmor_parser
	profile=captest-$BATS_ROOT_PID
}

teardown() {
	teardown_containers
	[ ! -e "$work/profile" ] || apparmor_parser --remove "$work/profile"
}

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'

# Programs keep the profile across execve. The runtime may stop them.
load_profile() { # [RULE]
	cat >"$work/profile" <<-END
		profile $profile flags=(attach_disconnected,mediate_deleted) {
			file,
			network,
			capability,
			signal,
			unix,
			ptrace peer=$profile,
			${1-}
		}
	END
	apparmor_parser --replace --skip-cache "$work/profile"
}

use_profile() { # runc or crun
	use_runtime "$1"
	change_config --arg name "$profile" '.process.apparmorProfile = $name |
		.process.args = ["/bin/sh", "-c",
			"cat /proc/self/attr/current; report 80"]'
}

@test "AppArmor: a confined container has its profile and the grant" {
	load_profile
	for name in $RUNTIMES; do
		use_profile "$name"
		expect_container "$profile (enforce)
$granted port80=bound"
	done
}

# The kernel then stacks the profile on the one that Debian 13's crun has.
@test "AppArmor: with noNewPrivileges the profile is what the runtime alone gives" {
	load_profile
	for name in $RUNTIMES; do
		use_profile "$name"
		change_config '.process.noNewPrivileges = true'
		run -0 plain_runtime run -b "$bundle" "$id" </dev/null
		[[ "$output" = "$profile"* ]]
		expect_container "${output%%$'\n'*}
${granted/nnp=0/nnp=1} port80=bound"
	done
}

@test "AppArmor: a session of a confined container has both, too" {
	load_profile
	for name in $RUNTIMES; do
		CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
		use_profile "$name"
		grant '{}' 'exec: true'
		jq '.process | .args[2] = "cat /proc/self/attr/current; report"' \
			"$bundle/config.json" >"$work/process.json"
		change_config '.process.args = ["/bin/sleep", "1000"]'
		capruntime_detached run -d -b "$bundle" "$id"
		run -0 capruntime exec --process "$work/process.json" "$id" \
			</dev/null
		expect_output "$profile (enforce)
$granted"
		kill_and_delete
	done
}

@test "AppArmor: a capability that the profile denies is held, but of no use" {
	load_profile 'deny capability net_bind_service,'
	for name in $RUNTIMES; do
		use_profile "$name"
		expect_container "$profile (enforce)
$granted port80=denied"
	done
}

@test "AppArmor: with a profile that is not loaded the runtime's error is shown" {
	load_profile
	for name in $RUNTIMES; do
		use_profile "$name"
		change_config '.process.apparmorProfile = "captest-not-loaded"'
		try_capruntime run -b "$bundle" "$id"
		echo "$stderr"
		[ "$status" -ne 0 ]
		[[ "${stderr,,}" = *apparmor* || "$stderr" = */attr/exec* ]]
		expect_nothing_started
	done
}
