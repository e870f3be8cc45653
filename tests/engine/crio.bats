#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # the helpers read and set them
# CRI-O's calls, one by one, with the files that CRI-O wrote and the real conmon
# and runtimes.

load crio_helpers

setup() { setup_crio; }
teardown() { teardown_crio; }

# The report of process 1 and of the program that it started.
expect_printed() { # LINE of report
	# shellcheck disable=SC2086 # each word is an assignment
	local $1

	cat "$log"
	[ "$(grep -vc ' stdout F ' "$log")" -eq 0 ]
	cut -d ' ' -f 4- "$log" | tr -d '\r' | grep -E '^(Cap|uid=)' |
		diff - <(printf 'Cap%s:\t%016x\n' Inh "0x$inh" Prm "0x$prm" \
			Eff "0x$eff" Bnd "0x$bnd" Amb "0x$amb"
			! grep -q uid= "$log" || echo "$1")
}

expect_probe() { # LINE WORD...
	probe_by_conmon "$captured.exec-process.json" "${@:2}"
	[ "$sync" = '{"exit_code": 0}' ]
	expect_log "$probed" "$1"$'\r?'
}

expect_unchanged() {
	cmp "$work/original-$RUNTIME_NAME.json" "$bundle/config.json"
	[ ! -e "$bundle/.capruntime.json" ]
}

ordinary='uid=1000 inh=0 prm=0 eff=0 bnd=5fb amb=0 nnp=0'
held='uid=1000 inh=400 prm=400 eff=400 bnd=5fb amb=400 nnp=0'
pause='uid=0 inh=0 prm=5fb eff=5fb bnd=5fb amb=0 nnp=0'

@test "crio: each kind of container and its probes hold what the policy gives" {
	for name in $RUNTIMES; do
		use_crio "$name"
		crio_grant '{namespace: "rigns"}' 'exec: true'
		while read -r fixture line; do
			echo "== $fixture"
			more=()
			[ "$fixture" != tty ] || more=(-t)
			take_captured "$fixture"
			start_captured ${more[@]+"${more[@]}"}
			expect_printed "$line"
			expect_probe "$line" ${more[@]+"${more[@]}"}
			delete_container
		done <<-END
			add $held
			dropadd ${held/5fb/400}
			nnp ${held/5fb amb=400 nnp=0/400 amb=400 nnp=1}
			plain $held
			tty $held
			root ${pause//5fb/15fb}
		END
	done
}

@test "crio: rules match namespace, pod, container and image" {
	for name in $RUNTIMES; do
		use_crio "$name"
		while read -r line match; do
			echo "== $match"
			crio_grant "$match"
			take_captured add
			start_captured
			expect_printed "${!line}"
			expect_probe "$ordinary"
			delete_container
		done <<-'END'
			held {namespace: "rigns", pod: "rig*", container: "add"}
			held {image: "localhost/busybox:*"}
			ordinary {namespace: "rig", pod: "rigpod", container: "add"}
			ordinary {namespace: "rigns", container: "POD"}
		END
	done
}

# Adds annotations that a pod can set, with the names of the rule's namespace.
forge() { # JQ-FILTER
	jq ".annotations += {
		\"io.kubernetes.cri-o.Namespace\": \"rigns\",
		\"io.kubernetes.cri-o.KubeName\": \"rigpod\",
		\"io.kubernetes.cri-o.ContainerName\": \"k8s_add_rigpod_rigns_0_0\",
		\"io.kubernetes.cri-o.PrivilegedRuntime\": \"true\",
		\"io.kubernetes.cri.container-type\": \"container\",
		\"io.kubernetes.cri.sandbox-namespace\": \"rigns\",
		\"io.kubernetes.cri.container-name\": \"add\",
		\"capruntime.io/ambient\": \"SYS_ADMIN,NET_BIND_SERVICE\",
		\"capruntime.io/ambient.add\": \"NET_BIND_SERVICE\"} | $1" \
		"$bundle/config.json" >"$work/changed.json"
	cp "$work/changed.json" "$bundle/config.json"
	keep_config "$bundle"
}

@test "crio: a pod that forges annotations gains nothing" {
	for name in $RUNTIMES; do
		use_crio "$name"
		crio_grant '{namespace: "rigns", container: ["add", "POD"]}'
		take_captured add
		forge '.annotations["io.kubernetes.pod.namespace"] = "other"'
		start_captured
		expect_printed "$ordinary"
		expect_unchanged
		delete_container
		take_captured sandbox
		forge '.annotations["io.kubernetes.cri-o.ContainerType"] = "container"
			| .process.user = {uid: 1000, gid: 1000}'
		start_captured
		expect_log "$log" "$ordinary"
		expect_unchanged
		delete_container
	done
}

# The output and the exit status are those of the real runtime.
expect_same_answer() { # WORD...
	run --separate-stderr plain_runtime_words "$@"
	direct=$status$output$stderr
	run --separate-stderr call_runtime "$@"
	[ "$status$output$stderr" = "$direct" ]
}

plain_runtime_words() { # WORD...
	local words

	machine_words env -i "$(runtime_path)" "$@"
	"${words[@]}" 3>&-
}

# CRI-O's requests to every handler and about every container.
start_of_crio() {
	local container

	expect_same_answer --version
	expect_same_answer features
	for container; do
		use_container "$container"
		run -0 crio_call state "$id"
		jq -e '.id == $id and .bundle == $bundle and .status == "running"
			and .pid == ($pid | tonumber)' <<<"$output" \
			--arg id "$id" --arg bundle "$bundle" \
			--arg pid "$(cat "$bundle/pidfile")"
	done
}

cpu_limit() {
	cat /sys/fs/cgroup/{cpu/,cpu,cpuacct/,}"$cgroup/crio-$id"/cpu.{shares,weight} \
		2>/dev/null || :
}

stop_captured() { # SIGNAL... and the exit status
	local signal

	for signal in "${@:1:$#-1}"; do
		crio_call kill "$id" "$signal"
	done
	expect_exit "${!#}"
	delete_container
}

@test "crio: the life of a pod, call by call, with a restart of CRI-O" {
	for name in $RUNTIMES; do
		use_crio "$name"
		start_of_crio
		take_captured sandbox
		start_captured
		expect_log "$log" "$pause"
		expect_unchanged
		sandbox_pid=$(cat "$bundle/pidfile")
		take_captured sharedpid
		start_captured
		expect_printed "$held"
		take_captured add
		start_captured
		expect_printed "$held"
		broken_policy
		start_of_crio sandbox sharedpid add
		expect_probe "$ordinary"
		jq '.args = ["/bin/sh", "-c", "capprobe; exit 3"]' \
			"$captured.exec-process.json" >"$work/process.json"
		run -3 crio_call exec --process "$work/process.json" "$id"
		expect_output "$ordinary"
		limit=$(cpu_limit)
		crio_call update --resources - "$id" \
			<<<'{"cpu":{"shares":512,"quota":0,"period":100000}}'
		[ -n "$limit" ]
		[ "$(cpu_limit)" != "$limit" ]
		stop_captured 15 KILL 137
		use_container sharedpid
		stop_captured 15 143
		use_container sandbox
		stop_captured 15 0
	done
}

@test "crio: after a refused create it deletes, and the next attempt works" {
	for name in $RUNTIMES; do
		use_crio "$name"
		crio_grant '{namespace: "rigns"}' \
			'ambient: ["NET_RAW"], require: true'
		take_captured add
		create_by_conmon
		jq -e '.pid == -1' <<<"$sync"
		expect_shown_by_crio "rule 'granted': 'require' is not met"
		expect_unchanged
		crio_call delete --force "$id"
		expect_nothing_started
		crio_grant '{namespace: "rigns"}'
		take_captured add second
		start_captured
		expect_printed "$held"
		delete_container
	done
}

expect_shown_by_crio() { # REASON
	[[ "container create failed: $(jq -r .message <<<"$sync")" == \
		"container create failed: capruntime: "*"$1"* ]]
}
