#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq, and those inside
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# A user whose own systemd manages delegated cgroups, as after a login, and the
# runtimes as called by hand.

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
