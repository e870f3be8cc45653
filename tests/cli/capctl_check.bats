#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # policy_helpers.bash sets them
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# 'capctl check' reports all errors of all files, and warnings.

load policy_helpers

setup() {
	setup_policy
	require_programs jq timeout
	capctl=$builddir/capctl
	file=$work/p.json
	around=()
	unset CAPRUNTIME_POLICY
	cd "$work" || return
}

check() { # STATUS [WORD…]
	local want=$1

	shift
	run --separate-stderr timeout 60 ${around[@]+"${around[@]}"} \
		"$capctl" check "$@" </dev/null
	printf 'exit status %s\nstdout: %s\nstderr: %s\n' "$status" \
		"$output" "$stderr"
	[ "$status" -eq "$want" ]
}

# Compares the whole output with standard input.
prints() { # STATUS [WORD…]
	local text

	text=$(cat)
	check "$@"
	[ -z "$stderr" ]
	diff -u --label wanted --label found <(echo "$text") <(echo "$output")
}

json() { # STATUS JQ-CONDITION [WORD…]
	local condition=$2

	check "$1" --json "${@:3}"
	[ -z "$stderr" ]
	jq -e "$condition" <<<"$output" >/dev/null || {
		echo "false: $condition"
		return 1
	}
}

rules() { # RULE…
	local IFS=,

	printf '{"version":1,"engine":"cri-o","rules":[\n%s]}\n' "$*"
}

# The node's own files, which the program finds under SYSCONFDIR.
use_node() {
	require_root
	require_programs unshare
	use_sysroot
	mkdir "$etc/policy.d"
	capctl=$builddir/tests/cli/capctl-sysroot
	capruntime=$builddir/tests/cli/capruntime-sysroot
	make_empty_container
}

# The first error is the one that the runtime reports.
same_as_runtime() {
	local words found

	found=$(jq -r '[.problems[] | select(.severity == "error")][0] |
		if .line then "\u0027\(.file)\u0027:\(.line):\(.column): " else ""
		end + .text' <<<"$output")
	words=("${around[@]}" "$capruntime" create -b "$bundle" x)
	run --separate-stderr timeout 60 "${words[@]}" </dev/null
	printf 'runtime: %s\n  check: %s\n' "$stderr" "$found"
	[ "$status" -eq 1 ]
	[ "$stderr" = "capruntime: load policy: $found" ]
}

@test "a policy without a flaw is clean" {
	prints 0 "$srcdir/packaging/policy.json" <<-'END'
		1 file, 0 rules: 0 errors, 0 warnings
	END
	prints 0 --strict "$srcdir/tests/data/policies/lint/clean.json" <<-'END'
		1 file, 3 rules: 0 errors, 0 warnings
	END
	rules '{"name":"a","match":{"id":"a"}}' | jq '.mode = "audit"' >"$file"
	prints 0 p.json <<-'END'
		1 file, 1 rule, mode audit: 0 errors, 0 warnings
	END
}

@test "all errors are shown with their line and a caret, in the order of the text" {
	cat >"$file" <<-'END'
		{ "versio": 1,
		  "rules": [
		    { "name": "a", "match": { "uid": "x" }, "ambient": [ "NOPE" ] },
		    { "name": "a", "match": { "idd": "x" } },
		    { "name": "b", "match": { "id": "b" }, "ambient": [ "BPF" ] } ] }
	END
	prints 1 p.json <<-'END'
		p.json:1:3: error: unknown key 'versio' in a policy (known: $schema, comment,
		version, engine, mode, audit, audit_all, ceiling, rules)
		    { "versio": 1,
		      ^
		fix: write 'version'
		p.json:3:38: error: 'uid' must be a number (1000) or a range ("1000-1999",
		"1000-")
		        { "name": "a", "match": { "uid": "x" }, "ambient": [ "NOPE" ] },
		                                         ^
		p.json:3:58: error: unknown capability 'NOPE'
		        { "name": "a", "match": { "uid": "x" }, "ambient": [ "NOPE" ] },
		                                                             ^
		p.json:4:15: error: duplicate rule name 'a'
		        { "name": "a", "match": { "idd": "x" } },
		                  ^
		p.json:4:31: error: unknown key 'idd' in 'match' (known: namespace, pod,
		container, image, id, handler, annotations, uid, gid, host_network, host_pid,
		userns, no_new_privileges, privileged)
		        { "name": "a", "match": { "idd": "x" } },
		                                  ^
		fix: write 'id'
		p.json:5:55: warning: CAP_BPF: a process that holds this is close to root on the
		node
		        { "name": "b", "match": { "id": "b" }, "ambient": [ "BPF" ] } ] }
		                                                          ^
		1 file, 3 rules: 5 errors, 1 warning
	END
}

@test "an error in syntax ends its file and no other" {
	echo '{ "version": 1, "rules": [ }' >"$file"
	rules '{"name":"r","match":{"uid":-1}}' >more.json
	json 1 '[.problems[] | [.file, .line, .column]] ==
		[["p.json", 1, 28], ["more.json", 1, 23], ["more.json", 2, 28]]' \
		p.json more.json
	[[ "$(jq -r '.problems[0].text' <<<"$output")" = 'not valid JSON: '* ]]
}

@test "warnings alone leave the status 0, --strict makes it 1" {
	rules '{"name":"r","match":{"namespace":"prod*"}}' >"$file"
	json 0 '.errors == 0 and .warnings == 1' p.json
	json 1 '.errors == 0 and .warnings == 1' --strict p.json
	rules '{"name":"r","match":{"namespace":"prod-*"}}' >"$file"
	json 0 '.errors == 0 and .warnings == 0' --strict p.json
}

@test "every warning has the expected place and code" {
	local each

	for each in "$srcdir"/tests/data/policies/lint/*.json; do
		check "$(grep -c -m 1 above-ceiling "${each%.json}.expect")" \
			--json "$each"
		diff -u <(sort "${each%.json}.expect") <(jq -r '.problems[] |
			"\(.line):\(.column): \(.code) (\(.rule)): \(.text)"' \
			<<<"$output" | sort)
		[ "$(jq -c '[.problems[] | [.line, .column]]' <<<"$output")" = \
			"$(jq -c '[.problems[] | [.line, .column]] | sort' \
				<<<"$output")" ]
	done
}

@test "the object has these members and no others" {
	rules '{"name":"r","match":{"namespace":"prod*"}}' >"$file"
	json 0 '. == {files: ["p.json"], rules: 1, mode: "enforce", problems: [
		{severity: "warning", code: "no-boundary", file: "p.json",
		line: 2, column: 34, rule: "r", text: .problems[0].text, fix: null}],
		errors: 0, warnings: 1, complete: true}' p.json
	rules '{"match":{"id":"a"}, "name": "r", "x": 1}' | jq '.mode = "audit"' \
		>"$file"
	json 1 '. == {files: ["p.json"], rules: 1, mode: "audit", problems: [
		{severity: "error", code: "invalid", file: "p.json",
		line: 10, column: 7, rule: "r", text: .problems[0].text, fix: null}],
		errors: 1, warnings: 0, complete: true}' p.json
	json 2 '. == {files: [], rules: 0, mode: "enforce", problems: [
		{severity: "error", code: "unreadable", file: "no.json", line: null,
		column: null, rule: null, text: "\u0027no.json\u0027: no such file or directory", fix: null}],
		errors: 1, warnings: 0, complete: false}' no.json
}

@test "of several files the first is policy.json, the others are of policy.d" {
	rules '{"name":"a","match":{"namespace":"a"}}' >main.json
	echo '{"version":1,"rules":[{"name":"b","match":{"namespace":"a"}}]}' \
		>more.json
	prints 0 main.json more.json <<-'END'
		more.json:1:31: warning: this rule never decides: 'a' in 'main.json' precedes it
		and matches everything that it matches
		    {"version":1,"rules":[{"name":"b","match":{"namespace":"a"}}]}
		                                  ^
		2 files, 2 rules: 0 errors, 1 warning
	END
	json 1 '.errors == 2 and .problems[0].rule == "b" and
		(.problems[0].text | startswith("this key requires an engine")) and
		(.problems[1].text | endswith("is only allowed in policy.json"))' \
		more.json main.json
	json 1 '[.problems[].line] == [1, 2]' main.json main.json
}

@test "the ceiling of policy.json holds for the rules of every file" {
	echo '{"version":1,"ceiling":["NET_RAW"],"rules":[]}' >main.json
	echo '{"version":1,"rules":[{"name":"b","match":{},"ambient":["KILL"]}]}' \
		>more.json
	json 1 '.errors == 1 and (.problems |
		map(select(.severity == "error"))[0] |
		[.code, .file, .rule, .line] ==
		["above-ceiling", "more.json", "b", 1])' main.json more.json
}

@test "identity keys are no error if policy.json cannot be read" {
	echo '{"version":1,"rules":[{"name":"b","match":{"namespace":"a"}}]}' \
		>more.json
	echo '{' >main.json
	json 1 '.errors == 1 and .problems[0].file == "main.json"' \
		main.json more.json
	json 2 '.errors == 1 and .problems[0].file == "no.json"' \
		no.json more.json
	rules '{"name":"a","match":{"namespace":"a"}}' | sed 's/cri-o/crio/' \
		>main.json
	json 1 '.errors == 1 and (.problems[0].text | startswith("\u0027engine\u0027 must be"))' \
		main.json more.json
}

@test "an unreadable file is status 2 and hides no other" {
	mkdir directory
	mkfifo fifo
	ln -s nowhere link
	rules '{"name":"r","match":{"namespace":"prod*"}}' >"$file"
	for each in no.json no/no.json directory '' fifo link /dev/null p.json/x; do
		json 2 '(.complete | not) and .problems[0].code == "unreadable"' \
			"$each"
		json 2 '.errors == 1 and .warnings == 1' p.json "$each"
	done
	prints 2 no.json <<-'END'
		error: 'no.json': no such file or directory
		0 files, 0 rules: 1 error, 0 warnings
	END
}

@test "where the working directory is gone no other file is taken" {
	rules '{"name":"a","match":{"uid":1000}}' >"$file"
	check 0 "$file"
	mkdir gone
	around=(bash -c 'cd gone && rmdir "$PWD" && exec "$@"' bash)
	check 2 "${file#/}"
	[[ "$output" = *"resolve '"* ]]
}

@test "a file that may not be read is status 2" {
	require_no_counting
	require_root
	require_programs setpriv
	cp "$capctl" "$work/capctl"
	capctl=$work/capctl
	chmod o+x "$BATS_RUN_TMPDIR" "${work%/*}"
	chmod 755 "$work"
	rules >"$file"
	chmod 600 "$file"
	around=(setpriv --reuid 4711 --regid 4711 --clear-groups)
	json 2 '.problems[0].code == "unreadable" and
		(.problems[0].text | endswith("permission denied"))' p.json
	export CAPRUNTIME_POLICY=$file
	json 2 '.problems[0].code == "unreadable"'
}

@test "wrong use is status 2" {
	local many=() i

	check 2 --no-such
	[[ "$stderr" = "capctl: check: unknown option '--no-such'"* ]]
	[ -z "$output" ]
	for ((i = 0; i < 66; i++)); do many+=(p.json); done
	check 2 "${many[@]}"
	[[ "$stderr" = 'capctl: check: more than 65 files'* ]]
}

@test "files that others can write are warned of" {
	require_root
	rules '{"name":"r","match":{"uid":-1}}' >"$file"
	chmod 666 "$file"
	check 1 p.json
	[[ "${lines[0]}" = "warning: '$work/p.json' is writable by others: "* ]]
	[ "${#lines[@]}" -ge 5 ]
	json 1 '[.problems[] | [.severity, .code, .line]] ==
		[["warning", "untrusted", null], ["error", "invalid", 2]]' p.json
	rules >"$file"
	json 0 '.warnings == 1 and .files == ["p.json"]' p.json
	json 1 '.warnings == 1' --strict p.json
	mkdir open
	chmod 777 open
	chmod 644 "$file"
	mv "$file" open/
	json 0 '.problems[0].code == "untrusted" and .warnings == 1' open/p.json
	chmod 755 open
	chown 4711 open/p.json
	json 0 '.problems[0].code == "untrusted" and .warnings == 1' open/p.json
	cd open
	json 0 '.problems[0].code == "untrusted" and .warnings == 1' ../open/p.json
}

@test "an audit file that others can steer is warned of" {
	require_root
	mkdir -m 1777 shared
	ln -s elsewhere shared/log
	chown -h 1000 shared/log
	printf '{"version":1,"audit":"%s/shared/log","rules":[{"name":"r",
		"match":{"uid":1}}]}' "$work" >"$file"
	json 0 '.warnings == 1 and (.problems[0] | .code == "untrusted" and
		(.text | contains("is owned by user 1000")))' p.json
	rm shared/log
	json 0 '.warnings == 0' p.json
}

@test "without a FILE it is the policy of this node" {
	use_node
	rm -r "$etc/policy.d"
	json 1 '.errors == 1 and .problems[0].code == "unusable" and
		.problems[0].line == null'
	same_as_runtime
	rmdir "$etc"
	prints 0 <<-'END'
		no policy: containers start unchanged
	END
	json 0 '.files == [] and .problems == []'
	mkdir -p "$etc/policy.d"
	rules '{"name":"main","match":{"namespace":"a-*"}}' >"$etc/policy.json"
	for each in 20 10; do
		echo '{"version":1,"rules":[{"name":"r'$each'",
			"match":{"namespace":"a-'$each'"}}]}' \
			>"$etc/policy.d/$each.json"
	done
	echo 'no policy' >"$etc/policy.d/README"
	json 0 ".files == [\"$seen/policy.json\", \"$seen/policy.d/10.json\",
		\"$seen/policy.d/20.json\"] and .rules == 3 and
		[.problems[] | [.rule, .code]] ==
		[[\"r10\", \"shadowed\"], [\"r20\", \"shadowed\"]]"
}

@test "\$CAPRUNTIME_POLICY is the policy of this node" {
	use_node
	echo '{' >"$etc/policy.json"
	rules '{"name":"r","match":{"uid":-1}}' >"$file"
	export CAPRUNTIME_POLICY=$file
	json 1 ".files == [\"$file\"] and .errors == 1"
	same_as_runtime
	for CAPRUNTIME_POLICY in '' p.json "$work/no.json" "$work" /dev/null; do
		json 1 '.errors == 1 and .problems[0].code == "unusable"'
		same_as_runtime
	done
	CAPRUNTIME_POLICY=$file
	chmod 666 "$file"
	json 1 '[.problems[].code] == ["untrusted", "invalid"] and .errors == 2'
	same_as_runtime
}

@test "what the runtime refuses of this node's files is an error" {
	use_node
	local more=$etc/policy.d/1.json

	rules >"$etc/policy.json"
	echo '{"version":1,"rules":[{}]}' >"$more"
	json 1 '.errors == 2'
	same_as_runtime
	chmod 666 "$more"
	json 1 '.errors == 3 and .problems[0].code == "untrusted"'
	same_as_runtime
	chmod 777 "$etc/policy.d"
	json 1 '[.problems[].code] ==
		["untrusted", "untrusted", "invalid", "invalid"]'
	same_as_runtime
	chmod 755 "$etc/policy.d"
	truncate -s 1048577 "$more"
	chmod 644 "$more"
	json 1 '.errors == 1 and .problems[0].code == "unusable"'
	same_as_runtime
	rm "$more"
	mkdir "$more"
	echo '{"version":2,"rules":[]}' >"$etc/policy.d/2.json"
	json 1 '[.problems[].code] == ["unusable", "invalid"]'
	same_as_runtime
	rm -r "$etc/policy.d"
	echo >"$etc/policy.d"
	json 1 '[.problems[].code] == ["unusable"]'
	same_as_runtime
	rm "$etc/policy.d"
	mkdir "$etc/policy.d"
	for ((at = 0; at < 65; at++)); do
		echo '{"version":1,"rules":[]}' >"$etc/policy.d/$at.json"
	done
	json 1 '[.problems[].code] == ["unusable"]'
	same_as_runtime
}

@test "the first error is the runtime's, whatever is wrong" {
	require_root
	capruntime=$CAPRUNTIME_BUILT
	make_empty_container
	export CAPRUNTIME_POLICY
	for CAPRUNTIME_POLICY in "$srcdir"/tests/data/policies/bad/*.json; do
		cp "$CAPRUNTIME_POLICY" "$file"
		CAPRUNTIME_POLICY=$file
		check 1 --json "$file"
		same_as_runtime
	done
}

@test "check finds errors in what the runtime refuses, and in nothing else" {
	require_python
	make_empty_container
	export CAPCTL=$capctl CAPRUNTIME_POLICY=$file
	"$python" "$srcdir/tests/cli/schema.py" check \
		"$srcdir/tests/data/schema-corpus/policies.jsonl" "$bundle" "$file"
}

@test "the same for files of policy.d" {
	use_node
	require_python
	rules '{"name":"main","match":{}}' >"$etc/policy.json"
	export CAPCTL=$capctl CAPRUNTIME_BUILT=$capruntime
	run "${around[@]}" "$python" "$srcdir/tests/cli/schema.py" check \
		"$srcdir/tests/data/schema-corpus/policies.jsonl" "$bundle" \
		"$seen/policy.d/x.json" "$seen/policy.json"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" != '0 policies'* ]]
}

@test "policies that come with capruntime have only warnings that are right" {
	local page

	for page in man/capruntime-policy.5 man/capruntime.8 README.md; do
		extract_policies "$srcdir/$page" "$work/${page##*/}"
	done
	for each in "$work"/*/policy-*.json "$srcdir/packaging/policy.json"; do
		json 0 '[.problems[].code] | unique - ["exec-unbound"] == []' "$each"
	done
	for each in "$srcdir"/examples/*.json; do
		json 0 '[.problems[].code] | unique - ["dangerous-capability"] ==
			[]' "$each"
	done
}

@test "a line that is too long is cut around the place, and fits 80 columns" {
	{
		printf '{"version":1,"rules":[{"name":"r","match":{"id":['
		for ((i = 0; i < 100; i++)); do printf '"pattern-%s",' $i; done
		printf '"x"]},"ambient":["NOPE"],\t"drop":["h\xc3\xa4"],"comment":"%200s"}]}' x
	} >"$file"
	prints 1 p.json <<-'END'
		p.json:1:1357: error: unknown capability 'NOPE'
		    ...-98","pattern-99","x"]},"ambient":["NOPE"], "drop":["hä"],"comment":" ...
		                                          ^
		p.json:1:1374: error: unknown capability 'hä'
		    ...,"x"]},"ambient":["NOPE"], "drop":["hä"],"comment":"                  ...
		                                          ^
		1 file, 1 rule: 2 errors, 0 warnings
	END
	[ "$(LC_ALL=C.UTF-8 grep -cE '^.{81}' <<<"$output")" = 0 ]
}

@test "tabs, wide bytes and what is not text keep the caret where it belongs" {
	printf '{\t"version":1,\t"comment":"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80","x":1,"rules":[]}\r\n' >"$file"
	prints 1 p.json <<-'END'
		p.json:1:32: error: unknown key 'x' in a policy (known: $schema, comment,
		version, engine, mode, audit, audit_all, ceiling, rules)
		    { "version":1, "comment":"ä€😀","x":1,"rules":[]}
		                                    ^
		1 file, 0 rules: 1 error, 0 warnings
	END
	printf '{"version":1,"rules":"\x1b[31m\x9b"}' >"$file"
	prints 1 p.json <<-'END'
		p.json:1:23: error: not valid JSON: control character in a string
		    {"version":1,"rules":"�[31m�"}
		                          ^
		1 file, 0 rules: 1 error, 0 warnings
	END
}

is_printable() {
	if LC_ALL=C grep -P '[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' \
		<<<"$output"; then
		return 1
	fi
}

@test "nothing unprintable of a file or its name reaches the terminal" {
	local name=$'\e[2J\n\x9b.json'

	printf '{"\\u001b]0;x\\u0007\x7f\xc2\x9b":1,"version":1,"rules":[]}' \
		>"$name"
	check 1 "$name"
	is_printable
	[[ "${lines[0]}" = '\x1b[2J\x0a\x9b.json:1:2: error: '* ]]
	check 1 --json "$name"
	is_printable
	jq -e '.problems[0].file | startswith("\u001b[2J\n")' <<<"$output"
}

@test "thousands of problems are all reported" {
	{
		printf '{"version":1,"rules":['
		for ((i = 0; i < 20000; i++)); do printf '0,\n'; done
		printf '0]}\n'
	} >"$file"
	json 1 '.errors == 20001 and .problems[20000].line == 20001' p.json
	check 1 p.json
	[ "$(tail -n 1 <<<"$output")" = '1 file, 0 rules: 20001 errors, 0 warnings' ]
}

@test "a full disk is status 2" {
	rules >"$file"
	for more in '' --json; do
		status=0
		# shellcheck disable=SC2086 # one word or none
		"$capctl" check $more p.json 2>stderr >/dev/full || status=$?
		[ "$status" -eq 2 ]
		grep -x 'capctl: write to standard output: no space left on device' stderr
	done
}

colours() { # the number of coloured lines on a terminal
	script -qec "'$capctl' check p.json" /dev/null </dev/null |
		LC_ALL=C grep -c $'\e\\[' || :
}

@test "there is colour on a terminal alone, and not with NO_COLOR" {
	require_programs script
	rules '{"name":"r","match":{"uid":-1}}' >"$file"
	export TERM=xterm
	unset NO_COLOR
	[ "$(colours)" -ge 2 ]
	[ "$(NO_COLOR=1 colours)" = 0 ]
	check 1 p.json
	[[ "$output" != *$'\e'* ]]
}

@test "the manual has every code and no other" {
	{
		sed -n '/codes\[LINT_COUNT\]/,/};/s/.* = "\(.*\)",/\1/p' \
			"$srcdir/src/capctl/check/lint.c"
		sed -n '/codes\[\] = {/,/};/s/.* = "\(.*\)",/\1/p' \
			"$srcdir/src/capctl/check/report.c"
	} | LC_ALL=C sort >codes
	[ "$(wc -l <codes)" = 19 ]
	cat "$srcdir"/man/capctl* | awk '/^\.Ss capctl check/ { here = 1; next }
		/^\.S[sh]/ { here = 0 } here && /^\.It Cm/ { print $3 }' |
		LC_ALL=C sort | diff -u codes -
}
