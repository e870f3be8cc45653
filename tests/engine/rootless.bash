# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by helpers.bash
# podman of an ordinary user: capruntime is root in a user namespace, in which
# files of the real root seem to belong to the overflow user.
#
#   setup_rootless        in setup(), with teardown_rootless in teardown()
#   use_rootless NAME     selects runc or crun
#   podman WORD...        the user's podman

load podman

# These IDs are used only here; the second is a subordinate ID of the first.
user=54711
subordinate=547110000
somebody_else=54712

# Below a directory that others can write, such as /tmp, root's files are not
# trusted in a user namespace.
setup_rootless() {
	[ "$(id -u)" != 0 ] ||
		BATS_TEST_TMPDIR=$(mktemp -d /var/lib/capruntime-XXXXXX)
	chmod 755 "$BATS_TEST_TMPDIR"
	setup_engine podman conmon newuidmap setpriv
	make_user
	as_user true
	as_user unshare --user true || skip 'no unprivileged user namespaces'
	# podman would do this, but cannot.
	chmod a+x "$BATS_RUN_TMPDIR" "${work%/*}" "$work"
	mkdir "$work/podman" "$work/podman/xdg"
	chmod 700 "$work/podman/xdg"
	chown -R "$user:$user" "$work/podman"
	links=$work/podman/xdg/capruntime
	mkdir "$work/bin"
	cp "$CAPRUNTIME_BUILT" "$work/bin/$handler"
}

teardown_rootless() {
	teardown_podman
	[ ! -e "$work/podman/tmp/pause.pid" ] ||
		kill -KILL "$(cat "$work/podman/tmp/pause.pid")"
	[[ "$BATS_TEST_TMPDIR" != /var/lib/capruntime-* ]] ||
		rm -rf --one-file-system "$BATS_TEST_TMPDIR"
}

make_user() {
	mkdir "$work/etc"
	{
		cat /etc/passwd
		echo "captest:x:$user:$user::$work/podman:/bin/sh"
	} >"$work/etc/passwd"
	{
		cat /etc/group
		echo "captest:x:$user:"
	} >"$work/etc/group"
	echo "captest:$subordinate:65536" |
		tee "$work/etc/subuid" >"$work/etc/subgid"
}

as_user() { # COMMAND...
	unshare -m sh -c 'for file in passwd group subuid subgid; do
			mount --bind "$0/$file" "/etc/$file" || exit
		done
		exec "$@"' "$work/etc" setpriv --reuid "$user" --regid "$user" \
		--clear-groups env -i "PATH=$PATH" "HOME=$work/podman" \
		"XDG_RUNTIME_DIR=$work/podman/xdg" \
		PODMAN_IGNORE_CGROUPSV1_WARNING=1 \
		"CONTAINERS_CONF=$work/containers.conf" "$@"
}

podman() {
	as_user podman --root "$work/podman/root" --storage-driver vfs \
		--runroot "$work/podman/run" "$@" 3>&-
}

# Other users may be unable to reach the build directory and SYSCONFDIR. podman
# passes on few environment variables.
use_rootless() { # runc or crun
	use_podman "$@"
	rm "$work/$handler"
	cat >"$work/$handler" <<-END
		#!/bin/sh
		export CAPRUNTIME_RUNTIME='$(readlink "$runtimes/$handler")'
		export CAPRUNTIME_POLICY='$work/policy.json'
		exec '$work/bin/$handler' "\$@"
	END
	chmod 755 "$work/$handler"
}
