# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # the tests set $state
# Processes of the test that look like containers: each has a state file in the
# format of crun or runc below $state. end_waiting, in teardown(), ends them.

waiting=()

end_waiting() {
	local pid

	for pid in ${waiting[@]+"${waiting[@]}"}; do
		kill -KILL "$pid" 2>/dev/null || :
	done
}

# Starts a process with these capabilities, like a container's process 1. Sets
# $pid.
hold() { # CAPABILITIES in setpriv's format, with a leading comma; '' for none
	setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps "-all$1" \
		--ambient-caps "-all$1" \
		--bounding-set "-all,+net_bind_service,+kill,+chown" \
		sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	waiting+=("$pid")
	disown "$pid" # else bash reports its end
	wait_until is_asleep "$pid"
}

start_time() { # PID
	sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20
}

crun_state() { # ID BUNDLE PID [START]
	mkdir -p "$state/$1"
	jq -n --argjson pid "$3" --arg bundle "$2" \
		--argjson start "${4-$(start_time "$3")}" \
		'{pid: $pid, "process-start-time": $start, bundle: $bundle}' \
		>"$state/$1/status"
}

runc_state() { # ID BUNDLE PID
	mkdir -p "$state/$1"
	jq -n --argjson pid "$3" --arg bundle "$2" \
		--argjson start "$(start_time "$3")" \
		'{init_process_pid: $pid, init_process_start: $start,
			config: {labels: ["x=y", "bundle=\($bundle)"]}}' \
		>"$state/$1/state.json"
}
