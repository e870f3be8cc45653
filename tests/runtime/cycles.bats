#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Many containers, eight at a time, on a node whose policy changes and breaks
# all the time and where some creates are killed. Each container has the right
# sets or is refused, each can be killed and deleted, and no files are left.
# CAPRUNTIME_CYCLES is the number of containers (make soak), CAPRUNTIME_SEED the
# seed.

load helpers
load changing_policy

slots=8

setup() {
	setup_containers
	require_programs unshare
	require_strace
	cycles=${CAPRUNTIME_CYCLES-24}
	seed=${CAPRUNTIME_SEED-$RANDOM}
	echo "CAPRUNTIME_SEED=$seed"
	over_sysroot etc run
	etc=$work/etc/capruntime
	links=$work/run/capruntime
	journal=$work/journal
	never=$work/never
	prefix=captest-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER
	mkdir -p "$etc"/{policy.d,runtimes} "$work"/{dead,slots}
	mkfifo "$never"
	make_policies
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config --arg rootfs "$bundle/rootfs" '
			.process.capabilities[] = ["CAP_KILL",
				"CAP_NET_BIND_SERVICE", "CAP_NET_RAW"] |
			.process.args = ["/bin/sh", "-c", "report; exec sleep 1000"] |
			.root.path = $rootfs'
		jq .process "$bundle/config.json" >"$work/process-$name.json"
		make_handlers
	done
	list_calls
}

teardown() { teardown_containers; }

# Makes the node's handler, and one with a runtime that does nothing.
make_handlers() {
	local handler

	printf '#!/bin/sh\n' >"$work/dead/$RUNTIME_NAME"
	chmod 755 "$work/dead/$RUNTIME_NAME"
	ln -s "$(runtime_path)" "$etc/runtimes/soak-$RUNTIME_NAME"
	ln -s "$work/dead/$RUNTIME_NAME" "$etc/runtimes/dead-$RUNTIME_NAME"
	for handler in soak dead; do
		ln -s "$builddir/tests/cli/capruntime-sysroot" \
			"$work/$handler-$RUNTIME_NAME"
	done
}

on_node() { # COMMAND...
	local words

	machine_words "${over[@]}" "$@"
	"${words[@]}" </dev/null
}

# Sets $calls: the calls of a create before the execve of the runtime.
list_calls() {
	on_node strace -qqo "$work/trace" "$work/dead-$RUNTIME_NAME" \
		--root "$state" create -b "$bundle" "$prefix"
	mapfile -t calls < <(number_calls "$work/trace")
	[ "${#calls[@]}" -gt 100 ]
	rm "$bundle/.capruntime.json"
}

# What follows runs on the node, in a slot. It starts few programs beside the runtime
# and capruntime: there can be thousands of containers, and an emulated machine.

# The engine does not give them the journal.
node() { # HANDLER WORD...
	"$work/$1-$RUNTIME_NAME" --root "$state" "${@:2}" </dev/null 8<&-
}

read_file() { # FILE: sets $content
	content=
	IFS= read -rd '' content <"$1" || :
}

soon() { # COMMAND...
	local i

	for ((i = 0; i < ${patience-60} * 50; i++)); do
		! "$@" || return 0
		pause 0.02
	done
	echo "timed out: $*"
	return 1
}

has_sets() { # FILE
	read_file "$1"
	[[ $content == *nnp=* ]]
}

state_of() { # PID: sets $process_state, empty for a process that is gone
	local key value

	process_state=
	while read -r key value; do
		[ "$key" != State: ] || process_state=${value::1}
	done <"/proc/$1/status" || :
} 2>/dev/null

has_ended() { # PID
	state_of "$1"
	[[ $process_state == [ZX] || -z $process_state ]]
}

is_no_zombie() { # PID
	state_of "$1"
	[ "$process_state" != Z ]
}

new_container() {
	rm -rf "$bundle"
	id=$prefix-$slot-$cycle
	bundle=$out/$id
	mkdir "$bundle"
	printf %s "$original" >"$bundle/config.json"
}

# Engines keep a container's bundle for its next start.
same_container() {
	[ $((RANDOM % 2)) -eq 0 ] || printf %s "$original" >"$bundle/config.json"
}

kill_a_create() {
	local name number _

	read -r name number _ <<<"${calls[RANDOM % ${#calls[@]}]}"
	status=0
	# In braces: bash reports a kill on the outer standard error.
	{
		strace -qqo /dev/null -e "inject=$name:signal=KILL:when=$number" \
			"$work/dead-$RUNTIME_NAME" --root "$state" \
			create -b "$bundle" "$id" </dev/null 8<&- \
			>"$out/stdout" 2>"$out/stderr" || status=$?
	} 2>/dev/null
	echo "killed at $name $number: $status"
	jq -e .process "$bundle/config.json" >"$out/whole.json"
}

no_new_files() {
	local name

	for name in "$bundle"/*; do
		case ${name##*/} in
		config.json | .capruntime.json) ;;
		*)
			echo "left: $name"
			return 1
			;;
		esac
	done
}

read_bundle() { # sets $files
	read_file "$bundle/config.json"
	files=$content
	[ ! -e "$bundle/.capruntime.json" ] || {
		read_file "$bundle/.capruntime.json"
		files+=$'\n'$content
	}
}

expect_right_refusal() {
	local before=$files

	read_file "$out/stderr"
	printf 'refused: %s' "$content"
	[ "$status" -eq 1 ]
	[ ! -s "$out/stdout" ]
	[[ $content == 'capruntime: load policy: '*$'\n' ]]
	[[ ${content%$'\n'} != *$'\n'* ]]
	[[ $possible == *' refused '* ]]
	read_bundle
	[ "$files" = "$before" ]
	[ ! -e "$state/$id" ]
}

create_until_started() {
	local files try

	for ((try = 0; try < 500; try++)); do
		read_bundle
		watch_policy
		status=0
		node soak create -b "$bundle" --pid-file "$out/pid" "$id" \
			>"$out/stdout" 2>"$out/stderr" || status=$?
		list_possible
		[ "$status" -ne 0 ] || break
		expect_right_refusal
		pause 0.02
	done
	[ "$status" -eq 0 ]
	no_new_files
	read_file "$out/pid"
	pid=$content
	pids+=("$pid")
}

# The processes have only the descriptors that the engine gave them.
expect_own_descriptors() { # DIRECTORY-OF-PROC...
	find "${@/%//fd}" -type l ! -lname /dev/null ! -lname "$out/*" \
		-printf 'has open: %l\n' >"$out/descriptors"
	read_file "$out/descriptors"
	[ -z "$content" ] || {
		echo "$content"
		return 1
	}
}

start_session() {
	node soak exec --process "$work/process-$RUNTIME_NAME.json" --detach \
		--pid-file "$out/session-pid" "$id" >"$out/session" \
		2>"$out/session-error"
	read_file "$out/session-pid"
	session=$content
	pids+=("$session")
	soon has_sets "$out/session"
	[ ! -s "$out/session-error" ]
}

expect_right_sets() {
	local is was

	read_file "$out/stdout"
	is=$content
	read_file "$out/session"
	is+=$content
	for was in $possible; do
		[ "$is" != "${containers[$was]-}"$'\n'"${sessions[$was]-}"$'\n' ] ||
			return 0
	done
	printf 'is %s\npossible: %s\n' "$is" "$possible"
	return 1
}

live() {
	node soak start "$id"
	soon has_sets "$out/stdout"
	start_session
	expect_right_sets
	expect_own_descriptors "/proc/$pid" "/proc/$session"
}

is_stopped() { [[ "$(node soak state "$id")" == *'"status": "stopped"'* ]]; }

die() {
	if [ $((RANDOM % 3)) -eq 0 ]; then
		node soak delete --force "$id"
	else
		node soak kill "$id" KILL
		soon has_ended "$pid"
		soon is_stopped
		node soak delete "$id"
	fi
	[ ! -e "$state/$id" ]
	no_new_files
}

# Runs containers one after the other.
work_in_slot() { # COUNT
	trap 'echo "failed: $BASH_COMMAND"' ERR
	RANDOM=$((seed + slot + 1))
	shopt -s dotglob nullglob
	exec 8<"$journal"
	read_file "$work/original-$RUNTIME_NAME.json"
	original=$content
	bundle=$out/none
	pids=()
	for ((cycle = 0; cycle < $1; cycle++)); do
		echo "== $RUNTIME_NAME, cycle $cycle"
		if [ "$cycle" -eq 0 ] || [ $((RANDOM % 3)) -ne 0 ]; then
			new_container
		else
			same_container
		fi
		[ $((RANDOM % 4)) -ne 0 ] || kill_a_create
		create_until_started
		# Some containers are created and never started.
		[ $((RANDOM % 8)) -eq 0 ] || live
		die
	done
	rm -r "$bundle"
	for pid in "${pids[@]}"; do
		soon is_no_zombie "$pid"
	done
}

# This shell's functions and variables, for a shell of the node.
make_slot() { # COUNT
	declare -f
	declare -p RUNTIME_NAME calls containers journal never now out prefix \
		seed seen sessions slot state work
	echo 'set -eET'
	echo "work_in_slot $1"
}

start_slots() {
	local names

	read -ra names <<<"$RUNTIMES"
	workers=()
	for ((slot = 0; slot < slots; slot++)); do
		RUNTIME_NAME=${names[slot % ${#names[@]}]}
		state=$work/state-$RUNTIME_NAME
		out=$work/slots/$slot
		mkdir "$out"
		make_slot $(((cycles + slots - 1 - slot) / slots)) >"$out/slot"
		on_node bash "$out/slot" >"$out/log" 2>&1 3>&- 4>&- &
		workers+=("$!")
	done
}

wait_for_slots() {
	local failed=

	for ((slot = 0; slot < slots; slot++)); do
		wait "${workers[slot]}" || {
			failed=1
			echo "-- slot $slot:"
			tail -n 30 "$work/slots/$slot/log"
		}
	done
	[ -z "$failed" ]
}

expect_nothing_left() {
	local left

	left=$(
		find "$work"/state-* -mindepth 1
		find /sys/fs/cgroup -name "*$prefix*" 2>/dev/null || :
	)
	[ -z "$left" ] || {
		printf 'left: %s\n' "$left"
		return 1
	}
}

# The last containers may leave some links, which the next creates remove.
expect_links_to_go() {
	local i

	[ "$(find "$links" -type l | wc -l)" -le 64 ]
	replace main empty
	take_away more
	for ((i = 0; i < 4; i++)); do
		on_node "$work/dead-$RUNTIME_NAME" --root "$state" \
			create -b "$bundle" "$prefix-$i"
	done
	[ -z "$(ls -A "$links")" ]
	[ "$(ls -A "$work/run")" = capruntime ]
}

@test "after any policy change each container is correct or refused" {
	change_policies >"$work/changes" 2>&1 3>&- 4>&- &
	administrator=$!
	started+=("$administrator")
	start_slots
	wait_for_slots
	kill "$administrator"
	wait "$administrator" || :
	[ ! -s "$work/changes" ]
	[ "$(cat "$work"/slots/*/log | grep -c '^==')" -eq "$cycles" ]
	expect_nothing_left
	expect_links_to_go
}
