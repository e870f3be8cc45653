#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# What 'capctl learn' says that Debian's programs need, as users other than root in
# real containers: neither too much nor too little.

load helpers
load ../cli/capctl_helpers
load learn_programs

setup() { setup_programs; }
teardown() { teardown_containers; }

needs_exactly() { # NAME
	for name in $RUNTIMES; do
		watch_program "$name" "$1"
		[ "$without" = "$expected" ] || seen "without it: $without"
		[ "$with" = "$expected" ] || seen "with it: $with"
	done
}

@test "a server on port 80 needs NET_BIND_SERVICE" {
	needs_exactly 'server on port 80'
}

@test "ping needs NET_RAW" {
	require_programs ping
	needs_exactly ping
}

@test "tcpdump needs NET_RAW" {
	require_programs tcpdump
	needs_exactly tcpdump
}

@test "a program that locks memory needs IPC_LOCK" {
	require_programs python3
	needs_exactly mlock
}

@test "nice needs SYS_NICE" {
	needs_exactly 'nice -n -5'
}

@test "a program that sets the clock needs SYS_TIME" {
	needs_exactly 'clock setter'
}

@test "chown needs CHOWN" {
	needs_exactly chown
}

@test "perf needs for a whole machine what the kernel asks for" {
	require_programs perf
	needs_exactly 'perf stat -a'
}

@test "dnsmasq needs NET_BIND_SERVICE, and drops the rest by itself" {
	require_programs dnsmasq
	needs_exactly dnsmasq
}

@test "a shell needs nothing" {
	needs_exactly shell
}
