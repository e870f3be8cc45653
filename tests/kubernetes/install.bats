#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Installation from packaging/kubernetes alone, a pod of the RuntimeClass, and
# removal. Each test continues where the previous one ended, as an administrator
# does.

load helpers
load tree

setup_file() {
	boot_with_tree
	[ -z "$why_not" ] || return 0
	make_namespaces web
}
teardown_file() { stop_node; }
setup() { setup_pods; }
teardown() {
	[ -n "$why_not" ] || [ -n "${BATS_TEST_COMPLETED-}" ] || tell_all
}

# Without a default namespace: the manifests name their own.
all() { "$node/kubectl" "$@"; }

node_policy=/etc/capruntime/policy.json

# Writes the policy of the ConfigMap; its JSON is in jq's syntax.
write_policy() { # RULE...
	local IFS=,

	jq -n --arg audit "$work/audit.log" "{version: 1, audit: \$audit,
		engine: \"containerd\", rules: [$*]}" >"$tree/policy.json"
	all apply -k "$tree"
}

is_on_node() { "$node/enter" cmp -s "$tree/policy.json" "$node_policy"; }

daemon() { # NAME: prints the DaemonSet's pod
	namespace=capruntime kubectl get pods \
		-l "app.kubernetes.io/name=$1" -o 'jsonpath={.items[0].metadata.name}'
}

has_ready_daemon() { # NAME true|false
	[ "$(namespace=capruntime pod_says \
		'.status.containerStatuses[0].ready' "$(daemon "$1")")" = "$2" ]
}

is_pending() { # POD
	[ "$(pod_says '.status.phase' "$1")" = Pending ] &&
		has_event 'node(s) didn' "$1" >/dev/null
}

# Read from the node: the image has no program that could do it.
daemon_status() { # NAME LINE...: lines of the process's status
	local id pid

	id=$(namespace=capruntime container_id "$(daemon "$1")")
	pid=$("$node/enter" ctr -a "$node/run/cri.sock" -n k8s.io tasks ls |
		awk -v id="$id" '$1 == id { print $2 }')
	shift
	"$node/enter" cat "/proc/$pid/status" | grep -E "^($1):" |
		tr -d '\t' | xargs
	"$node/enter" awk '{ print $5, $6 }' "/proc/$pid/mountinfo" \
		>"$work/mounts"
}

layers() { # TAR-WORD...: for each layer of the image
	local layer

	for layer in $(tar -xOf "$work/image.tar" manifest.json |
		jq -r '.[].Layers[]'); do
		tar -xOf "$work/image.tar" "$layer" | tar "$@"
	done
}

@test "the image holds two programs that need nothing else" {
	[ "$(layers -t | sort -u | xargs)" = \
		'usr/ usr/bin/ usr/bin/capctl usr/bin/capruntime' ]
	[ "$(layers -tv | awk '{ print $1, $2 }' | sort -u | xargs)" = \
		'-rwxr-xr-x 0/0 drwxr-xr-x 0/0' ]
	for name in capctl capruntime; do
		layers -xO "usr/bin/$name" | cmp - "$builddir/static/$name"
		run -0 readelf -l "$builddir/static/$name"
		[[ "$output" != *interpreter* ]]
	done
}

# The procedure in docs/kubernetes.md for updating policies node by node.
@test "without generatorOptions each policy is a ConfigMap of its own" {
	cp -R "$tree" "$work/rolling"
	sed -i '/^generatorOptions:/,/^  disableNameSuffixHash/d' \
		"$work/rolling/kustomization.yaml"
	run -0 all kustomize "$work/rolling"
	names=$(grep -oE 'capruntime-policy-[a-z0-9]{10}$' <<<"$output")
	[ "$(wc -l <<<"$names")" -eq 2 ]
	[ "$(sort -u <<<"$names" | wc -l)" -eq 1 ]
	run -0 all kustomize "$tree"
	[[ "$output" != *"${names%%$'\n'*}"* ]]
}

@test "the trees bring programs and an empty policy to the nodes chosen" {
	mkdir -p "$work/own/opt/capruntime"
	echo old >"$work/own/opt/capruntime/capruntime"
	all apply -k "$tree"
	all apply -k "$tree/install"
	namespace=capruntime
	[ "$(kubectl get daemonsets -o jsonpath='{.items[*].status.desiredNumberScheduled}')" = '0 0' ]
	all label node 127.0.0.1 capruntime.io/managed=true
	for name in policy install; do
		wait_until daemon "capruntime-$name"
		is_ready "$(daemon "capruntime-$name")"
	done
	is_on_node
	for name in capruntime capctl; do
		"$node/enter" cmp "$builddir/static/$name" "/opt/capruntime/$name"
	done
	[ "$("$node/enter" stat -c '%a %u %g' "$node_policy")" = '644 0 0' ]
	[ "$("$node/enter" readlink /etc/capruntime/runtimes/capruntime)" = \
		"$(command -v runc)" ]
	"$node/enter" /opt/capruntime/capctl version | grep -F "$(command -v runc)"
	"$node/enter" /opt/capruntime/capctl doctor --json |
		jq -e '.program == "/opt/capruntime/capruntime"'
	kubectl logs "$(daemon capruntime-policy)" |
		jq -e '.outcome == "changed" and .rules == 0 and
			.put == ["policy.json", "runtimes/capruntime"]'
}

@test "they run with only the rights that they need" {
	for name in policy install; do
		run -0 daemon_status "capruntime-$name" \
			'Uid|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp'
		[ "$output" = 'Uid:0000 CapInh:0000000000000000 CapPrm:0000000000000000 CapEff:0000000000000000 CapBnd:0000000000000000 CapAmb:0000000000000000 NoNewPrivs:1 Seccomp:2' ]
		grep -E '^/ ro' "$work/mounts"
		run ! grep serviceaccount "$work/mounts"
	done
	[ "$(awk '$2 ~ /^rw/ && $1 !~ "^/(proc|dev|sys)" { print $1 }' \
		"$work/mounts" | grep -vE '^/etc/(hosts|hostname|resolv.conf)$')" = \
		/opt/capruntime ]
}

has_no_daemon() { ! daemon "$1" 2>/dev/null; } # NAME

# Only the directory of CRI-O exists, not CRI-O.
@test "CRI-O's drop-in is installed, and stays without its daemon" {
	local file=/etc/crio/crio.conf.d/50-capruntime.conf

	mkdir -p "$work/own/etc/crio/crio.conf.d"
	all apply -k "$tree/install-crio"
	wait_until daemon capruntime-crio
	namespace=capruntime is_ready "$(daemon capruntime-crio)"
	all delete -k "$tree/install-crio" "$deadline"
	wait_until has_no_daemon capruntime-crio
	"$node/enter" cmp "$tree/install-crio/50-capruntime.conf" "$file"
	"$node/enter" rm "$file"
}

@test "a pod of the class waits for a node that is ready, and runs there" {
	pod early
	wait_until is_pending early
	all label node 127.0.0.1 capruntime.io/ready=true
	expect_log "$unmatched" early
	kubectl delete pod early --wait=false
}

@test "a policy changed in the ConfigMap applies from the next start" {
	pod before
	is_ready before
	write_policy "{$web, exec: true}"
	wait_until is_on_node
	pod served
	expect_log "$matched" served
	expect_session "$matched" served
	expect_log "$unmatched" before
	wait_until has_ready_daemon capruntime-policy true
	# A second file goes to policy.d.
	echo '{"version": 1, "rules": [{"name": "late", "match": {"container":
		"late"}, "ambient": ["NET_RAW"]}]}' >"$tree/late.json"
	sed -i 's|^      - policy.json|&\n      - late.json|' \
		"$tree/kustomization.yaml"
	all apply -k "$tree"
	wait_until "$node/enter" test -e /etc/capruntime/policy.d/late.json
	pod later '.spec.containers[0].name = "late"'
	expect_log "${matched//400/2000}" later late
	sed -i '/late.json/d' "$tree/kustomization.yaml"
	all apply -k "$tree"
	wait_until "$node/enter" test ! -e /etc/capruntime/policy.d/late.json
	kubectl delete pod before later --wait=false
}

has_refusal() { # POD: the last line of its log is a refusal
	namespace=capruntime kubectl logs --tail 1 "$1" |
		jq -e '.outcome == "refused" and (.reason |
			startswith("\u0027/config/policy.json\u0027:2:14: "))'
}

@test "a broken policy is not installed, and the daemon reports where it is broken" {
	cp "$tree/policy.json" "$work/good.json"
	printf '{ "version": 1,\n  "rules": [ { "name": "x" } ] }\n' \
		>"$tree/policy.json"
	all apply -k "$tree"
	wait_until has_ready_daemon capruntime-policy false
	name=$(daemon capruntime-policy)
	wait_until has_refusal "$name"
	namespace=capruntime wait_until has_event "policy.json':2:14: " "$name"
	"$node/enter" cmp "$work/good.json" "$node_policy"
	pod during
	expect_log "$matched" during
	kubectl delete pod during --wait=false
	cp "$work/good.json" "$tree/policy.json"
	all apply -k "$tree"
	wait_until has_ready_daemon capruntime-policy true
	is_on_node
	[ "$(namespace=capruntime restarts "$name")" -eq 0 ]
}

has_no_pods() { [ -z "$(all get pods --all-namespaces -o name)" ]; }

@test "it is removed step by step, and pods can be deleted at each step" {
	for name in first second third; do
		pod "$name"
	done
	for name in first second third; do
		expect_log "$matched" "$name"
	done
	echo '1. the policy is emptied'
	write_policy
	wait_until is_on_node
	pod powerless
	expect_log "$unmatched" powerless
	delete_pod first powerless

	echo '2. the nodes get no more such pods and are drained'
	all label node 127.0.0.1 capruntime.io/ready-
	pod refused
	wait_until is_pending refused
	delete_pod refused second served

	echo '3. the RuntimeClass and the DaemonSets are deleted'
	all delete -k "$tree/install" "$deadline"
	all delete -k "$tree" "$deadline"
	run ! pod orphan
	[[ "$output" == *RuntimeClass*capruntime*'not found'* ]]
	# One pod is left; its handler still works.
	kubectl exec third -- true
	delete_pod third
	wait_until has_no_pods

	echo '4. the handler is removed from the engine'
	sed -i '/runtimes.capruntime\]/,/BinaryName/d' \
		"$node/etc/containerd.toml"
	run ! grep -q opt/capruntime "$node/etc/containerd.toml"
	kill_daemon containerd
	wait_until "$node/enter" ctr -a "$node/run/cri.sock" version

	echo '5. the files are removed'
	"$node/enter" rm -r /opt/capruntime /etc/capruntime
	"$node/enter" rm -rf /run/capruntime
	all label node 127.0.0.1 capruntime.io/managed-

	[ -z "$("$node/enter" find /etc /opt /run -name '*capruntime*')" ]
	run -0 all get -o name runtimeclasses,clusterroles,clusterrolebindings,namespaces,priorityclasses
	[[ "$output" != *capruntime* ]]
	pod plain 'del(.spec.runtimeClassName)'
	expect_log "$unmatched" plain
	delete_pod plain
}
