#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# Real checkpoints, made and restored by CRIU: what they bring back, and which
# restores are refused. tests/cli/checkpoints.bats has the other cases, with a
# fake runtime.

load helpers

setup() {
	setup_containers
	criu check >/dev/null 2>&1 || skip 'CRIU does not work on this machine'
}
teardown() { teardown_containers; }

first_pid() { plain_runtime state "$id" | jq .pid; }

# Calls TEST under each runtime, with $checkpoint: a container that sleeps with
# NET_BIND_SERVICE. A restored process sees its sleep interrupted; BusyBox 1.37 and
# newer sleep again only without an end.
with_checkpoint() { # TEST
	local tried=

	for name in $RUNTIMES; do
		[ "$name" = runc ] || crun --version | grep -q CRIU || continue
		tried=yes
		use_runtime "$name"
		checkpoint=$work/checkpoint-$name
		change_config '.process.args = ["/bin/sleep", "inf"] |
			del(.linux.namespaces[] | select(.type == "network"))'
		# CRIU cannot dump files outside the container.
		capruntime create -b "$bundle" "$id" </dev/null >/dev/null 2>&1 3>&-
		capruntime start "$id"
		wait_until is_asleep "$(first_pid)"
		expect_restored_sets
		capruntime checkpoint --image-path "$checkpoint" "$id"
		plain_runtime delete --force "$id" || :
		expect_nothing_started
		# The engine writes a new bundle for the restored container.
		cp "$work/original-$name.json" "$bundle/config.json"
		rm "$bundle/.capruntime.json"
		"$1"
	done
	[ -n "$tried" ] || skip 'this crun was built without CRIU'
}

narrow() { # [MORE]
	jq -nc "{version: 1, rules: [{name: \"narrow\", match: {},
		drop: [\"NET_BIND_SERVICE\"], no_new_privileges: true} +
		{${1-}}]}" >"$work/policy.json"
}

try_restore() {
	try_capruntime restore --detach --image-path "$checkpoint" \
		-b "$bundle" "$id"
}

# CRIU before 4.1 restores the permitted and effective sets, not ambient.
expect_restored_sets() {
	wait_until is_asleep "$(first_pid)"
	grep -E '^CapEff:.*400$' "/proc/$(first_pid)/status"
}

expect_restored() {
	try_restore
	printf 'exit status %s\nstderr: %s\n' "$status" "$stderr"
	[ "$status" -eq 0 ]
	expect_restored_sets
	expect_untouched
	kill_and_delete
}

expect_refused() { # PATTERN
	try_restore
	expect_refusal "$1"
	expect_nothing_started
	expect_untouched
}

refuse_what_no_rule_permits() {
	grant_nothing
	expect_refused '*no rule matches*"restore": true*'
	grant '{}'
	expect_refused "*\"restore\": true' to rule 'granted'"
	narrow
	expect_refused "*\"restore\": true' to rule 'narrow'"
	echo '{' >"$work/policy.json"
	expect_refused '*load policy: *'
	expect_restore_by_the_runtime
}

# The image is good: it is the policy that refused.
expect_restore_by_the_runtime() {
	plain_runtime restore --detach --image-path "$checkpoint" \
		-b "$bundle" "$id" </dev/null >/dev/null 2>&1 3>&-
	expect_restored_sets
	kill_and_delete
}

@test "a checkpoint with a grant is not restored unless a rule permits it" {
	with_checkpoint refuse_what_no_rule_permits
}

restore_as_permitted() {
	grant '{}' 'restore: true'
	expect_restored
	narrow 'restore: true'
	expect_restored
	echo '{"version": 1, "rules": []}' >"$work/policy.json"
	expect_restored
}

@test "a restored container has the sets of its checkpoint, and its bundle does not change" {
	with_checkpoint restore_as_permitted
}

restore_in_mode_audit() {
	grant_nothing
	jq --arg log "$work/log" '.mode = "audit" | .audit = $log' \
		"$work/policy.json" >"$work/observing.json"
	mv "$work/observing.json" "$work/policy.json"
	rm -f "$work/log"
	expect_restored
	jq -es 'length == 1 and .[0].verb == "restore" and
		.[0].outcome == "would_refuse"' "$work/log"
}

@test "in mode audit a checkpoint is restored, and logged" {
	with_checkpoint restore_in_mode_audit
}
