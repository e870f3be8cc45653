#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# A user whose own systemd manages delegated cgroups, as after a login: the
# runtimes as called by hand, and podman.

load helpers

user=captest
granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'
ordinary='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0'

# In a user namespace root's files are trusted only in directories that nobody
# else can write.
setup() {
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	require_programs loginctl newuidmap runc crun
	make_user
	work=/home/$user/$BATS_TEST_NUMBER
	mkdir "$work"
	chmod 755 "$work"
	state=$work/state
	bundle=$work/bundle
	policy=/home/$user/policy.json
	cp "$CAPRUNTIME_BUILT" /usr/local/bin/captest
}

make_user() {
	id "$user" >/dev/null 2>&1 || {
		useradd --create-home --add-subids-for-system "$user" 2>/dev/null ||
			useradd --create-home "$user"
		chmod 755 "/home/$user"
		loginctl enable-linger "$user"
	}
	uid=$(id -u "$user")
	wait_until test -S "/run/user/$uid/systemd/private"
}

# In a service of the user's systemd, so in a cgroup that it can delegate.
as_user() { # COMMAND...
	setpriv --reuid "$uid" --regid "$uid" --init-groups env -i \
		"PATH=$PATH" "HOME=/home/$user" "XDG_RUNTIME_DIR=/run/user/$uid" \
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus" \
		systemd-run --user --quiet --pipe --wait --collect \
		--property=Delegate=yes --setenv="PATH=$PATH" \
		${settings[@]+"${settings[@]/#/--setenv=}"} "$@" 3>&- </dev/null
}

users_policy() { # EXTRA
	grant '{}' "${1-}"
	install -m 644 -o "$user" "$work/policy.json" "$policy"
}

# The user's IDs: 0 is the user, from 1 on the subordinate ones.
users_bundle() { # runc or crun
	local sub

	id=captest-$BATS_TEST_NUMBER-$1
	settings=("CAPRUNTIME_RUNTIME=$(command -v "$1")"
		"CAPRUNTIME_POLICY=$policy")
	rm -rf "$bundle"
	RUNTIME_NAME=$1
	make_bundle "$bundle"
	sub=$(sed -n "s/^$user:\([0-9]*\):.*/\1/p" /etc/subuid)
	change_config --arg id "$id" --argjson uid "$uid" --argjson sub "$sub" '
		.linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: $uid, size: 1},
			{containerID: 1, hostID: $sub, size: 65535}] |
		.linux.gidMappings = .linux.uidMappings |
		.linux.cgroupsPath = "user.slice:captest:" + $id |
		.linux.resources = {memory: {limit: 67108864}} |
		.process.args = ["/bin/sh", "-c",
			"grep -o user@.*scope /proc/self/cgroup; report"]'
	chown -R "$user:" "$work"
}

run_rootless() {
	run as_user captest --root "$state" --systemd-cgroup run -b "$bundle" "$id"
}

@test "delegated cgroups: the user's policy gives a container the grant" {
	for name in $RUNTIMES; do
		users_policy 'require: true'
		users_bundle "$name"
		run_rootless
		expect_output "user@$uid.service/user.slice/captest-$id.scope
$granted"
		[ "$status" -eq 0 ]
	done
}

@test "delegated cgroups: without a rule a container has nothing" {
	for name in $RUNTIMES; do
		grant_nothing
		install -m 644 -o "$user" "$work/policy.json" "$policy"
		users_bundle "$name"
		run_rootless
		expect_output "user@$uid.service/user.slice/captest-$id.scope
$ordinary"
		[ "$status" -eq 0 ]
	done
}

# podman keeps nothing of the environment for the runtime, so the node's own link
# and policy are used.
use_users_podman() { # runc or crun
	local etc=/usr/local/etc/capruntime

	id=captest-$BATS_TEST_NUMBER-$1
	settings=()
	mkdir -p "$etc/runtimes"
	ln -sfn "$(command -v "$1")" "$etc/runtimes/captest"
	[ -e "$work/image.tar" ] || import_image
}

import_image() {
	make_rootfs "$work/image"
	tar -C "$work/image" -cf "$work/image.tar" .
	chown -R "$user:" "$work"
	podman import -q -c 'USER 1000' -c 'ENV PATH=/bin' "$work/image.tar" test
}

nodes_policy() { # RULE...: as of grant()
	grant "$@"
	install -m 644 "$work/policy.json" /usr/local/etc/capruntime
}

podman() {
	as_user podman --runtime /usr/local/bin/captest \
		--cgroup-manager systemd --storage-driver vfs "$@"
}

podman_run() { podman run --network none "$@"; }

@test "delegated cgroups: podman's containers have what the node's policy says" {
	for name in $RUNTIMES; do
		use_users_podman "$name"
		nodes_policy '{handler: "captest"}' 'drop: "others"'
		run -0 podman_run --rm test report 80
		expect_output "$granted port80=bound"
		nodes_policy '{handler: "another"}'
		run -0 podman_run --rm test report 80
		[[ "$output" = "${ordinary/bnd=400*/bnd=}"*' amb=0 nnp=0 port80=denied' ]]
	done
}

is_running() { # sets pid
	pid=$(podman inspect --format '{{.State.Pid}}' "$id") &&
		is_asleep "$pid"
}

@test "delegated cgroups: podman's container is in its scope, and so are its sessions" {
	for name in $RUNTIMES; do
		use_users_podman "$name"
		nodes_policy '{handler: "captest"}' 'drop: "others", exec: true'
		podman_run --name "$id" test sleep 1000 >/dev/null 2>&1 3>&- 4>&- &
		wait_until is_running
		grep -E "user@$uid.service/user.slice/libpod-[0-9a-f]+.scope" \
			"/proc/$pid/cgroup"
		[ -n "$(find "/run/user/$uid/capruntime" -type l)" ]
		run -0 podman exec "$id" report
		expect_output "$granted"
		run -0 podman exec --user 2000 "$id" report
		expect_output "${ordinary/1000/2000}"
		podman rm --force --time 0 "$id"
		wait "$!" || :
		[ ! -e "/proc/$pid" ]
	done
}
