# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests of the policy's syntax. `echo` is the real runtime: it prints its
# arguments if the policy was accepted.

load ../need

bats_require_minimum_version 1.5.0
PATH=$PATH:/usr/sbin:/sbin
umask 022

setup_policy() {
	work=$BATS_TEST_TMPDIR
	bundle=$work/bundle
	mkdir "$bundle"
	export CAPRUNTIME_RUNTIME CAPRUNTIME_POLICY=$work/policy.json
	CAPRUNTIME_RUNTIME=$(type -P echo)
}

# A container whose names are trusted under every engine. No rule changes it.
make_empty_container() {
	cat >"$bundle/config.json" <<-'END_OF_CONFIG'
		{
		  "ociVersion": "1.0.2",
		  "annotations": {
		    "io.container.manager": "cri-o",
		    "io.kubernetes.cri.container-type": "container"
		  }
		}
	END_OF_CONFIG
}

# The keys that the parser knows: the object's name in messages, and the key.
parser_keys() {
	awk '
		/^\t*static const struct policy_key top_keys/ { object = "a policy" }
		/^\t*static const struct policy_key rule_keys/ { object = "a rule" }
		/^\t*static const struct policy_key keys/ { object = "\047match\047" }
		/^\t*[{] "/ {
			split($0, part, "\"")
			print object, part[2]
		}
		/^\t*[}];/ { object = "" }
	' "$srcdir/src/policy/parse.c" "$srcdir/src/policy/rule.c" |
		LC_ALL=C sort
}

# Writes each policy in a manual page or a Markdown file to
# DIRECTORY/policy-N.json and prints their number.
extract_policies() { # PAGE DIRECTORY
	mkdir -p "$2"
	awk -v into="$2/policy-" '
		/^[{]/ && !depth { file = into (++count) ".json" }
		/^[{]/ || depth {
			gsub(/\\e/, "\\")
			print >file
			depth += gsub(/[[{]/, "&") - gsub(/[]}]/, "&")
		}
		END { print count + 0 }
	' "$1"
}

same_lines() { # WHAT WANTED FOUND
	[ -n "$2" ] || return 1
	diff -u --label "$1" --label found <(echo "$2") <(echo "$3")
}
