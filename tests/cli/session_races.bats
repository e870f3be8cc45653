#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# Concurrent creates: the sweep of one create does not remove a link that
# another has just made. One create is stopped at a system call while another
# runs from start to end.

load session_helpers

setup() {
	setup_session
	require_strace
	root=$work/root
	mkdir "$root"
	make_runtime runc
	plain=("${before[@]}")
	printf '#!/bin/sh\n' >"$work/bin/second-runc"
	chmod 755 "$work/bin/second-runc"
	# The state of the container, without another process.
	printf 'for id; do :; done\n: >"%s/$id"\n' "$root" |
		tee -a "$work/bin/runc" >>"$work/bin/second-runc"
	other=$work/other
	make_bundle "$other"
	holder=
	held=
}

teardown() {
	[ -z "${at-}" ] || echo "last held at: $at"
	# A stopped process would outlive its tracer.
	[ -z "${held-}" ] || kill -KILL "$held" || :
	[ -z "${holder-}" ] || wait "$holder" || :
}

# The last container of this id was deleted.
create_again() {
	rm -rf "$root/id"
	create --root "$root"
	started
}

is_held() {
	grep -q 'stopped by SIGSTOP' "$work"/held.* 2>/dev/null
}

# Lets the call complete, then stops before the next one.
hold_create() { # BUNDLE ID CALL; CALL is a line of number_calls
	local name number _

	read -r name number _ <<<"$3"
	rm -rf "$work"/held.* "$work/called" "${root:?}/$2"
	"${plain[@]}" strace -ff -qqo "$work/held" \
		-e "inject=$name:signal=STOP:when=$number" \
		"$CAPRUNTIME_BUILT" --root "$root" create -b "$1" "$2" \
		</dev/null >"$work/stdout" 2>"$work/stderr" 3>&- &
	holder=$!
	wait_until is_held
	held=$(echo "$work"/held.*)
	held=${held##*.}
	[ ! -e "$work/called" ]
}

release_create() { # [PROCESS]: waits for its end, too, before it looks
	kill -CONT "$held"
	status=0
	wait "$holder" || status=$?
	[ -z "${1-}" ] || wait "$1"
	held=
	holder=
	started
}

create_whole() { # BUNDLE ID
	"${plain[@]}" "$CAPRUNTIME_BUILT" --root "$root" create -b "$1" "$2" \
		</dev/null
	rm "$work/called"
}

# A sweep tries once.
waits_or_is_done() {
	grep -q 'exited with' "$work/second" ||
		[ "$(grep -cE 'flock.*EAGAIN' "$work/second")" -gt 2 ]
}

# While a sweep or another link is being made, a create waits for the lock.
start_second() { # BUNDLE ID
	: >"$work/second"
	rm -rf "${root:?}/$2"
	"${plain[@]}" env "CAPRUNTIME_RUNTIME=$work/bin/second-runc" \
		strace -qo "$work/second" "$CAPRUNTIME_BUILT" --root "$root" \
		create -b "$1" "$2" </dev/null 3>&- &
	second=$!
	wait_until waits_or_is_done
}

expect_link() { # BUNDLE
	[ "$(find "$links" -type l -lname "$1/.capruntime.json" | wc -l)" -eq 1 ] ||
		{
			echo "no link to the record in $1:"
			ls -l "$links"
			return 1
		}
	[ -e "$1/.capruntime.json" ]
}

# Prepares the container `id` so that its next create changes files.
prepare_new() {
	make_bundle "$bundle"
}

prepare_without_exec() {
	make_bundle "$bundle"
	use_policy "$without_exec"
	create_again
	use_policy "$with_exec"
}

prepare_again() {
	make_bundle "$bundle"
	create_again
	cp "$old" "$config"
}

# Sets $calls: the calls of a create that changed a file.
list_changes() { # PREPARE
	"$1"
	before=("${plain[@]}" strace -qqo "$work/trace")
	create_again
	before=("${plain[@]}")
	expect_link "$bundle"
	number_calls "$work/trace" | grep -v ' = -1 ' | grep -E \
		' (mkdir|symlink|unlink|rename|write|fsync|openat.*O_CREAT)' \
		>"$work/changes"
	mapfile -t calls <"$work/changes"
	[ "${#calls[@]}" -gt 3 ]
	grep symlink "$work/changes"
}

@test "a create keeps the link of another create at any point" {
	create_whole "$other" other # each sweep reads its record
	for prepare in prepare_new prepare_without_exec prepare_again; do
		list_changes "$prepare"
		for at in "${calls[@]}"; do
			"$prepare"
			hold_create "$bundle" id "$at"
			start_second "$other" other
			release_create
			wait "$second"
			expect_link "$bundle"
			expect_link "$other"
			same "$new" "$config"
		done
	done
}

# Leaves the link of a container that was deleted with its bundle.
leave_dangling() {
	make_bundle "$bundle"
	create_again
	rm -r "$bundle" "$root/id"
}

# Sets $calls: the calls of another create, from its sweep on.
list_sweep() {
	leave_dangling
	rm -rf "$root/other"
	"${plain[@]}" strace -qqo "$work/trace" "$CAPRUNTIME_BUILT" \
		--root "$root" create -b "$other" other </dev/null
	number_calls "$work/trace" |
		awk '/ openat.*run\/capruntime"/ { fd = $NF }
			fd { print }
			fd && index($0, " close(" fd ")") { fd = 0 }' >"$work/sweep"
	mapfile -t calls <"$work/sweep"
	grep unlinkat "$work/sweep"
}

@test "a create that replaces an ended container keeps its link during a sweep" {
	list_sweep
	for at in "${calls[@]}"; do
		leave_dangling
		hold_create "$other" other "$at"
		make_bundle "$bundle"
		start_second "$bundle" id
		release_create "$second"
		expect_link "$other"
		expect_link "$bundle"
	done
}

# Sets $calls: the calls that walk to the policy and open it.
list_policy_calls() {
	make_bundle "$bundle"
	rm -rf "$root/id"
	"${plain[@]}" strace -qqo "$work/trace" "$CAPRUNTIME_BUILT" \
		--root "$root" create -b "$bundle" id </dev/null
	number_calls "$work/trace" |
		grep -nE ' (openat|fstat|read|close)\(' | sed 's/^[0-9]*://' |
		sed '/"policy.json"/,/"version"/!d' >"$work/policy-calls"
	mapfile -t calls <"$work/policy-calls"
	[ ${#calls[@]} -ge 3 ]
}

@test "a rename over the policy at any point is not an error" {
	list_policy_calls
	for at in "${calls[@]}"; do
		make_bundle "$bundle"
		hold_create "$bundle" id "$at"
		cp "$CAPRUNTIME_POLICY" "$work/policy.new"
		mv "$work/policy.new" "$CAPRUNTIME_POLICY"
		release_create
		expect_link "$bundle"
	done
}

expect_all_started() { # BUNDLE...
	local dir

	[ "$(cat "$work/statuses")" = "$(printf '0%.0s\n' "$@")" ]
	[ "$(grep -cx called "$work/called")" -eq "$#" ]
	for dir; do
		expect_link "$dir"
		same "$new" "$dir/config.json"
	done
	[ "$(find "$links" -type l | wc -l)" -eq "$#" ]
}

@test "of 16 creates at the same time, each has its link" {
	for ((round = 0; round < 8; round++)); do
		rm -rf "$links" "$work/called" "$work/statuses" "${root:?}"/*
		for ((i = 0; i < 16; i++)); do
			make_bundle "$work/many-$round/$i"
		done
		# shellcheck disable=SC2016 # for the inner shell
		"${plain[@]}" env "root=$root" sh -c 'out=$0
			for dir; do
				{ "$CAPRUNTIME_BUILT" --root "$root" create \
					-b "$dir" "${dir##*/}"
				echo $? >>"$out"; } &
			done
			wait' "$work/statuses" "$work/many-$round"/* </dev/null 3>&-
		expect_all_started "$work/many-$round"/*
	done
}
