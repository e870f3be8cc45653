#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # helpers.bash has them
# One bundle is used by one container at a time.

load helpers

setup() {
	setup_work
	holder=
	root=$work/root
	mkdir "$root"
}

teardown() {
	[ -z "${holder-}" ] || kill "$holder" || :
}

create_id() { # ID [WORD...]
	rm -f "$work/called"
	status=0
	"$CAPRUNTIME_BUILT" --root "$root" "${@:2}" create -b "$bundle" "$1" \
		>"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

# Container a, whose runtime is this process until it is killed.
start_holder() {
	printf '#!/bin/sh\n: >"%s"\nexec sleep 600\n' "$work/ready" \
		>"$work/bin/slow"
	chmod 755 "$work/bin/slow"
	CAPRUNTIME_RUNTIME=$work/bin/slow "$CAPRUNTIME_BUILT" --root "$root" \
		create -b "$bundle" a </dev/null >/dev/null 2>&1 3>&- &
	holder=$!
	disown "$holder"
	wait_until [ -e "$work/ready" ]
	cp "$record" "$work/record"
}

in_use() {
	refused "bundle in use by container 'a' under '$root'" \
		'delete it, or use another bundle'
	same "$config" "$new"
	same "$record" "$work/record"
}

@test "a runtime that runs keeps another container out of its bundle" {
	start_holder
	create_id b
	in_use
	# The grant would be taken back.
	use_policy '{"name":"other","match":{"id":"a"},"ambient":["KILL"]}'
	create_id b
	in_use
	use_policy
	create_id b
	in_use
	kill "$holder"
	wait_until eval '! kill -0 "$holder" 2>/dev/null'
	holder=
	create_id b
	started
	same "$config" "$old"
}

@test "a state directory keeps another container out of its bundle" {
	use_policy "$grant"
	create_id a
	started
	cp "$record" "$work/record"
	mkdir "$root/a"
	create_id b
	in_use
	rmdir "$root/a"
	create_id b
	started
	grep -q '"id":"b"' "$record"
}

# Rules that could match another container in the bundle.
use_rules_by_id() {
	use_policy '{"name":"b","match":{"id":"b"},"ambient":["KILL"]}' \
		'{"name":"other","match":{"id":"d","gid":4242},"ambient":["KILL"]}'
}

@test "a container without a rule keeps one with a rule out of its bundle" {
	use_rules_by_id
	start_holder
	same "$config" "$old"
	create_id b
	refused "bundle in use by container 'a' under '$root'"
	same "$config" "$old"
	same "$record" "$work/record"
	# Nothing would change for this one, but once a has ended, the record would
	# not keep b out of it.
	create_id c
	refused "bundle in use by container 'a' under '$root'"
	# Without rules that tell them apart, nothing changes for any of them.
	use_policy '{"name":"other","match":{"gid":4242},"ambient":["KILL"]}'
	create_id c
	started
	same "$config" "$old"
	same "$record" "$work/record"
	use_rules_by_id
	kill "$holder"
	wait_until eval '! kill -0 "$holder" 2>/dev/null'
	holder=
	create_id b
	started
	grep -q KILL "$config"
}

@test "a record that only names the owner goes with the rule that needs it" {
	use_rules_by_id
	create_id a
	started
	grep -q '"id":"a","root":".*","rule":null' "$record"
	use_policy '{"name":"d","match":{"id":"d","gid":4242},"ambient":["KILL"]}' \
		'{"name":"any","match":{"gid":4242},"ambient":["KILL"]}'
	create_id a
	started
	same "$config" "$old"
	[ ! -e "$record" ]
}

@test "a grant that is taken back leaves a record that only names the owner" {
	use_rules_by_id
	create_id b
	started
	cp "$config" "$work/granted"
	create_id c
	started
	same "$config" "$old"
	jq -e '.capabilities == null and .files == []' "$record"
	# Nobody takes this for a file of ours.
	cp "$work/granted" "$config"
	create_id c
	started
	same "$config" "$work/granted"
}

@test "where no record can be written, a container without a rule starts" {
	use_rules_by_id
	mount -t tmpfs tmpfs "$bundle"
	cp "$old" "$config"
	mount -o remount,ro "$bundle"
	create_id a
	umount "$bundle"
	started
}

@test "a process of the same number is not the owner" {
	start_holder
	sed -i 's/"start":[0-9]*/"start":1/' "$record"
	create_id b
	started
}

@test "a bundle that somebody holds locked is refused by name" {
	flock -s "$bundle" sleep 600 3>&- &
	holder=$!
	disown "$holder"
	wait_until eval '! flock -n "$bundle" true'
	create_id a
	refused "bundle: '$bundle' is locked by another process"
	same "$config" "$old"
	[ ! -e "$record" ]
}

@test "without rules and a record a locked bundle is not waited for" {
	use_policy
	flock "$bundle" sleep 600 3>&- &
	holder=$!
	disown "$holder"
	wait_until eval '! flock -n "$bundle" true'
	create_id a
	started
}

@test "the lock ends when the runtime begins" {
	start_holder
	flock -n "$bundle" true
	[ -z "$(find "/proc/$holder/fd" -lname "$bundle*")" ]
}

# The runtime writes down the config.json that it would use.
write_reader() {
	cat >"$work/bin/reader" <<-'END'
		#!/bin/bash
		for id; do :; done
		sleep "0.0$((RANDOM % 8))"
		cp "$BUNDLE/config.json" "$OUT/$id"
		END
	chmod 755 "$work/bin/reader"
}

@test "concurrent creates in one bundle: each has its own sets or is refused" {
	local id round rounds=30

	! is_soak || rounds=300
	write_reader
	export BUNDLE=$bundle OUT=$work/out CAPRUNTIME_RUNTIME=$work/bin/reader
	mkdir "$OUT"
	use_policy '{"name":"raise","match":{"id":"a"},"ambient":["KILL"]}' \
		'{"name":"narrow","match":{"id":"b"},"drop":["KILL"]}'
	for id in a b c d; do
		make_bundle "$bundle"
		rm -f "$record"
		create_id "$id"
		cp "$config" "$work/want-$id"
	done
	rm -f "$record"
	make_bundle "$bundle"
	for ((round = 0; round < rounds; round++)); do
		rm -f "$OUT"/*
		for id in a b c d; do
			(
				sleep "0.$((RANDOM % 2))$((RANDOM % 8))"
				exec "$CAPRUNTIME_BUILT" --root "$root" create \
					-b "$bundle" "$id"
			) </dev/null 2>"$work/error-$id" 3>&- &
		done
		wait
		for id in a b c d; do
			[ -s "$work/error-$id" ] ||
				same "$OUT/$id" "$work/want-$id"
		done
		for id in a b c d; do
			[ -e "$OUT/$id" ] || grep -q \
				"^capruntime: bundle in use by container '[abcd]' under '$root': " \
				"$work/error-$id"
		done
	done
	use_policy
	create_id e
	same "$config" "$old"
	[ ! -e "$record" ]
}
