#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# 'capctl show' of processes that the tests start. Real containers are in
# tests/runtime/show.bats.

load capctl_helpers

setup() {
	require_root
	require_programs jq setpriv unshare
	started=()
}

teardown() {
	local pid

	for pid in ${started[@]+"${started[@]}"}; do
		kill -KILL "$pid" 2>/dev/null || :
	done
}

# Starts a process that runs until the test ends. Waits until its last program
# has its final privileges. Sets $pid.
start() { # PROGRAM WORD...
	"$@" >/dev/null 2>"$BATS_TEST_TMPDIR/start" </dev/null 3>&- &
	pid=$!
	disown "$pid"
	started+=("$pid")
	wait_until is_asleep "$pid" || {
		cat "$BATS_TEST_TMPDIR/start"
		return 1
	}
}

has_children() { # COUNT; each runs its last program
	[ "$(pgrep -c -P "$pid" sleep)" = "$1" ]
}

# uid 1000 with NET_RAW in all sets; the bounding set also has KILL.
start_user() { # PROGRAM WORD...
	start setpriv --reuid 1000 --regid 1001 --clear-groups \
		--inh-caps=-all,+net_raw --ambient-caps +net_raw \
		--bounding-set=-all,+net_raw,+kill "$@"
}

show() { # WORD...
	capctl show "$@"
}

# A value of /proc/PID/status.
status_of() { # PID KEY
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

@test "one process: every set with its names" {
	start_user setpriv --no-new-privs sleep 1000
	show "$pid"
	ended 0
	wrote "process $pid: sleep
  parent        $$
  container     none
  uid           1000
  gid           1001
  no_new_privs  yes
  seccomp       none
  securebits    unknown: only the process itself can read them
  permitted     NET_RAW
  effective     NET_RAW
  inheritable   NET_RAW
  ambient       NET_RAW
  bounding      KILL, NET_RAW"
}

@test "several processes, in the order of the operands" {
	local first

	start sleep 1000
	first=$pid
	start sleep 1000
	show "$pid" "$first"
	ended 0
	[ "$(grep '^process' <<<"$output")" = "process $pid: sleep
process $first: sleep" ] || seen 'wanted both'
}

@test "a process's ids, where they differ" {
	start setpriv --euid 1000 --egid 1000 --clear-groups sleep 1000
	show "$pid"
	ended 0
	grep -qx '  uid           0, effective 1000, saved 1000, file system 1000' \
		<<<"$output" || seen 'no uids'
	show --tree "$pid"
	grep -qE "^$pid +0/1000 +sleep " <<<"$output" || seen 'no uids in table'
}

@test "self: the securebits are known" {
	show self
	ended 0
	[[ "$output" = 'process '*': capctl'* ]] || seen 'not itself'
	grep -qx '  securebits    none' <<<"$output" || seen 'no securebits'
	run --separate-stderr setpriv --securebits=+noroot,+noroot_locked \
		"$builddir/capctl" show --json self
	ended 0
	is_json '.processes[0].securebits == ["noroot", "noroot_locked"]'
	run --separate-stderr setpriv --securebits=+noroot,+noroot_locked \
		"$builddir/capctl" show self
	grep -qx '  securebits    noroot, noroot_locked' <<<"$output" ||
		seen 'other securebits'
}

@test "a table has the number of a set's names if they are many" {
	start setpriv --reuid 1000 --clear-groups --inh-caps=-all \
		--bounding-set=-all,+chown,+kill,+setuid,+net_raw,+sys_time \
		sleep 1000
	show --tree "$pid"
	ended 0
	grep -qE "^$pid +1000 .* sleep +B 5 of $("$builddir/capctl" decode --json </dev/null |
		jq '.capabilities | length')\$" <<<"$output" || seen 'not the number'
}

@test "show prints what the kernel reports" {
	local key set

	start_user sleep 1000
	show --json "$pid" $$
	ended 0
	for key in CapInh:inheritable CapPrm:permitted CapEff:effective \
		CapBnd:bounding CapAmb:ambient; do
		set=${key#*:}
		is_json ".processes[0].sets.$set.mask == \$mask" --arg mask \
			"$(status_of "$pid" "${key%:*}")"
		is_json ".processes[1].sets.$set.mask == \$mask" --arg mask \
			"$(status_of $$ "${key%:*}")"
	done
}

@test "one process in JSON" {
	start_user sleep 1000
	show --json "$pid"
	ended 0
	is_json '(.processes[0] | del(.sets)) == {pid: $pid, thread_of: null,
		parent: $parent, depth: 0, name: "sleep", state: "S",
		container: null, identity: null,
		uid: {real: 1000, effective: 1000, saved: 1000, filesystem: 1000},
		gid: {real: 1001, effective: 1001, saved: 1001, filesystem: 1001},
		no_new_privs: false, seccomp: "none", securebits: null} and
		.processes[0].sets.ambient ==
			{mask: "0000000000002000", names: ["CAP_NET_RAW"]} and
		.unreadable == [] and .left_out == 0 and
		(.processes | length) == 1' \
		--argjson pid "$pid" --argjson parent $$
}

@test "--tree: a process and its descendants, indented" {
	start_user sh -c 'sleep 1000 & sleep 1001 & exec sleep 1002'
	wait_until has_children 2
	mapfile -t -O 1 started < <(pgrep -P "$pid")
	show --tree "$pid"
	ended 0
	[ "$(sed -E 's/^(PID|[0-9]+) +/PID  /' <<<"$output")" = \
		'PID  UID   COMMAND  HOLDS
PID  1000  sleep    PEIA NET_RAW; B KILL, NET_RAW
PID  1000    sleep  PEIA NET_RAW; B KILL, NET_RAW
PID  1000    sleep  PEIA NET_RAW; B KILL, NET_RAW
P permitted, E effective, I inheritable, A ambient, B bounding; empty sets are
omitted' ] || seen 'wanted three'
	show --tree --json "$pid"
	is_json '[.processes[].depth] == [0, 1, 1] and
		(.processes[1:] | all(.parent == $pid))' --argjson pid "$pid"
}

# In a PID namespace of its own: a long name of another test's process would
# fold the table.
@test "--all omits processes that hold no capabilities and can gain none" {
	cat >"$BATS_TEST_TMPDIR/all.sh" <<-'END'
		setpriv --reuid 1001 --clear-groups --bounding-set=-all sleep 1000 &
		setpriv --reuid 1002 --clear-groups --no-new-privs sleep 1000 &
		setpriv --reuid 1000 --clear-groups --inh-caps=-all,+net_raw \
			--ambient-caps +net_raw --bounding-set=-all,+net_raw,+kill \
			sleep 1000 &
		until [ "$(pgrep -c sleep)" = 3 ]; do sleep 0; done
		exec "$1" show --all
	END
	run --separate-stderr timeout 60 unshare --pid --fork --kill-child \
		--mount-proc sh "$BATS_TEST_TMPDIR/all.sh" "$builddir/capctl" 3>&-
	ended 0
	[ "$(grep -cE '^[0-9]+ +[0-9]+ ' <<<"$output")" = 2 ] ||
		seen 'wanted capctl and the user'
	grep -qE '^[0-9]+ +1000  sleep +PEIA NET_RAW; B KILL, NET_RAW$' \
		<<<"$output" || seen 'the user is missing'
	[ "${lines[-1]}" = 'omitted: 2 (zombies, or processes that hold no capabilities and can gain none)' ] ||
		seen 'their number is missing'
	! grep -q $'\e' <<<"$output" || seen 'colour'
}

@test "threads with other privileges follow their process" {
	require_programs python3
	cat >"$BATS_TEST_TMPDIR/threads.py" <<-'END'
		import ctypes, threading, time
		def strict():
		    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
		    open('/proc/thread-self/comm', 'w').write('strict')
		    time.sleep(1000)
		threading.Thread(target=time.sleep, args=(1000,)).start()
		threading.Thread(target=strict).start()
		open('/proc/self/comm', 'w').write('sleep')
	END
	start python3 "$BATS_TEST_TMPDIR/threads.py"
	wait_until grep -qsx strict "/proc/$pid"/task/*/comm
	show --json "$pid"
	ended 0
	is_json '[.processes[] | .thread_of] == [null, $pid] and
		[.processes[].no_new_privs] == [false, true] and
		.processes[1].name == "strict"' --argjson pid "$pid"
	show "$pid"
	grep -qE "^thread [0-9]+ of process $pid: strict$" <<<"$output" ||
		seen 'no thread'
	show --tree "$pid"
	grep -qE '^[0-9]+ +0 +  \{strict\}  PEB ' <<<"$output" ||
		seen 'no thread in the table'
}

@test "a name cannot move the cursor or break a line" {
	cat >"$BATS_TEST_TMPDIR/name.sh" <<-'END'
		printf 'a\n\033[2Jb\\n' >/proc/$$/comm
		while :; do sleep 1000; done
	END
	sh "$BATS_TEST_TMPDIR/name.sh" >/dev/null 2>&1 3>&- &
	pid=$!
	disown "$pid"
	started+=("$pid")
	wait_until has_children 1
	started+=("$(pgrep -P "$pid")")
	show "$pid"
	ended 0
	[ "${lines[0]}" = "process $pid: a\\x0a\\x1b[2Jb\\n" ] || seen 'the name'
	show --json "$pid"
	is_json '.processes[0].name == "a\n\u001b[2Jb\\n"'
}

@test "a missing process is an error, and the others are shown" {
	local gone

	sh -c : &
	gone=$!
	wait "$gone"
	start sleep 1000
	show "$gone" "$pid"
	ended 2
	[ "$stderr" = "capctl: show: process $gone: no such process" ] || seen 'why?'
	[[ "$output" = "process $pid: sleep"* ]] || seen 'wanted the other'
	show --json "$gone"
	ended 2
	is_json '. == {processes: [], unreadable: [{pid: $gone, reason: "no such process"}],
		left_out: 0}' --argjson gone "$gone"
}

@test "hidden processes of other users are an error" {
	# uid 1000 may not be able to search the directories above the program.
	run --separate-stderr unshare --mount --pid --fork sh -c '
		mount -t proc -o hidepid=2 proc /proc &&
		setpriv --reuid 1000 --regid 1000 --clear-groups \
			--inh-caps=-all,+dac_read_search \
			--ambient-caps +dac_read_search "$0" show --all
		exit $?' "$builddir/capctl"
	ended 2
	[ "$stderr" = 'capctl: show: the processes of other users are hidden (hidepid): run capctl as root' ] ||
		seen 'why?'
	grep -qE '^[0-9]+ +1000 +capctl ' <<<"$output" || seen 'not itself'
}

@test "without procfs on /proc show fails" {
	# A sanitizer needs /proc.
	! grep -q __asan_init "$builddir/capctl" || return 0
	for words in '' self 1 --all '--id x'; do
		# shellcheck disable=SC2016,SC2086
		run --separate-stderr unshare --mount sh -c '
			mount -t tmpfs none /proc && exec "$0" show "$@"' \
			"$builddir/capctl" $words
		complained "show: '/proc' has no processes: mount procfs on it"
	done
}

@test "unreadable threads or an unreadable cgroup are an error" {
	require_programs python3
	require_strace
	# The leak sanitizer does not run under a tracer.
	export ASAN_OPTIONS=detect_leaks=0
	start python3 -c 'import threading, time
threading.Thread(target=time.sleep, args=(1000,)).start()
open("/proc/self/comm", "w").write("sleep")'
	for words in 'task getdents64' 'cgroup read'; do
		run --separate-stderr strace -o /dev/null \
			-P "/proc/$pid/${words% *}" -e "trace=${words#* }" \
			-e "inject=${words#* }:error=EIO" \
			"$builddir/capctl" show "$pid"
		ended 2
		[ "$stderr" = "capctl: show: process $pid: input/output error" ] ||
			seen 'why?'
		[[ "$output" = "process $pid: sleep"* ]] || seen 'the rest'
	done
}

@test "without an operand: processes of containers, if there are any" {
	show
	ended 0
	[ -n "$output" ] || seen 'no output'
	show --json
	ended 0
	is_json '.processes | all(.container != null)'
}

@test "wrong use is refused" {
	local word

	for word in 0 -- -1 1x 01 +1 4294967297 99999999999999999999 '' ' 1' x; do
		show -- "$word"
		complained "show: '$word' is not a PID, and no running container has this ID or name"
	done
	show 1 --all
	complained "show: PIDs exclude '--all': see 'capctl help show'"
	for word in 1 a; do
		show --id a "$word"
		complained "show: operands exclude '--id': see 'capctl help show'"
	done
	for word in '1 x' 'x 1'; do
		# shellcheck disable=SC2086 # words
		show $word
		complained "show: '${word#* }': PIDs and containers exclude each other: see 'capctl help show'"
	done
	for word in '' 1; do
		# shellcheck disable=SC2086 # none or one
		show --root /run $word
		complained "show: '--root' requires '--id' or a container: see 'capctl help show'"
	done
	show --id ''
	complained "show: the value of '--id' is empty: see 'capctl help show'"
}

@test "a missing container is an error" {
	show --id no-such-container
	complained "show: no running container 'no-such-container'"
	show --id no-such-container --root "$BATS_TEST_TMPDIR"
	complained "show: no container 'no-such-container' in '$BATS_TEST_TMPDIR'"
	show --id x --root "$BATS_TEST_TMPDIR/none"
	complained "show: '$BATS_TEST_TMPDIR/none': no such file or directory"
}

@test "a full disk is an error" {
	[ -c /dev/full ] || skip '/dev/full is missing'
	for word in --all --json self; do
		status=0 output=
		"$builddir/capctl" show $word >/dev/full \
			2>"$BATS_TEST_TMPDIR/err" || status=$?
		stderr=$(<"$BATS_TEST_TMPDIR/err")
		complained 'write to standard output: no space left on device'
	done
}
