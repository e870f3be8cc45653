#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# Mode audit decides and logs, changes and refuses nothing, and reverts what
# mode enforce granted before.

load policy_helpers

setup() { setup_container; }

web='{name: "web", match: {namespace: "shop"}, ambient: ["NET_BIND_SERVICE"]}'
unmet='{name: "web", match: {}, ambient: ["SYS_NICE"], require: true}'
record=.capruntime.json

observe() { # [RULE…]
	policy '{mode: "audit", engine: "cri-o"}' "$@"
}

grant() { # [MORE]: in mode enforce, so that a record exists
	policy '{engine: "cri-o"}' "{name: \"web\", match: {},
		ambient: [\"KILL\"], ${1-}}"
	expect_start
	! cmp -s "$work/original.json" "$bundle/config.json" || return
	[ -f "$bundle/$record" ]
	cp "$bundle/config.json" "$work/granted.json"
	rm "$log"
}

# The container starts unchanged; the log says that it would be refused.
expect_would_refuse() { # REASON-PATTERN
	rm -f "$log"
	expect_start
	expect_audit ".outcome == \"would_refuse\" and .mode == \"audit\" and
		(.reason | test(\"$1\"))" 1
}

expect_taken_back() {
	expect_start
	expect_untouched
}

@test "a grant is logged and not made" {
	observe "$web"
	expect_start
	expect_audit '.outcome == "would_apply" and .mode == "audit" and
		.rule == "web" and .raised == ["CAP_NET_BIND_SERVICE"] and
		.before.ambient == "0000000000000000" and
		.after.ambient == "0000000000000400"' 1
	expect_untouched
}

@test "a narrowing is logged and not made" {
	observe '{name: "narrow", match: {}, drop: "others",
		no_new_privileges: true}'
	expect_start
	expect_audit '.outcome == "would_apply" and .no_new_privileges and
		.after.bounding == "0000000000000000"' 1
	expect_untouched
}

@test "mode enforce is the default and can be written" {
	for mode in '{}' '{mode: "enforce"}'; do
		make_container
		policy "$mode" '{name: "a", match: {}, ambient: ["KILL"]}'
		expect_start
		expect_audit '.outcome == "applied" and .mode == "enforce"'
		[[ "$(sets)" == *'I=KILL A=KILL' ]]
	done
}

@test "an unmet require refuses nothing" {
	observe "$unmet"
	expect_would_refuse 'require'
	expect_audit '.rule == "web" and .missing == ["CAP_SYS_NICE"]' 1
	expect_untouched
}

@test "sets that cannot work refuse nothing" {
	observe "$web"
	make_container 'del(.process.capabilities)'
	expect_would_refuse 'no process.capabilities'
	expect_untouched
	make_container '.process.capabilities.inheritable = ["CAP_SYS_NICE"]'
	expect_would_refuse 'CAP_SYS_NICE'
	expect_untouched
}

@test "a missing mark refuses nothing" {
	observe "$web"
	make_container 'del(.annotations["io.container.manager"])'
	expect_would_refuse 'not written by cri-o'
	expect_untouched
}

@test "an ambiguous config.json refuses nothing" {
	observe "$web"
	while read -r from to; do
		make_container
		sed -i "s|$from|$to|" "$bundle/config.json"
		cp "$bundle/config.json" "$work/original.json"
		expect_would_refuse config.json
		expect_untouched
	done <<-'END'
		"process" "Process":{},"process"
		"uid":.1000 "uid":"1000"
		"uid":.1000 "uid":1000,"uid":0
		"bounding" "Bounding"
		"cwd" "cwd\\u0000":"","cwd"
		^{ //\n{
		^{ {"ociVersion":"\xff",
		"io.container.manager" "io.container.manager":"x","io.container.manager"
	END
	: >"$bundle/config.json"
	expect_would_refuse 'config.json'
}

@test "a missing or odd config.json refuses nothing, and opening it never blocks" {
	observe "$web"
	rm "$bundle/config.json"
	expect_would_refuse 'config.json.: is missing'
	mkfifo "$bundle/config.json"
	expect_would_refuse 'not a regular file'
	rm "$bundle/config.json"
	mkdir "$bundle/config.json"
	expect_would_refuse 'not a regular file'
	rmdir "$bundle/config.json"
	ln -s config.json "$bundle/config.json"
	expect_would_refuse 'too many symbolic links'
	rm -r "$bundle"
	expect_would_refuse 'is missing'
	mkdir "$bundle"
}

@test "without rules nothing is read or logged" {
	observe
	expect_start
	rm "$bundle/config.json"
	expect_start
	echo '{' >"$bundle/config.json"
	expect_start
	rm -r "$bundle"
	expect_start
	[ ! -e "$log" ]
	mkdir "$bundle"
}

@test "an earlier grant is revoked, byte for byte" {
	grant
	observe "$web"
	expect_taken_back
	expect_audit '.outcome == "would_apply" and .rule == "web" and
		.before.ambient == "0000000000000000"' 1
}

@test "an earlier no_new_privileges and drop are reverted" {
	for original in . '.process.noNewPrivileges = false' \
		'.process.noNewPrivileges = null'; do
		make_container "$original"
		grant 'no_new_privileges: true, drop: "others"'
		observe "$web"
		expect_taken_back
	done
}

@test "an earlier grant is revoked with every decision" {
	grant
	observe "$unmet"
	expect_taken_back
	grant
	observe '{name: "other", match: {namespace: "x"}}'
	expect_taken_back
	grant
	observe
	expect_taken_back
}

@test "an earlier grant is revoked if the engine's annotation is gone" {
	make_container 'del(.annotations)'
	policy '{}' '{name: "a", match: {}, ambient: ["KILL"]}'
	expect_start
	observe "$web"
	rm "$log"
	expect_taken_back
	expect_audit '.outcome == "would_refuse"' 1
}

@test "a later change by others is kept, and the record is removed" {
	grant
	jq '.process.capabilities.ambient = ["CAP_NET_RAW"] |
		.process.capabilities.inheritable = ["CAP_NET_RAW"]' \
		"$work/granted.json" >"$bundle/config.json"
	cp "$bundle/config.json" "$work/original.json"
	observe "$web"
	expect_taken_back
}

@test "a grant that cannot be revoked refuses nothing" {
	grant
	observe "$web"
	# shellcheck disable=SC2016 # for the inner shell
	before=(unshare -m sh -c 'mount --bind "$1" "$1" &&
		mount -o remount,bind,ro "$1" && shift && exec "$@"' sh "$bundle")
	expect_would_refuse 'read-only'
	cmp "$work/granted.json" "$bundle/config.json"
	[ -f "$bundle/$record" ]
}

# The record is not used and not changed.
expect_record_unused() { # REASON-PATTERN
	expect_would_refuse "$1"
	cmp "$work/granted.json" "$bundle/config.json"
	[ -e "$bundle/$record" ] || [ -L "$bundle/$record" ]
}

@test "an untrusted record is not used, and logged" {
	grant
	cp "$bundle/$record" "$work/record"
	observe "$web"
	chmod 664 "$bundle/$record"
	expect_record_unused 'is writable by others'
	chmod 600 "$bundle/$record"
	chown 1000 "$bundle/$record"
	expect_record_unused 'is owned by user 1000'
	chown 0 "$bundle/$record"
	ln "$bundle/$record" "$work/second"
	expect_record_unused 'one link'
	rm "$work/second" "$bundle/$record"
	ln -s "$work/record" "$bundle/$record"
	expect_record_unused 'regular file'
	rm "$bundle/$record"
	mkfifo "$bundle/$record"
	expect_record_unused 'regular file'
	rm "$bundle/$record"
	mkdir "$bundle/$record"
	expect_record_unused 'regular file'
	rmdir "$bundle/$record"
	for text in '' '{' '[]' '{"version": 77}'; do
		echo "$text" >"$bundle/$record"
		expect_record_unused 'capruntime.json'
	done
	# The decision depends on the current config.json.
	expect_audit '.rule == "web" and .before.ambient == "0000000000000020"'
	cp "$work/record" "$bundle/$record"
	expect_taken_back
}

@test "the same record refuses in mode enforce" {
	grant
	policy '{engine: "cri-o"}' "$web"
	chmod 664 "$bundle/$record"
	expect_refusal "$record" 'is writable by others'
	cmp "$work/granted.json" "$bundle/config.json"
}

@test "a broken file of policy.d refuses nothing" {
	use_sysroot
	mkdir "$etc/policy.d"
	observe '{name: "first", match: {id: "y"}}'
	for text in '{' '{"version": 1}' '{"version": 1, "mode": "enforce",
		"rules": []}' '{"version": 1, "rules": [{"name": "first",
		"match": {}}]}'; do
		echo "$text" >"$etc/policy.d/1.json"
		expect_would_refuse 'load policy: .*policy.d/1.json.:'
		expect_untouched
	done
	rm "$etc/policy.d/1.json"
	mkdir "$etc/policy.d/1.json"
	expect_would_refuse 'not a regular file'
	chmod 777 "$etc/policy.d"
	expect_would_refuse 'cannot be trusted'
}

@test "a broken file of policy.d decides nothing" {
	use_sysroot
	mkdir "$etc/policy.d"
	observe
	echo '{"version": 1, "rules": [{"name": "typo", "match": {"pid": 1},
		"ambient": ["KILL"]}]}' >"$etc/policy.d/1.json"
	expect_would_refuse 'unknown key .*pid'
	expect_audit 'has("rule") or has("after") | not' 1
	expect_untouched
}

@test "with a broken file of policy.d an earlier grant is revoked" {
	use_sysroot
	mkdir "$etc/policy.d"
	grant
	observe
	echo '{' >"$etc/policy.d/1.json"
	expect_taken_back
	expect_audit '.outcome == "would_refuse" and
		(.reason | test("policy.d/1.json"))' 1
}

@test "a broken file of policy.d refuses in mode enforce" {
	use_sysroot
	mkdir "$etc/policy.d"
	policy '{engine: "cri-o"}' "$web"
	echo '{' >"$etc/policy.d/1.json"
	expect_refusal 'policy.d/1.json'
	expect_audit '.outcome == "refused" and .mode == "enforce"' 1
	expect_untouched
}

@test "an invalid policy.json refuses in mode audit" {
	for text in '{"version": 1, "mode": "audit", "audit": "none",
		"rules": [{"name": "a"}]}' \
		'{"version": 2, "mode": "audit", "audit": "none", "rules": []}' \
		'{"mode": "audit", "audit": "none", "version": 1, "rules": []' \
		'{"version": 1, "mode": "audit", "mode": "audit", "rules": []}' \
		'{"version": 1, "mode": "Audit", "rules": []}' ''; do
		echo "$text" >"$CAPRUNTIME_POLICY"
		expect_refusal "load policy: '$CAPRUNTIME_POLICY':"
		expect_untouched
	done
}

@test "an unreadable policy.json refuses in mode audit" {
	observe "$web"
	chmod 666 "$CAPRUNTIME_POLICY"
	expect_refusal 'is writable by others'
	chmod 644 "$CAPRUNTIME_POLICY"
	chown 1000 "$CAPRUNTIME_POLICY"
	expect_refusal 'is owned by user 1000'
	rm "$CAPRUNTIME_POLICY"
	expect_refusal 'is missing'
	ln -s nowhere "$CAPRUNTIME_POLICY"
	expect_refusal 'is missing'
	rm "$CAPRUNTIME_POLICY"
	mkdir "$CAPRUNTIME_POLICY"
	expect_refusal 'not a regular file'
	expect_untouched
}
