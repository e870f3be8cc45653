# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by automake
# Runs capctl and compares its results. They are in $status, $output and
# $stderr.
#
#   capctl WORD...         runs it without a terminal
#   ended STATUS           compares the exit status; prints the output
#   wrote TEXT             compares all output; standard error must be empty
#   complained TEXT        expects status 2 and only the line 'capctl: TEXT'
#   is_json FILTER [ARG]   the output is one JSON value that matches FILTER
#   require_tracing        skips where the kernel cannot record, and only there

load helpers

capctl() { # WORD...
	run --separate-stderr "${capctl:-$builddir/capctl}" "$@" </dev/null
}

seen() { # MESSAGE
	printf '%s\nexit status %s, output:\n%s\nerrors:\n%s\n' "$1" \
		"$status" "$output" "$stderr"
	return 1
}

ended() { # STATUS
	[ "$status" -eq "$1" ] || seen "wanted exit status $1"
}

wrote() { # TEXT
	[ -z "$stderr" ] || seen 'wanted no errors' || return
	[ "$output" = "$1" ] || seen "wanted: $1"
}

complained() { # TEXT
	ended 2 || return
	[ "$stderr" = "capctl: $1" ] || seen "wanted: capctl: $1" || return
	[ -z "$output" ] || seen 'wanted no output'
}

is_json() { # FILTER [ARGUMENT...]
	jq -se "length == 1 and (.[0] | $1)" "${@:2}" <<<"$output" >/dev/null ||
		seen "wanted: $1"
}

# Each test that records; the first one may mount tracefs.
require_tracing() {
	capctl learn --json -- true
	[ "$status" -ne 2 ] || [[ "$stderr" != *tracefs* &&
		"$stderr" != *'neither the tracepoint'* &&
		"$stderr" != *'locked down'* &&
		"$stderr" != *'outside of containers'* ]] ||
		skip "the kernel cannot trace here: $stderr"
}
