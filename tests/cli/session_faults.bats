#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# A link that cannot be made: the create is refused and changes nothing.
# injected.bats has faults of each system call.

load session_helpers

setup() {
	setup_session
	require_strace
	make_runtime runc
	plain=("${before[@]}")
}

teardown() {
	[ -z "${start-}" ] || echo "last tried: $start, ${way-}"
}

another='{"name":"other","match":{},"ambient":["KILL"]}'
starts='unknown granted granted-another without-link'

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
