#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# What podman does with a running container, and with one that is refused.

load podman

setup() { setup_engine podman conmon; }
teardown() { teardown_podman; }

holds=${granted% port80=*}
holds_nothing=${nothing% port80=*}

# The process prints one line to the container's log for each start.
start_container() { # [OPTION...]
	podman run --detach --name "$id" "$@" test \
		sh -c 'trap exit TERM; report; sleep 1000 & wait' >/dev/null
}

has_printed() { # REGULAR-EXPRESSION...: one for each line of the log
	podman logs "$id" >"$work/printed" 2>&1
	lines_match "$work/printed" "$@"
}

expect_session() { # REGULAR-EXPRESSION [OPTION...]
	run -0 podman exec "${@:2}" "$id" report
	expect_line "$1"
}

@test "podman: with exec in the rule, a session holds what the container holds" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant '{handler: "engine-*"}' 'exec: true'
		start_container
		expect_session "$holds"
		expect_session "$holds"$'\r' --tty
		run -0 podman exec "$id" report 80
		expect_line "$granted"
		run -0 podman exec --interactive "$id" cat <<<typed
		expect_line typed
		run -3 podman exec "$id" sh -c 'exit 3'
		podman rm --force --time 0 "$id"
		expect_no_containers
	done
}

@test "podman: with exec in the rule, sessions are narrowed, but for root's" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant '{handler: "engine-*"}' \
			'exec: true, drop: "others", no_new_privileges: true'
		start_container
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1' \
			--privileged
		expect_session 'uid=1001 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=1' \
			--user 1001
		expect_session 'uid=0 inh=0 prm=400 eff=400 bnd=400 amb=0 nnp=0' \
			--user 0
		podman rm --force --time 0 "$id"
	done
}

# podman makes a session's sets from the current config.json, including what
# capruntime changed, and the rest from its own copy.
@test "podman: without exec in the rule, a session is unchanged" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant '{handler: "engine-*"}' \
			'drop: "others", no_new_privileges: true'
		start_container
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'
		expect_session 'uid=1000 inh=.* bnd=[0-9a-f]{8,} amb=400 nnp=0' \
			--privileged
		expect_session 'uid=1001 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0' \
			--user 1001
		podman rm --force --time 0 "$id"
	done
}

@test "podman: a health check is a session like any other" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant '{handler: "engine-*"}' 'exec: true'
		start_container --health-interval disable \
			--health-cmd 'report | grep -q amb=400'
		podman healthcheck run "$id"
		podman rm --force --time 0 "$id"
	done
}

@test "podman: a restarted container holds what the current policy says" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant '{handler: "engine-*"}' 'exec: true'
		start_container
		wait_until has_printed "$holds"
		podman restart --time 1 "$id"
		wait_until has_printed "$holds" "$holds"
		expect_session "$holds"

		grant_nothing
		podman restart --time 1 "$id"
		wait_until has_printed "$holds" "$holds" "$holds_nothing"
		expect_session "$holds_nothing"
		podman rm --force --time 0 "$id"
		expect_no_containers
	done
}

@test "podman: kill, pause, unpause, stop and rm read no policy" {
	for name in $RUNTIMES; do
		use_podman "$name"
		start_container
		wait_until has_printed "$holds"
		broken_policy
		podman pause "$id"
		container_is paused
		podman unpause "$id"
		container_is running
		podman kill --signal TERM "$id"
		podman wait "$id"
		grant '{handler: "engine-*"}'
		podman start "$id"
		broken_policy
		podman stop --time 1 "$id"
		container_is exited
		grant '{handler: "engine-*"}'
		podman start "$id"
		broken_policy
		podman rm --force --time 0 "$id"
		expect_no_containers
	done
}

container_is() { # STATUS
	[ "$(podman inspect --format '{{.State.Status}}' "$id")" = "$1" ] || {
		podman ps --all
		return 1
	}
}

@test "podman: a refused start leaves no process, and can be repeated" {
	for name in $RUNTIMES; do
		use_podman "$name"
		unmet_policy
		run podman run --name "$id" test report 80
		expect_shown "$unmet_reason"
		container_is created
		full=$(podman inspect --format '{{.Id}}' "$id")
		[ ! -e "/run/$name/$full" ]
		[ -z "$(find /sys/fs/cgroup -name "*$full*" 2>/dev/null || :)" ]
		[ -z "$(podman ps --quiet)" ]
		run podman start "$id"
		expect_shown "$unmet_reason"
		grant '{handler: "engine-*"}'
		run -0 podman start --attach "$id"
		expect_line "$granted"
		podman rm "$id"
		expect_no_containers
	done
}

@test "podman: the policy applies to a step of a build" {
	for name in $RUNTIMES; do
		use_podman "$name"
		export CAPRUNTIME_POLICY=$work/policy.json
		expect_built
		broken_policy
		run build_image
		expect_shown "$broken_reason"
		expect_no_containers
	done
}

@test "podman: info shows the real runtime's version, whole" {
	for name in $RUNTIMES; do
		use_podman "$name"
		broken_policy
		version=$("$(runtime_path)" --version)
		run -0 podman info --format '{{.Host.OCIRuntime.Version}}'
		expect_output "$version"
		run -0 podman --runtime "$work/$handler" info --format \
			'{{.Host.OCIRuntime.Path}}: {{.Host.OCIRuntime.Version}}'
		expect_output "$work/$handler: $version"
	done
}
