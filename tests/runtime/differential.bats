#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Variants of config.json and of policies, in the real runtimes: what they start
# has what 'capctl explain' predicts. differential.py makes and checks them. 'make
# differential' tests more of them, and prints the table of docs/robustness.md.

load helpers

setup() {
	setup_containers
	require_programs python3
}
teardown() { teardown_containers; }

@test "what is not refused has the sets that explain predicts" {
	local variants=${DIFFERENTIAL-} paths=() name

	! is_soak || : "${variants:=1-2000}"
	for name in $RUNTIMES; do
		paths+=("$(type -P "$name")")
	done
	RUNTIME_NAME=crun
	mkdir "$work/tmp"
	# In memory, to avoid waiting for the disk.
	machine_words unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs "$3" &&
		exec python3 "$0" "$@"' "$srcdir/tests/runtime/differential.py" \
		"${variants:-1-100}" "${DIFFERENTIAL_SEED-1}" "$work/tmp" \
		"$srcdir/tests/data/fixtures" "${paths[@]}"
	status=0
	"${words[@]}" >"$work/table" || status=$?
	cat "$work/table"
	cp "$work/table" "${DIFFERENTIAL_TABLE-/dev/null}"
	[ "$status" -eq 0 ]
}
