# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash completion for capctl: its verbs and options as 'capctl help' has them;
# containers, rules and capabilities as the hidden 'capctl __complete' lists them.

_capctl_words() { # [VERB]: what may come here
	COLUMNS='' capctl help "$@" 2>/dev/null | sed -n 's/^  \([a-z-]*\) .*/\1/p'
}

# What can follow the words before this one. Fails if files can, too.
_capctl_offers() { # VERB [WORD...]
	local lines status

	lines=$(COLUMNS='' capctl __complete "$@" 2>/dev/null </dev/null)
	status=$?
	sed -n 's/^  \([^ ]*\)  .*/\1/p' <<<"$lines"
	return "$status"
}

# Without an answer, 'complete -o default' offers files.
_capctl_operands() { # WORD VERB [WORD...]
	local word=$1 offers files=0

	shift
	offers=$(_capctl_offers "$@") || files=1
	mapfile -t COMPREPLY < <(compgen -W "$offers" -- "$word")
	[ "$files" = 0 ] || [ "${#COMPREPLY[@]}" = 0 ] ||
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
}

_capctl() {
	local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_capctl_words) help" -- "$word")
	elif [ "$verb" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_capctl_words)" -- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_capctl_words "$verb")" -- "$word")
	else
		_capctl_operands "$word" "${COMP_WORDS[@]:1:COMP_CWORD-1}"
	fi
}

complete -o default -F _capctl capctl
