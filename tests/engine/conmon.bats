#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2034,SC2154 # the helpers read and set them
# The real conmon between capruntime and CRI-O, which the helpers imitate.

load conmon_helpers

setup() { setup_conmon; }
teardown() { teardown_conmon; }

# podman also passes these options.
log_words() {
	printf '%s\n' --runtime-arg --log-format=json \
		--runtime-arg "--log=$work/runtime.log"
}

ordinary='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0'
held='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'

make_process() { # JQ-FILTER
	process=$bundle.process.json
	jq ".process | .args = [\"/bin/report\"] | ${1-.}" \
		"$work/original-$RUNTIME_NAME.json" >"$process"
}

expect_probe() { # EXIT-STATUS REGULAR-EXPRESSION...
	cp "$process" "$process.old"
	probe_by_conmon "$process"
	[ "$sync" = "{\"exit_code\": $1}" ]
	expect_log "$probed" "${@:2}"
	cmp "$process.old" "$process"
}

@test "conmon: a non-root container gets the grant by policy" {
	for name in $RUNTIMES; do
		for more in '' "$(log_words)"; do
			use_conmon_bundle "$name"
			# shellcheck disable=SC2086 # none or several words
			create_by_conmon $more
			expect_created
			crio_call start "$id"
			expect_exit 0
			expect_log "$log" "$held port80=bound"
			delete_container
		done
		[ ! -s "$work/runtime.log" ]
	done
}

@test "conmon: without a rule nothing is granted" {
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		grant_nothing
		create_by_conmon
		crio_call start "$id"
		expect_exit 0
		expect_log "$log" "$ordinary port80=denied"
	done
}

# A script with the real runtime's name that replaces it.
put_before_runtime() { # COMMAND of a shell
	mkdir -p "$work/bin"
	printf '#!/bin/sh\n%s\n' "$1" >"$work/bin/$RUNTIME_NAME"
	chmod 755 "$work/bin/$RUNTIME_NAME"
	ln -sfn "$work/bin/$RUNTIME_NAME" "$runtimes/$handler"
}

@test "conmon: the runtime gets its arguments, except the process file" {
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		rm -f "$work/called"
		put_before_runtime 'echo "$PWD: $*" >>"'"$work/called"'"
			exec '"$(runtime_path)"' "$@"'
		grant '{}' 'exec: true'
		start_by_conmon
		make_process
		expect_probe 0 "$held"
		crio_call delete --force "$id"
		sed 's|/proc/self/fd/[0-9]*|DESCRIPTOR|' "$work/called" |
			diff - <(
				echo "$bundle: --root=$state create --bundle" \
					"$bundle --pid-file $bundle/pidfile $id"
				echo "$PWD: --root $state start $id"
				echo "$bundle: --root=$state exec --pid-file" \
					"$work/probe-pidfile --process" \
					"DESCRIPTOR --detach $id"
				echo "$PWD: --root $state delete --force $id"
			)
	done
}

parent_of() { awk '/^PPid:/ { print $2 }' "/proc/$1/status"; }

@test "conmon: it waits for the container, and reports its exit status" {
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		start_by_conmon
		pid=$(cat "$bundle/pidfile")
		wait_until grep -E '^CapAmb:.0{13}400$' "/proc/$pid/status"
		[ "$(parent_of "$pid")" -eq "$(cat "$bundle/conmon-pidfile")" ]
		crio_call kill "$id" KILL
		expect_exit 137
		delete_container
		change_config '.process.args = ["/bin/sh", "-c", "exit 7"]'
		create_by_conmon
		crio_call start "$id"
		expect_exit 7
		expect_log "$log"
		delete_container
	done
}

@test "conmon: if it dies during a create, the runtime dies" {
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		put_before_runtime 'echo $$ >"'"$work/waiting"'"
			exec sleep 1000'
		rm -f "$work/waiting"
		create_by_conmon &
		wait_until test -s "$work/waiting" -a -s "$bundle/conmon-pidfile"
		pid=$(cat "$work/waiting")
		started+=("$pid")
		conmon=$(cat "$bundle/conmon-pidfile")
		[ "$(parent_of "$pid")" -eq "$conmon" ]
		kill -KILL "$conmon"
		wait_until is_gone "$pid"
		wait $!
	done
}

type_in() { # TEXT: sent to the container's terminal, as CRI-O's attach does
	# A relative path, because a socket's path is limited in length.
	(cd "$sockets/$id" && python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("attach")
s.send((sys.argv[1] + "\n").encode())' "$1")
}

@test "conmon: a container with a terminal can be attached to, and probed" {
	require_programs python3
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		grant '{}' 'exec: true'
		change_config '.process += {terminal: true, args: ["/bin/sh", "-c",
			"stty -echo; tty; report 80; read line; echo \"typed: $line\""]}'
		create_by_conmon -t
		expect_created
		crio_call start "$id"
		wait_until grep -q port80= "$log"
		make_process '.args = ["/bin/sh", "-c", "tty; report; exit 4"]'
		probe_by_conmon "$process" -t
		[ "$sync" = '{"exit_code": 4}' ]
		expect_log "$probed" $'/dev/pts/[01]\r' "$held"$'\r'
		type_in hello
		expect_exit 0
		expect_log "$log" $'/dev/pts/0\r' "$held port80=bound"$'\r' \
			$'typed: hello\r'
		delete_container
	done
}

# CRI-O prints "container create failed: " and the message.
expect_refused_create() { # REASON WORD...
	create_by_conmon "${@:2}"
	jq -e '.pid == -1 and (.message | startswith("capruntime: ") and
		length <= 8191 and (.[:200] | contains($reason)) and
		endswith("\n") and (.[:-1] | contains("\n") | not))' \
		<<<"$sync" --arg reason "$1"
	wait_until conmon_is_gone
	expect_nothing_started
	[ ! -s "$log" ]
	[ ! -e "$bundle/.capruntime.json" ]
	cmp "$work/original-$RUNTIME_NAME.json" "$bundle/config.json"
}

# Every form of conmon's create is refused; -s is --systemd-cgroup.
refused_each_way() { # COMMAND REASON
	local way

	for name in $RUNTIMES; do
		for way in '' -t -s "$(log_words)"; do
			echo "== with: $way"
			use_conmon_bundle "$name"
			rm -f "$work/runtime.log"
			"$1"
			# shellcheck disable=SC2086 # none or several words
			expect_refused_create "$2" $way
		done
		jq -se --argjson sync "$sync" 'length == 1 and
			.[0].level == "error" and
			"\(.[0].msg)\n" == $sync.message' \
			"$work/runtime.log"
	done
}

@test "conmon: the error says why a required capability cannot be raised" {
	refused_each_way unmet_policy "$unmet_reason"
}

@test "conmon: the error says where the policy is broken" {
	refused_each_way broken_policy "$broken_reason"
}

remove_runtime() { rm "$runtimes/$handler"; }

@test "conmon: the error says that the real runtime is missing" {
	refused_each_way remove_runtime \
		"no real runtime for handler '$handler': create the symbolic link '/"
}

@test "conmon: a probe holds what its container holds only if the rule says exec" {
	for name in $RUNTIMES; do
		for exec in true false; do
			use_conmon_bundle "$name"
			grant '{}' "exec: $exec"
			start_by_conmon
			make_process
			line=$held
			[ "$exec" = true ] || line=$ordinary
			expect_probe 0 "$line"
			make_process '.args = ["/bin/sh", "-c", "report; exit 3"]'
			expect_probe 3 "$line"
			delete_container
		done
	done
}

@test "conmon: a probe never fails because of capruntime" {
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		grant '{}' 'exec: true'
		start_by_conmon
		make_process
		broken_policy
		expect_probe 0 "$held"
		rm "$work/policy.json"
		expect_probe 0 "$held"
		echo '{' >"$bundle/.capruntime.json"
		expect_probe 0 "$ordinary"
		[ -n "$(find "$links" -lname "$bundle/*")" ]
		rm "$bundle/.capruntime.json"
		expect_probe 0 "$ordinary"
		make_process '.args = ["/bin/sh", "-c", "exit 5"]'
		expect_probe 5
		delete_container
	done
}
