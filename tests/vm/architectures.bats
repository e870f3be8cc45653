#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash and make set them
# For each other architecture of a release, in one fresh Debian: the tarball of static
# programs, and both programs with their tests under qemu-user. Emulated, no container
# can be started. s390x is big-endian.

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
runtime/launch
runtime/root'

# They decide, read and print.
emulated_bats='actions
audit
errors
modes
policyd
capctl_check
capctl_decode
capctl_explain'

setup() {
	require_root
	require_programs debootstrap
}

setup_file() {
	export dir

	can_run debootstrap || return 0
	setup_release forky "$BATS_FILE_TMPDIR"
	quickstart install cross
	cp "$DIST" "$dir/root"
	machine in "$dir" sh -ec 'apt-get install -qy --no-install-recommends \
		bats jq qemu-user strace procps python3 busybox-static
		cd /capruntime && autoreconf -i' >"$dir/log" 2>&1 || fail_with_log
}

# The tarball for it has static programs of that machine, with its own libraries; of
# toml++ there are only headers.
expect_tarball() { # ARCHITECTURE QEMU MACHINE-OF-READELF DEBIAN-ARCHITECTURE
	# shellcheck disable=SC2016 # for the inner shell
	machine in "$dir" sh -ec 'cd /capruntime
		tools/build-tarball "$1" /packages "$2"
		cd /packages
		sha256sum -c capruntime-*-linux-"$2".tar.xz.sha256
		tar -xJf capruntime-*-linux-"$2".tar.xz' \
		sh "/${DIST##*/}" "$1" >"$dir/log" 2>&1 || fail_with_log
	# shellcheck disable=SC2016 # for the inner shell
	run -0 machine in "$dir" sh -ec 'cd /packages/capruntime-*-linux-"$1"
		for program in bin/capruntime bin/capctl; do
			readelf -h "$program" | sed -n "s/^ *Machine: *//p"
			readelf -ld "$program" | grep -E "NEEDED|INTERP" || :
		done
		"qemu-$2" bin/capctl version | head -n 1
		CAPRUNTIME_RUNTIME=/bin/echo "qemu-$2" bin/capruntime passed on
		jq -r ".packages[] | select(.name != \"toml++\") |
			.externalRefs[]?.referenceLocator" \
			capruntime.spdx.json | sed "s/.*arch=//" | sort -u' sh "$1" "$2"
	printf '%s\n' "$output"
	diff <(printf '%s\n' "$3" "$3" capruntime 'passed on' all "$4") \
		<(printf '%s\n' "${lines[@]/#capruntime  */capruntime}")
}

cross_build() { # TRIPLET
	# shellcheck disable=SC2016 # for the inner shell
	machine in "$dir" sh -ec 'mkdir "/capruntime/build-$1"
		cd "/capruntime/build-$1"
		export PKG_CONFIG_LIBDIR=/usr/lib/$1/pkgconfig
		../configure --quiet --host="$1" --with-runtime=/usr/bin/runc
		make -s -j"$(nproc)" all' sh "$1" >"$dir/log" 2>&1 || fail_with_log
}

# The kernel starts the other machine's programs in one user namespace alone.
check_emulated() { # TRIPLET QEMU MAGIC MASK MAKE-ARGUMENT...
	# shellcheck disable=SC2016 # for the inner shell
	machine in "$dir" unshare --user --mount --map-users=0,0,65536 \
		--map-groups=0,0,65536 sh -ec 'kind=/proc/sys/fs/binfmt_misc
		mount -t binfmt_misc binfmt_misc "$kind"
		echo ":$2:M::$3:$4:/usr/bin/qemu-$2:F" >"$kind/register"
		cd "/capruntime/build-$1"
		shift 4
		exec make -k -j"$(nproc)" check "$@"' \
		sh "$@" >"$dir/log" 2>&1 || fail_with_log
}

# Sets $tests, make's words for them.
choose_tests() {
	local list name

	# shellcheck disable=SC2016 # make's variables
	list='$(UNIT_TESTS) $(CAPCTL_UNIT_TESTS)'
	# shellcheck disable=SC2016 # make's function
	tests='$(filter-out'
	for name in $not_emulated; do
		tests+=" tests/unit/${name}_test"
	done
	tests+=",$list)"
	for name in $emulated_bats; do
		tests+=" tests/cli/$name.bats"
	done
}

# e_machine, in elf(5), is the last two bytes of the magic.
little='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00'
little_mask='\xff\xff\xff\xff\xff\xff\xff\xfc\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
big='\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02'
big_mask='\xff\xff\xff\xff\xff\xff\xff\xfc\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'

cross_check() { # TRIPLET QEMU MAGIC MASK
	local tests

	cross_build "$1"
	choose_tests
	# shellcheck disable=SC2016 # make's variables
	check_emulated "$@" "TESTS=$tests" \
		'check_PROGRAMS=$(ALL_UNIT_TESTS) $(HELPERS)'
	expect_tests 1000
}

@test "arm64: the tarball's programs are static and start" {
	expect_tarball arm64 aarch64 AArch64 arm64
}

@test "arm64: the tests pass under qemu" {
	cross_check aarch64-linux-gnu aarch64 "$little"'\xb7\x00' "$little_mask"
}

@test "ppc64le: the tarball's programs are static and start" {
	expect_tarball ppc64le ppc64le PowerPC64 ppc64el
}

@test "ppc64le: the tests pass under qemu" {
	cross_check powerpc64le-linux-gnu ppc64le "$little"'\x15\x00' "$little_mask"
}

@test "s390x: the tarball's programs are static and start" {
	expect_tarball s390x s390x 'IBM S/390' s390x
}

@test "s390x: the tests pass under qemu" {
	cross_check s390x-linux-gnu s390x "$big"'\x00\x16' "$big_mask"
}
