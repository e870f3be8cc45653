# SPDX-License-Identifier: Apache-2.0
# fish completion for capctl: its verbs and options as 'capctl help' has them, with
# what it says about each; containers, rules and capabilities as the hidden
# 'capctl __complete' lists them.

# A line of "  WORD [VALUE]  TEXT".
set -g __capctl_line '^  ([^ $][^ ]*)(?: [A-Z][^ ]*)?  +(.*)'

function __capctl_words
    env COLUMNS= capctl help $argv 2>/dev/null |
        string replace -rf $__capctl_line '$1\t$2'
end

function __capctl_verb
    set -l words (commandline -opc)
    echo $words[2]
end

function __capctl_wants_verb
    set -l words (commandline -opc)
    test (count $words) -eq 1; or test "$words[2]" = help
end

function __capctl_wants_option
    not __capctl_wants_verb; and string match -q -- "-*" (commandline -ct)
end

function __capctl_wants_operand
    not __capctl_wants_verb; and not string match -q -- "-*" (commandline -ct)
end

# What can follow the words before this one. Fails if files can, too.
function __capctl_operands
    set -l words (commandline -opc)
    set -l lines (env COLUMNS= capctl __complete $words[2..-1] 2>/dev/null </dev/null)
    set -l files $status
    string replace -rf $__capctl_line '$1\t$2' -- $lines
    return $files
end

function __capctl_wants_no_file
    __capctl_wants_operand; and __capctl_operands >/dev/null
end

complete -c capctl -f -n __capctl_wants_verb -a '(__capctl_words) help'
complete -c capctl -n __capctl_wants_option -a '(__capctl_words (__capctl_verb))'
complete -c capctl -n __capctl_wants_operand -a '(__capctl_operands)'
complete -c capctl -n __capctl_wants_no_file -f
