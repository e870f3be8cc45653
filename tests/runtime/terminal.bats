#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2154 # helpers.bash sets them
# Containers with a terminal, which the runtime passes to the engine through
# --console-socket.

load helpers

setup() {
	setup_containers
	require_programs python3 script
}
teardown() { teardown_containers; }

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'

# A process that needs its terminal: it prints the terminal's name and replies
# to a line.
talk_in_container() {
	change_config '.process += {terminal: true, args: ["/bin/sh", "-c",
		"stty -echo; tty; report 80; read line; echo \"typed: $line\""]}'
}

# The engine's end writes what it receives to $work/terminal.
listen_for_terminal() {
	socket=$work/socket-$RUNTIME_NAME
	rm -f "$socket"
	python3 "$srcdir/tests/runtime/console.py" "$socket" $'hello\n' \
		>"$work/terminal" 2>"$work/receiver" 3>&- </dev/null &
	receiver=$!
	started+=("$receiver")
	wait_until test -S "$socket"
}

# The terminal echoes what is typed before stty.
expect_talk() {
	wait_until grep -q '^typed: hello$' "$work/terminal"
	grep -vx hello "$work/terminal" |
		diff <(printf '%s\n' /dev/pts/0 "$granted port80=bound" \
			'typed: hello') -
}

@test "create with --console-socket passes a working terminal" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		talk_in_container
		listen_for_terminal
		capruntime_detached create -b "$bundle" \
			--console-socket "$socket" "$id"
		capruntime start "$id"
		expect_talk
		wait "$receiver"
		wait_until status_is stopped
		capruntime delete "$id"
		file_says '' "$work/stdout"
		file_says '' "$work/stderr"
	done
}

@test "run -d with --console-socket passes a working terminal" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		talk_in_container
		listen_for_terminal
		capruntime_detached run --detach --console-socket "$socket" \
			--bundle "$bundle" "$id"
		expect_talk
		wait "$receiver"
		wait_until status_is stopped
		capruntime delete "$id"
	done
}

@test "exec --tty with --console-socket passes a working terminal" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process.args = ["/bin/sleep", "1000"]'
		capruntime_detached run -d -b "$bundle" "$id"
		listen_for_terminal
		capruntime_detached exec --tty --console-socket "$socket" \
			--detach --user 1000:1000 "$id" /bin/sh -c \
			'stty -echo; tty; report 80; read line; echo "typed: $line"'
		expect_talk
		wait "$receiver"
		capruntime delete --force "$id"
		expect_nothing_started
	done
}

# The container runs until its output was read: crun reports output at its very
# end as an error, and `script` waits for 10 ms only.
@test "run in a terminal gives the container a new one" {
	mkfifo "$work/typed"
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.process += {terminal: true, args: ["/bin/sh",
			"-c", "stty -echo; tty; report 80; read line
			[ \"$line\" = hello ]"]}'
		: >"$work/terminal"
		capruntime_words run -b "$bundle" "$id"
		# The words are quoted for bash.
		SHELL=$BASH script -qefc "$(printf '%q ' "${words[@]}")" /dev/null \
			>>"$work/terminal" <>"$work/typed" 3>&- &
		person=$!
		started+=("$person")
		wait_until grep -q port80= "$work/terminal" || {
			cat -v "$work/terminal"
			return 1
		}
		echo hello >"$work/typed"
		wait "$person"
		tr -d '\r' <"$work/terminal" |
			diff <(printf '%s\n' /dev/pts/0 "$granted port80=bound") -
		expect_nothing_started
	done
}

@test "a refused create never touches the console socket" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		talk_in_container
		grant '{}' 'ambient: ["NET_RAW"], require: true'
		listen_for_terminal
		try_capruntime create -b "$bundle" \
			--console-socket "$socket" "$id"
		expect_refusal "*CAP_NET_RAW*"
		expect_untouched
		expect_nothing_started
		file_says '' "$work/receiver"
		kill "$receiver"
	done
}
