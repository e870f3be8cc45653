# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the scripts that load it; make sets srcdir
# The commands of the documents, and what tests/documents/table says of them.
#
#   documents               prints the documents and manual pages
#   read_commands FILE...   sets $places, $commands, $blocks and $outputs
#   find_entry I            sets $kind and $text, the table's word on command I;
#                           without an entry $kind is 'run'
#   same_output I FILE      what the document shows is what FILE has

documents() {
	(
		cd "$srcdir" || exit
		find README.md SECURITY.md CONTRIBUTING.md docs packaging examples \
			man -name '*.md' -o -name 'README*' -o -name '*.[1-9]' |
			LC_ALL=C sort
	)
}

# In $srcdir. A place is FILE:LINE, an output has all its lines, a block is that
# of the document.
read_commands() { # FILE...
	local word rest i=-1 block=0 shown=

	places=() commands=() outputs=() blocks=()
	while IFS= read -r rest; do
		word=${rest%% *} rest=${rest#* }
		case $word in
		block) block=$((block + 1)) shown= ;;
		at)
			i=$((i + 1)) shown=1
			places[i]=$rest blocks[i]=$block
			commands[i]='' outputs[i]=''
			;;
		do) commands[i]+=${commands[i]:+$'\n'}$rest ;;
		out) [ -z "$shown" ] || outputs[i]+=$rest$'\n' ;;
		esac
	done < <(cd "$srcdir" && tests/documents/extract "$@")
}

# Sets $entries, the lines "FILE: COMMAND", and $words, what is said of each.
read_table() {
	local line

	entries=() words=()
	while IFS= read -r line; do
		case $line in
		'' | '#'*) ;;
		$'\t'*) words[${#entries[@]} - 1]=${line#$'\t'} ;;
		*) entries+=("$line") ;;
		esac
	done <"$srcdir/tests/documents/table"
}

# An entry that ends with '…' is for all commands that begin so.
find_entry() { # I
	local n key="${places[$1]%:*}: ${commands[$1]}" any="*: ${commands[$1]}"

	kind=run text='' entry=
	for n in "${!entries[@]}"; do
		case ${entries[n]} in
		"$key" | "$any") ;;
		*…) [[ "$key" = "${entries[n]%…}"* || "$any" = "${entries[n]%…}"* ]] ||
			continue ;;
		*) continue ;;
		esac
		entry=$n kind=${words[n]%% *} text=${words[n]#* }
		kind=${kind%:}
		return
	done
}

# Numbers, and how far columns are apart, differ from run to run.
plain() { sed -E 's/[0-9]+/N/g; s/ +/ /g; s/ $//'; }

# A line with '…' needs only what is before the first one and after the last.
same_lines() { # DOCUMENT FILE
	local wanted got

	while IFS= read -r wanted <&3; do
		IFS= read -r got <&4 || return
		[[ "$got" == "$wanted" || ("$wanted" == *…* &&
			"$got" == "${wanted%%…*}"*"${wanted##*…}") ]] || return
	done 3<"$1" 4<"$2"
	[ "$(wc -l <"$1")" = "$(wc -l <"$2")" ]
}

# With 'lines REGEX' in the table only those that match are compared.
same_output() { # I FILE
	local only=. scratch status=0

	[ -n "${outputs[$1]}" ] || return 0
	[ "$kind" != lines ] || only=$text
	scratch=$(mktemp -d)
	printf %s "${outputs[$1]}" | plain | grep -E -- "$only" >"$scratch/document"
	plain <"$2" | grep -E -- "$only" >"$scratch/now"
	if [ ! -s "$scratch/now" ] ||
		! same_lines "$scratch/document" "$scratch/now"; then
		diff -u "$scratch/document" "$scratch/now"
		status=1
	fi
	rm -r "$scratch"
	return $status
}
