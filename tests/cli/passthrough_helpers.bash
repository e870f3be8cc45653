# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by automake
# Makes the same call twice: a program by its full path, and capruntime in front
# of it. A link in SYSCONFDIR names the program, so even the environment is the
# same.

load helpers
PATH=$PATH:/usr/sbin:/sbin
RUNTIMES='runc crun'

setup_passthrough() {
	work=$BATS_TEST_TMPDIR
	runtimes=$builddir/tests/cli/sysroot/etc/capruntime/runtimes
	mkdir -p "$runtimes" "$work/here"
	chmod 755 "$builddir/tests/cli/sysroot/etc/capruntime" "$runtimes"
	cd "$work/here" || return
	before=()
	closed=
	# LeakSanitizer cannot run under a tracer, or setuid.
	export ASAN_OPTIONS=detect_leaks=0
	export CAPRUNTIME_POLICY=$work/no-policy.json
	echo '{"version":1,"rules":[]}' >"$CAPRUNTIME_POLICY"
}

teardown_passthrough() {
	[ -z "${handler-}" ] || rm -f "$runtimes/$handler"
}

# Any program can be used: its arguments are passed through unparsed.
use_program() { # NAME
	require_programs "$1"
	program=$(readlink -f "$(type -P "$1")")
	handler=passthrough-$BATS_ROOT_PID-$BATS_TEST_NUMBER
	ln -sfn "$program" "$runtimes/$handler"
	ln -sfn "$builddir/tests/cli/capruntime-sysroot" "$work/$handler"
	capruntime=$work/$handler
	echo "== in front of $program"
}

# $before has words in front of the call, $closed the descriptors to close.
call() { # OUTPUT WORD...
	local output=$1 status=0
	shift
	(
		[[ "$closed" != *0* ]] || exec <&-
		[[ "$closed" != *1* ]] || exec >&-
		[[ "$closed" != *2* ]] || exec 2>&-
		exec ${before[@]+"${before[@]}"} "$@"
	) >"$output.stdout" 2>"$output.stderr" </dev/null || status=$?
	echo "$status" >"$output.status"
}

# Removes the times of day from runc's and crun's logs.
without_times() {
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)/TIME/g' "$1"
}

expect_same() { # WORD...
	local part

	call "$work/direct" "$program" "$@"
	call "$work/through" "$capruntime" "$@"
	for part in stdout stderr status; do
		diff <(without_times "$work/direct.$part") \
			<(without_times "$work/through.$part") || {
			printf 'its %s differs, called with: %.1000s\n' \
				"$part" "$*"
			return 1
		}
	done
}

expect_stdout() { # LINE...
	printf '%s\n' "$@" | diff - "$work/through.stdout"
}
