#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash has them
# Injected faults on the bundle's files: config.json is always the complete old
# or new file, no container starts with another one, and one line has the
# reason.

load helpers

setup() {
	setup_work
	mounted=()
	holder=
	declare -gA seen=()
}

teardown() {
	local path

	[ -z "${way-}" ] || echo "last tried: $way, $name $number"
	[ -z "${holder-}" ] || kill "$holder"
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

@test "no space for the new config.json: the old one stays" {
	mount_bundle size=1m
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	truncate -s -8k "$bundle/filler"
	create
	refused "'$config'" 'no space left'
	same "$config" "$old"
	rm "$bundle/filler"
	create
	started
	same "$config" "$new"
}

@test "no space for the record: nothing is changed" {
	mount_bundle size=1m
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	create
	refused "'$record'" 'no space left'
	same "$config" "$old"
	[ ! -e "$record" ]
}

@test "no inode for another file: nothing is changed" {
	mount_bundle nr_inodes=2
	create
	refused "'$record'" 'no space left'
	same "$config" "$old"
}

@test "no space to revoke a grant: the container does not start" {
	mount_bundle size=1m
	create
	started
	use_policy
	head -c 1m /dev/zero >"$bundle/filler" 2>/dev/null || :
	create
	refused "'$config'" 'no space left'
	same "$config" "$new"
	rm "$bundle/filler"
	create
	started
	same "$config" "$old"
}

@test "a read-only bundle is refused only if it must change" {
	mount_at "$bundle" --bind "$bundle"
	mount -o remount,ro,bind "$bundle"
	create
	refused "'$record'" 'read-only file system'
	use_policy
	create
	started
	use_policy '{"name":"other","match":{"uid":1},"ambient":["KILL"]}'
	create
	started
	same "$config" "$old"
}

@test "a revoked grant in a bundle that became read-only is refused" {
	create
	started
	use_policy
	mount_at "$bundle" --bind "$bundle"
	mount -o remount,ro,bind "$bundle"
	create
	refused "'$config'" 'read-only file system'
	same "$config" "$new"
}

# Starts $holder, a process with a mount namespace in which the state directory
# is empty. A create makes system calls for each link in that directory.
hold_namespace() {
	local over

	over_sysroot run
	"${over[@]}" sleep infinity >/dev/null 2>&1 </dev/null 3>&- &
	holder=$!
	disown "$holder"
	wait_until is_asleep "$holder"
}

# Runs a create under strace, which detaches at the execve of the runtime, so no
# fault is injected into the shell of the stand-in.
traced_create() { # STRACE-OPTION...
	local CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
	local before

	[ -n "$holder" ] || hold_namespace
	before=(nsenter "--mount=/proc/$holder/ns/mnt" strace -qq -b execve "$@")
	create
}

# Prints the call whose line in the trace matches, as NAME:FAULT:when=N.
call_like() { # PATTERN FAULT
	number_calls "$work/trace" | awk -v pattern="$1" -v fault="$2" '
		{ line = $0; sub(/^[^ ]+ [^ ]+ /, "", line) }
		line ~ pattern { print $1 ":" fault ":when=" $2; exit }'
}

@test "quota, refused access and broken disks: config.json stays whole" {
	local turn=0

	require_strace
	traced_create -o "$work/trace"
	for call in 'openat.*[.]capruntime[.]json[.].*O_CREAT' \
		'openat.*config[.]json[.].*O_CREAT' '^write' '^fsync' \
		'^fchmod' '^flistxattr' '^renameat.*"config[.]json"' \
		'^renameat.*"[.]capruntime[.]json"'; do
		for error in EDQUOT EIO EACCES EPERM ENOSPC EMFILE; do
			is_soak || [ $((++turn % 5)) -eq 0 ] || continue
			make_bundle "$bundle"
			inject=$(call_like "$call" "error=$error")
			if [ -z "$inject" ]; then # no fsync there
				[ "$call on $(stat -fc %T "$bundle")" = \
					'^fsync on tmpfs' ]
				continue
			fi
			traced_create -o /dev/null -e "inject=$inject"
			refused "'$bundle/" 'cannot be replaced: '
			same "$config" "$old"
			create
			started
			same "$config" "$new"
		done
	done
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

# Three kinds of create. Each sets the old file, the new file and the policy.
another='{"name":"other","match":{},"ambient":["KILL"]}'

prepare_way() { # granting, changing or taking-back
	make_bundle "$bundle"
	from=$old
	if [ "$1" != granting ]; then
		use_policy "$grant"
		create
		from=$new
	fi
	case $1 in
	granting) rules=$grant to=$new ;;
	changing) rules=$another to=$work/another.json ;;
	taking-back) rules='' to=$old ;;
	esac
	# shellcheck disable=SC2086 # one word or none
	use_policy $rules
}

# Kills at other calls leave the same files. Calls that write no file fail alike
# in all three ways, so they are only tested in the first.
changes=' (write|fsync|fchmod|f?setxattr|rename|unlink|link|symlink|mkdir|openat.*O_CREAT)'

# Sets $calls, and $own to capruntime's first call. The calls before it are made
# by the dynamic loader and libcap.
list_calls() { # WAY
	prepare_way "$1"
	traced_create -o "$work/trace"
	started
	number_calls "$work/trace" >"$work/calls"
	mapfile -t calls <"$work/calls"
	own=$(grep -n ' openat(AT_FDCWD, "/", ' "$work/calls" | head -n 1)
	own=${own%%:*}
	[ "${#calls[@]}" -gt 100 ] && [ "$own" -gt 1 ]
}

prepare_another() {
	prepare_way granting
	use_policy "$another"
	create
	started
	cp "$config" "$work/another.json"
}

is_whole() {
	cmp -s "$config" "$from" || cmp -s "$config" "$to" ||
		complain 'config.json is neither the old nor the new one'
}

# Creates with the policy, then without one. Files that have already recovered
# once are not tested again.
comes_right() { # WAY
	local files

	files=$1$(cd "$bundle" && printf '%s ' {,.}*)$(<"$config")
	[ ! -e "$record" ] || files+=$(<"$record")
	[ -z "${seen[$files]-}" ] || return 0
	seen[$files]=1
	rm -rf "$bundle.copy"
	cp -a "$bundle" "$bundle.copy"
	create
	started && same "$config" "$to" || return
	rm -rf "$bundle"
	mv "$bundle.copy" "$bundle"
	use_policy
	create
	started && same "$config" "$old" && [ ! -e "$record" ]
}

@test "killed at any system call, config.json is the old or the new one" {
	require_strace
	prepare_another
	for way in granting changing taking-back; do
		list_calls "$way"
		for call in "${calls[@]}"; do
			is_soak || [[ "$call" =~ $changes ]] || continue
			read -r name number _ <<<"$call"
			prepare_way "$way"
			traced_create -o /dev/null \
				-e "inject=$name:signal=KILL:when=$number"
			[ "$status" -eq 137 ] || complain "$way: no kill at $call"
			[ ! -e "$work/called" ]
			is_whole
			comes_right "$way" || complain "$way: killed at $call"
		done
	done
}

@test "an interrupted read or write is continued" {
	local count=0

	require_strace
	list_calls granting
	for call in "${calls[@]:own - 1}"; do
		read -r name number _ <<<"$call"
		[[ "$name" = @(read|write) ]] || continue
		count=$((count + 1))
		prepare_way granting
		traced_create -o /dev/null \
			-e "inject=$name:error=EINTR:when=$number"
		started
		same "$config" "$new"
	done
	[ "$count" -gt 4 ]
}

# The kernel's brk() returns no errors, so libc does not check for any. With a
# sanitizer, not all memory calls are capruntime's.
is_tried() { # NAME
	case $1 in
	brk) false ;;
	mmap | munmap | mremap | mprotect | madvise | sysinfo)
		! grep -q __asan_init "$CAPRUNTIME_BUILT" || return
		;;
	esac
}

@test "after any failed system call the container is correct or refused" {
	require_strace
	prepare_another
	for way in granting changing taking-back; do
		list_calls "$way"
		for call in "${calls[@]:own - 1}"; do
			is_soak || [ "$way" = granting ] ||
				[[ "$call" =~ $changes ]] || continue
			read -r name number _ <<<"$call"
			is_tried "$name" || continue
			prepare_way "$way"
			traced_create -o /dev/null \
				-e "inject=$name:error=EIO:when=$number"
			if [ "$status" -eq 0 ]; then
				started
				same "$config" "$to"
			else
				refused
				is_whole
			fi
			comes_right "$way"
		done
	done
}
