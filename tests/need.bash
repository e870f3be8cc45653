# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Programs that quickstart installs. A test that needs a missing one is skipped,
# but fails under './quickstart check', which sets TEST_TOOLS_REQUIRED.

# The texts in tests are wrapped at 80 columns; capctl wraps none into a pipe.
export COLUMNS=80

# A version manager's wrapper is ten times slower than the program.
while [[ ":$PATH:" =~ :([^:]*/shims): ]]; do
	PATH=:$PATH:
	PATH=${PATH//":${BASH_REMATCH[1]}:"/:}
	PATH=${PATH#:} PATH=${PATH%:}
done

# What counts calls writes files of the user who built it, and their errors on stderr.
require_no_counting() {
	! grep -q __gcov_init "$CAPRUNTIME_BUILT" || skip 'built for coverage'
}

# 'make soak' tests every combination where other runs test some of them.
is_soak() { [ "${CAPRUNTIME_SOAK-1}" -gt 1 ]; }

# Counts a fault, for the table of 'make faults'.
tally() { # KIND OUTCOME
	printf '%s\t%s\t%s\n' "${verb-create}" "$1" "$2" \
		>>"${CAPRUNTIME_TALLY-/dev/null}"
}

lacks() { # WHAT
	[ -z "${TEST_TOOLS_REQUIRED-}" ] || {
		echo "no $1, which quickstart installs"
		return 1
	}
	skip "no $1"
}

require_root() {
	[ "$(id -u)" = 0 ] || skip 'not root'
}

require_programs() {
	local program

	for program; do
		command -v "$program" >/dev/null || lacks "$program"
	done
}

# For setup_file, in which bats 1.8 cannot skip: setup does, with the reason.
can_run() { # PROGRAM...
	[ "$(id -u)" = 0 ] && type -P "$@" >/dev/null
}

require_strace() {
	require_programs strace
	strace -o /dev/null true || skip 'strace cannot trace here'
}

# Sets $python, an interpreter with the given modules.
require_python() { # MODULE...
	for python in python3 /usr/bin/python3; do
		"$python" -c "import json${1:+, $1}" 2>/dev/null && return
	done
	lacks "python3${1:+ with $1}"
}

# Prints the major version, 1 or 2: their configurations differ.
containerd_major() {
	containerd --version | sed -E 's/.* v?([0-9]+)\.[0-9].*/\1/'
}
