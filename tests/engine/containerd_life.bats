#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # helpers.bash sets them
# What containerd does with a running container, and the names that it gives.

load containerd

setup() { setup_containerd; }
teardown() { teardown_containerd; }

holds='uid=1000 inh=400 prm=400 eff=400 bnd=[0-9a-f]+ amb=400 nnp=1'
holds_nothing='uid=1000 inh=0 prm=0 eff=0 bnd=[0-9a-f]{4,} amb=0 nnp=1'

start_container() {
	ctr_run --detach -- sh -c 'sleep 1000 & wait'
}

remove_container() {
	stop_task
	ctr containers delete "$id"
	expect_no_containers
}

stop_task() {
	ctr tasks kill --signal KILL "$id"
	wait_until task_is STOPPED
	ctr tasks delete "$id"
}

# The first process runs and has this ambient set.
expect_ambient() { # HEX-DIGITS
	wait_until has_ambient "$1"
}

has_ambient() {
	local pid

	pid=$(task_pid)
	[ "$(cat "/proc/$pid/comm")" = sh ] &&
		grep -E "^CapAmb:.0*$1\$" "/proc/$pid/status"
}

expect_session() { # REGULAR-EXPRESSION [OPTION...]
	expect_heard "$1" ctr tasks exec --exec-id session "${@:2}" "$id" report
}

@test "containerd: with exec in the rule, a session holds what the container holds" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant '{handler: "engine-*"}' 'exec: true'
		start_container
		expect_session "$holds"
		terminal=$work/terminal-$name
		start_terminal_session
		wait_until grep --text -E "$holds" "$terminal"
		ctr tasks kill --signal KILL --exec-id terminal "$id"
		wait "$!"
		remove_container
	done
}

# ctr can lose the output of a short session; script adds a NUL.
start_terminal_session() {
	script --quiet --flush --command "ctr --address '$socket' tasks exec \
		--tty --exec-id terminal '$id' sh -c 'test -t 1 && report; sleep 1000'" \
		"$terminal" </dev/null >/dev/null 3>&- &
}

@test "containerd: with exec in the rule, sessions are narrowed, but for root's" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant '{handler: "engine-*"}' 'exec: true, drop: "others"'
		start_container
		expect_session 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
		expect_session 'uid=1001 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=1' \
			--user 1001
		expect_session 'uid=0 inh=0 .* bnd=[0-9a-f]{4,} amb=0 nnp=1' --user 0
		remove_container
	done
}

@test "containerd: without exec in the rule, a session is unchanged" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant '{handler: "engine-*"}' 'drop: "others"'
		start_container
		expect_ambient 400
		expect_session "$holds_nothing"
		remove_container
	done
}

@test "containerd: each start of a container uses the current policy" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant '{handler: "engine-*"}' 'exec: true'
		start_container
		expect_ambient 400
		stop_task
		grant_nothing
		ctr tasks start --detach "$id"
		expect_ambient 0
		expect_session "$holds_nothing"
		stop_task
		broken_policy
		run ctr tasks start --detach "$id"
		expect_shown "$broken_reason"
		grant '{handler: "engine-*"}'
		ctr tasks start --detach "$id"
		expect_ambient 400
		remove_container
	done
}

@test "containerd: pause, resume, kill and delete read no policy" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		start_container
		broken_policy
		ctr tasks pause "$id"
		task_is PAUSED
		ctr tasks resume "$id"
		task_is RUNNING
		remove_container
	done
}

@test "containerd: a container outlives the daemon, and the next one controls it" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		grant '{handler: "engine-*"}' 'exec: true'
		start_container
		stop_daemon
		broken_policy
		start_daemon
		task_is RUNNING
		expect_ambient 400
		expect_session "$holds"
		ctr tasks pause "$id"
		ctr tasks resume "$id"
		remove_container
	done
}

# ctr's own containers lack the annotations of Kubernetes.
@test "containerd: the error names the engine's annotation that a container lacks" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		use_engine containerd
		run ctr_run --rm -- report 80
		expect_shown 'io.kubernetes.cri.container-type'
		expect_no_containers
	done
}

@test "containerd: a container has an identity if its engine is named" {
	local marks=(--annotation io.kubernetes.cri.container-type=container
		--annotation io.kubernetes.cri.sandbox-namespace=shop)

	for name in $RUNTIMES; do
		use_containerd "$name"
		use_engine containerd
		expect_heard "$holds port80=bound" \
			ctr_run --rm "${marks[@]}" -- report 80
		expect_heard "$nothing" \
			ctr_run --rm "${marks[@]/=shop/=elsewhere}" -- report 80
		use_engine none
		expect_heard "$nothing" ctr_run --rm "${marks[@]}" -- report 80
	done
}

# A rule with a namespace needs a handler with an engine.
use_engine() { # ENGINE of the test's handler
	jq --arg engine "$1" --arg handler "$handler" \
		'.engine = {"somewhere-else": "cri-o", ($handler): $engine} |
		.rules[0].match = {namespace: "shop"}' \
		"$work/policy.json" >"$work/part"
	mv "$work/part" "$work/policy.json"
}
