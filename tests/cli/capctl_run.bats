#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# What a program holds that capctl run starts, read inside the program, and each
# step that can fail.

load capctl_helpers

setup() {
	require_programs jq setpriv
	capctl=$builddir/capctl
	# Below bats' own directories no other user finds anything.
	work=$(mktemp -d)
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	chmod 755 "$work"
	cd /
}

teardown() {
	rm -rf "$work"
}

# As root alone.
begin() { # [PROGRAM...]
	require_root
	require_programs "$@"
	setpriv --reuid 65534 --clear-groups test -x "$capctl" ||
		skip 'other users cannot search the build directory'
}

# Runs a program that prints its status.
run_status() { # OPTION...
	capctl run "$@" -- cat /proc/self/status
	ended 0 || return
	[ -z "$stderr" ] || seen 'wanted no errors'
}

is_line() { # KEY VALUE, as in /proc/self/status
	[ "$(sed -n "s/^$1:[[:space:]]*//p" <<<"$output" | xargs)" = "$2" ] ||
		seen "wanted: $1: $2"
}

holds() { # MASK: it is permitted, effective, inheritable and ambient
	local key

	for key in CapPrm CapEff CapInh CapAmb; do
		is_line "$key" "$1" || return
	done
}

bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
none=0000000000000000

# The program did not run; exactly one line says why.
failed() { # STATUS TEXT
	ended "$1" || return
	[ "$stderr" = "capctl: run: $2" ] || seen "wanted: capctl: run: $2" ||
		return
	[ -z "$output" ] || seen 'wanted no output'
}

# There is no such program; for all others bats warns of this status.
missing() { # WORD...
	run -127 --separate-stderr "$capctl" run "$@" </dev/null
}

as_user() { # WORD...: capctl run as user 1000 without capabilities
	run --separate-stderr setpriv --reuid 1000 --regid 1000 --clear-groups \
		--inh-caps=-all "$capctl" run "$@" </dev/null
}

@test "another user holds exactly the ambient set" {
	begin
	run_status --user 1000:1001 --ambient net_raw,CAP_KILL
	holds 0000000000002020
	is_line CapBnd "$bounding"
	is_line Uid '1000 1000 1000 1000'
	is_line Gid '1001 1001 1001 1001'
	is_line Groups ''
	is_line NoNewPrivs 0
}

@test "without --ambient another user holds nothing" {
	begin
	run_status --user 1000
	holds $none
	is_line CapBnd "$bounding"
}

@test "the bounding set is exactly the list" {
	begin
	run_status --user 1000 --bounding NET_RAW,KILL --ambient NET_RAW
	holds 0000000000002000
	is_line CapBnd 0000000000002020
	run_status --user 1000 --bounding none
	is_line CapBnd $none
}

@test "user 0 holds its bounding set" {
	begin
	run_status --bounding NET_RAW,KILL --ambient NET_RAW
	is_line CapPrm 0000000000002020
	is_line CapEff 0000000000002020
	is_line CapBnd 0000000000002020
	is_line CapInh 0000000000002000
	is_line CapAmb 0000000000002000
	run_status
	is_line CapEff "$bounding"
	is_line CapAmb $none
}

@test "for user 0 --ambient alone would say too little" {
	begin
	capctl run --ambient NET_RAW -- true
	failed 125 "'--ambient': user 0 gets its whole bounding set, whatever is ambient: add '--bounding', or '--user' with another user"
	run --separate-stderr setpriv --securebits +noroot --inh-caps +net_raw \
		--ambient-caps +net_raw "$capctl" run --ambient NET_RAW -- \
		cat /proc/self/status
	ended 0
	holds 0000000000002000
}

@test "no_new_privs is set on request, with the rest" {
	begin
	run_status --user 1000 --no-new-privs --ambient KILL
	is_line NoNewPrivs 1
	holds 0000000000000020
}

@test "a user of the user database has its groups" {
	local name=nobody

	begin
	run_status --user $name
	is_line Uid "$(for i in 1 2 3 4; do id -u $name; done | xargs)"
	is_line Gid "$(for i in 1 2 3 4; do id -g $name; done | xargs)"
	is_line Groups "$(id -G $name)"
	run_status --user "$(id -u $name)"
	is_line Groups "$(id -G $name)"
	run_status --user $name:daemon
	is_line Gid "$(for i in 1 2 3 4; do id -g daemon; done | xargs)"
	is_line Groups ''
}

@test "a user with supplementary groups has all of them" {
	begin unshare
	cp /etc/passwd /etc/group "$work"
	echo 'capctl-try:x:4242:4242::/:/bin/sh' >>"$work/passwd"
	printf 'one:x:4243:capctl-try\ntwo:x:4244:x,capctl-try\n' >>"$work/group"
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr unshare -m sh -c 'mount --bind "$0/passwd" /etc/passwd &&
		mount --bind "$0/group" /etc/group &&
		exec "$1" run --user capctl-try -- cat /proc/self/status' \
		"$work" "$capctl"
	ended 0
	is_line Uid '4242 4242 4242 4242'
	is_line Groups '4242 4243 4244'
}

@test "the process, environment, words and descriptors are untouched" {
	local look='echo $$ $PPID /proc/self/fd/* "$#:$1:$2:$3"; env; trap
		grep -E "^(Sig[A-P]|Shd)" /proc/self/status; umask; pwd'

	begin
	# shellcheck disable=SC2016,SC2086 # for the inner shell; words
	for before in env "$capctl run --user 1000 --"; do
		env -i A=1 'B=x y' sh -c 'umask 027; trap "" HUP; exec 7</dev/null
			echo $$; exec "$@"' sh $before sh -c "$look" name "a b" "" c \
			>"$work/now" 3>&-
		# It is the same process.
		[ "$(sed -n '1p' "$work/now")" = \
			"$(sed -n '2s/ .*//p' "$work/now")" ]
		sed '1d; 2s/^[0-9]* //' "$work/now" >"$work/${before##*/}"
	done
	grep ':a b::c' "$work/env"
	grep -x 'B=x y' "$work/env"
	diff "$work/env" "$work/capctl run --user 1000 --"
}

@test "exit statuses are those of env" {
	begin
	capctl run -- sh -c 'exit 7'
	ended 7
	capctl run -- sh -c 'kill -TERM $$'
	ended 143
	missing -- capctl-no-such-program
	failed 127 "start 'capctl-no-such-program': no such file or directory"
	capctl run -- /etc/passwd
	failed 126 "start '/etc/passwd': permission denied"
	missing -- ''
	failed 127 "start '': no such file or directory"
	printf 'neither\n' >"$work/other"
	chmod 755 "$work/other"
	capctl run -- "$work/other"
	failed 126 "start '$work/other' as user 0: exec format error"
}

@test "the program is what the new user finds and may execute" {
	begin
	mkdir -m 700 "$work/closed"
	mkdir "$work/open"
	for directory in closed open; do
		printf '#!/bin/sh\necho %s\n' $directory >"$work/$directory/try"
		chmod 755 "$work/$directory/try"
	done
	PATH=$work/closed:$work/open:$PATH capctl run --user 1000 -- try
	wrote open
	PATH=$work/closed:$work/open:$PATH capctl run -- try
	wrote closed
	PATH=$work/closed:$PATH missing --user 1000 -- try
	failed 127 "start 'try': no such file or directory"
	cd "$work/open"
	PATH=:$PATH capctl run --user 1000 -- try
	wrote open
	capctl run --user 1000 -- ./try
	wrote open
}

@test "wrong words are refused" {
	capctl run
	complained "run: expects a command: see 'capctl help run'"
	capctl run --ambient NET_RWA -- true
	complained "run: '--ambient': unknown capability 'NET_RWA' (did you mean 'NET_RAW'?): see 'capctl help run'"
	capctl run --bounding NET_RAW, -- true
	complained "run: '--bounding': unknown capability '': see 'capctl help run'"
	capctl run --ambient -1 -- true
	complained "run: '--ambient': unknown capability '-1': see 'capctl help run'"
	capctl run --user 4294967295 -- true
	complained "run: '--user': '4294967295' is above 4294967294: see 'capctl help run'"
	capctl run --user no-such-user -- true
	complained "run: '--user': no user 'no-such-user' in /etc/passwd: use the user's number"
	capctl run --user 0:no-such-group -- true
	complained "run: '--user': no group 'no-such-group' in /etc/group"
	capctl run --user -1 -- true
	complained "run: '--user': no user '-1' in /etc/passwd: use the user's number"
	capctl run --json -- true
	complained "run: '--json' is for '--dry-run': see 'capctl help run'"
}

@test "what this process lacks is named, with the way out" {
	local sudo='run capctl as root, for example by sudo'

	begin
	as_user --ambient NET_RAW,KILL -- true
	failed 125 "'--ambient': KILL, NET_RAW: not in the permitted set of this process: $sudo"
	as_user --user 2000 -- true
	failed 125 "'--user': SETGID, SETUID: needed for another user or other groups, and this process does not hold it: $sudo"
	as_user --bounding none -- true
	failed 125 "'--bounding': SETPCAP: needed to take others away, and this process does not hold it: $sudo"
	capctl run --user 1000 --bounding KILL --ambient NET_RAW -- true
	failed 125 "'--bounding': NET_RAW: missing, and '--ambient' has it: add it to '--bounding'"
	run --separate-stderr "$capctl" run --bounding KILL -- "$capctl" run \
		--user 1000 --ambient NET_RAW -- true
	failed 125 "'--ambient': NET_RAW: not in the permitted set of this process: what started this process took it away: a container needs it in 'capabilities.add' or '--cap-add', a unit in 'CapabilityBoundingSet='"
	run --separate-stderr "$capctl" run --bounding KILL -- "$capctl" run \
		--bounding NET_RAW -- true
	failed 125 "'--bounding': NET_RAW: not in the bounding set of this process, and nothing can add it: leave it out, or start from a process that has it"
}

@test "a user without SETPCAP passes on what it holds" {
	begin
	run --separate-stderr "$capctl" run --user 1000 --ambient KILL,NET_RAW \
		-- "$capctl" run --ambient NET_RAW --user 1000 -- \
		cat /proc/self/status
	ended 0
	holds 0000000000002000
	as_user --no-new-privs -- cat /proc/self/status
	ended 0
	holds $none
	is_line NoNewPrivs 1
}

@test "securebits that forbid it are named" {
	begin capsh
	run --separate-stderr capsh --secbits=0x40 -- -c \
		"exec '$capctl' run --user 1000 --ambient KILL -- true"
	failed 125 "'--ambient': the securebit no_cap_ambient_raise of this process forbids it: start from a process without it"
	run --separate-stderr capsh --secbits=0x20 -- -c \
		"exec '$capctl' run --user 1000 --ambient KILL -- true"
	failed 125 "'--user': the securebit keep_caps_locked of this process takes all capabilities from a process that leaves user 0: start from a process without it"
}

@test "a file that would change the sets is refused" {
	begin setcap
	cp "$(command -v cat)" "$work/setuid"
	cp "$(command -v cat)" "$work/caps"
	cp "$(command -v cat)" "$work/setgid"
	chmod 4755 "$work/setuid"
	chgrp 0 "$work/setgid"
	chmod 2755 "$work/setgid"
	setcap cap_kill+ep "$work/caps"
	capctl run --user 1000 --ambient KILL -- "$work/setuid"
	ended 125
	[[ "$stderr" = "capctl: run: '$work/setuid': the file's set-user-ID bit counts: the program would have user 0, effective "*", ambient none: add '--no-new-privs' to prevent it" ]] ||
		seen 'other reason'
	capctl run --user 1000 -- "$work/setgid"
	failed 125 "'$work/setgid': the file's set-group-ID bit counts: the program would have group 0: add '--no-new-privs' to prevent it"
	capctl run --user 1000 --ambient NET_RAW -- "$work/caps"
	failed 125 "'$work/caps': the file's capabilities count: the program would have effective KILL, permitted KILL, ambient none: remove them with 'setcap -r', or execute a copy by 'cp', which has none"
	capctl run --user 1000 --bounding none -- "$work/caps"
	failed 125 "'$work/caps': the file has capabilities that the bounding set lacks, so the kernel will not execute it: remove them with 'setcap -r', or execute a copy by 'cp', which has none"
	printf '#!%s/caps\n' "$work" >"$work/script"
	chmod 755 "$work/script"
	capctl run --user 1000 --ambient NET_RAW -- "$work/script"
	ended 125
	[[ "$stderr" = "capctl: run: '$work/caps': the file's capabilities"* ]] ||
		seen 'other reason'
}

@test "with no_new_privs a set-ID file changes nothing" {
	begin
	cp "$(command -v cat)" "$work/setuid"
	chmod 4755 "$work/setuid"
	capctl run --user 1000 --ambient KILL --no-new-privs -- \
		"$work/setuid" /proc/self/status
	ended 0
	holds 0000000000000020
	is_line Uid '1000 1000 1000 1000'
}

@test "a dry run says what a run gives" {
	local key

	begin
	capctl run --dry-run --json --user 1000:1001 --ambient NET_RAW \
		--bounding KILL,NET_RAW --no-new-privs -- touch "$work/ran"
	ended 0
	[ ! -e "$work/ran" ]
	is_json '.uid == 1000 and .gid == 1001 and .no_new_privileges and
		(.program | endswith("/touch")) and
		.sets.ambient.names == ["CAP_NET_RAW"] and
		.sets.effective.mask == "0000000000002000" and
		.sets.bounding.mask == "0000000000002020"'
	capctl run --dry-run --json --user 1000 --ambient KILL -- cat
	is_json '.sets'
	predicted=$output
	run_status --user 1000 --ambient KILL
	for key in Eff:effective Prm:permitted Inh:inheritable Amb:ambient \
		Bnd:bounding; do
		is_line "Cap${key%:*}" \
			"$(jq -r ".sets.${key#*:}.mask" <<<"$predicted")"
	done
}
