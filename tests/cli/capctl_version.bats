#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # automake; jq; one test's own
# 'capctl version' shows the program's version and the real runtime.

load helpers

setup() {
	require_programs jq
	capctl=$builddir/capctl
	work=$BATS_TEST_TMPDIR
	unset CAPRUNTIME_RUNTIME
}

version() { # WORD…: sets status, output and stderr
	run --separate-stderr ${before[@]+"${before[@]}"} "$capctl" "$@" \
		</dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

configured() { # NAME: a #define of config.h
	sed -n "s/^#define $1 \"\(.*\)\"$/\1/p" "$builddir/config.h"
}

@test "it prints its version, its libraries and the real runtime" {
	version version --json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	jq -e --arg version "$(configured PACKAGE_VERSION)" \
		--arg runtime "$(configured DEFAULT_RUNTIME)" '
		.capruntime == $version and .runtime == $runtime and
		.runtime_by == "compiled in" and .runtime_problem == null and
		(.configuration | endswith("/capruntime")) and
		(.state | endswith("/capruntime")) and
		([.libcap, .json_c, .libseccomp, .libyaml] |
			all(test("^[0-9]+[.][0-9]+")))' <<<"$output"
	diff <(jq -r 'keys_unsorted[]' <<<"$output") - <<-'END'
		capruntime
		libcap
		json_c
		libseccomp
		libyaml
		libmount
		configuration
		state
		runtime
		runtime_by
		runtime_problem
	END
}

@test "for people it is a table of the same" {
	version version --json
	json=$output
	version version
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	diff <(jq -r '["capruntime      ", .capruntime,
		"\nlibcap          ", .libcap, "\njson-c          ", .json_c,
		"\nlibseccomp      ", .libseccomp,
		"\nlibyaml         ", .libyaml,
		(if .libmount then "\nlibmount        ", .libmount else empty end),
		"\nconfiguration   ", .configuration,
		"\nrun-time state  ", .state, "\nreal runtime    ", .runtime,
		"\nchosen by       ", .runtime_by] | join("")' <<<"$json") \
		<(echo "$output")
}

@test "--version is another name for it" {
	version --version
	[ "$status" -eq 0 ]
	other=$output
	version version
	[ "$output" = "$other" ]
}

@test "the runtime is the one that capruntime would become, with the reason" {
	export CAPRUNTIME_RUNTIME=/usr/bin/other
	version version --json
	jq -e '.runtime == "/usr/bin/other" and
		.runtime_by == "$CAPRUNTIME_RUNTIME"' <<<"$output"
	unset CAPRUNTIME_RUNTIME
	require_root
	over_sysroot etc
	mkdir -p "$work/etc/capruntime/runtimes"
	ln -s /opt/crun "$work/etc/capruntime/runtimes/capruntime"
	before=("${over[@]}")
	capctl=$builddir/tests/cli/capctl-sysroot
	version version --json
	[ "$status" -eq 0 ]
	jq -e --arg link \
		"$builddir/tests/cli/sysroot/etc/capruntime/runtimes/capruntime" \
		'.runtime == "/opt/crun" and .runtime_by == $link' <<<"$output"
}

@test "without a runtime it prints the reason" {
	for value in '' runc; do
		export CAPRUNTIME_RUNTIME=$value
		version version
		[ "$status" -eq 0 ]
		[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"problem \$CAPRUNTIME_RUNTIME is '$value': must be an absolute path"* ]]
		[[ "$output" != *'real runtime'* ]]
		version version --json
		jq -e '.runtime == null and .runtime_by == null and
			(.runtime_problem | contains("absolute"))' <<<"$output"
	done
}

@test "wrong usage is status 2, with the reason in one line" {
	for words in 'x' '--bogus' '-x' '--json x'; do
		# shellcheck disable=SC2086
		version version $words
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[[ "$stderr" == "capctl: version: "*"see 'capctl help version'" ]]
	done
}

@test "a full standard output is status 2" {
	for words in version 'version --json'; do
		status=0
		# shellcheck disable=SC2086
		"$capctl" $words >/dev/full 2>"$work/stderr" || status=$?
		[ "$status" -eq 2 ]
		grep -x 'capctl: write to standard output: no space left on device' \
			"$work/stderr"
	done
}

@test "the environment cannot move the cursor" {
	export CAPRUNTIME_RUNTIME=$'x\e[31m\nreal runtime  /bin/sh'
	version version
	[[ "$output" == *'\x1b[31m\x0areal'* ]]
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output")" -eq 0 ]
}
