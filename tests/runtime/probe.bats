#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2030,SC2031 # variables of one test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl doctor --probe' under the real runtimes, and under runtimes that do not
# do what they should.

load helpers

setup() {
	local places

	setup_containers
	capctl=$builddir/capctl
	capruntime=$CAPRUNTIME_BUILT
	unset CAPRUNTIME_POLICY CAPRUNTIME_RUNTIME
	places=$("$capctl" doctor --json) || :
	places=$(jq -er '.program, .state' <<<"$places")
	{ read -r program && read -r state; } <<<"$places"
	id='capctl-probe-'
}

teardown() {
	[ ! -d "${work-}/hanging" ] || kill_hanging
	teardown_containers
}

# Sets $words: the call in a mount namespace with its own directory for state,
# and with $capruntime in the place of the installed one.
probe_words() { # WORD...
	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" "$@"
	words=(unshare -m sh -c 'mkdir -p "$2" && mount -t tmpfs tmpfs "$2" &&
		{ [ "$0" -ef "$1" ] || mount --bind "$0" "$1"; } &&
		shift 2 && exec "$@"' "$capruntime" "$program" "${state%/*}"
		"${words[@]}")
}

probe() { # WORD...: sets status, output and stderr
	local words

	probe_words "$capctl" doctor --probe "$@"
	run --separate-stderr "${words[@]}"
	printf 'exit status %s\n%s\n' "$status" "$stderr"
	[ "${1-}" = --json ] || echo "$output"
}

# Writes $work/json.
probe_json() { # EXIT-STATUS [WORD...]
	probe --json "${@:2}"
	echo "$output" >"$work/json"
	jq -c '.results[] | select(.difference)' "$work/json"
	[ "$status" -eq "$1" ]
	[ -z "$stderr" ]
}

says() { # JQ-FILTER, which is to be true
	jq -e "$1" "$work/json"
}

# Sets $output.
query() { # JQ-WORD...
	run -0 jq -r "$@" "$work/json"
}

# A program in the place of the real runtime; BODY sees the words of the call
# and $real.
use_wrapper() { # BODY
	local real

	real=$(command -v "$RUNTIME_NAME")
	mkdir -p "$work/wrapper"
	printf '#!/bin/bash\nreal=%s work=%s\nverb=$3 root=$2 id=${@: -1}\n%s\nexec "$real" "$@"\n' \
		"$real" "$work" "$1" >"$work/wrapper/$RUNTIME_NAME"
	chmod 755 "$work/wrapper/$RUNTIME_NAME"
	runtime_path() { echo "$work/wrapper/$RUNTIME_NAME"; }
}

use_real() {
	RUNTIME_NAME=$1
	echo "== under $RUNTIME_NAME"
	runtime_path() { command -v "$RUNTIME_NAME"; }
}

# The runtime does not end at this verb.
hang_in() { # VERB
	mkdir -p "$work/hanging"
	use_wrapper "[ \"\$verb\" != $1 ] || {
		touch \"\$work/hanging/\$\$\"
		exec sleep 1000
	}"
}

kill_hanging() {
	local file

	for file in "$work"/hanging/*; do
		[ ! -e "$file" ] || kill -KILL "${file##*/}" 2>/dev/null || :
		rm -f "$file"
	done
}

nothing_hangs() {
	local file

	for file in "$work"/hanging/*; do
		! kill -0 "${file##*/}" 2>/dev/null || return
		rm "$file"
	done
}

# The differences of one kind are exactly these, "CASE TEXT" in each line.
expect_differences() { # CHECK TEXT
	query --arg check "$1" '.results[] |
		select(.check == $check and .difference) |
		"\(.case) \(.difference)"'
	expect_output "$2"
}

no_cgroups() {
	[ -z "$(find /sys/fs/cgroup -name "$id*" 2>/dev/null)" ]
}

no_payload() {
	! pgrep -f '^/capctl doctor --probe-inside' >/dev/null
}

@test "each case comes out as predicted" {
	for name in $RUNTIMES; do
		use_real "$name"
		probe
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		grep -qE "^real runtime +$(runtime_path) +$name version " \
			<<<"$output"
		grep -qE "^kernel +$(uname -r) +$(uname -m)$" <<<"$output"
		[ "$(grep -c '^ok ' <<<"$output")" = 14 ]
		[[ "$output" = *$'\n''comparisons: 31, differences: 0' ]]
		wait_until no_cgroups
	done
}

# Written here by hand: what was read inside is not only equal to a prediction.
@test "what the containers hold is what the rules say" {
	local none=0000000000000000 bind=0000000000000400 kill=0000000000000020
	local both=0000000000000420 all=0000000000000421

	for name in $RUNTIMES; do
		use_real "$name"
		probe_json 0
		says '.complete and .differences == 0 and .version and
			.architecture and .cgroup and .handler == "capruntime" and
			([.results[] | .ok and .got == .expected and
			.difference == null] | all)'
		query '.results[] | select(.check != "clean-up") |
			"\(.case) \(.got)" | gsub("[a-z_]+="; "")'
		diff <(grep -v ^refuse <<<"$output") - <<-END_OF_SETS
			no-rule 1000 0 $none $all $none $none $none
			raise 1000 0 $bind $all $bind $bind $bind
			beyond 1000 0 $kill $all $kill $kill $kill
			require 1000 0 $both $all $both $both $both
			drop 1000 0 $none 0000000000000401 $none $none $none
			narrow 1000 1 $bind $bind $bind $bind $bind
			inheritable 1000 0 $none $all $kill $none $none
			request 1000 0 $kill $all $kill $kill $kill
			root 0 0 $bind $bind $bind $bind $bind
			session 1000 0 $bind $all $bind $bind $bind
			session 1000 0 $bind $all $bind $bind $bind
			session-narrow 1000 1 $bind $bind $bind $bind $bind
			session-narrow 1000 1 $bind $bind $bind $bind $bind
			session-plain 1000 0 $bind $all $bind $bind $bind
			session-plain 1000 0 $none $all $none $none $none
			withdrawn 1000 0 $none $all $none $none $none
		END_OF_SETS
		[[ "$output" = *$'\n'"refuse exit status 1: capruntime: rule 'refuse'"*NET_RAW* ]]
	done
}

@test "the manual page has every member of the JSON" {
	local member members

	use_real runc
	probe_json 0
	query '[.. | objects | keys[]] | unique[]'
	mapfile -t members <<<"$output"
	[ "${#members[@]}" -gt 15 ]
	for member in "${members[@]}"; do
		sed -n '/^[.]Ss capctl doctor Fl -probe/,/^[.]Ss capctl version/p' \
			"$srcdir/man/capctl.8" |
			grep -qE "^[.]It Va .*\<$member\>|^[.]Va $member( |$)" ||
			{ echo "lacking: $member" && false; }
	done
}

@test "the umask does not matter" {
	for name in $RUNTIMES; do
		use_real "$name"
		umask 077
		probe_json 0
		umask 022
	done
}

@test "nothing of it is seen outside or stays" {
	for name in $RUNTIMES; do
		use_real "$name"
		jq -n --arg file "$work/audit.log" '{version: 1, audit: $file,
			audit_all: true, rules: []}' >"$work/policy.json"
		find /run -maxdepth 1 | sort >"$work/before"
		probe_words sh -c 'CAPRUNTIME_POLICY=$0 "$1" doctor --probe >/dev/null &&
			ls -A "$2" && ! grep capctl-probe /proc/mounts' \
			"$work/policy.json" "$capctl" "$state"
		run -0 "${words[@]}"
		expect_output ''
		find /run -maxdepth 1 | sort | diff "$work/before" -
		[ ! -e "$work/audit.log" ]
		wait_until no_cgroups
		wait_until no_payload
	done
}

# As under AT_SECURE. The node's policy refuses each container.
@test "a capruntime that ignores the environment does not see the node's policy" {
	local etc=$work/etc/capruntime refuse='{name: "refuse", match: {uid: "0-"},
		ambient: ["SYS_BOOT"], require: true}'

	use_real runc
	mkdir -p "$work/bin" "$etc/policy.d"
	cp "$builddir/tests/cli/capctl-sysroot" "$work/bin/capctl"
	printf '#!/bin/sh\nunset CAPRUNTIME_POLICY\nexec %s "$@"\n' \
		"$builddir/tests/cli/capruntime-sysroot" >"$work/bin/capruntime"
	chmod 755 "$work/bin/capruntime"
	jq -n --arg file "$work/audit.log" "{version: 1, audit: \$file,
		audit_all: true, rules: [$refuse]}" >"$etc/policy.json"
	jq -n "{version: 1, rules: [$refuse | .name = \"again\"]}" \
		>"$etc/policy.d/again.json"
	over_sysroot etc run
	run -0 "${over[@]}" env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"$work/bin/capctl" doctor --probe --json
	jq -e --arg program "$work/bin/capruntime" \
		'.program == $program and .differences == 0' <<<"$output"
	[ ! -e "$work/audit.log" ]
}

@test "a runtime that loses the ambient set is found out" {
	for name in $RUNTIMES; do
		use_real "$name"
		use_wrapper '[ "$verb" != run ] || {
			jq "del(.process.capabilities.ambient)" "$5/config.json" >"$work/x"
			cat "$work/x" >"$5/config.json"
		}'
		probe_json 1
		query '.results[] | select(.case == "raise" and
			.check == "container").difference'
		expect_output 'effective is none, expected CAP_NET_BIND_SERVICE; permitted is none, expected CAP_NET_BIND_SERVICE; ambient is none, expected CAP_NET_BIND_SERVICE'
		probe
		[ "$status" -eq 1 ]
		[[ "$output" = *'error  raise '*'container: effective is none, expected'* ]]
		grep -q '^ok ' <<<"$output"
		probe --findings
		[ "$status" -eq 1 ]
		[[ "$output" = *'error  raise '*'container: effective is none, expected'* ]]
		! grep '^ok ' <<<"$output" || return 1
		probe_json 1 --findings
		says '.differences > 0 and (.results | length) == .differences and
			all(.results[]; .ok | not)'
	done
}

@test "a runtime that keeps what was dropped is found out" {
	for name in $RUNTIMES; do
		use_real "$name"
		use_wrapper '[ "$verb" != run ] || {
			jq ".process.noNewPrivileges = false |
				.process.capabilities.bounding += [\"CAP_KILL\"]" \
				"$5/config.json" >"$work/x"
			cat "$work/x" >"$5/config.json"
		}'
		probe_json 1
		expect_differences container 'drop bounding is CAP_CHOWN, CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_CHOWN, CAP_NET_BIND_SERVICE
narrow no_new_privs is 0, expected 1; bounding is CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_NET_BIND_SERVICE
root effective is CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_NET_BIND_SERVICE; bounding is CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_NET_BIND_SERVICE; permitted is CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_NET_BIND_SERVICE
session-narrow no_new_privs is 0, expected 1; bounding is CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_NET_BIND_SERVICE'
	done
}

@test "a runtime that ignores exec is found out" {
	for name in $RUNTIMES; do
		use_real "$name"
		use_wrapper '[ "$verb" != exec ] || exit 0'
		probe_json 1
		expect_differences session 'session exit status 0, but no report from inside
session-narrow exit status 0, but no report from inside
session-plain exit status 0, but no report from inside'
		says '.differences == 3 and .complete'
	done
}

@test "a runtime whose sessions are wider is found out" {
	for name in $RUNTIMES; do
		use_real "$name"
		use_wrapper '[ "$verb" != exec ] || {
			name=${id#capctl-probe-*-}
			exec "$real" "${@:1:4}" "$root/../$name/process.json" "$id"
		}'
		probe_json 1
		expect_differences session 'session effective is none, expected CAP_NET_BIND_SERVICE; inheritable is none, expected CAP_NET_BIND_SERVICE; permitted is none, expected CAP_NET_BIND_SERVICE; ambient is none, expected CAP_NET_BIND_SERVICE
session-narrow no_new_privs is 0, expected 1; effective is none, expected CAP_NET_BIND_SERVICE; bounding is CAP_CHOWN, CAP_KILL, CAP_NET_BIND_SERVICE, expected CAP_NET_BIND_SERVICE; inheritable is none, expected CAP_NET_BIND_SERVICE; permitted is none, expected CAP_NET_BIND_SERVICE; ambient is none, expected CAP_NET_BIND_SERVICE'
	done
}

@test "a runtime that leaves state behind is found out" {
	for name in $RUNTIMES; do
		use_real "$name"
		use_wrapper '[ "$verb" != run ] || {
			"$real" "$@"
			status=$?
			mkdir "$root/$id"
			exit "$status"
		}'
		probe_json 1
		says '.differences == 13 and ([.results[] |
			select(.check == "clean-up" and .case != "refuse").difference |
			startswith("left behind: the container'\''s state '\''")] |
			all)'
		wait_until no_cgroups
	done
}

# What the last case must not find in the bundle and beside it.
@test "files of capruntime that stay after the rule are found out" {
	local left text

	use_real runc
	while IFS='|' read -r left text; do
		use_wrapper "[ \"\$verb\" != run ] || $left"
		probe_json 1
		expect_differences clean-up "withdrawn left behind: $text"
	done <<-'END_OF_FILES'
		echo >>"$5/config.json"|config.json is not the engine's
		touch "$5/.capruntime.json"|the record '.capruntime.json'
		ln -sf x "$root/../../0123456789abcdef"|the link of a session
	END_OF_FILES
}

@test "a runtime that fails is quoted" {
	use_real runc
	use_wrapper 'echo "runc: no luck today" >&2; exit 7'
	probe_json 1
	query '.results[0].got'
	expect_output 'exit status 7: runc: no luck today'
}

@test "a runtime that hangs is killed, and ends the probe" {
	use_real runc
	hang_in run
	probe_json 1
	says '(.complete | not) and (.results | length) == 2 and
		.results[0].difference == "no end within 10 seconds: killed"'
	nothing_hangs
	wait_until no_cgroups
}

@test "a session that hangs is killed, and its container ends" {
	use_real runc
	hang_in exec
	probe_json 1
	says '(.complete | not) and .differences == 1 and
		([.results[] | select(.case == "session")] |
		(.[0].ok and .[1].check == "session" and
		.[1].got == "no end within 10 seconds: killed"))'
	nothing_hangs
	wait_until no_cgroups
	wait_until no_payload
}

# A capruntime that changes nothing: the policy has no effect.
@test "a capruntime that ignores the policy is found out" {
	for name in $RUNTIMES; do
		use_real "$name"
		printf '#!/bin/sh\nexec "$CAPRUNTIME_RUNTIME" "$@"\n' \
			>"$work/capruntime"
		chmod 755 "$work/capruntime"
		capruntime=$work/capruntime
		probe_json 1
		query '.results[] | select(.case == "refuse" and
			.check == "container").difference'
		[[ "$output" = "uid=1000 "*", expected: exit status 1: capruntime: rule 'refuse'"* ]]
	done
}

# Starts the probe; returns when a container lives and its session hangs.
start_probe() {
	local words

	hang_in exec
	probe_words "$capctl" doctor --probe
	"${words[@]}" >"$work/stdout" 2>"$work/stderr" </dev/null 3>&- &
	pid=$!
	started+=("$pid")
	wait_until has_files "$work/hanging"
}

has_files() { # DIRECTORY
	[ -n "$(ls -A "$1")" ]
}

@test "after SIGTERM nothing is left, and the next probe is fine" {
	for name in $RUNTIMES; do
		use_real "$name"
		start_probe
		kill -TERM "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq 143 ]
		[ ! -s "$work/stdout" ]
		wait_until no_payload
		wait_until no_cgroups
		nothing_hangs
		use_real "$name"
		probe_json 0
	done
}

@test "after SIGKILL the container ends by itself, and the next probe is fine" {
	for name in $RUNTIMES; do
		use_real "$name"
		start_probe
		kill -KILL "$pid"
		wait_until no_payload
		wait_until no_cgroups
		kill_hanging
		use_real "$name"
		probe_json 0
	done
}

@test "two probes at once do not meet" {
	local words

	for name in $RUNTIMES; do
		use_real "$name"
		probe_words "$capctl" doctor --probe
		"${words[@]}" >"$work/stdout" 2>&1 </dev/null 3>&- &
		pid=$!
		probe_json 0
		wait "$pid" || { cat "$work/stdout" && false; }
	done
}

cannot_probe() { # TEXT WORD...
	run --separate-stderr "${@:2}"
	printf '%s: %s\n' "$status" "$stderr"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ "$stderr" = 'capctl: doctor: cannot probe: '*"$1"* &&
		"$stderr" != *$'\n'* ]]
}

@test "without root or a runtime there is one error" {
	use_real runc
	require_open_build
	cannot_probe 'run it as root' setpriv --reuid 65534 --clear-groups \
		"$capctl" doctor --probe
	cannot_probe "no real runtime for handler 'none'" \
		"$capctl" doctor --probe --handler none
	cannot_probe "'/none/runc': no such file or directory; 'capctl doctor' says" \
		env CAPRUNTIME_RUNTIME=/none/runc "$capctl" doctor --probe
	cannot_probe 'lacks CAP_KILL' setpriv --bounding-set -kill \
		"$capctl" doctor --probe
	cannot_probe 'CAP_SYS_ADMIN' setpriv --bounding-set -sys_admin \
		"$capctl" doctor --probe
}

@test "another handler is called by its name" {
	use_real runc
	probe_json 0 --handler capruntime-x
	says '.handler == "capruntime-x"'
}

@test "options that exclude each other are refused" {
	for words in '--probe --root /' '--probe --in-use /x' \
		'--probe --engine-runtimes' '--handler x'; do
		# shellcheck disable=SC2086 # two words each
		run -2 "$capctl" doctor $words
		[[ "$output" = *"see 'capctl help doctor'" ]]
	done
}
