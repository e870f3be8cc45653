#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# The shell completions offer what 'capctl help' lists.

load ../need

bats_require_minimum_version 1.5.0

setup() {
	completions=$srcdir/packaging/completions
	PATH=$builddir:$PATH
}

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
	capctl help | sed -n 's/^  \([a-z]*\) .*/\1/p'
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
	cd "$BATS_TEST_TMPDIR"
	touch bundle-file
	fish_offers 'capctl explain bun' | grep -qx bundle-file
}
