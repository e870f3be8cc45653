#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# The audit log of real runs, compared with what the containers really hold.

load helpers

setup() { setup_containers; }
teardown() { teardown_containers; }

# A policy with one rule and a log file. The container has more capabilities.
audited_rule() { # ACTIONS in jq's syntax
	jq -nc --arg log "$work/audit.log" "{version: 1, audit: \$log,
		rules: [{name: \"granted\", match: {}} + {$1}]}" \
		>"$work/policy.json"
	rm -f "$work/audit.log"
	change_config '.process.capabilities |= map_values(
		["CAP_CHOWN", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"])'
}

# Prints what a program of uid 1000 holds with the sets in the log's only line:
# permitted and effective are the ambient set, capabilities(7).
logged_sets() {
	[ "$(wc -l <"$work/audit.log")" -eq 1 ]
	jq -r 'def short: ltrimstr("0") as $s |
			if $s == . then (if . == "" then "0" else . end)
			else ($s | short) end;
		.after | [.inheritable, .ambient, .ambient, .bounding, .ambient] |
		map(short) | "inh=\(.[0]) prm=\(.[1]) eff=\(.[2]) bnd=\(.[3]) amb=\(.[4])"' \
		"$work/audit.log"
}

@test "a container holds what the audit log says" {
	for name in $RUNTIMES; do
		for actions in 'ambient: ["NET_BIND_SERVICE"]' \
			'ambient: ["NET_BIND_SERVICE", "KILL"]' \
			'ambient: ["NET_RAW"], drop: "others"' \
			'drop: ["CHOWN"], no_new_privileges: true' \
			'inheritable: ["NET_RAW"]' \
			'ambient: ["NET_RAW"], inheritable: ["CHOWN"], drop: ["NET_BIND_SERVICE"]'; do
			use_runtime "$name"
			change_config '.process.args = ["/bin/report"]'
			audited_rule "$actions"
			run -0 capruntime run -b "$bundle" "$id" </dev/null
			echo "$actions: $output"
			cat "$work/audit.log"
			nnp=$(jq 'if .no_new_privileges then 1 else 0 end' \
				"$work/audit.log")
			expect_output "uid=1000 $(logged_sets) nnp=$nnp"
			jq -e --arg id "$id" '.outcome == "applied" and
				.verb == "run" and .id == $id and
				.rule == "granted" and .uid == 1000' \
				"$work/audit.log"
		done
	done
}

@test "a refusal is audited with its reason, and no container starts" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		audited_rule 'ambient: ["SYS_TIME"], require: true'
		try_capruntime run -b "$bundle" "$id"
		expect_refusal "*CAP_SYS_TIME*"
		expect_nothing_started
		jq -e '.outcome == "refused" and .missing == ["CAP_SYS_TIME"] and
			.raised == [] and (.reason | contains("CAP_SYS_TIME"))' \
			"$work/audit.log"
	done
}

@test "in mode audit a container is unchanged, and the log has the decision" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/report"]'
		audited_rule 'ambient: ["NET_BIND_SERVICE"], drop: "others"'
		jq -c '.mode = "audit"' "$work/policy.json" >"$work/changed.json"
		cp "$work/changed.json" "$work/policy.json"
		expect_container "uid=1000 inh=0 prm=0 eff=0 bnd=2401 amb=0 nnp=0"
		expect_untouched
		jq -e '.outcome == "would_apply" and
			.raised == ["CAP_NET_BIND_SERVICE"] and
			.after.ambient == "0000000000000400" and
			.before.bounding == "0000000000002401"' "$work/audit.log"
	done
}
