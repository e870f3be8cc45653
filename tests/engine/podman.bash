# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # helpers.bash sets them
# podman with capruntime as its runtime, and all files in a work directory.

load helpers

# Suppresses podman 5's warning about cgroup v1, which this machine may use.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1

teardown_podman() {
	[ -z "${podman_ready-}" ] || podman rm --force --all --time 0 || :
	# conmon's clean-up process makes mounts again.
	patience=10 wait_until podman_is_idle || :
	teardown_engine
}

podman_is_idle() { ! pgrep --full "$work/podman" >/dev/null; }

# Keeps all files in the work directory. conmon passes to the runtime only the
# environment variables that are set here.
use_podman() { # runc|crun JSON-RUNTIMES
	use_engine_runtime "$1"
	cat >"$work/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
		netns = "none"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		lock_type = "file"
		runtime = "capruntime"
		runtime_supports_json = [$2]
		conmon_env_vars = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin",
			"CAPRUNTIME_POLICY=$work/policy.json"]
		static_dir = "$work/podman/libpod"
		volume_path = "$work/podman/volumes"
		tmp_dir = "$work/podman/tmp"
		[engine.runtimes]
		capruntime = ["$work/$handler"]
		[network]
		network_config_dir = "$work/podman/networks"
	END
	export CONTAINERS_CONF=$work/containers.conf
	podman_ready=true
	podman image exists test 2>/dev/null || podman import -q \
		-c 'USER 1000' -c 'ENV PATH=/bin' "$work/image.tar" test >/dev/null
}

podman() {
	command podman --root "$work/podman/root" --storage-driver overlay \
		--runroot "$work/podman/run" "$@" 3>&-
}

expect_no_containers() {
	[ -z "$(podman ps --all --quiet)" ]
	[ -z "$(find "$work/podman" -name .capruntime.json)" ]
}

build_image() {
	printf '%s\n' 'FROM localhost/test' 'RUN report 80 >&2' \
		'USER 0' 'RUN report >&2' >"$work/Containerfile"
	podman --runtime "$work/$handler" build --no-cache --network none \
		--ulimit nofile=1024:1024 --ulimit nproc=1000:1000 \
		-f "$work/Containerfile" "$work" 2>&1
}

# A step of another user has the grant; one of root is unchanged.
expect_built() {
	run -0 build_image
	printf '%s\n' "$output"
	grep -qxE "$granted" <<<"$output"
	grep -qxE 'uid=0 .* amb=0 nnp=0' <<<"$output"
}
