#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# Kernels, process 1 and security modules as nodes have them: each test boots one
# virtual machine, and runs files of tests/machine and tests/runtime in it. The
# logs are in machines/ of the build directory; tests/vm/table reads them.

load helpers

setup() {
	require_root
	require_programs debootstrap qemu-system-x86_64 mke2fs
	mkdir -p "$builddir/machines"
}

packages='attr apparmor bats bind9 build-essential containerd criu
	dbus-user-session debhelper dnsmasq-base docker.io iputils-ping jq libbpf-tools
	libpam-systemd linux-perf podman policycoreutils-python-utils procps python3
	python3-grpcio selinux-policy-default selinux-utils systemd systemd-sysv
	tcpdump uidmap'

# Their work would take the tests' time.
timers='apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
	e2scrub_all.timer fstrim.timer podman-auto-update.timer'

# A root with all packages is kept for other tests and runs. Packages that are new
# in the list are added.
use_release() { # RELEASE
	dir=$builddir/machines/$1
	if [ ! -e "$dir/installed" ]; then
		rm -rf --one-file-system "$dir"
		machine fresh "$1" "$builddir/releases" "$dir"
		: >"$dir/installed"
	fi
	if [ "$(<"$dir/installed")" != "$packages" ]; then
		install_in_release
	fi
	if ! cmp -s "$DIST" "$dir/built-from"; then
		build_in_release
	fi
}

use_package() { # RELEASE
	use_release "$1"
	cmp -s "$DIST" "$dir/root/packages/${DIST##*/}" || build_packages
}

install_in_release() {
	# shellcheck disable=SC2016,SC2086 # for the inner shell; lists
	machine in "$dir" sh -ec 'apt-get update -q
		apt-get install -qy --no-install-recommends "$@"
		# Debian 12 builds crun without the one, and docker.io has the other.
		for package in libcriu2 docker-cli; do
			! apt-cache show "$package" >/dev/null 2>&1 ||
				apt-get install -qy --no-install-recommends "$package"
		done
		apt-get clean' sh $packages
	# shellcheck disable=SC2086 # a list
	machine in "$dir" systemctl mask $timers
	machine in "$dir" systemctl disable containerd docker docker.socket named
	printf '%s\n' "$packages" >"$dir/installed"
}

# The programs, and what tests call.
build_in_release() {
	rm -rf "$dir/root/capruntime"
	unpack
	quickstart demo
	expect_demo
	machine in "$dir" sh -ec 'cd /capruntime
		make -C build check check_LIBRARIES= TESTS= \
			"check_PROGRAMS=\$(HELPERS)"' >"$dir/log" 2>&1 ||
		fail_with_log
	cp "$DIST" "$dir/built-from"
}

# The package and a newer one.
build_packages() {
	rm -rf "$dir/root/packages"
	mkdir "$dir/root/packages"
	cp "$DIST" "$dir/root/packages/part.tar.xz"
	# shellcheck disable=SC2016 # for the inner shell
	machine in "$dir" sh -ec 'cd /packages
		cp part.tar.xz "/tmp/$1"
		DEB_BUILD_OPTIONS=nocheck /capruntime/tools/build-deb "/tmp/$1" out
		mv out/capruntime_*.deb capruntime.deb
		dpkg-deb -R capruntime.deb newer
		sed -i "s/^Version: .*/&.newer/" newer/DEBIAN/control
		dpkg-deb --root-owner-group -b newer newer.deb
		mv part.tar.xz "$1"' sh "${DIST##*/}" >"$dir/log" 2>&1 ||
		fail_with_log
}

# Every test passes; why one is skipped is in the log, and so in the table. $limit:
# seconds; $variables: for the tests, as words of env(1).
expect_all_pass() { # LOG RELEASE HOW FILE...
	local log=$builddir/machines/$1

	rm -f "$log"
	use_release "$2"
	# shellcheck disable=SC2086 # a list
	machine "$3" "$dir" "${limit-3600}" env ${variables-} \
		/capruntime/tests/machine/run "${@:4}" >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	grep -qE '^1\.\.[1-9]' "$log"
	! grep '^not ok' "$log"
}

cgroups='tests/machine/systemd.bats tests/machine/containerd.bats
	tests/machine/cri.bats'
security='tests/machine/apparmor.bats tests/machine/full.bats'

@test "Debian 13: systemd, AppArmor" {
	# shellcheck disable=SC2086 # lists
	expect_all_pass 1-trixie-systemd.log trixie boot-systemd $cgroups $security
}

@test "Debian testing: systemd, AppArmor" {
	# shellcheck disable=SC2086 # lists
	expect_all_pass 2-forky-systemd.log forky boot-systemd $cgroups $security
}

@test "Debian 12: another process 1, AppArmor" {
	# shellcheck disable=SC2086 # lists
	expect_all_pass 3-bookworm-plain.log bookworm boot $security
}

@test "Debian 12: systemd, AppArmor" {
	# shellcheck disable=SC2086 # lists
	expect_all_pass 4-bookworm-systemd.log bookworm boot-systemd $cgroups $security
}

@test "Debian 13: SELinux, enforcing" {
	use_package trixie
	KERNEL_ARGUMENTS='security=selinux selinux=1 enforcing=1' \
		expect_all_pass 5-trixie-selinux.log trixie boot-systemd \
		tests/machine/selinux.bats
}

@test "Debian 13: a user with delegated cgroups" {
	expect_all_pass 6-trixie-delegated.log trixie boot-systemd \
		tests/machine/delegated.bats
}

@test "Debian testing: a user with delegated cgroups" {
	expect_all_pass 7-forky-delegated.log forky boot-systemd \
		tests/machine/delegated.bats
}

expect_package_lives() { # LOG RELEASE
	use_package "$2"
	expect_all_pass "$1" "$2" boot-systemd tests/machine/package.bats
}

@test "Debian 13: the package's life, with containerd as a service" {
	expect_package_lives 8-trixie-package.log trixie
}

# With the rows of tests/bench/learn-table.
learn='tests/runtime/learn.bats tests/machine/learn.bats'

@test "Debian 12: learn by a kprobe" {
	# shellcheck disable=SC2086 # a list
	expect_all_pass 9-bookworm-learn.log bookworm boot $learn
}

@test "Debian 13: learn by a kprobe" {
	# shellcheck disable=SC2086 # a list
	expect_all_pass 10-trixie-learn.log trixie boot $learn
}

@test "Debian testing: learn by the tracepoint" {
	# shellcheck disable=SC2086 # a list
	expect_all_pass 11-forky-learn.log forky boot $learn
}

@test "Debian 12: the package's life, with containerd as a service" {
	expect_package_lives 12-bookworm-package.log bookworm
}

@test "Debian testing: the package's life, with containerd as a service" {
	expect_package_lives 13-forky-package.log forky
}

@test "Debian 13: Docker" {
	expect_all_pass 14-trixie-docker.log trixie boot-systemd \
		tests/engine/docker.bats
}

@test "Debian testing: Docker" {
	expect_all_pass 15-forky-docker.log forky boot-systemd \
		tests/engine/docker.bats
}

@test "Debian 13: many containers while the policy changes" {
	local limit=10000 variables

	[ -n "${CAPRUNTIME_CYCLES-}" ] ||
		skip 'takes hours: for 5,000 containers set CAPRUNTIME_CYCLES=5000'
	variables="RUNTIMES=crun CAPRUNTIME_CYCLES=$CAPRUNTIME_CYCLES patience=300"
	expect_all_pass 16-trixie-cycles.log trixie boot tests/runtime/cycles.bats
}
