#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# Every config.json that an engine wrote, and every unusual one that was tried
# with real runtimes. vectors.py checks the results. And the runtimes' options.

load helpers

setup() {
	setup_containers
	require_programs python3
	data=$srcdir/tests/data
	vectors=$data/capabilities.json
	fixtures=$data/fixtures
}
teardown() { teardown_containers; }

# The two rules together match every container.
grant_everybody() {
	jq -n '[true, false] | to_entries | {version: 1, rules: map({
		name: "rule-\(.key)", match: {uid: "0-", privileged: .value},
		ambient: ["NET_BIND_SERVICE"]})}' >"$work/policy.json"
}

# RUNTIME is the path of a real runtime or of a stand-in.
vectors() { # outcomes|containers RUNTIME FILE...
	local action=$1 runtime=$2
	shift 2
	grant_everybody
	machine_words env "CAPRUNTIME_RUNTIME=$runtime" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		python3 "$srcdir/tests/runtime/vectors.py" "$action" \
		"$bundle" "$@"
	run "${words[@]}"
	grep '^BROKEN' <<<"$output" || tail -n 1 <<<"$output"
	[ "$status" -eq 0 ]
}

# A stand-in for the runtime that only leaves a file in the bundle.
make_stand_in() {
	mkdir -p "$work/bin"
	cat >"$work/bin/$RUNTIME_NAME" <<-'END_OF_STAND_IN'
		#!/bin/sh
		while [ "$1" != --bundle ]; do shift; done
		: >"$2/started"
	END_OF_STAND_IN
	chmod 755 "$work/bin/$RUNTIME_NAME"
}

expect_at_least() { # NUMBER WORD
	[ "$(grep -c "^$2 " <<<"$output")" -ge "$1" ] || {
		echo "not $1 $2"
		return 1
	}
}

@test "every odd config.json is refused, or only its sets change" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		make_stand_in
		vectors outcomes "$work/bin/$name" "$vectors"
		expect_at_least 9 changed
		expect_at_least 30 refused
		expect_at_least 14 unchanged
	done
}

@test "in every engine's config.json only the sets change" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		make_stand_in
		vectors outcomes "$work/bin/$name" "$fixtures"/*/*.config.json
		expect_at_least 30 changed
		expect_at_least 4 unchanged
	done
}

@test "process 1 of every odd config.json has the sets that it says" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		vectors containers "$(runtime_path)" "$vectors"
		expect_at_least 18 ran
	done
}

@test "process 1 of every engine's config.json has the sets that it says" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		vectors containers "$(runtime_path)" "$fixtures"/*/*.config.json
		for engine in crio crio-kubelet containerd-cri containerd-ctr \
			podman; do
			grep "^ran .* $engine/.*config.json" <<<"$output"
		done
	done
}

# The options that the help of "runtime [VERB]" names.
help_options() { # [VERB]
	"$RUNTIME_NAME" "$@" --help 2>&1 |
		sed -nE 's/^ +(-., )?--([A-Za-z-]+).*/\2/p'
}

@test "every option that the help of these runtimes names is in the table" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		for verb in '' create run exec restore; do
			for option in $(help_options $verb); do
				grep -q "^	{ \"$option\", " \
					"$srcdir/src/runtime/options.c" ||
					echo "$name $verb: --$option"
			done
		done >"$work/missing"
		diff /dev/null "$work/missing"
		[ "$(help_options create | grep -c .)" -ge 5 ]
	done
}
