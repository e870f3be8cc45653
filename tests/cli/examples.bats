#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # bats and policy.bash read and set them
# The programs' output matches the examples. Real containers are compared in
# tests/runtime/examples.bats.

load policy

setup() {
	require_programs jq
	examples=$srcdir/examples
	capctl=$builddir/capctl
	helper=$builddir/examples/ambient-helper
	[ -e "$examples/README.md" ]
	names=$(cd "$examples" && printf '%s\n' *.json)
	names=${names//.json/}
}

@test "explain prints the .expect file of each example" {
	require_root
	require_programs unshare
	local name different=0

	for name in $names; do
		run -0 "$srcdir/tools/explain-example" "$capctl" "$name"
		diff -u --label "$name.expect" --label explained \
			"$examples/$name.expect" - <<<"$output" || different=1
	done
	[ "$different" = 0 ] || {
		echo "if this is intended: make examples-expect"
		return 1
	}
}

@test "each example has all its files, and each file its example" {
	local name
	cd "$examples"

	for name in $names; do
		grep -F "[$name]($name.md)" README.md
		ls "$name.expect" "$name.md" "$name.yaml" "containers/$name.json"
	done
	same_lines examples "$names" "$(printf '%s\n' ./*.expect ./*.yaml \
		./[a-z]*.md containers/*.json | sed 's,.*/,,; s,[.].*,,' | sort -u)"
}

@test "every file of the examples is in the list" {
	local made='examples/(ambient-helper|.*[.]o|(.*/)?[.][^/]*(/.*)?)'
	cd "$srcdir"

	same_lines examples.mk "$(sed -n '/^EXAMPLES = /,/[^\\]$/s,^\t\([^ ]*\).*,\1,p' \
		examples/examples.mk)" "$(find examples -type f ! -name examples.mk |
			grep -vxE "$made" | LC_ALL=C sort)"
}

@test "only the example that must have a warning has one" {
	local file found

	found=$(for file in "$examples"/*.json "$examples"/ways/*/policy.json; do
		"$capctl" check --json "$file" | jq -r --arg file "$file" \
			'.problems[] | select(.code != "untrusted") |
			($file | sub(".*/"; "")) + " " + .code'
	done)
	same_lines wanted 'perfmon.json dangerous-capability' "$found"
	run -0 "$capctl" check "$examples/perfmon.json"
	tr '\n' ' ' <<<"$output" | grep -F "$(grep '^warning: ' \
		"$examples/perfmon.md")"
}

@test "each test prepares the image as its Containerfile does" {
	local file command count=0

	for file in "$examples"/ways/*/*.jq; do
		command=$(sed -n 's/^# image: //p' "$file")
		[ -n "$command" ] || continue
		grep -xE "(# )?RUN ${command//+/[+]}" "${file%/*}/Containerfile"
		count=$((count + 1))
	done
	[ "$count" -ge 6 ]
}

@test "the helper reports an error and starts nothing" {
	require_root
	require_programs setpriv
	local usage='usage: ambient-helper [-u UID] CAPABILITY[,...] PROGRAM...'

	fails() { # STATUS MESSAGE WORD…
		run "-$1" "$helper" "${@:3}"
		printf '%s: %s\n' "${*:3}" "$output"
		[ "$output" = "$2" ]
	}
	fails 2 "$usage"
	fails 2 "$usage" cap_kill
	fails 2 'ambient-helper: 0: Invalid argument' -u 0 cap_kill true
	fails 2 'ambient-helper: 1x: Invalid argument' -u 1x cap_kill true
	fails 2 'ambient-helper: cap_none: Invalid argument' \
		cap_kill,cap_none true
	fails 127 'ambient-helper: ./none: No such file or directory' \
		cap_kill ./none
	run -1 setpriv --bounding-set=-kill "$helper" cap_kill echo started
	echo "$output"
	[[ "$output" == 'ambient-helper: set capabilities: '* ]]
}

@test "the helper leaves the program only the named capabilities" {
	require_root
	run -0 "$helper" -u 1000 cap_kill,cap_net_raw \
		grep -E '^(Uid|Gid|Groups|Cap(Inh|Prm|Eff|Amb))' /proc/self/status
	same_lines wanted "$(printf '%s\n' 'Uid: 1000 1000 1000 1000' \
		'Gid: 1000 1000 1000 1000' 'Groups:' \
		Cap{Inh,Prm,Eff,Amb}': 0000000000002020')" \
		"$(tr -s '\t ' ' ' <<<"$output" | sed 's/ $//')"
}
