#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # helpers.bash has them
# Faults of the bundle's files and of the runtime: config.json is always the
# complete old or new file, no container starts with another one, and one line
# has the reason. injected.bats has faults of system calls.

load helpers

setup() {
	setup_work
	mounted=()
}

teardown() {
	local path

	for path in ${mounted[@]+"${mounted[@]}"}; do
		umount -l "$path"
	done
}

mount_at() { # PATH OPTION...
	local path=$1
	shift
	require_programs mount
	mount "$@" "$path" || skip 'cannot mount here'
	mounted=("$path" ${mounted[@]+"${mounted[@]}"})
}

# Mounts a separate file system at the bundle.
mount_bundle() { # TMPFS-OPTIONS
	mount_at "$bundle" -t tmpfs -o "$1,mode=755" none
	cp -p "$old" "$config"
}

# They count for the table of 'make faults'.
starts() { started && tally "$kind" started; }
refuses() { refused "$@" && tally "$kind" refused; }

@test "no space for the new config.json: the old one stays" {
	kind='full disk'
	mount_bundle size=1m
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	truncate -s -8k "$bundle/filler"
	create
	refuses "'$config'" 'no space left'
	same "$config" "$old"
	rm "$bundle/filler"
	create
	started
	same "$config" "$new"
}

@test "no space for the record: nothing is changed" {
	kind='full disk'
	mount_bundle size=1m
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	create
	refuses "'$record'" 'no space left'
	same "$config" "$old"
	[ ! -e "$record" ]
}

@test "no inode for another file: nothing is changed" {
	kind='full disk'
	mount_bundle nr_inodes=2
	create
	refuses "'$record'" 'no space left'
	same "$config" "$old"
}

@test "no space to revoke a grant: the container does not start" {
	kind='full disk'
	mount_bundle size=1m
	create
	started
	use_policy
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	create
	refuses "'$config'" 'no space left'
	same "$config" "$new"
	rm "$bundle/filler"
	create
	started
	same "$config" "$old"
}

@test "a read-only bundle is refused only if it must change" {
	kind='read-only bundle'
	mount_at "$bundle" --bind "$bundle"
	mount -o remount,ro,bind "$bundle"
	create
	refuses "'$record'" 'read-only file system'
	use_policy
	create
	starts
	use_policy '{"name":"other","match":{"uid":1},"ambient":["KILL"]}'
	create
	starts
	same "$config" "$old"
}

@test "a revoked grant in a bundle that became read-only is refused" {
	kind='read-only bundle'
	create
	started
	use_policy
	mount_at "$bundle" --bind "$bundle"
	mount -o remount,ro,bind "$bundle"
	create
	refuses "'$config'" 'read-only file system'
	same "$config" "$new"
}

@test "RLIMIT_FSIZE causes a refusal, not a signal" {
	# In blocks of 1024 bytes: one limit is for the record, one for
	# config.json.
	for limit in 1 2; do
		before=(bash -c 'ulimit -f "$0" && exec "$@"' "$limit")
		create
		refused "'$bundle/" 'cannot be replaced: ' RLIMIT_FSIZE
		same "$config" "$old"
	done
	before=()
	create
	started
	same "$config" "$new"
}

@test "a small stack is enough" {
	before=(bash -c 'ulimit -s 96 && exec "$@"' bash)
	create
	started
	same "$config" "$new"
}

@test "a symbolic link as config.json is read, and never written" {
	mv "$config" "$bundle/real.json"
	ln -s real.json "$config"
	create
	refused "'$config' is a symbolic link"
	same "$bundle/real.json" "$old"
	[ ! -e "$record" ]
	use_policy
	create
	started
	use_policy '{"name":"other","match":{"uid":1},"ambient":["KILL"]}'
	create
	started
	[ -L "$config" ]
	same "$bundle/real.json" "$old"
}

@test "config.json must be a regular file, and opening it never blocks" {
	before=(timeout 60)
	for make in 'mkdir' 'mkfifo' 'ln -s /dev/zero' 'ln -s /dev/tty' \
		'ln -s fifo'; do
		rm -rf "$config" "$bundle/fifo"
		mkfifo "$bundle/fifo"
		$make "$config"
		create
		refused "'$config' is not a regular file"
		[ ! -e "$record" ]
	done
	for device in 'c 1 5' 'b 7 0'; do
		rm -rf "$config"
		# shellcheck disable=SC2086 # its type and numbers
		mknod "$config" $device || skip 'cannot make devices here'
		create
		refused "'$config' is not a regular file"
	done
}

@test "without a policy the runtime reports a missing or dangling config.json" {
	for make in true 'ln -s nowhere'; do
		rm "$config"
		$make "$config"
		use_policy "$grant"
		create
		refused "'$config': is missing"
		use_policy
		create
		started
		touch "$config"
	done
}

# Pads config.json to this size, with blanks between two tokens.
pad_config() { # BYTES
	local blanks=$(($1 - $(wc -c <"$old")))

	{
		head -c 1 "$old"
		head -c "$blanks" /dev/zero | tr '\0' ' '
		tail -c +2 "$old"
	} >"$config"
	cp "$config" "$work/padded.json"
	rm -f "$record"
}

@test "config.json is at most 16 MiB long" {
	limit=$((16 * 1024 * 1024))
	pad_config $((limit - 1000))
	create
	started
	use_policy
	create
	started
	same "$config" "$work/padded.json"

	use_policy '{"name":"other","match":{"uid":1},"ambient":["KILL"]}'
	pad_config $limit
	create
	started
	pad_config $((limit + 1))
	create
	refused "'$config' is larger than $limit bytes"
	# The next create must be able to read the changed config.json.
	use_policy "$grant"
	pad_config $limit
	create
	refused "'$config' would become larger than $limit bytes"
	same "$config" "$work/padded.json"
	[ ! -e "$record" ]
}

# A create whose execve of the runtime comes after COMMAND.
create_while() { # COMMAND...
	before=(strace -qq -o /dev/null -e inject=execve:delay_enter=500000)
	make_bundle "$bundle"
	make_runtime runc
	rm -f "$work/other"
	{
		create
		echo "$status" >"$work/status"
	} 3>&- &
	wait_until cmp -s "$config" "$new"
	"$@"
	wait $!
	status=$(<"$work/status")
	before=()
}

@test "a runtime that is replaced meanwhile is the old or the new one, or none" {
	require_strace
	kind='runtime is replaced meanwhile'
	runtime=$work/bin/runc
	for round in 1 2 3; do
		printf '#!/bin/sh\necho called >"%s"\n' "$work/called" \
			>"$work/bin/another"
		chmod 755 "$work/bin/another"
		create_while mv "$work/bin/another" "$runtime"
		starts
		create_while rm "$runtime"
		refuses "'$runtime'" 'is missing'
		create_while chmod 644 "$runtime"
		refuses "'$runtime'" 'access refused'
		create_while truncate -s 0 "$runtime"
		refuses "'$runtime'" 'not a program this machine can run'
		is_soak || break
	done
	same "$config" "$new"
	make_runtime runc
	use_policy
	create
	started
	same "$config" "$old"
	[ ! -e "$record" ]
}
