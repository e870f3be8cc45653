#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the helpers read and set them
# 'capctl verify' and 'capctl explain --all' read in the command line of a real
# conmon which runtime started a container.

load conmon_helpers

setup() { setup_conmon; }
teardown() { teardown_conmon; }

capctl() { # WORD...: sets status and output
	run env "CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/tests/cli/capctl-sysroot" "$@" </dev/null
	printf 'exit status %s\n%s\n' "$status" "$output"
}

# conmon calls the runtime itself.
start_plainly() {
	local handler=plain-runtime

	ln -sfn "$(readlink "$runtimes/$1")" "$work/$handler"
	start_by_conmon
}

# A stand-in for conmon-rs: its name and options, and the parent of what the
# runtime starts.
start_by_conmonrs() {
	local words

	change_config '.process.args = ["/bin/sleep", "1000"]'
	machine_words env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		"CAPRUNTIME_POLICY=$work/policy.json" "$work/$handler" \
		--root "$state" create -b "$bundle" --pid-file "$bundle/pidfile" "$id"
	rm -f "$bundle/created"
	(exec -a /usr/libexec/crio/conmonrs "$python" -c '
import ctypes, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) # PR_SET_CHILD_SUBREAPER
subprocess.run(sys.argv[sys.argv.index("--") + 1:], check=True)
open(sys.argv[4] + "/created", "w")
time.sleep(1000)' --runtime "$work/$handler" --runtime-dir "$bundle" \
		--runtime-root "$state" -- "${words[@]}") \
		</dev/null >"$log" 2>&1 3>&- 4>&- &
	monitor=$!
	started+=("$monitor")
	wait_until test -e "$bundle/created"
	crio_call start "$id"
}

end_conmonrs() {
	kill -KILL "$monitor"
	wait "$monitor" || :
}

@test "conmon-rs: its option is the runtime of a pod's containers" {
	require_python ctypes
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		grant '{gid: 4242}'
		start_by_conmonrs
		grant '{handler: "engine-*"}'
		capctl verify --root "$state"
		[ "$status" -eq 1 ]
		[[ "$output" == *pending* ]]
		capctl verify --root "$state" --json
		jq -e '.containers[0].identity == null' <<<"$output"
		# The bundle alone does not tell.
		capctl explain --json --all "$bundle"
		jq -e '.bundles[0].runtime == null' <<<"$output"
		# Without it nothing does.
		end_conmonrs
		grant '{}'
		capctl verify --root "$state"
		[ "$status" -eq 2 ]
		[[ "$output" == *unknown* ]]
		crio_call delete --force "$id"

		use_container other
		make_bundle "$bundle"
		ln -sfn "$(readlink "$runtimes/$handler")" "$work/plain-runtime"
		handler=plain-runtime start_by_conmonrs
		capctl verify --root "$state" --json
		[ "$status" -eq 0 ]
		jq -e '.containers == [] and .other_handlers == 1' <<<"$output"
		crio_call delete --force "$id"
		end_conmonrs
	done
}

@test "conmon: verify and explain tell who started a container" {
	for name in $RUNTIMES; do
		use_conmon_bundle "$name"
		grant '{gid: 4242}'
		start_by_conmon
		grant '{handler: "engine-*"}'
		capctl verify --root "$state"
		[ "$status" -eq 1 ]
		[[ "$output" == *pending* ]]
		# Without an engine in the policy, conmon's option names it.
		[[ "$output" == 'k8s_name '* ]]
		capctl verify --root "$state" --json k8s_name
		jq -e '.containers[0].identity == {namespace: null, pod: null,
			container: "k8s_name", image: null}' <<<"$output"
		capctl explain --json --all "$bundle"
		jq -e --arg runtime "$work/$handler" '.bundles[0] |
			.runtime == $runtime and .rule == "granted"' <<<"$output"
		crio_call kill "$id" KILL
		wait_until test -s "$exits/$id"
		delete_container

		use_container other
		make_bundle "$bundle"
		start_plainly "$handler"
		capctl verify --root "$state" --json
		[ "$status" -eq 0 ]
		jq -e '.containers == [] and .other_handlers == 1' <<<"$output"
		capctl verify --root "$state" "$id"
		[ "$status" -eq 0 ]
		[[ "$output" == *' other '* ]]
		capctl explain --json --all "$bundle"
		jq -e '.bundles == [] and .other_handlers == 1' <<<"$output"
		crio_call kill "$id" KILL
		wait_until test -s "$exits/$id"
		delete_container
	done
}
