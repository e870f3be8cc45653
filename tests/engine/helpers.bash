# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests, by automake and each other
# Real engines with all their files in a work directory, without network. A
# separate link to capruntime is their runtime. The containers use the rootfs of
# tests/runtime/helpers.bash.

load ../runtime/helpers

nothing='uid=1000 inh=0 prm=0 eff=0 bnd=[0-9a-f]+ amb=0 nnp=[01] port80=denied'
granted='uid=1000 inh=400 prm=400 eff=400 bnd=[0-9a-f]+ amb=400 nnp=[01] port80=bound'

setup_engine() { # PROGRAM...
	setup_containers
	require_programs "$@"
	runtimes=$builddir/tests/cli/sysroot/etc/capruntime/runtimes
	mkdir -p "$runtimes"
	chmod 755 "$builddir/tests/cli/sysroot/etc/capruntime" "$runtimes"
	handler=engine-$BATS_ROOT_PID-$BATS_TEST_NUMBER
	ln -s "$builddir/tests/cli/capruntime-sysroot" "$work/$handler"
	make_rootfs "$work/image"
	tar -C "$work/image" -cf "$work/image.tar" .
}

teardown_engine() {
	local place

	# Engines leave mounts for their next start.
	awk '{ print $2 }' /proc/mounts | tac | while read -r place; do
		[[ "$place" != "$BATS_TEST_TMPDIR"/* ]] || umount "$place"
	done
	[ -z "${handler-}" ] || rm -f "$runtimes/$handler"
}

# Only the runtime runs with this machine's workarounds: an engine's programs
# must see each other's mounts.
link_runtime() {
	local words

	machine_words "$(runtime_path)"
	[ ${#words[@]} -eq 1 ] || {
		printf '#!/bin/bash\nexec %s "$@"\n' "${words[*]@Q}" \
			>"$work/$RUNTIME_NAME"
		chmod 755 "$work/$RUNTIME_NAME"
		words=("$work/$RUNTIME_NAME")
	}
	ln -sfn "${words[0]}" "$runtimes/$handler"
}

# The engine's environment has the path of the policy.
use_engine_runtime() { # runc or crun
	RUNTIME_NAME=$1
	echo "== over $RUNTIME_NAME"
	id=captest-${BATS_RUN_TMPDIR##*-}-$BATS_TEST_NUMBER-$RUNTIME_NAME
	link_runtime
	grant '{handler: "engine-*"}'
}

unmet_policy() {
	grant '{handler: "engine-*"}' 'ambient: ["SYS_ADMIN"], require: true'
}

broken_policy() {
	printf '{ "version": 1,\n  "rules": [ { "name": "x" } ] }\n' \
		>"$work/policy.json"
}

unmet_reason="rule 'granted': 'require' is not met, cannot raise CAP_SYS_ADMIN"
broken_reason="policy.json':2:14: "

# The output is one line that matches.
expect_line() { # REGULAR-EXPRESSION, after run
	printf 'exit status %s, output: %s\n' "$status" "$output"
	grep -qxE "$1" <<<"$output"
	[ "$(wc -l <<<"$output")" -eq 1 ]
}

# 'capctl show' has processes of the container $whole, by this name alone.
shows_name() { # NAME
	capctl show --json "$1"
	[ "$status" -eq 0 ]
	jq -e --arg whole "$whole" --arg name "$1" '.processes | length > 0 and
		all(.container == $whole and .identity == {namespace: null,
			pod: null, container: $name, image: null})' <<<"$output"
}

# Each line of the file matches the expression in its place.
lines_match() { # FILE REGULAR-EXPRESSION...
	local line file=$1
	shift

	[ "$(wc -l <"$file")" -eq $# ] || return 1
	while read -r line; do
		grep -qxE "$1" <<<"$line" || return 1
		shift
	done <"$file"
}

# The engine failed and printed capruntime's reason.
expect_shown() { # TEXT, after run
	printf 'exit status %s, output: %s\n' "$status" "$output"
	[ "$status" -ne 0 ]
	grep -qF -- "$1" <<<"$output"
	[[ "$output" != *port80=* ]]
}
