#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# The predicted results of a seccomp profile are those of the kernel under the
# filter that the runtime makes from the same profile.

load helpers

setup() { setup_containers; }
teardown() { teardown_containers; }

# Calls that never return, or that block the whole machine.
endless='pause|select|_newselect|pselect6|ppoll|vfork|sync'

# Calls of the kernel's own probes, which no filter blocks since Linux 6.14.
unfiltered='uretprobe|uprobe'

# Calls with arguments that profiles compare: NAME NUMBER and six arguments.
special='clone 0x10000000 0 0
clone 0x20011 0 0
clone 0x02000000 0 0
clone 0x7e020000 0 0
clone 0x11 0 0
personality 0 0 0
personality 8 0 0
personality 9 0 0
personality 0x20000 0 0
personality 0x20008 0 0
personality 0xffffffff 0 0
personality 0x1ffffffff 0 0
socket 16 3 9
socket 16 3 0
socket 16 2 9
socket 2 3 1
socket 2 1 9
socket 17 3 0
socket 40 1 0
socket 0x100000010 3 9
unshare 0x10000000 0 0
unshare 0x20000 0 0
prctl 24 99 0
ioctl 0 0x5412 0
setpriority 0 0 0
mknod 0 020600 0
reboot 0xfee1dead 0x28121969 0'

# Writes $work/calls: every call of this machine without arguments, then these.
make_calls() {
	local name nr args

	"$builddir/tests/runtime/ask_calls" list |
		grep -vE "^($endless|$unfiltered) " >"$work/all"
	cp "$work/all" "$work/calls"
	while read -r name args; do
		nr=$(awk -v name="$name" '$1 == name { print $2 }' "$work/all")
		[ -z "$nr" ] || echo "$name $nr $args 0 0 0"
	done <<<"$special" >>"$work/calls"
}

# Sets errno values that the kernel itself never returns.
marked='.defaultErrnoRet |= (. // 1) + 3000 |
	.syscalls[]? |= if .action == "SCMP_ACT_ERRNO" then
		.errnoRet |= (. // 1) + 3000 else . end'

use_profile() { # JSON
	change_config --argjson profile "$1" '.linux.seccomp = $profile |
		.process.args = ["/bin/try_calls"]'
	cp "$builddir/tests/runtime/try_calls" "$bundle/rootfs/bin"
}

profile_of() { # FIXTURE
	jq -c ".linux.seccomp | $marked" \
		"$srcdir/tests/data/fixtures/$1.config.json"
}

try_in_container() { # CALLS
	plain_runtime run -b "$bundle" "$id" <"$1" | cat
}

# Removes the calls that fail without a filter.
drop_unknown_calls() {
	use_profile null
	try_in_container "$work/calls" >"$work/unfiltered"
	grep -c . "$work/unfiltered"
	! grep -E 'killed$|errno [0-9]{4}$' "$work/unfiltered" || return
	paste -d ' ' "$work/calls" <(awk '{ print $NF }' "$work/unfiltered") |
		awk '$NF != 38 { sub(/ [^ ]*$/, ""); print }' >"$work/known"
}

expect_same_answers() { # PROFILE
	local answers

	use_profile "$1"
	"$builddir/tests/runtime/ask_calls" "$RUNTIME_NAME" \
		"$bundle/config.json" <"$work/known" >"$work/said"
	try_in_container "$work/known" >"$work/done"
	diff "$work/said" "$work/done"
	answers=$(awk '{ print $6 }' "$work/done" | sort -u | paste -sd ' ')
	printf '%s calls, answers: %s\n' "$(wc -l <"$work/done")" "$answers"
	[ "$(wc -l <"$work/done")" -gt 300 ]
	[[ "$answers" == *open* ]]
	[[ "$answers" == *errno* || "$answers" == *killed* ]]
}

expect_as_in() { # FIXTURE
	for name in $RUNTIMES; do
		use_runtime "$name"
		make_calls
		drop_unknown_calls
		expect_same_answers "$(profile_of "$1")"
	done
}

@test "CRI-O's profile blocks the predicted calls" {
	expect_as_in crio/add
}

@test "containerd's profile blocks the predicted calls" {
	expect_as_in containerd-ctr/seccomp
}

@test "containerd's profile for SYS_TIME blocks the predicted calls" {
	expect_as_in containerd-ctr/seccomp-systime
}

@test "podman's profile blocks the predicted calls" {
	expect_as_in podman/user1000
}

@test "a profile that kills, traps, compares and logs blocks the predicted calls" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		make_calls
		drop_unknown_calls
		expect_same_answers '{"defaultAction": "SCMP_ACT_ALLOW",
			"syscalls": [
			{"names": ["acct", "chroot"],
				"action": "SCMP_ACT_KILL_PROCESS"},
			{"names": ["swapon", "getpgid"],
				"action": "SCMP_ACT_KILL"},
			{"names": ["swapoff"], "action": "SCMP_ACT_TRAP"},
			{"names": ["getuid"], "action": "SCMP_ACT_LOG"},
			{"names": ["vhangup", "no_such_call"],
				"action": "SCMP_ACT_ERRNO", "errnoRet": 4000},
			{"names": ["personality"], "action": "SCMP_ACT_ERRNO",
				"errnoRet": 4001, "args": [
				{"index": 0, "op": "SCMP_CMP_GT",
					"value": 4294967295},
				{"index": 0, "op": "SCMP_CMP_EQ", "value": 8}]},
			{"names": ["socket"], "action": "SCMP_ACT_ERRNO",
				"errnoRet": 4002, "args": [
				{"index": 0, "op": "SCMP_CMP_MASKED_EQ",
					"value": 16, "valueTwo": 16},
				{"index": 1, "op": "SCMP_CMP_LE", "value": 2},
				{"index": 2, "op": "SCMP_CMP_NE", "value": 1}
				]}]}'
	done
}

@test "a list without this machine's architecture changes nothing" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		make_calls
		drop_unknown_calls
		expect_same_answers '{"defaultAction": "SCMP_ACT_ALLOW",
			"architectures": ["SCMP_ARCH_MIPSEL64"],
			"syscalls": [{"names": ["reboot", "swapon", "acct"],
				"action": "SCMP_ACT_ERRNO", "errnoRet": 4000}]}'
	done
}

@test "an architecture of the other byte order is refused by the runtime, too" {
	local other=SCMP_ARCH_S390X

	[ "$(uname -m)" != s390x ] || other=SCMP_ARCH_X86_64
	for name in $RUNTIMES; do
		use_runtime "$name"
		use_profile "{\"defaultAction\": \"SCMP_ACT_ALLOW\",
			\"architectures\": [\"$other\"], \"syscalls\": [
			{\"names\": [\"acct\"], \"action\": \"SCMP_ACT_ERRNO\"}]}"
		run plain_runtime run -b "$bundle" "$id"
		echo "$output"
		[ "$status" -ne 0 ]
		[[ "$output" == *seccomp* ]]
		run -2 "$builddir/tests/runtime/ask_calls" "$name" \
			"$bundle/config.json"
		[[ "$output" == *"$other has another byte order"* ]]
	done
}
