#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Names of real containers, with the annotations that CRI-O writes: they are
# printed, and a name or a pod's name finds the containers.

load helpers
load ../cli/capctl_helpers

setup() {
	setup_containers
	require_programs unshare
}
teardown() { teardown_containers; }

# Their state is where capctl looks by default: below $XDG_RUNTIME_DIR.
use_own_root() { # RUNTIME
	use_runtime "$1"
	mkdir -p "$work/own"
	ln -sfn "$work/state-$1" "$work/own/$1"
	mkdir -p "$work/state-$1"
	jq '. + {engine: "cri-o"}' "$work/policy.json" >"$work/p"
	cp "$work/p" "$work/policy.json"
}

# Starts one with its own bundle.
start() { # CONTAINER
	change_config --arg name "$1" --arg path "/$id-$1" '
		.process.args = ["/bin/sleep", "1000"] |
		.linux.cgroupsPath = $path | .annotations = {
			"io.container.manager": "cri-o",
			"io.kubernetes.pod.namespace": "shop",
			"io.kubernetes.pod.name": "web-1",
			"io.kubernetes.container.name": $name,
			"io.kubernetes.cri-o.ImageName": "registry.example/web:1"
		}'
	cp -a "$bundle" "$work/$id-$1"
	capruntime_detached run --detach --bundle "$work/$id-$1" "$id-$1"
	wait_until is_asleep "$(pid_of "$1")"
}

pid_of() { # CONTAINER
	plain_runtime state "$id-$1" | jq .pid
}

alone() { # VERB WORD...
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs none /run &&
		exec "$@"' - env "XDG_RUNTIME_DIR=$work/own" \
		"CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/capctl" "$@" </dev/null
}

@test "real containers have the names that their engine gave them" {
	for name in $RUNTIMES; do
		use_own_root "$name"
		start web
		start log
		alone verify shop/web-1
		ended 0
		[ "$(grep -oE '^shop/[^ ]+ +[^ ]+ +ok' <<<"$output" | tr -s ' ')" = \
			"shop/web-1/log $id-log ok
shop/web-1/web $id-web ok" ] || seen 'rows'
		alone show shop/web-1/web
		ended 0
		[[ "$(tr -s '\n ' ' ' <<<"$output")" == *" $(pid_of web) 1000 shop/web-1/web $id-web sleep PEIAB NET_BIND_SERVICE "* ]] ||
			seen 'row'
		[ "$(grep -c sleep <<<"$output")" = 1 ] || seen 'one row'
		alone show --json shop/web-1
		is_json '([.processes[] | {pid, container: .identity.container}] |
			sort_by(.container)) == [{pid: $log, container: "log"},
				{pid: $web, container: "web"}] and
			all(.processes[].identity; .namespace == "shop" and
				.pod == "web-1" and
				.image == "registry.example/web:1")' \
			--argjson web "$(pid_of web)" --argjson log "$(pid_of log)"
		alone explain shop/web-1/log
		ended 0
		[[ "$output" == "rule 'granted' decides"* ]] || seen 'headline'
		alone restore shop/web-1/web "$id-nobody"
		ended 2
		[[ "$stderr" == *"bundle in use by container '$id-web'"*"'$id-nobody': no such file or directory, and no container has this ID or name" ]] ||
			seen 'both errors'
		plain_runtime delete --force "$id-web"
		alone show shop/web-1
		ended 0
		alone verify shop/web-1/web
		ended 2
		plain_runtime delete --force "$id-log"
	done
}

@test "an annotation without the engine's mark names no container" {
	for name in $RUNTIMES; do
		use_own_root "$name"
		start web
		jq 'del(.engine)' "$work/policy.json" >"$work/p"
		cp "$work/p" "$work/policy.json"
		alone verify --json "$id-web"
		is_json '.containers[0].identity == null'
		alone show shop/web-1/web
		ended 2
		plain_runtime delete --force "$id-web"
	done
}
