#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own terminal
# shellcheck disable=SC2154 # automake sets them
# What capctl learn finds out about real programs, and what it leaves behind.

load capctl_helpers

setup() {
	require_root
	require_programs jq busybox setpriv python3 unshare
	work=$BATS_TEST_TMPDIR
	tracing=/sys/kernel/tracing
	# Directories that other users cannot search would be refused.
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	export HOME=/
}

# Runs a command as user 1000; $output has what it needs, for example
# "NET_RAW socket".
learn() { # COMMAND...
	capctl learn --json --user 1000 -- "$@"
	[ "$status" -ne 2 ] || seen 'not recorded' || return
	is_json '.complete and .lost == 0' || return
	needs=$(jq -r '.capabilities[] | select(.refused > 0) |
		"\(.name) \(.lacking.call)"' <<<"$output")
}

wants() { # TEXT
	[ "$needs" = "$1" ] || seen "wanted: $1"
}

# Instances and probes without a capctl; those of other tests have one.
left_behind() {
	local name pid

	{
		find "$tracing/instances" -maxdepth 1 -name 'capctl_*'
		grep -o 'capctl_[^/]*' "$tracing/kprobe_events" || :
	} 2>/dev/null | while read -r name; do
		pid=${name##*capctl_}
		[ -e "/proc/${pid%_*}" ] || echo "$name"
	done
}

nothing_is_left() { [ -z "$(left_behind)" ]; }

instance_of() { # PID of capctl
	find "$tracing/instances" -maxdepth 1 -name "capctl_$1_*"
}

has_instance() { # PID of capctl
	[ -n "$(instance_of "$1")" ]
}

is_recorded() { # PID of capctl
	has_instance "$1" && [ -n "$(pgrep -P "$1" sleep)" ]
}

@test "wrong use is refused" {
	local see="see 'capctl help learn'"

	capctl learn
	complained "learn: a command, '--pid', '--id', '--run' or '--confirm' is needed: $see"
	capctl learn --pid 1 true
	complained "learn: a command, '--pid', '--id', '--run' and '--confirm' exclude each other: $see"
	capctl learn --run / --confirm /
	complained "learn: a command, '--pid', '--id', '--run' and '--confirm' exclude each other: $see"
	capctl learn --pid 1 --user 1
	complained "learn: '--user' is for a command: $see"
	capctl learn --root / true
	complained "learn: '--root' is for '--id', '--run' and '--confirm': $see"
	capctl learn --test true --run /
	complained "learn: '--test', '--policy' and '--as' are for '--confirm': $see"
	capctl learn --confirm / --as scc
	complained "learn: '--as' needs '--rule': $see"
	capctl learn --confirm / --as docker --rule "$work/rule"
	complained "learn: 'docker' is none of rule, securitycontext, podman, systemd and scc: $see"
	capctl learn --pid x
	complained "learn: 'x' is not a PID: $see"
	capctl learn --user root true
	complained "learn: 'root' is not UID or UID:GID: $see"
	capctl learn --for 1d true
	complained "learn: '1d' is no time from 1s to 168h: for example 30s or 5m: $see"
}

@test "a program or process that does not exist is an error" {
	require_tracing
	capctl learn -- /nowhere/x
	complained "learn: start '/nowhere/x': no such file or directory"
	printf '#!/nowhere/x\n' >"$work/script"
	chmod 755 "$work/script"
	capctl learn -- "$work/script"
	complained "learn: start '$work/script': it cannot be executed"
	capctl learn --pid 4194304
	complained 'learn: no process 4194304'
	capctl learn --root "$work" --id x
	complained "learn: no container 'x' in '$work'"
	wait_until nothing_is_left
}

@test "another user cannot record" {
	require_open_build
	require_tracing
	run --separate-stderr setpriv --reuid 65534 --clear-groups \
		"$builddir/capctl" learn -- true
	ended 2
	[[ "$stderr" = 'capctl: learn: '*'this needs root'* ]] || seen 'no reason'
	[ "$(wc -l <<<"$stderr")" = 1 ] || seen 'more than a line'
}

@test "in a PID namespace it says that it cannot record" {
	run --separate-stderr unshare -pf --mount-proc \
		"$builddir/capctl" learn -- true
	complained "learn: the kernel's records have the PIDs of the machine: run this outside of containers"
}

@test "a shell that needs nothing needs nothing" {
	require_tracing
	learn sh -c 'echo a; ls / >/dev/null; cat /etc/passwd >/dev/null; true | true'
	ended 0
	wants ''
	is_json '.needs.names == [] and .lacks.names == [] and .exit_status == 0'
	capctl learn --user 1000 -- sh -c :
	ended 0
	[[ "$output" = *'needs: nothing' ]] || seen 'more than nothing'
}

@test "a server on port 80 needs NET_BIND_SERVICE" {
	require_tracing
	[ "$(</proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 80 ] ||
		skip 'port 80 is open to every user here'
	learn busybox httpd -f -p 80
	ended 1
	wants 'CAP_NET_BIND_SERVICE bind'
	is_json '.exit_status == 1 and (.needs.names == ["CAP_NET_BIND_SERVICE"])'
	is_json '.capabilities[] | select(.name == "CAP_NET_BIND_SERVICE") |
		.wanted == 1 and .granted == 0 and .refused == 1 and
		(.lacking.program | endswith("/busybox")) and .used == null and
		.lacking.error == "permission denied" and (.dangerous | not)'
}

@test "the screen of learn is what it prints" {
	local page text words

	require_tracing
	[ "$(</proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 80 ] ||
		skip 'port 80 is open to every user here'
	capctl learn --user 1000 -- busybox httpd -f -p 80
	ended 1
	for page in "$stderr $output" "$(<"$srcdir/docs/capctl.md")" \
		"$(<"$srcdir/man/capctl.8")"; do
		words=$(tr -s ' \n' ' ' <<<"$page" | sed 's|/[a-z/]*/busybox|busybox|g')
		for text in 'httpd: bind: Permission denied' \
			'NET_BIND_SERVICE lacking refused 1 bind by busybox: permission denied checked, but not needed:' \
			'the command ended with exit status 1 needs: NET_BIND_SERVICE'; do
			[[ "$words" == *"$text"* ]] || { echo "$page: no '$text'" && false; }
		done
	done
}

@test "ping with a raw socket needs NET_RAW" {
	require_tracing
	learn busybox ping -c 1 127.0.0.1
	wants 'CAP_NET_RAW socket'
}

@test "a program that locks memory needs IPC_LOCK" {
	require_tracing
	cat >"$work/lock.py" <<-'END'
		import ctypes, resource
		resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
		text = ctypes.create_string_buffer(65536)
		ctypes.CDLL(None).mlock(text, 65536)
	END
	chmod 755 "$work"
	learn python3 -I - <"$work/lock.py"
	[ -z "$needs" ] || seen 'standard input is not that of the test'
	learn python3 -Ic "$(<"$work/lock.py")"
	wants 'CAP_IPC_LOCK mlock'
}

@test "a higher priority needs SYS_NICE, although nice goes on without" {
	require_tracing
	learn nice -n -5 true
	ended 1
	wants 'CAP_SYS_NICE setpriority'
	is_json '.exit_status == 0'
}

@test "chown needs CHOWN, which is dangerous" {
	require_tracing
	touch "$work/file"
	chmod 755 "$work"
	learn busybox chown 0 /etc/passwd
	wants 'CAP_CHOWN chown'
	is_json '.capabilities[] | select(.name == "CAP_CHOWN") | .dangerous'
	capctl learn --user 1000 -- busybox chown 0 /etc/passwd
	[[ "$output" = *$'needs: CHOWN\ndangerous: CHOWN' ]] || seen 'no warning'
}

@test "what root uses is found, and what only starts the command is not" {
	require_tracing
	touch "$work/file"
	capctl learn --json -- busybox chown 1 "$work/file"
	ended 0
	is_json '.needs.names == ["CAP_CHOWN"] and .lacks.names == []'
	is_json '.capabilities[] | select(.name == "CAP_CHOWN") |
		.granted == 1 and .used.call == "chown" and .lacking == null'
}

@test "children and threads are followed" {
	require_tracing
	learn sh -c '(sh -c "nice -n -5 true" & wait); true'
	wants 'CAP_SYS_NICE setpriority'
	learn python3 -Ic 'import os, threading
def lower():
	try: os.setpriority(os.PRIO_PROCESS, 0, -5)
	except OSError: pass
thread = threading.Thread(target=lower)
thread.start()
thread.join()'
	wants 'CAP_SYS_NICE setpriority'
}

@test "memory accounting is named, and is no need" {
	require_tracing
	learn sh -c 'true & wait'
	is_json '.capabilities[] | select(.name == "CAP_SYS_ADMIN") |
		.not_needed.memory > 0 and .wanted == 0'
}

@test "of two refused capabilities of which one is enough, the narrower is named" {
	require_tracing
	learn cat /etc/shadow
	wants 'CAP_DAC_READ_SEARCH openat'
	is_json '.capabilities[] | select(.name == "CAP_DAC_OVERRIDE") |
		.not_needed.wider == 1'
}

# Overlayfs asks for the program, and then for who mounted it.
@test "in an overlay only what is asked for the program counts" {
	require_tracing
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs tmpfs /mnt &&
		cd /mnt && mkdir lower data work top && echo text >lower/file &&
		mount -t overlay overlay -o \
			lowerdir=lower,upperdir=data,workdir=work top &&
		chmod 777 top && cd top && "$1" learn --json --user 1000 -- sh -c "
			echo more >new; rm new; busybox chown 0 file"' \
		sh "$builddir/capctl"
	ended 1
	is_json '.needs.names == ["CAP_CHOWN"]'
	is_json '[.capabilities[].not_needed.other_credentials] | add > 0'
}

@test "standard output has the result alone" {
	require_tracing
	capctl learn --json -- echo text
	[ "$stderr" = text ] || seen 'wanted the text of the command'
	is_json '.complete'
}

start_lowering() { # sets $lowering: a process that wants SYS_NICE again and again
	setpriv --reuid 1000 --clear-groups sh -c 'while :; do
		nice -n -5 true; sleep 0.2; done' 2>/dev/null 3>&- &
	lowering=$!
}

# A busy machine does not run it in each second.
sees_lowering() { # COMMAND...
	"$@" --for 1s --pid "$lowering"
	[ "$status" = 1 ]
}

@test "a process that runs is watched until the time is over" {
	require_tracing
	start_lowering
	wait_until sees_lowering capctl learn --json
	kill "$lowering"
	is_json '.needs.names == ["CAP_SYS_NICE"] and .exit_status == null'
	wait_until nothing_is_left
}

@test "it ends with the process that it watches" {
	require_tracing
	sleep 3 3>&- &
	capctl learn --json --pid $!
	ended 0
	is_json '.needs.names == []'
}

@test "the time ends a command" {
	require_tracing
	capctl learn --json --for 1s -- sleep 1000
	ended 0
	is_json '.exit_status == 143'
}

@test "a signal ends the recording, and nothing is left" {
	require_tracing
	local signal

	for signal in INT TERM HUP QUIT; do
		# A shell without job control has INT and QUIT ignored.
		python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$builddir/capctl" learn --json \
			-- sleep 1000 >"$work/out" 3>&- &
		local pid=$!
		wait_until is_recorded $pid
		kill -$signal $pid
		wait $pid
		jq -e '.complete' "$work/out"
		wait_until nothing_is_left
	done
}

@test "what a killed one left is removed by the next, and what lives stays" {
	require_tracing
	local killed living child

	"$builddir/capctl" learn -- sleep 1000 >"$work/killed" 3>&- &
	killed=$!
	"$builddir/capctl" learn --json -- sh -c 'sleep 1000; nice -n -5 true' \
		>"$work/living" 3>&- &
	living=$!
	wait_until is_recorded $killed
	wait_until has_instance $living
	wait_until pgrep -P $living sh
	child=$(pgrep -P $killed sleep)
	kill -KILL $killed
	wait $killed || :
	kill "$child"
	capctl learn -- true
	ended 0
	[ -z "$(instance_of $killed)" ]
	[ -n "$(instance_of $living)" ]
	kill "$(pgrep -P "$(pgrep -P $living sh)" sleep)"
	wait $living
	jq -e '.complete and .needs.names == ["CAP_SYS_NICE"]' "$work/living"
	wait_until nothing_is_left
}

@test "the rule is a policy that check takes" {
	require_tracing
	capctl learn --user 1000 --rule "$work/rule.json" -- nice -n -5 true
	ended 1
	jq -e '.rules == [.rules[0]] and .rules[0].ambient == ["SYS_NICE"] and
		.rules[0].require and (.rules[0].comment |
		test("^SYS_NICE( \\(dangerous\\))?: setpriority by .*/nice: "))' \
		"$work/rule.json"
	capctl check --json "$work/rule.json"
	ended 0
	is_json '.errors == 0'
	[ "$(stat -c %a "$work/rule.json")" = 644 ]
}

@test "a rule replaces no file, and without a need there is none" {
	require_tracing
	echo text >"$work/file"
	capctl learn --rule "$work/file" -- touch "$work/ran"
	complained "learn: '$work/file': file exists"
	[ "$(<"$work/file")" = text ]
	[ ! -e "$work/ran" ]
	capctl learn --rule "$work/rule.json" -- true
	ended 0
	[ ! -e "$work/rule.json" ]
	capctl learn --rule "$work/rule.json" -- /nowhere/x
	ended 2
	[ ! -e "$work/rule.json" ]
	capctl learn --rule /nowhere/rule.json -- true
	complained "learn: '/nowhere/rule.json': no such file or directory"
}

@test "lost events make the result incomplete" {
	require_tracing
	capctl learn --json -- sh -c 'kill -STOP $PPID; dd if=/dev/zero \
		of=/dev/null bs=1 count=300000; kill -CONT $PPID' 2>/dev/null
	ended 2
	is_json '(.complete | not) and .lost > 0'
	[[ "$stderr" != *capctl* ]] || seen 'the result has the reason'
	capctl learn -- sh -c 'kill -STOP $PPID; dd if=/dev/zero \
		of=/dev/null bs=1 count=300000; kill -CONT $PPID' 2>/dev/null
	ended 2
	[[ "$output" = *$'\n''incomplete: '*' events of the kernel are lost' ]] ||
		seen 'wanted the reason'
}

@test "two at once do not disturb each other" {
	require_tracing
	"$builddir/capctl" learn --json --user 1000 -- nice -n -5 sleep 1 \
		>"$work/one" 3>&- &
	local one=$!
	learn busybox ping -c 1 127.0.0.1
	wants 'CAP_NET_RAW socket'
	wait $one || [ $? = 1 ]
	jq -e '.complete and .needs.names == ["CAP_SYS_NICE"]' "$work/one"
}

# Runs it on a terminal of 80 columns, types Ctrl-C when TEXT was shown, and sets
# status and output. The modes of the terminal must be as before.
on_terminal() { # TEXT WORD...
	status=0
	output=$(python3 - "$builddir/capctl" "$@" <<-'END'
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
		    os.execv(sys.argv[1], [sys.argv[1]] + sys.argv[3:])
		modes, shown, text = termios.tcgetattr(fd), b"", sys.argv[2].encode()
		while True:
		    try:
		        more = os.read(fd, 4096)
		    except OSError:
		        break
		    if not more:
		        break
		    shown += more
		    if text and text in shown:
		        assert termios.tcgetattr(fd) == modes
		        os.write(fd, b"\3")
		        text = b""
		sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
	) || status=$?
	stderr=
}

# What is left on the terminal: nothing of the view.
expect_left() { # PATTERN
	local left=${output##*$'\e[J'}

	# shellcheck disable=SC2053 # a pattern
	[[ "$left" == $1 && "$left" != *$'\e'* ]] || seen "wanted: $1"
}

@test "on a terminal it shows what it knows, and Ctrl-C prints the result" {
	require_tracing
	export TERM=xterm NO_COLOR=1
	unset COLUMNS
	start_lowering
	on_terminal 'setpriority by' learn --pid "$lowering"
	[[ "$output" == *$'capability          wanted granted refused   last  first\nSYS_NICE '*[0-9]' s  setpriority by '* ]] ||
		seen 'no view'
	[[ "$output" == *$'\r\e[3A\e[J'* ]] || seen 'it is not drawn again'
	ended 1
	expect_left $'SYS_NICE  lacking  refused *needs: SYS_NICE*'
	# The same without Ctrl-C.
	wait_until sees_lowering on_terminal '' learn
	[[ "$output" == *'watched for '[0-9]' s; Ctrl-C ends it'* ]] || seen 'no view'
	expect_left $'SYS_NICE  lacking  refused *needs: SYS_NICE*'
	unset NO_COLOR
	on_terminal '' learn --for 1s --pid "$lowering"
	[[ "$output" == *$'\e[1mcapability '* ]] || seen 'no colour'
	on_terminal '' learn --color never --for 1s --pid "$lowering"
	[[ "$output" != *$'\e[1m'* ]] || seen 'colour'
	kill "$lowering"
}

@test "a view is only on a terminal that nothing else writes to" {
	require_tracing
	export TERM=xterm NO_COLOR=1
	unset COLUMNS
	start_lowering
	capctl learn --for 1s --pid "$lowering"
	[[ "$output" != *capability* && "$output" != *$'\e'* ]] || seen 'piped'
	on_terminal '' learn --json --for 1s --pid "$lowering"
	is_json '.complete'
	[[ "$output" != *$'\e'* ]] || seen 'JSON'
	TERM=dumb on_terminal '' learn --for 1s --pid "$lowering"
	[[ "$output" != *$'\e'* && "$output" != *capability* ]] || seen 'dumb'
	kill "$lowering"
	# What the command prints stays.
	on_terminal '' learn -- sh -c 'echo printed; sleep 1'
	[[ "$output" == *printed* && "$output" != *$'\e'* ]] || seen 'command'
}
