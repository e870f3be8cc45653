#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# The screens of docs/capctl.md and the EXAMPLES of capctl(8) are what capctl
# prints. Screens of running containers: tests/runtime/screens.bats.

load helpers

setup() {
	require_root # to give files capabilities
	require_programs jq setcap
	PATH=$PATH:/usr/sbin:/sbin
	work=$BATS_TEST_TMPDIR
	export builddir
}

same_screens() { # FILE
	"$srcdir/tools/make-screens" "$srcdir/$1" >"$work/now"
	diff -u "$srcdir/$1" "$work/now" ||
		{ echo "not what capctl prints: tools/make-screens $1" && false; }
}

@test "capctl prints the screens of the documentation" {
	same_screens docs/capctl.md
}

@test "capctl prints the examples of the manual" {
	same_screens man/capctl.8
}

# A screen that is only copied is never compared.
@test "most screens are generated again" {
	sed '/^```console/,/^```$/ { /^[`$]/!d }' "$srcdir/docs/capctl.md" \
		>"$work/empty.md"
	"$srcdir/tools/make-screens" "$work/empty.md" >"$work/now"
	wc -l "$work/empty.md" "$work/now" "$srcdir/docs/capctl.md"
	[ "$(wc -l <"$work/now")" -ge $(($(wc -l <"$work/empty.md") + 80)) ]
}

@test "every verb has a screen, and fits 80 columns" {
	local verb count=0

	for verb in $("$builddir/capctl" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
		count=$((count + 1))
		grep -A1 "^[$] capctl $verb\b" "$srcdir/docs/capctl.md" |
			grep -qv -e '^\$ ' -e '^```' -e '^--' ||
			{ echo "no screen of $verb" && false; }
	done
	[ "$count" -ge 10 ]
	wide=$(sed -n '/^```console/,/^```$/p' "$srcdir/docs/capctl.md" |
		grep -v '^[$] ' | grep -E '.{81}' || :)
	[ -z "$wide" ] || { echo "$wide" && false; }
}

# Also those that are no command of a block, which tests/documents runs.
@test "the commands that the documents name have the options of their verbs" {
	local command option count=0

	while read -r command; do
		count=$((count + 1))
		"$builddir/capctl" help "${command%% *}" >"$work/help"
		while read -r option; do
			grep -qE -- "^ +$option\\b" "$work/help" ||
				{ echo "capctl $command: no $option" && false; }
		done < <(echo " ${command%% -- *}" | grep -oE -- ' --[a-z-]+' |
			grep -v help)
	done < <(cd "$srcdir" && grep -ohE '`capctl [a-z][^`]*' ./*.md docs/*.md \
		examples/*.md | cut -c9- | grep -vE '^(VERB|help)' | sort -u)
	[ "$count" -ge 35 ]
}
