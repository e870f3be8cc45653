#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# A package detects the containers of real engines before its removal.

load podman
load containerd

setup() { setup_engine podman conmon containerd ctr; }
teardown() {
	[ -z "${podman_ready-}" ] || podman rm --force --all --time 0 || :
	[ -z "${podman_ready-}" ] || patience=10 wait_until podman_is_idle || :
	teardown_containerd
}

# The node has the container's processes and containerd's state, but not this
# machine's engine configuration.
make_node() { # [STATE]
	local path top

	rm -rf "$work/node"
	mkdir -p "$work/node/run" "$work/bin"
	ln -s /proc "$work/node/proc"
	for path in "$work" "$builddir"; do
		top=/$(cut -d/ -f2 <<<"$path")
		[ -e "$work/node$top" ] || ln -s "$top" "$work/node$top"
	done
	ln -sfn "$builddir/tests/cli/capruntime-sysroot" "$work/bin/capruntime"
	[ $# -eq 0 ] || ln -s "$1" "$work/node/run/containerd"
}

before_removal() {
	run sh "$builddir/packaging/package-hook" --root "$work/node" \
		--bindir "$work/bin" before-removal
	echo "exit status $status: $output"
}

# Other tests run containers under podman with the same program.
expect_kept_by() { # PATTERN
	before_removal
	[ "$status" -eq 1 ]
	grep -qE "$1" <<<"$output"
}

expect_not_kept_by() { # PATTERN
	before_removal
	! grep -qE "$1" <<<"$output"
}

@test "a running podman container prevents removal of the package" {
	for name in $RUNTIMES; do
		use_podman "$name"
		make_node
		podman run --detach --name "$id" test sleep 1000 >/dev/null
		expect_kept_by "^  conmon \(process [0-9]+\): $id\$"
		podman rm --force --time 0 "$id"
		# conmon ends after podman.
		wait_until expect_not_kept_by "$id"
	done
}

@test "a containerd container prevents removal until it is deleted" {
	for name in $RUNTIMES; do
		use_containerd "$name"
		make_node "$work/containerd/state"
		ctr_run --detach -- sh -c 'sleep 1000 & wait'
		expect_kept_by "^  containerd: [a-z0-9]+/$id\$"
		ctr tasks kill --signal KILL "$id"
		wait_until task_is STOPPED
		expect_kept_by "^  containerd: [a-z0-9]+/$id\$"
		ctr tasks delete "$id"
		expect_not_kept_by "$id"
		ctr containers delete "$id"
	done
}
