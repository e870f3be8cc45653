#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Decodes and compares the output of make-machineconfig. Needs no OpenShift.

load ../need

bats_require_minimum_version 1.5.0

setup() {
	require_programs jq
	work=$BATS_TEST_TMPDIR
	script=$srcdir/packaging/openshift/make-machineconfig
	make_program 300000
}

# The header of a static program, then bytes that do not compress.
make_program() { # SIZE
	{
		printf '\177ELF\2\1\1'
		head -c 57 /dev/zero
		head -c "$1" /dev/urandom
	} >"$work/program"
}

make_config() { # WORD...
	"$script" "$@" >"$work/config.json"
}

# Prints the content that Ignition would write to this path.
written() { # PATH
	jq -er --arg path "$1" '.spec.config.storage.files[] |
		select(.path == $path) | .contents |
		select(.compression == "gzip").source |
		select(startswith("data:;base64,")) |
		sub("^data:;base64,"; "")' "$work/config.json" |
		base64 -d | gunzip
}

@test "it has the program, the policy, the drop-in and the link" {
	echo '{"version": 1, "engine": "cri-o", "rules": [ ]}' >"$work/policy"
	make_config --role infra --policy "$work/policy" \
		--runtime /usr/bin/runc "$work/program"
	jq -e '.apiVersion == "machineconfiguration.openshift.io/v1" and
		.kind == "MachineConfig" and
		.metadata == {name: "99-infra-capruntime", labels:
			{"machineconfiguration.openshift.io/role": "infra"}} and
		.spec.config.ignition == {version: "3.2.0"} and
		(.spec.config | keys == ["ignition", "storage"]) and
		(.spec.config.storage | keys == ["files"]) and
		([.spec.config.storage.files[] | {path, mode, overwrite}] == [
		{path: "/usr/local/bin/capruntime", mode: 493, overwrite: true},
		{path: "/etc/capruntime/policy.json", mode: 420,
			overwrite: true},
		{path: "/etc/crio/crio.conf.d/50-capruntime.conf", mode: 420,
			overwrite: true},
		{path: "/etc/tmpfiles.d/capruntime.conf", mode: 420,
			overwrite: true}])' "$work/config.json"
	written /usr/local/bin/capruntime | cmp - "$work/program"
	written /etc/capruntime/policy.json | cmp - "$work/policy"
	sed 's|/usr/bin/capruntime|/usr/local/bin/capruntime|' \
		"$srcdir/packaging/crio/50-capruntime.conf" |
		diff - <(written /etc/crio/crio.conf.d/50-capruntime.conf)
	written /etc/tmpfiles.d/capruntime.conf | diff - <(
		echo 'd /etc/capruntime/runtimes 0755 root root -'
		echo 'L /etc/capruntime/runtimes/capruntime - - - - /usr/bin/runc'
	)
}

@test "the defaults are workers, crun and an empty policy" {
	make_config "$work/program"
	jq -e '.metadata.name == "99-worker-capruntime"' "$work/config.json"
	written /etc/capruntime/policy.json >"$work/policy.json"
	run -0 "$builddir/capctl" check "$work/policy.json"
	jq -e '.engine == "cri-o" and .rules == []' "$work/policy.json"
	written /etc/crio/crio.conf.d/50-capruntime.conf |
		grep -x 'runtime_root = "/run/crun"'
	written /etc/tmpfiles.d/capruntime.conf | grep ' /usr/bin/crun$'
}

@test "--policy none does not write the policy" {
	make_config --policy none "$work/program"
	[ "$(jq -r '.spec.config.storage.files[].path' "$work/config.json" |
		xargs)" = '/usr/local/bin/capruntime /etc/crio/crio.conf.d/50-capruntime.conf /etc/tmpfiles.d/capruntime.conf' ]
	run ! make_config --policy "$work/none" "$work/program"
	[ ! -s "$work/config.json" ]
}

@test "the same files give the same bytes" {
	make_config "$work/program"
	mv "$work/config.json" "$work/before.json"
	touch -d yesterday "$work/program"
	make_config "$work/program"
	cmp "$work/before.json" "$work/config.json"
}

@test "a MachineConfig too large for etcd is refused" {
	make_program 900000
	run --separate-stderr "$script" "$work/program"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == *"bytes are too many, "*"strip '$work/program'" ]]
}

@test "only a static program is taken" {
	cp /bin/true "$work/dynamic"
	echo '#!/bin/sh' >"$work/script"
	run --separate-stderr "$script" "$work/dynamic"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == "make-machineconfig: '$work/dynamic' needs a dynamic loader: "* ]]
	run --separate-stderr "$script" "$work/script"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == *"'$work/script' is no program of 64 bits" ]]
}

@test "--help is no error" {
	run --separate-stderr "$script" --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ "$output" == 'usage: make-machineconfig '*'PROGRAM must be static'* ]]
}

@test "wrong usage is an error, and prints no MachineConfig" {
	for words in '' '--role' "--bogus x $work/program" "$work/none" \
		"--role A $work/program" "--runtime crun $work/program" \
		"--runtime /a%b $work/program"; do
		# shellcheck disable=SC2086
		run --separate-stderr "$script" $words
		[ "$status" -ne 0 ]
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}
