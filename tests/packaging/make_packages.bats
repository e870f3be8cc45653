#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # make sets srcdir
# tools/make-packages with stand-ins for the tools that build a package, and what
# build-tarball says that it lacks.
# tests/soak/packages.bats builds the packages themselves.

bats_require_minimum_version 1.5.0

setup() {
	tools=$BATS_TEST_TMPDIR/tools
	programs=$BATS_TEST_TMPDIR/programs
	mkdir "$tools" "$programs"
	cp "$srcdir/tools/make-packages" "$tools"
	for name in deb rpm; do
		write_script "$tools/build-$name" \
			"mkdir -p \"\$2\" && cp \"\$1\" \"\$2/$name\""
	done
	# shellcheck disable=SC2016 # for the script
	write_script "$tools/build-tarball" 'case $1 in
		--architectures) printf "%s\n" s390x arm64 ;;
		--missing) cat "missing-$2" 2>/dev/null || : ;;
		*) mkdir -p "$2" && cp "$1" "$2/$3" ;;
		esac'
	for name in dpkg-buildpackage dh rpmbuild; do
		write_script "$programs/$name" 'exit 0'
	done
	for name in awk cat cp dirname mkdir sed sh; do
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

@test "it makes all packages, and a tarball for each architecture" {
	run -0 make_packages
	expect_packages arm64 deb rpm s390x
	[ "$output" = 'make-packages: 4 built, in packages/' ]
}

@test "a package that cannot be built does not stop the others" {
	for name in deb rpm; do
		mv "$tools/build-$name" "$tools/whole"
		write_script "$tools/build-$name" 'exit 3'
		rm -rf packages
		run -1 make_packages
		[[ "$output" == *'make-packages: cannot build the '*' 3 built, in packages/' ]]
		[ ! -e "packages/$name" ]
		mv "$tools/whole" "$tools/build-$name"
	done
	rm -r packages
	mkdir -p packages/arm64/tarball
	run -1 make_packages
	[[ "$output" == *'cannot build the tarball for arm64'*' 3 built, '* ]]
}

@test "a package whose tools are missing is skipped with a message" {
	rm "$programs/rpmbuild"
	echo aarch64-linux-gnu-gcc >missing-arm64
	run -0 make_packages
	expect_packages deb s390x
	[[ "$output" == *"make-packages: skipped the RPM: 'rpmbuild' is missing"* ]]
	[[ "$output" == *"skipped the tarball for arm64: 'aarch64-linux-gnu-gcc' is missing"* ]]
	rm "$programs/dh"
	rm -r packages
	run -0 make_packages
	expect_packages s390x
	[[ "$output" == *"skipped the Debian package: 'dh' is missing"* ]]
}

@test "it fails when it can build none" {
	rm "$programs/rpmbuild" "$programs/dpkg-buildpackage"
	echo libcap.a | tee missing-arm64 >missing-s390x
	run -1 make_packages
	[[ "$output" == *'make-packages: 0 built, in packages/' ]]
	[ ! -e packages ]
}

# build-tarball on another machine, whose compilers have every library but $lack.
tarball() { # MACHINE WORD...
	write_script "$programs/uname" "echo $1"
	# shellcheck disable=SC2016 # for the script
	for name in cc c++ musl-gcc {aarch64,s390x,powerpc64le}-linux-gnu-{gcc,g++} \
		{aarch64,s390x,powerpc64le}-linux-musl-gcc; do
		[ -e "$programs/$name" ] || write_script "$programs/$name" \
			'case $1 in *="$lack") echo "$lack" ;; *) echo "/lib/${1#*=}" ;; esac'
	done
	env -u CC -u CXX PATH="$programs" lack="${lack-none}" \
		"$srcdir/tools/build-tarball" "${@:2}"
}

@test "the tarballs of a release are this machine's and those of four architectures" {
	run -0 tarball x86_64 --architectures
	[ "$(xargs <<<"$output")" = 'amd64 arm64 ppc64le s390x' ]
	run -0 tarball aarch64 --architectures
	[ "$(xargs <<<"$output")" = 'arm64 amd64 ppc64le s390x' ]
	run -0 tarball riscv64 --architectures
	[ "$(xargs <<<"$output")" = 'riscv64 amd64 arm64 ppc64le s390x' ]
}

@test "a tarball needs musl, a compiler for C and C++, and static libraries" {
	for architecture in amd64 arm64 ppc64le s390x; do
		run -0 tarball x86_64 --missing "$architecture"
		[ -z "$output" ]
	done
	lack=libcap.a
	run -0 tarball x86_64 --missing arm64
	[ "$output" = libcap.a ]
	run -0 tarball x86_64 --missing
	[ "$output" = libcap.a ]
	rm "$programs"/{musl-gcc,s390x-linux-gnu-g++,powerpc64le-linux-musl-gcc}
	write_script "$programs/uname" 'echo x86_64'
	for word in amd64=musl-gcc s390x=s390x-linux-gnu-g++ \
		ppc64le=powerpc64le-linux-musl-gcc arm64=; do
		run -0 env -u CC -u CXX PATH="$programs" lack=none \
			"$srcdir/tools/build-tarball" --missing "${word%=*}"
		[ "$output" = "${word#*=}" ]
	done
}

@test "an unknown architecture is an error" {
	run -1 tarball x86_64 --missing z80
	[ "$output" = "build-tarball: no cross compiler is known for 'z80'" ]
	run -1 tarball x86_64 tarball packages x86_64
	[[ "$output" == *"no cross compiler is known for 'x86_64'" ]]
	[ ! -e packages ]
}
