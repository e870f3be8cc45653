# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2119,SC2120,SC2154 # bats and policy.bash; tests
# For tests of a policy's effect on a container. Uses policy.bash, whose real
# runtime prints its arguments.

load policy

# A container as CRI-O writes it for a non-root pod, and the audit log.
setup_container() {
	require_root
	require_programs jq timeout unshare
	setup_policy
	log=$work/audit.log
	capruntime=$CAPRUNTIME_BUILT
	before=()
	around=()
	make_container
}

# Mounts $work/etc at $seen, which is SYSCONFDIR of the program. Other tests use
# that directory at the same time.
use_sysroot() {
	etc=$work/etc/capruntime
	seen=$builddir/tests/cli/sysroot/etc/capruntime
	mkdir -p "$etc" "${seen%/*}"
	# shellcheck disable=SC2016 # for the inner shell
	around=(unshare -m sh -c 'mount --bind "$0" "$1" && shift && exec "$@"'
		"${etc%/*}" "${seen%/*}")
	capruntime=$builddir/tests/cli/capruntime-sysroot
	unset CAPRUNTIME_POLICY
}

container_filter='{ociVersion: "1.0.2",
	process: {user: {uid: 1000, gid: 1000}, args: ["/bin/true"],
		cwd: "/", capabilities:
		(["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"] |
		{bounding: ., effective: ., permitted: .})},
	annotations: {
		"io.container.manager": "cri-o",
		"io.kubernetes.pod.namespace": "shop",
		"io.kubernetes.pod.name": "web-1",
		"io.kubernetes.container.name": "main",
		"io.kubernetes.cri-o.ImageName": "registry.example/web:1"},
	linux: {namespaces: [{type: "pid"}, {type: "network"}]}}'

make_container() { # [JQ-FILTER]: changes to the container above
	rm -f "$bundle/.capruntime.json"
	jq -n "$container_filter | ${1-.}" >"$bundle/config.json"
	cp "$bundle/config.json" "$work/original.json"
}

use_config() { # FILE: one that an engine wrote
	rm -f "$bundle/.capruntime.json"
	cp "$1" "$bundle/config.json"
	cp "$1" "$work/original.json"
}

# Writes policy.json. Rules and further top-level keys are in jq's syntax:
# policy '{engine: "cri-o"}' '{name: "a", match: {}}' …
policy() { # TOP [RULE…]
	local top=$1 rules
	shift
	rules=$(printf ',%s' "$@")
	[ $# -gt 0 ] || rules=,
	jq -n --arg log "$log" "{version: 1, audit: \$log,
		rules: [${rules#,}]} + $top" >"${CAPRUNTIME_POLICY:-$etc/policy.json}"
}

# Sets $words: the call with a time limit. $before has words in front of it.
make_words() { # [WORD…], default: create
	words=(timeout -k 1 60 ${before[@]+"${before[@]}"}
		${around[@]+"${around[@]}"} "$capruntime")
	if [ $# -gt 0 ]; then
		words+=("$@")
	else
		words+=(create -b "$bundle" x)
	fi
}

# The real runtime is called, and there is no other output.
expect_start() { # [WORD…]
	local words

	make_words "$@"
	run -0 --separate-stderr "${words[@]}" </dev/null
	printf 'stdout: %s\nstderr: %s\n' "$output" "$stderr"
	[ "$output" = "${*:-create -b $bundle x}" ]
	[ -z "$stderr" ]
}

# The runtime is not called, and one line on standard error has the reason.
expect_refusal() { # PART…: each is in that line
	local words part

	make_words
	run --separate-stderr "${words[@]}" </dev/null
	printf 'exit status %s\nstdout: %s\nstderr: %s\n' "$status" \
		"$output" "$stderr"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == 'capruntime: '* && "$stderr" != *$'\n'* ]]
	for part; do
		[[ "$stderr" == *"$part"* ]] || {
			echo "missing: $part"
			return 1
		}
	done
}

expect_untouched() {
	cmp "$work/original.json" "$bundle/config.json"
	[ "$(ls -A "$bundle")" = config.json ] || {
		ls -lA "$bundle"
		return 1
	}
}

# Prints "B=… P=… E=… I=… A=…": names without CAP_, "-" for an absent list.
sets() {
	jq -r '.process.capabilities as $sets |
		[["B", "bounding"], ["P", "permitted"], ["E", "effective"],
		 ["I", "inheritable"], ["A", "ambient"]] |
		map(.[0] + "=" + ($sets[.[1]] // ["-"] |
			map(sub("^CAP_"; "")) | join(","))) | join(" ")
	' "$bundle/config.json"
}

expect_sets() { # SETS in that format
	[ "$(sets)" = "$1" ] || {
		printf 'wanted: %s\n   got: %s\n' "$1" "$(sets)"
		return 1
	}
}

# The last line of the log matches, and the log has LINES lines.
expect_audit() { # JQ-CONDITION [LINES]
	[ -z "${2-}" ] || [ "$(wc -l <"$log")" -eq "$2" ] || {
		printf 'expected %s lines:\n%s\n' "$2" "$(cat "$log")"
		return 1
	}
	tail -n 1 "$log" | jq -e "$1" >/dev/null || {
		printf 'false: %s\n%s\n' "$1" "$(tail -n 1 "$log")"
		return 1
	}
}
