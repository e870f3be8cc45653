#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Worked sets: tests/data/worked.json has, for every engine's config.json, the
# sets after each kind of rule and what process 1 then holds. worked.py makes it
# in real containers and checks each row.

load helpers

setup() {
	setup_containers
	require_programs python3
	table=$srcdir/tests/data/worked.json
	fixtures=$srcdir/tests/data/fixtures
}
teardown() { teardown_containers; }

@test "capruntime decides and both runtimes set what the table says" {
	local every=5 # has every engine

	! is_soak || every=1
	RUNTIME_NAME=crun
	mkdir "$work/tmp"
	# In memory, to avoid waiting for the disk.
	machine_words unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs "$2" &&
		exec python3 "$0" "$@"' "$srcdir/tests/runtime/worked.py" \
		"$every" "$work/tmp" "$fixtures" "$(type -P runc)" "$(type -P crun)"
	status=0
	"${words[@]}" >"$work/worked.json" || status=$?
	[ "$status" -ne 77 ] || skip "$(cat "$work/worked.json")"
	[ "$status" -eq 0 ]
	diff -u <(jq --argjson every "$every" '.table |=
			[.[range(0; length; $every)]]' "$table") \
		<(jq . "$work/worked.json")
}

@test "the table has every engine, rule and user under both runtimes" {
	jq -e '
		def rows: .table[] as $group | $group.rows[] | . + $group;
		(.table | map(.engine) | unique) == ["containerd-cri",
			"containerd-ctr", "crio", "crio-kubelet", "podman"] and
		([rows | .rule] | unique) == (.rules | keys) and
		([rows | select(.process | keys != ["runc and crun"])] ==
			[]) and
		all(.table[]; .rows | length == 24 and
			(map([.uid, .no_new_privileges]) | unique) ==
			[[0, false], [0, true], [1000, false], [1000, true]])
	' "$table"
}

@test "in the table no sandbox is changed, and every rule changes something" {
	jq -e '
		([.table[] | select(.sandbox) | .rows[].after] | unique) ==
			["untouched"] and
		([.table[].rows[] | select(.after != "untouched") | .rule] |
			unique) == (.rules | keys)
	' "$table"
}

@test "in the table 'drop: others' leaves only the ambient set" {
	jq -e '
		[.table[] | select(.sandbox | not) | .rows[] |
			select(.rule == "ambient, drop others") |
			.process[] | capture("inh=(?<inh>.*) prm=(?<prm>.*)" +
				" eff=(?<eff>.*) bnd=(?<bnd>.*) amb=(?<amb>.*) nnp")] |
		length > 50 and all(.[]; .amb == .bnd and .amb == .prm and
			.amb == .eff and .amb == .inh)
	' "$table"
}
