#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2034,SC2154 # jq; helpers.bash has them
# 'capctl verify': its options and its output. The containers are processes of
# the test with a state file in the format of crun or runc. Real containers are
# in tests/runtime/verify.bats.

load helpers
load state_helpers

setup() {
	setup_work
	require_programs jq setpriv timeout
	capctl=$builddir/capctl
	state=$work/state
	mkdir "$state"
}

teardown() { end_waiting; }

verify() { # WORD…: sets status, output and stderr
	run --separate-stderr timeout 60 "$capctl" verify "$@" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

all_of_it() { # TEXT: compares the whole output with standard input
	[ -z "$stderr" ]
	diff - <(echo "$output")
}

small='["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE"]'

# A bundle after a create under the current policy.
make_created() { # DIRECTORY
	make_bundle "$1"
	jq --argjson small "$small" '.process.capabilities |=
		map_values($small)' "$1/config.json" >"$work/c"
	cp "$work/c" "$1/config.json"
	run -0 "$CAPRUNTIME_BUILT" create -b "$1" id
}

three_containers() { # good, lost and runc
	make_created "$work/good"
	make_created "$work/lost"
	hold ,+net_bind_service
	crun_state good "$work/good" "$pid"
	runc_state runc "$work/good" "$pid"
	hold ''
	crun_state lost "$work/lost" "$pid"
}

lost_row='lost  lost  NET_BIND_SERVICE: granted but not held: the program dropped it, or
            its file clears the ambient set (see capctl explain)'

@test "each container under a root has a row" {
	three_containers
	verify --root "$state"
	[ "$status" -eq 1 ]
	all_of_it <<-END
		good  ok    holds what was granted; the current policy decides the same
		$lost_row
		runc  ok    holds what was granted; the current policy decides the same
		containers: 3, ok: 2, with findings: 1, unknown: 0
	END
	verify --root "$state" --all
	[ "$status" -eq 1 ]
	[ "$(wc -l <<<"$output")" -eq 5 ]
}

@test "ids select containers, in the order of the operands" {
	three_containers
	verify --root "$state" runc good
	[ "$status" -eq 0 ]
	all_of_it <<-'END'
		runc  ok  holds what was granted; the current policy decides the same
		good  ok  holds what was granted; the current policy decides the same
		containers: 2, ok: 2, with findings: 0, unknown: 0
	END
	verify --root "$state" good good
	[ "$status" -eq 0 ]
	all_of_it <<<'good  ok  holds what was granted; the current policy decides the same'
	verify --json --root="$state" lost
	[ "$status" -eq 1 ]
	jq -e '[.containers[].id] == ["lost"]' <<<"$output"
}

@test "a missing id is status 2, and hides no other" {
	three_containers
	verify --root "$state" good nope
	[ "$status" -eq 2 ]
	[[ "$output" == 'good  ok  '* ]]
	[ "$stderr" = "capctl: verify: no container 'nope' in '$state'" ]
	verify --root "$state" --json good nope
	[ "$status" -eq 2 ]
	jq -e '[.containers[].id] == ["good"]' <<<"$output"
	verify --root "$state" nope good none
	[ "$status" -eq 2 ]
	[[ "$output" == 'good  ok  '* ]]
	[ "$stderr" = "capctl: verify: no container 'nope' in '$state'; no container 'none' in '$state'" ]
	verify no-such-container-anywhere
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "$stderr" = "capctl: verify: no container 'no-such-container-anywhere' in the default state directories: name another with --root" ]
	for id in . .. '' ../state/good; do
		verify --root "$state" "$id"
		[ "$status" -eq 2 ]
	done
}

@test "no containers is status 0" {
	verify --root "$state"
	[ "$status" -eq 0 ]
	all_of_it <<<'no containers'
	verify --root "$state" --json
	[ "$status" -eq 0 ]
	jq -e '. == {containers: [], other_handlers: 0}' <<<"$output"
}

@test "--json prints every result, and the manual documents every key" {
	three_containers
	verify --root "$state" --json lost
	jq -e --arg root "$state" --arg bundle "$work/lost" --argjson pid "$pid" '
		.containers[0] | (keys_unsorted == ["id", "identity", "root", "bundle", "pid",
			"runtime", "origin", "rule", "error", "given", "held", "today", "refused_today",
			"findings"]) and .id == "lost" and .root == $root and
		.bundle == $bundle and .pid == $pid and .rule == "web" and
		.identity == null and .runtime == null and .origin == "capruntime" and
		.error == null and .refused_today == false and
		.given.ambient.names == ["CAP_NET_BIND_SERVICE"] and
		.held.ambient.mask == "0000000000000000" and
		.held.bounding.mask == "0000000000000421" and
		.today == .given and .findings == [{code: "lost",
			names: ["CAP_NET_BIND_SERVICE"]}]' <<<"$output"
	for member in $(jq -r '.containers[0] | keys[], "names", "code"' \
		<<<"$output"); do
		sed -n '/^.Ss capctl verify/,/^.Ss capctl restore/p' \
			"$srcdir/man/capctl.8" | grep -w "$member" >/dev/null || {
			echo "not in the manual: $member"
			return 1
		}
	done
}

@test "--policy and --handler replace those of the node" {
	three_containers
	jq '.rules[0].match = {handler: "special"}' "$CAPRUNTIME_POLICY" \
		>"$work/elsewhere.json"
	cd "$work"
	verify --root "$state" --policy elsewhere.json good
	[ "$status" -eq 1 ]
	all_of_it <<-'END'
		good  revoked  NET_BIND_SERVICE: the current policy does not grant it: restart
		               the container to revoke it
	END
	verify --root "$state" --policy elsewhere.json --handler special good
	[ "$status" -eq 0 ]
	verify --root "$state" --policy missing.json good
	[ "$status" -eq 2 ]
	[[ "$stderr" == 'capctl: verify: load policy: '*'no such file or directory'* ]]
	echo '{' >"$CAPRUNTIME_POLICY"
	verify --root "$state" good
	[ "$status" -eq 2 ]
	[[ "$stderr" == 'capctl: verify: load policy: '* ]]
}

# A bundle as an engine wrote it, of a container that capruntime did not change;
# the policy grants something.
make_plain() { # DIRECTORY
	make_bundle "$1"
	jq --argjson small "$small" '.process.capabilities |=
		map_values($small)' "$1/config.json" >"$work/c"
	cp "$work/c" "$1/config.json"
}

pending_row='pending  NET_BIND_SERVICE: the current policy grants it: restart the
                container to raise it'

@test "what another handler started is left out and counted, unless it is asked for" {
	make_plain "$work/plain"
	make_created "$work/good"
	hold ''
	crun_state plain "$work/plain" "$pid"
	hold ,+net_bind_service
	crun_state good "$work/good" "$pid"
	for name in /usr/sbin/runc ''; do
		printf %s "$name" >"$work/plain/runtime"
		name=${name:-runc}
		verify --root "$state"
		[ "$status" -eq 0 ]
		all_of_it <<-'END'
			good  ok  holds what was granted; the current policy decides the same
			containers of other handlers, left out: 1 (--all-handlers shows them)
		END
		verify --root "$state" --json
		[ "$status" -eq 0 ]
		jq -e '[.containers[].id] == ["good"] and .other_handlers == 1' \
			<<<"$output"
		verify --root "$state" plain
		[ "$status" -eq 0 ]
		[[ "$output" == "plain  other  started by '$name', not by capruntime:"* ]]
		verify --root "$state" --all-handlers --json
		[ "$status" -eq 0 ]
		jq -e --arg name "$name" '.other_handlers == 0 and
			(.containers[] | select(.id == "plain") |
				.origin == "other" and .runtime == $name and
				.findings == [] and .given == .today)' <<<"$output"
	done
	# Without any container of capruntime.
	rm -r "$state/good"
	verify --root "$state"
	[ "$status" -eq 0 ]
	[[ "$output" == 'containers of other handlers, left out: 1 '* ]]
}

@test "a container of another handler that holds more is reported when asked for" {
	make_plain "$work/plain"
	hold ,+net_bind_service
	crun_state plain "$work/plain" "$pid"
	echo /usr/sbin/runc >"$work/plain/runtime"
	verify --root "$state" --json plain
	[ "$status" -eq 1 ]
	jq -e '[.containers[].findings[].code] == ["more"]' <<<"$output"
}

@test "what an engine started by capruntime is compared, by its own handler" {
	make_plain "$work/plain"
	hold ''
	crun_state plain "$work/plain" "$pid"
	echo /usr/local/bin/capruntime >"$work/plain/runtime"
	verify --root "$state"
	[ "$status" -eq 1 ]
	all_of_it <<<"plain  $pending_row"
	# A rule of another handler does not apply.
	jq '.rules[0].match = {handler: "capruntime-x"}' "$CAPRUNTIME_POLICY" \
		>"$work/x.json"
	verify --root "$state" --policy "$work/x.json" --handler capruntime-x
	[ "$status" -eq 0 ]
	echo /opt/capruntime-x >"$work/plain/runtime"
	verify --root "$state" --policy "$work/x.json"
	[ "$status" -eq 1 ]
	all_of_it <<<"plain  $pending_row"
}

@test "where nothing tells who started it, a difference is unknown" {
	make_plain "$work/plain"
	hold ''
	crun_state plain "$work/plain" "$pid"
	verify --root "$state"
	[ "$status" -eq 2 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == 'plain unknown the current policy decides differently, but nothing tells which program started it: if it was capruntime, use --handler '* ]]
	verify --root "$state" --json
	jq -e '.containers[0] | .origin == "unknown" and .findings == []' \
		<<<"$output"
	verify --root "$state" --handler capruntime
	[ "$status" -eq 1 ]
	all_of_it <<<"plain  $pending_row"
	# Without a difference it does not matter who started it.
	use_policy '{"name":"web","match":{"id":"x"},"ambient":["NET_BIND_SERVICE"]}'
	verify --root "$state"
	[ "$status" -eq 0 ]
	[[ "$output" == 'plain  ok  '* ]]
}

@test "a stopped container is ok, whatever the policy decides now" {
	make_created "$work/good"
	make_plain "$work/plain"
	crun_state a "$work/good" 0 0
	crun_state b "$work/plain" 0 0
	use_policy '{"name":"web","match":{},"ambient":["SYS_TIME"],"require":true}'
	verify --root "$state"
	[ "$status" -eq 0 ]
	all_of_it <<-'END'
		a  ok  not running
		b  ok  not running
		containers: 2, ok: 2, with findings: 0, unknown: 0
	END
}

@test "a stopped container whose bundle is gone is stale, which is no error" {
	crun_state gone "$work/gone" 0 0
	verify --root "$state"
	[ "$status" -eq 0 ]
	all_of_it <<<'gone  stale  not running, and its bundle is gone'
	verify --root "$state" --json
	[ "$status" -eq 0 ]
	jq -e '.containers[0] | .origin == "unknown" and .error == null and
		.given == null and .today == null and .findings == []' \
		<<<"$output"
}

# A fork of the test's shell, which holds all of root's. Sets $pid.
fork() { # COMMAND
	(eval "$1") </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	waiting+=("$pid")
	disown "$pid"
}

# As runc's process does after a start. One that is restored never executes any.
@test "a process that has yet to execute the program does not hold more" {
	make_created "$work/good"
	fork 'until [ -e "$work/begun" ]; do sleep 0.05; done
		sleep 0.2
		exec setpriv --reuid 1000 --regid 1000 --clear-groups \
			--inh-caps -all,+net_bind_service \
			--ambient-caps -all,+net_bind_service \
			--bounding-set -all,+net_bind_service,+kill,+chown \
			sleep 1000'
	runc_state x "$work/good" "$pid"
	: >"$work/begun"
	verify --root "$state"
	[ "$status" -eq 0 ]
	[[ "$output" = 'x  ok  '* ]]
	fork 'while :; do sleep 1; done'
	runc_state x "$work/good" "$pid"
	verify --root "$state"
	[ "$status" -eq 1 ]
	[[ "$output" = 'x  more'* ]]
}

@test "a container that the current policy would refuse is a finding" {
	make_created "$work/good"
	make_plain "$work/plain"
	hold ,+net_bind_service
	crun_state good "$work/good" "$pid"
	hold ''
	crun_state plain "$work/plain" "$pid"
	use_policy '{"name":"web","match":{},"ambient":["SYS_TIME"],"require":true}'
	verify --root "$state" good
	[ "$status" -eq 1 ]
	all_of_it <<-'END'
		good  refused  the current policy would refuse to start it (see capctl explain)
	END
	verify --root "$state" --json good
	jq -e '.containers[0] | .refused_today and .today == null and
		.findings == []' <<<"$output"
	# Nothing tells who started it.
	verify --root "$state" --json plain
	[ "$status" -eq 2 ]
	jq -e '.containers[0] | .origin == "unknown" and
		(.refused_today | not) and (.error |
		startswith("the current policy decides differently"))' <<<"$output"
	# In mode audit nothing is refused, and nothing granted.
	jq '.mode = "audit"' "$CAPRUNTIME_POLICY" >"$work/audit.json"
	verify --root "$state" --json --policy "$work/audit.json" good
	[ "$status" -eq 1 ]
	jq -e '.containers[0] | (.refused_today | not) and
		[.findings[].code] == ["revoked"]' <<<"$output"
}

@test "a rule that matches by id gets the id of the container" {
	use_policy '{"name":"web","match":{"id":"id"},"ambient":["NET_BIND_SERVICE"]}'
	make_created "$work/good"
	hold ,+net_bind_service
	crun_state id "$work/good" "$pid"
	crun_state other "$work/good" "$pid"
	verify --root "$state" id
	[ "$status" -eq 0 ]
	verify --root "$state" other
	[ "$status" -eq 1 ]
}

@test "a reused pid does not belong to the container" {
	make_created "$work/good"
	hold ''
	crun_state a "$work/good" "$pid" 1
	crun_state b "$work/good" "$pid" "$(($(start_time "$pid") + 1))"
	crun_state c "$work/good" 0 0
	verify --root "$state"
	[ "$status" -eq 0 ]
	all_of_it <<-'END'
		a  ok  not running
		b  ok  not running
		c  ok  not running
		containers: 3, ok: 3, with findings: 0, unknown: 0
	END
	verify --root "$state" --json
	jq -e 'all(.containers[]; .pid == null and .held == null)' <<<"$output"
}

@test "an unreadable container does not hide the others" {
	three_containers
	rm "$work/lost/config.json"
	mkdir "$state/without"
	jq 'del(.bundle)' "$state/good/status" >"$state/without/status"
	verify --root "$state"
	[ "$status" -eq 2 ]
	output=$(sed -Ez 's/\n {10,}/ /g' <<<"$output") # wrapped lines
	all_of_it <<-END
		good     ok       holds what was granted; the current policy decides the same
		lost     unknown  open '$work/lost/config.json': no such file or directory
		runc     ok       holds what was granted; the current policy decides the same
		without  unknown  its state names no bundle
		containers: 4, ok: 2, with findings: 0, unknown: 2
	END
	verify --root "$state" --json
	[ "$status" -eq 2 ]
	jq -e '[.containers[] | .error != null] == [false, true, false, true] and
		(.containers[1] | .given == null and .today == null and
			.findings == [])' <<<"$output"
}

@test "a broken state is reported with its path, and hides no other" {
	three_containers
	mkdir "$state/bad"
	for text in '' '{' '[]' 'null'; do
		echo "$text" >"$state/bad/status"
		verify --root "$state"
		[ "$status" -eq 2 ]
		[ -z "$stderr" ]
		[[ "$(tr -s ' \n' ' ' <<<"$output")" == "bad unknown '$state/bad/status': not a container state: expected a JSON object good ok "*'lost lost '*'runc ok '* ]]
	done
	verify --root "$state" --json
	[ "$status" -eq 2 ]
	jq -e --arg file "$state/bad/status" '.containers | length == 4 and
		(.[0] | .id == "bad" and .bundle == null and
			(.error | contains($file)))' <<<"$output"
	rm "$state/bad/status"
	mkfifo "$state/bad/status"
	verify --root "$state"
	[ "$status" -eq 2 ]
	verify --root "$state" good
	[ "$status" -eq 0 ]
	verify --root "$work/nowhere"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: verify: '$work/nowhere': no such file or directory" ]
}

@test "a state that does not tell whether its container runs is unknown" {
	make_created "$work/good"
	hold ''
	runc_state x "$work/good" "$pid"
	mv "$state/x/state.json" "$work/whole.json"
	for edit in 'del(.init_process_pid)' '.init_process_pid |= tostring' \
		'.init_process_pid = -1' 'del(.init_process_start)' \
		'.init_process_start |= tostring' '.init_process_start = 0'; do
		jq "$edit" "$work/whole.json" >"$state/x/state.json"
		verify --root "$state" --json
		[ "$status" -eq 2 ]
		jq -e '.containers[0] | .error != null' <<<"$output"
		run -2 --separate-stderr "$capctl" show --root "$state" --id x
		[[ "$stderr" != *'not running'* ]]
	done
	[[ "$stderr" == *"'$state/x': its state has no start time of process $pid"* ]]
	jq '.init_process_pid = 999999999 | .init_process_start = 0' \
		"$work/whole.json" >"$state/x/state.json" # no such process
	verify --root "$state"
	[ "$status" -eq 0 ]
	[ "$output" = 'x  ok  not running' ]
}

@test "an unreadable state directory hides no other, and is never 'no containers'" {
	make_created "$work/good"
	hold ,+net_bind_service
	mkdir -p "$work/run/runc" "$work/own/crun"
	state=$work/own/crun crun_state good "$work/good" "$pid"
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$work"
	chmod 644 "$work"/*/config.json "$work"/*/.capruntime.json
	cp "$capctl" "$work/capctl"
	for place in runc containerd/runc docker/runtime-runc; do
		mkdir -p "$work/run/$place"
		chmod 711 "$work/run/$place"
		# shellcheck disable=SC2016
		run --separate-stderr unshare -m sh -c '
			mount --bind "$0/run" /run &&
			exec setpriv --reuid 65534 --regid 65534 --clear-groups \
				env XDG_RUNTIME_DIR="$0/own" "$0/capctl" verify' "$work"
		printf '%s\n%s\n' "$output" "$stderr"
		[ "$status" -eq 2 ]
		[[ "$output" == 'good  ok '* ]]
		[ "$stderr" = "capctl: verify: '/run/$place': permission denied" ]
		chmod 755 "$work/run/$place"
	done
}

@test "a process that is unreadable in /proc counts as unknown" {
	# A sanitizer needs /proc.
	! grep -q __asan_init "$capctl" || return 0
	make_created "$work/good"
	hold ,+net_bind_service
	crun_state good "$work/good" "$pid"
	run --separate-stderr unshare -m sh -c '
		mount -t tmpfs none /proc && exec "$@"' - "$capctl" verify \
		--root "$state"
	printf '%s\n%s\n' "$output" "$stderr"
	[ "$status" -eq 2 ]
	[ "$output" = "good  unknown  cannot read its process $pid in /proc" ]
}

@test "wrong use is status 2 with one line of reason" {
	for words in '--all good' '--bogus' '--root' '--id x' '-a' '--for 1s' \
		'--usage --for x'; do
		# shellcheck disable=SC2086
		verify --root "$state" $words
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[[ "$stderr" == "capctl: verify: "*"see 'capctl help verify'" ]]
	done
}

@test "the table cuts long ids of engines, and no others" {
	hash=$(printf '0123456789abcdef%.0s' 1 2 3 4)
	long=$(printf 'captest-%.0s' 1 2 3 4)long
	make_created "$work/good"
	hold ,+net_bind_service
	crun_state "$hash" "$work/good" "$pid"
	crun_state "$long" "$work/good" "$pid"
	verify --root "$state"
	[ "$status" -eq 0 ]
	diff <(cut -d' ' -f1 <<<"$output" | grep .) - <<-END
		0123456789ab
		$long
		containers:
	END
	[ "$(awk 'length > 80' <<<"$output")" = '' ]
	verify --root "$state" --json
	jq -e --arg hash "$hash" '.containers[0].id == $hash' <<<"$output"
	for id in "$hash" 0123456789ab; do
		verify --root "$state" "$id"
		[ "$status" -eq 0 ]
		[ "$(wc -l <<<"$output")" -eq 1 ]
		[[ "$output" == "0123456789ab  ok "* ]]
	done
	for id in captest 1234 0123456789ac ''; do
		verify --root "$state" "$id"
		[ "$status" -eq 2 ]
		[ "$stderr" = "capctl: verify: no container '$id' in '$state'" ]
	done
}

@test "many containers are in natural order, and counted" {
	make_created "$work/good"
	hold ,+net_bind_service
	for id in web-10 web-2 web-1; do
		crun_state "$id" "$work/good" "$pid"
	done
	make_plain "$work/plain"
	hold ''
	crun_state plain "$work/plain" "$pid"
	verify --root "$state" --handler capruntime
	[ "$status" -eq 1 ]
	[ "$(grep -oE '^(web|plain)[^ ]*' <<<"$output" | xargs)" = \
		'plain web-1 web-2 web-10' ]
	[ "${lines[-1]}" = 'containers: 4, ok: 3, with findings: 1, unknown: 0' ]
	verify --root "$state"
	[ "$status" -eq 2 ]
	[ "${lines[-1]}" = 'containers: 4, ok: 3, with findings: 0, unknown: 1' ]
}

@test "--findings shows only what is wrong" {
	make_created "$work/good"
	hold ,+net_bind_service
	crun_state good "$work/good" "$pid"
	verify --root "$state" --findings
	[ "$status" -eq 0 ]
	all_of_it <<<'containers: 1, ok: 1, with findings: 0, unknown: 0'
	make_plain "$work/plain"
	hold ''
	crun_state plain "$work/plain" "$pid"
	verify --root "$state" --findings --handler capruntime
	[ "$status" -eq 1 ]
	all_of_it <<END
plain  $pending_row
containers: 2, ok: 1, with findings: 1, unknown: 0
END
	verify --root "$state" --findings --handler capruntime --json
	jq -e '[.containers[].id] == ["plain"]' <<<"$output"
}

@test "names of files and containers cannot move the cursor" {
	evil=$'b\e[31m\n\xc2\x9b2Jx'
	make_created "$work/good"
	mv "$work/good" "$work/$evil"
	hold ,+net_bind_service
	crun_state $'i\e[1m\n' "$work/$evil" "$pid"
	crun_state gone "$work/$evil/gone" "$pid"
	for words in '' --json; do
		# shellcheck disable=SC2086
		verify --root "$state" $words
		[ "$status" -eq 2 ]
		[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output$stderr")" -eq 0 ]
	done
	verify --root "$state" $'nope\e[1m\n'
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$stderr")" -eq 0 ]
}

coloured() { # WORD…: number of coloured lines on a terminal
	env TERM=xterm script -qec "'$capctl' verify --root '$state' $*" \
		/dev/null </dev/null | LC_ALL=C grep -c $'\e' || :
}

@test "colour appears only on a terminal, and not with NO_COLOR" {
	require_programs script
	unset NO_COLOR
	three_containers
	[ "$(coloured)" -ge 1 ]
	[ "$(NO_COLOR=1 coloured)" -eq 0 ]
	[ "$(coloured --json)" -eq 0 ]
	[ "$(coloured good)" -eq 1 ]
	[ "$(NO_COLOR=1 coloured good)" -eq 0 ]
}

@test "a full standard output is status 2" {
	three_containers
	for more in '' --json; do
		status=0
		# shellcheck disable=SC2086
		"$capctl" verify --root "$state" $more >/dev/full \
			2>"$work/stderr" || status=$?
		[ "$status" -eq 2 ]
		grep -x 'capctl: write to standard output: no space left on device' \
			"$work/stderr"
	done
}

@test "an unprivileged user gets what is readable" {
	three_containers
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$work"
	chmod 644 "$work"/*/config.json "$work"/*/.capruntime.json
	cp "$capctl" "$work/capctl"
	as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups
		"$work/capctl" verify --root "$state")
	run --separate-stderr "${as_nobody[@]}"
	[ "$status" -eq 1 ]
	chmod 600 "$work/good/config.json"
	run --separate-stderr "${as_nobody[@]}" good
	printf '%s\n%s\n' "$output" "$stderr"
	[ "$status" -eq 2 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == "good unknown open '$work/good/config.json': permission denied"* ]]
	chmod 700 "$state"
	run --separate-stderr "${as_nobody[@]}"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: verify: '$state': permission denied" ]
}

@test "nothing is written" {
	three_containers
	before_ls=$(find "$work/good" "$work/lost" "$state" -printf '%p %T@ %s\n')
	verify --root "$state"
	[ "$(find "$work/good" "$work/lost" "$state" -printf '%p %T@ %s\n')" = \
		"$before_ls" ]
}
