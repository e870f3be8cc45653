# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2034,SC2154 # for the tests, by the other helpers
# Containers of the config.json that CRI-O wrote (tests/data/fixtures/crio).
#
# These values are changed: ids and directories, to those of the test; the
# cgroup's parent, so that it can be removed; the sandbox's oomScoreAdj, which
# root cannot always lower; and, for crun 1.8, the ociVersion and a limit of -1,
# which it refuses. The programs in the image are stand-ins.
#
#   setup_crio              in setup(), with teardown_crio in teardown()
#   use_crio NAME           selects runc or crun; a policy for the engine cri-o
#   take_captured FIXTURE   sets use_container's variables, and $captured
#   start_captured WORD...  create, with more words for conmon, and start

load conmon_helpers

setup_crio() { setup_conmon unshare; }

teardown_crio() {
	teardown_conmon
	[ -z "${cgroup-}" ] || find /sys/fs/cgroup -depth -type d \
		-path "*/$cgroup*" -exec rmdir {} \; 2>/dev/null || :
}

use_crio() { # runc or crun
	use_conmon "$1"
	node=$work/node-$1
	cgroup=captest-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER
	rm -rf "$node"
	crio_grant '{namespace: "rigns", pod: "rigpod"}'
}

crio_grant() { # MATCH [MORE]
	grant "$@"
	jq '.engine = "cri-o"' "$work/policy.json" >"$work/changed.json"
	mv "$work/changed.json" "$work/policy.json"
}

annotation() { jq -r ".annotations[\"io.kubernetes.$1\"]" "$captured.config.json"; }

# Makes a container of this name from the files of CRI-O.
take_captured() { # FIXTURE [NAME]
	use_container "${2-$1}"
	captured=$srcdir/tests/data/fixtures/crio/$1
	rm -f "$bundle/.capruntime.json"
	sed -e "s|$(annotation cri-o.ContainerID)|$id|g" \
		-e "s|$(annotation cri-o.SandboxID)|$(id_of sandbox)|g" \
		-e "s|/proc/19801/|/proc/${sandbox_pid-}/|" \
		-e "s|/var/lib/containers/storage/|$node/lib/|g" \
		-e "s|/run/containers/storage/|$node/run/|g" \
		-e "s|/var/run/crio/|$node/|g" \
		-e "s|\"cgroupsPath\": \".*crio-|\"cgroupsPath\": \"/$cgroup/crio-|" \
		-e 's|"oomScoreAdj": -998|"oomScoreAdj": 0|' \
		"$captured.config.json" >"$bundle/config.json"
	[ "$RUNTIME_NAME" = runc ] ||
		sed -i -e 's|"ociVersion": "1.2.1"|"ociVersion": "1.0.2"|' \
			-e 's|"limit": -1|"limit": 0|' "$bundle/config.json"
	keep_config "$bundle"
	make_image
	make_sources
	make_namespaces
}

config() { jq -r "$1" "$bundle/config.json"; }

make_image() {
	local root

	root=$(config .root.path)
	mkdir -p "$root"
	tar -C "$root" -xf "$work/image.tar"
	ln -f "$root/bin/report" "$root/bin/capprobe"
	printf '#!/bin/sh\n%s\n' "trap 'exit 0' TERM; report; sleep 1000 & wait" \
		>"$root/pause"
	chmod 755 "$root/pause"
}

make_sources() {
	local source

	config '.mounts[] | select(.type == "bind").source' |
		while read -r source; do
			mkdir -p "${source%/*}"
			case $source in
			*/shm) mkdir -p "$source" ;;
			*) touch "$source" ;;
			esac
		done
}

# They belong to the pod and are made before its sandbox.
make_namespaces() {
	local option options=()

	while read -r option; do
		[ ! -e "${option#*=}" ] || continue
		mkdir -p "$(dirname "${option#*=}")"
		touch "${option#*=}"
		options+=("${option/network/net}")
	done < <(config ".linux.namespaces[] |
		select((.path // \"\") | startswith(\"$node\")) |
		\"--\(.type)=\(.path)\"")
	[ ${#options[@]} -eq 0 ] || unshare "${options[@]}" true
}

# Returns when the container has printed all of its output.
start_captured() { # WORD...
	local last=CapAmb

	case $(config '.process.args | join(" ")') in
	*tty*) last=/dev/pts ;;
	*capprobe* | /pause) last=nnp= ;;
	esac
	create_by_conmon "$@"
	expect_created
	crio_call start "$id"
	wait_until grep -q "$last" "$log"
}
