#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # what other shells read
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# shellcheck disable=SC2034,SC2154 # passthrough_helpers.bash has them
# Which program is the real runtime: $CAPRUNTIME_RUNTIME, the link with the name
# by which capruntime was called, or the compiled-in path; and which programs
# are refused.

load passthrough_helpers

setup() {
	setup_passthrough
	sysroot=$builddir/tests/cli/capruntime-sysroot
	name=runtimes-$BATS_ROOT_PID-$BATS_TEST_NUMBER
	capruntime=$work/$name
	ln -s "$sysroot" "$capruntime"
	link=$runtimes/$name
	make_speaker "$work/runc"
}

teardown() { rm -f "$link" "$link"-*; }

# A runtime that prints its path.
make_speaker() { # PATH
	mkdir -p "${1%/*}"
	printf '#!/bin/sh\necho "I am $0, asked to $*"\n' >"$1"
	chmod 755 "$1"
}

# Every verb calls this runtime.
expect_runtime() { # PATH
	local words

	for words in 'state x' --version 'create x' 'run -b . x'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr -0 "$capruntime" $words
		echo "$output$stderr"
		[ "$output" = "I am $1, asked to $words" ]
		[ -z "$stderr" ]
	done
}

# Expects one line that matches PATTERN, exit status 1, and no runtime.
expect_error() { # PATTERN; the verbs are in $verbs
	local verb

	for verb in ${verbs-state create run --version}; do
		run --separate-stderr "$capruntime" "$verb" x
		printf 'exit status %s\nstdout: %s\nstderr: %s\n' \
			"$status" "$output" "$stderr"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ "$stderr" == 'capruntime: '* && "$stderr" != *$'\n'* ]]
		# shellcheck disable=SC2053 # a pattern
		[[ "$stderr" == $1 ]]
	done
}

# Runs COMMAND with $work/etc mounted at SYSCONFDIR. Other tests use that
# directory at the same time.
with_own_sysconfdir() { # COMMAND...
	mkdir -p "$work/etc/capruntime/runtimes"
	unshare -m sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' \
		"$work/etc" "$builddir/tests/cli/sysroot/etc" "$@"
}

as_name() { # ARGV0 WORD...
	bash -c 'exec -a "$0" "$@"' "$1" "$sysroot" "${@:2}"
}

default_runtime() {
	sed -n 's/^#define DEFAULT_RUNTIME "\(.*\)"/\1/p' "$builddir/config.h"
}

@test "the link named after argv[0] points to the runtime" {
	ln -s "$work/runc" "$link"
	expect_runtime "$work/runc"
	for argv0 in "$name" "/nowhere/$name" "./$name" "$name/../$name"; do
		run -0 as_name "$argv0" state x
		[ "$output" = "I am $work/runc, asked to state x" ]
	done
}

@test "each name has its runtime" {
	ln -s "$work/runc" "$link"
	make_speaker "$work/crun"
	ln -s "$work/crun" "$link-crun"
	ln -s "$sysroot" "$capruntime-crun"
	expect_runtime "$work/runc"
	capruntime=$capruntime-crun
	expect_runtime "$work/crun"
}

@test "\$CAPRUNTIME_RUNTIME takes precedence over the link" {
	ln -s /nowhere "$link"
	export CAPRUNTIME_RUNTIME=$work/runc
	expect_runtime "$work/runc"
	rm "$link"
	expect_runtime "$work/runc"
}

@test "the link capruntime takes precedence over the compiled-in runtime" {
	require_root
	mkdir -p "$work/etc/capruntime/runtimes"
	ln -s "$work/runc" "$work/etc/capruntime/runtimes/capruntime"
	run -0 with_own_sysconfdir bash -c 'exec -a capruntime "$@"' bash \
		"$sysroot" state x
	[ "$output" = "I am $work/runc, asked to state x" ]
}

@test "without a link only the name capruntime uses the compiled-in runtime" {
	require_root
	[ -x "$(default_runtime)" ] || lacks 'default runtime'
	run -0 with_own_sysconfdir bash -c 'exec -a capruntime "$@"' bash \
		"$sysroot" --version
	[ "$output" = "$("$(default_runtime)" --version)" ]
	for other in capruntime2 capruntim Capruntime capruntime-crun; do
		run --separate-stderr -1 with_own_sysconfdir \
			bash -c 'exec -a "$0" "$@"' "$other" "$sysroot" --version
		[[ "$stderr" == "capruntime: "*"'$other'"*"/runtimes/$other'"* ]]
	done
}

@test "without its directories capruntime uses the compiled-in runtime" {
	require_root
	[ -x "$(default_runtime)" ] || lacks 'default runtime'
	run -0 with_own_sysconfdir sh -c 'rmdir "$0"/capruntime/runtimes \
		"$0/capruntime" && exec "$@"' "$work/etc" \
		bash -c 'exec -a capruntime "$@"' bash "$sysroot" --version
	[ "$output" = "$("$(default_runtime)" --version)" ]
}

@test "a name without its link is an error that names the link to create" {
	expect_error "*'$name'*create the symbolic link*'$link'*"
}

@test "\$CAPRUNTIME_RUNTIME set but empty is an error" {
	ln -s "$work/runc" "$link"
	export CAPRUNTIME_RUNTIME=
	expect_error "*CAPRUNTIME_RUNTIME*absolute*"
}

@test "\$CAPRUNTIME_RUNTIME that is not absolute is an error" {
	ln -s "$work/runc" "$link"
	cp "$work/runc" runc
	for path in runc ./runc ../here/runc; do
		export CAPRUNTIME_RUNTIME=$path
		expect_error "*CAPRUNTIME_RUNTIME*'$path'*absolute*"
	done
}

@test "\$CAPRUNTIME_RUNTIME that is missing is an error" {
	ln -s "$work/runc" "$link"
	export CAPRUNTIME_RUNTIME=/nowhere/runc
	expect_error "*'/nowhere/runc'*is missing*"
}

@test "a path that is too long is an error" {
	ln -s "$work/runc" "$link"
	for length in 4095 5000; do
		CAPRUNTIME_RUNTIME=/$(printf '%*s' "$length" '' | tr ' ' x)
		export CAPRUNTIME_RUNTIME
		expect_error 'capruntime: path of the real runtime: name too long'
	done
	# The longest path that fits: PATH_MAX with the NUL.
	CAPRUNTIME_RUNTIME=$(printf '/.%.0s' {1..2047})/
	[ "${#CAPRUNTIME_RUNTIME}" -eq 4095 ]
	expect_error "capruntime: real runtime '/././*"
}

@test "a link to a missing or relative path is an error" {
	ln -s /nowhere/runc "$link"
	expect_error "*'/nowhere/runc'*is missing*"
	ln -sfn "../../../../../../../../../../$work/runc" "$link"
	expect_error "*'$link'*absolute*"
	ln -sfn "$name" "$link"
	expect_error "*'$link'*absolute*"
}

@test "a file that is not a link is an error" {
	cp "$work/runc" "$link"
	expect_error "*'$link' is not a symbolic link*"
	rm "$link"
	mkdir "$link"
	verbs='state create' expect_error "*'$link' is not a symbolic link*"
	rmdir "$link"
}

@test "only the link's own target is checked and executed" {
	ln -s "$work/runc" "$work/alias"
	ln -s "$work/alias" "$link"
	expect_runtime "$work/alias"
	make_speaker "$work/other"
	ln -sfn "$work/other" "$work/alias"
	expect_runtime "$work/alias"
}

@test "a runtime must be an executable file" {
	for kind in directory fifo device plain; do
		rm -rf "$work/none"
		case $kind in
		directory) mkdir "$work/none" ;;
		fifo) mkfifo "$work/none" ;;
		device) ln -s /dev/null "$work/none" ;;
		plain) echo >"$work/none" ;;
		esac
		ln -sfn "$work/none" "$link"
		expect_error "*'$work/none'*is not *"
	done
}

@test "a runtime that others can write is refused" {
	ln -s "$work/runc" "$link"
	for mode in 775 757 777 722 2775; do
		chmod "$mode" "$work/runc"
		expect_error "*'$work/runc' is writable by others: chmod go-w it*"
	done
	for mode in 755 750 700; do
		chmod "$mode" "$work/runc"
		expect_runtime "$work/runc"
	done
}

@test "a runtime that another user owns is refused" {
	require_root
	ln -s "$work/runc" "$link"
	chown 1234 "$work/runc"
	expect_error "*'$work/runc' is owned by user 1234: change its owner to root*"
}

@test "capruntime itself is refused as the runtime, by any path" {
	other=$runtimes/${link##*/}-other
	ln "$sysroot" "$work/hard" 2>/dev/null ||
		cp --reflink=never "$sysroot" "$work/hard"
	ln -s "$sysroot" "$work/soft"
	ln -s "$work/soft" "$work/softer"
	ln -s "$work/runc" "$other"
	ln -s "$sysroot" "$work/${other##*/}"
	for path in "$sysroot" "$work/soft" "$work/softer" \
		"$work/${other##*/}" "$capruntime"; do
		ln -sfn "$path" "$link"
		expect_error "*'$path' is capruntime itself*"
		CAPRUNTIME_RUNTIME=$path \
			expect_error "*'$path' is capruntime itself*"
	done
	[ "$work/hard" -ef "$sysroot" ] || return 0
	ln -sfn "$work/hard" "$link"
	expect_error "*'$work/hard' is capruntime itself*"
}

# A descriptor that execve(2) closes leaves a path where nothing is.
@test "capruntime itself is refused where its path does not name it" {
	require_programs python3
	ln -s "$sysroot" "$link"
	run --separate-stderr -1 python3 -c '
import os, sys
os.execve(os.open(sys.argv[1], os.O_RDONLY), sys.argv[2:], os.environ)' \
		"$sysroot" "$capruntime" state x
	[[ "$stderr" == *"'$sysroot' is capruntime itself"* ]]
}

@test "create and run require trusted directories above the runtime" {
	make_speaker "$work/open/dir/runc"
	ln -s "$work/open/dir/runc" "$link"
	for mode in 777 775 757; do
		chmod "$mode" "$work/open"
		verbs='create run' expect_error \
			"*'$work/open/dir/runc'*open' is writable by others: chmod go-w it*"
		run -0 "$capruntime" state x
		run -0 "$capruntime" kill x
	done
	chmod 1777 "$work/open"
	expect_runtime "$work/open/dir/runc"
}

@test "create and run require trusted owners of those directories" {
	require_root
	make_speaker "$work/open/dir/runc"
	export CAPRUNTIME_RUNTIME=$work/open/dir/runc
	for mode in 755 1777; do
		chmod "$mode" "$work/open"
		chown 1234 "$work/open"
		verbs='create run' expect_error \
			"*'$work/open/dir/runc'*open' is owned by user 1234*"
		run -0 "$capruntime" delete x
	done
}

@test "create and run require trusted links on the path to the runtime" {
	require_root
	ln -s "$work/runc" "$work/alias"
	chown -h 1234 "$work/alias"
	export CAPRUNTIME_RUNTIME=$work/alias
	verbs='create run' expect_error "*'$work/alias'*is owned by user 1234*"
	run -0 "$capruntime" state x
}

# There the overflow user can be root or anybody else.
@test "in a user namespace every verb requires a directory that others cannot write" {
	require_root
	require_open_build
	require_programs setpriv unshare
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$work"
	other=(setpriv --reuid 4711 --regid 4711 --clear-groups unshare -Ur)
	"${other[@]}" true || skip 'no unprivileged user namespaces'
	mkdir -m 1777 "$work/open"
	cp "$(type -P true)" "$work/open/true"
	chown 1234 "$work/open/true"
	export CAPRUNTIME_RUNTIME=$work/open/true
	for verb in state kill exec --version create; do
		run -1 "${other[@]}" "$capruntime" "$verb" x
		[[ "$output" == *"'$work/open/true'"*'is owned by user 65534'* ]]
	done
	CAPRUNTIME_RUNTIME=$(type -P true)
	for verb in state kill exec --version; do
		run -0 "${other[@]}" "$capruntime" "$verb" x
	done
}

@test "create and run require a trusted directory for the link" {
	require_root
	mkdir -p "$work/etc/capruntime/runtimes"
	ln -s "$work/runc" "$work/etc/capruntime/runtimes/own"
	run -0 with_own_sysconfdir bash -c 'exec -a own "$@"' bash "$sysroot" create x
	chmod 777 "$work/etc/capruntime/runtimes"
	for verb in create run; do
		run --separate-stderr -1 with_own_sysconfdir \
			bash -c 'exec -a own "$@"' bash "$sysroot" "$verb" x
		[[ "$stderr" == *"runtimes' is writable by others"* ]]
	done
	run -0 with_own_sysconfdir bash -c 'exec -a own "$@"' bash "$sysroot" state x
}

# Passes argv unchanged, including an empty or absent argv[0].
call_with_argv() { # WORD...
	python3 -c 'import ctypes, os, sys
words = [word.encode() for word in sys.argv[2:]]
argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
ctypes.CDLL(None).execv(sys.argv[1].encode(), argv)' "$sysroot" "$@"
}

@test "an empty, absent or odd argv[0] is an invalid handler name" {
	require_programs python3
	ln -s "$work/runc" "$link"
	# POSIX's basename(3) takes the slash off.
	for argv in '' state / "$name/" .. .; do
		words=("$argv" state x)
		[ "$argv" != state ] || words=()
		run --separate-stderr -1 call_with_argv ${words[@]+"${words[@]}"}
		echo "$argv: $stderr"
		[[ "$stderr" == 'capruntime: '* && "$stderr" != *$'\n'* ]]
		export CAPRUNTIME_RUNTIME=$work/runc
		run -0 call_with_argv ${words[@]+"${words[@]}"}
		[[ "$output" == "I am $work/runc, asked to "* ]]
		unset CAPRUNTIME_RUNTIME
	done
	run --separate-stderr -1 call_with_argv \
		"$(head -c 5000 /dev/zero | tr '\0' x)" state x
	[[ "${stderr:0:200}" == *handler* ]]
}

@test "a setuid or setgid program ignores the environment" {
	require_no_counting
	require_root
	require_programs setcap setpriv
	require_open_build
	chmod o+x "$BATS_RUN_TMPDIR" "${work%/*}" "$work"
	cp "$sysroot" "$work/$name-secure"
	setcap cap_net_bind_service+ep "$work/$name-secure"
	ln -s "$work/runc" "$link-secure"
	export CAPRUNTIME_RUNTIME=/nowhere
	capruntime=$work/$name-secure
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$capruntime" state x
	[ "$output" = "I am $work/runc, asked to state x" ]
}

@test "an error about the runtime is written to --log as well" {
	run --separate-stderr -1 "$capruntime" --log "$work/log" \
		--log-format json state x
	[ "$(wc -l <"$work/log")" -eq 1 ]
	[ "$(jq -r '[.level, .msg] | join(": ")' "$work/log")" = \
		"error: $stderr" ]
}
