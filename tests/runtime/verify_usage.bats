#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq and of inner shells
# shellcheck disable=SC2030,SC2031 # each test has its own id
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl verify --usage' of real containers: which of the capabilities that a rule
# raised each of them used while it was watched.

load helpers
load ../cli/capctl_helpers
load usage_helpers

setup() {
	setup_containers
	require_tracing
}
teardown() { teardown_containers; }

# Prints "ID used names; unused names" of each container.
lists() {
	jq -r '.containers[] | "\(.id) \(.usage.used.names | join(","));\(
		.usage.unused.names | join(","))"' <<<"$output"
}

expect_lists() { # LINE...
	diff <(printf '%s\n' "$@") <(lists)
}

# A busy machine does not run the container in each second.
shows_use() { # WORD...
	usage --for 1s "$@"
	jq -e '[.containers[].usage.used.names[]] != []' <<<"$output" ||
		[[ "$output" == *'NET_BIND_SERVICE: used while watched'* ]]
} >/dev/null 2>&1

@test "each container's used and unused grants are told apart in one trace" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_both
		start "binds-$name" "$binds"
		start "idles-$name" "$idles"
		wait_until shows_use --json
		ended 0
		expect_lists "binds-$name CAP_NET_BIND_SERVICE;CAP_NET_RAW" \
			"idles-$name ;CAP_NET_BIND_SERVICE,CAP_NET_RAW"
		is_json '.usage | .complete and .lost == 0 and .seconds >= 1 and
			(.source == "tracepoint" or .source == "kprobe")'
		wait_until shows_use "binds-$name"
		ended 0
		[[ "$(tr -s ' \n' ' ' <<<"$output")" == "binds-$name ok holds "*"binds-$name used NET_BIND_SERVICE: used while watched binds-$name unused NET_RAW: not used while watched watched for "* ]] ||
			seen 'rows'
		[[ "$output" == *"'unused' does not mean 'not needed'"* ]] ||
			seen 'no warning'
		usage --for 1s --findings
		ended 0
		[ "$(grep -o '^[a-z]*-[a-z]*  [a-z]*' <<<"$output")" = \
			"binds-$name  unused"$'\n'"idles-$name  unused" ] ||
			seen 'rows'
		[[ "$output" == *'ok: 2, with findings: 0, unknown: 0, with unused grants: 2'* ]] ||
			seen 'counts'
	done
}

@test "findings decide the exit status, and unused grants do not" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_both
		start "idles-$name" "$idles"
		grant_nothing
		usage --for 1s --json
		ended 1
		is_json '.containers[0] | [.findings[].code] == ["revoked"] and
			.usage.unused.names == ["CAP_NET_BIND_SERVICE", "CAP_NET_RAW"]'
	done
}

@test "what was not granted or does not run is not watched" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		start "plain-$name" "$binds"
		grant_both
		start "gone-$name" "$idles"
		plain_runtime kill "gone-$name" KILL
		id=gone-$name
		wait_until status_is stopped
		grant_nothing
		usage --for 1h --json
		ended 0
		is_json '.usage == {seconds: 0, source: null, lost: 0,
			complete: true}'
		is_json '.containers[] | select(.id == "gone-'"$name"'") |
			.usage == null'
		is_json '.containers[] | select(.id == "plain-'"$name"'") |
			.usage.used.names == [] and .usage.unused.names == []'
		usage --for 1h --findings
		ended 0
		[[ "$output" == *'nothing is granted to a running container: nothing was watched'* ]] ||
			seen 'no reason'
	done
}

# The processes of both are in one PID namespace.
@test "in a pod with one PID namespace each has its own" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_both
		start "a-$name" "$idles"
		first=$(plain_runtime state "$id" | jq .pid)
		start "b-$name" "$binds" "
			.linux.namespaces |= map(if .type == \"pid\" then
				.path = \"/proc/$first/ns/pid\" else . end)"
		wait_until shows_use --json
		ended 0
		expect_lists "a-$name ;CAP_NET_BIND_SERVICE,CAP_NET_RAW" \
			"b-$name CAP_NET_BIND_SERVICE;CAP_NET_RAW"
	done
}

is_watching() { # PID of capctl
	local filter

	filter=$(echo "/sys/kernel/tracing/instances/capctl_$1"_*)
	[ -e "$filter/set_event_pid" ] &&
		grep -qx "$(plain_runtime state "$id" | jq .pid)" \
			"$filter/set_event_pid"
}

# Watches in the background, until it is in the trace.
begin() {
	env "CAPRUNTIME_POLICY=$work/policy.json" "$builddir/capctl" verify \
		--root "$state" --handler capruntime --usage --json "$@" \
		>"$work/result" 2>"$work/errors" 3>&- &
	watcher=$!
	wait_until is_watching "$watcher"
}

end() { # sets status, output and stderr
	status=0
	wait "$watcher" || status=$?
	output=$(<"$work/result") stderr=$(<"$work/errors")
}

@test "a session that begins later counts, and a signal ends it with a result" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_both
		start "idles-$name" "$idles"
		begin --for 1h
		plain_runtime exec --user 1000:1000 --cap CAP_NET_BIND_SERVICE \
			"$id" /bin/busybox sh -c 'busybox sleep 1
				busybox timeout 1 busybox httpd -f -p 80' || :
		kill -INT "$watcher"
		kill -TERM "$watcher"
		end
		ended 0
		expect_lists "idles-$name CAP_NET_BIND_SERVICE;CAP_NET_RAW"
		is_json '.usage.seconds < 3000'
	done
}

@test "of two states of one process, the second is unknown" {
	use_runtime crun
	grant_both
	start box "$idles"
	mkdir "$state/twin"
	cp "$state/box/status" "$state/twin/status"
	usage --for 1s --json
	rm -r "$state/twin"
	ended 2
	is_json '.containers[0].usage.used.names == [] and
		.containers[1].usage == null and (.containers[1].error |
		test("^its process [0-9]+ is that of another container$"))'
}

@test "it ends when all that it watches have ended" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_both
		start "idles-$name" "$idles"
		begin --for 1h
		plain_runtime kill "$id" KILL
		end
		ended 0
		expect_lists "idles-$name ;CAP_NET_BIND_SERVICE,CAP_NET_RAW"
	done
}

@test "lost events make the result incomplete" {
	use_runtime runc
	grant_both
	start busy 'while :; do busybox dd if=/dev/zero of=/dev/null bs=1 count=300000 2>/dev/null; done' \
		'.mounts |= map(if .destination == "/dev" then
			{destination: "/dev", type: "bind", source: "/dev",
				options: ["bind"]} else . end) |
		.mounts |= map(select(.destination != "/dev/pts"))'
	begin --for 1h
	kill -STOP "$watcher"
	sleep 3
	kill -CONT "$watcher"
	kill -TERM "$watcher"
	end
	ended 2
	[ -z "$stderr" ] || seen 'the result has the reason'
	is_json '(.usage.complete | not) and .usage.lost > 0'
}

@test "where the kernel cannot trace, it says so in one line" {
	use_runtime runc
	grant_both
	start idles "$idles"
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs none /sys &&
		mount -t tmpfs -o ro none /sys && exec "$@"' sh \
		env "CAPRUNTIME_POLICY=$work/policy.json" "$builddir/capctl" \
		verify --root "$state" --handler capruntime --usage --for 1s </dev/null
	ended 2
	[ -z "$output" ] || seen 'wanted no output'
	[[ "$stderr" == 'capctl: verify: watch: '*tracefs* ]] || seen 'reason'
	[ "$(wc -l <<<"$stderr")" = 1 ] || seen 'more than a line'
}
