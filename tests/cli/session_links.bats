#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # each test has its own
# shellcheck disable=SC2034,SC2154 # session_helpers.bash has them
# The links that create makes for exec sessions: made, refused, removed.

load session_helpers

setup() { setup_session; }

# Creates setup_session's container `id` again under the current policy.
recreate() { # WORD...: before the verb
	make_runtime runc
	create "$@"
}

no_links() {
	[ -z "$(ls -A "$links" 2>/dev/null)" ] || {
		ls -lA "$links"
		return 1
	}
}

@test "create leaves a link to the record, in a directory of mode 700" {
	[ "$(stat -c %a:%u "$links")" = 700:0 ]
	[ "$(readlink "$(only_link)")" = "$record" ]
	[ "$(stat -c %a:%u "$state")" = 755:0 ]
}

@test "the link points to the record, with any spelling of the bundle" {
	recreate
	started
	cd "$bundle"
	before+=(env -C "$bundle")
	rm "$links"/*
	"${before[@]}" "$CAPRUNTIME_BUILT" run id </dev/null
	[ "$(readlink "$(only_link)")" = "$record" ]
	ln -s "$bundle" "$work/other-name"
	"${before[@]}" "$CAPRUNTIME_BUILT" run -b ../other-name id </dev/null
	[ "$(readlink "$(only_link)")" = "$record" ]
}

@test "missing directories are created" {
	rm -r "$links"
	before+=(env XDG_RUNTIME_DIR=/nowhere)
	recreate
	started
	[ "$(readlink "$(only_link)")" = "$record" ]
	[ "$(stat -c %a "$links")" = 700 ]
}

# The state before the first create.
new_container() {
	rm -f "$record"
	cp "$old" "$config"
}

expect_no_link_no_create() { # TEXT
	new_container
	recreate
	refused "rule 'web': exec" "$@"
	same "$old" "$config"
	[ ! -e "$record" ]
	use_policy "$without_exec"
	recreate
	started
	use_policy "$with_exec"
}

@test "a create whose link cannot be made is refused" {
	rm -r "$links"
	: >"$links"
	expect_no_link_no_create "'$builddir/tests/cli/sysroot/run/capruntime'"
	rm "$links"
	ln -s /nowhere "$links"
	expect_no_link_no_create run/capruntime
}

@test "a create whose link others could write is refused" {
	chmod 770 "$links"
	expect_no_link_no_create 'writable by others'
	chmod 700 "$links"
	chown 65534 "$links"
	expect_no_link_no_create 'is owned by user 65534'
	chown 0 "$links"
	chmod 777 "$state"
	expect_no_link_no_create 'writable by others'
}

@test "a create whose record no session would trust is refused" {
	chown 65534 "$bundle"
	expect_no_link_no_create "'$bundle' is owned by user 65534"
	chown 0 "$bundle"
	chmod 775 "$bundle"
	expect_no_link_no_create "'$bundle' is writable by others"
}

@test "on a read-only file system no create gets or keeps a link" {
	# shellcheck disable=SC2016 # for the inner shell
	before+=(sh -c 'mount -o remount,bind,ro "$0" && exec "$@"'
		"$builddir/tests/cli/sysroot/run")
	new_container
	for rules in "$with_exec" "$without_exec"; do
		use_policy "$rules"
		recreate
		refused 'remove the link' 'read-only file system'
		same "$old" "$config"
		call restore -b "$bundle" id
		refused 'remove the link'
	done
	rm "$(only_link)"
	use_policy "$with_exec"
	expect_no_link_no_create 'make the link'
}

@test "mode audit takes a grant back whose link cannot be removed" {
	# shellcheck disable=SC2016 # for the inner shell
	before+=(sh -c 'mount -o remount,bind,ro "$0" && exec "$@"'
		"$builddir/tests/cli/sysroot/run")
	printf '{"version":1,"mode":"audit","rules":[%s]}\n' "$with_exec" \
		>"$CAPRUNTIME_POLICY"
	recreate
	started
	same "$old" "$config"
}

@test "every create removes its own old link" {
	for rules in '' "$without_exec" '{"name":"web","match":{}}' \
		'{"name":"web","match":{"id":"other"}}'; do
		use_policy "$with_exec"
		recreate
		only_link
		use_policy "$rules"
		recreate
		started
		no_links
	done
}

@test "a refused create removes its own old link, too" {
	echo '{' >"$CAPRUNTIME_POLICY"
	recreate
	refused policy.json
	no_links
	python_runtime runc
	untouched exec --process "$process" id
}

@test "mode audit makes no link, and removes the old one" {
	only_link
	printf '{"version":1,"mode":"audit","rules":[%s]}\n' "$with_exec" \
		>"$CAPRUNTIME_POLICY"
	recreate
	started
	no_links
	new_container
	recreate
	started
	no_links
}

@test "the links of other containers stay" {
	use_policy "$without_exec"
	ln -s "$config" "$links/0123456789abcdef"
	own=$(only_link) && return 1
	recreate
	[ "$(ls -A "$links")" = 0123456789abcdef ]
	recreate --root /other
	[ "$(ls -A "$links")" = 0123456789abcdef ]
	use_policy "$with_exec"
	recreate --root "$work/root"
	[ "$(find "$links" -type l | wc -l)" -eq 2 ]
	mkdir -p "$work/root/id"
	bundle=$work/second
	make_bundle "$bundle"
	recreate --root /other
	[ "$(find "$links" -type l | wc -l)" -eq 3 ]
}

call() { # WORD...
	rm -f "$work/called"
	status=0
	"${before[@]}" "$CAPRUNTIME_BUILT" "$@" >"$work/stdout" \
		2>"$work/stderr" </dev/null || status=$?
}

# Makes a state directory as a runtime does.
make_state() { # ROOT
	mkdir -p "$1/id"
}

@test "a create whose id exists touches neither the bundle nor its link" {
	make_state "$work/root"
	recreate --root "$work/root"
	refused "container 'id' already exists under '$work/root'"
	same "$new" "$config"
	[ "$(readlink "$(only_link)")" = "$record" ]
	rm -r "$work/root/id"
	create --root "$work/root"
	started
	make_state "$work/root"
	cp -a "$links" "$work/links.old"
	cp -a "$bundle" "$work/bundle.old"
	make_bundle "$work/other"
	make_runtime runc
	for rules in "$with_exec" '{"name":"other","match":{},"drop":"others"}'; do
		use_policy "$rules"
		for words in "-b $bundle" "-b $work/other" '-b /nowhere'; do
			# shellcheck disable=SC2086 # two words
			call --root "$work/root/." create $words id
			refused "container 'id' already exists under '$work/root'"
		done
	done
	use_policy
	call --root "$work/root" create -b "$bundle" id
	refused "container 'id' already exists under '$work/root'"
	echo '{' >"$CAPRUNTIME_POLICY"
	call --root "$work/root" create -b "$work/other" id
	refused policy.json
	diff -r --no-dereference "$work/links.old" "$links"
	diff -r "$work/bundle.old" "$bundle"
}

# The runtime of a create that has not yet made the state directory.
@test "a create whose id another create is making leaves that one's link" {
	make_bundle "$work/other"
	printf '#!/bin/sh\necho "$$" >"%s"\nexec sleep 1000\n' "$work/pid" \
		>"$CAPRUNTIME_RUNTIME"
	use_policy "$with_exec"
	call create -b "$bundle" id 3>&- &
	until [ -s "$work/pid" ]; do sleep 0.05; done
	creating=$(<"$work/pid")
	cp -a "$links" "$work/links.old"
	make_runtime runc
	for rules in "$with_exec" "$without_exec"; do
		use_policy "$rules"
		call create -b "$work/other" id
		refused "container 'id' under '" \
			"is still being made or ended by process $creating"
		diff -r --no-dereference "$work/links.old" "$links"
	done
	kill -9 "$creating"
	wait
	call create -b "$work/other" id
	started
	no_links
}

@test "without rules and a record, the runtime speaks of an id that exists" {
	make_state "$work/root"
	create --root "$work/root"
	refused
	rm -rf "$bundle" "$work/root/id"
	make_bundle "$bundle"
	recreate --root "$work/root"
	make_state "$work/root"
	make_bundle "$work/other"
	use_policy
	cp -a "$links" "$work/links.old"
	call --root "$work/root" create -b "$work/other" id
	started
	diff -r --no-dereference "$work/links.old" "$links"
}

@test "mode audit refuses no id that exists, and touches nothing of it" {
	recreate --root "$work/root"
	make_state "$work/root"
	cp -a "$links" "$work/links.old"
	cp -a "$bundle" "$work/bundle.old"
	printf '{"version":1,"mode":"audit","rules":[%s]}\n' "$without_exec" \
		>"$CAPRUNTIME_POLICY"
	make_runtime runc
	call --root "$work/root" create -b "$bundle" id
	started
	diff -r --no-dereference "$work/links.old" "$links"
	diff -r "$work/bundle.old" "$bundle"
}

@test "a bundle under ever new ids has one link" {
	for ((i = 0; i < 10; i++)); do
		make_runtime runc
		call create -b "$bundle" "id-$i"
		started
	done
	[ "$(find "$links" -type l | wc -l)" -le 2 ]
}

@test "a session removes no link" {
	rm "$record"
	ln -s /nowhere "$links/0123456789abcdef"
	logged_untouched "$record" exec --process "$process" id
	[ "$(find "$links" -type l | wc -l)" -eq 2 ]
}

make_dangling() { # COUNT
	local i

	for ((i = 0; i < $1; i++)); do
		ln -s "/nowhere/$i" "$links/$(printf %016x "$i")"
	done
}

number_dangling() {
	find "$links" -type l -lname '/nowhere/*' | wc -l
}

@test "a create removes dangling links of others" {
	make_dangling 40
	ln -s "$config" "$links/fedcba9876543210"
	recreate
	started
	[ "$(number_dangling)" -eq 0 ]
	[ -L "$links/fedcba9876543210" ]
	[ "$(find "$links" -type l | wc -l)" -eq 2 ]
}

@test "a dangling link stays while its container exists" {
	local second=$work/second

	rm "$(only_link)"
	recreate --root "$work/root"
	started
	make_state "$work/root"
	link=$(only_link)
	mv "$bundle" "$work/moved"
	make_bundle "$second"
	call --root "$work/root" create -b "$second" other
	started
	[ -L "$link" ]
	rm -r "$work/root/id"
	call --root "$work/root" create -b "$second" another
	started
	[ ! -L "$link" ]
}

@test "a create checks at most 64 links" {
	make_dangling 300
	recreate
	started
	# The directory entries "." and ".." count against the limit.
	left=$(number_dangling)
	echo "$left left"
	[ "$left" -ge 236 ] && [ "$left" -le 238 ]
}

@test "every link is checked in time" {
	make_dangling 200
	for ((i = 0; i < 12; i++)); do
		recreate
	done
	[ "$(number_dangling)" -eq 0 ]
}

@test "files and directories that are not links stay" {
	mkdir "$links/directory"
	: >"$links/file"
	recreate
	started
	[ -d "$links/directory" ] && [ -f "$links/file" ]
}
