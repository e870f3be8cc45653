#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# Which containers a rule matches, where that depends on the running system, and
# with the engines' real config.json files. Forged names: forgery_test.c.

load policy_helpers

setup() {
	setup_container
	fixtures=$srcdir/tests/data/fixtures
}

teardown() {
	[ -z "${sleeper-}" ] || kill "$sleeper"
}

# Two rules, for KEY true and KEY false; each container matches one of them.
use_rules_of() { # KEY
	policy '{}' "{name: \"yes\", match: {$1: true, uid: \"0-\"}}" \
		"{name: \"no\", match: {$1: false, uid: \"0-\"}}"
}

expect_known() { # yes or no [JQ-CONDITION]
	expect_start
	expect_audit ".rule == \"$1\" and (${2-true})"
	expect_untouched
}

namespaces() { # TYPE ENTRY…: replaces the namespaces of that type
	make_container ".linux.namespaces |= (map(select(.type != \"$1\")) +
		[${2-}])"
}

known='has("reason") | not'

# One rule for true, one for false, one for containers that match neither.
ask_both() { # KEY
	policy '{}' "{name: \"yes\", match: {$1: true}}" \
		"{name: \"no\", match: {$1: false}}" \
		'{name: "neither", match: {}}'
}

@test "a missing network or pid entry is the host's, one without a path is not" {
	for type in network pid; do
		use_rules_of "host_$type"
		namespaces "$type"
		expect_known yes "$known"
		namespaces "$type" "{type: \"$type\"}"
		expect_known no "$known"
		namespaces "$type" "{type: \"$type\", path: \"\"}"
		expect_known no "$known"
		namespaces "$type" "{type: \"$type\", path: null}"
		expect_known no "$known"
		make_container 'del(.linux)'
		expect_known yes
	done
}

@test "a path to the caller's own namespace is the host's" {
	ln -s /proc/self/ns/net "$work/net"
	use_rules_of host_network
	for path in /proc/self/ns/net "/proc/$$/ns/net" "$work/net"; do
		namespaces network "{type: \"network\", path: \"$path\"}"
		expect_known yes "$known"
	done
	use_rules_of host_pid
	for path in /proc/self/ns/pid "/proc/$$/ns/pid"; do
		namespaces pid "{type: \"pid\", path: \"$path\"}"
		expect_known yes "$known"
	done
}

@test "a path to another namespace is not the host's" {
	namespaces network "{type: \"network\", path: \"/proc/$$/ns/net\"}"
	use_rules_of host_network
	before=(unshare -n)
	expect_known no "$known"
	namespaces network '{type: "network", path: "/proc/self/ns/net"}'
	expect_known yes "$known"
	namespaces network '{type: "network", path: "/proc/self/ns/pid"}'
	expect_known no "$known"
	namespaces pid "{type: \"pid\", path: \"/proc/$$/ns/pid\"}"
	use_rules_of host_pid
	before=(unshare -pf)
	expect_known no "$known"
	namespaces pid '{type: "pid", path: "/proc/self/ns/pid"}'
	expect_known yes "$known"
}

@test "what cannot be determined matches neither true nor false, and is audited" {
	local -A keys=([network]=host_network [pid]=host_pid [user]=userns)

	# Runtimes resolve relative paths differently.
	before=(env -C /proc/self/ns)
	for type in network pid user; do
		ask_both "${keys[$type]}"
		for path in /nowhere /proc/0/ns/net "$work/original.json/net" \
			net pid user; do
			namespaces "$type" "{type: \"$type\", path: \"$path\"}"
			expect_start
			expect_audit ".rule == \"neither\" and
				(.reason | contains(\"'${keys[$type]}' matches neither\"))"
		done
	done
}

@test "two namespaces of one type are refused" {
	use_rules_of host_network
	namespaces network '{type: "network"}, {type: "network"}'
	expect_refusal 'duplicate namespace'
}

@test "a user namespace that is joined by its path is another one" {
	use_rules_of userns
	unshare -U sleep 1000 3>&- &
	sleeper=$!
	until [[ "$(readlink "/proc/$sleeper/ns/user")" != \
		"$(readlink /proc/self/ns/user)" ]]; do sleep 0.05; done
	namespaces user "{type: \"user\", path: \"/proc/$sleeper/ns/user\"}"
	expect_known yes "$known"
	policy '{}' '{name: "web", match: {userns: true},
		ambient: ["KILL", "NET_RAW"], require: true}'
	without_net_raw
	expect_start
	[[ "$(sets)" == *' I=KILL,NET_RAW A=KILL,NET_RAW' ]]
}

@test "userns is true for a new user namespace, and not for the own one" {
	use_rules_of userns
	expect_known no
	namespaces user '{type: "user"}'
	expect_known yes
	namespaces user '{type: "user", path: ""}'
	expect_known yes
	namespaces user '{type: "user", path: "/proc/self/ns/user"}'
	expect_known no
}

# Runs without a capability that this test holds.
without_net_raw() {
	require_programs capsh
	before=(capsh --drop=cap_net_raw -- -c 'exec "$0" "$@"')
}

@test "what capruntime does not hold itself is raised only in a new user namespace" {
	without_net_raw
	policy '{}' '{name: "web", match: {}, ambient: ["KILL", "NET_RAW"]}'
	expect_start
	[[ "$(sets)" == *' I=KILL A=KILL' ]]
	expect_audit '.missing == ["CAP_NET_RAW"]'
	make_container
	policy '{}' '{name: "web", match: {}, ambient: ["KILL", "NET_RAW"],
		require: true}'
	expect_refusal CAP_NET_RAW 'does not hold it itself'
	expect_untouched
	namespaces user '{type: "user", path: "/proc/self/ns/user"}'
	expect_refusal CAP_NET_RAW 'does not hold it itself'
	namespaces user '{type: "user"}'
	expect_start
	[[ "$(sets)" == *' I=KILL,NET_RAW A=KILL,NET_RAW' ]]
}

@test "a capability outside capruntime's own bounding set is not raised" {
	require_programs capsh
	before=(capsh --inh=cap_net_raw --drop=cap_net_raw --
		-c 'exec "$0" "$@"')
	policy '{}' '{name: "web", match: {}, ambient: ["KILL", "NET_RAW"]}'
	expect_start
	[[ "$(sets)" == *' I=KILL A=KILL' ]]
	expect_audit '.missing == ["CAP_NET_RAW"]'
}

@test "inheritable, too, stays within what capruntime holds" {
	without_net_raw
	policy '{}' '{name: "web", match: {}, inheritable: ["KILL", "NET_RAW"]}'
	expect_start
	[[ "$(sets)" == *' I=KILL A=-' ]]
}

@test "nothing is raised if securebits forbid it" {
	require_programs capsh
	# SECBIT_NO_CAP_AMBIENT_RAISE
	before=(capsh --secbits=64 -- -c 'exec "$0" "$@"')
	policy '{}' '{name: "web", match: {}, ambient: ["KILL"]}'
	expect_start
	expect_untouched
	expect_audit '.missing == ["CAP_KILL"]'
	policy '{}' '{name: "web", match: {}, ambient: ["KILL"], require: true}'
	expect_refusal CAP_KILL
}

# A privileged container's list: all capabilities that this test can pass on.
all_capabilities() {
	capsh --decode="$(awk '/^CapBnd/ { print $2 }' /proc/self/status)" |
		cut -d= -f2 | jq -Rc 'ascii_upcase / ","'
}

@test "where capruntime itself lacks SYS_ADMIN no container is privileged" {
	require_programs capsh
	all=$(all_capabilities)
	policy '{}' '{name: "said", match: {privileged: true}}' \
		'{name: "default", match: {}}'
	make_container ".process.capabilities |= map_values($all)"
	expect_start
	expect_audit '.rule == "said"'
	# The engine itself runs with the usual capabilities of a container.
	before=(setpriv --bounding-set
		"-all,+chown,+kill,+net_bind_service,+net_raw")
	make_container
	expect_start
	expect_audit '.rule == "default"'
	make_container ".process.capabilities |= map_values($all)"
	expect_start
	expect_audit '.rule == "default"'
}

@test "privileged means all capabilities that capruntime can hold, with SYS_ADMIN" {
	require_programs capsh
	all=$(all_capabilities)
	make_container ".process.capabilities |= map_values($all)"
	policy '{}' '{name: "default", match: {}}' \
		'{name: "said", match: {privileged: true}}'
	expect_start
	expect_audit '.rule == "said"'
	make_container ".process.capabilities |= map_values($all) |
		.process.capabilities.bounding -= [\"CAP_NET_RAW\"] |
		.process.capabilities.permitted = [] |
		.process.capabilities.effective = []"
	expect_start
	expect_audit '.rule == "default"'
	without_net_raw
	expect_start
	expect_audit '.rule == "said"'
	# A container with more capabilities is privileged too.
	make_container ".process.capabilities |= map_values($all)"
	expect_start
	expect_audit '.rule == "said"'
}

@test "privileged false is the default" {
	require_programs capsh
	use_rules_of privileged
	expect_known no
	make_container ".process.capabilities |= map_values($(all_capabilities))"
	expect_known yes
}

@test "only a rule that names uid 0 matches root" {
	make_container '.process.user = {uid: 0, gid: 0}'
	policy '{}' '{name: "default", match: {gid: 0}}' \
		'{name: "said", match: {uid: 0}}'
	expect_start
	expect_audit '.rule == "said" and .uid == 0'
	make_container '.process.user = {uid: 1, gid: 0}'
	expect_start
	expect_audit '.rule == "default" and .uid == 1'
}

@test "no_new_privileges matches the value in config.json" {
	use_rules_of no_new_privileges
	for value in true false null; do
		make_container ".process.noNewPrivileges = $value"
		[ "$value" = true ] && known=yes || known=no
		expect_known "$known"
	done
	make_container
	expect_known no
}

# A rule for containers with trusted names, and one for all others.
engines_policy() { # TOP
	policy "$1" '{name: "named", match: {namespace: "*", pod: "*",
		container: "*", image: "*", uid: "0-"},
		no_new_privileges: true}' \
		'{name: "anybody", match: {uid: "0-"}, no_new_privileges: true}'
}

by_fixture() { # RULE FILE…
	local rule=$1 file
	shift
	for file; do
		echo "== $file"
		use_config "$file"
		expect_start
		expect_audit ".rule == \"$rule\""
	done
}

@test "containers have names only under their own engine" {
	engines_policy '{engine: {"capruntime": "cri-o"}}'
	by_fixture named "$fixtures"/crio/{add,plain,root,tty}.config.json \
		"$fixtures"/crio-kubelet/*.config.json
	engines_policy '{engine: {"capruntime": "containerd"}}'
	by_fixture named "$fixtures"/containerd-cri/container.{dropall,hostns,nnp}.*.config.json
	engines_policy '{engine: {"another": "containerd"}}'
	by_fixture anybody "$fixtures"/crio/plain.config.json \
		"$fixtures"/containerd-cri/*.nnp.*.config.json \
		"$fixtures"/podman/user1000.config.json
}

@test "an engine's config.json is refused by a handler of another engine" {
	engines_policy '{engine: "containerd"}'
	for file in crio/plain podman/user1000 containerd-ctr/u1000; do
		use_config "$fixtures/$file.config.json"
		expect_refusal "was not written by containerd" "'engine'" policy.json
		expect_untouched
	done
	engines_policy '{engine: "cri-o"}'
	for file in containerd-cri/container.nnp.main podman/user1000 \
		containerd-ctr/u1000; do
		use_config "$fixtures/$file.config.json"
		expect_refusal "was not written by cri-o" "'engine'" policy.json
		expect_untouched
	done
}

@test "the engines' sandboxes are not changed, byte for byte" {
	engines_policy '{engine: "cri-o", audit_all: true}'
	use_config "$fixtures/crio/sandbox.config.json"
	expect_start
	expect_untouched
	expect_audit '.outcome == "no_rule" and (.reason | test("sandbox"))'
	engines_policy '{engine: "containerd", audit_all: true}'
	use_config "$fixtures/containerd-cri/sandbox.dropall.pause.config.json"
	expect_start
	expect_untouched
	expect_audit '.outcome == "no_rule" and (.reason | test("sandbox"))'
}

@test "a forged mark does not change who a container is" {
	engines_policy '{engine: "cri-o"}'
	for mark in '"io.kubernetes.cri.container-type": "sandbox"' \
		'"io.kubernetes.cri-o.Namespace": "kube-system"' \
		'"IO.KUBERNETES.CONTAINER.NAME": "POD"'; do
		use_config "$fixtures/crio/plain.config.json"
		sed -i "s|\"annotations\": {|&$mark,|" "$bundle/config.json"
		expect_start
		expect_audit '.rule == "named" and .namespace == "rigns"'
	done
	for mark in '"io.kubernetes.container.name": "POD"' \
		'"io.kubernetes.pod.namespace": "kube-system"'; do
		use_config "$fixtures/crio/plain.config.json"
		sed -i "s|\"annotations\": {|&$mark,|" "$bundle/config.json"
		cp "$bundle/config.json" "$work/original.json"
		expect_refusal 'duplicate key'
		expect_untouched
	done
}
