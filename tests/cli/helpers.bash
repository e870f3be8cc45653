# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by automake
# shellcheck disable=SC2119,SC2120 # the tests give words to create
# A bundle with an engine's config.json, a policy, and a stand-in for the real
# runtime that records its argv and starts nothing.
#
#   setup_work             in setup(): sets the variables below
#   make_runtime NAME      makes a stand-in of that name the current runtime
#   use_policy [RULE...]   sets the current policy
#   create WORD...         runs capruntime WORD... create -b $bundle ID, or
#                          another $verb
#   started                the stand-in was called, without any output
#   refused TEXT...        it was not; one line contains each TEXT
#   same A B               both files have the same bytes
#
# $work contains all files: $bundle with $config and $record; $old, config.json
# as the engine wrote it; $new, the file after $grant. $before has words to put
# in front of capruntime, for example strace.

load ../need

bats_require_minimum_version 1.5.0
umask 022

grant='{"name":"web","match":{},"ambient":["NET_BIND_SERVICE"]}'

# Other users must be able to reach the program and its compiled-in paths.
require_open_build() {
	setpriv --reuid 65534 --clear-groups test -x "$CAPRUNTIME_BUILT" ||
		skip 'other users cannot search the build directory'
}

wait_until() { # COMMAND...: retries for at least $patience seconds, default 60
	local i

	for ((i = 0; i < ${patience-60} * 20; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	printf 'timed out: %s\n' "$*"
	return 1
}

# The exec is complete: the kernel sets the name before the capabilities.
is_asleep() { # PID of a sleep
	[[ "$(<"/proc/$1/status")" = Name:$'\t'sleep$'\n'*$'\nState:\tS '* ]]
} 2>/dev/null

# Sets $over: words that run a program with $work/NAME mounted over the NAME of
# capruntime-sysroot. Other tests use that directory at the same time.
over_sysroot() { # NAME...
	local name sysroot=$builddir/tests/cli/sysroot

	# shellcheck disable=SC2016 # for the inner shell
	over=(unshare -m sh -c 'while [ "$1" != -- ]; do
		mount --bind "$1" "$2" && shift 2 || exit; done
		shift && exec "$@"' sh)
	for name; do
		mkdir -p "$work/$name" "$sysroot/$name"
		over+=("$work/$name" "$sysroot/$name")
	done
	over+=(--)
}

setup_work() {
	require_root # to hold the capability that $grant raises
	work=$BATS_TEST_TMPDIR
	bundle=$work/bundle
	config=$bundle/config.json
	record=$bundle/.capruntime.json
	old=$work/old.json
	new=$work/new.json
	before=()
	export CAPRUNTIME_POLICY=$work/policy.json CAPRUNTIME_RUNTIME
	# Not under a tracer.
	export ASAN_OPTIONS=detect_leaks=0
	make_runtime runc
	make_bundle "$bundle"
	use_policy "$grant"
	cp "$config" "$old"
	create
	started
	cp "$config" "$new"
	make_bundle "$bundle"
}

# Writes its arguments to $work/called, one per line, after one line per call.
make_runtime() { # NAME
	mkdir -p "$work/bin"
	CAPRUNTIME_RUNTIME=$work/bin/$1
	printf '#!/bin/sh\nprintf "%%s\\n" called "$@" >>"%s"\n' \
		"$work/called" >"$CAPRUNTIME_RUNTIME"
	chmod 755 "$CAPRUNTIME_RUNTIME"
}

make_bundle() { # DIRECTORY
	rm -rf "$1"
	mkdir -p "$1"
	cp "$srcdir/tests/data/fixtures/crio/add.config.json" \
		"$1/config.json"
	chmod 640 "$1/config.json"
}

use_policy() { # RULE...
	local IFS=,

	printf '{"version":1,"rules":[%s]}\n' "$*" >"$CAPRUNTIME_POLICY"
}

# The words come before the verb, like --log.
create() { # WORD...
	rm -f "$work/called"
	status=0
	# In braces: bash reports a kill on the outer standard error.
	{
		${before[@]+"${before[@]}"} "$CAPRUNTIME_BUILT" "$@" \
			"${verb-create}" -b "$bundle" id >"$work/stdout" \
			2>"$work/stderr" </dev/null || status=$?
	} 2>/dev/null
}

complain() {
	printf '%s (exit status %s)\n' "$1" "$status"
	cat "$work/stderr"
	return 1
}

no_leftovers() {
	local left

	for left in "$bundle"/{,.}*.capruntime-new; do
		[ ! -e "$left" ] || complain "left behind: $left" || return
	done
}

started() {
	[ "$status" -eq 0 ] || complain 'was not started' || return
	[ "$(grep -cx called "$work/called")" = 1 ] ||
		complain 'was not called once' || return
	[ ! -s "$work/stdout" ] || complain 'wrote on stdout' || return
	[ ! -s "$work/stderr" ] || complain 'wrote on stderr' || return
	no_leftovers
}

# Phrases for which engines blame the container's command.
phrases='no such file or directory|permission denied|executable file not found'

# The file is one complete line of printable characters.
one_line() { # FILE
	[ "$(LC_ALL=C grep -c '^[ -~]*$' "$1")" = 1 ] &&
		[ "$(wc -l <"$1")" -eq 1 ] && [ -z "$(tail -c 1 "$1")" ]
}

refused() { # TEXT...
	local line text

	[ "$status" -eq 1 ] || complain 'was not refused' || return
	[ ! -e "$work/called" ] || complain 'called the runtime' || return
	[ ! -s "$work/stdout" ] || complain 'wrote on stdout' || return
	one_line "$work/stderr" || complain 'is not one line' || return
	line=$(<"$work/stderr")
	[[ "$line" = 'capruntime: '* ]] || complain 'lacks its name' || return
	[[ ! "${line,,}" =~ $phrases ]] || complain 'speaks like libc' || return
	for text; do
		[[ "$line" = *"$text"* ]] || complain "lacks: $text" || return
	done
	no_leftovers
}

same() { # FILE FILE
	cmp "$1" "$2" || complain 'the bytes differ'
}

# Prints each system call in a trace up to the execve of the runtime, as "NAME N
# LINE": the Nth call of that name, as strace's inject= counts it.
number_calls() { # TRACE
	awk 'NR > 1 && /^[a-z0-9_]+\(/ { # strace does not count the first one
		name = $0
		sub(/\(.*/, "", name)
		print name, ++count[name], $0
		if (name == "execve") exit
	}' "$1"
}
