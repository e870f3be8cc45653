#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # for the inner shell
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# What exec passes to the real runtime for a container whose rule has `exec`.
# Errors never fail the session unless a rule narrows.

load session_helpers

setup() { setup_session; }

ambient='.capabilities.ambient == ["CAP_NET_BIND_SERVICE"]'

@test "only the word with the process file changes in argv, in any spelling" {
	changed exec --process @ id
	changed exec --process=@ id
	changed exec -p @ id
	changed exec -p=@ id
	changed exec --tty --process @ --detach --pid-file /x id
	changed --log /x --log-format json exec --process @ --detach id
	python_runtime crun
	create
	changed exec --process @ id
	changed exec --process=@ id
	changed exec -p @ id
	changed exec -p@ id
	changed exec -dp@ id
	# This option belongs to the command.
	untouched exec id --process "$process"
}

@test "an exec that can be read in two ways is refused only if a rule narrows" {
	logged_untouched 'cannot tell which process file' exec --new --process F id
	logged_untouched 'cannot tell which process file' --new exec --new2 X id
	untouched exec --new --process F other
	untouched exec -b --process F other
	use_policy "{\"name\":\"web\",$raise,\"exec\":true,\"drop\":[\"KILL\"]}"
	create
	refused_session 'cannot tell which process file' exec --new --process F id
	refused_session "rule 'web'" exec --new id other
	changed exec --new=X --process @ id
	untouched exec --new --process F other
	seven='--q --r --s --w --x --y --z'
	# shellcheck disable=SC2086 # words
	refused_session 'cannot tell which process file' exec $seven --process F id
	# shellcheck disable=SC2086 # words
	untouched exec $seven --process F other
}

@test "the runtime gets the process file with changed sets" {
	require_programs jq
	changed exec --process @ id
	jq -e "$ambient" "$handed"
	diff <(jq -S 'del(.capabilities)' "$process") \
		<(jq -S 'del(.capabilities)' "$handed")
}

# bats test_tags=counts
@test "the descriptor is sealed, and no other one is new" {
	changed exec --process @ id
	[ "$(cat "$work/seals")" -eq 15 ]
	grep -v '/null$' "$work/descriptors" | grep -Ev '^[12] ' >"$work/new"
	cat "$work/new"
	[ "$(wc -l <"$work/new")" -eq 1 ]
	grep -q "^$descriptor /memfd:" "$work/new"
}

@test "the descriptor is above all preserved ones" {
	changed exec --preserve-fds 20 --process @ id
	changed exec --preserve-fds 100 --process @ id
	[ "$descriptor" -ge 103 ]
	before+=(env LISTEN_FDS=90)
	changed exec --process @ id
	[ "$descriptor" -ge 93 ]
	changed exec --preserve-fds 20 --process @ id
	[ "$descriptor" -ge 113 ]
	before+=(env LISTEN_FDS=)
	changed exec --process @ id
}

@test "an ambiguous number of descriptors changes nothing" {
	for count in 0x3e 0b111110 0o76 6_2 62x '' -1 \
		99999999999999999999; do
		logged_untouched "'$count'" exec --preserve-fds "$count" \
			--process "$process" id
	done
}

@test "the process file itself is unchanged" {
	cp "$process" "$work/process.old"
	changed exec --process @ id
	same "$work/process.old" "$process"
}

@test "a process file that needs no change is passed on unchanged" {
	changed exec --process @ id
	cp "$handed" "$work/patched.json"
	untouched exec --process "$work/patched.json" id
	sed 's/"uid":1000/"uid":0/' "$process" >"$work/root.json"
	untouched exec --process "$work/root.json" id
}

@test "a session without --process is unchanged" {
	untouched exec id true
	untouched exec -t --user 1000 id true
	# An empty name is none to runc, and crun reports it.
	narrow '"drop":["KILL"]'
	untouched exec --process= id true
	untouched exec -p '' id true
}

@test "no policy is loaded: a broken one changes no session" {
	echo '{' >"$CAPRUNTIME_POLICY"
	changed exec --process @ id
	rm "$CAPRUNTIME_POLICY"
	changed exec --process @ id
}

@test "sessions of the same id under another root are separate" {
	untouched --root /a exec --process "$process" id
	create --root /ab
	[ "$status" -eq 7 ]
	changed --root /ab exec --process @ id
	untouched --root /a exec --process "$process" id
	untouched --root /a exec --process "$process" bid
	# The bundle now belongs to that container, and the first one has ended.
	untouched exec --process "$process" id
}

@test "sessions of the same id under another runtime's root are separate" {
	python_runtime crun
	untouched exec --process "$process" id
	create
	changed exec --process @ id
	python_runtime runc
	untouched exec --process "$process" id
}

@test "a relative root is resolved from the working directory" {
	mkdir "$work/a" "$work/b"
	words=("${before[@]}")
	before=("${words[@]}" env -C "$work/a")
	create --root root
	changed --root root exec --process @ id
	changed --root "$work/a/root" exec --process @ id
	before=("${words[@]}" env -C "$work/b")
	untouched --root root exec --process "$process" id
}

@test "an empty root is refused if there are rules, a record or a link" {
	create --root ''
	refused '--root is empty'
	refused_session '--root is empty' --root '' exec --process "$process" id
	use_policy
	create --root ''
	refused '--root is empty'
	make_bundle "$bundle"
	session --root '' create -b "$bundle" id
}

@test "a dangling link changes nothing" {
	rm "$record"
	logged_untouched "$record" exec --process "$process" id
	rm -r "$bundle"
	logged_untouched "$record" exec --process "$process" id
}

@test "a link to another container's record changes nothing" {
	link=$(only_link)
	sed 's/"id": *"id"/"id":"other"/' "$record" >"$work/other.json"
	run ! cmp "$record" "$work/other.json"
	ln -sfn "$work/other.json" "$link"
	logged_untouched 'another container' exec --process "$process" id
	ln -sfn "$record" "$link"
	changed exec --process @ id
}

@test "an untrusted record changes nothing" {
	chmod 664 "$record"
	logged_untouched 'writable by others' exec --process "$process" id
	chmod 644 "$record"
	chown 65534 "$record"
	logged_untouched 65534 exec --process "$process" id
	chown 0 "$record"
	echo '{' >"$record"
	logged_untouched "$record" exec --process "$process" id
	rm "$record"
	mkfifo "$record"
	logged_untouched "$record" exec --process "$process" id
}

@test "an untrusted directory of links changes nothing" {
	for mode in 770 702 777 720; do
		chmod "$mode" "$links"
		logged_untouched 'writable by others' exec --process "$process" id
	done
	chmod 700 "$links"
	chown 65534 "$links"
	logged_untouched 'is owned by user 65534' exec --process "$process" id
	chown 0 "$links"
	changed exec --process @ id
	chmod 775 "$state"
	logged_untouched 'writable by others' exec --process "$process" id
}

@test "a file in place of the link changes nothing" {
	link=$(only_link)
	rm "$link"
	mkdir "$link"
	# The rule is unknown; it could be one that narrows.
	refused_session link exec --process "$process" id
	untouched exec --process "$process" other
	rm -r "$links"
	: >"$links"
	logged_untouched link exec --process "$process" id
}

@test "too few descriptors change nothing" {
	before+=(sh -c 'ulimit -n 32 && exec "$@"' sh)
	logged_untouched RLIMIT_NOFILE exec --process "$process" id
	logged_untouched RLIMIT_NOFILE exec --preserve-fds 20 --process "$process" id
}

@test "RLIMIT_FSIZE changes nothing" {
	require_no_counting
	before+=(bash -c 'ulimit -f 1 && exec "$@"' bash)
	head -c 1024 /dev/zero | tr '\0' ' ' >>"$process"
	logged_untouched RLIMIT_FSIZE exec --process "$process" id
}

@test "more preserved descriptors than may be open change nothing" {
	before+=(sh -c 'ulimit -n 1024 && exec "$@"' sh)
	for count in 1021 100000 536870000; do
		logged_untouched RLIMIT_NOFILE exec --preserve-fds "$count" \
			--process "$process" id
	done
}

@test "a process file that is not a regular file neither blocks nor changes" {
	mkfifo "$work/fifo"
	for file in "$work/fifo" "$work" /dev/null; do
		logged_untouched "'$file' is not a regular file" \
			exec --process "$file" id
	done
	file=$work/missing
	logged_untouched "open '$file': is missing" exec --process "$file" id
}

@test "a process file that is not a JSON object changes nothing" {
	for text in '' '{' null '[]' '"x"' '{}}' '{"user":{"uid":"1000"}}' \
		'{"user":{"uid":1000,"uid":0}}' '},"x":{' \
		'{"user":{"uid":1000}},"process":{}'; do
		printf '%s' "$text" >"$work/bad.json"
		logged_untouched "$work/bad.json" exec --process "$work/bad.json" id
	done
}

@test "a process file of 16 MiB is read, a longer one changes nothing" {
	size=$((16 * 1024 * 1024))
	truncate -s "$size" "$work/blanks"
	tr '\0' ' ' <"$work/blanks" | cat "$process" - |
		head -c "$size" >"$work/big.json"
	process=$work/big.json
	changed exec --process @ id
	printf ' ' >>"$process"
	logged_untouched "$process" exec --process "$process" id
}

# Creates $id under a rule that removes capabilities.
narrow() { # MEMBER: of the rule
	use_policy "{\"name\":\"web\",$raise,\"exec\":true,$1}"
	make_bundle "$bundle"
	create
	changed exec --process @ id
}

@test "a session that cannot be narrowed is refused" {
	mkfifo "$work/fifo"
	echo '{"user":{"uid":1000}}' >"$work/plain.json"
	echo '{"user":{"uid":1000},"capabilities":{"effective":["CAP_KILL"]}}' \
		>"$work/odd.json"
	truncate -s $((16 * 1024 * 1024 + 1)) "$work/big"
	words=("${before[@]}")
	for member in '"drop":["KILL"]' '"drop":"others"' \
		'"no_new_privileges":true'; do
		before=("${words[@]}")
		narrow "$member"
		refused_session "'$work/fifo' is not a regular file" \
			exec --process "$work/fifo" id
		refused_session "'$work/plain.json':1:1: no 'capabilities': " \
			exec --process "$work/plain.json" id
		refused_session "'$work/odd.json': rule 'web': effective, but" \
			exec --process "$work/odd.json" id
		refused_session "$work/big" exec --process "$work/big" id
		refused_session "'0x0'" exec --preserve-fds 0x0 \
			--process "$process" id
		before=("${words[@]}" env LISTEN_FDS=0x0)
		refused_session "'0x0'" exec --process "$process" id
		before=("${words[@]}" sh -c 'ulimit -n 64 && exec "$@"' sh)
		refused_session RLIMIT_NOFILE exec --process "$process" id
	done
}

@test "without the record, the link tells whether the rule narrows" {
	for member in '"drop":["KILL"]' '"drop":"others"' \
		'"no_new_privileges":true'; do
		narrow "$member"
		[ "$(readlink -f "$(only_link)")" = "$record" ]
		cp "$record" "$work/record.old"
		for text in '{' '' "$(sed 's/"id": *"id"/"id":"x"/' "$record")"; do
			printf '%s' "$text" >"$record"
			refused_session "$record" exec --process "$process" id
		done
		rm "$record"
		refused_session "$record" exec --process "$process" id
		cp "$work/record.old" "$record"
		changed exec --process @ id
		chmod 770 "$links"
		refused_session 'writable by others' exec --process "$process" id
		chmod 700 "$links"
	done
	untouched exec --process "$process" other
	untouched exec id true
}

@test "a session is found by every spelling of the root" {
	mkdir -p "$work/real/root"
	ln -s real "$work/name"
	words=("${before[@]}")
	for runtime in runc crun; do
		python_runtime "$runtime"
		make_bundle "$bundle"
		create --root "$work/name/root"
		changed --root "$work/real/root" exec --process @ id
		changed --root "$work/real//./root/" exec --process @ id
		before=("${words[@]}" env -C "$work/name")
		changed --root root exec --process @ id
		changed --root ../real/root exec --process @ id
		before=("${words[@]}")
		untouched --root "$work/real" exec --process "$process" id
		make_bundle "$bundle"
		create
		changed --root "/run/$runtime" exec --process @ id
		changed --root "/run//$runtime/" exec --process @ id
	done
}

@test "a session finds the link and the record of an older version" {
	link=$(only_link)
	sed 's|"root": *"[^"]*"|"root":"runc"|' "$record" >"$work/old.json"
	cat "$work/old.json" >"$record"
	# The hash of the runtime's name and the id.
	mv "$link" "$links/$(python3 - <<-'END'
		hash = 0xcbf29ce484222325
		for byte in b"runc\0id\0":
		    hash = (hash ^ byte) * 0x100000001b3 % 2 ** 64
		print("%016x" % hash)
	END
	)"
	changed exec --process @ id
	create
	changed exec --process @ id
	[ "$(readlink "$(only_link)")" = "$record" ]
}

# Prints the names of the system calls up to the second execve.
trace() { # FILE WORD...
	"${before[@]}" strace -o "$work/trace" "$CAPRUNTIME_BUILT" \
		"${@:2}" >/dev/null 2>&1 </dev/null || :
	awk '/^execve/ && ++execs == 2 { exit } { print }' "$work/trace" |
		sed 's/(.*//' >"$1"
	[ -s "$1" ]
}

# Counts the calls of exec beyond pass-through; without --process there are
# none.
expect_readlinks() { # COUNT WORD...: before the verb
	trace "$work/pass" "${@:2}" state id
	trace "$work/exec" "${@:2}" exec --process "$process" id
	diff "$work/pass" "$work/exec" >"$work/difference" || :
	cat "$work/difference"
	[ "$(grep -c '^[<>]' "$work/difference")" -eq "$1" ]
	[ "$(grep -Ecx '> readlink(at)?' "$work/difference")" -eq "$1" ]
	trace "$work/plain" "${@:2}" exec id true
	cmp "$work/pass" "$work/plain"
}

# bats test_tags=counts
@test "where no container has a link, exec costs one readlink more" {
	require_strace
	use_policy "$without_exec"
	python_runtime runc
	create
	rmdir "$links"
	expect_readlinks 1
	expect_readlinks 1 --root /run
}

# bats test_tags=counts
@test "for a container without a link exec reads the root's links, too" {
	require_strace
	use_policy "$without_exec"
	python_runtime runc
	create
	# Reads the directory of links, /run, and the container's link.
	expect_readlinks 3 --root /run
}
