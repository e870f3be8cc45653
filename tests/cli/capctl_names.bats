#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq; each test has its own
# Names of containers in show, verify, explain and restore: what is printed, and
# what a word on the command line means. The containers are processes of the
# test below a $XDG_RUNTIME_DIR, where no other container is found. Real
# containers are in tests/runtime/names.bats.

load capctl_helpers
load state_helpers

setup() {
	setup_work
	require_programs jq setpriv unshare
	state=$work/own/crun
	mkdir -p "$state"
	hex=$(printf '0123456789%.0s' 1 2 3 4 5 6)
	policy '"cri-o"'
	hold ,+net_bind_service
}

teardown() { end_waiting; }

policy() { # ENGINE
	printf '{"version":1,"engine":%s,"rules":[%s]}\n' "$1" "$grant" \
		>"$CAPRUNTIME_POLICY"
}

# Without the containers of this machine. XDG_RUNTIME_DIR has ours.
alone() { # VERB WORD...
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs none /run &&
		exec env XDG_RUNTIME_DIR="$0/own" "$@"' "$work" \
		"$builddir/capctl" "$@" </dev/null
}

# A bundle as CRI-O writes it, after a create, and the container's state. Without
# a PID it is $pid's.
container() { # ID NAMESPACE POD CONTAINER [PID]
	make_bundle "$work/b/$1"
	jq --arg space "$2" --arg pod "$3" --arg name "$4" '
		.annotations |= (."io.kubernetes.pod.namespace" = $space |
			."io.kubernetes.pod.name" = $pod |
			."io.kubernetes.container.name" = $name |
			."io.kubernetes.cri-o.ImageName" = "registry.example/x:1") |
		.process.capabilities |= map_values(["CAP_CHOWN", "CAP_KILL",
			"CAP_NET_BIND_SERVICE"])' \
		"$work/b/$1/config.json" >"$work/c"
	cp "$work/c" "$work/b/$1/config.json"
	"$CAPRUNTIME_BUILT" create -b "$work/b/$1" "$1" >/dev/null
	if [ "${5-$pid}" = 0 ]; then
		crun_state "$1" "$work/b/$1" 0 0
	else
		crun_state "$1" "$work/b/$1" "${5-$pid}"
	fi
}

# A pod of two containers, one with an instance that has ended, and others.
shop() {
	container "aaaa$hex" shop web-1 web
	container "abbb$hex" shop web-1 log
	container "abcc$hex" shop web-1 log 0
	container "accc$hex" shop job once 0
	container "adee$hex" shop job once 0
	container box bank safe x
}

one_line_of() { # TEXT
	[ -z "$output" ] || seen 'wanted no output'
	[ "$stderr" = "capctl: $1" ] || seen "wanted: capctl: $1"
}

@test "explain knows the user namespace of a container that runs" {
	local inside

	unshare -U true || skip 'no unprivileged user namespaces'
	unshare -U sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	inside=$!
	waiting+=("$inside")
	disown "$inside"
	wait_until is_asleep "$inside"
	grant='{"name":"all","match":{},"ambient":["IPC_LOCK"]}'
	policy '"none"'
	for process in "$inside" "$pid"; do
		container "$process" shop web-1 web "$process"
		jq '.process.capabilities |= map_values(["CAP_IPC_LOCK"])' \
			"$work/b/$process/config.json" >"$work/c"
		cp "$work/c" "$work/b/$process/config.json"
		rm -f "$work/b/$process/.capruntime.json"
	done
	alone explain --json "$inside"
	is_json '[.warnings[].code] == ["userns_no_effect"]'
	alone explain --json "$pid"
	is_json '.raised != [] and .warnings == []'
}

@test "names are in natural order, those without one are last" {
	for number in 10 9 1; do
		container "web$number" shop "web-$number" web
	done
	container a '' '' ''
	crun_state b-10 "$work/none" 0 0
	crun_state b-9 "$work/none" 0 0
	alone verify --json
	[ "$(jq -r '[.containers[].id] | join(" ")' <<<"$output")" = \
		'web1 web9 web10 a b-9 b-10' ] || seen 'order'
}

# The IDs in the JSON of verify.
ids() { jq -r '[.containers[].id[:4]] | join(" ")' <<<"$output"; }

means() { # WORDS IDS
	# shellcheck disable=SC2086 # words
	alone verify --json $1
	[ "$(ids)" = "$2" ] || seen "wanted: $2"
}

@test "verify shows names and then IDs" {
	shop
	alone verify
	ended 0
	wrote "$(
		cat <<-'END'
			bank/safe/x box              ok  holds what was granted; the current policy
			                                 decides the same
			shop/job/once accc01234567   ok  not running
			shop/job/once adee01234567   ok  not running
			shop/web-1/log abbb01234567  ok  holds what was granted; the current policy
			                                 decides the same
			shop/web-1/log abcc01234567  ok  not running
			shop/web-1/web aaaa01234567  ok  holds what was granted; the current policy
			                                 decides the same
			containers: 6, ok: 6, with findings: 0, unknown: 0
		END
	)"
	alone verify --json box
	is_json '.containers[0].identity == {namespace: "bank", pod: "safe",
		container: "x", image: "registry.example/x:1"}'
}

@test "a word is an ID, a name, a pod or first digits, or several" {
	shop
	means "aaaa$hex" aaaa
	means shop/web-1/web aaaa
	means shop/web-1 'abbb abcc aaaa'
	means aa aaaa
	means box 'box'
	means 'shop/web-1/web box' 'aaaa box'
	means bo ''
	# Engines keep an instance that has ended.
	means shop/web-1/log abbb
}

@test "an ambiguous word is one error with the candidates" {
	shop
	for verb in verify explain show restore; do
		alone "$verb" ab
		ended 2
		one_line_of "$verb: 'ab' is ambiguous: shop/web-1/log abbb01234567, shop/web-1/log abcc01234567 (not running)"
	done
	alone verify shop/job/once
	ended 2
	one_line_of "verify: 'shop/job/once' is ambiguous: shop/job/once accc0123456789012 (not running), shop/job/once adee0123456789012 (not running)"
}

@test "a missing one does not stop the others" {
	shop
	alone verify shop/no/where box shop/web-1/web
	ended 2
	[ "$stderr" = "capctl: verify: no container 'shop/no/where' in the default state directories: name another with --root" ] ||
		seen 'stderr'
	[ "$(grep -c ' ok ' <<<"$output")" = 2 ] || seen 'rows'
	alone explain shop/no/where box
	ended 2
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == "shop/no/where 'shop/no/where': no such file or directory, and no container has this ID or name bank/safe/x $work/b/box rule 'web' decides"* ]] ||
		seen 'rows'
	alone show shop/no/where box
	ended 2
	[ "$stderr" = "capctl: show: 'shop/no/where' is not a PID, and no running container has this ID or name" ] ||
		seen 'stderr'
	grep -q "^$pid " <<<"$output" || seen 'no row'
	alone restore --force shop/no/where box
	ended 2
	[ "$stderr" = "capctl: restore: 'shop/no/where': no such file or directory, and no container has this ID or name" ] ||
		seen 'stderr'
	[[ "$output" == *"b/box/config.json' is as the engine wrote it"* ]] ||
		seen 'not restored'
}

@test "explain takes names: one in full, a pod in rows, with the container's ID" {
	shop
	alone explain shop/web-1/web
	ended 0
	[[ "$output" == "rule 'web' decides"* ]] || seen 'headline'
	grep -Eq "^  id +aaaa$hex" <<<"$output" || seen 'no id'
	alone explain shop/web-1
	ended 0
	[ "$(grep -oE '^shop/[^ ]+ ' <<<"$output" | xargs)" = \
		'shop/web-1/log shop/web-1/log shop/web-1/web' ] || seen 'rows'
	alone explain --json --id other shop/web-1
	is_json '[.bundles[] | .identity.container, .subject.id.value] ==
		["log", "other", "log", "other", "web", "other"]'
}

has_grant() { # CONFIG.JSON
	jq -e '.process.capabilities.ambient' "$1" >/dev/null
}

@test "restore takes names" {
	shop
	config=$work/b/aaaa$hex/config.json
	has_grant "$config"
	alone restore --force shop/web-1/web
	ended 0
	! has_grant "$config" || seen 'not restored'
	has_grant "$work/b/abbb$hex/config.json"
	alone restore --force --json shop/web-1
	ended 0
	is_json '[.bundles[].restored] == [true, true, false]'
}

@test "a path precedes a name, and what starts as one is one" {
	shop
	mkdir -p "$work/here/box" "$work/here/shop/web-1"
	cd "$work/here"
	alone restore box
	ended 2
	one_line_of "restore: open 'box/config.json': no such file or directory"
	alone explain shop/web-1
	one_line_of "explain: open 'shop/web-1/config.json': no such file or directory"
	for path in ./aaaa ../aaaa /aaaa; do
		alone explain "$path"
		one_line_of "explain: bundle '$path': no such file or directory"
	done
	# verify and show take no paths.
	means box box
}

@test "show takes names, and shows them with the image" {
	shop
	mine=$pid
	hold ''
	container "aeee$hex" shop web-1 extra "$pid"
	alone show shop/web-1/web
	ended 0
	[ "$(grep -c '^[0-9]' <<<"$output")" = 1 ] || seen 'rows'
	grep -q "^$mine " <<<"$output" || seen 'wrong process'
	alone show --json shop/web-1
	is_json '[.processes[].pid] | sort == ($pids | sort)' \
		--argjson pids "[$mine, $pid]"
	alone show shop/job
	ended 2
	one_line_of "show: container 'shop/job' is not running"
	alone show --root "$state" box
	ended 0
	alone show --root "$state" shop/no
	one_line_of "show: no container 'shop/no' in '$state'"
	alone show --root "$work/no" box
	one_line_of "show: '$work/no': no such file or directory"
	# What cannot be read is said, even if others of the pod run.
	echo '{' >"$work/own/crun/abbb$hex/status"
	alone show --id "abbb$hex"
	ended 2
	[[ "$stderr" == *"/abbb$hex/status': not a container state"* ]] ||
		seen 'why?'
	# --id means IDs alone.
	alone show --id shop/web-1/web
	one_line_of "show: no running container 'shop/web-1/web'"
}

@test "without the engine's word there is no name" {
	shop
	for engine in '"none"' '"containerd"' '{"other": "cri-o"}'; do
		policy "$engine"
		alone verify
		! grep -q shop <<<"$output" || seen "under $engine"
		alone verify --json
		is_json '[.containers[].identity] | length == 6 and all(. == null)'
	done
	policy '"none"'
	alone verify shop/web-1/web
	one_line_of "verify: no container 'shop/web-1/web' in the default state directories: name another with --root (the policy has no 'engine')"
	alone restore shop/web-1/web
	one_line_of "restore: 'shop/web-1/web': no such file or directory, and no container has this ID or name (the policy has no 'engine')"
	echo '{' >"$CAPRUNTIME_POLICY"
	alone restore shop/web-1/web
	one_line_of "restore: 'shop/web-1/web': no such file or directory, and no container has this ID or name (the policy cannot be read)"
	# What needs no name works.
	alone restore --force box
	ended 0
	alone show box
	ended 0
}

@test "each handler's own engine names its containers" {
	shop
	policy '{"capruntime-x": "cri-o"}'
	echo /opt/capruntime-x >"$work/b/box/runtime"
	alone verify
	[ "$(grep -oE '^[a-z]+/[^ ]+' <<<"$output")" = bank/safe/x ] ||
		seen 'names'
	alone verify --json --handler capruntime-x
	is_json '[.containers[].identity] | length == 6 and all'
}

@test "what an untrusted user wrote names nobody" {
	shop
	chmod 666 "$work/b/box/config.json"
	alone verify --json box
	is_json '.containers[0].identity == null'
	alone verify bank/safe/x
	ended 2
	chmod 644 "$work/b/box/config.json"
	chown 1000 "$work/b/box"
	alone verify --json box
	is_json '.containers[0].identity == null'
	# Marks of another engine, or of none.
	jq 'del(.annotations."io.container.manager")' \
		"$work/b/aaaa$hex/config.json" >"$work/c"
	cp "$work/c" "$work/b/aaaa$hex/config.json"
	alone explain shop/web-1/web
	ended 2
}

@test "names cannot move the cursor" {
	container box $'e\e[2J\n' p c
	for verb in verify 'verify --json' 'show box' 'explain box' \
		'explain box box' 'verify e' "explain --all $work/b"; do
		# shellcheck disable=SC2086 # words
		alone $verb
		[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output$stderr")" -eq 0 ] ||
			seen "$verb"
	done
	container "aaaa$hex" $'e\e[2J\n' p c
	alone verify $'e\e[2J\n/p/c'
	ended 2
	[[ "$stderr" == *'is ambiguous'* ]] || seen 'wanted the candidates'
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$stderr")" -eq 0 ]
}
