#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # make sets srcdir
# tools/make-packages with stand-ins for the tools that build a package.
# tests/soak/packages.bats builds the packages themselves.

bats_require_minimum_version 1.5.0

setup() {
	tools=$BATS_TEST_TMPDIR/tools
	programs=$BATS_TEST_TMPDIR/programs
	mkdir "$tools" "$programs"
	cp "$srcdir/tools/make-packages" "$tools"
	for name in deb rpm tarball; do
		write_script "$tools/build-$name" \
			"mkdir -p \"\$2\" && cp \"\$1\" \"\$2/$name\""
	done
	for name in dpkg-buildpackage dh musl-gcc rpmbuild; do
		write_script "$programs/$name" 'exit 0'
	done
	# shellcheck disable=SC2016 # for the script
	write_script "$programs/cc" 'echo "/lib/${1#*=}"'
	for name in cp dirname mkdir sed sh; do
		ln -s "$(type -P "$name")" "$programs/$name"
	done
	cd "$BATS_TEST_TMPDIR" || return
	echo source >tarball
}

write_script() { # FILE LINE
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod 755 "$1"
}

make_packages() {
	env -u CC PATH="$programs" "$tools/make-packages" tarball packages
}

expect_packages() { # NAME...
	diff <(printf '%s\n' "$@") <(ls packages)
}

@test "it makes all three packages" {
	run -0 make_packages
	expect_packages deb rpm tarball
	[ "$output" = 'make-packages: 3 built, in packages/' ]
}

@test "a package that cannot be built does not stop the others" {
	for name in deb rpm tarball; do
		mv "$tools/build-$name" "$tools/whole"
		write_script "$tools/build-$name" 'exit 3'
		rm -rf packages
		run -1 make_packages
		[[ "$output" == *'make-packages: cannot build the '*' 2 built, in packages/' ]]
		[ ! -e "packages/$name" ]
		mv "$tools/whole" "$tools/build-$name"
	done
}

@test "a package whose tools are missing is skipped with a message" {
	rm "$programs/rpmbuild"
	run -0 make_packages
	expect_packages deb tarball
	[[ "$output" == *"make-packages: skipped the RPM: 'rpmbuild' is missing"* ]]
	rm "$programs/dh"
	rm -r packages
	run -0 make_packages
	expect_packages tarball
	[[ "$output" == *"skipped the Debian package: 'dh' is missing"* ]]
}

@test "a missing compiler for musl skips the tarball" {
	rm "$programs/musl-gcc"
	run -0 make_packages
	expect_packages deb rpm
	[[ "$output" == *"skipped the tarball: 'musl-gcc' is missing"* ]]
}

@test "a missing static library skips the tarball" {
	# shellcheck disable=SC2016 # for the script
	write_script "$programs/cc" \
		'case $1 in *libcap.a) echo libcap.a ;; *) echo "/lib/${1#*=}" ;; esac'
	run -0 make_packages
	expect_packages deb rpm
	[[ "$output" == *"skipped the tarball: 'libcap.a' is missing"* ]]
}

@test "it fails when it can build none" {
	rm "$programs/rpmbuild" "$programs/dpkg-buildpackage"
	# shellcheck disable=SC2016 # for the script
	write_script "$programs/cc" 'echo "${1#*=}"'
	run -1 make_packages
	[[ "$output" == *'make-packages: 0 built, in packages/' ]]
	[ ! -e packages ]
}
