# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by helpers.bash
# shellcheck disable=SC2119,SC2120 # the tests give words
# conmon with CRI-O's arguments, environment and descriptors, and CRI-O's own
# calls of the runtime.
#
#   setup_conmon PROGRAM...  in setup(), with teardown_conmon in teardown()
#   use_conmon NAME          selects runc or crun, with a new $state
#   use_container NAME       selects a container for the following calls: sets
#                            $id, $bundle (empty) and other variables
#   create_by_conmon WORD... sets $sync, the line that conmon writes for CRI-O
#   probe_by_conmon FILE     the same for exec with a process file, at its end
#   call_runtime WORD...     calls the runtime with an empty environment
#   crio_call VERB WORD...   the same with CRI-O's words before the verb
#
# $log is the container's log, $probed that of the last probe, in conmon's
# format: "TIME STREAM F LINE".

load helpers

setup_conmon() { # PROGRAM...
	started=()
	setup_engine conmon "$@"
	links=$builddir/tests/cli/sysroot/run/capruntime
}

teardown_conmon() {
	local file pid

	teardown_containers
	for file in "${work-/nowhere}"/*/conmon-pidfile; do
		[ -e "$file" ] || continue
		pid=$(cat "$file")
		! grep -qsF "$work" "/proc/$pid/cmdline" ||
			kill -KILL "$pid" || :
	done
	teardown_engine
}

use_conmon() { # runc or crun
	use_engine_runtime "$1"
	state=$work/state-$1
	use_container one
}

id_of() { sha256sum <<<"$work $RUNTIME_NAME $1" | cut -d ' ' -f 1; }

use_container() { # NAME
	id=$(id_of "$1")
	bundle=$work/$RUNTIME_NAME-$1
	log=$bundle.log
	probed=$bundle.probed
	exits=$bundle.exits
	sockets=$bundle.sockets
	mkdir -p "$bundle" "$exits" "$sockets"
}

use_conmon_bundle() { # runc or crun
	use_conmon "$1"
	rm -rf "$bundle"
	make_bundle "$bundle"
}

# The environment is the one in CRI-O's monitor_env.
conmon_words() { # WORD...
	machine_words env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "TMPDIR=$work" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		_OCI_SYNCPIPE=3 _OCI_STARTPIPE=4 "$(command -v conmon)" \
		-c "$id" -n k8s_name -r "$work/$handler" \
		--runtime-arg "--root=$state" --socket-dir-path "$sockets" \
		--log-level info "$@"
}

# Prints what conmon writes to the pipe on descriptor 3.
call_conmon() { # WORD...
	local words

	conmon_words "$@"
	(cd "$bundle" && exec "${words[@]}") 3>&1 >/dev/null \
		2>>"$work/conmon.stderr" </dev/null 4<<<go
}

# The first conmon process exits at once; its child keeps the pipe open while
# the container lives.
create_by_conmon() { # WORD...
	local pipe

	sync=
	rm -f "$log" "$exits/$id" "$bundle/conmon-pidfile"
	exec {pipe}< <(call_conmon -b "$bundle" --exit-dir "$exits" \
		-l "$log" -P "$bundle/conmon-pidfile" -p "$bundle/pidfile" \
		--persist-dir "$bundle" --syslog -u "$id" "$@")
	read -r -t 60 -u "$pipe" sync || :
	exec {pipe}<&-
	wait $!
	printf 'conmon says: %s\n' "$sync"
}

# Its first process waits.
start_by_conmon() {
	change_config '.process.args = ["/bin/sleep", "1000"]'
	create_by_conmon
	expect_created
	crio_call start "$id"
}

probe_by_conmon() { # FILE WORD...
	rm -f "$probed"
	sync=$(call_conmon -p "$work/probe-pidfile" -e -l "$probed" --sync -T 60 \
		--log-global-size-max 16777216 --exec-process-spec "$@") || :
	printf 'conmon says: %s\n' "$sync"
}

call_runtime() { # WORD...
	local words

	machine_words env -i "$work/$handler" "$@"
	"${words[@]}" 3>&-
}

crio_call() { # VERB WORD...
	call_runtime --root "$state" "$@"
}

# The output on both streams consists of these lines on standard output.
expect_log() { # FILE REGULAR-EXPRESSION...
	local line patterns=("${@:2}")

	cat "$1"
	[ "$(wc -l <"$1")" -eq "${#patterns[@]}" ] || return
	while read -r line; do
		[[ "$line" =~ ^[^\ ]+\ stdout\ F\ ${patterns[0]}$ ]] || return
		patterns=("${patterns[@]:1}")
	done <"$1"
}

expect_created() {
	jq -e '. == {pid: ($pid | tonumber)}' <<<"$sync" \
		--arg pid "$(cat "$bundle/pidfile")"
}

expect_exit() { # STATUS
	wait_until test -s "$exits/$id"
	file_says "$1" "$exits/$id"
}

# No process runs, and no files are left.
delete_container() {
	crio_call delete --force "$id"
	wait_until conmon_is_gone
	state=$state/$id expect_nothing_started
}

conmon_is_gone() { is_gone "$(cat "$bundle/conmon-pidfile")"; }
