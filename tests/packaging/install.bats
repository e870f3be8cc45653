#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2119,SC2120 # the tests give words to install
# shellcheck disable=SC2154 # helpers.bash sets them
# The tarball's install script, with stand-ins for the programs.

load helpers

setup() {
	setup_root
	rm -rf "${root:?}"/*
	make_program /usr/sbin/runc
	make_tree one
	prefix=/usr/local
}

# The tree of tools/build-tarball, in $tree; its programs print WORD.
make_tree() { # WORD
	tree=$BATS_TEST_TMPDIR/tree-$1
	mkdir -p "$tree"/{bin,libexec/capruntime,share/man/man8} \
		"$tree/share/doc/capruntime/packaging/crio"
	printf '#!/bin/sh\necho "%s"\n' "$1" >"$tree/bin/capruntime"
	cp "$tree/bin/capruntime" "$tree/bin/capctl"
	chmod 755 "$tree/bin"/*
	sed -e 's|@bindir@|/usr/local/bin|' -e 's|@sysconfdir@|/etc|' \
		-e 's|@runstatedir@|/run|' \
		-e 's|@pkglibexecdir@|/usr/local/libexec/capruntime|' \
		"$srcdir/packaging/package-hook.in" \
		>"$tree/libexec/capruntime/package-hook"
	sed 's|/usr/bin/|/usr/local/bin/|' \
		"$srcdir/packaging/crio/50-capruntime.conf" \
		>"$tree/share/doc/capruntime/packaging/crio/50-capruntime.conf"
	echo "page $1" >"$tree/share/man/man8/capruntime.8"
	cp "$srcdir/packaging/install.sh" "$srcdir/packaging/policy.json" "$tree"
	seal
}

seal() {
	rm -f "$tree/SHA256SUMS"
	(cd "$tree" && find . -type f -exec sha256sum {} +) >"$tree.sums"
	mv "$tree.sums" "$tree/SHA256SUMS"
}

install() { # [OPTION...]
	sh "$tree/install.sh" --destdir "$root" "$@"
}

installed() { # OPTION...: the copy that was installed
	sh "$root$prefix/libexec/capruntime/install.sh" --destdir "$root" \
		--prefix "$prefix" "$@"
}

register() {
	write /etc/crio/crio.conf.d/50-capruntime.conf \
		<"$root$prefix/share/doc/capruntime/packaging/crio/50-capruntime.conf"
}

files_of_root() {
	(cd "$root" && find . '(' -type f -o -type l ')') | LC_ALL=C sort
}

expect_files() { # FILE...
	diff <(printf '%s\n' ./usr/sbin/runc "$@" | LC_ALL=C sort) \
		<(files_of_root)
}

all_files() {
	echo ./etc/capruntime/policy.json
	echo ./etc/capruntime/runtimes/capruntime
	printf ".$prefix/%s\n" bin/capctl bin/capruntime \
		libexec/capruntime/{MANIFEST,install.sh,package-hook} \
		share/doc/capruntime/packaging/crio/50-capruntime.conf \
		share/man/man8/capruntime.8
}

@test "it installs every file, chooses the runtime and keeps the policy empty" {
	run -0 install
	echo "$output"
	mapfile -t expected < <(all_files)
	expect_files "${expected[@]}"
	[ "$(readlink "$root/etc/capruntime/runtimes/capruntime")" = /usr/sbin/runc ]
	cmp "$root/etc/capruntime/policy.json" "$srcdir/packaging/policy.json"
	[ -d "$root/etc/capruntime/policy.d" ]
	[ "$("$root/usr/local/bin/capruntime")" = one ]
	[ "$(stat -c %a "$root/usr/local/bin/capruntime")" = 755 ]
	[ "$(stat -c %a "$root/usr/local/share/man/man8/capruntime.8")" = 644 ]
}

@test "another prefix is in the files that name the program" {
	prefix=/opt/caps
	run -0 install --prefix "$prefix"
	mapfile -t expected < <(all_files)
	expect_files "${expected[@]}"
	run ! grep -r /usr/local/bin/capruntime "$root/opt"
	grep -qx 'runtime_path = "/opt/caps/bin/capruntime"' \
		"$root$prefix/share/doc/capruntime/packaging/crio/50-capruntime.conf"
	grep -qx "bindir='/opt/caps/bin'" \
		"$root$prefix/libexec/capruntime/package-hook"
	register
	run -1 installed --uninstall
	[[ "$output" == *'/opt/caps/bin/capruntime'* ]]
}

@test "an upgrade replaces files, and removes those that the new version lacks" {
	install
	echo '{"version":1,"rules":[],"mode":"audit"}' |
		write /etc/capruntime/policy.json
	ln -sfn /usr/bin/crun "$root/etc/capruntime/runtimes/capruntime"
	make_program /usr/bin/crun
	make_tree two
	rm "$tree/share/man/man8/capruntime.8"
	echo new >"$tree/share/man/man8/new.8"
	seal
	run -0 install
	[ "$("$root/usr/local/bin/capruntime")" = two ]
	[ ! -e "$root/usr/local/share/man/man8/capruntime.8" ]
	[ "$(cat "$root/usr/local/share/man/man8/new.8")" = new ]
	grep -q audit "$root/etc/capruntime/policy.json"
	[ "$(readlink "$root/etc/capruntime/runtimes/capruntime")" = /usr/bin/crun ]
	[ -z "$(find "$root" -name '*.new')" ]
}

@test "a file that it did not install is never overwritten" {
	echo mine | write /usr/local/bin/capctl
	run -1 install
	[[ "$output" == *"/usr/local/bin/capctl' is there already"* ]]
	expect_files ./usr/local/bin/capctl
	[ "$(cat "$root/usr/local/bin/capctl")" = mine ]
}

@test "a file with a wrong checksum is not installed" {
	echo changed >>"$tree/bin/capctl"
	run -1 install
	[[ "$output" == *'not what they were'* ]]
	expect_files
}

@test "it uninstalls everything but the configuration, with either script" {
	for script in install installed; do
		install
		run -0 $script --uninstall
		expect_files ./etc/capruntime/policy.json \
			./etc/capruntime/runtimes/capruntime
		[ -z "$(find "$root/usr/local" -name '*capruntime*')" ]
		[ -d "$root/usr/local/bin" ]
		[ "$(find "$root/etc/capruntime" | wc -l)" -eq 5 ]
	done
}

@test "--purge removes the configuration, too, but no policy of the administrator" {
	install
	mkdir -p "$root/run/capruntime"
	write /etc/capruntime/policy.d/mine.json </dev/null
	run -0 install --uninstall --purge
	expect_files ./etc/capruntime/policy.d/mine.json
	[ ! -e "$root/run/capruntime" ]
	rm -r "${root:?}/etc"
	install
	run -0 installed --uninstall --purge
	expect_files
	[ ! -e "$root/etc/capruntime" ]
}

@test "it refuses to uninstall while an engine's configuration names it" {
	install
	register
	files_of_root >"$BATS_TEST_TMPDIR/before"
	for option in '' --purge; do
		# shellcheck disable=SC2086 # none, or one
		run -1 installed --uninstall $option
		echo "$output"
		[[ "$output" == *'not removed'*50-capruntime.conf:*'The way out'* ]]
		files_of_root | diff "$BATS_TEST_TMPDIR/before" -
	done
	rm "$root/etc/crio/crio.conf.d/50-capruntime.conf"
	run -0 installed --uninstall
}

@test "uninstalling fails where nothing is installed" {
	run -1 install --uninstall
	[[ "$output" == *"not installed in '$root/usr/local'"* ]]
	run -1 sh "$BATS_TEST_TMPDIR/tree-one/install.sh" --destdir "$root" \
		--uninstall --prefix /opt
}

@test "wrong usage is an error" {
	for words in --unknown --prefix --purge '--uninstall x'; do
		# shellcheck disable=SC2086 # words
		run -2 install $words
		[[ "$output" == *'usage: install.sh '*'install.sh --uninstall'* ]]
	done
	for prefix in relative 'a b' '/a b' '/a|b' "/a'b"; do
		run -1 install --prefix "$prefix"
		[[ "$output" == *"prefix '$prefix'"* ]]
	done
	expect_files
}
