#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats, automake
# 'capctl scan' finds programs that raise privileges in an image. The tests use
# real setuid and setcap files, and images that try to mislead it.

load helpers

setup() {
	require_root # to give files capabilities
	require_programs jq setcap setpriv timeout unshare
	capctl=$builddir/capctl
	work=$BATS_TEST_TMPDIR
	tree=$work/tree
	mkdir -p "$tree/usr/bin"
	export CAPRUNTIME_POLICY=$work/node.json CAPRUNTIME_RUNTIME=/bin/true
	export ASAN_OPTIONS=detect_leaks=0
	echo '{"version": 1, "rules": []}' >"$CAPRUNTIME_POLICY"
}

scan() { # WORD…: sets status, output and stderr
	run --separate-stderr timeout 60 "${before[@]}" "$capctl" scan "$@" \
		</dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

# Checks the exit status; standard error must be empty.
ended() { # STATUS
	[ "$status" -eq "$1" ] && [ -z "$stderr" ]
}

printed() { # TEXT: the whole output
	diff <(cat <<<"$1") <(cat <<<"$output")
}

failed_with() { # TEXT…: each is in the one line on standard error
	local text

	[ "$status" -eq 2 ] && [ -z "$output" ] || return
	[ "$(wc -l <<<"$stderr")" -eq 1 ] || return
	[[ "$stderr" = 'capctl: scan: '* ]] || return
	for text; do
		[[ "$stderr" = *"$text"* ]] || {
			echo "missing: $text"
			return 1
		}
	done
}

says() { # JQ-FILTER: true for the JSON output
	jq -e "$1" >/dev/null <<<"$output" || {
		echo "false: $1"
		return 1
	}
}

program() { # NAME [MODE [CAPABILITIES [SETCAP-OPTION…]]]
	local path=$tree/usr/bin/$1 mode=${2-755} caps=${3-}
	shift $(($# < 3 ? $# : 3))

	cp /bin/true "$path"
	chmod "$mode" "$path"
	[ -z "$caps" ] || setcap "$@" "$caps" "$path"
}

policy() { # RULE…
	local IFS=,

	printf '{"version":1,"rules":[%s]}\n' "$*" >"$work/policy.json"
}

# A config.json beside rootfs/, by default of a non-root container.
bundle() { # [JQ-FILTER]
	bundle=$work/bundle
	mkdir -p "$bundle"
	mv "$tree" "$bundle/rootfs"
	tree=$bundle/rootfs
	jq -n '{ociVersion: "1.0.2", root: {path: "rootfs"},
		process: {user: {uid: 1000, gid: 1000}, args: ["/bin/true"],
			cwd: "/", capabilities: (["CAP_KILL", "CAP_NET_RAW"] |
			{bounding: ., effective: ., permitted: .})},
		linux: {namespaces: []}}' | jq "${1-.}" >"$bundle/config.json"
}

edit() { # JQ-FILTER: changes config.json
	jq "$1" "$bundle/config.json" >"$work/edited.json"
	mv "$work/edited.json" "$bundle/config.json"
}

@test 'a tree without such files is clean' {
	program plain
	ln -s plain "$tree/usr/bin/link"
	chmod 7777 "$tree/usr"
	scan "$tree"
	ended 0
	printed '4 entries: nothing raises privileges'
	scan --json "$tree"
	ended 0
	says '.files == [] and .unreadable == [] and .bundle == null'
	says '.counts.entries == 4 and .policy == null'
}

@test 'setuid, setgid and capabilities are found, in a table of 80 columns' {
	program both 6755
	program caps 755 cap_net_raw,cap_net_bind_service=ep
	program dangerous 755 'cap_sys_admin=ep cap_kill=ei'
	program foreign 755 cap_net_raw=ep -n 100000
	program group 2755
	program lock 2745
	program other 4755
	chown 1000:5 "$tree/usr/bin/other"
	chmod 4755 "$tree/usr/bin/other"
	program unused 4644
	printf '#!/bin/sh\n' >"$tree/usr/bin/a-script-with-a-long-name.sh"
	chmod 4755 "$tree/usr/bin/a-script-with-a-long-name.sh"
	scan "$tree"
	ended 1
	printed "\
/usr/bin/a-script-with-a-long-name.sh
                    0:0     no effect  setuid root: a script: its interpreter's
                                       bits count
/usr/bin/both       0:0     dangerous  setuid root, setgid 0
/usr/bin/caps       0:0     raises     NET_BIND_SERVICE, NET_RAW=ep
/usr/bin/dangerous  0:0     dangerous  SYS_ADMIN=ep, KILL=ei
/usr/bin/foreign    0:0     no effect  NET_RAW=ep (for root 100000): for the
                                       root of another user namespace
/usr/bin/group      0:0     raises     setgid 0
/usr/bin/other      1000:5  raises     setuid 1000
/usr/bin/unused     0:0     no effect  setuid root: not executable
11 entries: 4 setuid, 2 setgid, 3 with capabilities; 2 dangerous; 3 without
effect"
}

@test 'for programs the same in JSON' {
	program both 6755
	program caps 755 'cap_net_raw=p cap_kill=i' -n 100000
	chown 1000:5 "$tree/usr/bin/both"
	chmod 6755 "$tree/usr/bin/both"
	scan --json "$tree"
	ended 1
	says '[.files[].path] == ["/usr/bin/both", "/usr/bin/caps"]'
	says '.files[0] == {path: "/usr/bin/both", path_hex: null,
		outside: false, mode: "6755",
		uid: 1000, gid: 5, links: 1, setuid: true, setgid: true,
		capabilities: null, capabilities_elsewhere: false,
		effect: "raises", reason: null, verdicts: []}'
	says '.files[1] | .setuid == false and .effect == "none" and
		.reason == "for the root of another user namespace"'
	says '.files[1].capabilities | .version == 3 and .root == 100000 and
		.effective == false and .permitted.names == ["CAP_NET_RAW"] and
		.inheritable.mask == "0000000000000020"'
	says '.counts == {entries: 4, setuid: 1, setgid: 1, capabilities: 1,
		dangerous: 0, without_effect: 1, unreadable: 0}'
	says ".operand == \"$tree\" and .root == \"$tree\""
}

@test 'a file is listed by each of its paths' {
	program app 4755
	mkdir "$tree/opt"
	ln "$tree/usr/bin/app" "$tree/opt/again"
	scan --json "$tree"
	ended 1
	says '[.files[] | [.path, .links]] ==
		[["/opt/again", 2], ["/usr/bin/app", 2]]'
}

@test 'no link leaves the tree, no device and no FIFO is opened' {
	mkdir "$work/outside"
	cp /bin/true "$work/outside/app"
	chmod 4755 "$work/outside/app"
	ln -s "$work/outside" "$tree/absolute"
	ln -s ../outside "$tree/up"
	ln -s ../../../../../../../../"$work/outside/app" "$tree/usr/bin/app"
	ln -s loop "$tree/loop"
	ln -s / "$tree/root"
	mkfifo "$tree/fifo"
	chmod 6777 "$tree/fifo"
	mknod "$tree/device" c 511 77
	chmod 6777 "$tree/device"
	scan "$tree"
	ended 0
	printed '9 entries: nothing raises privileges'
	ln -s "$tree" "$work/link"
	program here 4755
	scan "$work/link"
	ended 1
	[[ "$output" = '/usr/bin/here '* ]]
}

@test 'names cannot control the terminal' {
	program $'a\nb\e[2J\tc\x9b' 4755
	program ü 4755
	scan "$tree"
	ended 1
	printed "\
/usr/bin/a\\x0ab\\x1b[2J\\x09c\\x9b  0:0  dangerous  setuid root
/usr/bin/ü                       0:0  dangerous  setuid root
4 entries: 2 setuid; 2 dangerous"
	scan --json "$tree"
	[[ "$output" != *$'\e'* ]]
	says '.files[0].path == "/usr/bin/a\nb\u001b[2J\tc\ufffd"'
	scan "$tree/"$'x\ny\e[2J'
	failed_with 'no such file or directory'
	[[ "$stderr" != *$'\e'* ]]
}

# In a new mount namespace; "$0" is the tree, "$@" is the command.
mounted() { # SHELL-COMMANDS
	before=(unshare -m sh -c "$1"'; exec "$@"' "$tree")
}

@test 'files on a nosuid or noexec mount have no effect' {
	program app 4755
	mkdir "$tree/nosuid" "$tree/noexec"
	mounted 'set -e; mount -t tmpfs -o nosuid none "$0/nosuid"
		mount -t tmpfs -o noexec none "$0/noexec"
		for dir in nosuid noexec; do
			cp /bin/true "$0/$dir/app"; chmod 4755 "$0/$dir/app"
			cp /bin/true "$0/$dir/caps"
		done
		setcap cap_net_raw=ep "$0/nosuid/caps"'
	scan "$tree"
	ended 1
	printed "\
/noexec/app   0:0  no effect  setuid root: on a noexec mount
/nosuid/app   0:0  no effect  setuid root: on a nosuid mount
/nosuid/caps  0:0  no effect  NET_RAW=ep: on a nosuid mount
/usr/bin/app  0:0  dangerous  setuid root
9 entries: 3 setuid, 1 with capabilities; 1 dangerous; 3 without effect"
	mounted 'set -e; mount --bind "$0" "$0"
		mount -o remount,bind,nosuid "$0"'
	scan "$tree"
	ended 1
	[[ "$output" = *'no effect  setuid root: on a nosuid mount'* ]]
}

@test 'pseudo file systems in an image are not read' {
	mkdir "$tree/proc" "$tree/sys"
	mounted 'mount --rbind /proc "$0/proc"; mount --bind /sys "$0/sys"'
	scan "$tree"
	ended 0
	printed '4 entries: nothing raises privileges'
}

# Root without the capabilities that bypass file permissions.
closed_to_root() {
	before=(setpriv "--bounding-set=-dac_override,-dac_read_search")
}

@test 'an unreadable directory is a finding, an unreadable root is status 2' {
	program app 4755
	mkdir "$tree/closed" "$tree/listed"
	touch "$tree/listed/file"
	chmod 000 "$tree/closed"
	chmod 444 "$tree/listed"
	closed_to_root
	scan "$tree"
	ended 1
	printed "\
/usr/bin/app  0:0  dangerous   setuid root
/closed            unreadable  permission denied
/listed            unreadable  permission denied
5 entries: 1 setuid; 1 dangerous; 2 unreadable"
	rm "$tree/usr/bin/app"
	scan --json "$tree"
	ended 1
	says '.files == [] and .counts.unreadable == 2 and .unreadable[0] ==
		{path: "/closed", path_hex: null, reason: "permission denied"}'
	chmod 000 "$tree"
	scan "$tree"
	failed_with "'$tree/config.json': permission denied"
	scan --rootfs "$tree"
	failed_with "'$tree': permission denied"
	chmod 755 "$tree"
}

@test 'a directory with an input/output error is a finding' {
	require_strace
	program app 4755
	before=(strace -o /dev/null -P "$tree/usr/bin"
		-e 'trace=?fstat,?newfstatat,statx'
		-e 'inject=?fstat,?newfstatat:error=EIO')
	scan "$tree"
	ended 1
	printed "\
/usr/bin    unreadable  input/output error
2 entries: nothing raises privileges; 1 unreadable"
}

@test 'wrong usage and a missing operand are status 2' {
	scan
	failed_with 'expects one root file system, bundle or file'
	scan "$tree" "$tree"
	failed_with 'expects one root file system, bundle or file'
	scan --nonsense "$tree"
	failed_with "unknown option '--nonsense'"
	scan "$work/none"
	failed_with "'$work/none': no such file or directory"
	scan --rootfs /bin/true
	failed_with "'/bin/true': not a directory"
	scan ''
	failed_with
}

@test 'a result that cannot be written is status 2' {
	program app 4755
	status=0
	"$capctl" scan "$tree" >/dev/full 2>"$work/stderr" || status=$?
	[ "$status" -eq 2 ]
	grep -q 'write to standard output' "$work/stderr"
	status=0
	"$capctl" scan --json "$tree" >/dev/full 2>"$work/stderr" || status=$?
	[ "$status" -eq 2 ]
}

@test 'each file is classified under each rule of a policy' {
	program caps 755 cap_net_raw=ep
	program keep 755 cap_net_raw=p
	program root 4755
	policy '{"name":"gives","match":{},"ambient":["NET_RAW"]}' \
		'{"name":"takes","match":{},"drop":["NET_RAW"]}' \
		'{"name":"others","match":{},"ambient":["KILL"],"drop":"others"}' \
		'{"name":"nothing","match":{}}' \
		'{"name":"nnp","match":{},"no_new_privileges":true}' \
		'{"name":"gives-too","match":{},"ambient":["NET_RAW"],
			"no_new_privileges":true}' \
		'{"name":"on-request","match":{},"ambient":["NET_RAW"],
			"on_request":true}'
	scan --policy "$work/policy.json" "$tree"
	ended 1
	printed "\
/usr/bin/caps  0:0  raises           NET_RAW=ep
                    redundant        already in the ambient set with rules
                                     'gives', 'gives-too'
                    breaks           no_new_privileges removes the effect with
                                     rule 'nnp'
                    out of bounding  execve fails: the bounding set lacks what
                                     it names with rules 'takes', 'others'
/usr/bin/keep  0:0  raises           NET_RAW=p
                    breaks           no_new_privileges removes the effect with
                                     rule 'nnp'
                    loses            the program loses granted capabilities with
                                     rules 'gives', 'others', 'gives-too' and 1
                                     more
/usr/bin/root  0:0  dangerous        setuid root
                    breaks           no_new_privileges removes the effect with
                                     rules 'nnp', 'gives-too'
5 entries: 1 setuid, 2 with capabilities; 1 dangerous"
	scan --json --policy "$work/policy.json" "$tree"
	ended 1
	says '.policy == "'"$work"'/policy.json"'
	says '.files[0].verdicts == [
		{rule: "gives", verdict: "redundant", lacking: []},
		{rule: "takes", verdict: "out_of_bounding",
			lacking: ["CAP_NET_RAW"]},
		{rule: "others", verdict: "out_of_bounding",
			lacking: ["CAP_NET_RAW"]},
		{rule: "nnp", verdict: "breaks", lacking: []},
		{rule: "gives-too", verdict: "redundant", lacking: []}]'
}

@test 'a file that clears the ambient set loses what a rule raises' {
	program both 755 cap_net_bind_service,cap_kill=ep
	program empty 755 =
	program group 2755
	program inherits 755 cap_net_bind_service=ei
	program other 4755
	program own 755 cap_net_raw=ep
	program permitted 755 cap_net_bind_service=p
	program plain
	program root 4755
	program same 755 cap_net_bind_service=ep
	chgrp 1234 "$tree/usr/bin/group"
	chown 1234 "$tree/usr/bin/other"
	chmod 2755 "$tree/usr/bin/group"
	chmod 4755 "$tree/usr/bin/other"
	policy '{"name":"web","match":{},"ambient":["NET_BIND_SERVICE"]}'
	scan --policy "$work/policy.json" "$tree"
	ended 1
	printed "\
/usr/bin/both       0:0     raises     KILL, NET_BIND_SERVICE=ep
/usr/bin/empty      0:0     clears     no capability (=)
                            loses      the program loses NET_BIND_SERVICE with
                                       rule 'web'
/usr/bin/group      0:1234  raises     setgid 1234
                            loses      the program loses NET_BIND_SERVICE with
                                       rule 'web'
/usr/bin/inherits   0:0     raises     NET_BIND_SERVICE=ei
                            redundant  already in the ambient set with rule
                                       'web'
/usr/bin/other      1234:0  raises     setuid 1234
                            loses      the program loses NET_BIND_SERVICE with
                                       rule 'web'
/usr/bin/own        0:0     raises     NET_RAW=ep
                            loses      the program loses NET_BIND_SERVICE with
                                       rule 'web'
/usr/bin/permitted  0:0     raises     NET_BIND_SERVICE=p
                            loses      the program loses NET_BIND_SERVICE with
                                       rule 'web'
/usr/bin/root       0:0     dangerous  setuid root
/usr/bin/same       0:0     raises     NET_BIND_SERVICE=ep
                            redundant  already in the ambient set with rule
                                       'web'
12 entries: 2 setuid, 1 setgid, 6 with capabilities; 1 dangerous"
	scan --json --policy "$work/policy.json" "$tree"
	says '[.files[] | [.path[9:], .effect, (.verdicts[] |
		.verdict, .lacking[])]] == [["both", "raises"],
		["empty", "clears", "loses", "CAP_NET_BIND_SERVICE"],
		["group", "raises", "loses", "CAP_NET_BIND_SERVICE"],
		["inherits", "raises", "redundant"],
		["other", "raises", "loses", "CAP_NET_BIND_SERVICE"],
		["own", "raises", "loses", "CAP_NET_BIND_SERVICE"],
		["permitted", "raises", "loses", "CAP_NET_BIND_SERVICE"],
		["root", "dangerous"], ["same", "raises", "redundant"]]'
}

@test 'what the ceiling keeps out of a rule cannot be lost' {
	program keep 755 cap_net_raw=p
	policy '{"name":"both","match":{},"ambient":["NET_RAW", "KILL"]}'
	jq '.ceiling = ["KILL"]' "$work/policy.json" >"$work/ceiling.json"
	scan --json --policy "$work/ceiling.json" "$tree"
	says '.files[0].verdicts == [{rule: "both", verdict: "loses",
		lacking: ["CAP_KILL"]}]'
	# Nor does a file get it by what the rule keeps inheritable.
	program keep 755 cap_net_raw=ei
	policy '{"name":"files","match":{},"inheritable":["NET_RAW"],
		"no_new_privileges":true}'
	scan --json --policy "$work/policy.json" "$tree"
	says '[.files[].verdicts[].verdict] == ["breaks"]'
	jq '.ceiling = ["KILL"]' "$work/policy.json" >"$work/ceiling.json"
	scan --json --policy "$work/ceiling.json" "$tree"
	says '[.files[].verdicts] == [[]]'
}

@test 'what a rule keeps inheritable stays in the bounding set' {
	program raw 755 cap_net_raw=ep
	policy '{"name":"keeps","match":{},"inheritable":["NET_RAW"],"drop":"others"}' \
		'{"name":"drops","match":{},"drop":"others"}'
	scan --json --policy "$work/policy.json" "$tree"
	says '.files[0].verdicts == [{rule: "drops",
		verdict: "out_of_bounding", lacking: ["CAP_NET_RAW"]}]'
}

@test 'many rules are counted' {
	program root 4755
	policy '{"name":"a1","match":{},"no_new_privileges":true}' \
		'{"name":"a2","match":{},"no_new_privileges":true}' \
		'{"name":"a3","match":{},"no_new_privileges":true}' \
		'{"name":"a4","match":{},"no_new_privileges":true}' \
		'{"name":"a5","match":{},"no_new_privileges":true}'
	scan --policy "$work/policy.json" "$tree"
	ended 1
	[[ "$(tr -s ' \n' ' ' <<<"$output")" = \
		*"rules 'a1', 'a2', 'a3' and 2 more"* ]]
}

@test 'a policy that cannot be used is status 2' {
	policy '{"name":"x"}'
	scan --policy "$work/policy.json" "$tree"
	failed_with 'load policy' "policy.json':1:"
	scan --policy "$work/none.json" "$tree"
	failed_with 'load policy' 'none.json'
}

@test 'a bundle is classified by the runtime'\''s decision' {
	program raw 755 cap_net_raw=ep
	program bind 755 cap_net_bind_service=ep
	program root 4755
	bundle
	scan --bundle "$bundle"
	ended 1
	printed "\
root file system $bundle/rootfs
no policy and no record: config.json is not read
/usr/bin/bind  0:0  raises           NET_BIND_SERVICE=ep
                    out of bounding  execve fails: the bounding set lacks
                                     NET_BIND_SERVICE
/usr/bin/raw   0:0  raises           NET_RAW=ep
/usr/bin/root  0:0  dangerous        setuid root
7 entries: 1 setuid, 2 with capabilities; 1 dangerous"

	policy '{"name":"web","match":{},"ambient":["NET_RAW"],
		"no_new_privileges":true}'
	cp "$bundle/config.json" "$work/before.json"
	scan --bundle --policy "$work/policy.json" "$bundle"
	ended 1
	[[ "$output" = *"rule 'web' decides: raises NET_RAW"*"
/usr/bin/raw   0:0  raises           NET_RAW=ep
                    redundant        already in the ambient set
/usr/bin/root  0:0  dangerous        setuid root
                    breaks           no_new_privileges removes the effect
"* ]]
	scan --bundle --json --policy "$work/policy.json" "$bundle"
	says '.bundle == {outcome: "applied", rule: "web", reason: null}'
	says ".root == \"$bundle/rootfs\""
	says '[.files[].verdicts[] | [.rule, .verdict]] == [
		[null, "out_of_bounding"], [null, "redundant"],
		[null, "breaks"]]'
	CAPRUNTIME_POLICY=$work/policy.json
	scan --bundle --json "$bundle"
	says '.bundle.rule == "web" and .policy == null'
	# The scan wrote nothing.
	cmp "$work/before.json" "$bundle/config.json"
	[ ! -e "$bundle/.capruntime.json" ]
}

@test 'nosuid does not count on a root that the runtime remounts' {
	program app 4755
	export CAPRUNTIME_RUNTIME=/usr/sbin/runc
	bundle
	mounted 'set -e; mount --bind "$0" "$0"
		mount -o remount,bind,nosuid "$0"'
	scan --bundle --json "$bundle"
	says '[.files[].effect] == ["none"]'
	edit '.root.readonly = true'
	scan --bundle --json "$bundle"
	says '[.files[].effect] == ["dangerous"]'
}

@test 'the settings of config.json count' {
	program raw 755 cap_net_raw=ep
	bundle '.process.noNewPrivileges = true |
		.root.path = "'"$work"'/bundle/rootfs"'
	scan --bundle --json "$bundle"
	ended 1
	says '.files[0].verdicts == [{rule: null, verdict: "breaks",
		lacking: []}]'
	edit '.process.user.uid = 0'
	scan --bundle --json "$bundle"
	says '.files[0] | .effect == "raises" and .verdicts == []'
}

@test 'only what the runtime raises can be lost, and only to another group' {
	program empty 755 =
	program group
	chgrp 1234 "$tree/usr/bin/group"
	chmod 2755 "$tree/usr/bin/group"
	bundle '.process.capabilities.ambient = ["CAP_NET_RAW"]'
	scan --bundle --json "$bundle"
	says '[.files[].verdicts] == [[], []]'
	edit '.process.capabilities.inheritable = ["CAP_NET_RAW"]'
	scan --bundle --json "$bundle"
	says '[.files[].verdicts[].verdict] == ["loses", "loses"]'
	edit '.process.user.gid = 1234'
	scan --bundle --json "$bundle"
	says '[.files[] | .verdicts | length] == [1, 0]'
}

@test 'a config.json without capabilities has no bounding set to lack any' {
	program raw 755 cap_net_raw=ep
	bundle 'del(.process.capabilities)'
	scan --bundle --json "$bundle"
	says '[.files[] | [.effect, .verdicts]] == [["raises", []]]'
	edit '.process.capabilities = {}'
	scan --bundle --json "$bundle"
	says '[.files[].verdicts[].verdict] == ["out_of_bounding"]'
}

@test 'a container that the policy refuses is scanned all the same' {
	program raw 755 cap_net_raw=ep
	bundle
	policy '{"name":"web","match":{"uid":1000},"ambient":["NET_ADMIN"],
		"require":true}'
	scan --bundle --policy "$work/policy.json" "$bundle"
	ended 1
	[[ "$output" = *"the container would not start: rule 'web'"* ]]
	[[ "$output" = *'/usr/bin/raw  0:0  raises  NET_RAW=ep'* ]]
	edit '.process.noNewPrivileges = true'
	scan --bundle --json --policy "$work/policy.json" "$bundle"
	says '[.files[].verdicts] == [[]]'
	says '.mode == "enforce"'
	jq '.mode = "audit"' "$work/policy.json" >"$work/audit.json"
	scan --bundle --policy "$work/audit.json" "$bundle"
	[[ "$output" = *$'\nnote: mode is audit: '* ]]
	scan --bundle --json --policy "$work/audit.json" "$bundle"
	says '.mode == "audit"'
	scan --rootfs --json "$tree"
	says '.mode == null'
}

@test 'a file that a mount hides has no effect' {
	mkdir "$tree/data" "$tree/run" "$tree/tmp" "$tree/self" "$tree/fixed" \
		"$tree/idle"
	for dir in data run tmp self fixed idle; do
		cp /bin/true "$tree/$dir/app"
		chmod 4755 "$tree/$dir/app"
	done
	mkdir "$tree/var"
	ln -s ../run "$tree/var/run"
	bundle '.mounts = [
		{destination: "/data", type: "bind", source: "/srv"},
		{destination: "/var/run", type: "tmpfs", options: ["nosuid"]},
		{destination: "/tmp", type: "tmpfs", options: ["mode=1777"]},
		{destination: "/self", type: "bind", source: "rootfs/self",
			options: ["nosuid", "suid"]},
		{destination: "/fixed", type: "bind", source: "rootfs/fixed",
			options: ["rbind", "nosuid"]},
		{destination: "/idle", type: "bind", source: "rootfs/idle",
			options: ["rbind", "noexec"]},
		{destination: "/none", type: "tmpfs"}]'
	scan --bundle --json "$bundle"
	ended 1
	says '[.files[] | [.path, .effect, .reason]] == [
		["/data/app", "none",
			"hidden by the container'\''s mount on /data"],
		["/fixed/app", "none", "on the container'\''s nosuid mount /fixed"],
		["/idle/app", "none", "on the container'\''s noexec mount /idle"],
		["/run/app", "none", "on the container'\''s nosuid mount /run"],
		["/self/app", "dangerous", null],
		["/tmp/app", "none", "hidden by the container'\''s mount on /tmp"]]'
}

@test 'a new user namespace has its own root' {
	program own 755 cap_net_raw=ep -n 100000
	program other 755 cap_net_raw=ep -n 200000
	program root 755
	chown 100000:100000 "$tree/usr/bin/root"
	chmod 4755 "$tree/usr/bin/root"
	program unmapped 4755
	bundle '.linux = {namespaces: [{type: "user"}],
		uidMappings: [{containerID: 0, hostID: 100000, size: 65536}],
		gidMappings: [{containerID: 0, hostID: 100000, size: 65536}]}'
	scan --bundle --json "$bundle"
	ended 1
	says '[.files[] | [.path[9:], .effect, .reason]] == [
		["other", "none", "for the root of another user namespace"],
		["own", "raises", null],
		["root", "dangerous", null],
		["unmapped", "none", "its owner has no ID in the user namespace"]]'
	# The root ID of a user namespace that is joined is unknown.
	edit '.linux = {namespaces: [{type: "user", path: "/proc/1/ns/user"}]}'
	scan --bundle --json "$bundle"
	says '[.files[].effect] == ["raises", "raises", "raises", "dangerous"]'
}

@test 'capabilities for another user namespace are reported' {
	unshare --user --map-root-user true ||
		skip 'no unprivileged user namespaces'
	program foreign 755 cap_net_raw=ep -n 200000
	before=(unshare --user --map-root-user)
	scan "$tree"
	ended 1
	printed "\
/usr/bin/foreign  0:0  no effect  capabilities: for the root of another user
                                  namespace
3 entries: 1 with capabilities; 1 without effect"
	scan --json "$tree"
	says '.files[0] | .capabilities == null and .capabilities_elsewhere'
}

@test 'a config.json in an image does not steer the search' {
	local config

	program app 4755
	mkdir "$tree/empty"
	for config in '{"ociVersion": "1.0.2", "root": {"path": "empty"}}' \
		'{"root": {"path": "/"}, "process": {"noNewPrivileges": true}}' \
		'{"listen": 80}' 'listen 80'; do
		echo "$config" >"$tree/config.json"
		scan "$tree"
		failed_with "'$tree/config.json' is ambiguous: use --bundle if '$tree' is a bundle, --rootfs if it is a root file system"
		scan --rootfs --json "$tree"
		ended 1
		says '.bundle == null and .files[0].path == "/usr/bin/app"'
	done
	ln -sf /none "$tree/config.json"
	scan "$tree"
	failed_with 'is ambiguous'
	scan --bundle --rootfs "$tree"
	failed_with "'--bundle' and '--rootfs' exclude each other"
}

@test 'paths that are not UTF-8 stay different in JSON' {
	program $'x\xff' 4755
	program $'x\xfe' 4755
	scan --json "$tree"
	ended 1
	says '[.files[].path_hex] == ["2f7573722f62696e2f78fe",
		"2f7573722f62696e2f78ff"]'
	rm "$tree"/usr/bin/x?
	program ä 4755
	scan --json "$tree"
	says '.files[0] | .path_hex == null and .path == "/usr/bin/ä"'
}

@test 'a single file is examined alone' {
	program app 4755
	program raw 755 cap_net_raw=ep
	program plain
	policy '{"name":"a","match":{},"ambient":["NET_RAW"]}'
	cd "$tree"
	scan usr/bin/raw
	ended 1
	printed "\
usr/bin/raw  0:0  raises  NET_RAW=ep
1 entry: 1 with capabilities"
	ln -s usr/bin/raw "$tree/link"
	scan --json --policy "$work/policy.json" "$tree/link"
	ended 1
	says '(.files | length) == 1 and .files[0].path == .operand and
		.files[0].verdicts == [{rule: "a", verdict: "redundant",
			lacking: []}] and .counts.entries == 1'
	scan "$tree/usr/bin/plain"
	ended 0
	printed '1 entry: nothing raises privileges'
	scan "$tree/usr/bin/none"
	failed_with "usr/bin/none': no such file or directory"
	scan /dev/null
	failed_with "'/dev/null': not a directory"
	for word in --bundle --rootfs; do
		scan "$word" "$tree/usr/bin/raw"
		[ "$status" -eq 2 ]
	done
}

@test 'what is beside the root of a bundle is searched, too' {
	program app 4755
	mkdir "$tree/empty"
	echo '{"ociVersion": "1.0.2", "root": {"path": "empty"}}' \
		>"$tree/config.json"
	scan --bundle "$tree"
	ended 1
	[[ "$output" = *"
$tree/usr/bin/app"*"  dangerous  setuid root
"* ]]
	scan --bundle --json "$tree"
	says '.files[0] | .outside and .path == "'"$tree"'/usr/bin/app"'
}

@test 'a bundle that cannot be read is status 2' {
	bundle '.root.path = "none"'
	scan --bundle "$bundle"
	failed_with "'$bundle/none': no such file or directory"
	edit 'del(.root)'
	scan --bundle "$bundle"
	failed_with 'has no root.path'
	echo '{"root":{"path":"rootfs"},"mounts":1}' >"$bundle/config.json"
	scan --bundle "$bundle"
	failed_with "config.json':1:36: 'mounts' must be a list, not a number"
	mkdir "$bundle/.capruntime.json"
	scan --bundle "$bundle"
	failed_with "'$bundle/.capruntime.json' is not a regular file"
}

# The execve removes the capabilities that setpriv still holds.
as_user() {
	setpriv --reuid 12345 --regid 12345 --clear-groups "$@"
}

@test 'scan predicts what the kernel does' {
	policy '{"name":"nnp","match":{},"no_new_privileges":true}' \
		'{"name":"takes","match":{},"drop":["NET_RAW"]}'
	# A relative path: other users cannot search the directories above.
	cd "$tree/usr/bin"
	for name in caps root; do cp "$(command -v grep)" "$name"; done
	setcap cap_net_raw=ep caps
	chmod 4755 root
	scan --json --policy "$work/policy.json" "$tree"
	says '[.files[] | [.effect, (.verdicts | map(.verdict))]] ==
		[["raises", ["breaks", "out_of_bounding"]],
			["dangerous", ["breaks"]]]'

	as_user ./caps -q '^CapEff:.0*2000$' /proc/self/status
	as_user ./root -q '^Uid:.12345.0.0.0$' /proc/self/status
	as_user setpriv --no-new-privs ./caps -q '^CapEff:.0*$' /proc/self/status
	as_user setpriv --no-new-privs ./root -q '^Uid:.12345.12345.12345.12345$' \
		/proc/self/status
	run as_user --bounding-set=-net_raw ./caps -q . /proc/self/status
	[ "$status" -gt 1 ]
	[[ "$output" = *'Operation not permitted'* ]]
	as_user --bounding-set=-net_raw ./root -q '^CapEff:.*f$' \
		/proc/self/status
}

@test 'colour is for terminals, and not with NO_COLOR' {
	require_programs script
	program root 4755
	scan "$tree"
	[[ "$output" != *$'\e'* ]]
	run env -u NO_COLOR TERM=xterm script -qec "$capctl scan $tree" \
		/dev/null </dev/null
	[[ "$output" = *$'\e[1;31mdangerous\e[0m'* ]]
	run env NO_COLOR=1 TERM=xterm script -qec "$capctl scan $tree" \
		/dev/null </dev/null
	[[ "$output" = *dangerous* && "$output" != *$'\e'* ]]
}

@test 'a long walk shows its progress on a terminal and clears it' {
	local last slowly=(strace -qq -o /dev/null -e trace=getdents64
		-e inject=getdents64:delay_exit=700000)

	require_programs script strace
	program root 4755
	run script -qec "${slowly[*]} $capctl scan $tree/usr/bin >$work/out" \
		/dev/null </dev/null
	[ "$status" -eq 1 ]
	cat -v <<<"$output"
	[[ "$output" = $'\r'*' entries, '*' found '* ]]
	# The last progress line is blank.
	last=${output%$'\r'}
	last=${last##*$'\r'}
	[[ -n "$last" && -z "${last// /}" ]]
	grep -q dangerous "$work/out"
	before=("${slowly[@]}")
	scan "$tree/usr/bin"
	ended 1
}

@test 'its help names the options' {
	run "$capctl" help scan
	[ "$status" -eq 0 ]
	[[ "$output" = *'ROOTFS|BUNDLE'* && "$output" = *--policy* &&
		"$output" = *--rootfs* && "$output" = *--json* ]]
}
