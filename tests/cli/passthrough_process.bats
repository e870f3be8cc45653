#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # what python and sed read
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# shellcheck disable=SC2034,SC2154 # passthrough_helpers.bash has them
# The process state that the real runtime inherits: argv, environment,
# descriptors, signals and the rest are unchanged. Programs that show their own
# /proc replace the runtime.

load passthrough_helpers

setup() { setup_passthrough; }
teardown() { teardown_passthrough; }

# Compares the lines of /proc/self/FILE that match PATTERN.
expect_same_proc() { # FILE PATTERN
	use_program grep
	expect_same -aE "$2" "/proc/self/$1"
	[ -s "$work/through.stdout" ]
}

# Compares CODE in a python that capruntime executes and in a direct one.
expect_same_python() { # CODE
	use_python
	expect_same -c "$1"
	cat "$work/through.stderr"
	[ "$(cat "$work/through.status")" -eq 0 ]
}

# The interpreter itself, not the shell wrapper of a version manager.
use_python() {
	require_programs python3
	PATH=$(dirname "$(python3 -c 'import os, sys
print(os.path.realpath(sys.executable))')"):$PATH
	use_program python3
}

@test "argv arrives unchanged, except argv[0], which is the runtime's path" {
	use_program cat
	expect_same /proc/self/cmdline
	tr '\0' '\n' <"$work/through.stdout" |
		diff <(printf '%s\n' "$program" /proc/self/cmdline) -
	use_program printf
	expect_same '%s|' '' ' ' 'a b' $'new\nline' $'\xff' '--' '-x' '*' '$HOME' \
		create run -b --root=x
	printf '%s|' '' ' ' 'a b' $'new\nline' $'\xff' '--' '-x' '*' '$HOME' \
		create run -b --root=x | cmp - "$work/through.stdout"
}

@test "an argv of many words and of long words arrives whole" {
	use_program printf
	mapfile -t words < <(seq 20000)
	expect_same '%s\n' "${words[@]}"
	[ "$(wc -l <"$work/through.stdout")" -eq 20000 ]
	expect_same '%s\n' "$(head -c 100000 /dev/zero | tr '\0' x)"
	[ "$(wc -c <"$work/through.stdout")" -eq 100001 ]
}

@test "the environment arrives byte for byte and in its order" {
	use_program cat
	before=(env -i Z=1 A=2 "M=with
newline" EMPTY= "LD_LIBRARY_PATH=" $'BYTES=\xff' _=x CAPRUNTIME_POLICY=/x)
	expect_same /proc/self/environ
	[ -s "$work/through.stdout" ]
	before=(env -i)
	expect_same /proc/self/environ
	[ ! -s "$work/through.stdout" ]
}

@test "an environment with a duplicate name, or without '=', arrives unchanged" {
	use_python
	cat_program=$(readlink -f "$(type -P cat)")
	python=$program
	use_program cat
	code='import ctypes, sys
libc = ctypes.CDLL(None)
words = [w.encode() for w in sys.argv[1:]]
argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
envp = (ctypes.c_char_p * 6)(b"A=1", b"A=2", b"NOTHING", b"=", b"", None)
libc.execve(words[0], argv, envp)'
	before=("$python" -c "$code")
	expect_same /proc/self/environ
	printf 'A=1\0A=2\0NOTHING\0=\0\0' | cmp - "$work/through.stdout"
}

@test "exactly the open descriptors arrive" {
	echo 5 >"$work/five"
	exec 5<"$work/five" 6>>"$work/six" 9<>"$work/nine" 77<&5
	expect_same_python 'import os
for name in sorted(os.listdir("/proc/self/fd"), key=int):
    try:
        target = os.readlink("/proc/self/fd/" + name)
    except OSError:
        continue # the directory itself
    with open("/proc/self/fdinfo/" + name) as info:
        flags = [line for line in info if line.startswith(("pos", "flags"))]
    print(name, target.split("/")[-1].replace("through", "direct"), *flags)'
	grep -q '^77 five' "$work/through.stdout"
	grep -q '^6 six' "$work/through.stdout"
	exec 5<&- 6>&- 9<&- 77<&-
}

@test "descriptors that are closed stay closed" {
	for closed in 0 1 2 01 02 12 012; do
		expect_same_python 'import os
open_ones = [n for n in range(64) if os.path.exists(f"/proc/self/fd/{n}")]
with open("'"$work"'/open", "a") as out: print(open_ones, file=out)'
	done
	# Each call is there twice: without capruntime and with it.
	awk 'NR % 2 { first = $0; next } $0 != first { print first, $0; exit 1 }' \
		"$work/open"
	[ "$(wc -l <"$work/open")" -eq 14 ]
}

@test "standard input is not read, and its offset does not move" {
	use_program cat
	printf 'first\nsecond\nthird\n' >"$work/input"
	{
		read -r line
		"$capruntime" - >"$work/rest"
	} < <(cat "$work/input")
	[ "$line" = first ]
	diff - "$work/rest" <<<$'second\nthird'
	exec 5<"$work/input"
	read -r line <&5
	[ "$("$capruntime" /proc/self/fdinfo/0 <&5 | grep ^pos)" = \
		"$("$program" /proc/self/fdinfo/0 <&5 | grep ^pos)" ]
	exec 5<&-
}

@test "blocked, ignored and default signals are unchanged" {
	before=(env '--default-signal' '--block-signal=USR1,RTMIN,CHLD'
		'--ignore-signal=HUP,PIPE,TERM,CHLD')
	expect_same_proc status '^(Sig[PBIC]|Shd)'
	before=(env '--default-signal')
	expect_same_proc status '^(Sig[PBIC]|Shd)'
	# Except for the two signals that the C library reserves.
	expect_same_proc status '^SigIgn:.0{7}[01][08]0{7}$'
}

@test "a pending signal stays pending" {
	use_python
	python=$program
	before=("$python" -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGUSR2})
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR2)
os.execv(sys.argv[1], sys.argv[1:])')
	expect_same_proc status '^(Sig[PBIC]|Shd)'
	expect_same_proc status '^SigPnd:.0*800$'
	expect_same_proc status '^ShdPnd:.0*200$'
}

@test "the real runtimes get the signals unchanged, too" {
	for name in runc crun; do
		use_program "$name"
		before=(env '--ignore-signal=PIPE' '--block-signal=TERM')
		expect_same --version
		before=(env '--ignore-signal=HUP,INT,TERM,CHLD')
		expect_same --root "$work/root" state nosuch
	done
}

@test "pid, parent, session and parent-death signal are unchanged" {
	use_python
	python=$program
	before=("$python" -c 'import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGUSR1) # PR_SET_PDEATHSIG
os.environ["BEFORE"] = f"{os.getpid()} {os.getppid()} {os.getsid(0)}"
signal.setitimer(signal.ITIMER_REAL, 1000)
os.execv(sys.argv[1], sys.argv[1:])')
	expect_same_python 'import ctypes, os, signal
death = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(death)) # PR_GET_PDEATHSIG
now = f"{os.getpid()} {os.getppid()} {os.getsid(0)}"
print(now == os.environ["BEFORE"], death.value,
      signal.getitimer(signal.ITIMER_REAL)[0] > 900)'
	expect_stdout 'True 10 True'
}

@test "directory, umask, limits, priority and capabilities are unchanged" {
	umask 0137
	cd /usr
	ulimit -S -n 100 -c 0
	before=(nice -n 3)
	expect_same_proc status '^(Umask|Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)'
	expect_same_proc limits .
	expect_same_proc cgroup .
	expect_same_proc oom_score_adj .
	expect_same_proc personality .
	use_program readlink
	expect_same /proc/self/cwd
	expect_stdout /usr
	expect_same /proc/self/root
	use_program nice
	expect_same
	expect_stdout "$(nice -n 3 nice)"
}

@test "ambient capabilities of the caller are unchanged" {
	require_root
	require_programs setpriv
	require_open_build
	chmod o+x "$BATS_RUN_TMPDIR" "${work%/*}" "$work"
	before=(setpriv --reuid 65534 --clear-groups
		--inh-caps +net_bind_service --ambient-caps +net_bind_service)
	expect_same_proc status '^(Uid|Cap|NoNewPrivs)'
	grep -q '^CapAmb:.0*400$' "$work/through.stdout"
}

@test "a create that changes config.json passes on all of this, too" {
	require_root
	use_python
	cat >"$work/runc" <<-END
		#!$program
		import os, sys
		print(sys.argv[1:], os.getcwd(), os.environb)
		for name in sorted(os.listdir("/proc/self/fd"), key=int):
		    if name not in "12" and os.path.exists("/proc/self/fd/" + name):
		        print(name, os.readlink("/proc/self/fd/" + name))
		for line in open("/proc/self/status"):
		    if line.startswith(("SigP", "SigB", "SigI", "Cap", "Umask")):
		        print(line)
	END
	chmod 755 "$work/runc"
	use_program "$work/runc"
	echo '{"process":{"user":{"uid":1000,"gid":1000},"capabilities":{
		"bounding":["CAP_NET_BIND_SERVICE"]}}}' >config.json
	echo '{"version":1,"rules":[{"name":"all","match":{},"require":true,
		"ambient":["NET_BIND_SERVICE"]}]}' >"$CAPRUNTIME_POLICY"
	exec 5<"$work/runc" 9>>"$work/nine"
	before=(env '--default-signal' '--block-signal=USR1'
		'--ignore-signal=HUP,PIPE' Z=1 A=2)
	for closed in '' 0 2 02; do
		original=$(<config.json)
		expect_same create --bundle . id
		[ "$(cat "$work/through.status")" -eq 0 ]
		grep -q '"ambient":\["CAP_NET_BIND_SERVICE"\]' config.json
		printf '%s\n' "$original" >config.json
		rm .capruntime.json
	done
	exec 5<&- 9>&-
}

# A sanitizer makes other calls at the program's start.
require_plain_build() {
	! grep -q __asan_init "$CAPRUNTIME_BUILT" || skip 'built with a sanitizer'
}

# Prints the system calls from the end of the C library's start to the execve.
trace() { # WORD...: the command line
	strace -f -o "$work/trace" "$@" >/dev/null 2>&1 </dev/null || :
	sed -i 's/^[0-9]* *//' "$work/trace"
	awk '
		/^execve/ && ++execs == 2 { exit }
		/^(mprotect|munmap|prlimit64|rseq|set_tid_address)\(/ { calls = ""; next }
		{ calls = calls $0 "\n" }
		END { printf "%s", calls }' "$work/trace" |
		sed -E 's/^(readlink|stat)(at)?\(/\1(/; s/^(newfstatat|fstatat64|statx)\(AT_FDCWD, /stat(/
			s/^([a-z_0-9]+\("[^"]*").*/\1/'
}

@test "pass-through makes only a readlink, two stats and the execve" {
	require_strace
	require_plain_build
	use_program true
	trace "$capruntime" state x >"$work/calls"
	diff - "$work/calls" <<-END
		readlink("$runtimes/$handler"
		stat("$program"
		stat("$capruntime"
	END
	run ! grep -E '^(v?fork|clone3?)\(' "$work/trace"
}

@test "pass-through with \$CAPRUNTIME_RUNTIME makes only two stats and the execve" {
	require_strace
	require_plain_build
	use_program true
	export CAPRUNTIME_RUNTIME=$program
	# The additional calls of exec with --process are tested in
	# sessions.bats.
	for words in --version features 'state x' 'kill x' 'delete x' \
		'exec x true' 'nosuch x' ''; do
		# shellcheck disable=SC2086 # words
		trace "$CAPRUNTIME_BUILT" $words >"$work/calls"
		diff - "$work/calls" <<-END
			stat("$program"
			stat("$CAPRUNTIME_BUILT"
		END
		run ! grep -E '^(v?fork|clone3?)\(' "$work/trace"
	done
}

# Makes a copy with mode MODE that other users can call.
make_copy() { # MODE
	chmod o+x "$BATS_RUN_TMPDIR" "${work%/*}" "$work"
	cp "$CAPRUNTIME_BUILT" "$work/copy"
	chmod "$1" "$work/copy"
	export CAPRUNTIME_RUNTIME=$program
}

@test "a setuid or setgid copy run by another user refuses everything" {
	require_root
	require_programs setpriv
	use_program true
	for mode in 4755 2755 6755; do
		make_copy "$mode"
		for words in --version 'state x' 'create -b . x' ''; do
			# shellcheck disable=SC2086 # words
			run --separate-stderr setpriv --reuid 65534 \
				--regid 65534 --clear-groups "$work/copy" $words
			echo "$status $output $stderr"
			[ "$status" -eq 1 ]
			[ -z "$output" ]
			[[ "$stderr" == 'capruntime: '*setuid* ]]
			# Ignores a sanitizer's lines; no option disables them.
			[ "$(grep -cv '^==[0-9]*==' <<<"$stderr")" -eq 1 ]
		done
	done
	# The owner may call it, because both ids are the same.
	run -0 "$work/copy" --version
}

@test "an ordinary user's pass-through needs no more than the runtime itself" {
	require_root
	require_programs setpriv
	chmod o+x "$BATS_RUN_TMPDIR" "${work%/*}" "$work"
	before=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	for name in runc crun; do
		use_program "$name"
		cp "$builddir/tests/cli/capruntime-sysroot" "$work/copy-$name"
		before+=(env "CAPRUNTIME_RUNTIME=$program")
		capruntime=$work/copy-$name
		expect_same --version
		expect_same --help
	done
}
