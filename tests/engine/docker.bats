#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# Docker with capruntime as one of its runtimes.

load docker

setup() { setup_docker; }
teardown() { teardown_docker; }

holds=${granted% port80=*}
holds_nothing=${nothing% port80=*}

@test "docker: a non-root container gets what a rule grants, and no more" {
	for name in $RUNTIMES; do
		use_engine_runtime "$name"
		run -0 docker_run --rm test report
		expect_line "$holds"
		grant '{handler: "engine-*"}' 'ambient: ["NET_ADMIN"]'
		run -0 docker_run --rm test report
		expect_line "$holds_nothing"
		run -0 docker_run --rm --cap-drop ALL --cap-add NET_ADMIN \
			--security-opt no-new-privileges test report
		expect_line \
			'uid=1000 inh=1000 prm=1000 eff=1000 bnd=1000 amb=1000 nnp=1'
		run -0 docker_run --rm --user 0 test report
		expect_line 'uid=0 inh=0 prm=[0-9a-f]+ eff=[0-9a-f]+ bnd=[0-9a-f]+ amb=0 nnp=0'
		expect_no_containers
	done
}

@test "docker: low ports are open to all programs; a terminal and streams work" {
	local closed=(--sysctl net.ipv4.ip_unprivileged_port_start=1024)

	use_engine_runtime runc
	run -0 docker_run --rm "${closed[@]}" test report 80
	expect_line "$granted"
	grant_nothing
	run -0 docker_run --rm "${closed[@]}" test report 80
	expect_line "$nothing"
	run -0 docker_run --rm test report 80
	expect_line "$holds_nothing port80=bound"
	run -0 docker_run --rm --tty test report
	expect_line "$holds_nothing"$'\r'
	run -7 docker_run --rm --interactive test sh -c 'cat && exit 7' <<<typed
	expect_line typed
}

# The process prints one line to the container's log for each start.
start_container() {
	docker_run --detach --name "$id" test \
		sh -c 'trap exit TERM; report; sleep 1000 & wait' >/dev/null
}

expect_session() { # REGULAR-EXPRESSION [OPTION...]
	run -0 docker exec "${@:2}" "$id" report
	expect_line "$1"
}

@test "docker: sessions have the rule's sets, but for root's, only with exec in the rule" {
	for name in $RUNTIMES; do
		use_engine_runtime "$name"
		grant '{handler: "engine-*"}' \
			'exec: true, drop: "others", no_new_privileges: true'
		start_container
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1' \
			--privileged
		expect_session 'uid=1001 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=1' \
			--user 1001
		expect_session 'uid=0 inh=0 prm=[0-9a-f]+ .* amb=0 nnp=0' --user 0
		broken_policy
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
		docker rm --force "$id"

		grant '{handler: "engine-*"}' \
			'drop: "others", no_new_privileges: true'
		start_container
		expect_session "$holds_nothing"
		docker rm --force "$id"
		expect_no_containers
	done
}

# The container's log has these lines.
has_printed() { # REGULAR-EXPRESSION...
	docker logs "$id" >"$work/printed" 2>&1
	lines_match "$work/printed" "$@"
}

@test "docker: each start uses the current policy, and stop and kill none" {
	for name in $RUNTIMES; do
		use_engine_runtime "$name"
		start_container
		wait_until has_printed "$holds"
		docker restart -t 1 "$id"
		wait_until has_printed "$holds" "$holds"
		broken_policy
		docker pause "$id"
		docker unpause "$id"
		docker stop -t 1 "$id"
		run docker start "$id"
		expect_shown "$broken_reason"
		grant_nothing
		docker start "$id"
		wait_until has_printed "$holds" "$holds" "$holds_nothing"
		broken_policy
		docker kill "$id"
		docker rm "$id"
		expect_no_containers
	done
}

expect_refused() { # TEXT...
	local text

	run docker_run --name "$id" test report 80
	for text; do
		expect_shown "$text"
	done
	full=$(docker inspect --format '{{.Id}}' "$id")
	[ "$(docker inspect --format '{{.State.Status}}' "$id")" = created ]
	[ -z "$(find "$work/docker/exec" /sys/fs/cgroup -name "*$full*" 2>/dev/null || :)" ]
	docker rm "$id"
}

@test "docker: a refusal is shown whole, and leaves nothing" {
	use_engine_runtime runc
	unmet_policy
	expect_refused "$unmet_reason" 'not in the container'
	broken_policy
	expect_refused "$broken_reason"
	rm "$work/policy.json"
	expect_refused "policy.json', named by \$CAPRUNTIME_POLICY, is missing"
	grant '{}'
	mv "$runtimes/$handler" "$work/link"
	expect_refused "create the symbolic link '$runtimes/$handler'"
	mv "$work/link" "$runtimes/$handler"
	expect_no_containers
}
