#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# capctl knows a container of Docker by Docker's name.

load docker

setup() { setup_docker; }
teardown() { teardown_docker; }

# Where /run/docker is the directory of the tests' dockerd.
capctl() { # WORD...: sets status, output and stderr
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr env "CAPRUNTIME_POLICY=$work/policy.json" \
		unshare -m sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/docker &&
			mount --bind "$0" /run/docker && exec "$@"' \
		"$work/docker/exec" "$builddir/tests/cli/capctl-sysroot" "$@" \
		</dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

start() { # NAME [NETWORK]
	docker run --detach --runtime capruntime --network "${2-none}" \
		--name "$1" test sleep 1000
}

@test "docker: capctl shows and takes the name of a running container" {
	use_engine_runtime runc
	whole=$(start "$id")
	other=$(start "$id-joins" "container:$id")
	capctl verify "$id"
	[ "$status" -eq 0 ]
	[[ "$output" == "$id ${whole:0:12}  ok  "* ]]
	capctl verify "$id-joins"
	[ "$status" -eq 0 ]
	[[ "$output" == "$id-joins ${other:0:12}  ok  "* ]]
	shows_name "$id"
	capctl explain "$id"
	[ "$status" -eq 0 ]
	[[ "$output" == *"rule 'granted' decides"* ]]
	docker rename "$id" "$id-renamed"
	capctl verify "$id-renamed"
	[ "$status" -eq 0 ]
	capctl verify "$id"
	[ "$status" -eq 2 ]
}

# Then anybody could have written the name.
@test "docker: a name in a file that others can write does not count" {
	use_engine_runtime runc
	whole=$(start "$id")
	chmod o+w "$work/docker/data/containers/$whole/config.v2.json"
	capctl verify "$id"
	[ "$status" -eq 2 ]
	capctl verify "$whole"
	[[ "$output" == "${whole:0:12}  ok  "* ]]
}
