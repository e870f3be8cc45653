# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash completion for capctl: its verbs and options as 'capctl help' has them.

_capctl_words() { # [VERB]: what may come here
	capctl help "$@" 2>/dev/null | sed -n 's/^  \([a-z-]*\) .*/\1/p'
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
	fi
}

complete -o default -F _capctl capctl
