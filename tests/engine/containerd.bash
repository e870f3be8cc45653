# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # helpers.bash sets them
# containerd and its ctr, with all files in a work directory and capruntime as
# the runtime's binary.

load helpers

setup_containerd() { setup_engine containerd ctr; }
teardown_containerd() {
	[ -z "${socket-}" ] || stop_containerd
	teardown_engine
}

use_containerd() { # runc or crun
	prepare_containerd "$1"
	cat >"$work/containerd.toml" <<-END
		version = 2
		root = "$work/containerd/root"
		state = "$work/containerd/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri",
			"io.containerd.internal.v1.opt"]
		[grpc]
		address = "$socket"
		[ttrpc]
		address = "$socket.ttrpc"
	END
	start_with_image
}

# Before its configuration is written.
prepare_containerd() { # runc or crun
	[ -z "${socket-}" ] || stop_containerd
	use_engine_runtime "$1"
	rm -rf "$work/containerd"
	mkdir "$work/containerd"
	socket=$work/containerd/socket
}

start_with_image() {
	start_daemon
	make_oci_archive
	ctr images import "$work/image.oci" >/dev/null
}

# The shims inherit the policy's path from the daemon's environment.
start_daemon() {
	CAPRUNTIME_POLICY=$work/policy.json containerd \
		--config "$work/containerd.toml" \
		>"$work/containerd.log" 2>&1 </dev/null 3>&- 4>&- &
	daemon=$!
	wait_until ctr version >/dev/null 2>&1 || {
		cat "$work/containerd.log"
		return 1
	}
}

stop_daemon() {
	kill "$daemon"
	wait "$daemon" || :
}

# Ends the daemon and the shims of remaining containers.
stop_containerd() {
	local pid

	for pid in $(ctr tasks list --quiet 2>/dev/null); do
		ctr tasks kill --signal KILL "$pid" || :
	done
	stop_daemon
	grep -lFs "$socket" /proc/[0-9]*/cmdline | cut -d/ -f3 |
		while read -r pid; do kill -KILL "$pid" 2>/dev/null || :; done
}

ctr() { command ctr --address "$socket" "$@" 3>&-; }

# Copies a file into the OCI layout $work/oci; prints its descriptor.
put_blob() { # FILE TYPE
	local digest

	digest=$(sha256sum <"$1" | cut -d' ' -f1)
	cp "$1" "$work/oci/blobs/sha256/$digest"
	jq -nc '{mediaType: $type, digest: $digest, size: ($size | tonumber)}' \
		--arg type "application/vnd.oci.image.$2" \
		--arg digest "sha256:$digest" --arg size "$(stat -c %s "$1")"
}

# ctr run 1.6 has no --user, so the user is set in the image. A pod's pause
# container runs the image's command.
make_oci_archive() {
	local layer config manifest arch

	[ ! -e "$work/image.oci" ] || return 0
	case $(uname -m) in
	x86_64) arch=amd64 ;;
	aarch64) arch=arm64 ;;
	*) arch=$(uname -m) ;;
	esac
	mkdir -p "$work/oci/blobs/sha256"
	layer=$(put_blob "$work/image.tar" layer.v1.tar)
	jq -n '{architecture: $arch, os: "linux", config: {User: "1000",
		Env: ["PATH=/bin"], Cmd: ["sleep", "1000000"]},
		rootfs: {type: "layers", diff_ids: [$layer.digest]}}' \
		--argjson layer "$layer" \
		--arg arch "$arch" >"$work/part"
	config=$(put_blob "$work/part" config.v1+json)
	jq -n '{schemaVersion: 2, config: $config, layers: [$layer],
		mediaType: "application/vnd.oci.image.manifest.v1+json"}' \
		--argjson config "$config" --argjson layer "$layer" >"$work/part"
	manifest=$(put_blob "$work/part" manifest.v1+json)
	jq -n '{schemaVersion: 2, manifests: [$manifest + {annotations:
		{"io.containerd.image.name": "localhost/test:latest"}}]}' \
		--argjson manifest "$manifest" >"$work/oci/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
	tar -C "$work/oci" -cf "$work/image.oci" .
}

# OPTION... before the image, COMMAND... after it. $runc_binary can name another
# program.
ctr_run() { # [OPTION...] -- COMMAND...
	local options=(--runc-binary "${runc_binary-$work/$handler}")

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	ctr run "${options[@]}" localhost/test:latest "$id" "$@" </dev/null
}

# ctr can miss the output of a process that ends before its pipes are open.
expect_heard() { # REGULAR-EXPRESSION COMMAND...
	wait_until is_heard "${@:2}"
	expect_line "$1"
	[ "$status" -eq 0 ]
}

is_heard() { # COMMAND...
	run "$@"
	[ -n "$output" ]
}

expect_no_containers() {
	[ -z "$(ctr tasks list --quiet)" ]
	[ -z "$(ctr containers list --quiet)" ]
	[ -z "$(find "$work/containerd/state" -name '*.json')" ]
}

task_is() { ctr tasks list | grep -q "^$id .*$1"; } # STATUS

task_pid() { ctr tasks list | awk -v id="$id" '$1 == id { print $2 }'; }
