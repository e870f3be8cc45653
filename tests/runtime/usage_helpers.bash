# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016 # the variables of jq and of inner shells
# shellcheck disable=SC2030,SC2031 # each test has its own id
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Containers that hold two capabilities by a rule, and 'capctl verify --usage'.

binds='while :; do busybox timeout 1 busybox httpd -f -p 80; done'
idles='while :; do busybox sleep 0.2; done'

# Starts a container of its own bundle, which is granted two capabilities.
start() { # ID SCRIPT [JQ-FILTER]
	id=$1 bundle=$work/bundle-$1
	rm -rf "$bundle"
	make_bundle "$bundle"
	change_config --arg script "$2" '
		.process.args = ["/bin/busybox", "sh", "-c", $script] |
		.process.capabilities |= map_values(
			["CAP_NET_BIND_SERVICE", "CAP_NET_RAW"]) | '"${3:-.}"
	capruntime_detached run --detach --bundle "$bundle" "$id"
	wait_until runs_program
}

# runc's process executes the program a little later.
runs_program() {
	[[ "$(readlink "/proc/$(plain_runtime state "$id" | jq .pid)/exe")" == */busybox ]]
}

grant_both() {
	jq -nc '{version: 1, rules: [{name: "granted", match: {uid: 1000},
		ambient: ["NET_BIND_SERVICE", "NET_RAW"]}]}' >"$work/policy.json"
}

verify_usage() { # [WORD...]
	env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/capctl" verify --root "$state" --handler capruntime \
		--usage "$@" </dev/null
}

usage() { # [WORD...]: sets status, output and stderr
	run --separate-stderr verify_usage "$@"
}
