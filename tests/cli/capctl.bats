#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Behaviour that is common to all verbs of capctl.

load capctl_helpers

verbs=(check explain show decode scan verify restore sync doctor version)

@test "without a verb it asks for one" {
	capctl
	complained "no verb given: see 'capctl help'"
}

@test "an unknown verb is an error" {
	capctl frobnicate
	complained "unknown verb 'frobnicate': see 'capctl help'"
	capctl ''
	complained "unknown verb '': see 'capctl help'"
	capctl --frobnicate
	complained "unknown verb '--frobnicate': see 'capctl help'"
	capctl help frobnicate
	complained "unknown verb 'frobnicate': see 'capctl help'"
	capctl $'\e[2J'
	complained "unknown verb '\\x1b[2J': see 'capctl help'"
}

@test "help lists every verb" {
	local word verb

	for word in help --help -h; do
		capctl "$word"
		ended 0
		for verb in "${verbs[@]}"; do
			grep -qE "^  $verb +[a-z]" <<<"$output" ||
				seen "no $verb"
		done
		[ "$(grep -c '^  ' <<<"$output")" = "${#verbs[@]}" ] ||
			seen 'something else is listed'
	done
}

@test "each verb has a help" {
	local verb asked

	for verb in "${verbs[@]}"; do
		capctl help "$verb"
		ended 0
		[[ "$output" = "usage: capctl $verb"* ]] || seen "of $verb"
		[ -z "$stderr" ] || seen "of $verb"
		asked=$output
		for word in --help -h; do
			capctl "$verb" "$word"
			ended 0
			wrote "$asked"
			capctl "$verb" --json x "$word" y
			ended 0
			wrote "$asked"
		done
	done
}

@test "each verb has examples, with options that it has" {
	local verb word options examples

	for verb in "${verbs[@]}"; do
		capctl help "$verb"
		options=$(sed -nE 's/^  (--[a-z]+) .*/\1/p' <<<"$output")
		examples=$(sed -n 's/^  \$ //p' <<<"$output")
		[ -n "$examples" ] || seen 'no examples'
		! grep -vE "^capctl $verb( |$)" <<<"$examples" ||
			seen 'not of this verb'
		while read -r word; do
			grep -qxF -- "$word" <<<"$options" || seen "no $word"
		done < <(grep -oE -- ' --[a-z]+' <<<"$examples" | tr -d ' ')
	done
}

@test "help fits 80 columns and has no colour" {
	local verb

	for verb in '' "${verbs[@]}"; do
		capctl help "$verb"
		! grep -E '.{81}' <<<"$output" || seen "too wide: help $verb"
		! grep -q $'\e' <<<"$output" || seen "colour: help $verb"
		! grep -q ' $' <<<"$output" || seen "blanks at an end: help $verb"
	done
}

@test "an option that no verb has is wrong use in each" {
	local verb

	for verb in "${verbs[@]}"; do
		capctl "$verb" --frobnicate
		complained "$verb: unknown option '--frobnicate': see 'capctl help $verb'"
		capctl "$verb" -x
		complained "$verb: unknown option '-x': see 'capctl help $verb'"
		capctl "$verb" --json=yes
		complained "$verb: '--json' takes no value: see 'capctl help $verb'"
		capctl "$verb" --jso
		complained "$verb: unknown option '--jso': see 'capctl help $verb'"
	done
}

@test "an option's value must be there" {
	local verb option tried=0

	for verb in "${verbs[@]}"; do
		capctl help "$verb"
		while read -r option; do
			capctl "$verb" "$option"
			complained "$verb: '$option' needs a value: see 'capctl help $verb'"
			tried=$((tried + 1))
		done < <(sed -nE 's/^  (--[a-z-]+) [A-Z]+.*/\1/p' <<<"$output")
	done
	[ "$tried" -gt 3 ]
}

@test "--version is the verb" {
	capctl --version
	ended 0
	local said=$output

	capctl version
	wrote "$said"
	capctl --version --frobnicate
	complained "version: unknown option '--frobnicate': see 'capctl help version'"
}

@test "a full disk is an error" {
	local words

	[ -c /dev/full ] || skip '/dev/full is missing'
	for words in help 'help show' version decode 'decode --json 1'; do
		status=0
		# shellcheck disable=SC2086 # words
		"$builddir/capctl" $words >/dev/full 2>"$BATS_TEST_TMPDIR/err" ||
			status=$?
		output='' stderr=$(<"$BATS_TEST_TMPDIR/err")
		complained 'write to standard output: no space left on device'
	done
}

@test "a closed standard output is an error" {
	status=0
	"$builddir/capctl" decode 1 >&- 2>"$BATS_TEST_TMPDIR/err" || status=$?
	output='' stderr=$(<"$BATS_TEST_TMPDIR/err")
	complained 'write to standard output: EBADF'
}
