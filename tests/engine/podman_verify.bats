#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# capctl knows a container of podman by podman's name.

load podman

setup() { setup_engine podman conmon; }
teardown() { teardown_podman; }

capctl() { # WORD...: sets status, output and stderr
	run --separate-stderr env "CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/tests/cli/capctl-sysroot" "$@" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

@test "podman: capctl shows and takes the name of a running container" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant '{handler: "engine-*"}'
		podman run --detach --name "$id" --annotation \
			io.kubernetes.container.name=forged test sleep 1000
		whole=$(podman inspect --format '{{.Id}}' "$id")
		capctl verify "$id"
		[ "$status" -eq 0 ]
		[[ "$output" == "$id ${whole:0:12}  ok  "* ]]
		shows_name "$id"
		podman rm --force --time 0 "$id"
		capctl verify "$id"
		[ "$status" -eq 2 ]
	done
}
