# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by automake and each other
# A real Kubernetes node for each file, with capruntime behind the RuntimeClass
# of that name. A new policy applies at once. Pods run as uid 1000, in the
# namespace web unless $namespace is set, and print what they hold with
# `report`. A test's pods can still be ending during the next test, so the tests
# of a file use different names.
#
# $node is the node's directory; $work has all other files. A kubelet sets
# kernel limits and makes a plug-in directory in /usr; the helpers prevent both
# on this machine.

load ../engine/helpers

deadline=--timeout=300s
# containerd's directory for bundles; the node has its own file system there.
bundles=/run/containerd/io.containerd.runtime.v2.task/k8s.io
unmatched='uid=1000 inh=0 prm=0 eff=0 bnd=a80425fb amb=0 nnp=0'
matched='uid=1000 inh=400 prm=400 eff=400 bnd=a80425fb amb=400 nnp=0'
web='name: "web", match: {namespace: "web", container: "main"},
	ambient: ["NET_BIND_SERVICE"]'

# The node.

# Prints why no node can be started; bats cannot skip from setup_file().
say_why_not() {
	local program

	[ -d "${SHARED-}/k8s" ] || echo 'SHARED has no directory k8s'
	[ "$(id -u)" = 0 ] || echo 'not root'
	for program in busybox containerd ctr etcd ip jq nsenter openssl runc \
		unshare xz /usr/lib/cni/bridge; do
		command -v "$program" >/dev/null || echo "no $program"
	done
}

# In setup_file(), because all tests of a file share the node.
start_node() {
	boot_node
	[ -z "$why_not" ] || return 0
	jq -n '{apiVersion: "node.k8s.io/v1", kind: "RuntimeClass",
		metadata: {name: "capruntime"}, handler: "capruntime"}' |
		kubectl apply -f -
	make_namespaces web other
}

# Starts only the node. $node_handler is another program for the handler,
# $kubelet_more has more options.
boot_node() {
	export why_not work node HOME kernel_limits guard
	why_not=$(say_why_not | head -n 1)
	[ -z "$why_not" ] || return 0
	work=$(mktemp -d "$BATS_TMPDIR/capruntime-XXXXXX")
	node=$work/node
	HOME=$work
	kernel_limits=$(tell_kernel_limits)
	make_node_parts
	policy
	guard_node
	env KUBE_BIN="$work/kube" \
		CAPRUNTIME="${node_handler-$work/capruntime}" \
		FILES="$work/image/bin/report" TIMEOUT=300 \
		KUBELET_ARGS="--container-runtime=remote --kube-api-qps=100
			--kube-api-burst=200 --volume-plugin-dir=$work/plugins
			${kubelet_more-}" \
		"$SHARED/k8s/up.sh" "$node" 3>&- 4>&-
}

# The guard runs in a new session, so it survives when bats is killed.
guard_node() {
	setsid bash -c 'while kill -0 "$0"; do sleep 2; done
		"$1" "$2"; rm -rf --one-file-system "$3"' "$BATS_ROOT_PID" \
		"$SHARED/k8s/down.sh" "$node" "$work" \
		>/dev/null 2>&1 </dev/null 3>&- 4>&- &
	guard=$!
}

make_node_parts() {
	local file name

	mkdir "$work/kube" "$work/seen"
	for file in "$SHARED"/k8s/bin/*.xz; do
		name=$(basename "$file" .xz)
		xz -dc "$file" >"$work/kube/$name"
		chmod 755 "$work/kube/$name"
	done
	make_rootfs "$work/image"
	make_handler
	make_kubelet
}

limits='kernel/keys/root_maxbytes kernel/keys/root_maxkeys kernel/panic
	kernel/panic_on_oops vm/overcommit_memory'

tell_kernel_limits() {
	local name

	for name in $limits; do
		printf '%s %s\n' "$name" "$(cat "/proc/sys/$name")"
	done
}

# The kubelet writes to files of the test instead of the kernel's.
make_kubelet() {
	local name

	for name in $limits; do
		mkdir -p "$work/sys/${name%/*}"
		cat "/proc/sys/$name" >"$work/sys/$name"
	done
	mv "$work/kube/kubelet" "$work/kube/kubelet-itself"
	cat >"$work/kube/kubelet" <<-END_OF_KUBELET
		#!/bin/sh
		limits='$limits'
		for name in \$limits; do
			mount --bind "$work/sys/\$name" "/proc/sys/\$name" || exit
		done
		exec "$work/kube/kubelet-itself" "\$@"
	END_OF_KUBELET
	chmod 755 "$work/kube/kubelet"
}

# The engine passes no environment of the test, so the handler sets it. It also
# keeps a copy of containerd's config.json.
make_handler() {
	cat >"$work/capruntime" <<-END_OF_HANDLER
		#!/bin/bash
		export CAPRUNTIME_POLICY=$work/policy.json
		export CAPRUNTIME_RUNTIME=$(command -v runc)
		for word; do
			if [[ "\$before \$*" == "--bundle "*" create "* ]]; then
				$(type -P cp) "\$word/config.json" \\
					"$work/seen/\${word##*/}.json"
			fi
			before=\$word
		done
		exec -a capruntime "$CAPRUNTIME_BUILT" "\$@"
	END_OF_HANDLER
	chmod 755 "$work/capruntime"
}

make_namespaces() { # NAME...
	local namespace

	for namespace; do
		kubectl create namespace "$namespace"
	done
	# A namespace accepts no pods before its service account exists.
	for namespace; do
		wait_until kubectl get serviceaccount default
	done
}

setup_pods() {
	case $why_not in
	'') ;;
	'no '*) lacks "${why_not#no }" ;;
	*) skip "$why_not" ;;
	esac
}

teardown_pods() {
	local namespace

	[ -z "$why_not" ] || return 0
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_all
	for namespace in web other; do
		kubectl delete deployments,pods --all --wait=false >/dev/null
	done
}

tell_all() {
	kubectl get pods --all-namespaces -o wide
	kubectl get events --all-namespaces | tail -n 40
	tail -n 5 "$node"/log/{containerd,kubelet,node}.log
	tail -n 3 "$work/audit.log"
}

# In teardown_file(), where bats checks only the last command: fails if
# something is left.
stop_node() {
	local cgroup space

	[ -z "$why_not" ] && [ -n "${guard-}" ] || return 0
	kill "$guard"
	cgroup=k8s$(tr / - <<<"$node")
	space=$(readlink "/proc/$(cat "$node/run/node.pid")/ns/net")
	"$SHARED/k8s/down.sh" "$node" &&
		rm -rf --one-file-system "$work" &&
		{ wait_until nothing_is_left >/dev/null || nothing_is_left; } &&
		diff <(echo "$kernel_limits") <(tell_kernel_limits)
}

nothing_is_left() {
	local left

	left=$(
		grep -lsF "$work" /proc/[0-9]*/cmdline
		find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/net' \
			-printf '%p %l\n' 2>/dev/null | grep -F "$space"
		grep -F "$work" /proc/mounts
		find /sys/fs/cgroup -name "$cgroup" 2>/dev/null
	) || :
	[ -z "$left" ] || {
		printf 'left: %s\n' "$left"
		return 1
	}
}

kubectl() { "$node/kubectl" -n "${namespace-web}" "$@"; }

# Kills a daemon of the node, which is then restarted.
kill_daemon() { # NAME
	local old

	old=$(cat "$node/run/$1.pid")
	"$node/enter" kill -KILL "$old"
	wait_until runs_anew "$1" "$old"
}

runs_anew() { # NAME OLD-PID
	local pid

	pid=$(cat "$node/run/$1.pid")
	[ "$pid" != "$2" ] && "$node/enter" kill -0 "$pid" 2>/dev/null
}

# Policies.

# Sets the rules for all later creates; they are in jq's syntax.
policy() { # [RULE...]
	local IFS=,

	jq -n --arg audit "$work/audit.log" "{version: 1, audit: \$audit,
		engine: \"containerd\", rules: [$*]}" >"$work/new.json"
	mv "$work/new.json" "$work/policy.json"
}

# Pods.

# The only container, main, reports and waits. JQ-FILTER changes the pod.
pod_json() { # NAME [JQ-FILTER]
	jq -n --arg name "$1" "
		def container(name): {
			name: name,
			image: \"localhost/busybox:e2e\",
			imagePullPolicy: \"Never\",
			command: [\"sh\", \"-c\",
				\"trap exit TERM; report; sleep 100000 & wait\"]
		};
		def main: .spec.containers[0];
		{
			apiVersion: \"v1\",
			kind: \"Pod\",
			metadata: {name: \$name},
			spec: {
				runtimeClassName: \"capruntime\",
				terminationGracePeriodSeconds: 1,
				securityContext: {runAsUser: 1000, runAsGroup: 1000},
				containers: [container(\"main\")]
			}
		} | ${2-.}"
}

pod() { # NAME [JQ-FILTER]
	pod_json "$@" | kubectl apply -f -
}

deployment() { # NAME REPLICAS [JQ-FILTER]
	pod_json "$1" "${3-.}" | jq --arg name "$1" --argjson replicas "$2" '{
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: {name: $name},
		spec: {
			replicas: $replicas,
			selector: {matchLabels: {app: $name}},
			template: {metadata: {labels: {app: $name}}, spec: .spec}
		}
	}' | kubectl apply -f -
}

is_ready() { # POD...
	kubectl wait --for=condition=Ready "$deadline" \
		"${@/#/pod/}"
}

is_deployed() { # DEPLOYMENT
	kubectl rollout status "deployment/$1" "$deadline"
}

pod_says() { # JSONPATH POD
	kubectl get pod "$2" -o jsonpath="{$1}"
}

container_id() { # POD
	pod_says '.status.containerStatuses[0].containerID' "$1" |
		sed 's|^containerd://||'
}

restarts() { # POD
	pod_says '.status.containerStatuses[0].restartCount' "$1"
}

has_a_log() { # POD [CONTAINER]
	[ -n "$(kubectl logs "$1" -c "${2-main}" 2>/dev/null)" ]
}

# The log since the container's start is TEXT; waits for the output.
expect_log() { # TEXT POD [CONTAINER]
	wait_until has_a_log "${@:2}"
	run -0 kubectl logs "$2" -c "${3-main}"
	expect_output "$1"
}

# The report of an exec session is TEXT.
expect_session() { # TEXT POD [OPTION...]
	run -0 kubectl exec "${@:2}" -- report
	expect_output "$1"
}

has_event() { # TEXT POD
	kubectl get events --field-selector "involvedObject.name=$2" \
		-o jsonpath='{range .items[*]}{.message}{"\n"}{end}' |
		grep -F -- "$1"
}

is_gone() { # POD
	[ -z "$(kubectl get pod "$1" --ignore-not-found -o name)" ]
}

delete_pod() { # POD...
	kubectl delete pod "$@" "$deadline"
}

# Runs in the node.
fetch() { # ADDRESS: /etc/passwd from port 80
	"$node/enter" busybox wget -qO - "http://$1/etc/passwd"
}

# Forgeries.

# Pods set every annotation that could name another pod. The rule that matches
# them drops everything; the rule for all others raises a capability.
expect_forgeries_fail() {
	local namespace=other forged name

	policy '{name: "taken", match: {namespace: "other", pod: "forger-*"},
			drop: "others"}' \
		'{name: "given", match: {}, ambient: ["NET_BIND_SERVICE"]}'
	forged=$(jq -nc '{
		"io.container.manager": "cri-o",
		"io.kubernetes.container.name": "ingress",
		"io.kubernetes.cri-o.ContainerName": "ingress",
		"io.kubernetes.cri-o.ContainerType": "container",
		"io.kubernetes.cri-o.HostNetwork": "true",
		"io.kubernetes.cri-o.ImageName": "ingress",
		"io.kubernetes.cri-o.ImageRef": "ingress",
		"io.kubernetes.cri-o.KubeName": "ingress",
		"io.kubernetes.cri-o.Namespace": "web",
		"io.kubernetes.cri-o.PrivilegedRuntime": "true",
		"io.kubernetes.cri-o.RuntimeHandler": "ingress",
		"io.kubernetes.cri.container-name": "ingress",
		"io.kubernetes.cri.container-type": "container",
		"io.kubernetes.cri.image-name": "ingress",
		"io.kubernetes.cri.sandbox-id": "ingress",
		"io.kubernetes.cri.sandbox-name": "ingress",
		"io.kubernetes.cri.sandbox-namespace": "web",
		"io.kubernetes.cri.sandbox-uid": "ingress",
		"io.kubernetes.pod.name": "ingress",
		"io.kubernetes.pod.namespace": "web",
		"io.kubernetes.pod.uid": "ingress",
		"capruntime.io/ambient": "NET_BIND_SERVICE",
		"capruntime.io/ambient.main": "NET_BIND_SERVICE",
		"capruntime.io/io.kubernetes.cri.sandbox-namespace": "web"
	}')
	pod forger-other ".metadata.annotations = $forged"
	pod forger-sandbox ".metadata.annotations = ($forged |
		.[\"io.kubernetes.cri-o.ContainerType\",
			\"io.kubernetes.cri.container-type\"] = \"sandbox\" |
		.[\"io.kubernetes.container.name\",
			\"io.kubernetes.cri.container-name\"] = \"POD\")"
	pod honest
	for name in forger-other forger-sandbox; do
		expect_log "${unmatched/a80425fb/0}" "$name"
	done
	expect_log "$matched" honest
}
