#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Pods as a kubelet has them: containerd's CRI, its handler with 'SystemdCgroup =
# true', and a policy that names the engine.

load ../engine/containerd

setup() {
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	require_python grpc
	setup_containerd
	mkdir "$work/logs"
}
teardown() {
	stop_pods
	grep 'level=error' "$work/containerd.log" || :
	teardown_containerd
}

holds='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
holds_nothing='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=1'

cri() { "$python" "$srcdir/tests/machine/cri.py" "$socket" "$work/logs" "$@" 3>&-; }
ctr() { command ctr --address "$socket" --namespace k8s.io "$@" 3>&-; }

# containerd 2.x takes this version of the file, too.
use_cri() { # runc or crun
	prepare_containerd "$1"
	cat >"$work/containerd.toml" <<-END
		version = 2
		root = "$work/containerd/root"
		state = "$work/containerd/state"
		[grpc]
		address = "$socket"
		[ttrpc]
		address = "$socket.ttrpc"
		[plugins."io.containerd.grpc.v1.cri"]
		sandbox_image = "localhost/test:latest"
		[plugins."io.containerd.grpc.v1.cri".containerd]
		default_runtime_name = "$handler"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$handler]
		runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$handler.options]
		BinaryName = "$work/$handler"
		SystemdCgroup = true
	END
	start_with_image
	pod=pod-$BATS_TEST_NUMBER-$1
}

# The rule is for containers that containerd's own annotations name so.
web_policy() { # [MORE]
	grant '{namespace: "web", container: "main"}' "${1-}"
	jq '.engine = "containerd"' "$work/policy.json" >"$work/part"
	mv "$work/part" "$work/policy.json"
}

start_pod() { # WORD...
	sandbox=$(cri run "$handler" "$pod")
	container=$(cri create "$sandbox" "$pod" "$@")
	cri start "$container"
}

stop_pods() {
	[ -z "${sandbox-}" ] || cri remove "$sandbox" || :
	sandbox=
}

pid_of() { ctr tasks list | awk -v id="$1" '$1 == id { print $2 }'; }

scope_of() { echo "cri-containerd-$1.scope"; }
is_gone() { ! systemctl --quiet is-active "$(scope_of "$1")"; }

has_logged() { [ -s "$work/logs/main.log" ]; }

# A line of the log is "TIME stdout F TEXT".
expect_logged() { # TEXT
	wait_until has_logged
	run -0 sed 's/^[^ ]* [^ ]* F //' "$work/logs/main.log"
	expect_output "$1"
	rm "$work/logs/main.log"
}

@test "CRI, systemd's cgroups: a pod's container gets the grant by policy, in its scope" {
	for name in $RUNTIMES; do
		use_cri "$name"
		web_policy
		start_pod /bin/sh -c 'report 80; exec sleep 1000'
		expect_logged "$holds port80=bound"
		wait_until is_asleep "$(pid_of "$container")"
		grep "/captest-pod.slice/$(scope_of "$container")" \
			"/proc/$(pid_of "$container")/cgroup"
		systemctl --quiet is-active "$(scope_of "$container")"
		grep '^CapAmb:.*0000$' "/proc/$(pid_of "$sandbox")/status"
		ended=$sandbox
		stop_pods
		wait_until is_gone "$ended"
		wait_until is_gone "$container"
		expect_no_containers
	done
}

expect_session() { # TEXT
	run -0 cri exec "$container" report
	expect_output "$1"
}

@test "CRI, systemd's cgroups: sessions have what the rule says" {
	for name in $RUNTIMES; do
		use_cri "$name"
		web_policy
		start_pod /bin/sleep 1000
		expect_session "$holds_nothing"
		stop_pods
		web_policy 'exec: true'
		start_pod /bin/sleep 1000
		expect_session "$holds"
		stop_pods
	done
}

@test "CRI, systemd's cgroups: a container of another name gets nothing" {
	for name in $RUNTIMES; do
		use_cri "$name"
		web_policy
		jq '.rules[0].match.container = "other"' "$work/policy.json" \
			>"$work/part"
		mv "$work/part" "$work/policy.json"
		start_pod /bin/report 80
		expect_logged "$holds_nothing port80=denied"
		stop_pods
	done
}

@test "CRI, systemd's cgroups: the error says why a container is refused" {
	for name in $RUNTIMES; do
		use_cri "$name"
		web_policy 'ambient: ["SYS_ADMIN"], require: true'
		sandbox=$(cri run "$handler" "$pod")
		container=$(cri create "$sandbox" "$pod" /bin/report)
		run cri start "$container"
		expect_shown "$unmet_reason"
		is_gone "$container"
		stop_pods
		expect_no_containers
	done
}
