#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # policy_helpers.bash sets them
# A restore is evaluated like a create and changes nothing: the processes get
# the sets in the checkpoint's image. The tests do not need CRIU; they only
# check whether the real runtime is called.

load policy_helpers

setup() { setup_container; }

restore() { expect_start restore --image-path /i -b "$bundle" x; }

refuses() { # PART…
	words=(restore --image-path /i -b "$bundle" x)
	run --separate-stderr timeout 60 ${around[@]+"${around[@]}"} \
		"$capruntime" "${words[@]}" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	for part; do
		[[ "$stderr" == 'capruntime: '*"$part"* ]]
	done
}

@test "without rules a restore goes through" {
	policy '{}'
	restore
	expect_untouched
	[ ! -e "$log" ]
}

@test "a restore is refused unless the rule that matches permits it" {
	policy '{}' '{name: "web", match: {}, ambient: ["KILL"]}'
	refuses "add '\"restore\": true' to rule 'web'"
	expect_audit '.outcome == "refused" and .verb == "restore" and
		.rule == "web" and (has("after") | not)' 1
	policy '{}' '{name: "web", match: {}, restore: false}'
	refuses "rule 'web'"
	policy '{}' '{name: "web", match: {id: "y"}, restore: true}'
	refuses 'no rule matches' "add a rule with '\"restore\": true'"
	policy '{}' '{name: "web", match: {}, ambient: ["KILL"],
		drop: "others", no_new_privileges: true, restore: true}'
	restore
	expect_untouched
	expect_audit '.outcome == "applied" and .verb == "restore" and
		.rule == "web" and (has("after") | not) and
		(.reason | contains("checkpoint"))'
}

@test "what refuses a create refuses a restore" {
	policy '{}' '{name: "web", match: {}, ambient: ["SYS_NICE"],
		require: true, restore: true}'
	refuses CAP_SYS_NICE
	echo '{' >"$CAPRUNTIME_POLICY"
	refuses 'load policy:'
	policy '{engine: "containerd"}' '{name: "web", match: {}, restore: true}'
	refuses 'was not written by containerd'
	policy '{}' '{name: "web", match: {}, restore: true}'
	rm "$bundle/config.json"
	refuses config.json
}

@test "a container without a process, and a sandbox, match no rule" {
	policy '{engine: "cri-o"}' '{name: "web", match: {}, restore: true}'
	restore
	make_container 'del(.process)'
	refuses 'no rule matches'
	make_container '.annotations."io.kubernetes.container.name" = "POD"'
	refuses 'no rule matches'
}

@test "a restore leaves an earlier change of the bundle as it is" {
	policy '{}' '{name: "web", match: {}, ambient: ["KILL"]}'
	expect_start
	cp "$bundle/config.json" "$work/granted.json"
	cp "$bundle/.capruntime.json" "$work/record.json"
	policy '{}' '{name: "other", match: {id: "y"}}'
	refuses 'no rule matches'
	policy '{}' '{name: "web", match: {}, restore: true}'
	restore
	cmp "$work/granted.json" "$bundle/config.json"
	cmp "$work/record.json" "$bundle/.capruntime.json"
}

@test "in mode audit a restore goes through and is logged" {
	policy '{mode: "audit"}' '{name: "web", match: {}}'
	restore
	expect_audit '.outcome == "would_refuse" and .verb == "restore" and
		(.reason | contains("restore refused"))' 1
	policy '{mode: "audit"}' '{name: "web", match: {}, restore: true}'
	restore
	expect_audit '.outcome == "would_apply"' 2
	expect_untouched
}

@test "a checkpoint is no restore" {
	policy '{}' '{name: "web", match: {}}'
	expect_start checkpoint --image-path /i x
}
