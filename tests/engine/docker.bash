# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; helpers.bash sets the others
# A private dockerd with packaging/docker/daemon.json, and all files in a work
# directory. Its containers have no network.

load helpers

# The image's environment has PATH; the daemon's has the path of the policy.
setup_docker() {
	setup_engine dockerd docker containerd unshare
	socket=$work/docker/socket
	mkdir "$work/docker"
	sed "s|/usr/bin/capruntime|$work/$handler|" \
		"$srcdir/packaging/docker/daemon.json" >"$work/daemon.json"
	RUNTIME_NAME=runc link_runtime
	grant '{}'
	start_dockerd
	docker import --change 'USER 1000' --change 'ENV PATH=/bin' \
		"$work/image.tar" test >/dev/null
}

# Without this machine's containerd, which would start the containers, and without
# traces: /run/docker, /opt/containerd, and in old releases /etc/docker/key.json.
# capruntime's /run is this dockerd's own, too.
start_dockerd() {
	local over

	mkdir "$work/etc"
	over_sysroot run
	# shellcheck disable=SC2016 # for the inner shell
	CAPRUNTIME_POLICY=$work/policy.json "${over[@]}" sh -c '
		mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /opt || exit
		[ ! -d /etc/docker ] || mount --bind "$0" /etc/docker || exit
		exec dockerd "$@"' "$work/etc" \
		--config-file "$work/daemon.json" --data-root "$work/docker/data" \
		--exec-root "$work/docker/exec" --host "unix://$socket" \
		--pidfile "$work/docker/pid" --bridge=none --ip-forward=false \
		--iptables=false --ip6tables=false \
		>"$work/dockerd.log" 2>&1 </dev/null 3>&- 4>&- &
	dockerd=$!
	wait_until docker version >/dev/null 2>&1 || {
		cat "$work/dockerd.log"
		return 1
	}
}

# dockerd ends its containers, their shims and its containerd.
teardown_docker() {
	[ -z "${dockerd-}" ] || kill "$dockerd" || :
	[ -z "${dockerd-}" ] || wait "$dockerd" || :
	teardown_engine
}

docker() { command docker --host "unix://$socket" "$@" 3>&-; }

docker_run() { # [OPTION...] test COMMAND...
	docker run --runtime capruntime --network none "$@"
}

expect_no_containers() {
	[ -z "$(docker ps --all --quiet)" ]
	[ -z "$(find "$work/docker/exec" -name .capruntime.json)" ]
}
