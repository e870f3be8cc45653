#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# The screens of running containers in docs/capctl.md and in the EXAMPLES of
# capctl(8) are what capctl prints. The others: tests/cli/screens.bats.

load helpers

setup() {
	setup_containers
	require_programs unshare setcap
	export builddir
}

without_numbers() { # FILE
	sed -E 's/[0-9]+/N/g; s/ +/ /g' "$1"
}

@test "the screens of a running container are what capctl prints" {
	local file

	for file in docs/capctl.md man/capctl.8; do
		"$srcdir/tools/make-screens" --container "$srcdir/$file" \
			>"$work/now"
		diff -u <(without_numbers "$srcdir/$file") \
			<(without_numbers "$work/now")
		# The screen was made again: it has a pid.
		grep -qE '^[0-9]+ +1000 +shop/web-1/web web +httpd' "$work/now"
	done
}
