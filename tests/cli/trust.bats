#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash has them
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# A policy or a record that another user could have written is not trusted.

load helpers

setup() {
	setup_work
	etc=$work/etc
	mkdir "$etc"
	CAPRUNTIME_POLICY=$etc/policy.json
	use_policy "$grant"
	before=(timeout 60) # fails instead of hanging
}

teardown() {
	[ -z "${mounted-}" ] || umount -l "$mounted"
}

granted() {
	started
	same "$config" "$new"
}

untouched() {
	same "$config" "$old"
	[ ! -e "$record" ]
}

@test "a policy that root owns and only root can write is trusted" {
	create
	granted
}

@test "a policy that another user owns is refused" {
	chown 4711 "$CAPRUNTIME_POLICY"
	create
	refused "load policy: '$CAPRUNTIME_POLICY' is owned by user 4711"
	untouched
}

@test "a policy that group or others can write is refused" {
	for mode in 664 646 666 620; do
		chmod "$mode" "$CAPRUNTIME_POLICY"
		create
		refused "load policy: '$CAPRUNTIME_POLICY' is writable by others"
		untouched
	done
	chmod 4400 "$CAPRUNTIME_POLICY"
	create
	granted
}

@test "a directory above the policy must be as trusted as the policy" {
	for mode in 775 757 777; do
		chmod "$mode" "$etc"
		create
		refused "'$CAPRUNTIME_POLICY'" "/etc' is writable by others"
		untouched
	done
	chmod 755 "$etc"
	chown 4711 "$etc"
	create
	refused "'$CAPRUNTIME_POLICY'" "/etc' is owned by user 4711"
	untouched
}

@test "a sticky directory above the policy is fine if its owner is trusted" {
	chmod 1777 "$etc"
	create
	granted
	make_bundle "$bundle"
	chown 4711 "$etc"
	create
	refused "'$CAPRUNTIME_POLICY'" "/etc' is owned by user 4711"
	untouched
}

# Makes a ConfigMap as Kubernetes mounts it.
make_configmap() {
	mkdir "$etc/..2026_11_23"
	mv "$CAPRUNTIME_POLICY" "$etc/..2026_11_23/policy.json"
	ln -s ..2026_11_23 "$etc/..data"
	ln -s ..data/policy.json "$CAPRUNTIME_POLICY"
}

@test "links as Kubernetes makes them for a ConfigMap are followed" {
	make_configmap
	create
	granted
	make_bundle "$bundle"
	ln -sfn "$etc/..2026_11_23" "$etc/..data"
	create
	granted
}

@test "the target of a link must be trusted, too" {
	make_configmap
	chmod 777 "$etc/..2026_11_23"
	create
	refused "'$CAPRUNTIME_POLICY'" 'is writable by others'
	chmod 755 "$etc/..2026_11_23"
	chmod 666 "$etc/..2026_11_23/policy.json"
	create
	refused "'$CAPRUNTIME_POLICY' is writable by others"
	untouched
}

@test "a link that another user owns is not followed" {
	make_configmap
	chown -h 4711 "$etc/..data"
	create
	refused "'$CAPRUNTIME_POLICY'" "/..data' is owned by user 4711"
	chown -h 0 "$etc/..data"
	chown -h 4711 "$CAPRUNTIME_POLICY"
	create
	refused "'$CAPRUNTIME_POLICY'" 'is owned by user 4711'
	untouched
}

@test "a dangling link is not a missing policy" {
	ln -sf nowhere "$CAPRUNTIME_POLICY"
	create
	refused "load policy: '$CAPRUNTIME_POLICY': is missing"
	ln -sf policy.json "$CAPRUNTIME_POLICY"
	create
	refused "'$CAPRUNTIME_POLICY': too many symbolic links"
	make_configmap
	rm "$etc/..data"
	create
	refused "'$CAPRUNTIME_POLICY': is missing"
	untouched
}

@test "a policy must be a regular file, and opening it never blocks" {
	for make in mkdir mkfifo 'ln -s /dev/zero' 'ln -s /dev/tty'; do
		rm -rf "$CAPRUNTIME_POLICY"
		$make "$CAPRUNTIME_POLICY"
		create
		refused "load policy: '$CAPRUNTIME_POLICY' " 'not a regular file'
	done
	for CAPRUNTIME_POLICY in / "$etc/" /dev/null; do
		create
		refused "load policy: '$CAPRUNTIME_POLICY' " 'not a regular file'
	done
	untouched
}

# Pads the current policy to this size with trailing blanks.
pad_policy() { # BYTES
	local size

	use_policy "$grant"
	size=$(wc -c <"$CAPRUNTIME_POLICY")
	printf '%*s' $(($1 - size)) '' >>"$CAPRUNTIME_POLICY"
}

@test "a policy is at most 1 MiB long" {
	pad_policy 1048577
	create
	refused "'$CAPRUNTIME_POLICY' is larger than 1048576 bytes"
	untouched
	pad_policy 1048576
	create
	granted
}

@test "an unreadable policy is not a missing policy" {
	require_no_counting
	require_programs setpriv
	cp "$CAPRUNTIME_BUILT" "$work/bin/capruntime"
	CAPRUNTIME_BUILT=$work/bin/capruntime
	chmod o+x "$BATS_RUN_TMPDIR" "${work%/*}"
	chmod 755 "$work"
	chmod 600 "$CAPRUNTIME_POLICY"
	before=(setpriv --reuid 4711 --regid 4711 --clear-groups)
	create
	refused "'$CAPRUNTIME_POLICY': access refused"
	chmod 700 "$etc"
	create
	refused "'$CAPRUNTIME_POLICY': access refused"
	untouched
}

@test "\$CAPRUNTIME_POLICY must be the absolute path of an existing file" {
	cd "$etc"
	for CAPRUNTIME_POLICY in '' policy.json ./policy.json; do
		create
		refused "load policy: \$CAPRUNTIME_POLICY is '$CAPRUNTIME_POLICY'" \
			'absolute path'
	done
	for CAPRUNTIME_POLICY in "$etc/missing.json" "$work/no/policy.json"; do
		create
		refused "load policy: '$CAPRUNTIME_POLICY'" 'is missing'
	done
	CAPRUNTIME_POLICY=$etc/policy.json/policy.json
	create
	refused "'$CAPRUNTIME_POLICY': a part of the path is not a directory"
	untouched
}

# Mounts a private SYSCONFDIR for tests/cli/capruntime-sysroot.
use_sysroot() {
	sysroot=$builddir/tests/cli/sysroot
	mkdir -p "$sysroot"
	mounted=$work/hidden
	mkdir "$mounted"
	mount -t tmpfs -o mode=755 none "$mounted" || {
		mounted=
		skip 'cannot mount here'
	}
	mkdir -p "$mounted/etc/capruntime"
	# shellcheck disable=SC2016 # for the inner shell
	before=(unshare -m sh -c 'mount --bind "$0" "$1" && shift && exec "$@"'
		"$mounted" "$sysroot")
	CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
	unset CAPRUNTIME_POLICY
	default=$mounted/etc/capruntime/policy.json
}

@test "the policy in its default place may be missing with its directory, and nothing else" {
	require_programs unshare
	use_sysroot
	rmdir "${default%/*}"
	create
	started
	untouched
	mkdir "${default%/*}"
	create
	refused "'$sysroot/etc/capruntime/policy.json' is missing"
	untouched

	printf '{"version":1,"rules":[%s]}' "$grant" >"$default"
	create
	granted
	make_bundle "$bundle"

	chmod 666 "$default"
	create
	refused "load policy: '$sysroot/etc/capruntime/policy.json' is writable"
	chmod 644 "$default"
	chmod 777 "${default%/*}"
	create
	refused "/capruntime' is writable by others"
	rm "$default"
	create
	refused "/capruntime' is writable by others"
	rm -r "${default%/*}"
	create
	started
	untouched
}

# Creates with a grant and its record, with a policy and without.
refused_record() { # TEXT
	for rules in "$grant" ''; do
		# shellcheck disable=SC2086 # one word or none
		use_policy $rules
		create
		refused "'$record'" "$1"
		same "$config" "$new"
	done
}

make_grant() {
	rm -rf "$record"
	make_bundle "$bundle"
	use_policy "$grant"
	create
	granted
	cp "$record" "$work/record"
}

@test "a record that another user could write is refused by name" {
	make_grant
	chown 4711 "$record"
	refused_record 'is owned by user 4711'
	chown 0 "$record"
	for mode in 620 602; do
		chmod "$mode" "$record"
		refused_record 'is writable by others'
	done
	chmod 600 "$record"
	ln "$record" "$bundle/other"
	refused_record 'is not a regular file with one link'
	rm "$bundle/other"
	use_policy
	create
	started
	untouched
}

@test "a record that is not a regular file is refused by name" {
	for make in mkdir mkfifo "ln -s $work/record" 'ln -s nowhere' \
		'ln -s /dev/zero'; do
		make_grant
		rm "$record"
		$make "$record"
		refused_record 'is not a regular file with one link'
	done
}

@test "a record that capruntime did not write is refused with a remedy" {
	make_grant
	for content in '' garbage '[]' '{}' '{"version":2}' $'\xff'; do
		printf '%s' "$content" >"$record"
		refused_record ''
	done
	for bytes in 1 20 200 -2 -10; do
		head -c "$bytes" "$work/record" >"$record"
		refused_record 'not valid JSON'
	done
	sed 's/"version":1/"version":2/' "$work/record" >"$record"
	refused_record 'restore config.json by hand and remove the record'
	truncate -s $((4 * 1024 * 1024 + 1)) "$record"
	refused_record 'is larger than'
}

@test "a wrong runtime is refused before a file of the bundle changes" {
	create
	granted
	cp "$record" "$work/record"
	use_policy # this would revert the grant
	mkdir "$work/wide"
	chmod 777 "$work/wide"
	cp "$CAPRUNTIME_RUNTIME" "$work/wide/runc"
	for wrong in "$work/wide/runc" "$work/missing" "$CAPRUNTIME_BUILT" \
		"$work"; do
		CAPRUNTIME_RUNTIME=$wrong create
		refused "real runtime '$wrong'"
		same "$config" "$new"
		same "$record" "$work/record"
	done
	make_bundle "$bundle"
	rm -f "$record"
	use_policy "$grant"
	CAPRUNTIME_RUNTIME=$work/wide/runc create
	refused "real runtime '$work/wide/runc'"
	untouched
}
