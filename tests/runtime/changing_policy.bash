# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for cycles.bats, and by it
# A policy that changes and breaks all the time, and the outcomes that a create
# can have meanwhile.
#
#   make_policies          in setup(): in $etc, with a new $journal
#   change_policies        runs until it is killed; the changes depend on $seed
#   watch_policy           begins to collect the states, from the journal, which
#                          descriptor 8 reads
#   list_possible          sets $possible: the outcomes since then, keys of
#                          $containers or `refused`, between spaces
#   pause SECONDS          waits without starting a program: nobody writes to the
#                          pipe $never

# What a container and its sessions hold for each outcome.
declare -gA containers=(
	[nothing]='uid=1000 inh=0 prm=0 eff=0 bnd=2420 amb=0 nnp=0'
	[bind]='uid=1000 inh=400 prm=400 eff=400 bnd=2420 amb=400 nnp=0'
	[exec]='uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1'
	[raw]='uid=1000 inh=2000 prm=2000 eff=2000 bnd=2420 amb=2000 nnp=0'
)
declare -gA sessions=(
	[nothing]=${containers[nothing]} [bind]=${containers[nothing]}
	[exec]=${containers[exec]} [raw]=${containers[raw]}
)

declare -gA texts
make_policy() { # VARIANT RULE in jq's syntax
	texts[$1]=$(jq -n "{version: 1, rules: [$2]}")
}

make_policies() {
	make_policy bind '{name: "bind", match: {},
		ambient: ["NET_BIND_SERVICE"]}'
	make_policy exec '{name: "exec", match: {}, drop: "others", exec: true,
		ambient: ["NET_BIND_SERVICE"], no_new_privileges: true}'
	make_policy raw '{name: "raw", match: {}, ambient: ["NET_RAW"],
		exec: true}'
	make_policy empty ''
	make_policy broken-name '{name: "x", match: {}, ambient: ["NET_BND"]}'
	texts[broken-end]=${texts[exec]::60}
	texts[broken-trust]=${texts[bind]}
	declare -gA places=([main]=$etc/policy.json
		[more]=$etc/policy.d/50-more.json)
	: >"$journal"
	replace main exec
	take_away more
}

# For each part of the policy, the journal has the possible state after `begin`
# and the certain state after `end`.
note() { # begin or end, PART VARIANT
	echo "$1 $2 ${3%%-*}" >>"$journal"
}

pause() { # SECONDS
	read -rt "$1" <>"$never" || :
}

replace() { # PART VARIANT
	note begin "$@"
	printf '%s\n' "${texts[$2]}" >"$etc/new"
	[ "$2" != broken-trust ] || chmod 666 "$etc/new"
	mv "$etc/new" "${places[$1]}"
	note end "$@"
}

take_away() { # PART
	note begin "$1" missing
	rm -f "${places[$1]}"
	note end "$1" missing
}

# Writes in place, as some editors do.
scribble() { # PART VARIANT
	note begin "$1" broken
	note begin "$@"
	printf %s "${texts[$2]::40}" >"${places[$1]}"
	chmod 644 "${places[$1]}"
	pause 0.01
	printf '%s\n' "${texts[$2]:40}" >>"${places[$1]}"
	note end "$@"
}

change_policies() {
	RANDOM=$seed
	while pause "0.0$((RANDOM % 9 + 1))"; do
		case $((RANDOM % 16)) in
		0 | 1) take_away main ;;
		2) replace main broken-name ;;
		3) replace main broken-end ;;
		4) replace main broken-trust ;;
		5) scribble main bind ;;
		6) scribble main exec ;;
		7 | 8) replace main bind ;;
		9 | 10) replace main exec ;;
		11) replace main empty ;;
		12 | 13) take_away more ;;
		14) replace more raw ;;
		15) replace more broken-name && take_away more ;;
		esac
	done
}

# Reads what the journal has new: $now has the possible states of each part, and
# $seen those since watch_policy, each between spaces.
declare -gA now=() seen=()
read_journal() {
	local what part variant

	while read -ru 8 what part variant; do
		[ "$what" = begin ] || now[$part]=' '
		now[$part]+="$variant "
		[[ ${seen[$part]-} == *" $variant "* ]] || seen[$part]+="$variant "
	done
}

watch_policy() {
	read_journal
	seen=([main]=${now[main]} [more]=${now[more]})
}

# Sets $outcome.
combine() { # MAIN MORE
	case $1,$2 in
	*broken* | missing,*) outcome=refused ;;
	bind,* | exec,*) outcome=$1 ;;
	*,raw) outcome=raw ;;
	*) outcome=nothing ;;
	esac
}

list_possible() {
	local main more outcome states

	read_journal
	possible=' '
	for main in ${seen[main]}; do
		for more in ${seen[more]}; do
			combine "$main" "$more"
			possible+="$outcome "
		done
	done
	# A create is refused if a file changes or disappears while it is
	# opened.
	read -ra states <<<"${seen[*]}"
	[ "${#states[@]}" -eq 2 ] || possible+='refused '
}
