#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl sync': a node's files equal those of a directory, or are unchanged.

load helpers

setup() {
	require_programs jq
	work=$BATS_TEST_TMPDIR
	capctl=$builddir/capctl
	source=$work/source
	target=$work/target
	mkdir "$source" "$target"
	policy web
	children=()
	# LeakSanitizer, where it was built in, cannot run under strace.
	export ASAN_OPTIONS=detect_leaks=0
}

teardown() {
	local pid

	for pid in ${children[@]+"${children[@]}"}; do
		kill -KILL "$pid" 2>/dev/null || :
	done
}

policy() { # NAME [FILE]: one rule
	printf '{"version":1,"rules":[{"name":"%s","match":{}}]}\n' "$1" \
		>"$source/${2-policy.json}"
}

sync() { # WORD...
	run --separate-stderr "$capctl" sync "$@" </dev/null 3>&- 4>&-
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

once() { sync --once "$@" "$source" "$target"; }
look() { sync --check "$@" "$source" "$target"; }

# Prints the whole tree: types, modes and contents.
tell() { # DIRECTORY
	(cd "$1" && find . ! -type d -printf '%p %y %m %l ' -exec cat {} \; |
		LC_ALL=C sort)
}

names() { # DIRECTORY: lists it
	(cd "$1" && shopt -s dotglob && LC_ALL=C && echo *)
}

expect_text() { # TEXT, the whole output
	diff <(echo "$output") <(echo "$1")
}

@test "files that differ are updated once" {
	policy more a.json
	once
	[ "$status" -eq 0 ]
	expect_text "updated: $target/policy.json
updated: $target/policy.d/a.json
in sync, files: 2, rules: 2"
	cmp "$source/policy.json" "$target/policy.json"
	cmp "$source/a.json" "$target/policy.d/a.json"
	[ "$(stat -c '%a %u' "$target/policy.json" "$target/policy.d/a.json" |
		sort -u)" = "644 $(id -u)" ]
	before=$(stat -c '%i' "$target/policy.json" "$target/policy.d/a.json")
	once
	[ "$status" -eq 0 ]
	expect_text 'in sync, files: 2, rules: 2'
	[ "$(stat -c '%i' "$target/policy.json" "$target/policy.d/a.json")" = "$before" ]
}

@test "policy files of policy.d that are not in the source are removed, other names stay" {
	policy more a.json
	once
	mv "$source/a.json" "$source/b.json"
	touch "$target/policy.d/README" "$target/policy.d/.hidden.json"
	once
	[ "$status" -eq 0 ]
	expect_text "updated: $target/policy.d/b.json
removed: $target/policy.d/a.json
in sync, files: 2, rules: 2"
	[ "$(names "$target/policy.d")" = '.hidden.json README b.json' ]
}

@test "an invalid policy is refused with its place, and the old one stays" {
	policy more a.json
	once
	before=$(tell "$target")
	policy other
	printf '{ "version": 1,\n  "rules": [ { "name": "x" } ] }\n' \
		>"$source/a.json"
	once
	[ "$status" -eq 1 ]
	[ -z "$stderr" ]
	[[ "${output//$'\n'/ }" == "refused, nothing changed: '$source/a.json':2:14: 'match' is missing"* ]]
	[ "$(tell "$target")" = "$before" ]
	# Each file is valid alone, but not together.
	policy same
	policy same a.json
	once
	[ "$status" -eq 1 ]
	[[ "$output" == *"'$source/a.json':1:"*same* ]]
	[ "$(tell "$target")" = "$before" ]
}

@test "a source without policy.json or with other names is refused" {
	once
	before=$(tell "$target")
	policy web web.jsn
	once
	[ "$status" -eq 1 ]
	[[ "${output//$'\n'/ }" == *"'$source/web.jsn' is not a policy file: name it NAME.json" ]]
	rm "$source"/*
	touch "$source/.hidden"
	once
	[ "$status" -eq 1 ]
	[[ "${output//$'\n'/ }" == *"'$source/policy.json': no such file or directory: to revoke all grants, use one with '\"rules\": []'" ]]
	[ "$(tell "$target")" = "$before" ]
	echo '{"version":1,"rules":[]}' >"$source/policy.json"
	once
	[ "$status" -eq 0 ]
	[[ "$output" == *'in sync, files: 1, rules: 0' ]]
}

@test "64 files of policy.d are the limit" {
	for ((i = 10; i < 74; i++)); do
		policy "r$i" "$i.json"
	done
	once
	[ "$status" -eq 0 ]
	[[ "$output" == *'in sync, files: 65, rules: 65' ]]
	policy r74 74.json
	once
	[ "$status" -eq 2 ]
	[[ "$stderr" == "capctl: sync: '$source' has more than 65 files" ]]
}

@test "--check prints the differences and changes nothing" {
	policy more a.json
	look
	[ "$status" -eq 1 ]
	expect_text "differs: $target/policy.json
differs: $target/policy.d/a.json
not in sync"
	[ -z "$(ls -A "$target")" ]
	once
	look
	[ "$status" -eq 0 ]
	expect_text 'in sync, files: 2, rules: 2'
	policy extra ../target/policy.d/z.json
	chmod 600 "$target/policy.json"
	look
	[ "$status" -eq 1 ]
	expect_text "differs: $target/policy.json
unexpected: $target/policy.d/z.json
not in sync"
	once
	echo '{' >"$source/a.json"
	look
	[ "$status" -eq 1 ]
	[[ "$output" == refused*"'$source/a.json':2:1:"* ]]
}

@test "--json is one object on one line" {
	policy more a.json
	once --json
	[ "$status" -eq 0 ]
	[ "$(wc -l <<<"$output")" -eq 1 ]
	jq -e --arg target "$target" '.outcome == "changed" and .files == 2 and
		.rules == 2 and .target == $target and .removed == [] and
		.put == ["policy.json", "policy.d/a.json"] and
		.reason == null and (.time | fromdate > 0) and
		(keys | length == 8)' <<<"$output"
	rm "$source/a.json"
	look --json
	[ "$status" -eq 1 ]
	jq -e '.outcome == "differs" and .removed == ["policy.d/a.json"]' \
		<<<"$output"
	echo '{' >"$source/policy.json"
	once --json
	[ "$status" -eq 1 ]
	jq -e '.outcome == "refused" and (.reason | contains(
		"/policy.json\u0027:2:1: "))' <<<"$output"
	rm -r "$source"
	once --json
	[ "$status" -eq 2 ]
	jq -e '.outcome == "error" and (.reason |
		contains("no such file or directory"))' <<<"$output"
	[ "$stderr" = "capctl: sync: open '$source': no such file or directory" ]
}

# A ConfigMap as the kubelet mounts it.
mount_version() { # NUMBER
	mkdir "$work/mount/..$1"
	cp "$source"/*.json "$work/mount/..$1/"
	ln -sfn "..$1" "$work/mount/..data_tmp"
	mv -T "$work/mount/..data_tmp" "$work/mount/..data"
}

@test "a mounted ConfigMap is read through its links" {
	mkdir -m 777 "$work/mount"
	policy more a.json
	mount_version 1
	ln -s ..data/policy.json ..data/a.json "$work/mount/"
	# A file beside ..data does not belong to the version.
	policy torn ../mount/torn.json
	sync --once "$work/mount" "$target"
	[ "$status" -eq 0 ]
	[[ "$output" == *'in sync, files: 2, rules: 2' ]]
	cmp "$source/a.json" "$target/policy.d/a.json"
	[ ! -L "$target/policy.json" ]
	policy later
	mount_version 2
	rm -r "$work/mount/..1"
	sync --once "$work/mount" "$target"
	[ "$status" -eq 0 ]
	grep -q later "$target/policy.json"
	ln -sfn ..3 "$work/mount/..data"
	sync --once "$work/mount" "$target"
	[ "$status" -eq 0 ] || [ "$status" -eq 2 ]
	grep -q later "$target/policy.json"
}

# Sets $calls: the system calls from opening a version until it is opened again.
list_reading() {
	strace -qqo "$work/trace" "$capctl" sync --once "$work/mount" \
		"$target" </dev/null
	mapfile -t calls < <(number_calls "$work/trace" |
		sed -n '/ "[.][.]data"/,/ "[.][.]data"/p' | sed '$d')
	[ "${#calls[@]}" -gt 5 ]
}

is_held() { grep -q 'stopped by SIGSTOP' "$work/trace" 2>/dev/null; }

# Stops after that call.
hold_reading() { # NAME NUMBER
	rm "$work/trace"
	strace -qqo "$work/trace" -e "inject=$1:signal=STOP:when=$2" \
		"$capctl" sync --once "$work/mount" "$target" \
		>"$work/said" 2>&1 </dev/null 3>&- 4>&- &
	children+=($!)
	wait_until is_held
	held=$(cat "/proc/$!/task/$!/children")
	children+=("$held")
}

# The kubelet removes the old version immediately.
@test "a version that is removed while it is read is not an error" {
	require_strace
	mkdir "$work/mount"
	policy more a.json
	mount_version 1
	list_reading
	for call in "${calls[@]}"; do
		echo "held at: $call"
		read -r name number _ <<<"$call"
		hold_reading "$name" "$number"
		policy "$name-$number"
		mount_version 2
		rm -r "$work/mount/..1"
		kill -CONT "$held"
		wait "$!"
		grep -qx 'in sync, files: 2, rules: 2' "$work/said"
		cmp "$source/policy.json" "$target/policy.json"
		mount_version 1
		rm -r "$work/mount/..2"
	done
}

# Both versions are valid. A mixture is not, because then the rule is in both
# files or in neither.
@test "a ConfigMap that changes all the time is read one version at a time" {
	mkdir "$work/mount"
	policy moving
	policy other a.json
	mount_version 1
	policy other
	policy moving a.json
	mount_version 2
	while [ ! -e "$work/stop" ]; do
		for version in 1 2; do
			ln -sfn "..$version" "$work/mount/..data_tmp"
			mv -T "$work/mount/..data_tmp" "$work/mount/..data"
		done
	done 3>&- 4>&- &
	children+=($!)
	for ((round = 0; round < 50; round++)); do
		sync --once "$work/mount" "$target"
		[ "$status" -eq 0 ] || break
		[[ "$output" == *'in sync, files: 2, rules: 2' ]]
	done
	touch "$work/stop"
	wait
	[ "$status" -eq 0 ]
}

# The kubelet removes the files of a version one by one, so a read may miss some
# of them.
@test "a ConfigMap that is replaced during each read is an error" {
	require_strace
	mkdir "$work/mount"
	mount_version 1
	# Fails every second open: the version has changed in the meantime.
	run --separate-stderr strace -qq -o /dev/null -P ..data \
		-e inject=openat:error=ENOENT:when=2+2 "$capctl" sync --once \
		"$work/mount" "$target" </dev/null
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: sync: '$work/mount' was replaced 10 times while it was read" ]
	[ "$(names "$target")" = '*' ]
}

has_line() { # NUMBER JQ-FILTER
	local line

	line=$(sed -n "$1p" "$work/log")
	[ -n "$line" ] && jq -e "$2" <<<"$line" >/dev/null
}

has_ended() { # PID of a child
	! kill -0 "$1" 2>/dev/null || [[ "$(ps -o stat= -p "$1")" == Z* ]]
}

start_keeping() { # WORD...
	"$capctl" sync --interval 1 --json "$@" >"$work/log" \
		2>"$work/errors" </dev/null 3>&- 4>&- &
	keeper=$!
	children+=("$keeper")
}

@test "it polls, prints each state once, and ends on SIGTERM and SIGINT" {
	start_keeping "$source" "$target"
	wait_until has_line 1 '.outcome == "changed"'
	echo '{' >"$source/.new"
	mv "$source/.new" "$source/policy.json"
	wait_until has_line 2 '.outcome == "refused"'
	grep -q web "$target/policy.json"
	policy healed .new
	mv "$source/.new" "$source/policy.json"
	wait_until has_line 3 '.outcome == "changed"'
	# A manual change on the node is overwritten.
	echo '{}' >"$target/policy.json"
	wait_until has_line 4 '.put == ["policy.json"]'
	mv "$target" "$work/elsewhere"
	wait_until has_line 5 '.outcome == "error"'
	mv "$work/elsewhere" "$target"
	wait_until has_line 6 '.outcome == "in_sync"'
	kill -TERM "$keeper"
	wait_until has_ended "$keeper"
	wait "$keeper"
	cat "$work/log"
	[ "$(wc -l <"$work/log")" -eq 6 ]
	[ ! -s "$work/errors" ]
	grep -q healed "$target/policy.json"
}

# Process 1 of a PID namespace, where signals have no default action.
@test "as the first process of a container it ends on a signal" {
	require_root
	require_programs unshare
	unshare --pid --fork --kill-child "$capctl" sync --interval 3600 \
		"$source" "$target" >"$work/log" 2>&1 </dev/null 3>&- 4>&- &
	children+=($!)
	wait_until grep -q 'in sync' "$work/log"
	kill -TERM "$(cat "/proc/$!/task/$!/children")"
	wait_until has_ended "$!"
	wait "$!"
}

@test "a reader sees the complete old policy or the complete new one" {
	printf '{"version":1,"rules":[],"comment":"%0100000d"}' 1 >"$work/1"
	printf '{"version":1,"rules":[],"comment":"%0100000d"}' 2 >"$work/2"
	cp "$work/1" "$source/policy.json"
	once
	while [ ! -e "$work/stop" ]; do
		for version in 1 2; do
			cp "$work/$version" "$source/policy.json"
			"$capctl" sync --once "$source" "$target" >&2
		done
	done 3>&- 4>&- 2>/dev/null &
	children+=($!)
	for ((round = 0; round < 200; round++)); do
		cat "$target/policy.json" >"$work/seen"
		cmp -s "$work/seen" "$work/1" || cmp -s "$work/seen" "$work/2" ||
			break
	done
	touch "$work/stop"
	wait
	[ "$round" -eq 200 ]
}

@test "a kill leaves complete files, and the next run cleans up" {
	require_strace
	once
	policy other
	for call in writev fchmod rename renameat; do
		strace -qq -o /dev/null -e "trace=$call" \
			-e "inject=$call:signal=KILL" \
			"$capctl" sync --once "$source" "$target" >/dev/null \
			2>&1 </dev/null || :
		grep -qE '"(web|other)"' "$target/policy.json"
	done
	once
	[ "$status" -eq 0 ]
	cmp "$source/policy.json" "$target/policy.json"
	policy last
	once
	[ "$(names "$target")" = 'policy.d policy.json' ]
}

# Engines read all files in a drop-in directory, including temporary ones.
@test "a kill leaves no file in a drop-in directory, and the next run cleans up" {
	local call left

	require_strace
	mkdir "$work/etc" "$work/etc/crio.conf.d"
	ln -s etc/crio.conf.d "$work/link"
	echo old >"$work/50.conf"
	sync --files --once "$work/50.conf" "$work/etc/crio.conf.d"
	for call in writev fchmod renameat; do
		for target in "$work/etc/crio.conf.d" "$work/link/"; do
			echo "new $call" >"$work/50.conf"
			strace -qq -o /dev/null -e "trace=$call" \
				-e "inject=$call:signal=KILL" "$capctl" sync \
				--files --once "$work/50.conf" "$target" \
				>/dev/null 2>&1 </dev/null || :
			[ "$(names "$work/etc/crio.conf.d")" = 50.conf ]
			left="$(names "$work/etc")"
			[ "$left" = '.crio.conf.d-50.conf.capruntime-new crio.conf.d' ] ||
				[ "$call" = renameat ]
			cp "$work/etc/crio.conf.d/50.conf" "$work/50.conf"
			sync --files --once "$work/50.conf" "$target"
			expect_text 'in sync, files: 1'
			[ "$(names "$work/etc")" = crio.conf.d ]
		done
	done
}

@test "what was changed before an error is said" {
	policy new
	mkdir -p "$target/policy.d/more.json"
	once
	[ "$status" -eq 2 ]
	expect_text "updated: $target/policy.json"
	[ "$stderr" = "capctl: sync: remove '$target/policy.d/more.json': is a directory" ]
	once
	[ "$status" -eq 2 ] && [ -z "$output" ]
}

@test "an empty file that is there is in sync" {
	: >"$work/empty"
	sync --files --once "$work/empty" "$target"
	expect_text "updated: $target/empty
in sync, files: 1"
	sync --files --once "$work/empty" "$target"
	expect_text 'in sync, files: 1'
}

# CRI-O reads directories in its drop-in directory, too.
@test "a kill leaves no file below a drop-in directory" {
	require_strace
	mkdir -p "$work/etc/crio.conf.d/pods.d/deep"
	echo new >"$work/50.conf"
	strace -qq -o /dev/null -e trace=writev -e 'inject=writev:signal=KILL' \
		"$capctl" sync --files --once "$work/50.conf" \
		"$work/etc/crio.conf.d/pods.d/deep" >/dev/null 2>&1 </dev/null || :
	[ -z "$(find "$work/etc/crio.conf.d" -type f)" ]
	[ "$(names "$work/etc")" = \
		'.crio.conf.d-pods.d-deep-50.conf.capruntime-new crio.conf.d' ]
	sync --files --once "$work/50.conf" "$work/etc/crio.conf.d/pods.d/deep"
	[ "$(names "$work/etc")" = crio.conf.d ]
	[ "$(names "$work/etc/crio.conf.d/pods.d/deep")" = 50.conf ]
}

@test "a temporary file among others is removed, and is not in sync" {
	local left=.policy.json.capruntime-new

	once
	for left in $left policy.d/50.json.capruntime-new; do
		echo x >"$target/$left"
		look
		[ "$status" -eq 1 ]
		expect_text "unexpected: $target/$left
not in sync"
		echo x >"$target/other-new"
		once
		[ "$status" -eq 0 ]
		[[ "$output" == "removed: $target/$left"* ]]
		[ "$(names "$target" | xargs)" = 'other-new policy.d policy.json' ]
		rm "$target/other-new"
	done
}

@test "policy.d never has temporary files" {
	require_strace
	once
	policy other 50.json
	strace -qq -o /dev/null -e trace=writev -e 'inject=writev:signal=KILL' \
		"$capctl" sync --once "$source" "$target" >/dev/null \
		2>&1 </dev/null || :
	[ "$(names "$target/policy.d")" = '*' ]
	[ "$(names "$target")" = \
		'.policy.d-50.json.capruntime-new policy.d policy.json' ]
}

@test "a drop-in directory that is a mount of its own is refused" {
	mkdir "$work/etc" "$work/etc/crio.conf.d"
	echo new >"$work/50.conf"
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr unshare -m sh -c 'mount --bind "$1" "$1" &&
		exec "$0" sync --files --once "$2" "$1"' "$capctl" \
		"$work/etc/crio.conf.d" "$work/50.conf" </dev/null
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: sync: '$work/etc/crio.conf.d/50.conf' needs a temporary file in the directory above '$work/etc/crio.conf.d', which is on another mount: mount that directory instead" ]
	[ "$(names "$work/etc")" = crio.conf.d ]
	[ "$(names "$work/etc/crio.conf.d")" = '*' ]
}

@test "nothing but a regular file is opened" {
	mkfifo "$target/file"
	echo new >"$work/file"
	require_strace
	strace -f -e trace=openat -o "$work/trace" "$capctl" sync --files \
		--once "$work/file" "$target" </dev/null
	run grep -E 'openat\([0-9]+, "file"' "$work/trace"
	[ "$status" -eq 1 ]
	cmp "$work/file" "$target/file"
}

@test "--runtime creates the link to the real runtime once" {
	once --runtime /usr/bin/runc
	[ "$status" -eq 0 ]
	[[ "$output" == *"updated: $target/runtimes/capruntime"* ]]
	[ "$(readlink "$target/runtimes/capruntime")" = /usr/bin/runc ]
	look --runtime /usr/bin/runc
	[ "$status" -eq 0 ]
	policy other
	once --runtime /usr/bin/crun
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: sync: '$target/runtimes/capruntime' points to '/usr/bin/runc' instead of '/usr/bin/crun' and is kept: running containers may need it; use another name" ]
	[ "$(readlink "$target/runtimes/capruntime")" = /usr/bin/runc ]
	# The policy is updated anyway.
	cmp "$source/policy.json" "$target/policy.json"
	once
	[ "$status" -eq 0 ]
}

@test "--files updates other files, and programs stay executable" {
	printf '#!/bin/sh\n' >"$work/program"
	chmod 777 "$work/program"
	echo text >"$work/file"
	chmod 664 "$work/file"
	sync --files --once "$work/program" "$work/file" "$target"
	[ "$status" -eq 0 ]
	expect_text "updated: $target/program
updated: $target/file
in sync, files: 2"
	[ "$(stat -c %a "$target/program" "$target/file" | xargs)" = '755 644' ]
	# A running program can be replaced.
	exec 9<"$target/program"
	echo 'exit 1' >>"$work/program"
	sync --files --check "$work/program" "$work/file" "$target"
	[ "$status" -eq 1 ]
	expect_text "differs: $target/program
not in sync"
	sync --files --once --json "$work/program" "$work/file" "$target"
	jq -e '.put == ["program"] and .files == 2 and .rules == null' \
		<<<"$output"
	[ "$(cat <&9)" = '#!/bin/sh' ]
	cmp "$work/program" "$target/program"
	sync --files --once "$work/none" "$target"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: sync: open '$work/none': no such file or directory" ]
	sync --files --once "$source" "$target"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: sync: '$source' is not a regular file" ]
}

@test "a target that others can write is refused" {
	chmod 777 "$target"
	once
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"'$target'"*'is writable by others'* ]]
	chmod 755 "$target"
	mkdir -m 777 "$target/policy.d"
	chmod 777 "$target/policy.d"
	once
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"'$target/policy.d'"*'is writable by others'* ]]
	[ ! -e "$target/policy.json" ]
}

@test "the default target is the policy of the node" {
	require_root
	require_programs unshare
	capctl=$builddir/tests/cli/capctl-sysroot
	over_sysroot etc
	mkdir -p "$work/etc/capruntime"
	run -0 "${over[@]}" "$capctl" sync --once "$source"
	echo "$output"
	cmp "$source/policy.json" "$work/etc/capruntime/policy.json"
}

@test "wrong use is status 2 with one line of reason" {
	for words in '' 'a b c' '--files a' '--bogus a' '--interval' \
		'--interval 0 a' '--interval 3601 a' '--interval 1x a' \
		'--interval 1 --once a' '--once --check a' '--runtime runc a' \
		'--runtime /a --files a b'; do
		# shellcheck disable=SC2086
		sync $words
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ "$stderr" == 'capctl: sync: '*"see 'capctl help sync'" ]]
	done
	sync --once "$source" target
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: sync: 'target' is not an absolute path" ]
}

@test "a full standard output is status 2" {
	run -2 --separate-stderr sh -c \
		'"$0" sync --once "$1" "$2" >/dev/full' "$capctl" "$source" "$target"
	[ "$stderr" = 'capctl: write to standard output: no space left on device' ]
	run -2 --separate-stderr sh -c \
		'"$0" sync "$1" "$2" >/dev/full' "$capctl" "$source" "$target"
}

@test "unusual names and long reasons fit the terminal" {
	mkdir "$source/"$'a\033[1m.json'
	once
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'a\x1b[1m.json'* ]]
	rmdir "$source/"$'a\033[1m.json'
	echo '{' >"$source/policy.json"
	once
	[[ "$output" != *$'\033'* ]]
}
