#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# Faults at a container's link: either the create is refused and changes
# nothing, or the container starts and its sessions are found.

load session_helpers

setup() {
	setup_session
	require_strace
	make_runtime runc
	plain=("${before[@]}")
}

teardown() {
	[ -z "${start-}" ] || echo "last tried: $start, ${way-} ${call-}"
}

another='{"name":"other","match":{},"ambient":["KILL"]}'
starts='unknown granted granted-another without-link'

all_or() { # START: the one that is tried without make soak
	if is_soak; then echo "$starts"; else echo "$1"; fi
}

# Prepares the state after an earlier create; saves config.json and record.
prepare_start() { # one of $starts
	before=("${plain[@]}")
	rm -rf "$links"
	make_bundle "$bundle"
	case $1 in
	granted) use_policy "$without_exec" && create ;;
	granted-another) use_policy "$another" && create ;;
	without-link) use_policy "$with_exec" && create && rm -r "$links" ;;
	esac
	use_policy "$with_exec"
	rm -f "$work/from-record"
	cp "$config" "$work/from"
	[ ! -e "$record" ] || cp "$record" "$work/from-record"
}

has_link() {
	only_link >/dev/null
}

expect_all_as_it_was() {
	same "$work/from" "$config"
	if [ -e "$work/from-record" ]; then
		same "$work/from-record" "$record"
	elif [ -e "$record" ]; then
		complain 'left a record'
	fi
	! has_link
}

expect_right() {
	started
	same "$new" "$config"
	[ "$(readlink "$(only_link)")" = "$record" ]
	[ -e "$record" ]
}

# After the obstacle is removed, creates with and without a policy succeed.
expect_recovery() {
	before=("${plain[@]}")
	create
	expect_right
	use_policy
	create
	started
	same "$old" "$config"
	[ ! -e "$record" ]
}

inject() { # FAULT in the syntax of strace's inject=
	before=("${plain[@]}" strace -qqo /dev/null -e "inject=$1")
}

file_in_the_way() { : >"$links"; }
link_in_the_way() { ln -s /nowhere "$links"; }
others_may_write() { mkdir -m 777 "$links"; }
read_only() {
	# shellcheck disable=SC2016 # for the inner shell
	before=("${plain[@]}" sh -c 'mount -o remount,bind,ro "$0" && exec "$@"'
		"$builddir/tests/cli/sysroot/run")
}
no_space() { inject symlinkat:error=ENOSPC; }
over_quota() { inject symlinkat:error=EDQUOT; }
broken_disk() { inject symlinkat:error=EIO; }
no_access() { inject symlinkat:error=EACCES; }
no_directory() { inject mkdir:error=ENOSPC; }
no_descriptor() { mkdir -m 700 "$links" && inject symlinkat:error=EMFILE; }

@test "without its link, config.json and the record are unchanged" {
	local turn=0

	for way in file_in_the_way link_in_the_way others_may_write read_only \
		no_space over_quota broken_disk no_access no_directory \
		no_descriptor; do
		for start in $starts; do
			is_soak || [ $((++turn % 3)) -eq 0 ] || continue
			prepare_start "$start"
			$way
			create
			refused "rule 'web': exec: "
			expect_all_as_it_was
			[ -d "$links" ] || rm -f "$links"
			chmod -f 700 "$links" || :
			expect_recovery
		done
	done
}

@test "the reason says what is wrong with the link" {
	prepare_start unknown
	no_space
	create
	refused "rule 'web': exec: " 'no space left' run/capruntime/
	read_only
	create
	refused "rule 'web': exec: " 'read-only file system' run/capruntime
}

# Sets $calls: the calls of a create that may change a file.
list_changes() { # START
	prepare_start "$1"
	before=("${plain[@]}" strace -qqo "$work/trace")
	create
	expect_right
	number_calls "$work/trace" | grep -E \
		' (mkdir|symlink|unlink|rename|write|fsync|fchmod|openat.*O_CREAT)' \
		>"$work/changes"
	mapfile -t calls <"$work/changes"
	grep symlink "$work/changes"
}

is_whole() {
	cmp -s "$config" "$work/from" || cmp -s "$config" "$new" ||
		complain 'config.json is neither the old nor the new one'
}

inject_at() { # FAULT CALL
	local name number _

	read -r name number _ <<<"$2"
	inject "$name:$1:when=$number"
}

@test "killed at any change of a file, config.json is not ahead of the link" {
	for start in $(all_or granted-another); do
		list_changes "$start"
		for call in "${calls[@]}"; do
			prepare_start "$start"
			inject_at signal=KILL "$call"
			create
			[ "$status" -eq 137 ] || complain 'was not killed'
			is_whole
			has_link || same "$work/from" "$config"
			expect_recovery
		done
	done
}

@test "after any failure the link is correct or the create is refused" {
	for start in $(all_or unknown); do
		list_changes "$start"
		for call in "${calls[@]}"; do
			prepare_start "$start"
			inject_at error=EIO "$call"
			create
			if [ "$status" -eq 0 ]; then
				expect_right
			else
				refused
				is_whole
			fi
			! grep -q ': exec: ' "$work/stderr" ||
				expect_all_as_it_was
			expect_recovery
		done
	done
}

# Sets $calls: the calls of a session, except for a sanitizer's, those about the
# runtime itself and memory calls.
list_session() {
	before=("${plain[@]}" strace -qqo "$work/trace")
	run_session
	started
	number_calls "$work/trace" | grep -v '"/proc/self/exe", "' |
		sed -n '/ readlink/,$p' | grep -vE \
		"^(brk|mmap|munmap|execve) |\"$CAPRUNTIME_RUNTIME\"" \
		>"$work/calls"
	mapfile -t calls <"$work/calls"
	grep memfd_create "$work/calls"
}

run_session() { # sets status
	rm -f "$work/called"
	status=0
	"${before[@]}" "$CAPRUNTIME_BUILT" exec --process "$process" id \
		>"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

@test "whatever system call fails, a session under a raising rule goes through" {
	start=session
	list_session
	for call in "${calls[@]}"; do
		inject_at error=EIO "$call"
		run_session
		case $call in
		readlink*run/capruntime/*)
			# The rule is unknown; it could be one that narrows.
			refused link
			;;
		*)
			started
			;;
		esac
	done
}

@test "whatever system call fails, a session is narrowed or refused" {
	start=session
	before=("${plain[@]}")
	make_bundle "$bundle"
	use_policy '{"name":"web","match":{},"drop":"others","exec":true}'
	create
	started
	list_session
	for call in "${calls[@]}"; do
		inject_at error=EIO "$call"
		run_session
		if [ "$status" -eq 0 ]; then
			grep -q '^/proc/self/fd/' "$work/called"
		else
			refused
		fi
	done
}
