#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2034,SC2154 # helpers.bash sets them
# The verbs in the order in which engines and people call them.

load helpers

setup() { setup_containers; }
teardown() { teardown_containers; }

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'
denied='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0'

# A first process that prints its sets, then waits for the end.
wait_in_container() {
	change_config '.process.args = ["/bin/sh", "-c",
		"trap exit TERM; report 80; sleep 1000 & wait"]'
}

expect_granted_from_outside() { # PID
	local set

	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		grep -E "^$set:"$'\t''0{13}400$' "/proc/$1/status" || {
			cat "/proc/$1/status"
			return 1
		}
	done
}

@test "create, start, exec, state, kill and delete work as without capruntime" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		wait_in_container
		capruntime_detached create --bundle "$bundle" "$id"
		status_is created
		file_says '' "$work/stdout"
		capruntime start "$id"
		wait_until file_says "$granted port80=bound" "$work/stdout"
		run -0 capruntime state "$id"
		expect_output "$(plain_runtime state "$id")"
		status_is running
		run -0 capruntime exec --user 1000:1000 "$id" /bin/report \
			</dev/null
		expect_output "$granted"
		kill_and_delete TERM
		file_says '' "$work/stderr"
	done
}

# An engine parses both, and neither has a bundle.
@test "--version and features are answered by the real runtime" {
	local word

	for name in $RUNTIMES; do
		use_runtime "$name"
		for word in --version features; do
			run plain_runtime "$word"
			answer="$status $output"
			run capruntime "$word"
			[ "$status $output" = "$answer" ] || {
				printf '%s\n' "$answer" "$status $output"
				return 1
			}
		done
		# Alone: for the table of tests/vm/features.
		[[ "$RUNTIMES" != "$name" || "$answer" = '0 '*'"capabilities"'* ]] ||
			skip "$name of this version has no features"
	done
}

@test "only create and run read the policy: a broken one stops no other verb" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		wait_in_container
		capruntime_detached create --bundle "$bundle" "$id"
		echo '{' >"$work/policy.json"
		try_capruntime run -b "$bundle" "$id-2"
		expect_refusal "*policy.json*"
		capruntime start "$id"
		run -0 capruntime exec --user 1000:1000 "$id" /bin/report \
			</dev/null
		expect_output "$granted"
		kill_and_delete
	done
}

@test "exec without --process is unchanged for every user" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		wait_in_container
		capruntime_detached run -d -b "$bundle" "$id"
		for user in '' '--user 0' '--user 1000:1000'; do
			# shellcheck disable=SC2086 # two words or none
			run -0 plain_runtime exec $user "$id" /bin/report \
				</dev/null
			direct=$output
			# shellcheck disable=SC2086
			run -0 capruntime exec $user "$id" /bin/report </dev/null
			expect_output "$direct"
		done
		kill_and_delete
	done
}

@test "run -d leaves a running container with the grant" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		wait_in_container
		capruntime_detached run -d -b "$bundle" "$id"
		wait_until file_says "$granted port80=bound" "$work/stdout"
		status_is running
		expect_granted_from_outside \
			"$(plain_runtime state "$id" | jq .pid)"
		kill_and_delete
	done
}

@test "--pid-file holds the pid of the container's first process" {
	for name in $RUNTIMES; do
		for verb in create 'run --detach'; do
			use_runtime "$name"
			wait_in_container
			# shellcheck disable=SC2086 # two words
			capruntime_detached $verb --pid-file "$work/pid" \
				--bundle "$bundle" "$id"
			[ "$(cat "$work/pid")" = \
				"$(plain_runtime state "$id" | jq .pid)" ]
			[ "$verb" != create ] || capruntime start "$id"
			wait_until file_says "$granted port80=bound" "$work/stdout"
			expect_granted_from_outside "$(cat "$work/pid")"
			kill_and_delete
		done
	done
}

@test "the called process becomes the real runtime" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		wait_in_container
		capruntime_words run -b "$bundle" "$id"
		"${words[@]}" </dev/null >"$work/stdout" 2>&1 3>&- &
		pid=$!
		started+=("$pid")
		wait_until file_says "$granted port80=bound" "$work/stdout"
		tr '\0' '\n' <"/proc/$pid/cmdline" >"$work/argv"
		printf '%s\n' "$(runtime_path)" --root "$state" run -b \
			"$bundle" "$id" | diff - "$work/argv"
		capruntime kill "$id" KILL
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq 137 ]
		expect_nothing_started
	done
}

@test "descriptors kept with --preserve-fds reach the container" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/sh", "-c",
			"cat <&3; cat <&4; report"]'
		echo 'behind descriptor 3' >"$work/three"
		echo 'behind descriptor 4' >"$work/four"
		run -0 capruntime run --preserve-fds 2 -b "$bundle" "$id" \
			</dev/null 3<"$work/three" 4<"$work/four"
		expect_output $'behind descriptor 3\nbehind descriptor 4\n'"$granted"
	done
}

@test "without --preserve-fds only 0, 1 and 2 reach the container" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/sh", "-c",
			"cd /proc/self/fd && echo *"]'
		run -0 plain_runtime run -b "$bundle" "$id" </dev/null
		direct=$output
		expect_container "$direct"
	done
}

@test "signals, umask and limits reach the container as without capruntime" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/sh", "-c",
			"grep -E \"^(Sig[BIC]|Umask)\" /proc/self/status
			cat /proc/self/limits"]'
		umask 027
		ulimit -S -n 99
		# With runc 1.3 it is chance whether an ignored HUP stays so.
		before=(env '--default-signal' '--ignore-signal=USR1'
			'--block-signal=USR2')
		run -0 plain_runtime run -b "$bundle" "$id" </dev/null
		direct=$output
		[[ "$direct" == *SigBlk:*Max* ]]
		expect_container "$direct"
		umask 022
	done
}

@test "standard input, output and error are the container's" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/sh", "-c",
			"cat; echo err >&2"]'
		printf 'first\nlast' >"$work/input"
		capruntime run -b "$bundle" "$id" <"$work/input" \
			>"$work/stdout" 2>"$work/stderr"
		cmp "$work/input" "$work/stdout"
		file_says err "$work/stderr"
	done
}

@test "the exit status of the container's process comes through" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		for code in 0 1 2 7 126 255; do
			change_config --arg code "$code" \
				'.process.args = ["/bin/sh", "-c", "exit \($code)"]'
			run -"$code" capruntime run -b "$bundle" "$id" </dev/null
			expect_output ''
		done
	done
}

@test "a missing command fails as without capruntime" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/nowhere"]'
		run plain_runtime run -b "$bundle" "$id" </dev/null
		direct=$(without_time "$output")
		direct_status=$status
		run -"$direct_status" capruntime run -b "$bundle" "$id" </dev/null
		[ "$direct_status" -ne 0 ]
		[ "$(without_time "$output")" = "$direct" ] || {
			printf '%s\n' "$direct" "$output"
			false
		}
		expect_nothing_started
	done
}

without_time() { # a log line of runc or crun
	sed -E 's/^time="[^"]*"|^[0-9T:.Z-]+ //' <<<"$1"
}

@test "the bundle may be the current directory" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		cd "$bundle"
		run -0 capruntime run "$id" </dev/null
		expect_output "$granted port80=bound"
		cd "$work"
	done
}

@test "crun's --config names the file that is changed and restored" {
	use_runtime crun
	mkdir "$work/elsewhere"
	cp "$bundle/config.json" "$work/elsewhere/other.json"
	cd "$work"
	run -0 capruntime run -f elsewhere/other.json -b "$bundle" "$id" \
		</dev/null
	expect_output "$granted port80=bound"
	expect_untouched
	grant_nothing
	run -0 capruntime run --conf=elsewhere/other.json -b "$bundle" "$id" \
		</dev/null
	expect_output "$denied port80=denied"
	cmp "$work/original-crun.json" elsewhere/other.json
	[ "$(ls -A elsewhere)" = other.json ]
}

@test "two containers of two bundles run at the same time" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		cp -a "$bundle" "$bundle-2"
		wait_in_container
		capruntime_detached run -d -b "$bundle" "$id"
		run -0 capruntime run -b "$bundle-2" "$id-2" </dev/null
		expect_output "$granted port80=bound"
		kill_and_delete
	done
}

@test "a restarted container has the new rule" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		wait_in_container
		capruntime_detached create -b "$bundle" "$id"
		capruntime start "$id"
		wait_until file_says "$granted port80=bound" "$work/stdout"
		grant_nothing
		run -0 capruntime exec --user 1000:1000 "$id" /bin/report \
			</dev/null
		expect_output "$granted"
		capruntime delete --force "$id"
		capruntime_detached create -b "$bundle" "$id"
		capruntime start "$id"
		wait_until file_says "$denied port80=denied" "$work/stdout"
		expect_untouched
		kill_and_delete
	done
}

# The result of a rule that raises, drops and sets no_new_privileges.
run_restricted() {
	change_config '.process.capabilities[] += ["CAP_KILL"]'
	grant '{}' 'drop: "others", no_new_privileges: true'
	expect_container "${granted%0}1 port80=bound"
	grant_nothing
}

@test "without the rule, a config.json of ours is restored exactly" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		run_restricted
		expect_container "${denied/400/420} port80=denied"
		expect_untouched
	done
}

@test "without the rule, an edited config.json is only narrowed" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		run_restricted
		jq '.hostname = "edited"' "$bundle/config.json" >"$work/c"
		cp "$work/c" "$bundle/config.json"
		for _ in first second; do
			expect_container "${denied%0}1 port80=denied"
			[ ! -e "$bundle/.capruntime.json" ]
		done
	done
}

@test "the record of an old config.json does not widen a new one" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		run_restricted
		change_config '.process.args = ["/bin/report"] |
			.process.capabilities[] = []'
		expect_container 'uid=1000 inh=0 prm=0 eff=0 bnd=0 amb=0 nnp=1'
		expect_untouched
	done
}

@test "of concurrent runs in one bundle each has its own sets or is refused" {
	local round which rounds=3 refused=0
	local -A sets=()

	! is_soak || rounds=75
	sets=([a]=$granted [c]=$denied [d]=$denied
		[b]='uid=1000 inh=0 prm=0 eff=0 bnd=0 amb=0 nnp=1')
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/report"]'
		jq -nc --arg id "$id" '{version: 1, rules: [
			{name: "raise", match: {id: "\($id)-a"},
				ambient: ["NET_BIND_SERVICE"]},
			{name: "narrow", match: {id: "\($id)-b"},
				drop: ["NET_BIND_SERVICE"], no_new_privileges: true}
			]}' >"$work/policy.json"
		for ((round = 0; round < rounds; round++)); do
			for which in a b c d; do
				capruntime run -b "$bundle" "$id-$which" \
					</dev/null >"$work/out-$which" \
					2>"$work/err-$which" 3>&- &
			done
			wait
			for which in a b c d; do
				head "$work/out-$which" "$work/err-$which"
				[ -s "$work/err-$which" ] || {
					file_says "${sets[$which]}" "$work/out-$which"
					continue
				}
				grep -q "^capruntime: bundle in use by container '$id-[abcd]'" \
					"$work/err-$which"
				refused=$((refused + 1))
			done
		done
		echo '{"version":1,"rules":[]}' >"$work/policy.json"
		capruntime run -b "$bundle" "$id-e" </dev/null >"$work/stdout"
		file_says "$denied" "$work/stdout"
		expect_untouched
	done
	[ "$refused" -gt 0 ]
}
