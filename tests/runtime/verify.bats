#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq and of inner shells
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl verify' of real containers: their state files and /proc come from the
# runtime and the kernel.

load helpers

setup() {
	setup_containers
	require_programs setpriv ldd
}
teardown() { teardown_containers; }

# The first process waits and holds what the rule granted.
use_container() { # RUNTIME
	use_runtime "$1"
	change_config '.process.args = ["/bin/sleep", "1000"] |
		.process.capabilities |= map_values(["CAP_CHOWN",
			"CAP_NET_BIND_SERVICE"])'
}

start() {
	capruntime_detached create -b "$bundle" "$id"
	capruntime start "$id"
	# runc's process executes the program only after start.
	wait_until is_asleep "$(first_pid)"
}

first_pid() { plain_runtime state "$id" | jq .pid; }

verify() { # [WORD…]: sets status, output and stderr
	run --separate-stderr env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/capctl" verify --root "$state" --handler capruntime "$@" \
		</dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

# The container has exactly these findings.
expect_findings() { # STATUS ["WORD NAME…"]…
	local want=$1 found
	shift

	verify --json "$id"
	[ "$status" -eq "$want" ]
	[ -z "$stderr" ]
	found=$(jq -r '.containers[] | .findings[] | [.code] + .names | join(" ")' \
		<<<"$output")
	if [ $# -gt 0 ]; then
		diff <(printf '%s\n' "$@") <(echo "$found")
	else
		[ -z "$found" ]
	fi
}

# The only row of the table begins with these words, ignoring line breaks.
expect_row() { # STATUS WORDS
	verify "$id"
	[ "$status" -eq "$1" ]
	[ -z "$stderr" ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" = "$id $2"* ]]
}

finish() {
	kill_and_delete
	verify "$id"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: verify: no container '$id' in '$state'" ]
}

@test "a container that holds what was granted is clean" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		verify
		[ "$status" -eq 0 ]
		[ "$(tr -s ' \n' ' ' <<<"$output")" = \
			"$id ok holds what was granted; the current policy decides the same " ]
		expect_findings 0
		jq -e --argjson pid "$(first_pid)" --arg bundle "$bundle" \
			--arg root "$state" --arg id "$id" '.containers[0] |
			.pid == $pid and .bundle == $bundle and .root == $root and
			.id == $id and .rule == "granted" and .error == null and
			.given == .today and .given.ambient == .held.ambient and
			.held.ambient.names == ["CAP_NET_BIND_SERVICE"] and
			.refused_today == false' <<<"$output"
		finish
	done
}

@test "a container without a matching rule is clean, whatever its user" {
	for name in $RUNTIMES; do
		for uid in 1000 0; do
			use_container "$name"
			change_config --argjson uid "$uid" '.process.user.uid = $uid'
			grant_nothing
			start
			expect_row 0 "ok no rule was applied, and none applies now"
			expect_findings 0
			finish
		done
	done
}

@test "a created container that is not started is verified" {
	for name in $RUNTIMES; do
		use_container "$name"
		grant '{}' 'no_new_privileges: true, drop: "others"'
		capruntime_detached create -b "$bundle" "$id"
		expect_findings 0
		jq -e '.containers[0].pid > 0' <<<"$output"
		grant_nothing
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
		finish
	done
}

@test "a paused container is verified" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		plain_runtime pause "$id" || kill -STOP "$(first_pid)"
		expect_findings 0
		grant_nothing
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
		plain_runtime resume "$id" || kill -CONT "$(first_pid)"
		finish
	done
}

@test "a dropped capability is lost" {
	local library

	for name in $RUNTIMES; do
		use_container "$name"
		cp "$(type -P setpriv)" "$bundle/rootfs/bin/"
		for library in $(ldd "$(type -P setpriv)" | grep -o '/[^ ]*'); do
			mkdir -p "$bundle/rootfs${library%/*}"
			cp "$library" "$bundle/rootfs$library"
		done
		change_config '.process.args = ["/bin/setpriv", "--ambient-caps",
			"-all", "/bin/sleep", "1000"]'
		capruntime_detached create -b "$bundle" "$id"
		capruntime start "$id"
		wait_until is_asleep "$(first_pid)"
		expect_findings 1 'lost CAP_NET_BIND_SERVICE'
		expect_row 1 "lost NET_BIND_SERVICE: granted but not held"
		finish
	done
}

# crun reports a container as stopped when its main thread has exited.
state_pid() { jq '.init_process_pid // .pid' "$state/$id"/st*; }

# The main thread has dropped its capabilities or exited.
is_ready() { # WORDS
	grep -q '^Name:.ready' "/proc/$(state_pid)/status" || return
	[[ $1 != *exit ]] || grep -q '^State:.Z' "/proc/$(state_pid)/status"
}

# The second thread keeps what the main thread drops or leaves.
@test "what any thread of the first process holds counts" {
	local words

	for name in $RUNTIMES; do
		for words in drop exit 'drop exit'; do
			use_container "$name"
			cp "$builddir/tests/runtime/threads" "$bundle/rootfs/bin/"
			change_config '.process.args = ["/bin/threads"] +
				($words | split(" "))' --arg words "$words"
			capruntime_detached create -b "$bundle" "$id"
			capruntime start "$id"
			wait_until is_ready "$words"
			# As a runtime leaves it that is killed during start.
			mkfifo "$state/$id/exec.fifo"
			expect_findings 0
			jq -e '.containers[0] | .pid > 0 and
				.held.ambient.names == ["CAP_NET_BIND_SERVICE"]' \
				<<<"$output"
			grant_nothing
			expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
			jq '.process.noNewPrivileges = true |
				.process.capabilities |=
					map_values(. - ["CAP_NET_BIND_SERVICE"])' \
				"$bundle/config.json" >"$work/c"
			cp "$work/c" "$bundle/config.json"
			rm "$bundle/.capruntime.json"
			expect_findings 1 'more CAP_NET_BIND_SERVICE' \
				no_new_privileges
			kill -KILL "$(state_pid)"
			wait_until status_is stopped
			capruntime delete "$id"
		done
	done
}

@test "a grant that the current policy removes or adds is reported" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		grant_nothing
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
		expect_row 1 "revoked NET_BIND_SERVICE: the current policy does not grant it"
		echo '{"version": 1, "rules": []}' >"$work/policy.json"
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
		grant '{}' 'drop: ["CHOWN"]'
		expect_findings 1 otherwise
		grant '{}' 'no_new_privileges: true'
		expect_findings 1 otherwise
		jq '.rules[0].ambient = ["CHOWN"]' "$work/policy.json" >"$work/p"
		cp "$work/p" "$work/policy.json"
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE' 'pending CAP_CHOWN'
		finish
	done
}

@test "a new grant is pending" {
	for name in $RUNTIMES; do
		use_container "$name"
		grant_nothing
		start
		grant '{}'
		expect_findings 1 'pending CAP_NET_BIND_SERVICE'
		grant '{}' 'on_request: true'
		expect_findings 0
		finish
	done
}

@test "a container that the current policy refuses has no other finding" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		grant '{}' 'require: true, drop: ["CHOWN"]'
		jq '.rules[0].ambient = ["SYS_TIME"]' "$work/policy.json" >"$work/p"
		cp "$work/p" "$work/policy.json"
		expect_row 1 "refused the current policy would refuse to start it"
		expect_findings 1
		jq -e '.containers[0] | .refused_today and .today == null and
			.given.ambient == .held.ambient' <<<"$output"
		finish
	done
}

@test "a policy in mode audit grants nothing" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		jq '.mode = "audit"' "$work/policy.json" >"$work/p"
		cp "$work/p" "$work/policy.json"
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
		jq '.rules[0].require = true | .rules[0].ambient = ["SYS_TIME"]' \
			"$work/p" >"$work/policy.json"
		expect_findings 1 'revoked CAP_NET_BIND_SERVICE'
		jq -e '.containers[0].refused_today == false' <<<"$output"
		finish
	done
}

@test "sets that the runtime did not grant are reported" {
	for name in $RUNTIMES; do
		use_container "$name"
		grant_nothing
		start
		jq '.process.noNewPrivileges = true |
			.process.capabilities |= map_values(. - ["CAP_CHOWN"])' \
			"$bundle/config.json" >"$work/c"
		cp "$work/c" "$bundle/config.json"
		expect_findings 1 'more CAP_CHOWN' no_new_privileges
		finish
	done
}

# As a restored checkpoint: the processes have sets that config.json lacks.
bring_ambient() {
	jq '.process.capabilities |= (.inheritable = .bounding |
		.ambient = .bounding)' "$bundle/config.json" >"$work/c"
	cp "$bundle/config.json" "$work/unpatched.json"
	cp "$work/c" "$bundle/config.json"
	plain_runtime create -b "$bundle" "$id" </dev/null >"$work/stdout" \
		2>"$work/stderr" 3>&-
	plain_runtime start "$id"
	wait_until "${1-is_asleep}" "$(state_pid)"
	cp "$work/unpatched.json" "$bundle/config.json"
}

has_lowered() { grep -q '^Name:.ready' "/proc/$1/status"; }

# As from a checkpoint of CRIU before 4.1, which does not restore ambient.
@test "a permitted set that only a file could give is more, unless the file gives it" {
	local words

	require_programs setcap
	for name in $RUNTIMES; do
		for words in lower 'lower exit'; do
			use_container "$name"
			cp "$builddir/tests/runtime/threads" "$bundle/rootfs/bin/"
			change_config '.process.args = ["/bin/threads"] +
				($words | split(" "))' --arg words "$words"
			grant_nothing
			bring_ambient has_lowered
			wait_until is_ready "$words"
			grep -E '^CapAmb:.*0$' "/proc/$(state_pid)/status"
			expect_findings 1 'more CAP_CHOWN CAP_NET_BIND_SERVICE'
			grant '{}'
			expect_findings 1 'more CAP_CHOWN' \
				'pending CAP_NET_BIND_SERVICE'
			grant_nothing
			setcap cap_chown+p "$bundle/rootfs/bin/threads"
			expect_findings 0
			setcap -r "$bundle/rootfs/bin/threads"
			expect_findings 1 'more CAP_CHOWN CAP_NET_BIND_SERVICE'
			chmod u+s "$bundle/rootfs/bin/threads"
			expect_findings 0
			kill -KILL "$(state_pid)"
			wait_until status_is stopped
			capruntime delete "$id"
		done
	done
}

@test "an ambient set that neither config.json nor the policy gives is more" {
	for name in $RUNTIMES; do
		use_container "$name"
		grant_nothing
		bring_ambient
		expect_findings 1 'more CAP_CHOWN CAP_NET_BIND_SERVICE'
		expect_row 1 "more CHOWN, NET_BIND_SERVICE: held but not granted: "
		grant '{}'
		expect_findings 1 'more CAP_CHOWN'
		jq -e '.containers[0] | .given.ambient.names == [] and
			.held.ambient.names == ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"]' \
			<<<"$output"
		grant '{}' 'drop: "others"'
		expect_findings 1 'more CAP_CHOWN'
		grant '{}' 'no_new_privileges: true'
		expect_findings 1 'more CAP_CHOWN' otherwise
		grant '{}' 'ambient: ["CHOWN", "NET_BIND_SERVICE"]'
		expect_row 0 "ok no rule is on record; holds what the current policy decides"
		finish
	done
}

# runc gives up on streams outside the container, except /dev/null.
restart_from_checkpoint() {
	local image=$work/checkpoint-$RUNTIME_NAME

	capruntime create -b "$bundle" "$id" </dev/null >/dev/null 2>&1 3>&-
	capruntime start "$id"
	wait_until is_asleep "$(first_pid)"
	plain_runtime checkpoint --image-path "$image" "$id"
	plain_runtime delete --force "$id" || :
	# The engine writes a new bundle for the restored container.
	cp "$work/unpatched.json" "$bundle/config.json"
	rm -f "$bundle/.capruntime.json"
	grant "$@"
	capruntime restore --detach --image-path "$image" -b "$bundle" "$id" \
		</dev/null >/dev/null 2>"$work/stderr" 3>&-
}

@test "what a restored checkpoint brings is more" {
	criu check >/dev/null 2>&1 || skip 'CRIU does not work on this machine'
	for name in $RUNTIMES; do
		use_container "$name"
		[ "$name" = runc ] || crun --version | grep -q CRIU || continue
		change_config 'del(.linux.namespaces[] |
			select(.type == "network"))'
		cp "$bundle/config.json" "$work/unpatched.json"
		if restart_from_checkpoint '{}'; then return 1; fi
		grep "'\"restore\": true'" "$work/stderr"
		restart_from_checkpoint '{}' 'restore: true'
		grep -E '^CapPrm:.*400$' "/proc/$(first_pid)/status"
		# CRIU before 4.1 does not restore the ambient set.
		if grep -E '^CapAmb:.*400$' "/proc/$(first_pid)/status"; then
			expect_findings 0
		else
			expect_findings 1 'pending CAP_NET_BIND_SERVICE'
		fi
		grant '{id: "somebody-else"}'
		expect_findings 1 'more CAP_NET_BIND_SERVICE'
		expect_row 1 'more NET_BIND_SERVICE: held but not granted: '
		finish
	done
}

@test "what a program of user 0 raises within its bounding set is not more" {
	for name in $RUNTIMES; do
		use_container "$name"
		change_config '.process.user.uid = 0'
		grant_nothing
		bring_ambient
		expect_findings 0
		finish
	done
}

@test "exec sessions in the container do not matter" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		capruntime exec --detach --user 0:0 "$id" /bin/sleep 1000 \
			</dev/null >/dev/null 2>&1 3>&-
		expect_findings 0
		finish
	done
}

@test "an ended container holds nothing, so no policy makes a difference" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		capruntime kill "$id" KILL
		wait_until status_is stopped
		expect_row 0 "ok not running"
		expect_findings 0
		jq -e '.containers[0] | .pid == null and .held == null and
			.given.ambient.names == ["CAP_NET_BIND_SERVICE"]' <<<"$output"
		grant_nothing
		expect_findings 0
		mv "$bundle" "$bundle.gone"
		expect_row 0 "stale not running, and its bundle is gone"
		expect_findings 0
		jq -e '.containers[0] | .given == null and .today == null' \
			<<<"$output"
		mv "$bundle.gone" "$bundle"
		capruntime delete "$id"
	done
}

@test "a container of which only other processes are left is unknown" {
	local first left

	for name in $RUNTIMES; do
		use_container "$name"
		change_config '.linux.namespaces |= map(select(.type != "pid")) |
			.process.args = ["/bin/sh", "-c", "sleep 1000 & wait"]'
		capruntime_detached run --detach -b "$bundle" "$id"
		first=$(first_pid)
		wait_until pgrep -P "$first" -x sleep
		left=$(pgrep -P "$first" -x sleep)
		started+=("$left")
		kill -KILL "$first"
		wait_until is_gone "$first"
		grant_nothing
		expect_row 2 "unknown its first process has ended, but process $left is still in its cgroup"
		run "$builddir/capctl" show --root "$state" --json "$id"
		[ "$status" -eq 0 ]
		jq -e --argjson pid "$left" '[.processes[].pid] == [$pid]' \
			<<<"$output"
		kill -KILL "$left"
		wait_until is_gone "$left"
		verify "$id"
		[ "$status" -eq 0 ]
		plain_runtime delete --force "$id"
	done
}

@test "a container with an unreadable bundle is unknown" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		mv "$bundle/config.json" "$work/away"
		expect_row 2 "unknown open '$bundle/config.json': no such file or directory"
		echo '{' >"$bundle/config.json"
		expect_row 2 "unknown '$bundle/config.json':2:1: "
		mv "$work/away" "$bundle/config.json"
		chmod o+w "$bundle/.capruntime.json"
		expect_row 2 "unknown '$bundle/.capruntime.json' is writable"
		expect_findings 2
		jq -e '.containers[0] | .given == null and .today == null and
			(.error | contains("is writable"))' <<<"$output"
		chmod o-w "$bundle/.capruntime.json"
		expect_findings 0
		finish
	done
}

@test "an annotation of a pod does not lead to another bundle" {
	for name in $RUNTIMES; do
		use_container "$name"
		mkdir -p "$work/forged"
		jq '.process.capabilities |= map_values([])' \
			"$bundle/config.json" >"$work/forged/config.json"
		change_config --arg forged "$work/forged" '.annotations =
			{bundle: $forged, "a=b": "c", "bundle=": $forged}'
		start
		expect_findings 0
		jq -e '.containers[0].given == .containers[0].today and
			(.containers[0].given.bounding | length) == 2' \
			<<<"$output"
		finish
	done
}

@test "every container under a root is verified" {
	for name in $RUNTIMES; do
		use_container "$name"
		start
		first=$id
		cp -a "$bundle" "$bundle-2"
		rm "$bundle-2/.capruntime.json"
		cp "$work/original-$name.json" "$bundle-2/config.json"
		bundle=$bundle-2
		id=$id-2
		grant "{id: \"$first\"}"
		start
		grant '{}'
		verify --all
		[ "$status" -eq 1 ]
		diff <(cut -d' ' -f1 <<<"$output" | grep .) \
			<(printf '%s\n' "$first" "$id" containers:)
		verify --json "$id" "$first"
		[ "$status" -eq 1 ]
		[ "$(jq -r '.containers[].id' <<<"$output")" = "$id"$'\n'"$first" ]
		verify "$first"
		[ "$status" -eq 0 ]
		capruntime kill "$first" KILL
		capruntime kill "$id" KILL
		wait_until status_is stopped
		capruntime delete "$id"
		id=$first
		wait_until status_is stopped
		capruntime delete "$id"
	done
}
