#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# podman of an ordinary user: capruntime is root in a user namespace, in which
# files of the real root seem to belong to the overflow user. There is no test
# of pause, because a user has no freezer in cgroup v1.

load rootless

setup() { setup_rootless; }
teardown() { teardown_rootless; }

@test "rootless: a rule of root's policy gives the grant" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		[ "$(stat -c %u:%a "$work/policy.json")" = 0:644 ]
		run -0 podman info --format '{{.Host.Security.Rootless}}'
		expect_line true
		run -0 podman run --rm test report 80
		expect_line "$granted"
		run -0 podman run --rm --security-opt no-new-privileges \
			--cap-drop all --cap-add NET_BIND_SERVICE test report 80
		expect_line 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1 port80=bound'
		run -0 podman run --rm --tty test report 80
		expect_line "$granted"$'\r'
		expect_no_containers
	done
}

@test "rootless: a container in one more user namespace gets the grant, too" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		run -0 podman run --rm --userns keep-id --user 1000 test report 80
		expect_line "$granted"
		expect_no_containers
	done
}

@test "rootless: without a rule nothing is granted, and root is unchanged" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		run -0 podman run --rm --user 0 test report
		expect_line 'uid=0 inh=0 prm=[0-9a-f]+ eff=[0-9a-f]+ bnd=[0-9a-f]+ amb=0 nnp=0'
		grant_nothing
		run -0 podman run --rm test report 80
		expect_line "$nothing"
	done
}

# In the namespace all owners outside of it look alike.
@test "rootless: the user's own policy is used, and another user's is refused" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		for owner in "$user" "$somebody_else"; do
			chown "$owner" "$work/policy.json"
			run -0 podman run --rm test report 80
			expect_line "$granted"
		done
		rm "$work/policy.json"
	done
}

@test "rootless: a policy that a container's user owns is refused" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		chown "$subordinate" "$work/policy.json"
		run podman run --rm test report 80
		expect_shown "policy.json' is owned by user 1: change its owner to root"
		expect_no_containers
		rm "$work/policy.json"
	done
}

@test "rootless: a policy that others can write is refused" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		for mode in 664 646; do
			chmod "$mode" "$work/policy.json"
			run podman run --rm test report 80
			expect_shown "policy.json' is writable by others: chmod go-w it"
			expect_no_containers
		done
		chmod 644 "$work/policy.json"
	done
}

@test "rootless: the error says why a container is refused" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		unmet_policy
		run podman run --rm test report 80
		expect_shown "$unmet_reason"
		broken_policy
		run podman run --rm test report 80
		expect_shown "$broken_reason"
		expect_no_containers
	done
}

start_container() {
	podman run --detach --name "$id" test \
		sh -c 'trap exit TERM; sleep 1000 & wait' >/dev/null
}

expect_session() { # REGULAR-EXPRESSION [OPTION...]
	run -0 podman exec "${@:2}" "$id" report
	expect_line "$1"
}

@test "rootless: with exec in the rule, it applies to sessions" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		grant '{handler: "engine-*"}' \
			'exec: true, drop: "others", no_new_privileges: true'
		start_container
		[ "$(stat -c %u:%a "$links")" = "$user:700" ]
		[ "$(find "$links" -type l -lname "$work/podman/*" | wc -l)" -eq 1 ]
		broken_policy
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'$'\r' \
			--tty --privileged
		expect_session 'uid=1001 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=1' \
			--user 1001
		run -0 podman exec "$id" report 80
		[[ "$output" == *port80=bound ]]
		podman rm --force --time 0 "$id"
		expect_no_containers
	done
}

@test "rootless: without exec in the rule, there is no link" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		grant '{handler: "engine-*"}' 'no_new_privileges: true'
		start_container
		[ ! -e "$links" ]
		expect_session 'uid=1000 .* amb=400 nnp=0'
		podman rm --force --time 0 "$id"
	done
}

@test "rootless: stop, restart, kill and rm work, and each start uses the current policy" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		start_container
		expect_session "${granted% port80=*}"
		podman restart --time 1 "$id"
		expect_session "${granted% port80=*}"
		broken_policy
		podman stop --time 1 "$id"
		run podman start "$id"
		expect_shown "$broken_reason"
		grant_nothing
		podman start "$id"
		expect_session "${nothing% port80=*}"
		broken_policy
		podman kill "$id"
		podman wait "$id"
		podman rm "$id"
		expect_no_containers
	done
}

@test "rootless: the policy applies to a step of a build" {
	for name in $RUNTIMES; do
		use_rootless "$name"
		expect_built
		unmet_policy
		run build_image
		expect_shown "$unmet_reason"
		expect_no_containers
	done
}
