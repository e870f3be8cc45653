# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by helpers.bash
# Exec sessions under a stand-in for the real runtime that records its call.
# RUNSTATEDIR and /dev/log are private to a test.
#
#   setup_session          in setup(): creates a container whose rule has
#                          `exec`; $process is an engine's process file
#   session WORD...        runs capruntime WORD...
#   changed WORD...        the same; the argument $process, written as @, was
#                          replaced by a descriptor with the content $handed
#   untouched WORD...      the same; argv is unchanged and there is no output
#   logged_untouched TEXT WORD...
#                          the same, but the audit log has a line with TEXT
#   refused_session TEXT WORD...
#                          refused with TEXT, which is also in the audit log
#
# $links is the directory of the links. The stand-in's exit status is 7.

load helpers

raise='"match":{},"ambient":["NET_BIND_SERVICE"]'
with_exec="{\"name\":\"web\",$raise,\"exec\":true}"
without_exec="{\"name\":\"web\",$raise}"

setup_session() {
	require_programs python3 unshare strace timeout
	setup_work
	state=$work/run
	links=$state/capruntime
	handed=$work/handed
	process=$work/process.json
	cp "$srcdir/tests/data/fixtures/crio/add.exec-process.json" "$process"
	unset XDG_RUNTIME_DIR LISTEN_FDS
	CAPRUNTIME_BUILT=${CAPRUNTIME_SYSROOT-$builddir/tests/cli/capruntime-sysroot}
	over_sysroot run
	before=(timeout 60 "${over[@]}")
	use_policy "$with_exec"
	create
	started
	python_runtime runc
}

python_runtime() { # NAME
	mkdir -p "$work/bin"
	CAPRUNTIME_RUNTIME=$work/bin/$1
	cat >"$CAPRUNTIME_RUNTIME" <<-'END_OF_RUNTIME'
		#!/usr/bin/env python3
		import fcntl, os, sys
		work = os.path.dirname(os.path.dirname(sys.argv[0]))
		with open(work + "/called", "a") as out:
		    print("called", *sys.argv[1:], sep="\n", file=out)
		names = []
		for name in sorted(os.listdir("/proc/self/fd"), key=int):
		    try:
		        names.append(name + " " + os.readlink("/proc/self/fd/" + name))
		    except OSError:
		        pass # the directory itself
		with open(work + "/descriptors", "w") as out:
		    print(*names, sep="\n", file=out)
		for word in sys.argv:
		    at = word.find("/proc/self/fd/")
		    if at >= 0:
		        with open(word[at:], "rb") as file, \
		             open(work + "/handed", "wb") as out:
		            out.write(file.read())
		            print(fcntl.fcntl(file, 1034), # F_GET_SEALS
		                  file=open(work + "/seals", "w"))
		sys.exit(7)
	END_OF_RUNTIME
	chmod 755 "$CAPRUNTIME_RUNTIME"
}

# With the audit log in $work/received.
run_logged() { # WORD...
	rm -f "$work"/{called,descriptors,handed,seals}
	: >"$work/received"
	status=0
	"${before[@]}" python3 "$srcdir/tests/cli/devlog.py" socket \
		"$work/received" "$CAPRUNTIME_BUILT" "$@" >"$work/stdout" \
		2>"$work/stderr" </dev/null || status=$?
}

session() { # WORD...
	run_logged "$@"
	[ "$status" -eq 7 ] || complain "is not the runtime's status" || return
	[ ! -s "$work/stdout" ] || complain 'wrote on stdout' || return
	[ ! -s "$work/stderr" ] || complain 'wrote on stderr'
}

changed() { # WORD...
	local word

	session "${@//@/$process}" || return
	[ ! -s "$work/received" ] || complain "$(<"$work/received")" || return
	descriptor=$(sed -n 's|.*/proc/self/fd/||p' "$work/called")
	[ "${descriptor:-0}" -ge 64 ] || complain 'hands no file over' || return
	printf '%s\n' called "${@//@//proc/self/fd/$descriptor}" |
		diff - "$work/called"
}

untouched() { # WORD...
	session "$@" || return
	printf '%s\n' called "$@" | diff - "$work/called" || return
	[ ! -s "$work/received" ] || complain "$(<"$work/received")"
}

logged_untouched() { # TEXT WORD...
	session "${@:2}" || return
	printf '%s\n' called "${@:2}" | diff - "$work/called" || return
	cat "$work/received"
	[ "$(wc -l <"$work/received")" -eq 1 ] || complain 'no audit' || return
	grep -q '"exec_untouched"' "$work/received" || return
	grep -qF -- "$1" "$work/received"
}

# Refused: the runtime is not called, and the audit log has the reason too.
refused_session() { # TEXT WORD...
	run_logged "${@:2}"
	[ "$status" -eq 1 ] || complain 'is not refused' || return
	[ ! -s "$work/stdout" ] || complain 'wrote on stdout' || return
	[ ! -e "$work/called" ] || complain 'called the runtime' || return
	[ "$(wc -l <"$work/stderr")" -eq 1 ] || complain 'not one line' || return
	grep -qF -- "$1" "$work/stderr" || complain "lacks $1" || return
	grep -q '"exec_refused"' "$work/received" || return
	grep -qF -- "$1" "$work/received"
}

# The link of the container that setup_session made.
only_link() { # prints its path
	local all=("$links"/*)

	[ "${#all[@]}" -eq 1 ] && [ -L "${all[0]}" ] || return
	printf '%s\n' "${all[0]}"
}
