#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash has them
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# The messages of a refusal: one line on standard error, one line in the log
# file that the engine names, and no other output.

load helpers

setup() {
	require_programs jq
	setup_work
	log=$work/log
	before=(timeout 60) # fails instead of hanging
	unmet='{"name":"web","match":{},"ambient":["SYS_ADMIN"],"require":true}'
}

# A refusal after both files of the bundle were opened.
refuse_late() { # WORD...
	use_policy "$unmet"
	create "$@"
	refused "rule 'web': 'require' is not met"
	same "$config" "$old"
}

message() {
	sed 's/^capruntime: //' "$work/stderr"
}

# The file has this number of complete lines.
has_lines() { # FILE COUNT
	[ "$(wc -l <"$1")-$(tail -c 1 "$1")" = "$2-" ] ||
		complain "not $2 lines in $1: $(<"$1")"
}

is_json_line() { # LINE
	jq -e --arg message "capruntime: $(message)" 'keys == ["level", "msg", "time"] and
		.level == "error" and .msg == $message and
		(.time | fromdateiso8601 | . - now | fabs < 60)' <<<"$1" ||
		complain "in the log: $1"
}

is_text_line() { # LINE
	local time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'

	[[ "$1" =~ ^time=\"$time\"\ level=error\ msg= ]] ||
		complain "in the log: $1" || return
	[ "${1#*msg=}" = "$(jq -R . "$work/stderr")" ] || complain "in the log: $1"
}

@test "a refusal is one line on standard error" {
	refuse_late
	[ "$(message)" = "rule 'web': 'require' is not met, cannot raise CAP_SYS_ADMIN: not in the container's bounding set: add it to the container (capabilities.add) ($config)" ]
}

@test "a log in JSON gets one line that its engine can read" {
	for form in '--log-format=json --log' '--log-format json --log'; do
		rm -f "$log"
		# shellcheck disable=SC2086 # words
		refuse_late $form "$log"
		has_lines "$log" 1
		is_json_line "$(<"$log")"
	done
	rm "$log"
	refuse_late --log "$log" --log-format json --root "$work/root"
	is_json_line "$(<"$log")"
}

@test "a log in text gets one line as runc writes it" {
	refuse_late --log "$log"
	has_lines "$log" 1
	is_text_line "$(<"$log")"
	refuse_late --log "$log" --log-format text
	has_lines "$log" 2
	is_text_line "$(sed -n 2p "$log")"
}

@test "a log keeps its earlier lines" {
	printf 'first\n{"level":"warning"}\n' >"$log"
	refuse_late --log "$log" --log-format json
	has_lines "$log" 3
	head -n 2 "$log" | diff - <(printf 'first\n{"level":"warning"}\n')
	is_json_line "$(sed -n 3p "$log")"
}

@test "crun's file: is stripped, and its syslog: and journald: are not files" {
	make_runtime crun
	cd "$work"
	refuse_late --log "file:$log"
	has_lines "$log" 1
	is_text_line "$(<"$log")"
	refuse_late --log "file:$log" --log-format json
	is_json_line "$(sed -n 2p "$log")"
	refuse_late --log plain
	has_lines "$bundle/plain" 1 # crun changes to the bundle first
	for name in syslog:id journald:id syslog: journald:; do
		refuse_late --log "$name"
		[ ! -e "$name" ]
	done
	[ -z "$(find . -name '*:*')" ]
}

@test "under runc, file: is the beginning of a name" {
	cd "$work"
	refuse_late --log file:log
	has_lines file:log 1
}

@test "a log that cannot be written changes nothing" {
	mkdir "$work/directory"
	mkfifo "$work/fifo"
	ln -s "$work/no/where" "$work/dangling"
	for log in "$work/directory" "$work/fifo" "$work/no/log" /dev/full \
		"$work/dangling" "$config/log" ''; do
		for format in json text; do
			refuse_late --log "$log" --log-format "$format"
		done
	done
	[ -z "$(ls -A "$work/directory")" ]
	[ ! -e "$work/no" ]
}

@test "a log on a read-only or full file system changes nothing" {
	unshare -m true || skip 'cannot mount here'
	mkdir "$work/mount"
	# shellcheck disable=SC2016 # for the inner shell
	before=(timeout 60 unshare -m sh -c 'mount -t tmpfs \
		-o size=4k,nr_inodes=2 none "$0" && touch "$0/log" &&
		head -c 4k /dev/zero >"$0/log" && exec "$@"' "$work/mount")
	refuse_late --log "$work/mount/log"
	# shellcheck disable=SC2016
	before[6]='mount -t tmpfs -o ro none "$0" && exec "$@"'
	refuse_late --log "$work/mount/log"
}

# Closes the given descriptors among 0 to 2; ignores the output.
create_closed() { # DESCRIPTORS WORD...
	local closed=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	before=(timeout 60 sh -c 'case $0 in *0*) exec 0<&- ;; esac
		case $0 in *1*) exec 1>&- ;; esac
		case $0 in *2*) exec 2>&- ;; esac
		exec "$@"' "$closed")
	create "$@"
}

@test "with closed standard streams a refusal is written to no other file" {
	for closed in 0 1 2 01 02 12 012; do
		make_bundle "$bundle"
		rm -f "$log"
		use_policy "$unmet"
		create_closed "$closed" --log "$log" --log-format json
		[ "$status" -eq 1 ]
		[ ! -e "$work/called" ]
		[ ! -e "$record" ]
		has_lines "$log" 1
		[ "$(jq -r .level "$log")" = error ]
		same "$config" "$old"
		no_leftovers
		found=$(grep -rl --exclude=stderr --exclude="${log##*/}" \
			'capruntime: ' "$work" || :)
		[ -z "$found" ]
	done
}

@test "with closed standard streams a grant is the same" {
	for closed in 0 1 2 01 02 12 012; do
		make_bundle "$bundle"
		use_policy "$grant"
		create_closed "$closed"
		started
		same "$config" "$new"
		use_policy
		create_closed "$closed"
		started
		same "$config" "$old"
	done
}

@test "a full or closed standard error ends in status 1" {
	use_policy "$unmet"
	# shellcheck disable=SC2016 # for the inner shell
	before=(timeout 60 env --default-signal=PIPE
		sh -c 'exec 2>/dev/full "$@"' sh)
	create
	[ "$status" -eq 1 ]
	mkfifo "$work/fifo"
	# shellcheck disable=SC2016 # for the inner shell
	before=(timeout 60 env --default-signal=PIPE bash -c \
		'exec 7<>"$0" 2>"$0" 7>&- && exec "$@"' "$work/fifo")
	create --log "$log"
	[ "$status" -eq 1 ]
	has_lines "$log" 1
	same "$config" "$old"
	before=(timeout 60 bash -c 'ulimit -f 0 && exec "$@"' bash)
	create
	[ "$status" -eq 1 ]
}

@test "a log over RLIMIT_FSIZE still leaves the line on standard error" {
	use_policy "$unmet"
	before=(timeout 60 bash -c 'ulimit -f 1 && exec "$@"' bash)
	head -c 1024 /dev/zero >"$log"
	create --log "$log"
	refused "rule 'web': 'require' is not met"
}

@test "names with odd bytes in them do not break the line" {
	for name in $'new\nline' $'tab\tx' $'\e[31mred' $'\rx' $'\x7f' $'\xff\xfe' \
		$'gr\xc3\xbc\xc3\x9fe' $'"quoted"\\' "it's" '%s%n'; do
		rm -rf "$bundle" "$log"
		bundle=$work/$name
		make_bundle "$bundle"
		config=$bundle/config.json
		use_policy "$unmet"
		create --log "$log" --log-format json
		refused "rule 'web'"
		has_lines "$log" 1
		is_json_line "$(<"$log")"
		same "$config" "$old"

		CAPRUNTIME_POLICY=$work/$name.json
		create
		refused 'load policy' 'is missing'
		CAPRUNTIME_POLICY=$work/policy.json
	done
}

@test "an id and a root that are not UTF-8 leave a readable record" {
	create --root $'/run/\xff'
	started
	create --root $'/run/gr\xc3\xbc\xc3\x9fe'
	started
	create
	started
}

@test "a broken policy is refused with file, line and column" {
	printf '{"version": 1,\n "rules": [}\n' >"$CAPRUNTIME_POLICY"
	create --log "$log"
	refused "load policy: '$CAPRUNTIME_POLICY':2:12: not valid JSON: "
	is_text_line "$(<"$log")"
	printf '{"version": 1,\n "rules": [\n  {"name": "gr\303\274n"}]}\n' \
		>"$CAPRUNTIME_POLICY"
	create
	refused "load policy: '$CAPRUNTIME_POLICY':3:"
	use_policy '{"name":"web","match":{},"ambient":["NET_BND_SERVICE"]}'
	create
	refused "load policy: '$CAPRUNTIME_POLICY':1:59: " "NET_BND_SERVICE"
	same "$config" "$old"
}

@test "an ambiguous config.json is refused with its place" {
	printf '{"process":{"user":{"uid":1000,\n"uid":0}}}' >"$config"
	create
	refused "'$config':2:1: duplicate key 'uid'"
	printf '{"process":{"user":{"uid":1000}},}' >"$config"
	create
	refused "'$config':1:34: not valid JSON: "
	printf '{"process":{"user":{"uid":"0","gid":0}}}' >"$config"
	create
	refused "'$config':1:27: "
}

@test "with an option that only runc is known to have, crun's spellings are refused" {
	make_runtime crun
	jq '.process.capabilities.bounding += ["cap_kill"]' "$old" >"$config"
	create
	refused "capability 'cap_kill' is known to some runtimes"
	create --criu X
	refused "capability 'cap_kill' is known to some runtimes"
}

@test "without a policy the runtime reports a missing bundle" {
	bundle=$work/missing
	create
	refused "bundle '$bundle': is missing"
	use_policy
	create
	started
	bundle=$config
	create
	started
	use_policy "$grant"
	create
	refused "bundle '$bundle': a part of the path is not a directory"
}

@test "the reason is within the first 200 bytes, even with engines' long paths" {
	id=$(printf '%064d' 0)
	for path in "run/containerd/io.containerd.runtime.v2.task/k8s.io/$id" \
		"var/lib/containers/storage/overlay-containers/$id/userdata"; do
		cd "$work"
		bundle=$path
		config=$bundle/config.json
		record=$bundle/.capruntime.json
		make_bundle "$bundle"
		use_policy "$unmet"
		create
		refused
		in_sight "'require' is not met"

		use_policy "$grant"
		: >"$record"
		create
		refused
		in_sight 'not valid JSON: ends too early'

		mkdir "$bundle/.capruntime.json.capruntime-new"
		rm "$record"
		create
		[ "$status" -eq 1 ]
		in_sight 'cannot be replaced: exists already'

		rm -r "$config"
		create
		[ "$status" -eq 1 ]
		in_sight 'is missing'
	done
}

in_sight() { # TEXT
	head -c 200 "$work/stderr" | grep -qF -e "$1" ||
		complain "not within 200 bytes: $1"
}

@test "a long name leaves one line that shows the cut" {
	for length in 200 1000 1010 1024 5000 100000; do
		bundle=$(printf "%0${length}d" 0)
		create --log "$log"
		refused "bundle '0"
		[ "$(wc -c <"$work/stderr")" -lt 1100 ]
	done
	[[ "$(<"$work/stderr")" = *... ]]
	has_lines "$log" 6
}
