# SPDX-License-Identifier: Apache-2.0
# fish completion for capctl: its verbs and options as 'capctl help' has them, with
# what it says about each.

function __capctl_words
    capctl help $argv 2>/dev/null |
        string replace -rf '^  ([a-z-]+)(?: [A-Z]+)?  +(.*)' '$1\t$2'
end

function __capctl_verb
    set -l words (commandline -opc)
    echo $words[2]
end

function __capctl_wants_verb
    set -l words (commandline -opc)
    test (count $words) -eq 1; or test "$words[2]" = help
end

complete -c capctl -f -n __capctl_wants_verb -a '(__capctl_words) help'
complete -c capctl -n 'not __capctl_wants_verb; and string match -q -- "-*" (commandline -ct)' -a '(__capctl_words (__capctl_verb))'
