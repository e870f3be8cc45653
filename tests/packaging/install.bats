#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2119,SC2120 # the tests give words to install
# shellcheck disable=SC2154 # helpers.bash sets them
# The tarball's install script, with stand-ins for the programs.

load ../need
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
	[[ "$output" == *"/usr/local/bin/capctl' exists"* ]]
	expect_files ./usr/local/bin/capctl
	[ "$(cat "$root/usr/local/bin/capctl")" = mine ]
}

@test "a file with a wrong checksum is not installed" {
	echo changed >>"$tree/bin/capctl"
	run -1 install
	[[ "$output" == *'wrong checksums'* ]]
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
		[[ "$output" == *'not removed'*50-capruntime.conf:*'What to do'* ]]
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

# Where nothing could be harmed, if it installed.
install_here() { # MACHINE
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho %s\n' "$1" >"$BATS_TEST_TMPDIR/bin/uname"
	chmod 755 "$BATS_TEST_TMPDIR/bin/uname"
	# shellcheck disable=SC2016 # for the inner shell
	PATH=$BATS_TEST_TMPDIR/bin:$PATH unshare --mount --map-root-user sh -ec \
		'mount -t tmpfs tmpfs /etc && exec sh "$@"' sh "$tree/install.sh" \
		--prefix "$BATS_TEST_TMPDIR/here"
}

@test "programs of another machine are refused with the name of the right tarball" {
	require_programs unshare
	unshare --mount --map-root-user true || skip 'cannot enter a user namespace'
	local -A name=([x86_64]=amd64 [aarch64]=arm64 [ppc64le]=ppc64le
		[s390x]=s390x)
	local -A bytes=([x86_64]='\076\000' [aarch64]='\267\000'
		[ppc64le]='\025\000' [s390x]='\000\026')

	for own in "${!name[@]}"; do
		printf "%018d${bytes[$own]}" 0 >"$tree/bin/capruntime"
		seal
		for other in "${!name[@]}"; do
			rm -rf "$BATS_TEST_TMPDIR/here"
			if [ "$own" = "$other" ]; then
				run -0 install_here "$own"
				continue
			fi
			run -1 install_here "$other"
			[ "$output" = "install.sh: these programs are not for this machine: take the tarball that ends in linux-${name[$other]}.tar.xz" ]
			[ ! -e "$BATS_TEST_TMPDIR/here" ]
		done
	done
	run -0 install_here riscv64
}

@test "below --destdir programs of any machine are installed" {
	printf '%020d' 0 >"$tree/bin/capruntime"
	seal
	run -0 install
}

@test "a prepared link at a temporary name is not followed" {
	echo mine >"$BATS_TEST_TMPDIR/victim"
	mkdir -p "$root/usr/local/bin"
	ln -s "$BATS_TEST_TMPDIR/victim" "$root/usr/local/bin/capruntime.new"
	mkdir -p "$root/usr/local/libexec/capruntime"
	ln -s "$BATS_TEST_TMPDIR/victim" \
		"$root/usr/local/libexec/capruntime/MANIFEST.new"
	run -0 install
	[ "$(cat "$BATS_TEST_TMPDIR/victim")" = mine ]
	[ -L "$root/usr/local/bin/capruntime.new" ]
}

@test "a dangling link in place of the policy or a program is not followed" {
	mkdir -p "$root/etc/capruntime" "$root/usr/local/bin"
	ln -s "$BATS_TEST_TMPDIR/victim" "$root/etc/capruntime/policy.json"
	run -0 install
	[ ! -e "$BATS_TEST_TMPDIR/victim" ]
	install --uninstall
	ln -s "$BATS_TEST_TMPDIR/victim" "$root/usr/local/bin/capctl"
	run -1 install
	[[ "$output" == *"/usr/local/bin/capctl' exists"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/victim" ]
}

# Links of the tree start at the root of this system, not at $root.
@test "no link below --destdir is followed, neither to install nor to remove" {
	outside=$BATS_TEST_TMPDIR/outside
	for link in etc etc/capruntime etc/capruntime/runtimes usr/local \
		usr/local/bin usr/local/share/man; do
		rm -rf "${root:?}" "$outside"
		make_program /usr/sbin/runc
		mkdir -p "$outside" "$(dirname "$root/$link")"
		ln -sfn "$outside" "$root/$link"
		run -1 install
		echo "$link: $output"
		[[ "$output" == *"$root/$link' is a symbolic link"* ]]
		[ -z "$(ls -A "$outside")" ]

		rm "$root/$link"
		install
		mv "$root/$link" "$outside/moved"
		ln -s "$outside/moved" "$root/$link"
		find "$outside" | sort >"$BATS_TEST_TMPDIR/before"
		run -1 sh "$tree/install.sh" --destdir "$root" --uninstall --purge
		echo "$output"
		find "$outside" | sort | diff "$BATS_TEST_TMPDIR/before" -
	done
}

@test "--purge keeps what a link below --destdir leads to" {
	outside=$BATS_TEST_TMPDIR/outside
	install
	mkdir -p "$outside/capruntime"
	touch "$outside/capruntime/mine"
	ln -s "$outside" "$root/run"
	run -0 install --uninstall --purge
	echo "$output"
	[[ "$output" == *"'$root/run' is a symbolic link"* ]]
	[ -e "$outside/capruntime/mine" ]
}

@test "only files with a checksum are installed" {
	echo stray >"$tree/bin/stray"
	run -0 install
	[ ! -e "$root/usr/local/bin/stray" ]
	grep -v policy.json "$tree/SHA256SUMS" >"$tree.sums"
	cp "$tree.sums" "$tree/SHA256SUMS"
	run -1 install
	[[ "$output" == *"policy.json' has no checksum"* ]]
}

@test "a link in place of a file of the tarball is not installed" {
	mv "$tree/bin/capctl" "$BATS_TEST_TMPDIR/capctl"
	ln -s "$BATS_TEST_TMPDIR/capctl" "$tree/bin/capctl"
	run -1 install
	[[ "$output" == *"bin/capctl' is a symbolic link"* ]]
	expect_files
}

@test "a program of another user below --destdir is not run to uninstall" {
	local file

	require_root
	for file in libexec/capruntime/package-hook bin/capctl; do
		install
		printf '#!/bin/sh\ntouch "%s"\n' "$root/ran" >"$root$prefix/$file"
		chown 1000 "$root$prefix/$file"
		run -1 sh "$tree/install.sh" --destdir "$root" --uninstall
		echo "$output"
		[[ "$output" == *"'$root$prefix/$file' belongs to another user"* ]]
		[ ! -e "$root/ran" ]
	done
}

@test "a list of installed files that leads out removes nothing" {
	install
	touch "$root/victim"
	echo share/../../../victim >>"$root/usr/local/libexec/capruntime/MANIFEST"
	run -1 install --uninstall
	[[ "$output" == *"do not belong to capruntime"* ]]
	[ -e "$root/victim" ]
	[ -e "$root/usr/local/bin/capruntime" ]
}

# Kills install.sh at the NUMBERth call of PROGRAM.
killed_at() { # SIGNAL PROGRAM NUMBER [OPTION...]
	local stub=$BATS_TEST_TMPDIR/stub

	rm -rf "$stub"
	mkdir "$stub"
	cat >"$stub/$2" <<-END_OF_STUB
		#!/bin/sh
		echo >>'$stub/calls'
		[ "\$(wc -l <'$stub/calls')" -eq $3 ] || exec $(type -P "$2") "\$@"
		kill -$1 "\$PPID" "\$SCRIPT"
		exit 1
	END_OF_STUB
	chmod 755 "$stub/$2"
	# shellcheck disable=SC2016 # for the inner shell
	TMPDIR=$BATS_TEST_TMPDIR PATH=$stub:$PATH run sh -c 'export SCRIPT=$$ && exec sh "$@"' sh \
		"$tree/install.sh" --destdir "$root" "${@:4}"
	[ "$(wc -l <"$stub/calls")" -ge "$3" ]
	[ "$status" -ne 0 ]
}

start_again() {
	rm -rf "${root:?}"
	make_program /usr/sbin/runc
}

expect_installed() { # [SED-SCRIPT]
	mapfile -t expected < <(all_files | sed "${1-}")
	expect_files "${expected[@]}"
}

@test "an installation that was killed can be repeated and removed" {
	for number in {1..9}; do
		start_again
		killed_at KILL mv "$number"
		run -0 install
		expect_installed
		run -0 install --uninstall --purge
		expect_files
		[ -z "$(find "$root/usr/local" -name '*capruntime*')" ]
	done
}

@test "an upgrade that was killed can be repeated, also with the older version" {
	make_tree two
	rm "$tree/share/man/man8/capruntime.8"
	echo new >"$tree/share/man/man8/new.8"
	seal
	for number in {1..8}; do
		start_again
		tree=${tree%-*}-one install
		killed_at KILL mv "$number"
		run -0 install
		expect_installed 's|man8/capruntime.8|man8/new.8|'
		tree=${tree%-*}-one run -0 install
		expect_installed
	done
}

@test "an installation that is told to stop leaves no temporary file" {
	for number in {1..9}; do
		start_again
		killed_at TERM mv "$number"
		[ -z "$(find "$root" -name '.capruntime*')" ]
	done
}

@test "a removal that was killed can be repeated" {
	for number in {1..7}; do
		install
		killed_at KILL rm "$number" --uninstall
		run install --uninstall
		[ "$status" -eq 0 ] || {
			[ "$output" = "install.sh: '$root$prefix/libexec/capruntime/package-hook' is missing: install again, then uninstall" ]
			install
			run -0 install --uninstall
		}
		expect_files ./etc/capruntime/policy.json \
			./etc/capruntime/runtimes/capruntime
	done
}

@test "a file that cannot be removed is an error, and the removal can be repeated" {
	install
	rm "$root$prefix/bin/capctl"
	mkdir "$root$prefix/bin/capctl"
	run -1 install --uninstall
	echo "$output"
	[[ "$output" == *"$prefix/bin/capctl"* ]]
	rmdir "$root$prefix/bin/capctl"
	run -0 install --uninstall
	[ ! -e "$root$prefix/bin/capruntime" ]
}

@test "a file in place of a directory, or the reverse, is refused at the start" {
	for path in etc/capruntime etc/capruntime/policy.d etc/capruntime/runtimes \
		usr/local usr/local/share usr/local/share/man/man8; do
		start_again
		mkdir -p "$root/${path%/*}"
		echo mine >"$root/$path"
		run -1 install
		echo "$output"
		[ "$output" = "install.sh: '$root/$path' is not a directory: move it away" ]
		expect_files "./$path"
	done
	start_again
	install
	make_tree two
	for file in bin/capctl share/man/man8/capruntime.8; do
		rm "$root$prefix/$file"
		mkdir "$root$prefix/$file"
		run -1 install
		[ "$output" = "install.sh: '$root$prefix/$file' is a directory: move it away" ]
		[ "$("$root$prefix/bin/capruntime")" = one ]
		rmdir "$root$prefix/$file"
		tree=${tree%-*}-one install
	done
}

@test "a full file system changes nothing, and leaves no temporary file" {
	require_programs unshare
	unshare --mount --map-root-user true || skip 'cannot enter a user namespace'
	make_tree two
	head -c 300000 /dev/zero >>"$tree/libexec/capruntime/package-hook"
	seal
	# shellcheck disable=SC2016 # for the inner shell
	run -0 unshare --mount --map-root-user sh -ec '
		mount -t tmpfs -o size=256k tmpfs "$1"
		sh "$2-one/install.sh" --destdir "$1"
		(cd "$1" && find . -type f -exec sha256sum {} +) >"$3"
		! sh "$2-two/install.sh" --destdir "$1" || exit
		(cd "$1" && find . -type f -exec sha256sum {} +) | diff "$3" -
		mount -o remount,ro "$1"
		! sh "$2-one/install.sh" --destdir "$1" || exit
		! sh "$2-one/install.sh" --destdir "$1" --uninstall || exit
		(cd "$1" && find . -type f -exec sha256sum {} +) | diff "$3" -
		' sh "$root" "${tree%-*}" "$BATS_TEST_TMPDIR/sums"
	echo "$output"
	[ "$(grep -c '^install.sh: cannot write' <<<"$output")" -eq 2 ]
}

@test "two at once do not mix: the second is refused" {
	require_programs flock
	run -1 flock "$root" sh "$tree/install.sh" --destdir "$root"
	[ "$output" = "install.sh: another install.sh is working in '$root': wait for its end" ]
	expect_files
	install
	run -1 flock "$root" sh "$tree/install.sh" --destdir "$root" --uninstall
	[ -e "$root$prefix/bin/capruntime" ]
}

@test "a system that has busybox alone can install and uninstall it" {
	local bin=$BATS_TEST_TMPDIR/bin

	require_programs busybox
	mkdir "$bin"
	busybox --install -s "$bin"
	run -0 env PATH="$bin" "$bin/sh" "$tree/install.sh" --destdir "$root"
	[ "$("$root$prefix/bin/capruntime")" = one ]
	run -0 env PATH="$bin" "$bin/sh" "$root$prefix/libexec/capruntime/install.sh" \
		--destdir "$root" --prefix "$prefix" --uninstall
	[ ! -e "$root$prefix/bin/capruntime" ]
}
