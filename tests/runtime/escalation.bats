#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# What setuid-root programs and programs with file capabilities in an image can
# gain beyond what a rule grants; capabilities(7), "Transformation of
# capabilities during execve()" and "Safety checking".

load helpers

setup() {
	setup_containers
	require_programs setcap
}
teardown() { teardown_containers; }

# CHOWN 1, KILL 20, SETUID 80, NET_BIND_SERVICE 400, NET_ADMIN 1000 and
# NET_RAW 2000 are bounding.
allowed='["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_NET_BIND_SERVICE",
	"CAP_NET_ADMIN", "CAP_NET_RAW"]'

add_program() { # DIRECTORY PROGRAM: copies it to a new directory
	mkdir "$image/$1"
	cp "$2" "$image/$1/${2##*/}"
}

# A container whose image has such programs; each prints what it holds. There
# are two setuid programs, because busybox first drops what the bit gained.
use_image() { # RUNTIME
	local cat

	use_runtime "$1"
	make_image
	cat=$(type -P cat)
	add_libraries "$cat" "$image"
	ln -s busybox "$image/bin/uniq"
	add_program plain "$image/bin/uniq"
	add_program setuid "$cat"
	add_program busybox "$image/bin/uniq"
	chmod 4755 "$image/setuid/cat" "$image/busybox/uniq"
	add_program permitted "$image/bin/uniq"
	setcap cap_net_admin+ep "$image/permitted/uniq"
	add_program inheritable "$image/bin/uniq"
	setcap cap_net_raw+ei "$image/inheritable/uniq"
	cat >"$image/bin/holds" <<-'END_OF_SCRIPT'
		#!/bin/sh
		for program; do
			"$program" /proc/self/status 2>&1 | awk -v name="$program" '
				/^Uid:/ { line = "uid=" $2 "/" $3 }
				/^Cap/ {
					sub(/^0+/, "", $2)
					line = line " " tolower(substr($1, 4, 3)) "=" \
						($2 == "" ? 0 : $2)
				}
				/not permitted/ { line = "cannot start" }
				END { split(name, part, "/"); print part[2] ": " line }
			'
		done
	END_OF_SCRIPT
	chmod 755 "$image/bin/holds"
	change_config --argjson allowed "$allowed" '
		.process.capabilities |= map_values($allowed) |
		.process.args = ["/bin/holds"]'
}

# Each LINE begins with the name of the program that prints it.
expect_holds() { # LINE...
	local line programs=()

	for line; do
		if [[ $line == setuid:* ]]; then
			programs+=(/setuid/cat)
		else
			programs+=("/${line%%:*}/uniq")
		fi
	done
	change_config --arg programs "${programs[*]}" \
		'.process.args = ["/bin/holds"] + ($programs / " ")'
	expect_container "$(printf '%s\n' "$@")"
}

@test "without a rule setuid and file capabilities gain the bounding set" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant_nothing
		expect_holds \
			'plain: uid=1000/1000 inh=0 prm=0 eff=0 bnd=34a1 amb=0' \
			'setuid: uid=1000/0 inh=0 prm=34a1 eff=34a1 bnd=34a1 amb=0' \
			'permitted: uid=1000/1000 inh=0 prm=1000 eff=1000 bnd=34a1 amb=0' \
			'inheritable: uid=1000/1000 inh=0 prm=0 eff=0 bnd=34a1 amb=0'
	done
}

@test "such programs clear the ambient set, and gain as before" {
	for name in $RUNTIMES; do
		use_image "$name"
		expect_holds \
			'plain: uid=1000/1000 inh=400 prm=400 eff=400 bnd=34a1 amb=400' \
			'setuid: uid=1000/0 inh=400 prm=34a1 eff=34a1 bnd=34a1 amb=0' \
			'permitted: uid=1000/1000 inh=400 prm=1000 eff=1000 bnd=34a1 amb=0' \
			'inheritable: uid=1000/1000 inh=400 prm=0 eff=0 bnd=34a1 amb=0'
	done
}

@test "under 'drop: others' no program gains more than the rule's capabilities" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'drop: "others"'
		expect_holds \
			'plain: uid=1000/1000 inh=400 prm=400 eff=400 bnd=400 amb=400' \
			'setuid: uid=1000/0 inh=400 prm=400 eff=400 bnd=400 amb=0' \
			'permitted: cannot start' \
			'inheritable: uid=1000/1000 inh=400 prm=0 eff=0 bnd=400 amb=0'
	done
}

@test "programs cannot gain what a list drops, and gain the rest" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'drop: ["NET_ADMIN", "SETUID", "KILL"]'
		expect_holds \
			'plain: uid=1000/1000 inh=400 prm=400 eff=400 bnd=2401 amb=400' \
			'setuid: uid=1000/0 inh=400 prm=2401 eff=2401 bnd=2401 amb=0' \
			'permitted: cannot start'
	done
}

@test "under 'no_new_privileges' no program gains anything" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'no_new_privileges: true'
		expect_holds \
			'plain: uid=1000/1000 inh=400 prm=400 eff=400 bnd=34a1 amb=400' \
			'setuid: uid=1000/1000 inh=400 prm=400 eff=400 bnd=34a1 amb=400' \
			'busybox: uid=1000/1000 inh=400 prm=400 eff=400 bnd=34a1 amb=400' \
			'permitted: uid=1000/1000 inh=400 prm=0 eff=0 bnd=34a1 amb=0' \
			'inheritable: uid=1000/1000 inh=400 prm=0 eff=0 bnd=34a1 amb=0'
	done
}

@test "a file's inheritable capability works only with 'inheritable'" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'inheritable: ["NET_RAW"]'
		expect_holds \
			'plain: uid=1000/1000 inh=2400 prm=400 eff=400 bnd=34a1 amb=400' \
			'inheritable: uid=1000/1000 inh=2400 prm=2000 eff=2000 bnd=34a1 amb=0'
		setcap cap_net_admin+ei "$image/inheritable/uniq"
		expect_holds \
			'inheritable: uid=1000/1000 inh=2400 prm=0 eff=0 bnd=34a1 amb=0'
	done
}

@test "'inheritable' works under 'drop: others', too" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'inheritable: ["NET_RAW"], drop: "others"'
		expect_holds \
			'plain: uid=1000/1000 inh=2400 prm=400 eff=400 bnd=2400 amb=400' \
			'setuid: uid=1000/0 inh=2400 prm=2400 eff=2400 bnd=2400 amb=0' \
			'permitted: cannot start' \
			'inheritable: uid=1000/1000 inh=2400 prm=2000 eff=2000 bnd=2400 amb=0'
	done
}

# The kernel limits a program to what the previous one held. The runtime, which
# holds everything, executes the container's first program.
@test "under 'no_new_privileges' a file's inheritable capability works only for process 1" {
	for name in $RUNTIMES; do
		use_image "$name"
		grant '{}' 'inheritable: ["NET_RAW"], no_new_privileges: true'
		expect_holds \
			'inheritable: uid=1000/1000 inh=2400 prm=0 eff=0 bnd=34a1 amb=0'
		change_config '.process.args = ["/inheritable/uniq",
			"/proc/self/status"]'
		run -0 capruntime run -b "$bundle" "$id" </dev/null
		grep -x 'CapPrm:.0*2000' <<<"$output"
	done
}
