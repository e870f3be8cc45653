#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# Memory that runs out, at each allocation in turn. A container then has the
# right sets, or it is refused and everything is as it was.

load session_helpers

setup() {
	setup_session
	CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-failing
	make_runtime runc
	root=$work/root
	mkdir "$root" "$work/cwd"
	cd "$work/cwd" || return
	# A name with an escape must be decoded.
	sed -i '0,/"CAP_KILL"/s//"CAP_\\u004bILL"/' "$old"
	grep -qF '"CAP_\u004bILL"' "$old"
	# Takes a set away, too.
	narrow='{"name":"web","match":{},"drop":["KILL"],"exec":true,
		"ambient":["NET_BIND_SERVICE"],"no_new_privileges":true}'
}

# Calls FUNCTION with the n-th allocation failing, for each n, or each STEP-th
# if this is no soak; then with all from the n-th on. Ends when none fails.
with_failures() { # FUNCTION [STEP]
	local n plus step

	for plus in '' +; do
		step=${2-1}
		[ -z "$plus" ] || step=19
		! is_soak || step=1
		for ((n = 1; ; n += step)); do
			rm -f failed
			export CAPRUNTIME_FAIL=$n$plus
			"$1" || {
				echo "allocation $CAPRUNTIME_FAIL"
				return 1
			}
			[ -e failed ] || break
			tally 'allocation fails' \
				"$([ -e "$work/called" ] && echo started ||
					echo refused)"
		done
		[ "$n" -gt 1 ]
	done
	unset CAPRUNTIME_FAIL
}

# Runs a create whose log is $work/log.
start() {
	rm -rf "$work/log" "${links:?}"/*
	create --root "$root" --log "$work/log"
}

# One line on standard error and in the log says that memory is short.
refused_for_memory() {
	[ "$status" -eq 1 ] || complain 'is not refused' || return
	[ ! -e "$work/called" ] || complain 'called the runtime' || return
	[ "$(wc -l <"$work/stderr")" -eq 1 ] || complain 'not one line' || return
	grep -q '^capruntime: .*out of memory' "$work/stderr" ||
		complain 'does not say why' || return
	! grep -q 'remove' "$work/stderr" || complain 'blames a file' || return
	[ "$(wc -l <"$work/log")" -eq 1 ] || complain 'no line in the log' ||
		return
	grep -q 'out of memory' "$work/log"
}

# A create of a new bundle.
grant() {
	rm -f "$record"
	cp "$old" "$config"
	start
	if [ "$status" -eq 0 ]; then
		started && same "$config" "$wanted" && [ -e "$record" ]
	else
		# A record without a change does no harm.
		refused_for_memory && same "$config" "$old"
	fi
}

# What a create with enough memory makes of the bundle.
want() { # RULE
	use_policy "$1"
	rm -f "$record"
	cp "$old" "$config"
	start
	started
	cp "$config" "$work/wanted"
	cp "$record" "$work/wanted.record"
	wanted=$work/wanted
}

@test "a create without memory raises exactly what the rule says, or is refused" {
	want "$with_exec"
	with_failures grant 5
}

@test "a create without memory narrows, or is refused" {
	# The condition of the first rule is not lost.
	want '{"name":"other","match":{"annotations":{"a":["b","c"]}},
		"drop":"others"},'"$narrow"
	grep -q '"rule": *"web"' "$record"
	with_failures grant
}

@test "a run without memory raises exactly what the rule says, or is refused" {
	verb=run
	want "$with_exec"
	with_failures grant 5
}

judge_restore() {
	start
	same "$config" "$old" && [ ! -e "$record" ] || return
	if [ "$status" -eq 0 ]; then
		[ "$1" = permitted ] && started
	elif [ "$1" = permitted ] || grep -q 'out of memory' "$work/stderr"; then
		refused_for_memory
	else
		refused "'\"restore\": true'"
	fi
}

permitted_restore() { judge_restore permitted; }
forbidden_restore() { judge_restore forbidden; }

@test "a restore without memory changes nothing, and starts only if it is permitted" {
	verb=restore
	rm -f "$record"
	cp "$old" "$config"
	use_policy '{"name":"web","match":{},"restore":true}'
	with_failures permitted_restore 5
	use_policy "$narrow"
	with_failures forbidden_restore 5
}

# A create of a bundle that an earlier one changed, under the policy of today.
restart() {
	cp "$work/granted" "$config"
	cp "$work/granted.record" "$record"
	start
	if [ "$status" -ne 0 ]; then
		refused_for_memory && [ -e "$record" ] || return
		# Nothing is lost: the next create succeeds.
		CAPRUNTIME_FAIL=0 start
	fi
	started && same "$config" "$wanted" || return
	[ "$wanted" != "$old" ] || [ ! -e "$record" ]
}

grant_once() {
	want "$with_exec"
	cp "$wanted" "$work/granted"
	cp "$work/wanted.record" "$work/granted.record"
}

@test "a create without memory takes a grant back, or is refused" {
	grant_once
	wanted=$old
	use_policy
	with_failures restart 5
	use_policy '{"name":"other","match":{"uid":1},"ambient":["KILL"]}'
	with_failures restart
}

@test "a create without memory replaces a grant, or is refused" {
	grant_once
	want "$narrow"
	with_failures restart 5
}

# An exec session of the container that want() created.
run_session() {
	rm -rf "$work/log"
	run_logged --root "$root" --log "$work/log" exec --process "$process" id
}

session_is_changed() {
	[ "$status" -eq 7 ] && grep -q /proc/self/fd/ "$work/called" || return
	same "$work/handed" "$work/handed.wanted"
}

raise_session() {
	run_session
	[ "$status" -eq 7 ] || complain 'is not started' || return
	session_is_changed || grep -qxF "$process" "$work/called"
}

narrow_session() {
	run_session
	session_is_changed || refused_for_memory
}

prepare_session() { # RULE
	want "$1"
	verb='exec'
	python_runtime runc
	run_session
	cp "$work/handed" "$work/handed.wanted"
}

@test "a session without memory is raised, or goes through" {
	prepare_session "$with_exec"
	with_failures raise_session 5
}

@test "a session without memory is narrowed, or refused" {
	prepare_session "$narrow"
	with_failures narrow_session
}

@test "in mode audit a create without memory starts unchanged" {
	printf '{"version":1,"mode":"audit","rules":[%s]}\n' "$narrow" \
		>"$CAPRUNTIME_POLICY"
	rm -f "$record"
	audit_only() {
		start
		same "$config" "$old" && [ ! -e "$record" ] || return
		# Then the mode is unknown, or the path to the runtime.
		[ "$status" -eq 0 ] || {
			refused_for_memory && grep -qE \
				': (real runtime|load policy)[: ]' "$work/stderr"
			return
		}
		started
	}
	cp "$old" "$config"
	with_failures audit_only 5
}

@test "other verbs allocate nothing" {
	for verb in state kill delete start ps --version 'exec id true'; do
		rm -f "$work/called" failed
		# shellcheck disable=SC2086 # words
		CAPRUNTIME_FAIL=1+ "$CAPRUNTIME_BUILT" --root "$root" $verb id
		[ -e "$work/called" ]
		[ ! -e failed ]
	done
}
