#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Behaviour that is common to all verbs of capctl.

load capctl_helpers

verbs=(check explain show decode scan verify learn run restore sync doctor version)

@test "without a verb it lists them, as an error" {
	local listed

	capctl help
	listed=$output
	capctl
	ended 2
	[ -z "$output" ] || seen 'wanted no output'
	[ "$stderr" = "$listed" ] || seen 'wanted the list of verbs'
}

@test "a misspelt word is answered with the nearest one" {
	capctl verfiy
	complained "unknown verb 'verfiy' (did you mean 'verify'?): see 'capctl help'"
	capctl help docter
	complained "unknown verb 'docter' (did you mean 'doctor'?): see 'capctl help'"
	capctl show --tre
	complained "show: unknown option '--tre' (did you mean '--tree'?): see 'capctl help show'"
	capctl show --colour=always
	complained "show: unknown option '--colour=always' (did you mean '--color'?): see 'capctl help show'"
}

@test "-o json is --json" {
	local words

	for words in '-o json' -ojson '-o text -o json' '--json -o json'; do
		# shellcheck disable=SC2086 # words
		capctl decode $words 0x1
		ended 0
		is_json '.masks[0].names == ["CAP_CHOWN"]'
	done
	for words in '-o text' '--json -o text'; do
		# shellcheck disable=SC2086 # words
		capctl decode $words 0x20
		wrote '0000000000000020  KILL'
	done
	capctl decode -o yaml
	complained "decode: '-o' takes 'json' or 'text', not 'yaml': see 'capctl help decode'"
	capctl decode -o
	complained "decode: '-o' needs a value: see 'capctl help decode'"
}

@test "--color decides over colour" {
	local verb

	for words in 'decode 1' 'doctor'; do
		# shellcheck disable=SC2086 # words
		NO_COLOR=1 capctl $words --color always
		grep -q $'\e' <<<"$output" || seen "no colour: $words"
	done
	for word in auto never; do
		capctl decode 1 --color "$word"
		! grep $'\e' <<<"$output" || seen "colour: $word"
	done
	capctl decode 1 --color=yes
	complained "decode: '--color' takes 'auto', 'always' or 'never', not 'yes': see 'capctl help decode'"
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
		options=$(sed -nE 's/^  (--[a-z-]+) .*/\1/p' <<<"$output")
		examples=$(sed -n 's/^  \$ //p' <<<"$output")
		[ -n "$examples" ] || seen 'no examples'
		! grep -vE "^capctl $verb( |$)" <<<"$examples" ||
			seen 'not of this verb'
		while read -r word; do
			grep -qxF -- "$word" <<<"$options" || seen "no $word"
		done < <(grep -oE -- ' --[a-z-]+' <<<"$examples" | tr -d ' ')
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
		complained "$verb: unknown option '--jso' (did you mean '--json'?): see 'capctl help $verb'"
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
	local said

	capctl version
	said=$output
	for word in --version -V; do
		capctl "$word"
		ended 0
		wrote "$said"
	done
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
