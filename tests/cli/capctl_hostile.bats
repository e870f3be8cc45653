#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Hostile names in every verb: no output contains control characters, invisible
# characters or direction overrides, and no file, link or process blocks capctl.

load helpers

setup() {
	require_root # root owns the bundle, so that the policy is trusted
	require_programs jq iconv
	work=$BATS_TEST_TMPDIR
	capctl=$builddir/capctl
	spawner=
	unset CAPRUNTIME_POLICY CAPRUNTIME_RUNTIME
	cd "$work" || return
}

teardown() {
	[ -z "$spawner" ] || kill "$spawner" || :
}

# One name of each kind: an escape sequence, C1, a newline, invalid UTF-8,
# direction overrides, direction isolates, invisible characters, a long name.
kinds=($'e\e[2J\e]0;x\a' $'c\xc2\x9b2J' $'n\nroot\r' $'i\xff\xc3(\xed\xa0\x80'
	$'r\xe2\x80\xaetxt.exe' $'s\xe2\x81\xa6x\xe2\x81\xa9'
	$'z\xe2\x80\x8b\xef\xbb\xbf\x7f\t' "$(printf 'l%0254d' 0)")
# The same kinds in fewer names; the second is not valid UTF-8.
names=("${kinds[0]}${kinds[1]}${kinds[2]}${kinds[6]}"
	"${kinds[3]}${kinds[4]}${kinds[5]}" "${kinds[7]}")

# Bytes that must not be printed: C0 except newline, DEL, C1, invisible ones.
unprintable='[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]'
unprintable+='|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf'

is_harmless() { # FILE
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || return
	! LC_ALL=C grep -qaP "$unprintable" "$1"
}

complain() { # MESSAGE
	printf '%s: %s\n' "$1" "${words[*]@Q}"
	head -c 2000 "$work/.out" | cat -v
	head -c 2000 "$work/.err" | cat -v
	return 1
}

# The exit status is capctl's own, so at most 2, or that of a missing program.
ask() { # WORD...
	words=("$@")
	status=0
	"$capctl" "$@" >"$work/.out" 2>"$work/.err" </dev/null || status=$?
	[ "$status" -le 2 ] || [ "$1 $status" = 'run 127' ] ||
		complain "died with $status" || return
	is_harmless "$work/.out" || complain 'unprintable output' || return
	is_harmless "$work/.err" || complain 'unprintable errors' || return
	[ "$(wc -l <"$work/.err")" -le 1 ] || complain 'more than a line'
}

# Runs it for text and for JSON output; neither may be empty.
ask_both() { # WORD...
	ask "$@" || return
	[ -s "$work/.out" ] || [ -s "$work/.err" ] || complain 'silent' || return
	ask "$@" --json || return
	[ -s "$work/.out" ] || [ -s "$work/.err" ] || complain 'silent' || return
	[ ! -s "$work/.out" ] || jq -es 'length == 1 and (.[0] |
		type == "object")' "$work/.out" >/dev/null ||
		complain 'no JSON'
}

says() { # TEXT: the last output contains it
	LC_ALL=C grep -qaF -- "$1" "$work/.out" "$work/.err" ||
		complain "lacks $1"
}

make_config() { # NAME: used in every field that an untrusted user can set
	jq -n --arg name "$1" '{ociVersion: "1.0.2", process: {user:
		{uid: 1000, gid: 1000}, args: ["/bin/" + $name], cwd: "/",
		env: ["PATH=" + $name], capabilities: {bounding:
		["CAP_NET_BIND_SERVICE", "CAP_" + $name]}}, root:
		{path: "rootfs"}, hostname: $name, annotations: {
		"io.container.manager": "cri-o",
		"io.kubernetes.pod.namespace": $name,
		"io.kubernetes.pod.name": $name,
		"io.kubernetes.container.name": $name,
		"io.kubernetes.cri-o.ImageName": $name,
		"capruntime.io/ambient": $name, ($name): $name},
		linux: {namespaces: [{type: "network", path: $name},
			{type: $name}]}, ($name): 1}'
}

make_bundle() { # DIRECTORY NAME
	mkdir -p "$1/rootfs/bin"
	make_config "$2" >"$1/config.json"
	cp /bin/true "$1/rootfs/bin/$2" 2>/dev/null || :
	chmod 4755 "$1/rootfs/bin"/* 2>/dev/null || :
}

asks='{"version": 1, "engine": "cri-o", "rules": [{"name": "asks",
	"match": {"namespace": "*"}, "ambient": ["NET_BIND_SERVICE"],
	"on_request": true}]}'

@test "this test finds characters that must not be printed" {
	local name

	for name in "${kinds[@]:0:7}"; do
		printf '%s\n' "$name" >text
		! is_harmless text || { cat -v text && return 1; }
	done
	printf 'caf\xc3\xa9 \xe2\x80\xa6\n' >text
	is_harmless text
}

@test "words of the command line" {
	local name verb

	for name in "${names[@]}"; do
		ask "$name"
		ask help "$name"
		for verb in $("$capctl" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
			[ "$verb" != sync ] || continue # it would not end
			ask "$verb" "$name" || return
			ask "$verb" "--$name"
			ask "$verb" --json "$name"
		done
		ask sync --once "$name" "$work/$name"
		ask sync --files --once "$name" "$name"
		ask sync --interval "$name" "$name"
		ask explain --policy "$name" --handler "$name" "$name"
		ask show --id "$name" --root "$name"
		ask verify --root "$name" "$name"
	done
}

@test "names of policies and what is in them" {
	local name

	for name in "${names[@]}"; do
		rm -rf dir
		mkdir dir
		jq -n --arg name "$name" '{version: 1, rules: [{name: $name,
			match: {namespace: $name, ($name): 1}, ambient: [$name],
			($name): $name}]}' >"dir/policy.json"
		ask_both check dir/policy.json
		[ "$status" = 1 ] || complain 'no error'
		# Unescaped, which is not valid JSON.
		printf '{"version": 1, "rules": [ "%s" %s' "$name" "$name" \
			>dir/policy.json
		ask_both check dir/policy.json
		[ "${#name}" -lt 200 ] || continue
		cp dir/policy.json "dir/$name.json"
		ask_both check "dir/$name.json"
		CAPRUNTIME_POLICY="$work/dir/$name.json" ask_both check
		CAPRUNTIME_POLICY="$work/dir/$name.json" ask_both explain dir
		ask_both sync --check dir "$work"
	done
}

@test "bundles, and what pods write into them" {
	local name

	echo "$asks" >policy.json
	for name in "${names[@]}"; do
		rm -rf all
		make_bundle "all/${name:0:100}" "$name"
		ask_both explain --policy policy.json "all/${name:0:100}"
		ask_both explain --policy policy.json --id "$name" \
			--rule asks "all/${name:0:100}"
		ask_both explain --policy policy.json --rule "$name" \
			"all/${name:0:100}"
		ask_both explain --policy policy.json --all all
		ask_both scan --policy policy.json "all/${name:0:100}"
		ask_both restore "all/${name:0:100}"
		# An invalid record.
		printf '{"%s' "$name" >"all/${name:0:100}/.capruntime.json"
		ask_both restore "all/${name:0:100}"
		ask_both explain --policy policy.json "all/${name:0:100}"
	done
	make_bundle all/e "${names[0]}"
	ask explain --policy policy.json all/e
	says '\x1b[2J'
}

@test "names in images" {
	local name

	for name in "${names[@]}"; do
		mkdir -p "rootfs/$name"
		cp /bin/true "rootfs/$name/$name"
		chmod 6755 "rootfs/$name/$name"
		ln -s "$name" "rootfs/link-$(echo "$name" | cksum | tr ' ' -)"
		ask_both scan "rootfs/$name"
	done
	ask_both scan rootfs
	jq -e --argjson count "${#names[@]}" '.counts.setuid == $count' "$work/.out"
	ask scan rootfs
	says '\xe2\x80\xaetxt.exe'
	says '\x0aroot\x0d'
	says '\xc2\x9b2J'
}

@test "names of processes" {
	local name pid

	for name in "${kinds[@]}"; do
		pid=$(sh -c 'printf %s "$1" >/proc/$$/comm
			exec 3>&- >/dev/null; echo $$ >pid
			while [ -e pid ]; do sleep 0.1; done' sh "$name" &
			wait_until [ -s pid ] >&2; cat pid)
		ask_both show "$pid"
		jq -e --argjson pid "$pid" '.processes[0].pid == $pid' "$work/.out"
		ask show --all --tree
		rm pid
	done
}

@test "containers' ids and states" {
	local name

	for name in "${names[@]}"; do
		rm -rf state
		mkdir -p "state/$name"
		jq -n --arg name "$name" '{id: $name, init_process_pid: 1,
			init_process_start: $name, config: {labels:
			["bundle=/" + $name]}}' >"state/$name/state.json"
		ask_both verify --root state
		ask_both verify --root state "$name"
		ask_both show --root state --id "$name"
		jq -n --arg name "$name" '{pid: 1, bundle: $name,
			($name): $name}' >"state/$name/status"
		rm "state/$name/state.json"
		ask_both verify --root state
		printf '{"%s' "$name" >"state/$name/status"
		ask_both verify --root state
	done
}

@test "the environment" {
	local name

	for name in "${names[@]}"; do
		CAPRUNTIME_RUNTIME="/$name" ask_both version
		CAPRUNTIME_RUNTIME="/$name" ask_both doctor
		CAPRUNTIME_POLICY="/$name" ask_both doctor
		CAPRUNTIME_POLICY="$name" ask_both check
		ln -sf /bin/true "$work/${name:0:200}"
		CAPRUNTIME_RUNTIME="$work/${name:0:200}" ask_both version
	done
}

@test "links in circles" {
	mkdir -p rootfs/a/b bundle/rootfs/bin
	ln -s . rootfs/here
	ln -s .. rootfs/a/up
	ln -s /a rootfs/a/b/again
	ln -s round2 rootfs/round1
	ln -s round1 rootfs/round2
	cp /bin/true rootfs/a/b/suid
	chmod 4755 rootfs/a/b/suid
	ask_both scan rootfs
	jq -e '[.files[].path] == ["/a/b/suid"] and .unreadable == []' "$work/.out"
	ask scan rootfs/round1
	[ "$status" = 2 ] || complain 'found a way'
	echo "$asks" >policy.json
	make_config x >bundle/config.json
	ln -s x bundle/rootfs/bin/y
	ln -s y bundle/rootfs/bin/x
	ask_both explain --policy policy.json bundle
	jq -e '.program.unknown' "$work/.out"
	ln -sf config.json bundle/config.json
	ask_both explain --policy policy.json bundle
	[ "$status" != 0 ] || complain 'found a way'
	ask_both restore bundle
	[ "$status" = 2 ] || complain 'found a way'
	ln -s policy2.json policy1.json
	ln -s policy1.json policy2.json
	ask_both check policy1.json
	[ "$status" = 2 ] || complain 'found a way'
}

# An annotation pads it to this size.
make_large_config() { # BYTES
	jq -cn '{ociVersion: "1.0.2", process: {user: {uid: 1000, gid: 1000},
		args: ["/a"], cwd: "/", capabilities: {bounding:
		["CAP_NET_BIND_SERVICE"]}}, annotations: {a: "@"}}' |
		tr -d '\n' >small
	{
		sed 's/@.*//' small
		head -c $(($1 - $(wc -c <small) + 1)) /dev/zero | tr '\0' x
		sed 's/.*@//' small
	} | tr -d '\n' >bundle/config.json
	[ "$(wc -c <bundle/config.json)" -eq "$1" ]
}

@test "a config.json of 16 MiB" {
	local most=$((16 * 1024 * 1024))

	mkdir -p bundle/rootfs
	cp /bin/true bundle/rootfs/a
	echo '{"version": 1, "rules": [{"name": "a", "match": {},
		"ambient": ["NET_BIND_SERVICE"]}]}' >policy.json
	make_large_config $most
	ask_both explain --policy policy.json bundle
	jq -e '.outcome == "applied"' "$work/.out"
	ask_both scan --bundle --policy policy.json bundle
	make_large_config $((most + 1))
	ask_both explain --policy policy.json bundle
	[ "$status" != 0 ] || complain 'was taken'
	says '16'
}

@test "processes that come and go" {
	local i

	(
		trap 'exit 0' TERM
		while :; do
			for i in {1..20}; do
				(:) &
			done
			wait
		done
	) 3>&- &
	spawner=$!
	for i in {1..10}; do
		ask show --all
		[ "$status" = 0 ] || complain 'minded'
		ask show --all --tree --json
		[ "$status" = 0 ] || complain 'minded'
		jq -e '.processes | length > 0' "$work/.out"
	done
}
