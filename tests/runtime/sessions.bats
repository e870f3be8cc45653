#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2030,SC2031 # each test has its own id
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Exec sessions of a container whose rule has `exec`: what a process really
# holds that was added with --process, as engines do.

load helpers

setup() {
	setup_containers
	# Links are below the build directory, not in this machine's /run.
	CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
	links=$builddir/tests/cli/sysroot/run/capruntime
}
teardown() { teardown_containers; }

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'
ordinary='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0'

# Adds two capabilities that no rule here names.
engine_writes_more() {
	change_config '.process.capabilities[] += ["CAP_CHOWN", "CAP_KILL"]'
}

start_container() {
	jq '.process.args = ["/bin/sleep", "1000"]' "$bundle/config.json" \
		>"$work/changed.json"
	cp "$work/changed.json" "$bundle/config.json"
	capruntime_detached run -d -b "$bundle" "$id"
}

# Makes the process file from the engine's own config.json, as engines do.
make_process() { # JQ-FILTER
	process=$work/process-$RUNTIME_NAME.json
	jq ".process | .args = [\"/bin/report\"] | ${1-.}" \
		"$work/original-$RUNTIME_NAME.json" >"$process"
	cp "$process" "$process.old"
}

expect_session() { # TEXT [WORD...]: the expected output, and words for exec
	run -0 capruntime exec --process "$process" "${@:2}" "$id" </dev/null
	expect_output "$1"
	cmp "$process.old" "$process"
}

expect_plain_session() {
	run -0 plain_runtime exec --process "$process" "$id" </dev/null
	expect_session "$output"
}

number_of_links() {
	find "$links" -type l -lname "$work/*" 2>/dev/null | wc -l
}

@test "a session of the container's user holds what the container holds" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		make_process
		run -0 plain_runtime exec --process "$process" "$id" </dev/null
		expect_output "$ordinary"
		expect_session "$granted"
		make_process '.args += ["80"]'
		expect_session "$granted port80=bound"
		capruntime delete --force "$id"
	done
}

@test "create and start make sessions as run does" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		change_config '.process.args = ["/bin/sleep", "1000"]'
		capruntime_detached create -b "$bundle" "$id"
		capruntime start "$id"
		make_process
		expect_session "$granted"
		capruntime delete --force "$id"
	done
}

@test "drop and no_new_privileges apply to sessions, too" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		grant '{}' 'exec: true, drop: "others", no_new_privileges: true'
		start_container
		make_process
		run -0 plain_runtime exec --process "$process" "$id" </dev/null
		expect_output 'uid=1000 inh=0 prm=0 eff=0 bnd=421 amb=0 nnp=0'
		expect_session "${granted%0}1"
		capruntime delete --force "$id"
	done
}

# Calls the real runtime with an option before the verb that capruntime does not
# know.
use_newer_runtime() {
	local real

	real=$(command -v "$RUNTIME_NAME")
	mkdir -p "$work/newer"
	cat >"$work/newer/$RUNTIME_NAME" <<-END_OF_RUNTIME
		#!/bin/sh
		[ "\$3" != --hook-config-path ] || {
			root=\$2
			shift 4
			set -- --root "\$root" "\$@"
		}
		exec $real "\$@"
	END_OF_RUNTIME
	chmod 755 "$work/newer/$RUNTIME_NAME"
	runtime_path() { echo "$work/newer/$RUNTIME_NAME"; }
}

@test "an unknown option before the verb hides no run and no session" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		use_newer_runtime
		engine_writes_more
		grant '{}' 'exec: true, require: true, drop: "others",
			no_new_privileges: true'
		run -0 capruntime --hook-config-path /x run -b "$bundle" "$id"
		expect_output "${granted%0}1 port80=bound"
		start_container
		make_process
		run -0 capruntime --hook-config-path /x exec \
			--process "$process" "$id" </dev/null
		expect_output "${granted%0}1"
		run -1 capruntime exec --hook-config-path --process "$process" "$id"
		[[ "$output" == 'capruntime: cannot tell which process file'* ]]
		run -1 capruntime --hook-config-path exec create -b "$bundle" "$id-2"
		[[ "$output" == *'cannot tell which verb is meant'* ]]
		echo '{' >"$work/policy.json"
		run -1 capruntime --hook-config-path /x run -b "$bundle" "$id-2"
		[[ "$output" == *'load policy'* ]]
		capruntime delete --force "$id"
	done
}

@test "after a request drop leaves a session what it leaves the container" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		change_config '.annotations."capruntime.io/ambient" = "kill" |
			.process.args = ["/bin/sh", "-c", "report; sleep 1000"]'
		grant '{}' 'ambient: ["NET_BIND_SERVICE", "KILL"],
			on_request: true, drop: "others", exec: true'
		capruntime_detached run -d -b "$bundle" "$id"
		wait_until file_says \
			'uid=1000 inh=20 prm=20 eff=20 bnd=420 amb=20 nnp=0' \
			"$work/stdout"
		make_process
		expect_session "$(<"$work/stdout")"
		capruntime delete --force "$id"
	done
}

@test "a session of another user is narrowed, and not raised" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		grant '{}' 'exec: true, drop: ["KILL"], no_new_privileges: true'
		start_container
		make_process '.user.uid = 1001'
		expect_session 'uid=1001 inh=0 prm=0 eff=0 bnd=401 amb=0 nnp=1'
		capruntime delete --force "$id"
	done
}

@test "a session of root in a container of another user is unchanged" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		grant '{}' 'exec: true, drop: "others", no_new_privileges: true'
		start_container
		make_process '.user.uid = 0'
		expect_plain_session
		[[ "$output" == 'uid=0 '*' bnd=421 '*' nnp=0' ]]
		capruntime delete --force "$id"
	done
}

@test "a rule for a container of root narrows its sessions" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		change_config '.process.user.uid = 0'
		grant '{uid: 0}' 'exec: true, drop: "others"'
		start_container
		make_process
		run -0 capruntime exec --process "$process" "$id" </dev/null
		[[ "$output" == 'uid=0 '*' prm=400 eff=400 bnd=400 '* ]]
		capruntime delete --force "$id"
	done
}

# A rule that removes everything except one capability.
start_narrowed() {
	engine_writes_more
	grant '{}' 'exec: true, drop: "others", no_new_privileges: true'
	start_container
	make_process
	expect_session "${granted%0}1"
}

@test "a create that fails leaves the sessions of the living container narrow" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_narrowed
		make_bundle "$work/other-$name"
		for other in "$bundle" "$work/other-$name" /nowhere; do
			cp "$bundle/.capruntime.json" "$work/record.old"
			try_capruntime run -d -b "$other" "$id"
			[ "$status" -eq 1 ]
			[[ "$stderr" == *"container '$id' already exists under '$state'" ]]
			cmp "$work/record.old" "$bundle/.capruntime.json"
			expect_session "${granted%0}1"
		done
		[ ! -e "$work/other-$name/.capruntime.json" ]
		capruntime delete --force "$id"
	done
}

@test "a session is narrowed however the root is spelled" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_narrowed
		ln -sfn "$state" "$work/by-link"
		spelled=$state
		for state in "$spelled/" "$work//./${spelled##*/}" "$work/by-link"; do
			expect_session "${granted%0}1"
		done
		state=$spelled
		capruntime delete --force "$id"
	done
}

# crun 1.8 takes an id for a path below the root.
@test "a session with another spelling of the id is refused" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_narrowed
		for spelled in "./$id" "$id/" "../${state##*/}/$id"; do
			try_capruntime exec --process "$process" "$spelled"
			expect_refusal "capruntime: invalid container id '$spelled'*"
		done
		capruntime delete --force "$id"
	done
}

# Without --root: the runtime's own default.
by_default() { # WORD...
	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" "$CAPRUNTIME_BUILT" "$@"
	"${words[@]}" </dev/null 3>&-
}

@test "no --root is the runtime's own" {
	unset XDG_RUNTIME_DIR
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		change_config '.process.args = ["/bin/sleep", "1000"]'
		grant '{}' 'exec: true, drop: "others", no_new_privileges: true'
		make_process
		by_default run -d -b "$bundle" "$id" >"$work/stdout" 2>&1
		run by_default --root "/run/$name/" exec --process "$process" "$id"
		by_default delete --force "$id"
		expect_output "${granted%0}1"
	done
}

# crun changes to the bundle before it reads a relative root; runc does not.
@test "a relative root is the directory where the runtime puts the state" {
	cd "$work"
	for name in $RUNTIMES; do
		use_runtime "$name"
		state=relative
		engine_writes_more
		grant '{}' 'exec: true, drop: "others", no_new_privileges: true'
		start_container
		make_process
		made=$bundle/relative
		[ -d "$made" ] || made=$work/relative
		state=$made
		expect_session "${granted%0}1"
		state=relative
		try_capruntime run -d -b "$bundle" "$id-2"
		expect_refusal "capruntime: bundle in use by container '$id' *"
		try_capruntime run -d -b "$bundle" "$id"
		expect_refusal "capruntime: container '$id' already exists *"
		state=$made
		capruntime delete --force "$id"
	done
}

# For crun 1.21 and later it is the container's user, for others user 0.
@test "a session without a user does not start if the rule narrows" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		engine_writes_more
		grant '{}' 'exec: true, drop: "others"'
		start_container
		for user in 'del(.user)' '.user = null'; do
			make_process "$user"
			run -1 capruntime exec --process "$process" "$id" </dev/null
			expect_output "capruntime: '$process':1:1: no 'user': runtimes differ on whose session that is, write it"
		done
		capruntime delete --force "$id"
	done
}

@test "a session that cannot be narrowed does not start" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		start_narrowed
		before=(sh -c 'ulimit -Sn 64 && exec "$@"' sh)
		try_capruntime exec --process "$process" "$id"
		before=()
		[ "$status" -eq 1 ] && [ -z "$output" ]
		[[ "$stderr" == 'capruntime: '*RLIMIT_NOFILE* ]]
		echo '{' >"$bundle/.capruntime.json"
		try_capruntime exec --process "$process" "$id"
		[ "$status" -eq 1 ] && [ -z "$output" ]
		[[ "$stderr" == 'capruntime: '*.capruntime.json* ]]
		capruntime delete --force "$id"
	done
}

@test "a bundle under ever new ids does not leave a link each" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		first=$id
		for number in 1 2 3 4; do
			id=$first-$number
			run -0 capruntime run -b "$bundle" "$id" </dev/null
		done
		# At most the last two links of each bundle.
		[ "$(number_of_links)" -le 4 ]
	done
}

# It is the first label "bundle" in runc's state, where that of the bundle is the last.
@test "an annotation does not lead a session by hand to another config.json" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true, drop: "others"'
		mkdir -p "$work/forged"
		jq ".process.capabilities[] = [\"CAP_NET_BIND_SERVICE\"] |
			.process.user.uid = 0 | .process.args = [\"/bin/report\"]" \
			"$bundle/config.json" >"$work/forged/config.json"
		change_config --arg forged "$work/forged" \
			'.annotations.bundle = $forged'
		if [ "$RUNTIME_NAME" = runc ]; then
			run -1 capruntime run -b "$bundle" "$id" </dev/null
			[[ "$output" = *"'granted': exec: the annotation 'bundle'"* ]]
			grant '{}' 'exec: true'
			start_container
			run -0 capruntime exec "$id" /bin/report </dev/null
			[[ "$output" = 'uid=0 '* ]] # why it is refused
		else
			start_container # crun reads no annotation there
		fi
		capruntime delete --force "$id"
	done
}

@test "without exec in the rule, sessions are unchanged" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'drop: "others", no_new_privileges: true'
		start_container
		[ "$(number_of_links)" -eq 0 ]
		make_process
		expect_plain_session
		expect_output "$ordinary"
		capruntime delete --force "$id"
	done
}

@test "a policy that changes or breaks reaches the sessions at the next create" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		make_process
		grant_nothing
		expect_session "$granted"
		echo '{' >"$work/policy.json"
		expect_session "$granted"
		capruntime delete --force "$id"
		grant_nothing
		start_container
		[ "$(number_of_links)" -eq 0 ]
		expect_session "$ordinary"
		capruntime delete --force "$id"
	done
}

@test "a session without --process is the runtime's default" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		for user in '' '--user 0' '--user 1000:1000' '--user 1001'; do
			# shellcheck disable=SC2086 # two words or none
			run -0 plain_runtime exec $user "$id" /bin/report \
				</dev/null
			direct=$output
			[[ "$direct" == *' inh=400 '*' bnd=400 amb=400 nnp=0' ]]
			# shellcheck disable=SC2086
			run -0 capruntime exec $user "$id" /bin/report </dev/null
			expect_output "$direct"
		done
		capruntime delete --force "$id"
	done
}

@test "a session without --process has what --cap names" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true, drop: "others", no_new_privileges: true'
		start_container
		run -0 capruntime exec --cap CAP_KILL "$id" /bin/report \
			</dev/null
		case $name in
		runc) [[ "$output" == *' bnd=420 amb=400 nnp=1'* ]] ;;
		crun) [[ "$output" == *' bnd=20 amb=0 nnp=0' ]] ;;
		esac
		capruntime delete --force "$id"
	done
}

@test "--detach and --pid-file work in a session" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		make_process '.args = ["/bin/sh", "-c", "report; sleep 1000"]'
		capruntime_detached exec --process "$process" --detach \
			--pid-file "$work/pid" "$id"
		wait_until file_says "$granted" "$work/stdout"
		grep -E '^CapAmb:'$'\t''0{13}400$' \
			"/proc/$(cat "$work/pid")/status"
		file_says '' "$work/stderr"
		capruntime delete --force "$id"
	done
}

@test "a session gets a working terminal" {
	require_programs python3
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		make_process '.terminal = true | .args = ["/bin/sh", "-c",
			"stty -echo; tty; report; read line; echo \"typed: $line\""]'
		socket=$work/socket-$name
		python3 "$srcdir/tests/runtime/console.py" "$socket" $'hello\n' \
			>"$work/terminal" 2>"$work/receiver" 3>&- </dev/null &
		receiver=$!
		started+=("$receiver")
		wait_until test -S "$socket"
		capruntime_detached exec --tty --console-socket "$socket" \
			--detach --pid-file "$work/pid" --process "$process" "$id"
		wait_until grep -q '^typed: hello$' "$work/terminal"
		grep -qx "$granted" "$work/terminal"
		wait "$receiver"
		capruntime delete --force "$id"
	done
}

@test "the exit status of a session's process comes through" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		for code in 0 1 7 255; do
			make_process ".args = [\"/bin/sh\", \"-c\", \"exit $code\"]"
			run -"$code" capruntime exec --process "$process" "$id" \
				</dev/null
			expect_output ''
		done
		capruntime delete --force "$id"
	done
}

# Opens descriptors 3 to 22; prints those that the session has.
session_with_descriptors() { # COMMAND [WORD...]
	(
		for ((fd = 3; fd <= 22; fd++)); do
			eval "exec $fd</dev/null"
		done
		"$1" exec "${@:2}" --process "$process" "$id" </dev/null \
			>"$work/stdout" 2>"$work/stderr"
	)
	cat "$work/stdout" "$work/stderr"
}

@test "no descriptor of capruntime reaches a session" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		grant '{}' 'exec: true'
		start_container
		make_process '.args = ["/bin/sh", "-c",
			"grep CapAmb /proc/self/status >&2
			cd /proc/self/fd && echo * && ls -l | grep -c memfd; :"]'
		ln -sf busybox "$bundle/rootfs/bin/ls"
		for words in '' '--preserve-fds 1' '--preserve-fds 20'; do
			# shellcheck disable=SC2086 # two words or none
			session_with_descriptors plain_runtime $words
			cp "$work/stdout" "$work/direct"
			# shellcheck disable=SC2086
			session_with_descriptors capruntime $words
			grep -q 'CapAmb:.0*400$' "$work/stderr"
			cmp "$work/direct" "$work/stdout"
		done
		grep -q ' 22 ' "$work/stdout"
		capruntime delete --force "$id"
	done
}

@test "a session in the container's user namespace holds the grant there" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		change_config '.linux.namespaces += [{type: "user"}] |
			.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
			.linux.gidMappings = .linux.uidMappings'
		chmod o+x "$bundle"
		grant '{}' 'exec: true'
		start_container
		make_process
		expect_session "$granted"
		capruntime delete --force "$id"
	done
}
