#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# shellcheck disable=SC2030,SC2031 # each test has its own
# 'capctl show' of real containers, found by the runtime's state or by cgroup.

load helpers
load ../cli/capctl_helpers

setup() { setup_containers; }
teardown() {
	teardown_containers
	[ -z "${top-}" ] || [ ! -d "$top" ] ||
		find "$top" -depth -type d -exec rmdir {} \;
}

nothing='B NET_BIND_SERVICE'
granted='PEIAB NET_BIND_SERVICE'

start_container() { # [JQ-FILTER]: changes to config.json
	change_config ".process.args = [\"/bin/sleep\", \"1000\"] | ${1:-.}"
	capruntime_detached run --detach --bundle "$bundle" "$id"
	first=$(plain_runtime state "$id" | jq .pid)
	wait_until is_asleep "$first"
}

show() { # WORD...
	capctl show "$@"
}

# Prints the rows without PIDs.
rows() {
	sed -E '/^[0-9]/!d; s/^[0-9]+ +//; s/ +/ /g' <<<"$output"
}

holds() { # ROWS
	[ "$(rows)" = "$1" ] || seen "wanted: $1"
}

@test "a container is found by the state of its runtime" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_container
		show --id "$id" --root "$state"
		ended 0
		[ "$(rows | grep -o 'sleep .*')" = "sleep $granted" ] ||
			seen 'expected the granted sets'
		[ "$(grep -c "^$first " <<<"$output")" = 1 ] || seen "no $first"
		show --json --id "$id" --root "$state"
		is_json '(.processes | length) == 1 and .processes[0].pid == $pid' \
			--argjson pid "$first"
	done
}

@test "the shown sets of a container's processes are correct" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		start_container '.process.noNewPrivileges = true'
		show --id "$id" --root "$state"
		ended 0
		[ "$(rows | grep -o 'sleep .*')" = \
			"sleep $nothing; no_new_privs" ] || seen 'expected none'
	done
}

# A session has two processes once the runtime has executed its program.
shows_two() {
	show --json --id "$id" --root "$state"
	jq -e '[.processes[].name] == ["sleep", "sleep"]' <<<"$output" \
		>/dev/null
}

@test "sessions belong to the container, its parents do not" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_container
		plain_runtime exec --detach "$id" /bin/sleep 1001 \
			</dev/null >"$work/exec" 2>&1 3>&-
		wait_until shows_two
		ended 0
		show --tree --id "$id" --root "$state"
		[ "$(rows | grep -c 'sleep')" = 2 ] || seen 'expected two processes'
	done
}

# A second container in the PID namespace of $first, as in a pod.
start_neighbour() {
	other=$id-other
	cp -a "$bundle" "$work/other-$RUNTIME_NAME"
	jq --arg path "/proc/$first/ns/pid" '.linux.namespaces |= map(
		if .type == "pid" then .path = $path else . end)' \
		"$bundle/config.json" >"$work/other-$RUNTIME_NAME/config.json"
	plain_runtime run --detach --bundle "$work/other-$RUNTIME_NAME" \
		"$other" </dev/null >"$work/other.log" 2>&1 3>&-
	neighbour=$(plain_runtime state "$other" | jq .pid)
}

@test "of containers in one PID namespace each has its own processes" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_container
		start_neighbour
		show --json --id "$id" --root "$state"
		is_json '[.processes[].pid] == [$pid]' --argjson pid "$first"
		show --json --id "$other" --root "$state"
		is_json '[.processes[].pid] == [$pid]' \
			--argjson pid "$neighbour"
		show --json --all --id "$id" --root "$state"
		is_json '[.processes[].pid] == ([$one, $two] | sort)' \
			--argjson one "$first" --argjson two "$neighbour"
		plain_runtime delete --force "$other"
	done
}

@test "a process of a container is shown with it, under the names engines give" {
	local hex=0123456789abcdef0123456789abcdef

	for name in $RUNTIMES; do
		use_runtime "$name"
		id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
		start_container
		grep -q "$id" "/proc/$first/cgroup" || {
			echo 'the container has no cgroup'
			cat "/proc/$first/cgroup"
			return 1
		}
		show --json "$first"
		is_json '.processes[0].container == $id' --arg id "$id"
		show --json
		is_json '[.processes[] | select(.container == $id) | .pid] == [$pid]' \
			--arg id "$id" --argjson pid "$first"
		# The state is in no default directory, so only the cgroup finds
		# it.
		show --id "${id:0:12}"
		ended 0
		grep -qE "^$first +1000 +${id:0:12} +sleep +$granted$" \
			<<<"$output" || seen 'not found by its first digits'
		# It is one container, whatever the number of its processes.
		plain_runtime exec --detach "$id" /bin/sleep 1000 \
			</dev/null >/dev/null 2>&1 3>&-
		show --json --id "${id:0:12}"
		ended 0
		is_json '.processes | length > 1'
	done
}

# A process in a cgroup that user 4711 has made. systemd delegates a cgroup to
# the manager of each user, who can then choose any name in it.
enter_made_up_cgroup() { # NAME
	top=/sys/fs/cgroup
	[ ! -d "$top/systemd" ] || top=$top/systemd
	top=$top/captest-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER
	mkdir "$top"
	chown 4711 "$top"
	setpriv --reuid 4711 --clear-groups mkdir "$top/$1"
	sleep 1000 >/dev/null 2>&1 3>&- &
	posing=$!
	started+=("$posing")
	echo "$posing" >"$top/$1/cgroup.procs"
	grep "$1" "/proc/$posing/cgroup"
}

leave_made_up_cgroup() { # NAME
	kill -KILL "$posing"
	wait_until is_gone "$posing"
	wait_until rmdir "$top/$1"
	rmdir "$top"
}

@test "a process in a cgroup that a user has named is in no container" {
	local made

	require_programs setpriv
	for name in $RUNTIMES; do
		use_runtime "$name"
		id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
		start_container
		for made in "docker-$id.scope" "crio-$id" "$id"; do
			enter_made_up_cgroup "$made"
			show --json "$posing"
			is_json '.processes[0].container == null'
			show --json
			is_json '[.processes[] | select(.container == $id) | .pid] ==
				[$pid]' --arg id "$id" --argjson pid "$first"
			show --json --id "$id"
			is_json '[.processes[].pid] == [$pid]' \
				--argjson pid "$first"
			show --json --id "$id" --root "$state"
			is_json '[.processes[].pid] == [$pid]' \
				--argjson pid "$first"
			# An engine's cgroups are root's.
			chown 0 "$top"
			show --json "$posing"
			is_json '.processes[0].container == $id' --arg id "$id"
			leave_made_up_cgroup "$made"
		done
		enter_made_up_cgroup "docker-${id//?/a}.scope"
		show --id "${id//?/a}"
		complained "show: no running container '${id//?/a}'"
		leave_made_up_cgroup "docker-${id//?/a}.scope"
	done
}

@test "a container that has ended is reported" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_container
		kill -KILL "$first"
		wait_until is_gone "$first"
		show --id "$id" --root "$state"
		complained "show: container '$id' is not running"
	done
}

# A program whose main thread exits or drops its capabilities.
start_threads() { # WORDS
	cp "$builddir/tests/runtime/threads" "$bundle/rootfs/bin/"
	change_config '.process.args = ["/bin/threads"] +
		($words | split(" "))' --arg words "$1"
	capruntime_detached run --detach --bundle "$bundle" "$id"
	first=$(jq '.init_process_pid // .pid' "$state/$id"/st*)
	# Runtimes take such a process for an ended one, and let it live.
	started+=("$first")
	wait_until grep -q 'Name:.ready' "/proc/$first/status"
	wait_until grep -q "^State:.${main_state-Z}" "/proc/$first/status"
}

@test "a container whose main thread has exited is found" {
	for name in $RUNTIMES; do
		for words in exit 'drop exit'; do
			use_runtime "$name"
			id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
			start_threads "$words"
			show --id "$id" --root "$state"
			ended 0
			[ "$(rows | grep -o 'threads .*')" = "threads $granted" ] ||
				seen 'expected the granted sets'
			show --json
			is_json '[.processes[] | select(.container == $id) | .pid] ==
				[$pid]' --arg id "$id" --argjson pid "$first"
			show --all
			grep -qE "(^| )$first 1000 .* threads $granted " \
				<<<"$(tr -s ' \n' ' ' <<<"$output")" ||
				seen 'not in the full list'
			show "$first"
			grep -qx '  its main thread has exited; other threads run' \
				<<<"$output" || seen 'the note is missing'
		done
	done
}

@test "a thread that holds more than its main thread is shown" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		main_state=S
		start_threads drop
		show --id "$id" --root "$state"
		ended 0
		[ "$(rows | sed 's/^[^ ]* [^ ]* //' | grep -E 'ready|threads')" = \
			"ready $nothing
{threads} $granted" ] || seen 'expected both threads'
	done
}

@test "another process that reuses the container's pid is not shown" {
	local file filter

	for name in $RUNTIMES; do
		use_runtime "$name"
		start_container
		case $name in
		runc) file=state.json filter='.init_process_start' ;;
		crun) file=status filter='."process-start-time"' ;;
		esac
		cp "$state/$id/$file" "$work/state"
		jq "$filter -= 1" "$work/state" >"$state/$id/$file"
		leave_cgroups "$first" # as another process would be
		show --id "$id" --root "$state"
		cp "$work/state" "$state/$id/$file"
		complained "show: container '$id' is not running"
	done
}

# Moves the process to the root cgroup of each hierarchy.
leave_cgroups() { # PID
	local procs

	for procs in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do
		[ ! -e "$procs" ] || echo "$1" >"$procs" || :
	done 2>/dev/null
	! grep "$id" "/proc/$1/cgroup"
}

@test "without a cgroup of its own the namespace and the parents identify a container" {
	local child session

	for name in $RUNTIMES; do
		use_runtime "$name"
		start_container '.process.args = ["/bin/sh", "-c",
			"sleep 1000 & exec sleep 1001"]'
		wait_until pgrep -P "$first" sleep
		child=$(pgrep -P "$first")
		plain_runtime exec --detach --pid-file "$work/pid" "$id" \
			/bin/sleep 1002 </dev/null >"$work/exec" 2>&1 3>&-
		session=$(<"$work/pid")
		leave_cgroups "$first"
		leave_cgroups "$child"
		leave_cgroups "$session"
		show --json --id "$id" --root "$state"
		ended 0
		is_json '[.processes[].pid] == ([$first, $child, $session] | sort)' \
			--argjson first "$first" --argjson child "$child" \
			--argjson session "$session"
		show --json
		is_json '[.processes[].pid] | index($first) | not' \
			--argjson first "$first"
	done
}
