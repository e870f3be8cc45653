# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Real containers under the real runtimes. A test loops over $RUNTIMES and calls
# use_runtime for each. The whole output of a container is compared.

load ../cli/helpers
PATH=$PATH:/usr/sbin:/sbin
RUNTIMES=${RUNTIMES-runc crun} # tests/vm/features names one

setup_containers() {
	require_root
	# shellcheck disable=SC2086
	require_programs $RUNTIMES busybox jq
	work=$BATS_TEST_TMPDIR
	# Root of a new user namespace must be able to reach the rootfs.
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$work"
	started=()
	before=()
}

teardown_containers() {
	local pid left

	for pid in ${started[@]+"${started[@]}"}; do
		kill -KILL "$pid" 2>/dev/null || :
	done
	[ -n "${work-}" ] || return 0
	for RUNTIME_NAME in $RUNTIMES; do
		for left in "$work/state-$RUNTIME_NAME"/*; do
			[ ! -d "$left" ] || plain_runtime delete --force \
				"${left##*/}" || :
		done
	done
}

# Selects the runtime for the following calls, with a new bundle and state.
use_runtime() { # runc or crun
	RUNTIME_NAME=$1
	echo "== under $RUNTIME_NAME"
	id=captest-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER-$RUNTIME_NAME
	state=$work/state-$RUNTIME_NAME
	bundle=$work/bundle-$RUNTIME_NAME
	rm -rf "$bundle"
	make_bundle "$bundle"
	grant '{}'
}

# In the container, `report` prints uid, sets and NoNewPrivs of a program that
# it executes; `report 80` also prints whether port 80 can be bound.
make_rootfs() {
	local applet

	mkdir -p "$1"/{bin,proc,dev,sys,tmp}
	cp "$(command -v busybox)" "$1/bin/busybox"
	for applet in sh awk cat grep httpd id sed sleep stty tty; do
		ln -s busybox "$1/bin/$applet"
	done
	cat >"$1/bin/report" <<-'END_OF_REPORT'
		#!/bin/sh
		bind80() {
			if httpd -p 80 -h / >/dev/null 2>&1; then
				echo ' port80=bound'
			else
				httpd -p 80 -h / 2>&1 |
					sed 's/^httpd: bind: Permission d/ port80=d/'
			fi
		}
		[ "$1" != 80 ] || port80=$(bind80)
		awk -v port80="$port80" '
			/^Uid:/ { line = "uid=" $2 }
			/^Cap/ {
				sub(/^0+/, "", $2)
				line = line " " tolower(substr($1, 4, 3)) "=" \
					($2 == "" ? 0 : $2)
			}
			/^NoNewPrivs:/ { print line " nnp=" $2 port80 }
		' /proc/self/status
	END_OF_REPORT
	chmod 755 "$1/bin/report"
}

# A process without a parent can remain as a zombie if nothing reaps it.
is_gone() { # PID
	! grep -qs '^State:.[^Z]' "/proc/$1/status"
}

# The config.json of a non-root pod with "drop: [ALL], add: [NET_BIND_SERVICE]":
# no set that survives the exec has the capability.
make_bundle() {
	mkdir -p "$1"
	make_rootfs "$1/rootfs"
	cat >"$1/config.json" <<-'END_OF_CONFIG'
		{
		  "ociVersion": "1.0.2",
		  "process": {
		    "user": { "uid": 1000, "gid": 1000 },
		    "args": ["/bin/report", "80"],
		    "env": ["PATH=/bin"],
		    "cwd": "/",
		    "capabilities": {
		      "bounding": ["CAP_NET_BIND_SERVICE"],
		      "effective": ["CAP_NET_BIND_SERVICE"],
		      "permitted": ["CAP_NET_BIND_SERVICE"]
		    }
		  },
		  "root": { "path": "rootfs", "readonly": true },
		  "mounts": [
		    { "destination": "/proc", "type": "proc", "source": "proc" },
		    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
		      "options": ["nosuid", "mode=755"] },
		    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
		      "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666"] }
		  ],
		  "linux": {
		    "namespaces": [
		      { "type": "pid" }, { "type": "ipc" }, { "type": "uts" },
		      { "type": "mount" }, { "type": "network" }
		    ]
		  }
		}
	END_OF_CONFIG
	keep_config "$1"
}

# Puts the rootfs on a file system that is not mounted nosuid. Each call copies
# it from $image.
make_image() {
	image=$work/image-$RUNTIME_NAME
	rm -rf "$image"
	mv "$bundle/rootfs" "$image"
	mkdir "$bundle/rootfs"
	# shellcheck disable=SC2016 # for the inner shell
	before=(unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs "$0" &&
		cp -a "$1/." "$0" && shift && exec "$@"' "$bundle/rootfs" "$image")
}

add_libraries() { # PROGRAM ROOTFS
	local library

	for library in $(ldd "$1" | grep -o '/[^ ]*'); do
		mkdir -p "$2${library%/*}"
		cp "$library" "$2$library"
	done
}

# Saves the engine's config.json.
keep_config() {
	cp "$1/config.json" "$work/original-$RUNTIME_NAME.json"
}

change_config() { # JQ-ARGUMENT...
	jq "$@" "$bundle/config.json" >"$work/changed.json"
	cp "$work/changed.json" "$bundle/config.json"
	keep_config "$bundle"
}

# One rule for every container that matches; MORE is in jq's syntax.
grant() { # MATCH [MORE], for example '{uid: 0}' 'require: true'
	jq -nc "{version: 1, rules: [{name: \"granted\", match: $1,
		ambient: [\"NET_BIND_SERVICE\"]} + {${2-}}]}" >"$work/policy.json"
}

grant_nothing() { # a rule that matches no container here
	grant '{gid: 4242}'
}

runtime_path() { command -v "$RUNTIME_NAME"; }

# Sets $words: the command line with what this machine needs in front of it.
# crun 1.8 refuses a machine that has cgroup v2 mounted beside v1.
machine_words() {
	words=("$@")
	[ "$RUNTIME_NAME" = crun ] && mountpoint -q /sys/fs/cgroup/unified ||
		return 0
	# shellcheck disable=SC2016 # for the inner shell
	words=(unshare -m sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null ||
		mount -t tmpfs none /sys/fs/cgroup/unified; exec "$@"' sh "$@")
}

# $before has words to put in front of each call.
capruntime_words() {
	machine_words ${before[@]+"${before[@]}"} env \
		"CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$CAPRUNTIME_BUILT" --root "$state" "$@"
}

capruntime() {
	local words

	capruntime_words "$@"
	"${words[@]}"
}

plain_runtime() {
	local words

	machine_words ${before[@]+"${before[@]}"} "$(runtime_path)" \
		--root "$work/state-$RUNTIME_NAME" "$@"
	"${words[@]}"
}

# The streams are files: a running container must not keep the descriptors of a
# bats test open.
capruntime_detached() {
	local status=0

	capruntime "$@" </dev/null >"$work/stdout" 2>"$work/stderr" 3>&- ||
		status=$?
	[ "$status" -eq 0 ] || cat "$work/stderr"
	return "$status"
}

# The same for a call that should fail; a container must not block the test.
try_capruntime() { # WORD...: sets status, output and stderr
	status=0
	capruntime_detached "$@" >/dev/null || status=$?
	output=$(cat "$work/stdout")
	stderr=$(cat "$work/stderr")
}

file_says() { # TEXT FILE
	[ "$(cat "$2")" = "$1" ]
}

kill_and_delete() { # [SIGNAL]
	capruntime kill "$id" "${1-KILL}"
	wait_until status_is stopped
	capruntime delete "$id"
	expect_nothing_started
}

# The container's output on both streams is TEXT.
expect_container() { # TEXT
	run -0 capruntime run -b "$bundle" "$id" </dev/null
	expect_output "$1"
}

expect_output() {
	[ "$output" = "$1" ] || {
		printf 'wanted: %s\n   got: %s\n' "$1" "$output"
		return 1
	}
}

expect_refusal() { # PATTERN, after try_capruntime
	printf 'exit status %s\nstdout: %s\nstderr: %s\n' "$status" \
		"$output" "$stderr"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == 'capruntime: '* && "$stderr" != *$'\n'* ]]
	# shellcheck disable=SC2053 # a pattern
	[[ "$stderr" == $1 ]]
}

# The bundle has the engine's config.json and no file of capruntime.
expect_untouched() {
	cmp "$work/original-$RUNTIME_NAME.json" "$bundle/config.json"
	[ "$(ls -A "$bundle")" = $'config.json\nrootfs' ] || {
		ls -lA "$bundle"
		return 1
	}
}

# No state and no cgroup exists: nothing was started.
expect_nothing_started() {
	local left

	# Other cgroups are made and removed while find runs.
	left=$(
		ls -A "$state" 2>/dev/null
		find /sys/fs/cgroup -name "*$id*" 2>/dev/null || :
	)
	[ -z "$left" ] || {
		printf 'left: %s\n' "$left"
		return 1
	}
}

status_is() { # STATUS, the expected status of the container
	[ "$(plain_runtime state "$id" | jq -r .status)" = "$1" ]
}
