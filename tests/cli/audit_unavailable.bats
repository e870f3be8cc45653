#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# Where the audit log is written. An unavailable log neither delays nor fails a
# container, and writes nothing to the container's streams.

load policy_helpers

setup() {
	setup_container
	granted='{name: "web", match: {}, ambient: ["KILL"]}'
	unmet='{name: "web", match: {}, ambient: ["SYS_NICE"], require: true}'
}

# A granted, a refused and an unmatched container, each with a time limit.
expect_undisturbed() { # TOP
	local top=$1

	policy "$top" "$granted"
	expect_start
	[[ "$(sets)" == *' I=KILL A=KILL' ]]
	policy "$top" "$unmet"
	expect_refusal "rule 'web'" CAP_SYS_NICE
	policy "$top + {audit_all: true}" '{name: "web", match: {gid: 4242}}'
	expect_start
	expect_untouched
}

# Runs with a private /dev/log; $received has what was sent to it.
with_log() { # KIND COMMAND…
	local kind=$1
	shift
	received=$work/received
	: >"$received"
	before=(unshare -m "$python" "$srcdir/tests/cli/devlog.py" "$kind"
		"$received")
	"$@"
}

@test "audit none writes nothing anywhere" {
	require_python
	policy '{audit: "none"}' "$granted"
	with_log socket expect_start
	[ ! -s "$received" ]
	[ ! -e "$log" ]
	expect_undisturbed '{audit: "none"}'
}

@test "syslog is the default and gets one datagram for each decision" {
	require_python
	policy '{audit: "syslog"}' "$granted"
	grep -v '"audit"' "$CAPRUNTIME_POLICY" >"$work/without"
	mv "$work/without" "$CAPRUNTIME_POLICY"
	with_log socket expect_start
	cat "$received"
	[ "$(wc -l <"$received")" -eq 1 ]
	grep -Eq '^<85>capruntime\[[0-9]+\]: \{' "$received"
	sed 's/^[^{]*//' "$received" >"$log"
	expect_audit '.outcome == "applied" and .raised == ["CAP_KILL"]' 1
}

@test "refusals are warnings in syslog, even for a broken policy.json" {
	require_python
	policy '{audit: "syslog"}' "$unmet"
	with_log socket expect_refusal "rule 'web'"
	grep -q '^<84>' "$received"
	sed 's/^[^{]*//' "$received" >"$log"
	expect_audit '.outcome == "refused" and .rule == "web"' 1
	echo '{' >"$CAPRUNTIME_POLICY"
	with_log socket expect_refusal 'load policy'
	grep -q '^<84>' "$received"
	sed 's/^[^{]*//' "$received" >"$log"
	expect_audit '.outcome == "refused" and (.reason | test("policy"))' 1
}

@test "a missing or odd /dev/log does not stop a create" {
	require_python
	for kind in missing stream file; do
		with_log "$kind" expect_undisturbed '{audit: "syslog"}'
	done
}

@test "a full /dev/log without a reader does not stop a create" {
	require_python
	with_log full expect_undisturbed '{audit: "syslog"}'
	[ ! -s "$received" ]
}

@test "nothing is written to a FIFO, with or without a reader" {
	mkfifo -m 600 "$log"
	expect_undisturbed '{}'
	# A process that opens the log and never reads it.
	(exec sleep 60 9<>"$log") 3>&- &
	expect_undisturbed '{}'
	[ -z "$(dd if="$log" iflag=nonblock status=none 2>/dev/null)" ]
	kill "$!"
	[ -p "$log" ]
}

@test "a directory, a device or a missing directory does not stop a create" {
	mkdir "$log"
	expect_undisturbed '{}'
	[ -z "$(ls -A "$log")" ]
	for path in /dev/full /dev/null "$work/missing/log" "$work/original.json/x" \
		/ /proc/version; do
		expect_undisturbed "{audit: \"$path\"}"
	done
	[ ! -e "$work/missing" ]
}

@test "an untrusted file is not written to" {
	echo 'theirs' >"$work/theirs"
	for mode in 620 602 666; do
		chmod "$mode" "$work/theirs"
		expect_undisturbed "{audit: \"$work/theirs\"}"
	done
	chmod 600 "$work/theirs"
	chown 1000 "$work/theirs"
	expect_undisturbed "{audit: \"$work/theirs\"}"
	ln -s theirs "$log"
	expect_undisturbed '{}'
	[ "$(cat "$work/theirs")" = theirs ]
}

# A directory in which uid 1000 can create links; none of them is followed.
@test "another user's link in a shared directory is not followed" {
	require_python
	mkdir -m 1777 "$work/shared"
	echo 'mine' >"$work/mine"
	for target in "$work/mine" "$work/absent"; do
		ln -sfn "$target" "$work/shared/log"
		chown -h 1000 "$work/shared/log"
		policy "{audit: \"$work/shared/log\"}" "$granted"
		with_log socket expect_start
		sed 's/^[^{]*//' "$received" >"$log"
		expect_audit '.outcome == "applied"' 1
	done
	[ "$(cat "$work/mine")" = mine ]
	[ ! -e "$work/absent" ]
	rm "$work/shared/log"
	ln "$work/mine" "$work/shared/log"
	expect_undisturbed "{audit: \"$work/shared/log\"}"
	[ "$(cat "$work/mine")" = mine ]
}

start_in_zone() {
	before+=(env "TZ=:$work/zone")
	expect_start
}

@test "\$TZ cannot hold up a create" {
	require_python
	mkfifo "$work/zone"
	for place in "$log" syslog; do
		policy "{audit: \"$place\"}" "$granted"
		with_log socket start_in_zone
		cat "$received" "$log"
	done
	expect_audit '.outcome == "applied"' 1
	[ "$(wc -l <"$received")" -eq 1 ]
}

@test "dangling and circular links do not stop a create" {
	ln -s missing/log "$log"
	expect_undisturbed '{}'
	ln -sfn "${log##*/}" "$log"
	expect_undisturbed '{}'
	[ ! -e "$work/missing" ]
}

@test "a full disk loses only the line" {
	mkdir "$work/small"
	# shellcheck disable=SC2016 # for the inner shell
	before=(unshare -m sh -c 'mount -t tmpfs -o size=16k none "$1" &&
		{ dd if=/dev/zero of="$1/fill" bs=1k 2>/dev/null; shift; }
		exec "$@"' sh "$work/small")
	expect_undisturbed "{audit: \"$work/small/log\"}"
	for outcome in started refused started; do
		tally 'full disk of the audit log' "$outcome"
	done
}

@test "a disk that fills up within a line keeps whole lines" {
	mkdir "$work/small"
	policy "{audit: \"$work/small/log\"}" "$granted"
	# Fills the file system, frees space, and writes another line.
	# shellcheck disable=SC2016 # for the inner shell
	before=(unshare -m sh -c 'mount -t tmpfs -o size=8k none "$1"
		into=$1 copy=$2
		shift 2
		for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
			"$@" >/dev/null || exit 3
		done
		cp "$into/log" "$copy"
		mount -o remount,size=64k "$into"
		"$@"
		tail -n 1 "$into/log" >>"$copy"' sh "$work/small" "$log")
	expect_start
	expect_audit '.rule == "web"'
	[ "$(wc -l <"$log")" -lt 18 ]
	jq -e '.rule == "web"' "$log" | sort -u | diff - <(echo true)
}

@test "a read-only file system does not stop a create" {
	mkdir "$work/small"
	# shellcheck disable=SC2016 # for the inner shell
	before=(unshare -m sh -c 'mount -t tmpfs -o ro none "$1" && shift
		exec "$@"' sh "$work/small")
	expect_undisturbed "{audit: \"$work/small/log\"}"
}

@test "RLIMIT_FSIZE is respected and kills no process" {
	# The unit is blocks of 1024 bytes.
	before=(bash -c 'ulimit -f 20; exec "$@"' bash)
	for size in 20400 20480; do
		head -c "$((size - 1))" /dev/zero | tr '\0' ' ' >"$log"
		echo >>"$log"
		expect_undisturbed '{}'
		[ "$(stat -c %s "$log")" -eq "$size" ]
	done
	rm "$log"
	expect_undisturbed '{}'
	expect_audit '.outcome == "no_rule"' 3
}

@test "closed standard streams stay closed" {
	policy '{}' "$granted"
	for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
		rm -f "$log"
		before=(sh -c "exec \"\$@\" $closed" sh)
		make_words
		"${words[@]}" >"$work/stdout" 2>"$work/stderr" || [ -n "$closed" ]
		[ ! -s "$work/stderr" ] || [[ "$(cat "$work/stderr")" == *echo* ]]
		expect_audit '.rule == "web"' 1
	done
}
