#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# The prediction of 'capctl explain' for a container's program is compared with
# what the program really holds.

load helpers

setup() {
	setup_containers
	require_programs setcap ldd
	capctl=$builddir/capctl
	calls=0 tried=0 refused=0
}
teardown() { teardown_containers; }

# A program in a new directory. It prints the files that its arguments name.
add_program() { # NAME
	mkdir -p "$image/$1"
	cp "$cat" "$image/$1/cat"
}

add_script() { # NAME INTERPRETER: the script prints its own sets
	mkdir -p "$image/$1"
	printf '#!%s /proc/self/status\n' "$2" >"$image/$1/cat"
	chmod 755 "$image/$1/cat"
}

# KILL is in the bounding set, and file capabilities can raise it.
use_image() { # RUNTIME
	local library

	use_runtime "$1"
	image=$bundle/image
	mv "$bundle/rootfs" "$image"
	mkdir "$bundle/rootfs"
	cat=$(type -P cat)
	for library in $(ldd "$cat" | grep -o '/[^ ]*'); do
		(cd "$image" && mkdir -p ".${library%/*}" &&
			cp "$library" ".$library")
	done
	add_program plain
	add_program setuid
	chmod 4755 "$image/setuid/cat"
	add_program setother
	chown 1234 "$image/setother/cat"
	chmod 4755 "$image/setother/cat"
	add_program setgid
	chgrp 1234 "$image/setgid/cat"
	chmod 2755 "$image/setgid/cat"
	add_program kill
	setcap cap_kill+ep "$image/kill/cat"
	add_program quiet
	setcap cap_kill,cap_net_raw+p "$image/quiet/cat"
	add_program beyond
	setcap cap_net_raw+ep "$image/beyond/cat"
	add_program inherits
	setcap cap_net_bind_service+ei "$image/inherits/cat"
	add_program both
	setcap cap_kill+ep "$image/both/cat"
	chmod 4755 "$image/both/cat"
	add_script script /plain/cat
	add_script setuid-script /setuid/cat
	add_script kill-script /kill/cat
	add_script twice /script/cat
	add_script beyond-script /beyond/cat
	# A file system that is not mounted nosuid.
	# shellcheck disable=SC2016 # for the inner shell
	before=(env sh -c 'exec unshare -m sh -c "
		mount -t tmpfs -o mode=755 tmpfs \"\$0/rootfs\" &&
		cp -a \"\$0/image/.\" \"\$0/rootfs\" &&
		{ [ -z \"$NOSUID\" ] || mount -o remount,nosuid \"\$0/rootfs\"; } &&
		exec \"\$@\"" "$@"' sh "$bundle")
	change_config '.process.capabilities |= map_values(["CAP_KILL",
		"CAP_NET_BIND_SERVICE", "CAP_CHOWN"])'
}

programs='plain setuid setother setgid kill quiet beyond inherits both script
	setuid-script kill-script twice beyond-script'

predict() { # sets $prediction
	local words

	machine_words "${before[@]}" env \
		"CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$capctl" explain --json --id "$id" "$bundle"
	"${words[@]}" >"$work/prediction.json" 2>"$work/stderr" || [ $? -eq 1 ]
	prediction=$(jq -r '.program | if .executable == null then
			"unknown: \(.unknown)"
		elif .executable then "\(.euid) " + (.sets | [.inheritable,
			.permitted, .effective, .bounding, .ambient] |
			map(.mask) | join(" "))
		else "EPERM" end' "$work/prediction.json")
}

scan_bundle() { # writes $work/scan.json
	local words

	machine_words "${before[@]}" env \
		"CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"$capctl" scan --json --bundle --policy "$work/policy.json" "$bundle"
	"${words[@]}" >"$work/scan.json" || [ $? -eq 1 ]
}

# Sets $seen: euid and the sets from /proc/self/status.
run_it() {
	run capruntime run -b "$bundle" "$id" </dev/null
	seen=$(awk '/^Uid:/ { line = $3 }
		/^Cap(Inh|Prm|Eff|Bnd|Amb):/ { line = line " " $2 }
		END { print line }' <<<"$output")
	if [ "$status" -ne 0 ] &&
		grep -qi 'operation not permitted' <<<"$output"; then
		seen=EPERM
	fi
}

# Compares the program's line for its user in the container.
expect_predicted() { # PROGRAM
	change_config --arg program "/$1/cat" \
		'.process.args = [$program, "/proc/self/status"]'
	predict
	run_it
	[ "$(in_container "$prediction")" = "$seen" ] || {
		printf '%s: %s\npredicted: %s\nseen: %s\n' "$RUNTIME_NAME" "$1" \
			"$prediction" "$seen"
		cat "$work/prediction.json"
		echo "$output"
		return 1
	}
	tried=$((tried + 1))
	[ "$seen" != EPERM ] || refused=$((refused + 1))
}

# 'capctl explain' prints IDs of its own user namespace.
in_container() { # SAID
	local uid=${1%% *} offset

	offset=$(jq '.linux.uidMappings[0].hostID // 0' "$bundle/config.json")
	if [[ "$uid" =~ ^[0-9]+$ ]]; then
		echo "$((uid - offset)) ${1#* }"
	else
		echo "$1"
	fi
}

# Tests every program of the image, or another quarter of them in each call.
expect_all() {
	local program turn=0 earlier=$tried

	for program in $programs; do
		is_soak || [ $((turn++ % 4)) -eq $((calls % 4)) ] || continue
		expect_predicted "$program"
	done
	calls=$((calls + 1))
	[ "$tried" -gt "$earlier" ]
}

in_user_namespace='.linux.namespaces += [{type: "user"}] |
	.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
	.linux.gidMappings = .linux.uidMappings'

@test "explain predicts what a program of uid 1000 will hold" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant_nothing
		expect_all
		grant '{}'
		expect_all
	done
	[ "$refused" -gt 0 ]
}

@test "explain predicts what a program will hold under no_new_privs" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'no_new_privileges: true'
		expect_all
		change_config '.process.noNewPrivileges = true'
		grant_nothing
		expect_all
	done
}

@test "explain predicts what a program of root will hold" {
	for name in $RUNTIMES; do
		use_image "$name"
		change_config '.process.user = {uid: 0, gid: 0}'
		grant_nothing
		expect_all
		grant '{uid: 0}' 'drop: ["CHOWN"]'
		expect_all
	done
	[ "$refused" -gt 0 ]
}

@test "explain predicts what a rule drops and makes inheritable" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'drop: "others"'
		expect_all
		grant '{}' 'inheritable: ["KILL"], drop: ["CHOWN"]'
		expect_all
	done
	[ "$refused" -gt 0 ]
}

# Where the runtime may have removed nosuid, the prediction is "unknown".
@test "explain predicts what a program on a nosuid tree will hold, or says unknown" {
	export NOSUID=1
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}'
		predicted=0
		for program in plain setuid kill script; do
			for readonly in true false; do
				change_config --argjson readonly "$readonly" \
					--arg program "/$program/cat" \
					'.root.readonly = $readonly |
					.process.args = [$program, "/proc/self/status"]'
				predict
				run_it
				printf '%s predicted: %s\nseen: %s\n' "$program" "$prediction" "$seen"
				if [[ "$prediction" == unknown:* ]]; then
					[[ "$prediction" == *'nosuid mount'* ]]
					continue
				fi
				[ "$prediction" = "$seen" ]
				predicted=$((predicted + 1))
			done
		done
		case $name in
		runc) [ "$predicted" -eq 6 ] ;;
		crun) [ "$predicted" -eq 4 ] ;;
		esac
		change_config "$in_user_namespace"
		grant '{userns: true}'
		expect_all
	done
}

@test "explain predicts what a program will hold in a user namespace" {
	for name in $RUNTIMES; do
		use_image "$name"
		change_config "$in_user_namespace"
		grant '{userns: true}'
		chown 100000:100000 "$image/setuid/cat"
		chmod 4755 "$image/setuid/cat"
		expect_all
		change_config '.process.user = {uid: 0, gid: 0}'
		grant '{uid: 0}'
		expect_all
	done
}

@test "explain predicts what a program on a bind mount will hold, or says unknown" {
	for NOSUID in '' 1; do
		export NOSUID
		for name in $RUNTIMES; do
			use_image "$name"
			grant '{}'
			tried=0 turn=$((calls++))
			for program in plain setuid kill beyond script; do
				for options in '"rbind"' '"bind", "ro"' \
					'"bind", "nosuid", "nodev"'; do
					is_soak || [ $((turn++ % 4)) -eq 0 ] || continue
					change_config '.mounts = [.mounts[0]] + [
						{destination: "/bound", source: $from,
							options: ['"$options"']}] |
						.process.args = ["/bound/cat",
							"/proc/self/status"]' \
						--arg from "rootfs/$program"
					predict
					[[ "$prediction" != unknown:* ]] || {
						[[ "$prediction" == *'nosuid mount'* ]]
						continue
					}
					run_it
					printf '%s %s %s\npredicted: %s\nseen: %s\n' "$name" \
						"$program" "$options" "$prediction" "$seen"
					[ "$prediction" = "$seen" ]
					tried=$((tried + 1))
				done
			done
			[ "$tried" -gt 0 ]
			! is_soak || [ "$NOSUID $tried" = ' 15' ] ||
				[ "$NOSUID $tried" = '1 9' ]
		done
	done
}

@test "supplementary groups of a process are considered" {
	for name in $RUNTIMES; do
		use_image "$name"
		change_config '.process.user.additionalGids = [77, 1234]'
		grant '{}'
		expect_predicted setgid
		expect_predicted setuid
	done
}

@test "a program is found as the runtime finds it" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}'
		for words in 'cat /nowhere:/kill:/plain /' './cat /x /setuid' \
			'kill/cat /x /' '../setuid/cat /x /plain' \
			'cat /setuid:/kill /plain'; do
			read -r program path cwd <<<"$words"
			change_config --arg program "$program" --arg path "$path" \
				--arg cwd "$cwd" '.process.cwd = $cwd |
				.process.env = ["PATH=/plain", "PATH=\($path)"] |
				.process.args = [$program, "/proc/self/status"]'
			predict
			run_it
			printf '%s\npredicted: %s\nseen: %s\n' "$words" "$prediction" "$seen"
			[ "$prediction" = "$seen" ]
		done
	done
}

# The runtime silently drops ambient capabilities that it cannot raise.
@test "explain predicts what the runtime cannot make ambient" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant_nothing
		change_config '.process.capabilities = {
			bounding: ["CAP_KILL", "CAP_CHOWN"],
			permitted: ["CAP_KILL"], effective: ["CAP_KILL"],
			inheritable: ["CAP_KILL", "CAP_CHOWN"],
			ambient: ["CAP_KILL", "CAP_CHOWN", "CAP_FOWNER"]}'
		expect_predicted plain
		[[ "$prediction" == '1000 '*' 0000000000000020' ]]
	done
}

@test "a program that explain calls not executable does not start" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}'
		expect_predicted beyond
		[ "$seen" = EPERM ]
		jq -e '[.warnings[].code] == ["program_refused"]' "$work/prediction.json"
		expect_predicted kill
		jq -e '[.warnings[].code] == ["program_loses"]' "$work/prediction.json"
	done
}

# The same as what it holds: lost, not executable, or the grant.
@test "scan says which programs lose what the rule raises" {
	for name in $RUNTIMES; do
		use_image "$name"
		add_program empty
		setcap '=' "$image/empty/cat"
		grant '{}'
		lost=0
		scan_bundle
		for program in plain setuid setother setgid kill quiet beyond \
			inherits both empty; do
			change_config --arg program "/$program/cat" \
				'.process.args = [$program, "/proc/self/status"]'
			run_it
			read -r _ _ _ effective _ <<<"$seen"
			expected=held
			if [ "$seen" = EPERM ]; then
				expected=out_of_bounding
			elif ((!(0x$effective & 0x400))); then
				expected=loses lost=$((lost + 1))
			fi
			said=$(jq -r --arg path "/$program/cat" '[.files[] |
				select(.path == $path and (.outside | not)) |
				.verdicts[].verdict] - ["redundant", "breaks"] |
				first // "held"' "$work/scan.json")
			echo "$name $program: $seen: $said"
			[ "$said" = "$expected" ]
		done
		[ "$lost" -eq 6 ]
	done
}

nothing_held='uid=1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0 port80=denied'

explain_codes() { # prints the codes of the warnings for the bundle
	predict
	jq -r '[.warnings[].code] | join(" ")' "$work/prediction.json"
}

@test "user 0 loses what is raised when it becomes another user" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		mkdir "$bundle/rootfs/etc"
		echo 'user:x:1000:1000::/:/bin/sh' >"$bundle/rootfs/etc/passwd"
		echo 'user:x:1000:' >"$bundle/rootfs/etc/group"
		ln -s busybox "$bundle/rootfs/bin/su"
		change_config '.process.user = {uid: 0, gid: 0} |
			.process.capabilities |= map_values(. + ["CAP_SETUID",
				"CAP_SETGID"]) |
			.process.args = ["/bin/su", "user", "-c", "/bin/report 80"]'
		grant '{uid: 0}' 'require: true'
		[ "$(explain_codes)" = root_ambient ]
		expect_container 'uid=1000 inh=400 prm=0 eff=0 bnd=4c0 amb=0 nnp=0 port80=denied'
	done
}

@test "what explain calls without effect in a user namespace has none" {
	for name in $RUNTIMES; do
		use_runtime "$name"
		cp "$builddir/tests/runtime/needs" "$bundle/rootfs/bin"
		add_libraries "$bundle/rootfs/bin/needs" "$bundle/rootfs"
		change_config '.process.capabilities |= map_values(["CAP_IPC_LOCK",
				"CAP_SYS_NICE", "CAP_NET_RAW",
				"CAP_NET_BIND_SERVICE"]) |
			.linux.namespaces |= map(select(.type != "network")) |
			.process.rlimits = [{type: "RLIMIT_MEMLOCK", soft: 0,
				hard: 0}] |
			.process.args = ["/bin/needs", "mlock", "nice", "packet"]'
		grant '{}' 'ambient: ["IPC_LOCK", "SYS_NICE", "NET_RAW",
			"NET_BIND_SERVICE"], require: true'
		[ "$(explain_codes)" = '' ]
		run -0 capruntime run -b "$bundle" "$id" </dev/null
		[[ "$output" == *'amb=806400 nnp=0 mlock=done nice=done packet=done' ]]
		change_config "$in_user_namespace"
		[ "$(explain_codes)" = 'userns_no_effect userns_no_effect' ]
		run -0 capruntime run -b "$bundle" "$id" </dev/null
		[[ "$output" == *'amb=806400 nnp=0 mlock=denied nice=denied packet=denied' ]]
	done
}

# One set has what the caller lacks; or, under an optional rule, those that an
# engine fills.
@test "explain says what the runtime cannot start" {
	require_programs setpriv
	for name in $RUNTIMES; do
		for list in bounding permitted effective inheritable ambient engine; do
			use_runtime "$name"
			grant_nothing
			change_config --arg list "$list" \
				'.process.capabilities |= with_entries(if .key == $list or
					$list == "engine" then .value += ["CAP_SYS_NICE"]
					else . end)'
			[ "$list" != engine ] || grant '{}' 'ambient: ["SYS_NICE"]'
			case $list in
			bounding | ambient) expected= ;;
			*) expected=runtime_refuses ;;
			esac
			case $list in inheritable | ambient)
				change_config --arg list "$list" \
					'.process.capabilities[$list] = ["CAP_SYS_NICE"]'
				;;
			esac
			before=(setpriv --bounding-set -sys_nice)
			predict
			said=$(jq -r '.warnings[].code' "$work/prediction.json")
			# Newer releases of runc warn of what they cannot raise.
			run --separate-stderr capruntime run -b "$bundle" \
				"$id" </dev/null
			echo "$name $list: $said; exit status $status: $output"
			echo "$stderr"
			[ "$said" = "$expected" ]
			if [ -z "$expected" ]; then
				expect_output "$nothing_held"
			else
				grep -qi 'operation not permitted' <<<"$stderr"
			fi
		done
	done
}
