#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2154 # make sets DIST and the rest
# Builds the packages of $DIST, the tarball of 'make dist', and uses them in a fresh
# Debian. Each test changes only its own overlay of that root. Takes minutes, and
# needs a Debian mirror and the packages of './quickstart install soak'.

load ../need

bats_require_minimum_version 1.5.0
umask 022
PATH=$PATH:/usr/sbin:/sbin

needs=(debootstrap dh lintian rpmbuild)

setup_file() {
	can_run "${needs[@]}" || return 0
	export packages=$BATS_FILE_TMPDIR/packages fresh=$BATS_FILE_TMPDIR/fresh
	export version=${DIST##*capruntime-}
	export version=${version%.tar.xz}
	build_packages
	make_fresh_root
}

build_packages() {
	cd "$BATS_FILE_TMPDIR" || return
	DEB_BUILD_OPTIONS=nocheck "$srcdir/tools/make-packages" "$DIST" "$packages"
	"$srcdir/tools/build-rpm" "$DIST" "$packages" --define 'dist .newer'
	deb=$(find "$packages" -name 'capruntime_*.deb')
	make_newer_deb "$deb"
}

# The new package's policy replaces the old one only if that is unchanged.
make_newer_deb() { # DEB
	dpkg-deb -R "$1" newer
	sed -i 's/^Version: .*/&.newer/' newer/DEBIAN/control
	echo '{"version":1,"rules":[],"audit":"none"}' \
		>newer/etc/capruntime/policy.json
	dpkg-deb --root-owner-group -b newer "$packages/newer.deb"
}

# Uses this machine's mirror.
make_fresh_root() {
	local name site

	name=$(sed -n "s/^VERSION_CODENAME=//p" /etc/os-release)
	# shellcheck disable=SC2016 # apt's
	site=$(apt-get indextargets --format '$(CODENAME) $(SITE)' \
		'Identifier: Packages' 'Component: main' |
		sed -n "s/^$name //p" | head -n 1)
	debootstrap --variant=minbase \
		--include=busybox-static,libseccomp2,libtracefs1,libyaml-0-2,runc \
		"$name" "$fresh" "$site"
	mkdir "$fresh/packages"
	cp -R "$packages"/* "$fresh/packages"
}

setup() {
	require_root
	require_programs "${needs[@]}"
	root=$BATS_TEST_TMPDIR/root
	mkdir "$root" "$BATS_TEST_TMPDIR/changes" "$BATS_TEST_TMPDIR/overlay"
}

# Runs the command with $root mounted.
with_root() { # COMMAND...
	unshare --mount sh -c 'mount -t overlay overlay \
		-o "lowerdir=$0,upperdir=$1/changes,workdir=$1/overlay" "$1/root" &&
		shift && exec "$@"' "$fresh" "$BATS_TEST_TMPDIR" "$@" </dev/null
}

in_root() { # COMMAND...
	with_root sh -c 'mount --rbind /sys "$0/sys" &&
		mount --rbind /dev "$0/dev" && exec unshare --pid --fork \
		--kill-child --root="$0" --mount-proc env -i \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		"$@"' "$root" "$@"
}

succeed() { # COMMAND...
	run "$@"
	printf '$ %s\n%s\n(exit status %s)\n' "$*" "$output" "$status"
	[ "$status" -eq 0 ]
}

# Ignores the package managers' records and the packages themselves.
files_of_ours() {
	in_root find / -xdev '(' -path /packages -o -path /var/log -o -path \
		/var/lib/dpkg -o -path /var/lib/rpm -o -path /try ')' -prune -o \
		-path '*capruntime*' -print -o -name 'capctl*' -print |
		LC_ALL=C sort
}

install_deb() {
	succeed in_root dpkg -i "/packages/capruntime_$version-1_amd64.deb"
}

register() { # EXAMPLE FILE
	succeed in_root sh -c 'mkdir -p "${1%/*}" && cp "$0" "$1"' "$1" "$2"
}

# A container of uid 1000 under runc in the root has the capability only with the
# administrator's policy.
expect_grant() {
	cat >"$BATS_TEST_TMPDIR/changes/config.json" <<-'END'
		{ "ociVersion": "1.0.2",
		  "process": { "user": { "uid": 1000, "gid": 1000 }, "cwd": "/",
		    "args": ["/bin/grep", "CapAmb", "/proc/self/status"],
		    "env": ["PATH=/bin"], "noNewPrivileges": true,
		    "capabilities": { "bounding": ["CAP_NET_BIND_SERVICE"],
		      "effective": ["CAP_NET_BIND_SERVICE"],
		      "permitted": ["CAP_NET_BIND_SERVICE"] } },
		  "root": { "path": "rootfs" },
		  "mounts": [ { "destination": "/proc", "type": "proc",
		    "source": "proc" } ],
		  "linux": { "namespaces": [ { "type": "pid" }, { "type": "ipc" },
		    { "type": "mount" }, { "type": "network" } ] } }
	END
	succeed in_root sh -c 'mkdir -p /try/rootfs/bin /try/rootfs/proc &&
		cp /bin/busybox /try/rootfs/bin/grep && mv /config.json /try'
	succeed in_root capruntime run -b /try before
	[[ "$output" == *'CapAmb:'*0000000000000000 ]]
	succeed in_root sh -c 'echo "$0" >/etc/capruntime/policy.d/web.json' \
		'{"version":1,"rules":[{"name":"web","match":{},"ambient":["NET_BIND_SERVICE"]}]}'
	succeed in_root capruntime run -b /try after
	[[ "$output" == *'CapAmb:'*0000000000000400 ]]
	succeed in_root rm /etc/capruntime/policy.d/web.json
}

@test "Debian: lintian finds nothing" {
	run lintian --allow-root --display-info --fail-on error,warning \
		"$packages/capruntime_$version-1"*.changes
	echo "$output"
	run ! grep -e '^[EW]:' -e ' unused-override ' <<<"$output"
}

# Debuggers and rpmbuild find debug symbols by it.
expect_build_ids() { # DIRECTORY, of an installation
	local program

	for program in capruntime capctl; do
		readelf -n "$1/$program" | grep 'Build ID: '
	done
}

@test "Debian: the packages have the same bytes when they are built again elsewhere" {
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	(
		umask 077
		TMPDIR=$BATS_TEST_TMPDIR/elsewhere TZ=Asia/Tokyo LC_ALL=C.UTF-8 \
			DEB_BUILD_OPTIONS=nocheck "$srcdir/tools/build-deb" \
			"$DIST" "$BATS_TEST_TMPDIR/again"
	)
	for file in "$BATS_TEST_TMPDIR"/again/*.deb \
		"$BATS_TEST_TMPDIR"/again/*.tar.xz; do
		cmp "$packages/${file##*/}" "$file"
	done
}

@test "Debian: installed, it has its files, its runtime and an empty policy" {
	install_deb
	for file in bin/capruntime bin/capctl libexec/capruntime/package-hook \
		share/man/man8/capctl.8.gz \
		share/man/man8/capruntime.8.gz \
		share/man/man5/capruntime-policy.5.gz \
		share/bash-completion/completions/capctl.bash \
		share/fish/vendor_completions.d/capctl.fish \
		share/zsh/vendor-completions/_capctl \
		share/capruntime/policy.schema.json \
		share/doc/capruntime/docs/install.md \
		share/doc/capruntime/packaging/crio/50-capruntime.conf; do
		succeed in_root test -f "/usr/$file"
	done
	succeed in_root find /etc/capruntime -printf '%P %m %u:%g %l\n'
	diff <(printf '%s\n' ' 755 root:root ' 'policy.d 755 root:root ' \
		'policy.json 644 root:root ' 'runtimes 755 root:root ' \
		'runtimes/capruntime 777 root:root /usr/sbin/runc') \
		<(LC_ALL=C sort <<<"$output")
	succeed in_root cat /etc/capruntime/policy.json
	[ "$(jq -c . <<<"$output")" = '{"version":1,"rules":[]}' ]
}

@test "Debian: installed, it works" {
	install_deb
	expect_build_ids "$BATS_TEST_TMPDIR/changes/usr/bin"
	run ! grep INTERP < <(readelf -lW \
		"$BATS_TEST_TMPDIR/changes/usr/bin/capruntime")
	succeed in_root capruntime --version
	[[ "$output" == 'runc version '* ]]
	succeed in_root capctl check
	expect_grant
}

@test "Debian: the node's own default runtime is chosen, without a question" {
	succeed in_root sh -c 'cp /usr/sbin/runc /usr/local/bin/own &&
		mkdir -p /etc/crio/crio.conf.d && cat >/etc/crio/crio.conf.d/x <<-END
			[crio.runtime]
			default_runtime = "own"
			[crio.runtime.runtimes.own]
			runtime_path = "/usr/local/bin/own"
		END'
	install_deb
	succeed in_root readlink /etc/capruntime/runtimes/capruntime
	[ "$output" = /usr/local/bin/own ]
}

@test "Debian: an upgrade keeps policy and runtime, whatever the node says" {
	install_deb
	succeed in_root sh -c 'cp /usr/sbin/runc /usr/local/bin/own
		ln -sfn /usr/local/bin/own /etc/capruntime/runtimes/capruntime
		echo "{\"version\":1,\"rules\":[],\"audit_all\":true}" \
			>/etc/capruntime/policy.json
		echo "{}" >/etc/capruntime/policy.d/mine.json.off'
	register /usr/share/doc/capruntime/packaging/crio/50-capruntime.conf \
		/etc/crio/crio.conf.d/50-capruntime.conf
	succeed in_root dpkg -i --force-confdef --force-confold \
		/packages/newer.deb
	succeed in_root dpkg-query -W -f '${Status} ${Version}' capruntime
	[ "$output" = "install ok installed $version-1.newer" ]
	succeed in_root readlink /etc/capruntime/runtimes/capruntime
	[ "$output" = /usr/local/bin/own ]
	succeed in_root grep -q audit_all /etc/capruntime/policy.json
	succeed in_root test -e /etc/capruntime/policy.d/mine.json.off
}

@test "Debian: an upgrade replaces an unchanged policy" {
	install_deb
	succeed in_root dpkg -i /packages/newer.deb
	succeed in_root grep -q audit /etc/capruntime/policy.json
}

@test "Debian: removal is refused while a configuration names it" {
	install_deb
	while read -r example file; do
		register "/usr/share/doc/capruntime/packaging/$example" "$file"
		run in_root dpkg --remove capruntime
		echo "$output"
		[ "$status" -ne 0 ]
		[[ "$output" == *"'$file' names '/usr/bin/capruntime'"*'What to do'* ]]
		succeed in_root dpkg-query -W -f '${db:Status-Status}' capruntime
		[ "$output" = installed ]
		succeed in_root capruntime --version
		succeed in_root rm "$file"
	done <<-'END'
		crio/50-capruntime.conf /etc/crio/crio.conf.d/50-capruntime.conf
		containerd/config-v2.toml /etc/containerd/config.toml
		containerd/config-v3.toml /etc/containerd/config.toml
		podman/50-capruntime.conf /etc/containers/containers.conf.d/50-capruntime.conf
		docker/daemon.json /etc/docker/daemon.json
	END
	succeed in_root dpkg --remove capruntime
}

@test "Debian: removal keeps the configuration; a purge keeps nothing" {
	install_deb
	succeed in_root mkdir -p /run/capruntime
	succeed in_root dpkg --remove capruntime
	succeed files_of_ours
	diff - <(grep -v '^/run' <<<"$output") <<-'END'
		/etc/capruntime
		/etc/capruntime/policy.json
		/etc/capruntime/runtimes
		/etc/capruntime/runtimes/capruntime
	END
	succeed in_root dpkg --purge capruntime
	[[ "$output" != *warning* ]]
	succeed files_of_ours
	[ -z "$output" ]
}

@test "Debian: removed and installed again, the runtime is the old one" {
	install_deb
	succeed in_root cp /usr/sbin/runc /usr/local/bin/own
	succeed in_root ln -sfn /usr/local/bin/own \
		/etc/capruntime/runtimes/capruntime
	succeed in_root dpkg --remove capruntime
	install_deb
	succeed in_root readlink /etc/capruntime/runtimes/capruntime
	[ "$output" = /usr/local/bin/own ]
}

rpm_file() { echo "$packages/capruntime-$version-1${1-}.$(uname -m).rpm"; }

# Debian's rpm installs into the fresh root, and runs scripts in it.
rpm_in_root() { # OPTION...
	with_root rpm --root "$root" --dbpath /var/lib/rpm --force-debian "$@"
}

@test "RPM: it has the files, marks and requirements that it should" {
	succeed rpm -qp --nosignature --qf \
		'[%{FILEFLAGS:fflags}|%{FILEMODES:perms} %{FILENAMES}\n]' \
		"$(rpm_file)"
	for line in '|-rwxr-xr-x /usr/bin/capruntime' \
		'|-rwxr-xr-x /usr/bin/capctl' \
		'|-rwxr-xr-x /usr/libexec/capruntime/package-hook' \
		'|drwxr-xr-x /usr/libexec/capruntime' \
		'|drwxr-xr-x /usr/share/capruntime' \
		'|-rw-r--r-- /usr/share/capruntime/policy.schema.json' \
		'|drwxr-xr-x /etc/capruntime' \
		'|drwxr-xr-x /etc/capruntime/policy.d' \
		'|drwxr-xr-x /etc/capruntime/runtimes' \
		'cn|-rw-r--r-- /etc/capruntime/policy.json' \
		'g|lrwxrwxrwx /etc/capruntime/runtimes/capruntime' \
		'd|-rw-r--r-- /usr/share/man/man8/capruntime.8'; do
		grep -qxE "${line//|/[|]}(.gz)?" <<<"$output" || {
			echo "missing: $line"
			return 1
		}
	done
	run ! grep -E ' (/usr/share/doc/capruntime/(tests|src)|/run|/lib)' \
		<<<"$output"
	succeed rpm -qp --nosignature --requires "$(rpm_file)"
	[[ "$output" == *'(runc or crun)'* ]]
}

@test "RPM: installed, it works, labelled and with its runtime chosen" {
	succeed in_root sh -c 'for name in semanage restorecon; do
		printf "#!/bin/sh\necho \"\${0##*/} \$*\" >>/try/selinux\n" \
			>/usr/sbin/$name && chmod 755 /usr/sbin/$name
		done; mkdir /try'
	succeed rpm_in_root --nodeps -i "$(rpm_file)"
	expect_build_ids "$BATS_TEST_TMPDIR/changes/usr/bin"
	succeed in_root cat /try/selinux
	[ "$output" = 'semanage fcontext -a -t container_runtime_exec_t /usr/bin/capruntime
restorecon /usr/bin/capruntime' ]
	succeed in_root readlink /etc/capruntime/runtimes/capruntime
	[ "$output" = /usr/sbin/runc ]
	succeed in_root capruntime --version
	[[ "$output" == 'runc version '* ]]
	expect_grant
	succeed rpm_in_root --nodeps -e capruntime
	succeed in_root tail -n 1 /try/selinux
	[ "$output" = 'semanage fcontext -d /usr/bin/capruntime' ]
}

@test "RPM: an upgrade keeps policy and runtime, and removal is refused" {
	local conf=/etc/crio/crio.conf.d/50-capruntime.conf

	succeed rpm_in_root --nodeps -i "$(rpm_file)"
	succeed in_root sh -c 'cp /usr/sbin/runc /usr/local/bin/own
		ln -sfn /usr/local/bin/own /etc/capruntime/runtimes/capruntime
		echo "{\"version\":1,\"rules\":[],\"audit_all\":true}" \
			>/etc/capruntime/policy.json'
	register /usr/share/doc/capruntime/packaging/crio/50-capruntime.conf $conf
	succeed rpm_in_root --nodeps -U "$(rpm_file .newer)"
	succeed rpm_in_root -q capruntime
	[ "$output" = "capruntime-$version-1.newer.$(uname -m)" ]
	succeed in_root readlink /etc/capruntime/runtimes/capruntime
	[ "$output" = /usr/local/bin/own ]
	succeed in_root grep -q audit_all /etc/capruntime/policy.json

	run rpm_in_root --nodeps -e capruntime
	echo "$output"
	[ "$status" -ne 0 ]
	[[ "$output" == *"'$conf' names '/usr/bin/capruntime'"*'What to do'* ]]
	succeed in_root capruntime --version
	succeed in_root rm $conf
	succeed in_root mkdir -p /run/capruntime
	succeed rpm_in_root --nodeps -e capruntime
	succeed files_of_ours
	diff - <(grep -v /etc/crio <<<"$output") <<-'END'
		/etc/capruntime
		/etc/capruntime/policy.json.rpmsave
	END
}

@test "RPM: removal with an unchanged policy keeps nothing" {
	succeed rpm_in_root --nodeps -i "$(rpm_file)"
	succeed rpm_in_root --nodeps -e capruntime
	succeed files_of_ours
	[ -z "$output" ]
}

tarball() {
	echo "capruntime-$version-linux-$("$srcdir/tools/build-tarball" \
		--architectures | head -n 1)"
}

@test "the tarball has the same bytes when it is built again elsewhere" {
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	(
		umask 077
		TMPDIR=$BATS_TEST_TMPDIR/elsewhere TZ=Asia/Tokyo LC_ALL=C.UTF-8 \
			"$srcdir/tools/build-tarball" "$DIST" \
			"$BATS_TEST_TMPDIR/again"
	)
	cmp "$packages/$(tarball).tar.xz" \
		"$BATS_TEST_TMPDIR/again/$(tarball).tar.xz"
	cd "$packages"
	succeed sha256sum -c "$(tarball).tar.xz.sha256"
}

@test "the tarball's programs need no library" {
	tar -xJf "$packages/$(tarball).tar.xz" -C "$BATS_TEST_TMPDIR"
	for program in capruntime capctl; do
		run readelf -ld "$BATS_TEST_TMPDIR/$(tarball)/bin/$program"
		[ "$status" -eq 0 ]
		run ! grep -E 'NEEDED|INTERP' <<<"$output"
	done
}

@test "the tarball: it works when installed, and uninstalls completely" {
	local installed=/usr/local/libexec/capruntime/install.sh
	local conf=/etc/containerd/config.toml

	tar -xJf "$packages/$(tarball).tar.xz" -C "$BATS_TEST_TMPDIR/changes"
	succeed in_root "/$(tarball)/install.sh"
	succeed in_root readlink /etc/capruntime/runtimes/capruntime
	[ "$output" = /usr/sbin/runc ]
	succeed in_root capruntime --version
	[[ "$output" == 'runc version '* ]]
	expect_grant
	register /usr/local/share/doc/capruntime/packaging/containerd/config-v2.toml \
		$conf
	succeed in_root "/$(tarball)/install.sh"
	run in_root $installed --uninstall --purge
	[ "$status" -eq 1 ]
	[[ "$output" == *"'$conf' names '/usr/local/bin/capruntime'"*'What to do'* ]]
	succeed in_root rm $conf
	succeed in_root rm -r "/$(tarball)"
	succeed in_root $installed --uninstall --purge
	succeed files_of_ours
	[ -z "$output" ]
}
