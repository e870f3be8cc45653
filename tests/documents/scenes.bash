# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154,SC2164 # walk reads and sets them; set -e
# What the commands of a document need, for tests/documents/walk.
#
#   scene_NAME     makes it; sets $top, where blocks begin, and ${word[X]}, what
#                  the document's X stands for
#   after_NAME     optional: looks at what the commands did and printed ($all)

# The bundles of the tests with real containers.
bats_require_minimum_version() { :; }
load() {
	# shellcheck disable=SC1090
	. "$srcdir/tests/runtime/$1.bash"
}
load helpers
work=/srv
# Of containers; no test beside this one has it.
cgroup=documents-${WORLD##*.}
RUNTIME_NAME=runc

scene_name() { # FILE
	case $1 in
	examples/README.md) echo examples ;;
	*) basename "$1" .md | tr '.-' '__' ;;
	esac
}

# The programs as 'make install' installs them, where the documents say; a policy
# without rules.
installed() {
	local name

	make -s -C "$builddir" install >/dev/null
	eval "$(grep -E '^(bindir|confdir)=' "$builddir/packaging/package-hook")"
	[ "$confdir" = /etc/capruntime ] || {
		rm -rf /etc/capruntime
		ln -s "$confdir" /etc/capruntime
	}
	for name in capruntime capctl; do
		[ "$bindir/$name" -ef "/usr/bin/$name" ] ||
			ln -sfn "$bindir/$name" "/usr/bin/$name"
	done
	[ -e /usr/libexec/capruntime ] ||
		ln -s "$(realpath "$bindir/../libexec/capruntime")" /usr/libexec
	echo '{"version":1,"rules":[]}' >/etc/capruntime/policy.json
	top=/srv/here
	mkdir "$top"
}

# The tree at the top of which the documents for developers are, built in build/.
built_tree() {
	top=/srv/source
	mkdir "$top"
	mount --bind "$srcdir" "$top"
	[ "$builddir" -ef "$top/build" ] || {
		mkdir -p "$top/build"
		mount --bind "$builddir" "$top/build"
	}
	word[SOURCE]=$top
}

# A bundle in /srv/web that CRI-O could have written, of a pod.
bundle() { # NAMESPACE POD CONTAINER [JQ-FILTER]
	make_bundle /srv/web
	change /srv/web --arg namespace "$1" --arg pod "$2" --arg name "$3" '
		.annotations = {"io.container.manager": "cri-o",
			"io.kubernetes.pod.namespace": $namespace,
			"io.kubernetes.pod.name": $pod,
			"io.kubernetes.container.name": $name} |
		.linux.cgroupsPath = "/'"$cgroup/web\" | ${4-.}"
	word[BUNDLE]=/srv/web
	word[ROOTFS]=/srv/web/rootfs
}

change() { # BUNDLE JQ-ARGUMENT...
	jq "${@:2}" "$1/config.json" >"$1/new" && mv "$1/new" "$1/config.json"
}

# Starts a container that sleeps from a copy of /srv/web, which is for one only.
running() { # ID
	local pid

	cp -a /srv/web "/srv/of-$1"
	change "/srv/of-$1" '.process.args = ["/bin/sleep", "1000"] |
		.linux.cgroupsPath += "-running"'
	capruntime run --detach --pid-file "/srv/$1.pid" -b "/srv/of-$1" "$1" \
		</dev/null >/srv/log 2>&1 || { cat /srv/log && return 1; }
	word[ID]=$1
	word[PID]=$(<"/srv/$1.pid")
	wait_until is_asleep "${word[PID]}"
}

remove_containers() {
	local state

	for state in /run/runc/*/; do
		[ ! -d "$state" ] || runc delete --force "$(basename "$state")"
	done
	# Other cgroups are removed meanwhile.
	find /sys/fs/cgroup -ignore_readdir_race -depth -type d \
		-path "*/$cgroup*" -exec rmdir {} \; 2>/dev/null || :
}

# Otherwise the function of the tests, which needs their variables.
capruntime() { command capruntime "$@"; }

stand_in() { # NAME SCRIPT
	printf '#!/bin/sh\n%s\n' "$2" >"/usr/local/bin/$1"
	chmod 755 "/usr/local/bin/$1"
}

example() { # FILE LANGUAGE: prints the first block of that language
	sed -n "/^\`\`\`$2\$/,/^\`\`\`\$/p" "$srcdir/$1" |
		sed '1d; /^```$/,$d'
}

printed() { # TEXT [COUNT]: at least so often, by all commands
	[ "$(grep -cF -- "$1" "$all")" -ge "${2-1}" ] || {
		cat "$all"
		echo "not printed ${2-1} times: $1"
		return 1
	}
}

scene_README() {
	installed
	example README.md json | jq '.engine = "cri-o" | .rules |= .[:1] + [{
		name: "pod", match: {namespace: "shop", container: "web"},
		ambient: ["NET_BIND_SERVICE"]}] + .[1:]' >/etc/capruntime/policy.json
	cp /etc/capruntime/policy.json /root/try.json
	bundle shop web nginx
	example README.md yaml >/srv/pod.yaml
	mkdir -p /etc/crio/crio.conf.d
	example README.md toml >/etc/crio/crio.conf.d/capruntime.conf
	word[FILE]=/srv/pod.yaml
	word[COMMAND]='grep CapAmb /proc/self/status'
	running demo-2
}

# The screens of docs/capctl.md that need an installed capruntime.
probe_screens() {
	local i

	mkdir /srv/nodes
	cd /srv/nodes
	capctl doctor --probe --json >node.json
	read_commands docs/capctl.md
	for i in "${!commands[@]}"; do
		case ${commands[i]} in
		'capctl doctor --probe')
			grep '^ok ' <<<"${outputs[i]}" | plain >wanted
			plain <"$all" | grep -xFf wanted | uniq >now
			diff -u wanted now
			;;
		"jq -r '[.kernel"*)
			eval "${commands[i]}" >table
			grep -P "^$(uname -r)\t$(uname -m)\trunc .*\t0$" table
			;;
		esac
	done
}

after_README() {
	probe_screens
	printed 'amb=400 nnp=0 port80=bound' 2
	printed $'CapAmb:\t0000000000002000'
}

scene_CONTRIBUTING() { built_tree; }
after_CONTRIBUTING() { printed check-one; }
scene_architecture() { built_tree; }
after_architecture() { printed 'spec.o)'; }
scene_robustness() { built_tree; }

scene_debugging() {
	installed
	built_tree
	echo '{"version":1,"audit":"/var/log/capruntime.log","rules":[{"name":"web",
		"match":{},"ambient":["NET_BIND_SERVICE"]}]}' \
		>/etc/capruntime/policy.json
	cp /etc/capruntime/policy.json "$top/new.json"
	bundle shop web-1 web
	running web-1
	stand_in journalctl 'tail -n 1 /var/log/capruntime.log'
	script_words='--version'
}

after_debugging() {
	printed '"rule":"web"'
	printed $'CapAmb:\t0000000000000400'
	grep -q 'execve.*--version' /run/trace.*
}

# Only its rule grants something.
expect_second_handler() {
	command capruntime-crun run -b /srv/web second >/srv/log
	grep 'amb=400 nnp=0 port80=bound' /srv/log
}

scene_engines() {
	installed
	bundle shop web-1 web
	echo '{"version":1,"rules":[{"name":"crun","match":{"handler":
		"capruntime-crun"},"ambient":["NET_BIND_SERVICE"]}]}' \
		>/etc/capruntime/policy.json
}
after_engines() { expect_second_handler; }

scene_install() {
	scene_engines
	cd /srv
	mkdir -p deb/DEBIAN deb/usr/bin
	printf 'Package: capruntime\nVersion: 0.1.0-1\nArchitecture: amd64\nMaintainer: a <a@example.org>\nDescription: a\n' \
		>deb/DEBIAN/control
	cp "$builddir/capctl" deb/usr/bin
	dpkg-deb -Znone -b deb "$top/capruntime_0.1.0-1_amd64.deb" >/dev/null
}
after_install() {
	expect_second_handler
	[ "$(readlink /etc/capruntime/runtimes/capruntime)" = \
		"$(command -v runc)" ]
}

scene_capruntime_8() {
	installed
	read_commands man/capruntime.8
	# What the page prints of it.
	printf %s "${outputs[0]}" >/etc/capruntime/policy.json
	bundle shop web-1 web
}
after_capruntime_8() {
	printed 'amb=400 nnp=0 port80=bound'
	[ "$(readlink -f /etc/capruntime/runtimes/capruntime-crun)" = \
		"$(realpath /usr/bin/crun)" ]
	command capruntime-crun --version | grep crun
}

scene_capruntime_policy_5() {
	installed
	echo '{"version":1,"rules":[{"name":"new","match":{}}]}' \
		>"$top/policy.json"
}
after_capruntime_policy_5() { grep new /etc/capruntime/policy.json; }

scene_permission_denied() {
	installed
	echo '{"version":1,"engine":"cri-o","audit":"/var/log/capruntime.log",
		"rules":[{"name":"web","match":{},"ambient":["NET_RAW"]}]}' \
		>/etc/capruntime/policy.json
	bundle shop web web '.process.capabilities |= map_values(["CAP_NET_RAW"])'
	running web
	change /srv/web '.process.args = ["/bin/server"]'
	cp /srv/web/rootfs/bin/busybox /srv/web/rootfs/bin/server
	setcap cap_net_bind_service+ep /srv/web/rootfs/bin/server
	stand_in journalctl 'cat /var/log/capruntime.log'
	stand_in kubectl 'while [ "$1" != -- ]; do shift; done; shift
		exec runc exec web "$@"'
}

after_permission_denied() {
	printed '"pod": "web"' 2
	printed "'/bin/server' cannot be executed"
	printed /bin/server 2
	printed $'CapAmb:\t0000000000002000'
	printed NET_RAW
}

scene_upgrade() {
	local tasks=/run/containerd/io.containerd.runtime.v2.task

	installed
	bundle shop web-1 web
	echo '{"version":1,"engine":"cri-o","rules":[{"name":"web","match":
		{"namespace":"shop"},"ambient":["NET_BIND_SERVICE"]}]}' \
		>"$top/new-policy.json"
	mkdir -p "$tasks/k8s.io"
	cp -a /srv/web "$tasks/k8s.io/web-2"
	cp "$top/new-policy.json" /etc/capruntime/policy.json
	running web-1
}
after_upgrade() {
	printed "rule 'web' decides: raises NET_BIND_SERVICE"
	cmp "$top/new-policy.json" /etc/capruntime/policy.json
}

scene_examples() {
	installed
	built_tree
	make_bundle /srv/ping
	cp -a /srv/ping/rootfs "$top/rootfs"
	ln -s busybox "$top/rootfs/bin/ping"
}
after_examples() { printed 'raises NET_RAW'; }
