#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # policy_helpers.bash sets them
# The files of policy.d: which are read, in which order, and which are refused.

load policy_helpers

setup() {
	setup_container
	use_sysroot
	directory=$etc/policy.d
	seen_directory=$seen/policy.d
	mkdir "$directory"
	policy '{}'
}

teardown() {
	touch "$work/stop"
	wait
}

# A file with one rule. The rule's default name is the file's.
drop_in() { # FILE [NAME [MATCH [MORE]]]
	local name=${2-$(basename "$1" .json)}

	jq -n "{version: 1, rules: [{name: \"$name\", match: ${3-{\}},
		ambient: [\"KILL\"]} + {${4-}}]}" >"$directory/$1"
}

decides() { # RULE FILE
	expect_start
	expect_audit ".outcome == \"applied\" and .rule == \"$1\" and
		.file == \"$2\""
}

@test "files are read in the byte order of their names" {
	local files=(10.json 9.json B.json a-b.json a.json b.json $'\xc3\xa9.json')
	local at

	export LC_ALL=C.UTF-8
	for ((at = ${#files[@]} - 1; at >= 0; at--)); do
		drop_in "${files[at]}" "rule-$at"
	done
	for ((at = 0; at < ${#files[@]}; at++)); do
		decides "rule-$at" "$seen_directory/${files[at]}"
		rm "$directory/${files[at]}"
	done
	expect_start
	expect_untouched
}

@test "the first rule that matches decides, over all files" {
	policy '{}' '{name: "other", match: {id: "y"}, drop: "others"}' \
		'{name: "main", match: {id: "x"}, ambient: ["NET_RAW"]}'
	drop_in 1.json
	decides main "$seen/policy.json"
	expect_sets 'B=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW P=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW E=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW I=NET_RAW A=NET_RAW'
	policy '{}' '{name: "other", match: {id: "y"}, drop: "others"}'
	drop_in 2.json
	decides 1 "$seen_directory/1.json"
	expect_sets 'B=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW P=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW E=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW I=KILL A=KILL'
	drop_in 1.json 1 '{id: "z"}'
	decides 2 "$seen_directory/2.json"
}

@test "a rule without an action keeps later files away from its containers" {
	policy '{}' '{name: "hands-off", match: {gid: "0-"}}'
	drop_in 1.json
	expect_start
	expect_untouched
}

@test "no directory is no policy" {
	expect_start
	expect_untouched
	rm -r "$etc"
	expect_start
	expect_untouched
	[ ! -e "$log" ]
}

@test "a directory without policy.json refuses, and says what to write" {
	rm "$etc/policy.json"
	expect_refusal "load policy: '$seen/policy.json' is missing" \
		'write {"version":1,"rules":[]} to it'
	expect_untouched
	drop_in 1.json
	expect_refusal "'$seen/policy.json' is missing"
	expect_untouched
	rm -r "$directory"
	expect_refusal "'$seen/policy.json' is missing"
	echo '{"version":1,"rules":[]}' >"$etc/policy.json"
	expect_start
	expect_untouched
}

@test "the moment in which an editor renames policy.json refuses" {
	policy '{}' '{name: "narrow", match: {}, drop: ["NET_RAW"]}'
	expect_start
	mv "$etc/policy.json" "$etc/policy.json~"
	expect_refusal "'$seen/policy.json' is missing"
	mv "$etc/policy.json~" "$etc/policy.json"
	expect_start
	expect_audit '.rule == "narrow"'
}

@test "a directory that is a dangling link, or no directory, refuses" {
	rm -r "$etc"
	ln -s nowhere "$etc"
	expect_refusal 'load policy:'
	expect_untouched
	rm "$etc"
	echo >"$etc"
	expect_refusal 'load policy:'
	expect_untouched
}

@test "version is required in every file" {
	for version in '' '"version": 2,' '"version": "1",' '"version": 1.0,' \
		'"version": true,'; do
		printf '{%s "rules": []}\n' "$version" >"$directory/1.json"
		expect_refusal "'$seen_directory/1.json':1:" version
		expect_untouched
	done
}

@test "rules are required in every file" {
	echo '{"version": 1}' >"$directory/1.json"
	expect_refusal "'$seen_directory/1.json':1:1: 'rules' is missing"
}

@test "comment and \$schema are allowed in every file" {
	# shellcheck disable=SC2016
	jq '. + {comment: "why", "$schema": "file:///x"}' \
		"$etc/policy.json" >"$directory/1.json"
	jq 'del(.audit)' "$directory/1.json" >"$work/1.json"
	cp "$work/1.json" "$directory/1.json"
	expect_start
}

@test "the keys of policy.json are refused elsewhere, with their place" {
	drop_in 0.json
	for member in '"engine": "cri-o"' '"engine": {"a": "none"}' \
		'"mode": "audit"' '"mode": "enforce"' '"audit": "none"' \
		'"audit": "syslog"' '"audit_all": true' '"audit_all": false' \
		'"ceiling": ["KILL"]'; do
		printf '{ "version": 1,\n  %s,\n  "rules": [] }\n' "$member" \
			>"$directory/1.json"
		key=${member%%:*}
		expect_refusal "load policy: '$seen_directory/1.json':2:" \
			"'${key//\"/}' is only allowed in policy.json"
		expect_untouched
	done
}

@test "the engine in policy.json applies to the rules of every file" {
	drop_in 1.json 1 '{namespace: "shop"}'
	expect_refusal "'$seen_directory/1.json':" 'this key requires an engine'
	policy '{engine: "cri-o"}'
	decides 1 "$seen_directory/1.json"
}

@test "the ceiling of policy.json holds for the rules of every file" {
	policy '{ceiling: ["NET_RAW"]}'
	drop_in 1.json
	expect_start
	expect_audit '.rule == "1" and .raised == [] and
		.missing == ["CAP_KILL"]'
	drop_in 1.json 1 '{}' 'require: true'
	expect_refusal "rule '1'" CAP_KILL ceiling
}

@test "a rule's name is unique in all files" {
	drop_in 1.json same '{id: "y"}'
	drop_in 2.json same '{id: "z"}'
	expect_refusal "'$seen_directory/2.json':" "duplicate rule name 'same'"
	expect_untouched
	drop_in 2.json
	policy '{}' '{name: "same", match: {id: "y"}}'
	expect_refusal "'$seen_directory/1.json':" "duplicate rule name 'same'"
	drop_in 1.json
	expect_start
}

@test "10000 rules are the limit for all files together" {
	many() { # COUNT FILE LETTER
		jq -n "{version: 1, rules: [range($1) |
			{name: \"$3\(.)\", match: {id: \"never\"}}]}" >"$2"
	}
	many 6000 "$directory/1.json" a
	many 4000 "$directory/2.json" b
	expect_start
	many 4001 "$directory/2.json" b
	expect_refusal "'$seen_directory/2.json':" 'more than 10000 rules'
}

@test "64 files are read, and 65 are refused" {
	for ((at = 10; at < 74; at++)); do
		drop_in "$at.json" "r$at" '{id: "y"}'
	done
	drop_in 73.json r73
	decides r73 "$seen_directory/73.json"
	echo 'no policy' >"$directory/README"
	echo 'no policy' >"$directory/.74.json"
	decides r73 "$seen_directory/73.json"
	drop_in 74.json r74
	expect_refusal "'$seen_directory' has more than 64 policy files"
}

@test "files with other names are not opened" {
	for name in .json .hidden.json ..data.json README policy.json~ x.JSON \
		x.json.bak x.jsonx json xjson 'x.json ' 1.conf; do
		echo '{ this is no policy' >"$directory/$name"
		chmod 666 "$directory/$name"
	done
	mkdir "$directory/x.d" "$directory/..2026_11_23_11_01_47.123456789"
	ln -s nowhere "$directory/..data"
	mkfifo "$directory/fifo"
	expect_start
	expect_untouched
	drop_in x.json
	decides x "$seen_directory/x.json"
}

# Makes a ConfigMap as the kubelet mounts it.
config_map() { # DIRECTORY VERSION FILE…
	local into=$1/..2026_11_23_11_01_47.$2 file
	mkdir "$into"
	shift 2
	for file; do
		cp "$file" "$into/"
	done
	ln -s "${into##*/}" "${into%/*}/..data_tmp"
	mv -T "${into%/*}/..data_tmp" "${into%/*}/..data"
}

@test "a mounted ConfigMap works as policy.d" {
	drop_in a.json old
	cp "$directory/a.json" "$work/"
	rm "$directory/a.json"
	ln -s ..data/a.json "$directory/a.json"
	config_map "$directory" 1 "$work/a.json"
	decides old "$seen_directory/a.json"

	sed -i 's/old/new/' "$work/a.json"
	config_map "$directory" 2 "$work/a.json"
	rm -r "$directory/..2026_11_23_11_01_47.1"
	decides new "$seen_directory/a.json"
}

@test "policy.json and policy.d may be links to a ConfigMap's files" {
	mkdir "$work/mount"
	policy '{}' '{name: "main", match: {}, ambient: ["KILL"]}'
	config_map "$work/mount" 1 "$etc/policy.json"
	ln -s ..data/policy.json "$work/mount/policy.json"
	rm "$etc/policy.json"
	ln -s "$work/mount/policy.json" "$etc/policy.json"
	decides main "$seen/policy.json"
	jq 'del(.audit)' "$work/mount/policy.json" >"$work/policy.json"
	rmdir "$directory"
	rm "$etc/policy.json"
	policy '{}'
	ln -s "$work/mount" "$directory"
	config_map "$work/mount" 2 "$work/policy.json"
	expect_start
	expect_sets 'B=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW P=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW E=CHOWN,KILL,NET_BIND_SERVICE,NET_RAW I=KILL A=KILL'
}

@test "a changing ConfigMap is read in its old or its new state" {
	drop_in a.json old
	sed 's/old/new/' "$directory/a.json" >"$work/new.json"
	sed 's/KILL/NET_RAW/' "$work/new.json" >"$work/new2.json"
	mkdir "$directory/..1" "$directory/..2"
	mv "$directory/a.json" "$directory/..1/a.json"
	cp "$work/new2.json" "$directory/..2/a.json"
	ln -s ..1 "$directory/..data"
	ln -s ..data/a.json "$directory/a.json"
	while [ ! -e "$work/stop" ]; do
		for version in 2 1; do
			ln -s "..$version" "$directory/..data_tmp"
			mv -T "$directory/..data_tmp" "$directory/..data"
		done
	done 3>&- &
	for ((round = 0; round < 60; round++)); do
		expect_start
		[[ "$(sets)" =~ 'I=KILL A=KILL'|'I=NET_RAW A=NET_RAW' ]]
	done
	jq -e '[.rule, .after.ambient] == ["old", "0000000000000020"] or
		[.rule, .after.ambient] == ["new", "0000000000002000"]' "$log" |
		sort -u | diff - <(echo true)
}

@test "a dangling link is refused" {
	ln -s nowhere "$directory/1.json"
	expect_refusal "'$seen_directory/1.json': is missing"
	ln -sfn ..data/1.json "$directory/1.json"
	expect_refusal "'$seen_directory/1.json': is missing"
	ln -sfn 1.json "$directory/1.json"
	expect_refusal "'$seen_directory/1.json': too many symbolic links"
	expect_untouched
}

@test "a file that is not regular is refused, and opening it never blocks" {
	mkdir "$directory/1.json"
	expect_refusal "'$seen_directory/1.json' is not a regular file"
	rmdir "$directory/1.json"
	mkfifo "$directory/1.json"
	expect_refusal "'$seen_directory/1.json' is not a regular file"
	rm "$directory/1.json"
	ln -s /dev/zero "$directory/1.json"
	expect_refusal "'$seen_directory/1.json'"
	rm -r "$directory"

	echo "{}" >"$directory"
	expect_refusal "'$seen_directory' is not a directory"
	expect_untouched
}

@test "files that others can write are refused" {
	drop_in 1.json
	for mode in 664 646 666 777; do
		chmod "$mode" "$directory/1.json"
		expect_refusal "'$seen_directory/1.json' is writable by others"
	done
	chmod 600 "$directory/1.json"
	for mode in 775 757; do
		chmod "$mode" "$directory"
		expect_refusal "'$seen_directory' cannot be trusted" \
			'is writable by others'
	done
	chmod 1777 "$directory"
	decides 1 "$seen_directory/1.json"
}

@test "files, directories and links of other users are refused" {
	require_root
	drop_in 1.json
	chown 1000 "$directory/1.json"
	expect_refusal "'$seen_directory/1.json' is owned by user 1000"
	chown 0 "$directory/1.json"
	chown 1000 "$directory"
	expect_refusal "'$seen_directory' cannot be trusted" 'is owned by user 1000'
	chown 0 "$directory"
	mv "$directory/1.json" "$directory/1.text"
	ln -s 1.text "$directory/1.json"
	decides 1 "$seen_directory/1.json"
	chown -h 1000 "$directory/1.json"
	expect_refusal "'$seen_directory/1.json' cannot be trusted" \
		'is owned by user 1000'
}

@test "a link into a directory that others can write is refused" {
	mkdir -m 777 "$work/open"
	drop_in 1.json
	mv "$directory/1.json" "$work/open/"
	ln -s "$work/open/1.json" "$directory/1.json"
	expect_refusal "'$seen_directory/1.json' cannot be trusted"
	chmod 755 "$work/open"
	decides 1 "$seen_directory/1.json"
}

@test "a file over 1 MiB is refused" {
	{
		echo '{"version": 1, "rules": []}'
		head -c $((1024 * 1024 - 28)) /dev/zero | tr '\0' ' '
	} >"$directory/1.json"
	expect_start
	echo >>"$directory/1.json"
	expect_refusal "'$seen_directory/1.json'"
}

@test "one broken file refuses every create, and no other verb" {
	drop_in 1.json
	echo '{' >"$directory/2.json"
	expect_refusal "load policy: '$seen_directory/2.json':2:1: not valid JSON"
	expect_untouched
	for verb in state kill delete start exec list; do
		expect_start "$verb" x
	done
}

@test "the variable CAPRUNTIME_POLICY switches policy.json and policy.d off" {
	echo '{' >"$directory/1.json"
	echo '{' >"$etc/policy.json"
	export CAPRUNTIME_POLICY=$work/policy.json
	policy '{}' '{name: "named", match: {}, ambient: ["KILL"]}'
	decides named "$work/policy.json"
	policy '{}'
	expect_start
	expect_untouched
}
