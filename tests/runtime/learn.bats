#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl learn' of real containers: their processes, and later sessions.

load helpers
load ../cli/capctl_helpers

setup() {
	setup_containers
	capctl learn --json -- true
	[ "$status" -eq 0 ] || skip "the kernel cannot trace here: $stderr"
}
teardown() { teardown_containers; }

start_container() { # SCRIPT [JQ-FILTER]
	change_config ".process.args = [\"/bin/busybox\", \"sh\", \"-c\", \"$1\"] |
		${2:-.}"
	capruntime_detached run --detach --bundle "$bundle" "$id"
}

# Watches the container until it is told to end.
begin() {
	"$builddir/capctl" learn --json --root "$state" --id "$id" \
		>"$work/result" 2>"$work/errors" 3>&- &
	watcher=$!
	wait_until is_watching
}

is_watching() {
	local filter

	filter=$(echo /sys/kernel/tracing/instances/capctl_"$watcher"_*)
	[ -e "$filter/set_event_pid" ] &&
		grep -qx "$(plain_runtime state "$id" | jq .pid)" \
			"$filter/set_event_pid"
}

end() {
	kill "$watcher"
	wait "$watcher" || [ $? = 1 ]
	cat "$work/errors"
	cat "$work/result"
	jq -e .complete "$work/result"
}

lacks() { # prints "CAP call", sorted
	jq -r '.capabilities[] | select(.refused > 0) |
		"\(.name) \(.lacking.call)"' "$work/result"
}

# The container lacks CHOWN for chown(2), and nothing else.
expect_chown() {
	[ "$(lacks)" = 'CAP_CHOWN chown' ]
	jq -e '.needs.names == ["CAP_CHOWN"]' "$work/result"
}

@test "what a running container lacks is found" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		start_container 'while :; do busybox chown 0 /dev; busybox sleep 0.1; done'
		begin
		sleep 1
		end
		expect_chown
	done
}

# What the runtime does for it is not the session's.
@test "a session that begins later belongs to the container" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		start_container 'exec busybox sleep 1000'
		begin
		plain_runtime exec --user 1000:1000 "$id" /bin/busybox sh -c \
			'busybox sleep 1; busybox chown 0 /dev' || :
		end
		expect_chown
	done
}

@test "the recording ends with the container" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		start_container 'exec busybox sleep 1000'
		begin
		plain_runtime kill "$id" KILL
		wait "$watcher"
		jq -e '.complete and .needs.names == []' "$work/result"
		capctl learn --root "$state" --id "$id"
		complained "learn: no running container '$id'"
	done
}
