#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# The commands of docs/kubernetes.md, in their order, on a node without
# capruntime: to a pod that binds port 80, and back. A comment in the page,
# '<!-- walk: … -->', says what the next block or step is for:
#
#   save FILE         the block is the text of FILE
#   by hand: NAME     the step has no command; the function NAME does it
#   not here: REASON  the block is not run
#
# In console blocks, '$ ' is where kubectl is and '# ' is on the node.

load helpers
load tree

page=docs/kubernetes.md

setup_file() {
	boot_with_tree
	[ -z "$why_not" ] || return 0
	make_commands
	make_web_image
	remove_handler
}
teardown_file() { stop_node; }
setup() { setup_pods; }
teardown() {
	[ -n "$why_not" ] || [ -n "${BATS_TEST_COMPLETED-}" ] || tell_all
}

make_commands() {
	mkdir "$work/bin"
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$node/kubectl" >"$work/bin/kubectl"
	ln -s "$builddir/capctl" "$work/bin/capctl"
	chmod 755 "$work/bin/kubectl"
}

# The image of the page's pod, from the node's: a server on port 80.
make_web_image() {
	local from=$node/images/busybox image=$work/web

	mkdir "$image"
	cp "$from/layer.tar" "$image"
	jq '.config.Cmd = ["httpd", "-f", "-p", "80"]' "$from/config.json" \
		>"$image/config.json"
	jq '.[0].RepoTags = ["registry.example/web:1"]' "$from/manifest.json" \
		>"$image/manifest.json"
	tar -C "$image" -cf "$image.tar" manifest.json config.json layer.tar
	"$node/enter" ctr -a "$node/run/cri.sock" -n k8s.io images import \
		"$image.tar"
}

# What the page says about the engine's configuration, in its own file.
restart_engine() {
	kill_daemon containerd
	wait_until "$node/enter" ctr -a "$node/run/cri.sock" version
}

add_handler() {
	sed -e '/^version/d' -e 's|/usr/bin/capruntime|/opt/capruntime/capruntime|' \
		"$work/packaging/containerd/config-v2.toml" \
		>>"$node/etc/containerd.toml"
	restart_engine
}

remove_handler() {
	sed -i '/runtimes.capruntime\]/,/BinaryName/d' \
		"$node/etc/containerd.toml"
	! grep -q opt/capruntime "$node/etc/containerd.toml" || return
	restart_engine
}

# Prints a line for each step below this heading: "save FILE LINE",
# "by hand: NAME", "not here: REASON", "here COMMAND" or "node COMMAND".
# LINE is that of the block's fence.
steps() { # [HEADING]
	awk -v heading="$1" '
		/^##* / { inside = !heading || $0 == heading }
		!inside { next }
		/^ *<!-- walk: .* -->$/ {
			gsub(/^ *<!-- walk: | -->$/, "")
			if (/^by hand/) print; else mark = $0
		}
		/^ *```/ && block { block = ""; next }
		/^ *```/ {
			sub(/^ *```/, "")
			block = $0
			if (mark ~ /^save/) print mark, NR
			else if (mark) print mark
			skip = mark != "" || block != "console"
			mark = ""
			next
		}
		!block || skip { next }
		{ sub(/^ +/, "") }
		more { command = command "\n" $0 }
		!more && /^[$#] / {
			where = /^[$]/ ? "here" : "node"
			command = substr($0, 3)
		}
		!more && !/^[$#] / { next }
		{
			# A quote that is open, and a backslash.
			quotes = gsub(/\047/, "\047", command)
			more = command ~ /\\$/ || quotes % 2
			if (!more) { gsub(/\\?\n */, " ", command); print where, command }
		}' "$srcdir/$page"
}

block() { # LINE of the fence
	awk -v from="$1" 'NR == from { indent = match($0, /`/) }
		NR <= from { next }
		/^ *```/ { exit }
		{ print substr($0, indent) }' "$srcdir/$page"
}

walk() { # HEADING: every step below it
	local count=0 kind rest

	cd "$work" || return
	while read -r kind rest; do
		printf '%s %s\n' "$kind" "$rest"
		count=$((count + 1))
		rest=${rest//NODE/127.0.0.1}
		case $kind in
		save) block "${rest##* }" >"${rest% *}" ;;
		by) "${rest#hand: }" ;;
		not) ;;
		here) PATH=$work/bin:$PATH bash -eo pipefail -c "$rest" </dev/null ;;
		node) "$node/enter" bash -ec "$rest" </dev/null ;;
		esac || { echo "failed: $rest" && return 1; }
	done < <(steps "$1")
	[ "$count" -gt 1 ]
}

@test "each console block of the page is run, or says why it is not" {
	local blocks

	blocks=$(grep -cE '^ *```console$' "$srcdir/$page")
	[ "$blocks" -ge 10 ]
	steps '' | grep '^not here: '
	[ "$(steps '' | grep -c '^not here: ')" -eq 3 ]
	[ "$(steps '' | grep -cE '^(here|node) ')" -ge 20 ]
}

@test "from nothing to a pod that binds port 80" {
	[ -z "$("$node/enter" find /etc /opt /run -name '*capruntime*')" ]
	walk '## Install'
	run -0 pod_says .status.podIP web
	run -0 fetch "$output"
	[[ "$output" = *user:x:1000* ]]
	run -0 kubectl exec web -- cat /proc/1/status
	grep -x $'CapAmb:\t0000000000000400' <<<"$output"
	grep -x $'Uid:\t1000\t1000\t1000\t1000' <<<"$output"
}

@test "a manifest is checked, and the policy's daemon is asked" {
	walk '### Check a manifest before you apply it'
	walk '## The policy is a ConfigMap'
}

@test "and back: nothing is left" {
	walk '## Remove it'
	[ -z "$("$node/enter" find /etc /opt /run -name '*capruntime*')" ]
	run -0 "$node/kubectl" get -o name runtimeclasses,clusterroles,clusterrolebindings,namespaces,priorityclasses
	[[ "$output" != *capruntime* ]]
	run -0 "$node/kubectl" get nodes -o json
	[[ "$output" != *capruntime.io/* ]]
}
