#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# capctl in the user namespace of a rootless podman.

load rootless

setup() { setup_rootless; }
teardown() { teardown_rootless; }

# The config.json of a rootless container has no user namespace.
@test "rootless: explain says what has no effect there" {
	local where

	use_rootless runc
	cp "$builddir/capctl" "$work/bin"
	grant '{}' 'ambient: ["IPC_LOCK", "NET_BIND_SERVICE"]'
	run -0 podman create --name explained --cap-add ipc_lock test sleep 1000
	run -0 podman init explained
	where=$(podman inspect -f '{{.OCIConfigPath}}' explained)
	jq -e '[.linux.namespaces[].type] | index("user") == null' "$where"
	run podman unshare env "CAPRUNTIME_POLICY=$work/policy.json" \
		"CAPRUNTIME_RUNTIME=$(readlink "$runtimes/$handler")" \
		"$work/bin/capctl" explain --json "${where%/*}"
	jq -e '.outcome == "applied" and ([.warnings[] |
		select(.code == "userns_no_effect").text] | length == 1 and
			(.[0] | startswith("IPC_LOCK: little")))' <<<"$output"
	run -0 podman rm --force explained
	expect_no_containers
}
