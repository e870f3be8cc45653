#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash and make set them
# Both programs cross-built in a fresh Debian, and their tests under qemu-user:
# arm64, and s390x for its byte order. Emulated, no container can be started.

load helpers

# What the emulator cannot show: threads of an ended process, its own program in
# /proc/self/exe, system calls that it does not know, among them seccomp(2), and
# the recordings of a kernel with x86-64's byte order.
not_emulated='base/trust
bundle/owner
capctl/child
capctl/execve/predict_kernel
capctl/learn/events
capctl/process/processes
capctl/rootfs/walk
capctl/seccomp/bpf
capctl/seccomp/closed
capctl/seccomp/profile
runtime/launch
runtime/root'

# They decide, read and print.
emulated_bats='actions
audit
errors
modes
policyd
capctl_check
capctl_decode'

install_cross_tools() { # ARCHITECTURE TRIPLET
	machine in "$dir" sh -ec 'dpkg --add-architecture "$1"
		apt-get update -q
		apt-get install -qy --no-install-recommends make autoconf \
			automake pkg-config binutils xz-utils bats jq \
			libtomlplusplus-dev qemu-user strace procps python3 \
			busybox-static "gcc-$2" "g++-$2" \
			"libc6-dev-$1-cross" "libcap-dev:$1" \
			"libjson-c-dev:$1" "libseccomp-dev:$1" \
			"libmount-dev:$1" "libtracefs-dev:$1" \
			"libtraceevent-dev:$1" "libyaml-dev:$1"' \
		sh "$@" >"$dir/log" 2>&1 || fail_with_log
}

cross_build() { # TRIPLET
	# shellcheck disable=SC2016 # for the inner shell
	machine in "$dir" sh -ec 'cd /capruntime && autoreconf -i
		mkdir build && cd build
		export PKG_CONFIG_LIBDIR=/usr/lib/$1/pkgconfig
		../configure --quiet --host="$1" --with-runtime=/usr/bin/runc
		make -s -j"$(nproc)" all' sh "$1" >"$dir/log" 2>&1 || fail_with_log
}

# The kernel starts the other machine's programs in one user namespace alone.
check_emulated() { # QEMU MAGIC MASK MAKE-ARGUMENT...
	# shellcheck disable=SC2016 # for the inner shell
	machine in "$dir" unshare --user --mount --map-users=0,0,65536 \
		--map-groups=0,0,65536 sh -ec 'kind=/proc/sys/fs/binfmt_misc
		mount -t binfmt_misc binfmt_misc "$kind"
		echo ":$1:M::$2:$3:/usr/bin/qemu-$1:F" >"$kind/register"
		shift 3
		cd /capruntime/build && exec make -k -j"$(nproc)" check "$@"' \
		sh "$@" >"$dir/log" 2>&1 || fail_with_log
}

# Both programs say what they are, and need no library that is not there.
expect_programs() { # MACHINE-OF-READELF QEMU
	run -0 machine in "$dir" sh -ec 'cd /capruntime/build
		for program in capruntime capctl; do
			readelf -h "$program" | sed -n "s/^ *Machine: *//p"
		done
		"qemu-$1" ./capctl version | head -n 1' sh "$2"
	printf '%s\n' "$output"
	[ "${lines[0]}" = "$1" ]
	[ "${lines[1]}" = "$1" ]
	[[ "${lines[2]}" = capruntime\ * ]]
}

# Sets $tests, make's words for them.
choose_tests() {
	local list name

	# shellcheck disable=SC2016 # make's variables
	list='$(UNIT_TESTS) $(CAPCTL_UNIT_TESTS)'
	tests='$(filter-out'
	for name in $not_emulated; do
		tests+=" tests/unit/${name}_test"
	done
	tests+=",$list)"
	for name in $emulated_bats; do
		tests+=" tests/cli/$name.bats"
	done
}

cross_check() { # ARCHITECTURE TRIPLET QEMU MACHINE-OF-READELF MAGIC MASK
	local tests

	require_programs unshare
	setup_release forky
	install_cross_tools "$1" "$2"
	cross_build "$2"
	expect_programs "$4" "$3"
	choose_tests
	check_emulated "$3" "$5" "$6" "TESTS=$tests"
	expect_tests 1000
}

@test "arm64: built, and tested under qemu" {
	cross_check arm64 aarch64-linux-gnu aarch64 AArch64 \
		'\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00' \
		'\xff\xff\xff\xff\xff\xff\xff\xfc\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
}

@test "s390x: built, and tested under qemu" {
	cross_check s390x s390x-linux-gnu s390x 'IBM S/390' \
		'\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16' \
		'\xff\xff\xff\xff\xff\xff\xff\xfc\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'
}
