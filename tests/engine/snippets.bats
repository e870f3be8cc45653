#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # podman.bash reads and sets them
# The engines' drop-ins in packaging/: the engine reads them as intended, and a
# comment warns about settings that must not be used.

load podman

setup() {
	bats_require_minimum_version 1.5.0
	snippets=$srcdir/packaging
	work=$BATS_TEST_TMPDIR
}

teardown() {
	[ -z "${podman_ready-}" ] || teardown_podman
}

# The file, converted to JSON, matches the filter.
toml_says() { # FILE JQ-FILTER
	local python

	for python in python3 /usr/bin/python3; do
		! "$python" -c 'import tomllib' 2>/dev/null || break
	done
	run -0 "$python" -c 'import json, sys, tomllib
json.dump(tomllib.load(sys.stdin.buffer), sys.stdout)' <"$1"
	echo "$output"
	jq -e "$2" <<<"$output" >/dev/null
}

# The words are in comments and nowhere else.
is_warned_of() { # FILE WORD...
	local word

	for word in "${@:2}"; do
		grep -q "^ *#.*$word" "$1" || {
			echo "$1 does not mention $word"
			return 1
		}
		run ! grep "^[^#]*$word" "$1"
	done
}

@test "CRI-O's drop-in only adds one handler" {
	file=$snippets/crio/50-capruntime.conf
	toml_says "$file" '. == {crio: {runtime: {runtimes: {capruntime: {
		runtime_path: "/usr/bin/capruntime", runtime_type: "oci",
		runtime_root: "/run/runc"}}}}}'
	is_warned_of "$file" inherit_default_runtime allowed_annotations \
		monitor_env platform_runtime_paths default_runtime kata
}

containerd_table='{runtime_type: "io.containerd.runc.v2",
	pod_annotations: ["capruntime.io/*"],
	options: {BinaryName: "/usr/bin/capruntime"}}'

# The configuration that this machine's containerd prints; 2.x always prints the
# newest version of the format that it knows: 3, from 2.3 on 4.
containerd_says() { # FILE
	local format='== 2' plugin=io.containerd.grpc.v1.cri

	[ "$(containerd_major)" -lt 2 ] ||
		format='>= 3' plugin=io.containerd.cri.v1.runtime
	containerd -c "$1" config dump >"$work/heard.toml"
	toml_says "$work/heard.toml" ".version $format and
		(.plugins.\"$plugin\".containerd |
		.default_runtime_name == \"runc\" and (.runtimes.capruntime |
		.runtime_type == \"io.containerd.runc.v2\" and
		.pod_annotations == [\"capruntime.io/*\"] and
		.options.BinaryName == \"/usr/bin/capruntime\" and
		(.options.SystemdCgroup | not)))"
}

@test "containerd reads the handler, its program and its annotations" {
	file=$snippets/containerd/config-v2.toml
	require_programs containerd
	containerd_says "$file"
	[ "$(containerd_major)" -lt 2 ] ||
		containerd_says "$snippets/containerd/config-v3.toml"
	toml_says "$file" "del(.version) == {plugins: {
		\"io.containerd.grpc.v1.cri\": {containerd: {runtimes:
		{capruntime: $containerd_table}}}}}"
	is_warned_of "$file" default_runtime_name 'Do not use a wider pattern' imported
}

# The snippets' comments say this: 2.x merges tables, 1.x replaces them.
@test "containerd 1.x replaces the plugin's table by an import, 2.x merges it" {
	require_programs containerd
	cat >"$work/config.toml" <<-END
		version = 2
		imports = ["$snippets/containerd/config-v2.toml"]
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "registry.example/pause:1"
	END
	run -0 containerd -c "$work/config.toml" config dump
	[[ "$output" == *capruntime* ]]
	if [ "$(containerd_major)" -lt 2 ]; then
		[[ "$output" != *registry.example/pause:1* ]]
	else
		[[ "$output" == *registry.example/pause:1* ]]
	fi
	{
		cat "$snippets/containerd/config-v2.toml"
		printf '%s\n' '[plugins."io.containerd.grpc.v1.cri"]' \
			'sandbox_image = "registry.example/pause:1"'
	} >"$work/config.toml"
	run -0 containerd -c "$work/config.toml" config dump
	[[ "$output" =~ BinaryName\ =\ [\"\']/usr/bin/capruntime[\"\'] ]]
	[[ "$output" == *registry.example/pause:1* ]]
}

@test "containerd 2.x gets the same under its plugin's new name" {
	file=$snippets/containerd/config-v3.toml
	toml_says "$file" ". == {version: 3, plugins: {
		\"io.containerd.cri.v1.runtime\": {containerd: {runtimes:
		{capruntime: $containerd_table}}}}}"
	is_warned_of "$file" default_runtime_name 'Do not use a wider pattern'
}

@test "podman's drop-in adds one runtime, and its log's form" {
	file=$snippets/podman/50-capruntime.conf
	toml_says "$file" '. == {engine: {runtimes:
		{capruntime: ["/usr/bin/capruntime"]}, runtime_supports_json:
		["crun", "crun-vm", "runc", "kata", "runsc", "youki", "krun",
		"capruntime"]}}'
	is_warned_of "$file" "'runtime'"
}

@test "Docker's file adds one runtime" {
	jq -e '. == {runtimes: {capruntime: {path: "/usr/bin/capruntime"}}}' \
		"$snippets/docker/daemon.json"
}

# podman reads these files by default; the mount hides this machine's own.
podman_here() { # WORD...
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount --bind "$1" /etc/containers && shift &&
		exec podman "$@"' sh "$work/containers" \
		--root "$work/podman/root" --storage-driver overlay \
		--runroot "$work/podman/run" "$@" 3>&-
}

@test "podman reads the drop-in, runs with it, and shows a refusal whole" {
	setup_engine podman conmon unshare
	[ -d /etc/containers ] || lacks /etc/containers
	use_podman runc '"runc"'
	cp -a /etc/containers "$work/containers"
	mkdir -p "$work/containers/containers.conf.d"
	grep -vE 'runtime|capruntime' "$CONTAINERS_CONF" \
		>"$work/containers/containers.conf.d/10-machine.conf"
	unset CONTAINERS_CONF
	run -0 podman_here info --format '{{.Host.OCIRuntime.Name}}'
	[ "$output" != capruntime ]
	sed "s|/usr/bin/capruntime|$work/$handler|" \
		"$snippets/podman/50-capruntime.conf" \
		>"$work/containers/containers.conf.d/50-capruntime.conf"
	run -0 podman_here info --format '{{.Host.OCIRuntime.Name}}'
	[ "$output" != capruntime ]
	run -0 podman_here --runtime capruntime run --rm test report 80
	expect_line "$granted"
	broken_policy
	run podman_here --runtime capruntime run --rm test report
	expect_shown "$broken_reason"
	[ "$(wc -l <<<"$output")" -eq 1 ]
}
