#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# podman, as root, with capruntime as its runtime.

load podman

setup() { setup_engine podman conmon; }
teardown() { teardown_podman; }

@test "podman: a non-root container gets the grant by policy" {
	for name in $RUNTIMES; do
		use_podman "$name"
		run -0 podman run --rm test report 80
		expect_line "$granted"
		run -0 podman run --rm --security-opt no-new-privileges \
			--cap-drop all --cap-add NET_BIND_SERVICE test report 80
		expect_line "${granted/nnp=[01]/nnp=1}"
		expect_no_containers
	done
}

@test "podman: without a rule nothing is granted" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant_nothing
		run -0 podman run --rm test report 80
		expect_line "$nothing"
	done
}

# Its form, by which tests of capctl compare it.
@test "podman: the options that 'capctl learn --as podman' writes are enough" {
	for name in $RUNTIMES; do
		use_podman "$name"
		grant_nothing
		run -0 podman run --rm --user=1000:1000 --cap-drop=ALL \
			--cap-add=NET_BIND_SERVICE test report 80
		expect_line "${granted/bnd=\[0-9a-f\]+/bnd=400}"
		expect_no_containers
	done
}

@test "podman: a container of root is unchanged" {
	for name in $RUNTIMES; do
		use_podman "$name"
		run -0 podman run --rm --user 0 test report
		expect_line 'uid=0 inh=0 prm=[0-9a-f]+ eff=[0-9a-f]+ bnd=[0-9a-f]+ amb=0 nnp=0'
	done
}

@test "podman: a terminal works" {
	for name in $RUNTIMES; do
		use_podman "$name"
		run -0 podman run --rm --tty test report 80
		expect_line "$granted"$'\r'
	done
}

@test "podman: exit status and standard input are passed on" {
	for name in $RUNTIMES; do
		use_podman "$name"
		run -7 podman run --rm test sh -c 'exit 7'
		run -0 podman run --rm -i test cat <<<'typed'
		expect_line typed
	done
}

# Without runtime_supports_json podman reads only the runtime's stderr, with it
# only the runtime's log.
for_both_ways() { # COMMAND...
	local name json

	for name in $RUNTIMES; do
		for json in '' '"capruntime"'; do
			echo "== runtime_supports_json = [$json]"
			use_podman "$name" "$json"
			"$@"
			expect_no_containers
		done
	done
}

show_unmet() {
	unmet_policy
	run podman run --rm test report 80
	expect_shown "$unmet_reason"
	expect_shown 'not in the container'
	[ "$status" -eq 126 ]
}

@test "podman: the error says why a required capability cannot be raised" {
	for_both_ways show_unmet
}

show_broken() {
	broken_policy
	run podman run --rm test report 80
	expect_shown "$broken_reason"
	[ "$status" -eq 126 ]
}

@test "podman: the error says where the policy is broken" {
	for_both_ways show_broken
}

show_missing() {
	rm "$work/policy.json"
	run podman run --rm test report 80
	expect_shown "policy.json', named by \$CAPRUNTIME_POLICY, is missing"
	[ "$status" -eq 126 ]
}

@test "podman: a missing policy is not taken for a missing command" {
	for_both_ways show_missing
}

show_no_runtime() {
	mv "$runtimes/$handler" "$work/link"
	run podman run --rm test report 80
	expect_shown "create the symbolic link '$runtimes/$handler'"
	mv "$work/link" "$runtimes/$handler"
	podman rm --force --all --time 0
}

@test "podman: the error says that the real runtime is missing" {
	for_both_ways show_no_runtime
}

@test "podman: start, exec, stop, restart and rm work, and each start uses the current policy" {
	for name in $RUNTIMES; do
		use_podman "$name"
		podman run --detach --name "$id" test \
			sh -c 'trap exit TERM; report 80; sleep 1000 & wait'
		wait_until has_printed 1
		run -0 podman exec "$id" id -u
		expect_line 1000
		broken_policy
		podman exec "$id" id -u
		podman kill --signal TERM "$id"
		podman wait "$id"
		run podman start "$id"
		expect_shown "$broken_reason"
		grant_nothing
		podman start "$id"
		wait_until has_printed 2
		podman stop --time 1 "$id"
		podman rm "$id"
		expect_no_containers
	done
}

# The container's log has N lines: the first with the grant, others without.
has_printed() { # N
	podman logs "$id" >"$work/printed" 2>&1
	[ "$(wc -l <"$work/printed")" -eq "$1" ] || return 1
	head -n 1 "$work/printed" | grep -xE "$granted"
	[ "$1" -lt 2 ] || tail -n +2 "$work/printed" | grep -xE "$nothing"
}
