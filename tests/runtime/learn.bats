#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# shellcheck disable=SC2030,SC2031 # each test has its own
# 'capctl learn' of real containers: their processes, and later sessions.

load helpers
load ../cli/capctl_helpers

setup() {
	setup_containers
	export TMPDIR=$work/tmp
	mkdir "$TMPDIR"
	require_tracing
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

# In the PID namespace of another container, as in a pod. The main thread's cgroup
# is no longer the container's.
@test "a process whose main thread has exited belongs to its container" {
	local first owner

	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		cp "$builddir/tests/runtime/threads" "$bundle/rootfs/bin/"
		cp -a "$bundle" "$work/pod-$name"
		jq '.process.args = ["/bin/sleep", "1000"]' "$bundle/config.json" \
			>"$work/pod-$name/config.json"
		plain_runtime run --detach --bundle "$work/pod-$name" "$id-pod" \
			</dev/null >"$work/pod.log" 2>&1 3>&-
		owner=$(plain_runtime state "$id-pod" | jq .pid)
		start_container '/bin/threads ask exit & exec busybox sleep 1000' \
			'.linux.namespaces |= map(if .type == "pid" then
				.path = "/proc/'"$owner"'/ns/pid" else . end)'
		first=$(plain_runtime state "$id" | jq .pid)
		wait_until has_zombie "$first"
		started+=("$(pgrep -P "$first" -x ready)")
		begin
		sleep 1
		end
		expect_chown
	done
}

has_zombie() { # PARENT
	grep -q '^State:.Z' "/proc/$(pgrep -P "$1" -x ready)/status"
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
		complained "learn: container '$id' is not running"
	done
}

# Watches a container of the bundle from its beginning to its end.
learn_run() { # WORD...
	local words

	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/capctl" learn --run "$bundle" --root "$state" "$@"
	run --separate-stderr "${words[@]}" </dev/null
}

expect_removed() {
	[ -z "$(ls -A "$state" 2>/dev/null)" ] || seen 'state is left'
	[ -z "$(ls -A "$TMPDIR")" ] || seen 'files are left'
	expect_untouched
}

@test "a bundle is run, and what its program lacks is found" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		change_config '.process.args = ["/bin/httpd", "-f", "-p", "80"]'
		learn_run --json --rule "$work/rule-$name.json"
		ended 1
		is_json '.complete and .exit_status == 1 and
			.needs.names == ["CAP_NET_BIND_SERVICE"] and
			.lacks == .needs'
		[[ "$stderr" = *'bind: Permission denied'* ]] || seen 'no message'
		jq -e '.rules[0].match.id == "put/the/containers/here"' \
			"$work/rule-$name.json"
		expect_removed
	done
}

@test "the policy decides what the program of a bundle has" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{gid: 1000}'
		change_config '.process.args = ["/bin/httpd", "-p", "80"]'
		learn_run --json --for 60s
		ended 0
		is_json '.complete and .lacks.names == [] and
			.needs.names == ["CAP_NET_BIND_SERVICE"]'
		expect_removed
	done
}

@test "a shell in a bundle needs nothing" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		change_config '.process.args = ["/bin/sh", "-c", "echo a; exit 4"]'
		learn_run --json
		ended 0
		is_json '.complete and .exit_status == 4 and .needs.names == []'
		[ "$stderr" = a ] || seen 'no output'
		expect_removed
	done
}

@test "a bundle that cannot be run leaves nothing" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/nowhere"]'
		learn_run --rule "$work/rule"
		[ ! -e "$work/rule" ]
		expect_removed
		# The runtime finds the script, the kernel not its interpreter.
		printf '#!/nowhere\n' >"$bundle/rootfs/bin/script"
		chmod 755 "$bundle/rootfs/bin/script"
		change_config '.process.args = ["/bin/script"]'
		learn_run --rule "$work/rule"
		ended 2
		[[ "$stderr" = *"capctl: learn: the program of '$bundle' was not executed"* ]] ||
			seen 'no reason'
		[ ! -e "$work/rule" ]
		expect_removed
		echo '{' >"$work/policy.json"
		learn_run
		ended 2
		[[ "$stderr" = *'capruntime: load policy: '* ]] || seen 'no reason'
		expect_removed
	done
}

@test "a signal ends the container of a bundle" {
	local words

	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		change_config '.process.args = ["/bin/sleep", "1000"]'
		machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
			"CAPRUNTIME_POLICY=$work/policy.json" \
			"$builddir/capctl" learn --run "$bundle" --root "$state" --json
		"${words[@]}" >"$work/result" 2>"$work/errors" 3>&- &
		watcher=$!
		wait_until has_container
		end
		expect_removed
	done
}

has_container() { [ -n "$(ls -A "$state" 2>/dev/null)" ]; }

# The word means the container that lacks CHOWN. A slow machine does not run it in
# each second.
watches() { # WORD...
	capctl learn --json --root "$state" --for 1s --id "$@"
	ended 1 && is_json '.needs.names == ["CAP_CHOWN"]'
}

@test "a name is enough, in the words of the other verbs" {
	export CAPRUNTIME_POLICY=$work/policy.json
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		jq '.engine = "cri-o"' "$work/policy.json" >"$work/named"
		mv "$work/named" "$work/policy.json"
		start_container 'while :; do busybox chown 0 /dev; busybox sleep 0.1; done' \
			'.annotations = {"io.container.manager": "cri-o",
				"io.kubernetes.cri-o.ContainerType": "container",
				"io.kubernetes.pod.namespace": "shop",
				"io.kubernetes.pod.name": "web-1",
				"io.kubernetes.container.name": "web"}'
		wait_until watches shop/web-1/web
		wait_until watches shop/web-1
		wait_until watches "$id"
		plain_runtime kill "$id" KILL
		wait_until status_is stopped
		capctl learn --root "$state" --id shop/web-1
		complained "learn: container 'shop/web-1/web $id' is not running"
		capctl learn --root "$state" --id shop/web-2
		complained "learn: no container 'shop/web-2' in '$state'"
	done
}

@test "a short id is enough, and the rule is for this container" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		id=$(printf '%s' "$id" | sha256sum | cut -d ' ' -f 1)
		start_container 'while :; do busybox chown 0 /dev; busybox sleep 0.1; done'
		wait_until watches "${id:0:12}" --rule "$work/rule-$name"
		jq -e --arg id "$id" '.rules[0].match == {id: $id}' "$work/rule-$name"
		capctl check "$work/rule-$name"
		ended 0
	done
}

@test "a container of which only other processes are left is not one that has ended" {
	local first left

	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		start_container 'sleep 1000 & wait' \
			'.linux.namespaces |= map(select(.type != "pid"))'
		first=$(plain_runtime state "$id" | jq .pid)
		wait_until pgrep -P "$first" -x sleep
		left=$(pgrep -P "$first" -x sleep)
		started+=("$left")
		kill -KILL "$first"
		wait_until is_gone "$first"
		capctl learn --root "$state" --for 1s --id "$id"
		complained "learn: the first process of container '$id' has ended, but process $left is still in its cgroup: watch that with --pid"
		kill -KILL "$left"
		wait_until is_gone "$left"
		capctl learn --root "$state" --for 1s --id "$id"
		complained "learn: container '$id' is not running"
	done
}
