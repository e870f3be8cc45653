#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test has its own
# The shell completions offer what 'capctl help' lists.

load helpers
load state_helpers

setup() {
	completions=$srcdir/packaging/completions
	work=$BATS_TEST_TMPDIR
	state=$work/own/crun
	mkdir -p "$state"
	# Only the containers of the test: below $XDG_RUNTIME_DIR.
	printf '#!/bin/sh\n%s\n' 'exec unshare -m sh -c "mount -t tmpfs none /run &&
		exec \"\$@\"" - "$REAL_CAPCTL" "$@"' >"$work/capctl"
	chmod 755 "$work/capctl"
	[ "$(id -u)" != 0 ] || PATH=$work:$PATH
	PATH=$PATH:$builddir
	export REAL_CAPCTL=$builddir/capctl XDG_RUNTIME_DIR=$work/own
	export CAPRUNTIME_POLICY=$work/policy.json COLUMNS=40
	jq -n '{version: 1, engine: "cri-o", rules: [
		{name: "web", match: {id: "web"}, ambient: ["NET_BIND_SERVICE"]},
		{name: "dpdk", match: {id: "x"}, ambient: ["IPC_LOCK"]}]}' \
		>"$work/policy.json"
}

# A container of CRI-O that has ended.
container() { # ID POD CONTAINER
	mkdir -p "$work/b/$1"
	jq -n --arg pod "$2" --arg name "$3" '{
		process: {user: {uid: 1000, gid: 1000}},
		annotations: {"io.container.manager": "cri-o",
			"io.kubernetes.pod.namespace": "shop",
			"io.kubernetes.pod.name": $pod,
			"io.kubernetes.container.name": $name}}' \
		>"$work/b/$1/config.json"
	crun_state "$1" "$work/b/$1" 0 0
}

shop() {
	require_root
	hex=$(printf '0123456789%.0s' 1 2 3 4 5 6)
	container "aaaa$hex" web-1 web
	container "abbb$hex" web-1 log
	container box web-2 '$(touch evil)'
	crun_state '$(touch evil)' "$work/b/box" 0 0
}

names='aaaa01234567
abbb01234567
box
shop/web-1
shop/web-1/log
shop/web-1/web
shop/web-2'

# Prints the words that bash offers after these words.
bash_offers() { # WORD...
	# shellcheck disable=SC2016 # for the inner shell
	bash -c '. "$0"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_capctl
		printf "%s\n" "${COMPREPLY[@]}"' \
		"$completions/capctl.bash" "$@"
}

verbs() {
	COLUMNS='' capctl help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

@test "bash offers every verb, and help" {
	[ "$(bash_offers capctl '' | sort)" = "$( (verbs; echo help) | sort)" ]
	[ "$(bash_offers capctl ver | sort | xargs)" = 'verify version' ]
	[ "$(bash_offers capctl help expl)" = explain ]
}

@test "bash offers the options of the verb" {
	bash_offers capctl explain -- | grep -qx -- --policy
	[ "$(bash_offers capctl explain --ru)" = --rule ]
	for verb in $(verbs); do
		bash_offers capctl "$verb" -- | grep -qx -- --json
	done
}

@test "bash offers capabilities to run, and files as its command" {
	[ "$(bash_offers capctl run --ambient NET_RA)" = NET_RAW ]
	[ "$(bash_offers capctl run --bounding NET_RA)" = NET_RAW ]
	[ -z "$(bash_offers capctl run NET_RA)" ]
}

@test "what is no option is left to the shell: files" {
	[ -z "$(bash_offers capctl explain bun)" ]
	grep -q -- '-o default' "$completions/capctl.bash"
}

# Replaces compadd with a function that prints the words, or with $shown what is
# shown of them.
zsh_offers() { # WORD...
	shown=${shown-} zsh -fc 'compadd() {
			if [[ -n $shown_of && $1 == -l ]]; then
				print -rl -- "${(@P)3}"
			else
				print -rl -- "${@[${@[(i)--]}+1,-1]}"
			fi
		}
		shown_of=$shown
		unset shown
		_files() { print -r files }
		words=("${@:2}") CURRENT=$(($# - 1))
		. "$1"' zsh "$completions/_capctl" "$@"
}

@test "zsh offers verbs, the options of the verb, and else files" {
	require_programs zsh
	[ "$(zsh_offers capctl '' | sort)" = "$( (verbs; echo help) | sort)" ]
	zsh_offers capctl explain -- | grep -qx -- --policy
	zsh_offers capctl run -- | grep -qx -- --user # USER[:GROUP]
	[ "$(zsh_offers capctl explain x)" = files ]
	shown=1 zsh_offers capctl '' |
		grep -x 'verify *-- compare running containers with the policy'
	shown=1 zsh_offers capctl decode -- |
		grep -x -- '--number *-- decimal words are numbers of capabilities'
}

@test "Debian's package has zsh's where zsh looks there" {
	require_programs zsh
	directory=$(sed -n 's/.*zshcompletiondir=//p' \
		"$srcdir/packaging/debian/rules")
	grep -q '^ID=debian' /etc/os-release || skip 'not Debian'
	zsh -fc 'print -l $fpath' | grep -qx "$directory"
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$builddir" \
		install-dist_zshcompletionDATA DESTDIR="$BATS_TEST_TMPDIR" \
		"zshcompletiondir=$directory"
	[ -f "$BATS_TEST_TMPDIR$directory/_capctl" ]
}

fish_offers() { # LINE
	fish -N -c 'source $argv[1]; complete -C $argv[2]' \
		"$completions/capctl.fish" "$1"
}

@test "fish offers verbs, the options of the verb, and else files" {
	require_programs fish
	export HOME=$BATS_TEST_TMPDIR
	[ "$(fish_offers 'capctl ' | cut -f1 | sort)" = \
		"$( (verbs; echo help) | sort)" ]
	fish_offers 'capctl explain --' |
		grep -qx -- $'--policy\tthis policy, not the installed one'
	fish_offers 'capctl run --' | grep -q -- $'^--user\tnames'
	cd "$BATS_TEST_TMPDIR"
	touch bundle-file
	fish_offers 'capctl explain bun' | grep -qx bundle-file
}

@test "bash offers containers, with files where they can be operands" {
	shop
	cd "$work"
	touch shop.file
	for verb in show verify; do
		[ "$(bash_offers capctl "$verb" '' | LC_ALL=C sort)" = "$names" ]
		[ "$(bash_offers capctl "$verb" --json shop | wc -l)" = 4 ]
	done
	for verb in explain restore; do
		[ "$(bash_offers capctl "$verb" shop/ | wc -l)" = 4 ]
		[ "$(bash_offers capctl "$verb" shop | LC_ALL=C sort | xargs)" = \
			'shop.file shop/web-1 shop/web-1/log shop/web-1/web shop/web-2' ]
		[ -z "$(bash_offers capctl "$verb" b/)" ]
	done
	[ "$(bash_offers capctl learn --id shop/ | wc -l)" = 4 ]
	[ "$(bash_offers capctl show --id a | sort | xargs)" = "aaaa$hex abbb$hex" ]
	[ ! -e evil ]
}

@test "bash offers rules, capabilities and values" {
	[ "$(bash_offers capctl explain --rule '' | xargs)" = 'web dpdk' ]
	[ "$(bash_offers capctl explain --rule d)" = dpdk ]
	jq '.rules |= [.[0] | .name = "other"]' "$work/policy.json" >"$work/p"
	for words in "--policy $work/p" "--policy=$work/p"; do
		# shellcheck disable=SC2086
		[ "$(bash_offers capctl explain $words --rule '')" = other ]
	done
	bash_offers capctl decode NET_B | grep -qx NET_BIND_SERVICE
	[ "$(bash_offers capctl verify -o '' | xargs)" = 'json text' ]
	[ "$(bash_offers capctl check --color a | xargs)" = 'auto always' ]
	[ "$(bash_offers capctl explain --engine c | xargs)" = 'crio containerd' ]
	for words in 'scan' 'explain --policy' 'explain --all' 'check'; do
		# shellcheck disable=SC2086
		[ -z "$(bash_offers capctl $words "$work/p")" ]
	done
}

@test "containers are those of --root" {
	shop
	state=$work/elsewhere
	mkdir "$state"
	container there web-3 web
	cd "$work"
	for words in "--root $state" "--root=$state" "--root = $state" \
		'--root elsewhere'; do
		# shellcheck disable=SC2086
		[ "$(bash_offers capctl verify $words '' | LC_ALL=C sort | xargs)" = \
			'shop/web-3 shop/web-3/web there' ]
		# shellcheck disable=SC2086
		[ "$(bash_offers capctl learn $words --id '' | LC_ALL=C sort | xargs)" = \
			'shop/web-3 shop/web-3/web there' ]
		# shellcheck disable=SC2086
		[ "$(bash_offers capctl show $words --id '')" = there ]
	done
	[ -z "$(bash_offers capctl verify --root /nowhere '')" ]
	[ "$(bash_offers capctl verify '' | LC_ALL=C sort)" = "$names" ]
}

# Prints the words of each shell that has any.
all_shells_offer() { # WORD...
	bash_offers "$@"
	! type -P zsh >/dev/null || zsh_offers "$@"
	! type -P fish >/dev/null || HOME=$work fish_offers "$*" | cut -f1
}

@test "options of learn and verify, and their values, in each shell" {
	shop
	for option in 'verify --usage' 'verify --for' 'learn --id'; do
		for shell in bash zsh fish; do
			type -P "$shell" >/dev/null || continue
			words=(capctl "${option% *}" --)
			[ "$shell" != fish ] || words=("${words[*]}")
			HOME=$work "${shell}_offers" "${words[@]}" | cut -f1 |
				grep -qx -- "${option#* }"
		done
	done
	[ -z "$(all_shells_offer capctl verify --usage --for '')" ]
	[ -z "$(all_shells_offer capctl learn --for '')" ]
	[ "$(all_shells_offer capctl learn --id '' | LC_ALL=C sort -u)" = "$names" ]
	[ "$(all_shells_offer capctl verify --usage '' | LC_ALL=C sort -u)" = "$names" ]
	[ "$(all_shells_offer capctl learn --as '' | LC_ALL=C sort -u | xargs)" = \
		'podman rule scc securitycontext systemd' ]
}

@test "what cannot be read offers nothing, without a message" {
	shop
	echo '{' >"$CAPRUNTIME_POLICY"
	echo '{' >"$state/box/status"
	mkfifo "$work/fifo"
	for words in 'explain --rule' 'explain --rule --policy /no --rule' \
		"explain --policy $work/fifo --rule"; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr timeout 60 capctl __complete $words
		[ -z "$output$stderr" ]
	done
	# IDs need no policy.
	run -0 --separate-stderr capctl __complete verify
	[ -z "$stderr" ]
	[ "$(wc -l <<<"$output")" = 3 ]
	for words in '' nonsense 'scan x'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr capctl __complete $words
		[ -z "$output$stderr" ]
	done
	run ! grep -q __complete <(capctl help)
}

@test "zsh offers containers, rules and capabilities" {
	require_programs zsh
	shop
	[ "$(zsh_offers capctl show '' | LC_ALL=C sort)" = "$names" ]
	[ "$(zsh_offers capctl explain '' | LC_ALL=C sort)" = \
		"$( (echo "$names"; echo files) | LC_ALL=C sort)" ]
	[ "$(zsh_offers capctl explain --rule '' | xargs)" = 'web dpdk' ]
	[ "$(zsh_offers capctl verify -o '' | xargs)" = 'json text' ]
	shown=1 zsh_offers capctl show '' |
		grep -x 'shop/web-1/web *-- aaaa01234567'
	shown=1 zsh_offers capctl explain --rule '' |
		grep -x 'dpdk *-- IPC_LOCK'
	zsh_offers capctl decode '' | grep -qx NET_RAW
}

@test "fish offers containers, rules and capabilities" {
	require_programs fish
	shop
	export HOME=$BATS_TEST_TMPDIR
	cd "$work/b"
	touch shop.file
	[ "$(fish_offers 'capctl show ' | cut -f1 | LC_ALL=C sort)" = "$names" ]
	fish_offers 'capctl show shop/web-1/w' |
		grep -qx $'shop/web-1/web\taaaa01234567'
	fish_offers 'capctl explain shop' | grep -qx shop.file
	fish_offers 'capctl explain shop' | grep -q '^shop/web-1/log'
	[ "$(fish_offers 'capctl explain --rule ' | xargs)" = \
		'dpdk IPC_LOCK web NET_BIND_SERVICE' ]
	fish_offers 'capctl decode NET_R' | grep -q '^NET_RAW'
	[ "$(fish_offers 'capctl verify -o ' | cut -f1 | xargs)" = 'json text' ]
}
