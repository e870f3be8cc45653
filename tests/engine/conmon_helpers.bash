# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by helpers.bash
# conmon with the words, the environment and the descriptors that CRI-O gives
# it, and CRI-O's own calls of the runtime.
#
#   setup_conmon PROGRAM...  in setup(), and teardown_conmon in teardown()
#   use_conmon NAME          over runc or crun, with a $state of its own
#   use_container NAME       all that follows is about this one of it: $id,
#                            $bundle, which is empty, and the rest
#   create_by_conmon WORD... $sync is the line that CRI-O gets to read
#   probe_by_conmon FILE     exec of a process file, the same, at its end
#   call_runtime WORD...     the runtime itself, without any environment
#   crio_call VERB WORD...   the same, with the words that CRI-O has before it
#
# $log is the container's log, $probed that of the last probe, as conmon writes
# them: "TIME STREAM F LINE".

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

# The environment is what CRI-O's monitor_env says, and no more.
conmon_words() { # WORD...
	machine_words env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "TMPDIR=$work" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		_OCI_SYNCPIPE=3 _OCI_STARTPIPE=4 "$(command -v conmon)" \
		-c "$id" -n k8s_name -r "$work/$handler" \
		--runtime-arg "--root=$state" --socket-dir-path "$sockets" \
		--log-level info "$@"
}

# What conmon writes into the pipe that it finds as descriptor 3.
call_conmon() { # WORD...
	local words

	conmon_words "$@"
	(cd "$bundle" && exec "${words[@]}") 3>&1 >/dev/null \
		2>>"$work/conmon.stderr" </dev/null 4<<<go
}

# The first conmon ends at once; the one that goes on keeps the pipe for as long
# as the container lives.
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

# All that came on both streams is these lines, on standard output.
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

# Nothing of it runs, and nothing is left.
delete_container() {
	crio_call delete --force "$id"
	wait_until conmon_is_gone
	state=$state/$id expect_nothing_started
}

conmon_is_gone() { is_gone "$(cat "$bundle/conmon-pidfile")"; }

# Whose parent is gone, too, may stay as a zombie where nobody reaps it.
is_gone() { # PID
	! grep -qs '^State:.[^Z]' "/proc/$1/status"
}
