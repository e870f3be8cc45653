#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl learn --confirm' of real containers. With --policy nothing is recorded.

load helpers
load ../cli/capctl_helpers

setup() {
	setup_containers
	export TMPDIR=$work/tmp
	mkdir "$TMPDIR"
}
teardown() { teardown_containers; }

# A bundle with more than it needs, whose program is SCRIPT.
use_bundle() { # RUNTIME SCRIPT [JQ-FILTER]
	use_runtime "$1"
	change_config --arg script "$2" '.process.args = ["/bin/sh", "-c", $script] |
		.process.capabilities |= map_values(
			["CAP_CHOWN", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"]) |
		'"${3:-.}"
	asks CHOWN NET_BIND_SERVICE NET_RAW
}

# The rule whose capabilities are tried. It matches another container.
asks() { # NAME...
	jq -n '{version: 1, rules: [{name: "asked", match: {id: "no/id"},
		ambient: $ARGS.positional}]}' --args "$@" >"$work/asked.json"
}

# Sets status, output and stderr.
confirm() { # WORD...
	local words

	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"$builddir/capctl" learn --confirm "$bundle" --root "$state" "$@"
	run --separate-stderr "${words[@]}" </dev/null
}

confirm_asked() { # WORD...
	confirm --policy "$work/asked.json" "$@"
}

verdicts() { # TEXT, a line for each capability
	local found

	found=$(jq -r '.capabilities[] | "\(.name) \(.verdict)"' <<<"$output")
	[ "$found" = "$1" ] || seen "wanted: $1"
}

# Tests write the containers' ids into a file.
expect_nothing_left() {
	local left

	[ -z "$(ls -A "$state" 2>/dev/null)" ] || seen 'state is left'
	[ -z "$(ls -A "$TMPDIR")" ] || seen 'files are left'
	expect_untouched
	[ -e "$work/ids" ] || return 0
	while read -r left; do
		[ -z "$(find /sys/fs/cgroup -name "*$left*" 2>/dev/null)" ] ||
			seen 'a cgroup is left'
	done <"$work/ids"
}

@test "a server on port 80 needs NET_BIND_SERVICE, and its rule works" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'exec httpd -f -p 80 -h /bin'
		confirm_asked --json --rule "$work/rule-$name.json" --test \
			'until nsenter -t "$CAPCTL_PID" -n busybox wget -qO /dev/null \
				http://127.0.0.1/report; do kill -0 "$CAPCTL_PID" ||
				exit 1; sleep 0.1; done'
		ended 0
		verdicts $'CAP_CHOWN struck\nCAP_NET_BIND_SERVICE proved needed\nCAP_NET_RAW struck'
		is_json '.needs.names == ["CAP_NET_BIND_SERVICE"] and .runs == 6'
		expect_nothing_left
		jq -e '.rules[0] | .ambient == ["NET_BIND_SERVICE"] and
			.drop == "others" and .require' "$work/rule-$name.json"
		capctl check "$work/rule-$name.json"
		ended 0
		# With the rule, and nothing more, the port can be bound.
		jq --arg id "$id" '.rules[0].match.id = $id' \
			"$work/rule-$name.json" >"$work/policy.json"
		change_config '.process.args = ["/bin/report", "80"]'
		expect_container 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0 port80=bound'
	done
}

@test "without a test the exit status of the program decides" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'busybox ping -c 1 127.0.0.1 || exit 1' \
			'.linux.namespaces |= map(select(.type != "network"))'
		asks NET_RAW CHOWN
		confirm_asked --json
		ended 0
		verdicts $'CAP_CHOWN struck\nCAP_NET_RAW proved needed'
		expect_nothing_left
	done
}

@test "a shell that needs nothing needs nothing" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'echo a'
		confirm_asked --rule "$work/rule-$name.json"
		ended 0
		[[ "$output" = *$'\nneeds: nothing\nruns: 3' ]] || seen 'more'
		jq -e '.rules[0] | .drop == "others" and (has("ambient") | not)' \
			"$work/rule-$name.json"
		expect_nothing_left
	done
}

@test "a need that is close to root is marked" {
	use_bundle runc 'busybox chown 0 /dev'
	asks CHOWN
	confirm_asked
	ended 0
	wrote 'CHOWN  proved needed  the test fails without it
needs: CHOWN
dangerous: CHOWN
runs: 3'
}

@test "what the bundle cannot have is not tried" {
	use_bundle runc 'echo a'
	asks KILL NET_RAW
	confirm_asked --json
	ended 0
	verdicts $'CAP_KILL not tried\nCAP_NET_RAW struck'
}

@test "a test that fails with all proves nothing, and says why" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'echo broken; exit 3'
		confirm_asked --rule "$work/rule"
		complained "learn: the test fails with all capabilities: the program ended with exit status 3; the container printed: broken"
		[ ! -e "$work/rule" ]
		expect_nothing_left
		confirm_asked --test 'until grep -q broken "$CAPCTL_OUTPUT"; do
			sleep 0.1; done; exit 4'
		complained "learn: the test fails with all capabilities: the test ended with exit status 4; the container printed: broken"
		confirm_asked --test 'until grep -q broken "$CAPCTL_OUTPUT"; do
			sleep 0.1; done; kill -TERM $$'
		complained "learn: the test fails with all capabilities: the test was killed by signal 15; the container printed: broken"
		use_bundle "$name" 'sleep 1000'
		confirm_asked --for 1s
		complained "learn: the test fails with all capabilities: the program did not end within 1s"
		confirm_asked --for 1s --test 'sleep 1000'
		complained "learn: the test fails with all capabilities: the test did not end within 1s"
		expect_nothing_left
	done
}

@test "a test knows the container, its process and its output" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'echo ready; exec sleep 1000'
		confirm_asked --json --test "
			until grep -qx ready \"\$CAPCTL_OUTPUT\"; do sleep 0.1; done
			grep -q Name /proc/\$CAPCTL_PID/status &&
			[ -d '$state'/\$CAPCTL_ID ] &&
			echo \$CAPCTL_ID >>'$work/ids'"
		ended 0
		[ "$(sort -u "$work/ids" | wc -l)" = 3 ]
		is_json '.needs.names == []'
		expect_nothing_left
		rm "$work/ids"
	done
}

@test "paths may be relative" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'echo a'
		cd "$work"
		state=${state##*/} bundle=${bundle##*/} confirm_asked
		ended 0
		expect_nothing_left
	done
}

@test "what a test leaves running is ended" {
	local pid

	use_bundle runc 'exec sleep 1000'
	confirm_asked --test "sleep 1000 & echo \$! >>'$work/pids'"
	ended 0
	[ "$(wc -l <"$work/pids")" = 3 ]
	while read -r pid; do
		is_gone "$pid"
	done <"$work/pids"
}

is_tested() { [ -e "$work/tested" ]; }

@test "a signal ends it, and nothing is left" {
	local words

	for name in $RUNTIMES; do
		use_bundle "$name" 'exec sleep 1000'
		rm -f "$work/tested"
		machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
			"$builddir/capctl" learn --confirm "$bundle" --root "$state" \
			--policy "$work/asked.json" --for 5m --rule "$work/rule" \
			--test "echo \$CAPCTL_ID >>'$work/ids'; touch '$work/tested'
				sleep 1000"
		"${words[@]}" >"$work/result" 2>"$work/errors" 3>&- &
		watcher=$!
		wait_until is_tested
		kill "$watcher"
		status=0
		wait "$watcher" || status=$?
		output=$(<"$work/result") stderr=$(<"$work/errors")
		complained 'learn: interrupted'
		[ ! -e "$work/rule" ]
		expect_nothing_left
	done
}

# Starts one in the background that waits in its test. Sets $watcher.
begin_confirm() {
	local words

	rm -f "$work/tested"
	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"$builddir/capctl" learn --confirm "$bundle" --root "$state" \
		--policy "$work/asked.json" --for 5m \
		--test "sleep 1000 & echo \$\$ \$! >'$work/pids'
			echo \$CAPCTL_ID >>'$work/ids'; touch '$work/tested'; wait"
	"${words[@]}" >"$work/result" 2>"$work/errors" 3>&- &
	watcher=$!
	wait_until is_tested
}

@test "what a killed one left is removed by the next" {
	local left pid

	for name in $RUNTIMES; do
		for next in --confirm --run; do
			use_bundle "$name" 'exec sleep 1000'
			rm -f "$work/ids"
			begin_confirm
			kill -KILL "$watcher"
			wait "$watcher" || :
			# Its test goes with it, and what that has started.
			for pid in $(<"$work/pids"); do
				wait_until is_gone "$pid"
			done
			left=$(<"$work/ids")
			[ -d "$state/$left" ]
			[ -n "$(ls -A "$TMPDIR")" ]
			# Of another bundle. Other directories stay.
			mkdir "$TMPDIR/capctl-learn-1-1-1-x" "$TMPDIR/other"
			cp -a "$bundle" "$work/next"
			cp "$work/original-$name.json" "$work/next/config.json"
			rm "$work/next/.capruntime.json"
			jq '.process.args = ["/bin/true"]' "$work/next/config.json" \
				>"$work/changed"
			cp "$work/changed" "$work/next/config.json"
			ln -s busybox "$work/next/rootfs/bin/true"
			machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
				"CAPRUNTIME_POLICY=$work/asked.json" \
				"$builddir/capctl" learn $next "$work/next" \
				--root "$state"
			[ "$next" = --run ] || words+=(--policy "$work/asked.json")
			run --separate-stderr "${words[@]}" </dev/null
			[ "$next" = --confirm ] || [ "$status" = 0 ] ||
				[[ "$stderr" = *tracefs* ]] || seen 'not run'
			[ "$next" = --run ] || ended 0
			rmdir "$TMPDIR/capctl-learn-1-1-1-x" "$TMPDIR/other"
			rm -r "$work/next"
			expect_nothing_left
		done
	done
}

@test "a run removes nothing of one that lives" {
	for name in $RUNTIMES; do
		use_bundle "$name" 'exec sleep 1000'
		rm -f "$work/ids"
		begin_confirm
		cp -a "$bundle" "$work/next"
		cp "$work/original-$name.json" "$work/next/config.json"
		rm "$work/next/.capruntime.json"
		bundle=$work/next confirm_asked --test true
		ended 0
		rm -r "$work/next"
		[ -d "$state/$(<"$work/ids")" ] || seen 'it is removed'
		kill "$watcher"
		wait "$watcher" || :
		expect_nothing_left
	done
}

@test "what cannot be confirmed is refused" {
	use_bundle runc 'echo a'
	confirm --policy "$work/none.json"
	ended 2
	[[ "$stderr" = *"'$work/none.json'"* ]] || seen 'no file'
	jq '.rules += [{name: "b", match: {}}]' "$work/asked.json" >"$work/two.json"
	confirm --policy "$work/two.json"
	complained "learn: '$work/two.json' has 2 rules, not one"
	change_config '.process.user.uid = 0'
	confirm_asked
	complained "learn: '$bundle' runs as root, which needs no rule: set process.user.uid to the user that it should run as"
	change_config '.process.user.uid = 1000 | del(.process.capabilities)'
	confirm_asked
	complained "learn: '$bundle' has no object process.capabilities"
	rm -r "$bundle"
	confirm_asked
	complained "learn: bundle '$bundle': no such file or directory"
}

# The rule is learned first: no call of the program fails, and all are found.
@test "without --policy one run is recorded first" {
	require_tracing
	for name in $RUNTIMES; do
		use_bundle "$name" \
			'busybox chown 0 /dev/null; exec httpd -f -p 80 -h /bin'
		confirm --json --test \
			'until nsenter -t "$CAPCTL_PID" -n busybox wget -qO /dev/null \
				http://127.0.0.1/report; do kill -0 "$CAPCTL_PID" ||
				exit 1; sleep 0.1; done'
		ended 0
		verdicts $'CAP_CHOWN struck\nCAP_NET_BIND_SERVICE proved needed'
		expect_nothing_left
	done
}

# The bundle is an engine's: the rule is for its container.
@test "the rule names the container of the engine" {
	use_bundle runc 'echo a' '.annotations = {
		"io.container.manager": "cri-o",
		"io.kubernetes.cri-o.ContainerType": "container",
		"io.kubernetes.pod.namespace": "shop",
		"io.kubernetes.pod.name": "web-1",
		"io.kubernetes.container.name": "web",
		"io.kubernetes.cri-o.ImageName": "registry/web:1" }'
	confirm_asked --rule "$work/rule"
	ended 0
	jq -e '.engine == "cri-o" and .rules[0].match == {namespace: "shop",
		container: "web", image: "registry/web:1"}' "$work/rule"
	capctl check "$work/rule"
	ended 0
	capctl explain --policy "$work/rule" --json "$bundle"
	is_json '.rule == "learned"'
	# Marks of two engines: one of them is forged.
	change_config '.annotations += {
		"io.kubernetes.cri.container-type": "container" }'
	confirm_asked --rule "$work/forged"
	jq -e '.rules[0].match == {id: "put/the/containers/here"}' "$work/forged"
}

export_as() { # FORM, into $work/FORM
	confirm_asked --rule "$work/$1" --as "$1"
	ended 0
	grep -q NET_RAW "$work/$1" || seen 'no capability'
}

@test "what is proved is written for those who start programs" {
	require_programs systemd-analyze
	use_bundle runc 'busybox ping -c 1 127.0.0.1 || exit 1' \
		'.linux.namespaces |= map(select(.type != "network"))'
	asks NET_RAW
	export_as systemd
	{
		printf '[Unit]\nDescription=a\n'
		cat "$work/systemd"
		printf 'ExecStart=/bin/true\n'
	} >"$work/learned.service"
	systemd-analyze verify "$work/learned.service" 2>"$work/errors" || :
	run ! grep -F learned.service "$work/errors"
	export_as securitycontext
	{
		printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\n'
		printf 'spec:\n  runtimeClassName: capruntime\n  containers:\n  - name: c\n    image: d\n'
		sed 's/^/    /' "$work/securitycontext"
	} >"$work/pod.yaml"
	sed -n 's/^# //; /^{/,$p' "$work/securitycontext" |
		jq '.engine = "cri-o" | .rules[0].match = {namespace: "b", container: "c"}' \
			>"$work/policy.json"
	capctl explain --policy "$work/policy.json" --engine crio --json \
		--pod "$work/pod.yaml"
	ended 0
	is_json '.containers[0] | .good and .held == ["CAP_NET_RAW"]'
	export_as scc
	python3 -c 'import sys, yaml
scc = yaml.safe_load(open(sys.argv[1]))
assert scc["kind"] == "SecurityContextConstraints"
assert scc["allowedCapabilities"] == ["NET_RAW"], scc
assert scc["runAsUser"] == {"type": "MustRunAs", "uid": 1000}' "$work/scc"
	export_as podman
	[ "$(cat "$work/podman")" = '--user=1000:1000 --cap-drop=ALL --cap-add=NET_RAW' ]
}
