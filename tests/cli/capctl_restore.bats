#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2012,SC2016,SC2030,SC2031 # plain names; one test's own
# shellcheck disable=SC2034,SC2154 # helpers.bash has them
# 'capctl restore' restores the bytes that the engine wrote, or changes nothing
# and reports the reason.

load helpers

setup() {
	setup_work
	require_programs jq timeout
	capctl=$builddir/capctl
	# Links are below the build directory, not in this machine's /run.
	CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
	mounted=()
}

teardown() {
	local path

	for path in ${mounted[@]+"${mounted[@]}"}; do
		umount -l "$path"
	done
}

restore() { # WORD…: sets status, output and stderr
	run --separate-stderr timeout 60 ${before[@]+"${before[@]}"} \
		"$capctl" restore "$@" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

restored() { # CONFIG.JSON
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(tr -s ' \n' ' ' <<<"$output")" = \
		"'$1' is as the engine wrote it; the record is removed " ]
}

failed_with() { # TEXT…: each is in the one line on standard error
	local text

	[ "$status" -eq 2 ] && [ -z "$output" ] || return
	[ "$(wc -l <<<"$stderr")" -eq 1 ] || return
	[[ "$stderr" == 'capctl: restore: '* ]] || return
	for text; do
		[[ "$stderr" == *"$text"* ]] || {
			echo "missing: $text"
			return 1
		}
	done
}

same() { # FILE FILE
	cmp "$1" "$2"
}

rules() { # one rule of every kind per line
	cat <<-'END'
		{"name":"a","match":{},"ambient":["NET_BIND_SERVICE"]}
		{"name":"b","match":{},"ambient":["KILL"],"exec":true}
		{"name":"c","match":{},"drop":["CHOWN"]}
		{"name":"d","match":{},"drop":"others","ambient":["KILL"]}
		{"name":"e","match":{},"inheritable":["KILL"]}
		{"name":"f","match":{},"no_new_privileges":true}
		{"name":"g","match":{},"drop":["KILL"],"no_new_privileges":true}
	END
}

@test "what every kind of rule changed is put back byte for byte" {
	count=0
	while read -r rule; do
		for fixture in "$srcdir"/tests/data/fixtures/*/*config.json; do
			cp "$fixture" "$config"
			cp "$fixture" "$work/engines.json"
			chmod 640 "$config"
			use_policy "$rule"
			create
			[ "$status" -eq 0 ] || continue
			[ -e "$record" ] || continue
			before_stat=$(stat -c '%a %u %g' "$config")
			restore "$bundle"
			restored "$config"
			same "$config" "$work/engines.json"
			[ "$(stat -c '%a %u %g' "$config")" = "$before_stat" ]
			[ "$(ls -A "$bundle")" = config.json ]
			count=$((count + 1))
		done
	done < <(rules)
	[ "$count" -ge 80 ] || { echo "only $count"; return 1; }
}

@test "the next create changes it anew, and restoring twice is nothing more" {
	create
	restore "$bundle"
	restored "$config"
	restore "$bundle"
	[ "$status" -eq 0 ]
	[ "$(tr -s ' \n' ' ' <<<"$output")" = \
		"'$config' has no record: there is nothing to restore " ]
	same "$config" "$old"
	create
	started
	same "$config" "$new"
	restore "$config"
	restored "$config"
	same "$config" "$old"
}

@test "what two rules one after the other changed goes back to the first" {
	create
	use_policy '{"name":"other","match":{},"ambient":["KILL"],"drop":"others"}'
	create
	started
	restore "$bundle"
	restored "$config"
	same "$config" "$old"
}

@test "no policy and no real runtime is asked" {
	create
	echo '{' >"$CAPRUNTIME_POLICY"
	export CAPRUNTIME_RUNTIME=/nonexistent
	restore "$bundle"
	restored "$config"
	same "$config" "$old"
}

@test "what the engine wrote anew since stays as it is" {
	create
	jq '.process.capabilities.bounding = ["CAP_KILL"]' "$old" >"$config"
	cp "$config" "$work/anew.json"
	restore "$bundle"
	restored "$config"
	same "$config" "$work/anew.json"
	[ ! -e "$record" ]
}

@test "what the engine changed beside it stays changed" {
	create
	jq '.hostname = "changed"' "$config" >"$work/c"
	cp "$work/c" "$config"
	restore "$bundle"
	restored "$config"
	diff <(jq -S . "$config") <(jq -S '.hostname = "changed"' "$old")
}

@test "another name of config.json has another record" {
	make_runtime crun
	create
	cp "$config" "$work/usual.json"
	cp "$old" "$bundle/other.json"
	run -0 "$CAPRUNTIME_BUILT" create -f "$bundle/other.json" -b "$bundle" id
	[ -e "$bundle/other.json.capruntime.json" ]
	same "$bundle/other.json" "$new"
	restore "$bundle/other.json"
	restored "$bundle/other.json"
	same "$bundle/other.json" "$old"
	[ ! -e "$bundle/other.json.capruntime.json" ]
	same "$config" "$work/usual.json"
	[ -e "$record" ]
	cd "$bundle"
	restore config.json
	restored ./config.json
	same "$config" "$old"
}

@test "a record that could be somebody else's is not believed" {
	create
	cp "$record" "$work/record"
	for how in 'chmod 666 "$record"' 'chown 65534 "$record"' \
		'ln "$record" "$work/second"' \
		'mv "$record" "$work/r"; ln -s "$work/r" "$record"' \
		'rm "$record"; mkfifo "$record"' 'rm "$record"; mkdir "$record"'; do
		eval "$how"
		restore "$bundle"
		failed_with "'$record'"
		same "$config" "$new"
		rm -rf "$record" "$work/second" "$work/r"
		cp "$work/record" "$record"
	done
	restore "$bundle"
	restored "$config"
}

@test "a record that is none is named with the place" {
	create
	for text in '' '{' '[]' '{"version":2}' 'null'; do
		echo "$text" >"$record"
		restore "$bundle"
		failed_with "'$record'"
		same "$config" "$new"
	done
}

@test "an invalid config.json is not changed" {
	create
	cp "$record" "$work/record"
	for text in '' '{' '{"process":{},"process":{}' '{} {}'; do
		echo "$text" >"$config"
		cp "$config" "$work/broken"
		restore "$bundle"
		failed_with "'$config'"
		same "$config" "$work/broken"
		same "$record" "$work/record"
	done
	rm "$config"
	restore "$bundle"
	failed_with "'$config': no such file or directory"
	[ ! -e "$config" ]
	mv "$record" "$work/away"
	restore "$bundle"
	failed_with "'$config': no such file or directory"
}

@test "a symbolic link as config.json is not written through" {
	create
	mv "$config" "$work/real.json"
	ln -s "$work/real.json" "$config"
	restore "$bundle"
	failed_with "'$config' is a symbolic link"
	same "$work/real.json" "$new"
	[ -e "$record" ]
}

mount_at() { # PATH OPTION...
	local path=$1

	shift
	mount "$@" "$path" || skip 'cannot mount here'
	mounted=("$path" ${mounted[@]+"${mounted[@]}"})
}

@test "on a read-only file system nothing changes, and the error says so" {
	create
	mount_at "$bundle" --bind "$bundle"
	mount -o remount,ro,bind "$bundle"
	restore "$bundle"
	failed_with "'$config'" 'read-only file system'
	same "$config" "$new"
	umount "$bundle"
	mounted=()
	restore "$bundle"
	restored "$config"
}

@test "without space nothing changes, and the error says so" {
	mount_at "$bundle" -t tmpfs -o size=1m,mode=755 none
	cp -p "$old" "$config"
	create
	started
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	restore "$bundle"
	failed_with "'$config'" 'no space left on device'
	same "$config" "$new"
	[ -e "$record" ]
	[ "$(ls -A "$bundle" | LC_ALL=C sort | tr '\n' ' ')" = \
		'.capruntime.json config.json filler ' ]
	rm "$bundle/filler"
	restore "$bundle"
	restored "$config"
	same "$config" "$old"
}

@test "killed at any system call, config.json is the old or the new one" {
	require_strace
	create
	cp "$record" "$work/record"
	strace -qqo "$work/trace" "$capctl" restore "$bundle" >/dev/null
	same "$config" "$old"
	number_calls "$work/trace" >"$work/calls"
	# The calls before that are the dynamic loader's.
	first=$(grep -n "$bundle" "$work/calls" | head -n 1)
	mapfile -t calls < <(tail -n "+${first%%:*}" "$work/calls")
	[ "${#calls[@]}" -ge 10 ]
	for call in "${calls[@]}"; do
		read -r name number _ <<<"$call"
		[ "$name" != exit_group ] || continue
		cp "$new" "$config"
		cp "$work/record" "$record"
		{ strace -qqo /dev/null -e "inject=$name:signal=KILL:when=$number" \
			"$capctl" restore "$bundle" >/dev/null || :; } 2>/dev/null
		cmp -s "$config" "$old" || same "$config" "$new"
		# Without the record, config.json must be the engine's.
		[ -e "$record" ] || same "$config" "$old"
		restore "$bundle"
		[ "$status" -eq 0 ]
		same "$config" "$old"
		[ "$(ls -A "$bundle")" = config.json ] || {
			echo "left after a kill at $call:"
			ls -A "$bundle"
			return 1
		}
	done
}

@test "what a kill left behind goes with it" {
	create
	touch "$bundle/config.json.capruntime-new" \
		"$bundle/.capruntime.json.capruntime-new"
	restore "$bundle"
	restored "$config"
	[ "$(ls -A "$bundle")" = config.json ]
}

@test "a session's link that led to the record is swept by the next create" {
	export XDG_RUNTIME_DIR=$work
	over_sysroot run
	before=("${over[@]}")
	use_policy '{"name":"a","match":{},"ambient":["KILL"],"exec":true}'
	create
	started
	[ "$(find "$work/run" -type l | wc -l)" -eq 1 ]
	before=()
	restore "$bundle"
	restored "$config"
	use_policy
	before=("${over[@]}")
	create
	started
	[ "$(find "$work/run" -type l | wc -l)" -eq 0 ]
	same "$config" "$old"
}

@test "while its container lives, a bundle is restored only with --force" {
	create
	started
	mkdir -p "$work/root/id"
	jq --arg root "$work/root" '.root = $root' "$record" >"$work/edited"
	cp "$work/edited" "$record"
	restore "$bundle"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"bundle in use by container 'id' under '$work/root': delete it first, or use --force"* ]]
	same "$config" "$new"
	restore --force "$bundle"
	restored "$config"
	same "$config" "$old"
}

@test "of several bundles one that fails does not stop the others" {
	local two=$work/two

	create
	cp -a "$bundle" "$two"
	restore "$work/none" "$bundle" "$two"
	[ "$status" -eq 2 ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ "$stderr" == *"$work/none': no such file or directory" ]]
	[ "$(grep -c 'as the engine wrote it' \
		<<<"$output")" -eq 2 ]
	same "$config" "$old"
	same "$two/config.json" "$old"
	restore --json "$bundle" "$two"
	[ "$status" -eq 0 ]
	jq -e '[.bundles[].restored] == [false, false]' <<<"$output"
}

@test "--json is one object" {
	create
	restore --json "$bundle"
	[ "$status" -eq 0 ]
	diff <(jq -cS . <<<"$output") \
		<(jq -nc --arg config "$config" '{config: $config, restored: true}')
	restore "$bundle" --json
	jq -e '.restored == false' <<<"$output"
}

@test "wrong usage is status 2, with the reason in one line" {
	for words in '' "--bogus $bundle" '--id x'; do
		# shellcheck disable=SC2086
		restore $words
		failed_with "see 'capctl help restore'"
	done
	restore "$work/nowhere"
	failed_with "bundle '$work/nowhere': no such file or directory"
}

@test "an ordinary user cannot, and nothing changes" {
	require_programs setpriv
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$work"
	cp "$capctl" "$work/capctl"
	capctl=$work/capctl
	before=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	restore "$bundle"
	failed_with "'$config': permission denied"
	before=()
	create
	before=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	chmod 644 "$config"
	restore "$bundle"
	failed_with
	same "$config" "$new"
	[ -e "$record" ]
}

@test "a full standard output is status 2, and config.json is restored" {
	create
	status=0
	"$capctl" restore "$bundle" >/dev/full 2>"$work/stderr" || status=$?
	[ "$status" -eq 2 ]
	grep -x 'capctl: write to standard output: no space left on device' "$work/stderr"
	same "$config" "$old"
}

@test "a name cannot move the cursor" {
	evil=$work/$'b\e[31m\ncapctl: \xc2\x85x'
	mv "$bundle" "$evil"
	restore "$evil"
	[ "$status" -eq 0 ]
	[[ "$output" == *'b\x1b[31m\x0acapctl:'* ]]
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output")" -eq 0 ]
	restore "$evil/nowhere"
	[ "$status" -eq 2 ]
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$stderr")" -eq 0 ]
}

@test "a new config.json is not widened by the record of the old one" {
	use_policy '{"name":"a","match":{},"no_new_privileges":true}'
	jq 'del(.process.noNewPrivileges)' "$old" >"$config"
	create
	started
	jq -c '.process.args += ["other"]' "$config" >"$work/c"
	cp "$work/c" "$config"
	use_policy
	run -0 "$capctl" explain --policy "$CAPRUNTIME_POLICY" "$bundle"
	[[ "$output" == *'config.json is not the file that an earlier run wrote'* ]]
	create
	started
	same "$config" "$work/c"
	[ ! -e "$record" ]
}

@test "a record without digests takes a grant away and gives nothing back" {
	use_policy '{"name":"a","match":{},"no_new_privileges":true,"ambient":["NET_BIND_SERVICE"]}'
	jq 'del(.process.noNewPrivileges)' "$old" >"$config"
	create
	started
	sed -i '/"files":/d' "$record"
	use_policy
	create
	started
	jq -e '.process.noNewPrivileges' "$config"
	jq -e '.process.capabilities.ambient == []' "$config"
	[ ! -e "$record" ]
}
