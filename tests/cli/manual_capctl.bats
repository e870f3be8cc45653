#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Checks that capctl(8) has every verb, option, example and JSON member.
# screens.bats compares the output of its EXAMPLES.

load capctl_helpers

page=man/capctl.8

setup() {
	require_programs jq
	capctl=$builddir/capctl
	work=$BATS_TEST_TMPDIR
	unset CAPRUNTIME_POLICY
}

verbs() {
	"$capctl" help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

# Prints the subsections of the page about a verb.
section() { # VERB
	awk -v verb="$1" '/^[.]S[hs]/ { inside = $2 == "capctl" && $3 == verb }
		inside' "$srcdir/$page"
}

@test "the page has every verb, in the order of the help" {
	diff <(verbs) <(sed -n 's/^[.]Ss capctl \([a-z]*\).*/\1/p' \
		"$srcdir/$page" | uniq)
}

@test "the page has every option of each verb, and no other" {
	local verb

	# Of all verbs, before their sections.
	sed '/^[.]Ss/,$d' "$srcdir/$page" | grep 'Fl -color'
	for verb in $(verbs); do
		echo "== $verb"
		"$capctl" help "$verb" | grep -q '^  --color WHEN '
		diff <("$capctl" help "$verb" |
			sed -nE 's/^  --([a-z-]+) .*/\1/p' | grep -vx color |
			LC_ALL=C sort -u) \
			<(section "$verb" | grep -oE 'Fl -[a-z-]+' |
				sed 's/^Fl -//' | LC_ALL=C sort -u)
	done
}

@test "the page has every example of the help" {
	local verb example

	for verb in $(verbs); do
		"$capctl" help "$verb" | sed -n 's/^  \$ //p' >"$work/examples"
		[ -s "$work/examples" ]
		while IFS= read -r example; do
			grep -qF "$ $example" "$srcdir/$page" ||
				{ echo "missing: $example" && false; }
		done <"$work/examples"
	done
}

# The macro also quotes everything that follows it.
@test "no quote of the page holds another one" {
	run ! grep -nE '^[.].*\<Dq\>.*\<Dq\>' "$srcdir"/man/*.[58]
}

# Prints the words of .Va lines in DESCRIPTION: those for all verbs and those
# for this verb.
documented() { # VERB
	{
		sed '/^[.]Ss/,$d' "$srcdir/$page"
		section "$1"
	} | grep -oE '(^[.]| )Va .*' | sed 's/ Fl -[a-z-]*//g' |
		grep -oE '[a-z][a-z_]+' | LC_ALL=C sort -u
}

members() { # prints the name of every member in the objects given
	jq -r '.. | objects | keys[]' | LC_ALL=C sort -u
}

has_members() { # VERB; its JSON output is on standard input
	local lacking

	members >"$work/members"
	[ -s "$work/members" ] || { echo "$1: no JSON" && false; } || return
	lacking=$(LC_ALL=C comm -23 "$work/members" <(documented "$1"))
	[ -z "$lacking" ] || { echo "$1 lacks: $lacking" && false; }
}

json() { # VERB WORD...: prints the JSON, whatever the exit status is
	"$capctl" "$@" --json 2>/dev/null </dev/null || :
}

make_bundle_with_everything() {
	local rule='{name: "r", match: {namespace: "a"}, on_request: true,
		ambient: ["NET_BIND_SERVICE", "NET_RAW"]}'

	mkdir -p "$work/bundle/rootfs/bin"
	cp /bin/true "$work/bundle/rootfs/bin/a"
	chmod 4755 "$work/bundle/rootfs/bin/a"
	jq -n '{ociVersion: "1.0.2", process: {user: {uid: 1000, gid: 1000},
		args: ["/bin/a"], cwd: "/", capabilities: {bounding:
			["CAP_NET_BIND_SERVICE"]}}, root: {path: "rootfs"},
		annotations: {"io.container.manager": "cri-o",
			"io.kubernetes.pod.namespace": "a",
			"capruntime.io/ambient": "net_bind_service,net_raw,x"},
		linux: {sysctl: {"net.ipv4.ip_unprivileged_port_start": "0"},
			namespaces: [{type: "network"}]}}' \
		>"$work/bundle/config.json"
	jq -n "{version: 1, engine: \"cri-o\", rules: [$rule]}" \
		>"$work/policy.json"
	chmod 644 "$work/policy.json"
}

@test "the page has every member of what check, decode and version print" {
	echo '{"version": 1, "rules": [{"name": "r"}]}' >"$work/policy.json"
	json check "$work/policy.json" | has_members check
	{ json decode && json decode 1; } | has_members decode
	json version | has_members version
}

@test "the page has every member of what explain prints" {
	make_bundle_with_everything
	json explain --policy "$work/policy.json" "$work/bundle" >"$work/out"
	jq -e '(.missing | length) > 0 and (.warnings | length) > 0 and
		.unknown and .program.sets' "$work/out"
	has_members explain <"$work/out"
	mkdir "$work/another"
	echo '[' >"$work/another/config.json"
	json explain --policy "$work/policy.json" --all "$work" |
		has_members explain
}

@test "the page has every member of what scan and restore print" {
	make_bundle_with_everything
	json scan --bundle --policy "$work/policy.json" "$work/bundle" >"$work/out"
	jq -e '.files[0]' "$work/out"
	has_members scan <"$work/out"
	json restore "$work/bundle" | has_members restore
}

@test "the page has every member of what show prints" {
	json show self $$ 1 | has_members show
}

@test "the page has every member of what verify prints" {
	mkdir -p "$work/root/a"
	make_bundle_with_everything
	jq -n --arg bundle "$work/bundle" '{id: "a", init_process_pid: 1,
		init_process_start: "1", config: {labels: ["bundle=" + $bundle]}}' \
		>"$work/root/a/state.json"
	json verify --root "$work/root" >"$work/out"
	jq -e '.containers[0].id == "a"' "$work/out"
	has_members verify <"$work/out"
}

@test "the page has every member of what sync prints" {
	require_root
	mkdir -p "$work/source" "$work/target"
	echo '{"version": 1, "rules": []}' >"$work/source/policy.json"
	json sync --once "$work/source" "$work/target" >"$work/out"
	jq -e .put "$work/out"
	has_members sync <"$work/out"
}

@test "the page has every member of what learn prints" {
	require_root
	require_tracing
	"$capctl" learn --json --user 1000 -- busybox chown 0 /etc/passwd \
		>"$work/out" || :
	jq -e '.capabilities[0].lacking.call' "$work/out"
	has_members learn <"$work/out"
}

@test "the page has every class of checks" {
	local word count=0

	while read -r word; do
		section learn | grep -qxF ".It Va $word"
		count=$((count + 1))
	done < <(sed -n 's/^\t\t\[LEARN_[A-Z_]*\] = "\([a-z_]*\)",$/\1/p' \
		"$srcdir/src/capctl/learn/tally.c")
	[ "$count" -ge 9 ]
}

@test "the page has every member of what doctor prints" {
	json doctor >"$work/out"
	[ -s "$work/out" ]
	has_members doctor <"$work/out"
}
