#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# The sets that a container really gets, read inside the container.

load helpers

setup() { setup_containers; }
teardown() { teardown_containers; }

nothing='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0 port80=denied'
granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0 port80=bound'

# This machine's root capabilities as a config.json list.
held_capabilities() {
	capsh --decode="$(awk '/^CapBnd/ { print $2 }' /proc/self/status)" |
		cut -d= -f2 | jq -Rc 'ascii_upcase / ","'
}

@test "without the grant uid 1000 has nothing and cannot bind port 80" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant_nothing
		expect_container "$nothing"
		expect_untouched
	done
}

@test "uid 1000 with drop ALL and add NET_BIND_SERVICE binds port 80" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		expect_container "$granted"
	done
}

@test "noNewPrivileges stays set, and the grant works" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.noNewPrivileges = true'
		expect_container "${granted/nnp=0/nnp=1}"
	done
}

@test "a child shell of the container's process has the grant, too" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/sh", "-c",
			"sh -c \"report 80; true\"; true"]'
		expect_container "$granted"
	done
}

@test "a rule that does not name uid 0 leaves it unchanged" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.user = {uid: 0, gid: 0}'
		expect_container "uid=0 inh=0 prm=400 eff=400 bnd=400 amb=0 nnp=0 port80=bound"
		expect_untouched
	done
}

@test "a rule that names uid 0 changes it" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.user = {uid: 0, gid: 0}'
		grant '{uid: 0}'
		expect_container "${granted/uid=1000/uid=0}"
	done
}

@test "a rule without privileged leaves a privileged container unchanged" {
	require_programs capsh
	all=$(held_capabilities)
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config --argjson all "$all" '.process.capabilities |=
			{bounding: $all, effective: $all, permitted: $all}'
		run -0 capruntime run -b "$bundle" "$id" </dev/null
		echo "$output"
		[[ "$output" == "uid=1000 inh=0 prm=0 eff=0 bnd="*" amb=0 nnp=0 port80=denied" ]]
		expect_untouched
	done
}

@test "a rule with privileged changes a privileged container" {
	require_programs capsh
	all=$(held_capabilities)
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config --argjson all "$all" '.process.capabilities |=
			{bounding: $all, effective: $all, permitted: $all}'
		grant '{privileged: true}'
		run -0 capruntime run -b "$bundle" "$id" </dev/null
		echo "$output"
		[[ "$output" == "uid=1000 inh=400 prm=400 eff=400 bnd="*" amb=400 nnp=0 port80=bound" ]]
	done
}

in_user_namespace='.linux.namespaces += [{type: "user"}] |
	.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
	.linux.gidMappings = .linux.uidMappings'

@test "uid 1000 of a new user namespace gets the grant there" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config "$in_user_namespace"
		grant '{userns: true}' 'require: true'
		expect_container "$granted"
	done
}

@test "in a new user namespace the caller need not hold the capability" {
	require_programs setpriv
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config "$in_user_namespace | .process.capabilities |=
			map_values(. + [\"CAP_SYS_TTY_CONFIG\"])"
		grant '{}' 'ambient: ["SYS_TTY_CONFIG"], require: true'
		before=(setpriv --bounding-set -sys_tty_config)
		expect_container 'uid=1000 inh=4000000 prm=4000000 eff=4000000 bnd=4000400 amb=4000000 nnp=0 port80=denied'
	done
}

# Makes a user namespace that ends with the test: $userns is its path.
make_userns() {
	local map='0 100000 65536'

	unshare -U sleep 1000 3>&- &
	started+=($!)
	userns=/proc/$!/ns/user
	until [[ "$(readlink "$userns")" != \
		"$(readlink /proc/self/ns/user)" ]]; do sleep 0.05; done
	echo "$map" >"/proc/$!/uid_map"
	echo "$map" >"/proc/$!/gid_map"
}

# runc 1.3 warns of the mappings.
expect_joined() { # TEXT
	run -0 --separate-stderr capruntime run -b "$bundle" "$id" </dev/null
	expect_output "$1"
	[[ -z "$stderr" || "$stderr" == *'level=warning msg="config.json has both a userns path'* ]]
}

@test "a user namespace that is joined by its path is one that userns sees" {
	require_programs setpriv unshare
	for name in $RUNTIMES; do
		use_runtime "$name"
		make_userns
		# Engines write the mappings too, and runc requires them.
		change_config --arg path "$userns" "$in_user_namespace |
			.linux.namespaces[-1].path = \$path"
		grant '{userns: false}'
		expect_joined "$nothing"
		grant '{userns: true}' 'require: true'
		expect_joined "$granted"
	done
}

join_network() { # PATH
	change_config --arg path "$1" '.process.args = ["/bin/report"] |
		(.linux.namespaces[] | select(.type == "network")).path = $path'
}

@test "host_network sees the node's network, and matches nothing where it cannot" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		join_network /proc/self/ns/net
		grant '{host_network: false}'
		expect_container "${nothing% *}"
		grant '{host_network: true}'
		expect_container "${granted% *}"
		# crun follows it, runc does not.
		ln -s /proc/self/ns/net "$bundle/net"
		join_network net
		for value in false true; do
			grant "{host_network: $value}"
			run capruntime run -b "$bundle" "$id" </dev/null
			[[ "$output" != *amb=400* ]]
		done
	done
}

@test "a capability outside the bounding set is not raised" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'ambient: ["NET_RAW", "NET_BIND_SERVICE", "SYS_ADMIN"]'
		expect_container "$granted"
	done
}

@test "nothing above the policy's ceiling is raised" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		jq '.ceiling = ["KILL"]' "$work/policy.json" >"$work/ceiling.json"
		mv "$work/ceiling.json" "$work/policy.json"
		expect_container "$nothing"
	done
}

@test "no rule adds to an empty capabilities object" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.capabilities = {}'
		expect_container "${nothing/bnd=400/bnd=0}"
		expect_untouched
	done
}

@test "existing ambient capabilities stay next to the grant" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.capabilities = ({bounding: ["CAP_KILL",
			"CAP_NET_BIND_SERVICE"]} + (["permitted", "effective",
			"inheritable", "ambient"] | map({(.): ["CAP_KILL"]}) | add))'
		expect_container 'uid=1000 inh=420 prm=420 eff=420 bnd=420 amb=420 nnp=0 port80=bound'
	done
}

@test "inheritable capabilities that are not ambient are removed" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.capabilities |= (.bounding += ["CAP_KILL"] |
			.inheritable = .bounding)'
		expect_container "${granted/bnd=400/bnd=420}"
	done
}

@test "an unmet require refuses, and leaves no container and no file" {
	for name in $RUNTIMES; do
		for verb in create run; do
			use_runtime "$name"
			grant '{}' 'ambient: ["NET_RAW"], require: true'
			try_capruntime "$verb" -b "$bundle" \
				--pid-file "$work/pid" "$id"
			expect_refusal "*'granted'*'require'*CAP_NET_RAW*"
			expect_untouched
			expect_nothing_started
			[ ! -e "$work/pid" ]
		done
	done
}

@test "a capability that capruntime does not hold is not raised, and require refuses" {
	require_programs setpriv
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'require: true'
		before=(setpriv --bounding-set -net_bind_service)
		try_capruntime run -b "$bundle" "$id"
		expect_refusal "*CAP_NET_BIND_SERVICE*does not hold*"
		expect_untouched
		expect_nothing_started
	done
}

@test "the same bundle twice gets the same sets, and the same files" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		expect_container "$granted"
		cp -p "$bundle/config.json" "$bundle/.capruntime.json" "$work"
		expect_container "$granted"
		cmp "$work/config.json" "$bundle/config.json"
		# Its owner is another process.
		diff <(grep -v '"owner"' "$work/.capruntime.json") \
			<(grep -v '"owner"' "$bundle/.capruntime.json")
	done
}

@test "without the rule the grant is gone and config.json is restored" {
	for name in $RUNTIMES; do
		for policy in '{gid: 4242}' '' '{uid: 0}'; do
			use_runtime "$name"
			expect_container "$granted"
			[ -e "$bundle/.capruntime.json" ]
			if [ -n "$policy" ]; then
				grant "$policy"
			else
				echo '{"version":1,"rules":[]}' >"$work/policy.json"
			fi
			expect_container "$nothing"
			expect_untouched
		done
	done
}

@test "a narrower rule revokes what it does not grant" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.capabilities.bounding += ["CAP_KILL"]'
		expect_container "${granted/bnd=400/bnd=420}"
		grant '{}' 'ambient: ["KILL"]'
		expect_container 'uid=1000 inh=20 prm=20 eff=20 bnd=420 amb=20 nnp=0 port80=denied'
	done
}
