#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# What 'capctl learn' says of Debian's programs on this machine's kernel. The rows
# of tests/bench/learn-table, and its tests, are comments of the log.

load helpers

@test "learn names what Debian's programs need, and no more" {
	require_root
	set -o pipefail
	"$srcdir/tests/bench/learn-table" --rows 2>&1 | sed -u 's/^/# /' >&3
}
