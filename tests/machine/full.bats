#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Root of the machine has every capability of its kernel: containers that request
# all of them.

load helpers

setup() {
	[[ "$(grep CapBnd /proc/self/status)" = *"$(all_mask)" ]] ||
		skip 'root does not have every capability'
	setup_containers
}
teardown() { teardown_containers; }

all_mask() { printf '%x' $(((2 << $(</proc/sys/kernel/cap_last_cap)) - 1)); }

request_all() { # runc or crun
	use_runtime "$1"
	all=$(all_mask)
	names=$(capsh --decode="$all" | cut -d= -f2 | jq -Rc 'ascii_upcase / ","')
	# shellcheck disable=SC2016 # jq's
	change_config --argjson all "$names" '.process.args = ["/bin/report"] |
		.process.capabilities |=
			{bounding: $all, effective: $all, permitted: $all}'
}

@test "all capabilities: without privileged in the rule a container gets none" {
	for name in $RUNTIMES; do
		request_all "$name"
		expect_container "uid=1000 inh=0 prm=0 eff=0 bnd=$all amb=0 nnp=0"
		expect_untouched
	done
}

# SYS_RESOURCE is 1000000.
@test "all capabilities: a rule with privileged raises SYS_RESOURCE alone" {
	for name in $RUNTIMES; do
		request_all "$name"
		grant '{privileged: true}' 'ambient: ["SYS_RESOURCE"], require: true'
		expect_container "uid=1000 inh=1000000 prm=1000000 eff=1000000 bnd=$all amb=1000000 nnp=0"
	done
}

@test "all capabilities: a rule raises each that the kernel knows" {
	for name in $RUNTIMES; do
		request_all "$name"
		grant '{privileged: true}' "ambient: $names, require: true"
		expect_container "uid=1000 inh=$all prm=$all eff=$all bnd=$all amb=$all nnp=0"
	done
}

@test "all capabilities: a rule drops the others" {
	for name in $RUNTIMES; do
		request_all "$name"
		grant '{privileged: true}' 'drop: "others"'
		expect_container 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'
	done
}
