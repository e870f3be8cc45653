#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# Each system call of create, run, restore and exec fails in turn with each error
# that it can give, or is the last one. Then the container has the right sets or
# does not start, config.json is the old or the new one, one line has the reason,
# and the next creates leave no file. 'make faults' tries every call and error.

load session_helpers

setup() {
	setup_session
	require_strace
	make_runtime runc
	own_link=$(only_link)
	own_link=${own_link##*/}
	hold_namespace
	verb=create around=nothing turn=0
	declare -gA seen=()
	another='{"name":"other","match":{},"ambient":["KILL"],"exec":true}'
	permit='{"name":"web","match":{},"restore":true}'
	start granting
	use_policy "$another"
	create
	started
	cp "$config" "$work/another.json"
}

teardown() {
	[ -z "${call-}" ] || echo "last tried: $verb, ${way-}, $fault at $call"
	[ -z "${holder-}" ] || kill "$holder"
	! mountpoint -q "$state" || umount -l "$state"
}

# Starts $holder, a process with the mount namespace of all creates.
hold_namespace() {
	[ -z "${holder-}" ] || kill "$holder"
	"${over[@]}" sleep infinity >/dev/null 2>&1 </dev/null 3>&- &
	holder=$!
	disown "$holder"
	wait_until is_asleep "$holder"
	plain=(timeout 60 nsenter "--mount=/proc/$holder/ns/mnt")
}

# ENOENT and ENOTDIR are no faults but answers: of a file that is there, they
# would say that it is not. A seccomp filter gives EPERM for any call.
errors_of() { # NAME LINE
	case $2 in
	open*O_CREAT*) echo EACCES EDQUOT EEXIST EINTR EIO ELOOP EMFILE ENFILE \
		ENOMEM ENOSPC EPERM EROFS ;;
	open*) echo EACCES EINTR EIO ELOOP EMFILE ENFILE ENOMEM EPERM ;;
	stat* | lstat* | newfstatat* | readlink*)
		echo EACCES EIO ELOOP ENOMEM EPERM ;;
	fstat* | flistxattr* | fgetxattr*) echo EIO ENOMEM EOPNOTSUPP EPERM ;;
	read\(*) echo EAGAIN EINTR EIO EISDIR EPERM ;;
	getdents*) echo EIO ENOMEM EPERM ;;
	write*) echo EAGAIN EDQUOT EFBIG EINTR EIO ENOSPC EPERM ;;
	fsync* | ftruncate*) echo EDQUOT EINTR EIO ENOSPC EPERM EROFS ;;
	fchmod* | fchown* | fsetxattr*) echo EDQUOT EIO ENOSPC EPERM EROFS ;;
	rename* | symlink* | mkdir*) echo EACCES EBUSY EDQUOT EIO EMLINK ENOENT \
		ENOMEM ENOSPC EPERM EROFS ;;
	unlink*) echo EACCES EBUSY EIO ENOMEM EPERM EROFS ;;
	flock*) echo EAGAIN EINTR ENOLCK EPERM ;;
	socket*) echo EACCES EMFILE ENFILE ENOBUFS ENOMEM EPERM ;;
	send*) echo EACCES EAGAIN ECONNREFUSED EINTR EMSGSIZE ENOBUFS ENOMEM \
		EPERM ;;
	memfd_create*) echo EMFILE ENFILE ENOMEM EPERM ;;
	close*) echo EDQUOT EINTR EIO ENOSPC ;;
	mmap* | mremap*) echo EAGAIN ENFILE ENOMEM EPERM ;;
	execve*) echo E2BIG EACCES EAGAIN EIO ELOOP EMFILE ENFILE ENOENT \
		ENOEXEC ENOMEM EPERM ETXTBSY ;;
	brk*) ;; # returns no errors, so libc checks for none
	*) echo EIO EPERM ;;
	esac
}

# Sets the state before the create, $from and $to: config.json before and after.
start() { # granting, changing or taking-back
	way=$1
	before=("${plain[@]}")
	rm -rf "${links:?}" "$state"/filler*
	make_bundle "$bundle"
	from=$old to=$new rule=$with_exec
	if [ "$way" != granting ]; then
		from=$new
		use_policy "$with_exec"
		verb=create create
	fi
	case $way in
	changing) rule=$another to=$work/another.json ;;
	taking-back) rule='' to=$old ;;
	esac
	if [ "$verb" = restore ]; then
		rule=$permit to=$from
		[ "$way" != taking-back ] || rule=
	fi
	# shellcheck disable=SC2086 # one word or none
	use_policy $rule
	$around
}

nothing() { :; }

# The link of a container whose bundle is gone.
dangling_link() {
	[ -d "$links" ] || mkdir -m 700 "$links"
	ln -s "$work/gone/.capruntime.json" "$links/0123456789abcdef"
}

# A file system that has no room for another link.
full_directory() {
	local n

	[ -d "$links" ] || mkdir -m 700 "$links"
	for ((n = 0; n < 64; n++)); do
		{ : >"$state/filler$n"; } 2>/dev/null || return 0
	done
	echo 'is not full'
	return 1
}

mount_small() {
	mount -t tmpfs -o nr_inodes=16,mode=755 none "$state" ||
		skip 'cannot mount here'
	hold_namespace
}

# Sets $calls: the calls of capruntime itself, as "NAME N LINE".
list_calls() { # FUNCTION
	before=("${plain[@]}" strace -qq -b execve -o "$work/trace")
	"$1"
	number_calls "$work/trace" >"$work/calls"
	# Not < <(...): after thousands of forks bash 5.2 can wait forever for one.
	mapfile -t calls <<<"$(sed -n '/ readlink\| stat/,$p' "$work/calls" |
		grep -vE '^(brk|exit_group) |^writev? [0-9]+ writev?[(]2,')"
	[ "${#calls[@]}" -gt 10 ]
}

changes=' (write|fsync|fchmod|f?setxattr|rename|unlink|link|symlink|mkdir|open.*O_CREAT)'

# Without make soak, each of $every, and those that match $always.
is_chosen() { # CALL
	is_soak || [ $((++turn % every)) -eq 0 ] || [[ "$1" =~ $always ]]
}

# With a sanitizer, not all memory calls are capruntime's.
is_ours() { # NAME
	[[ "$1" != @(mmap|munmap|mremap|mprotect|madvise|sysinfo) ]] ||
		! grep -q __asan_init "$CAPRUNTIME_BUILT"
}

# Calls FUNCTION FAULT with each fault at each of $calls.
each_fault() { # FUNCTION FAULT...: errors, error=NAME or signal=KILL
	local faults name number line

	trap - DEBUG # bats', which takes most of the time
	for call in "${calls[@]}"; do
		read -r name number line <<<"$call"
		is_ours "$name" || continue
		faults=("${@:2}")
		if [ "$2" = errors ]; then
			read -ra faults <<<"$(errors_of "$name" "$line")"
			faults=("${faults[@]/#/error=}")
		fi
		for fault in "${faults[@]}"; do
			is_chosen "$call" || continue
			inject=$name:$fault:when=$number
			"$1" || {
				tally "$kind" violation
				return 1
			}
		done
	done
}

injected() { # STRACE-OPTION...
	before=("${plain[@]}" strace -qq -b execve -o /dev/null
		-e "inject=$inject" "$@")
}

is_whole() {
	cmp -s "$config" "$from" || cmp -s "$config" "$to" ||
		complain 'config.json is neither the old nor the new one'
}

has_link() {
	[ "$(readlink "$links/$own_link" 2>/dev/null)" = "$record" ]
}

# The files are those of a container that was started.
is_right() {
	started && same "$to" "$config" || return
	[[ "$rule" != *exec* || "$verb" = restore ]] || {
		{ [ -e "$record" ] && has_link; } || complain 'has no link'
	}
}

is_refused() {
	refused && is_whole || return
	[[ "$(<"$work/stderr")" = 'capruntime: '*': '* ]] ||
		complain 'gives no reason' || return
	# A create that fails at the link has changed nothing.
	! grep -q ': exec: ' "$work/stderr" || same "$from" "$config"
}

only_config() {
	[ "$(ls -A "$bundle")" = config.json ] || complain "$(ls -lA "$bundle")" ||
		return
	[ -z "$(ls -A "$links" 2>/dev/null)" ] || complain "$(ls -lA "$links")"
}

# Creates with the policy, then without one, leave no file. What has recovered
# once is not tried again.
recovers() {
	local files

	files=$way$verb$(ls -A "$bundle" "$links" 2>&1)$(<"$config")
	[ ! -e "$record" ] || files+=$(sed 's/"pid".*//' "$record")
	[ -z "${seen[$files]-}" ] || return 0
	seen[$files]=1
	before=("${plain[@]}")
	rm -f "$state"/filler*
	create
	is_right || return
	use_policy
	verb=create create
	started && same "$config" "$old" && only_config
}

try_create() {
	start "$way"
	injected
	create
	case $fault:$status in
	signal=KILL:137)
		[ ! -e "$work/called" ] && is_whole || return
		# config.json is not ahead of the link.
		[[ "$rule" != *exec* ]] || has_link || same "$from" "$config" ||
			return
		tally "$kind" refused
		;;
	*:0)
		is_right || return
		tally "$kind" started
		;;
	*)
		[[ "$call" != @(read|write|writev)\ * || $fault != *EINTR ]] ||
			complain 'is not continued' || return
		is_refused || return
		tally "$kind" refused
		;;
	esac
	recovers
}

try_ways() { # FUNCTION WAYS FAULT...
	for way in $2; do
		start "$way"
		list_calls create
		is_right || is_refused
		each_fault "$1" "${@:3}"
	done
}

ways='granting changing taking-back'

try_around() { # FUNCTION WHAT, besides the fault
	always='^$'
	kind="system call fails, $2"
	try_ways "$1" "$ways" error=EIO
	kind="killed at a call, $2"
	try_ways "$1" "$ways" signal=KILL
}

@test "a create is right or refused, whatever call fails" {
	kind='system call fails' every=53 always='^$'
	try_ways try_create "$ways" errors
}

@test "killed at any call, a create has changed everything or nothing" {
	kind='killed at a call' every=53 always=$changes
	try_ways try_create "$ways" signal=KILL
}

@test "a dangling link disturbs no create, whatever call fails" {
	around=dangling_link every=67
	try_around try_create 'a dangling link'
}

@test "no room for a link, and another call fails" {
	mount_small
	around=full_directory every=67
	try_around try_create 'no room for a link'
}

@test "a run is a create" {
	verb=run kind='system call fails' every=97 always='^$'
	try_ways try_create granting errors
	kind='killed at a call'
	try_ways try_create granting signal=KILL
}

@test "a restore is refused or changes nothing, whatever call fails" {
	verb=restore kind='system call fails' every=67 always='^$'
	try_ways try_create "$ways" errors
	kind='killed at a call'
	try_ways try_create "$ways" signal=KILL
}

# Another create of the bundle waits for its lock.
create_second() {
	local number

	number=$(sed -n 's/^flock \([0-9]*\) .*LOCK_EX.*/\1/p' "$work/calls" |
		tail -n 1)
	injected -e "inject=flock:delay_exit=200000:when=$number"
	[[ "$call" != flock\ * ]] || injected
	rm -f "$work/second.called"
	(
		sleep 0.1
		"${plain[@]}" env CAPRUNTIME_RUNTIME="$work/bin/second" \
			"$CAPRUNTIME_BUILT" create -b "$bundle" second \
			>"$work/second.stdout" 2>"$work/second.stderr" \
			</dev/null
		echo $? >"$work/second.status"
	) 3>&- &
	create
	wait $!
}

# Of two creates each one is right or refused.
try_second() {
	start "$way"
	create_second
	is_whole || return
	case $status in
	0) started && same "$config" "$to" || return ;;
	137) [ ! -e "$work/called" ] || return ;;
	*) refused || return ;;
	esac
	if [ "$(<"$work/second.status")" -eq 0 ]; then
		[ -e "$work/second.called" ] && same "$config" "$to" || return
		tally "$kind" started
	else
		grep -q '^capruntime: .*: ' "$work/second.stderr" || return
		tally "$kind" refused
	fi
	recovers
}

@test "a second create that waits for the first one is right or refused" {
	make_runtime second
	sed -i 's/called"$/second.called"/' "$CAPRUNTIME_RUNTIME"
	make_runtime runc
	every=97
	try_around try_second 'a second create waits'
}

run_session() { # sets status
	rm -f "$work/called" "$handed"
	status=0
	{
		"${before[@]}" "$CAPRUNTIME_BUILT" exec --process "$process" id \
			>"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
	} 2>/dev/null
}

# Keeps the process file that it is given.
session_runtime() {
	cat >>"$CAPRUNTIME_RUNTIME" <<-END
		for word; do
			case \$word in
			*/proc/self/fd/*) cat "\$word" >"$handed" ;;
			esac
		done
	END
}

prepare_session() { # RULE
	verb=create
	start granting
	use_policy "$1"
	create
	started
	verb='exec'
	session_runtime
	list_calls run_session
	started
	cp "$handed" "$work/handed.wanted"
	cp "$config" "$work/from"
	from=$work/from to=$work/from
}

# Without a handed file, it goes through as the engine requested it.
session_is_right() { # may-go-through or narrows
	if [ -e "$handed" ]; then
		started && same "$handed" "$work/handed.wanted"
	else
		[ "$1" = may-go-through ] && started &&
			grep -qxF "$process" "$work/called"
	fi
}

try_session() { # may-go-through or narrows
	injected
	run_session
	is_whole || return
	case $fault:$status in
	signal=KILL:137) [ ! -e "$work/called" ] && tally "$kind" refused ;;
	*:0) session_is_right "$1" && tally "$kind" started ;;
	*)
		# A rule that raises refuses only if it is unknown, or the
		# runtime is.
		[[ "$1" = narrows || "$call" = readlink*capruntime/* ||
			"$call" = *execve* ||
			"$call" = *stat\(*@("$CAPRUNTIME_RUNTIME"|"$CAPRUNTIME_BUILT"|/proc/self/exe)* ]] &&
			refused ': ' && tally "$kind" refused
		;;
	esac
}

try_raised() { try_session may-go-through; }
try_narrowed() { try_session narrows; }

# Whether a session's link is there is always asked.
each_session_fault() { # EVERY "raises"|"narrows" TRY
	always=' readlink.*capruntime/' every=$1
	kind="system call fails, a rule that $2"
	each_fault "$3" errors
	kind="killed at a call, a rule that $2"
	each_fault "$3" signal=KILL
}

@test "a session under a raising rule goes through, whatever call fails" {
	prepare_session "$with_exec"
	each_session_fault 11 raises try_raised
}

@test "a session is narrowed or refused, whatever call fails" {
	prepare_session '{"name":"web","match":{},"drop":"others","exec":true}'
	each_session_fault 7 narrows try_narrowed
}
