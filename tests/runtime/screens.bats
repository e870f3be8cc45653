#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# The screens of docs/capctl.md and the EXAMPLES of capctl(8) that tell of a
# running container are what capctl prints of one. tests/cli/screens.bats has
# the others.

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
		# It was looked at: the pid is another one in each.
		grep -qE '^[0-9]+ +1000 +httpd' "$work/now"
	done
}
