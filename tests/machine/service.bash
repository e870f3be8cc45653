# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests
# containerd as the machine's service, and the program of the package.

load ../engine/containerd

setup_service() {
	[ -d /run/systemd/system ] || skip 'systemd is not process 1'
	require_programs containerd ctr
	setup_containers
	id=captest
	socket=/run/containerd/containerd.sock
	runc_binary=/usr/bin/capruntime
}

install_package() { # FILE
	run -0 env DEBIAN_FRONTEND=noninteractive dpkg -i "$1"
	printf '%s\n' "$output"
}

start_service() {
	systemctl start containerd
	make_rootfs "$work/image"
	tar -C "$work/image" -cf "$work/image.tar" .
	make_oci_archive
	ctr images import "$work/image.oci" >/dev/null
}

nodes_policy() { # RULE...: as of grant()
	grant "$@"
	install -m 644 "$work/policy.json" /etc/capruntime/policy.json
}

run_container() { # [OPTION...] -- COMMAND...
	ctr_run --runc-systemd-cgroup --cgroup system.slice:captest:captest "$@"
}

end_container() {
	ctr tasks kill --signal KILL "$id"
	wait_until task_is STOPPED
	ctr tasks delete "$id" || :
	ctr containers delete "$id"
}
