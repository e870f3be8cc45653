#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # jq's variables
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# SELinux with Debian's policy, enforcing.

load service

setup() {
	[ -e /sys/fs/selinux/enforce ] || skip 'the kernel runs without SELinux'
	setup_containers
	require_programs getfattr chcon
}
teardown() { teardown_containers; }

granted='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=0'

label() { getfattr --absolute-names --only-values -n security.selinux "$1"; }

@test "SELinux: it is enforcing" {
	[ "$(cat /sys/fs/selinux/enforce)" = 1 ]
}

@test "SELinux: a rewritten config.json keeps its label" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		for type in container_file_t etc_t; do
			keep_label=system_u:object_r:$type:s0
			chcon "$keep_label" "$bundle/config.json"
			expect_container "$granted port80=bound"
			[ -e "$bundle/.capruntime.json" ]
			run ! cmp -s "$work/original-$RUNTIME_NAME.json" \
				"$bundle/config.json"
			[ "$(label "$bundle/config.json" | tr -d '\0')" = \
				"$keep_label" ]
		done
	done
}

# A confined container cannot write to this test's pipe.
@test "SELinux: a container with a label has it and the grant" {
	confined=system_u:system_r:container_t:s0:c1,c2
	files=system_u:object_r:container_file_t:s0:c1,c2
	for name in $RUNTIMES; do
		use_runtime "$name"
		mkdir "$bundle/rootfs/out" "$work/out-$name"
		chmod 777 "$work/out-$name"
		change_config --arg confined "$confined" --arg files "$files" \
			--arg out "$work/out-$name" '
			.process.selinuxLabel = $confined |
			.linux.mountLabel = $files |
			.mounts += [{destination: "/out", type: "bind",
				source: $out, options: ["bind"]}] |
			.process.args = ["/bin/sh", "-c", "exec >/out/result
				cat /proc/self/attr/current; echo; report"]'
		chcon -R "$files" "$bundle/rootfs" "$work/out-$name"
		run capruntime run -b "$bundle" "$id" </dev/null
		printf 'exit status %s: %s\n' "$status" "$output"
		run -0 tr -d '\0' <"$work/out-$name/result"
		expect_output "$confined
$granted"
	done
}

type_of() { label "$1" | cut -d: -f3; } # FILE

@test "SELinux: the package gives the program the type that runc has" {
	require_programs semanage restorecon matchpathcon
	install_package /packages/capruntime.deb
	[[ "$output" != *'SELinux:'* ]]
	type_of "$(command -v runc)"
	[ "$(type_of /usr/bin/capruntime)" = "$(type_of "$(command -v runc)")" ]
	run capctl doctor
	[[ "$output" != *'is labelled'* ]]
	CAPRUNTIME_BUILT=/usr/bin/capruntime
	for name in $RUNTIMES; do
		use_runtime "$name"
		expect_container "$granted port80=bound"
	done
	run -0 dpkg --purge capruntime
	run ! grep -r capruntime /etc/selinux/default/contexts
}

# Started by systemd, not from an administrator's shell. If a test fails, the
# label of the service and that of the links are shown.
@test "SELinux: sessions under containerd's service have what the rule says" {
	setup_service
	install_package /packages/capruntime.deb
	start_service
	for more in '' ', drop: "others", no_new_privileges: true'; do
		nodes_policy '{}' "exec: true$more"
		run_container --detach -- sh -c 'sleep 1000 & wait'
		label_of_process "$(systemctl show --value -p MainPID containerd)"
		label /run/capruntime
		expect_heard '.* amb=400 nnp=1' \
			ctr tasks exec --exec-id one "$id" report
		expect_heard 'uid=0 .* amb=0 nnp=[01]' \
			ctr tasks exec --exec-id two --user 0 "$id" report
		end_container
	done
	systemctl stop containerd
	run -0 dpkg --purge capruntime
	[ ! -e /run/capruntime ]
}

label_of_process() { tr '\0' '\n' <"/proc/$1/attr/current"; }
