#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2030,SC2031 # each slot is a shell of its own
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
	prefix=captest-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER
	mkdir -p "$etc"/{policy.d,runtimes} "$work"/{dead,policies,slots}
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

node_words() { # HANDLER WORD...: sets the words of the engine's call
	machine_words "${over[@]}" ${before[@]+"${before[@]}"} \
		"$work/$1-$RUNTIME_NAME" --root "$state" "${@:2}"
}

node() { # WORD...
	local words

	node_words soak "$@"
	"${words[@]}" </dev/null
}

# Sets $calls: the calls of a create before the execve of the runtime.
list_calls() {
	local words before=(strace -qqo "$work/trace")

	node_words dead create -b "$bundle" "$prefix"
	"${words[@]}" </dev/null
	mapfile -t calls < <(number_calls "$work/trace")
	[ "${#calls[@]}" -gt 100 ]
	rm "$bundle/.capruntime.json"
}

new_container() {
	rm -rf "$bundle"
	id=$prefix-$slot-$cycle
	bundle=$out/$id
	mkdir "$bundle"
	cp "$work/original-$RUNTIME_NAME.json" "$bundle/config.json"
}

# Engines keep a container's bundle for its next start.
same_container() {
	[ $((RANDOM % 2)) -eq 0 ] ||
		cp "$work/original-$RUNTIME_NAME.json" "$bundle/config.json"
}

kill_a_create() {
	local words name number _ before

	read -r name number _ <<<"${calls[RANDOM % ${#calls[@]}]}"
	before=(strace -qqo /dev/null -e "inject=$name:signal=KILL:when=$number")
	node_words dead create -b "$bundle" "$id"
	status=0
	# In braces: bash reports a kill on the outer standard error.
	{
		"${words[@]}" </dev/null >"$out/stdout" 2>"$out/stderr" ||
			status=$?
	} 2>/dev/null
	echo "killed at $name $number: $status"
	jq -e .process "$bundle/config.json" >"$out/whole.json"
}

no_new_files() {
	local left

	left=$(find "$bundle" -mindepth 1 ! -name config.json \
		! -name .capruntime.json)
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
}

files_of_bundle() {
	(cd "$bundle" && grep . -H config.json .capruntime.json 2>/dev/null) || :
}

expect_right_refusal() {
	echo "refused: $(<"$out/stderr")"
	[ "$status" -eq 1 ]
	[ ! -s "$out/stdout" ]
	one_line "$out/stderr"
	[[ "$(<"$out/stderr")" == 'capruntime: load policy: '* ]]
	grep -qx refused <<<"$possible"
	[ "$(files_of_bundle)" = "$files" ]
	[ ! -e "$state/$id" ]
}

create_until_started() {
	local words files try

	node_words soak create -b "$bundle" --pid-file "$out/pid" "$id"
	for ((try = 0; try < 500; try++)); do
		files=$(files_of_bundle)
		first=$(wc -l <"$journal")
		status=0
		"${words[@]}" </dev/null >"$out/stdout" 2>"$out/stderr" ||
			status=$?
		list_possible
		[ "$status" -ne 0 ] || break
		expect_right_refusal
		sleep 0.02
	done
	[ "$status" -eq 0 ]
	no_new_files
	cat "$out/pid" >>"$work/pids"
}

# The process has only the descriptors that the engine gave it.
expect_own_descriptors() { # PID
	find "/proc/$1/fd" -type l ! -lname /dev/null ! -lname "$out/*" \
		-printf 'has open: %l\n' | tee "$out/descriptors"
	[ ! -s "$out/descriptors" ]
}

start_session() {
	node exec --process "$work/process-$RUNTIME_NAME.json" --detach \
		--pid-file "$out/session-pid" "$id" >"$out/session" \
		2>"$out/session-error"
	cat "$out/session-pid" >>"$work/pids"
	wait_until grep -q nnp= "$out/session"
	[ ! -s "$out/session-error" ]
}

expect_right_sets() {
	local is was

	is="$(<"$out/stdout"), session $(<"$out/session")"
	for was in $possible; do
		[ "$is" != "${containers[$was]-}, session ${sessions[$was]-}" ] ||
			return 0
	done
	printf 'is %s\npossible: %s\n' "$is" "$possible"
	return 1
}

live() {
	node start "$id"
	wait_until grep -q nnp= "$out/stdout"
	start_session
	expect_right_sets
	expect_own_descriptors "$(<"$out/pid")"
	expect_own_descriptors "$(<"$out/session-pid")"
}

die() {
	if [ $((RANDOM % 3)) -eq 0 ]; then
		node delete --force "$id"
	else
		node kill "$id" KILL
		wait_until status_is stopped
		node delete "$id"
	fi
	[ ! -e "$state/$id" ]
	no_new_files
}

# Runs containers one after the other.
work_in_slot() { # COUNT
	bundle=$out/none
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
}

start_slot() { # COUNT
	trap 'echo "failed: $BASH_COMMAND"' ERR
	RANDOM=$((seed + slot + 1))
	work_in_slot "$1"
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
		start_slot $(((cycles + slots - 1 - slot) / slots)) \
			>"$out/log" 2>&1 3>&- 4>&- &
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

is_no_zombie() { # PID
	! grep -qs '^State:.Z' "/proc/$1/status"
}

expect_nothing_left() {
	local pid left

	for pid in $(<"$work/pids"); do
		wait_until is_no_zombie "$pid"
	done
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
	local words i

	[ "$(find "$links" -type l | wc -l)" -le 64 ]
	replace main empty
	take_away more
	for ((i = 0; i < 4; i++)); do
		node_words dead create -b "$bundle" "$prefix-$i"
		"${words[@]}" </dev/null
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
