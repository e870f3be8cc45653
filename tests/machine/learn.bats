#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# What 'capctl learn' says of Debian's programs on this machine's kernel. The rows
# of tests/bench/learn-table are comments of the log.

load helpers

@test "learn names what Debian's programs need, and no more" {
	require_root
	"$srcdir/tests/bench/learn-table" --rows >"$BATS_TEST_TMPDIR/rows" ||
		failed=1
	sed 's/^/# /' "$BATS_TEST_TMPDIR/rows" >&3
	[ -z "${failed-}" ]
}
