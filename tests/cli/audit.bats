#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# The contents of the audit log. Where it is written: audit_unavailable.bats.

load policy_helpers

setup() { setup_container; }

web='{name: "web", match: {namespace: "shop"}, ambient: ["NET_BIND_SERVICE"]}'

# Prints a config.json's sets as hexadecimal masks: "EFFECTIVE BOUNDING
# INHERITABLE PERMITTED AMBIENT".
masks() { # FILE
	jq -r '.process.capabilities as $sets | ["effective", "bounding",
		"inheritable", "permitted", "ambient"][] |
		($sets[.] // []) | join(",")' "$1" | while read -r names; do
		mask=0
		for name in ${names//,/ }; do
			mask=$((mask | 1 << $(capability_number "$name")))
		done
		printf '%016x\n' "$mask"
	done | paste -sd' '
}

capability_number() { # CAP_NAME
	case $1 in
	CAP_CHOWN) echo 0 ;;
	CAP_KILL) echo 5 ;;
	CAP_NET_BIND_SERVICE) echo 10 ;;
	CAP_NET_RAW) echo 13 ;;
	*) return 1 ;;
	esac
}

audited_masks() { # before or after
	tail -n 1 "$log" | jq -r ".$1 | [.effective, .bounding, .inheritable,
		.permitted, .ambient] | join(\" \")"
}

@test "the file is created for root only, with any umask" {
	policy '{engine: "cri-o"}' "$web"
	for mask in 000 022 077; do
		(umask "$mask" && expect_start)
		[ "$(stat -c %a "$log")" = 600 ]
		rm "$log"
	done
}

@test "every create and run that a rule decides adds one line" {
	policy '{engine: "cri-o"}' "$web"
	expect_start
	expect_audit '.verb == "create" and .id == "x"' 1
	expect_start --root /r run -b "$bundle" y
	expect_audit '.verb == "run" and .id == "y"' 2
	for verb in state start kill delete; do
		expect_start "$verb" x
	done
	expect_start exec x true
	expect_audit '.id == "y"' 2
	[ "$(stat -c %a "$log")" = 600 ]
}

@test "an existing file is written to and keeps its mode" {
	policy '{engine: "cri-o"}' "$web"
	(umask 022 && echo '{"an": "old line"}' >"$log")
	expect_start
	expect_audit '.rule == "web"' 2
	[ "$(stat -c %a "$log")" = 644 ]
}

@test "after a rotation by the example for logrotate lines go to a new file" {
	policy '{engine: "cri-o"}' "$web"
	expect_start
	sed "s|/var/log/capruntime.log|$log|" "$srcdir/packaging/logrotate/capruntime" \
		>"$BATS_TEST_TMPDIR/logrotate"
	grep -q "^$log {\$" "$BATS_TEST_TMPDIR/logrotate"
	if command -v logrotate; then
		logrotate --force --state "$BATS_TEST_TMPDIR/state" \
			"$BATS_TEST_TMPDIR/logrotate"
		[ ! -e "$log" ]
	else
		mv "$log" "$log.1"
	fi
	expect_start --root /r create -b "$bundle" y
	expect_audit '.id == "y"' 1
	[ "$(stat -c %a "$log")" = 600 ]
	jq -e '.id == "x"' "$log.1"
}

@test "a line has the container, the decision and the reason" {
	policy '{engine: "cri-o"}' '{name: "web", match: {namespace: "shop"},
		ambient: ["NET_BIND_SERVICE", "SYS_NICE"], drop: ["CHOWN"],
		no_new_privileges: true}'
	expect_start
	expect_audit '(keys - ["time", "runtime", "before", "after"]) == ([
		"outcome", "mode", "verb", "id", "handler", "engine",
		"namespace", "pod", "container", "image", "uid", "rule",
		"file", "no_new_privileges", "raised", "missing"] | sort)'
	expect_audit '[.outcome, .mode, .verb, .id, .handler, .engine] == [
		"applied", "enforce", "create", "x", "capruntime", "cri-o"]'
	expect_audit '[.namespace, .pod, .container, .image, .uid] == [
		"shop", "web-1", "main", "registry.example/web:1", 1000]'
	expect_audit ".rule == \"web\" and .file == \"$CAPRUNTIME_POLICY\""
	expect_audit ".runtime == \"$CAPRUNTIME_RUNTIME\""
	expect_audit '.raised == ["CAP_NET_BIND_SERVICE"] and
		.missing == ["CAP_SYS_NICE"] and .no_new_privileges == true'
	expect_audit '[.before, .after] | all(keys == ["ambient", "bounding",
		"effective", "inheritable", "permitted"] and
		all(test("^[0-9a-f]{16}$")))'
	expect_audit '.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")'
	expect_audit ".time | fromdate | . > $(date +%s) - 60 and . < $(date +%s) + 60"
}

@test "before and after are what config.json held and holds" {
	for more in '' 'inheritable: ["NET_RAW"],' 'drop: ["KILL"],' \
		'drop: "others",'; do
		make_container '.process.capabilities.inheritable =
			["CAP_CHOWN"] | .process.capabilities.ambient =
			["CAP_CHOWN"]'
		policy '{engine: "cri-o"}' "{$more name: \"web\", match: {},
			ambient: [\"NET_BIND_SERVICE\"]}"
		expect_start
		[ "$(audited_masks before)" = "$(masks "$work/original.json")" ]
		[ "$(audited_masks after)" = "$(masks "$bundle/config.json")" ]
		# The second create: `before` must still be the engine's sets.
		expect_start
		[ "$(audited_masks before)" = "$(masks "$work/original.json")" ]
		[ "$(audited_masks after)" = "$(masks "$bundle/config.json")" ]
	done
}

@test "names are omitted without an engine" {
	policy '{}' '{name: "all", match: {}, ambient: ["KILL"]}'
	expect_start
	expect_audit '.engine == "none" and (has("namespace") or has("pod") or
		has("container") or has("image") | not) and .uid == 1000'
}

@test "the handler is the name of the command" {
	ln -s "$CAPRUNTIME_BUILT" "$work/capruntime-ctr"
	capruntime=$work/capruntime-ctr
	policy '{engine: {"capruntime-ctr": "cri-o"}}' "$web"
	expect_start
	expect_audit '.handler == "capruntime-ctr" and .engine == "cri-o"' 1
}

@test "a refused create is logged with the printed reason" {
	policy '{engine: "cri-o"}' '{name: "web", match: {namespace: "shop"},
		ambient: ["SYS_NICE", "NET_RAW"], require: true}'
	expect_refusal "rule 'web'" CAP_SYS_NICE
	expect_audit '.outcome == "refused" and .rule == "web" and
		.missing == ["CAP_SYS_NICE"] and
		.raised == ["CAP_NET_RAW"] and .pod == "web-1"' 1
	[ "capruntime: $(jq -r .reason "$log")" = "$stderr" ]
	expect_untouched
}

@test "a create that is refused before a rule is found is logged" {
	policy '{engine: "cri-o"}' "$web"
	echo '{' >"$bundle/config.json"
	expect_refusal 'not valid JSON'
	expect_audit '.outcome == "refused" and .id == "x" and
		(has("rule") or has("before") | not)' 1
	rm "$bundle/config.json"
	expect_refusal 'is missing'
	expect_audit '.outcome == "refused"' 2
	make_container 'del(.annotations)'
	expect_refusal "was not written by cri-o"
	expect_audit '.outcome == "refused" and .engine == "cri-o" and
		(has("namespace") | not)' 3
	rm -r "$bundle"
	expect_refusal 'is missing'
	expect_audit '.outcome == "refused"' 4
	mkdir "$bundle"
}

@test "a create without a matching rule is logged only with audit_all" {
	policy '{engine: "cri-o"}' '{name: "other", match: {namespace: "x"}}'
	expect_start
	[ ! -e "$log" ]
	policy '{engine: "cri-o", audit_all: false}' \
		'{name: "other", match: {namespace: "x"}}'
	expect_start
	[ ! -e "$log" ]
	policy '{engine: "cri-o", audit_all: true}' \
		'{name: "other", match: {namespace: "x"}}'
	expect_start
	expect_audit '.outcome == "no_rule" and .namespace == "shop" and
		(has("rule") or has("after") | not)' 1
	expect_untouched
}

@test "a rule without an action is logged with equal sets" {
	policy '{engine: "cri-o"}' '{name: "hands-off", match: {}}'
	expect_start
	expect_audit '.outcome == "applied" and .rule == "hands-off" and
		.before == .after and .raised == [] and .missing == []' 1
}

@test "a sandbox is logged with audit_all, with the reason why it is not changed" {
	make_container '.annotations["io.kubernetes.container.name"] = "POD"'
	policy '{engine: "cri-o"}' "$web"
	expect_start
	[ ! -e "$log" ]
	policy '{engine: "cri-o", audit_all: true}' "$web"
	expect_start
	expect_audit '.outcome == "no_rule" and (.reason | test("sandbox"))' 1
	expect_untouched
}

@test "unknown words of a request are last in missing" {
	make_container '.annotations["capruntime.io/ambient"] =
		"FOO,NET_RAW KILL,bar\"baz SYS_NICE"'
	policy '{engine: "cri-o"}' '{name: "asks", match: {},
		ambient: ["KILL", "SYS_NICE"], on_request: true}'
	expect_start
	expect_audit '.raised == ["CAP_KILL"] and .missing ==
		["CAP_NET_RAW", "CAP_SYS_NICE", "FOO bar\"baz"]' 1
}

@test "text from a pod stays inside its string, and is cut" {
	make_container '.annotations += {
		"io.kubernetes.pod.name": "x\"}\n{\"outcome\":\"forged\"}\n",
		"io.kubernetes.cri-o.ImageName": ("i" * 70000),
		"capruntime.io/ambient": ("A \"B\n" * 9000)}'
	policy '{engine: "cri-o"}' '{name: "asks", match: {},
		ambient: ["KILL"], on_request: true}'
	expect_start
	expect_audit '.outcome == "applied" and
		.pod == "x\"}\n{\"outcome\":\"forged\"}\n" and
		(.image | endswith("i...")) and
		(.missing[0] | endswith("..."))' 1
	[ "$(wc -c <"$log")" -le 4096 ]
}

@test "bytes that are not UTF-8 are escaped" {
	policy '{}' '{name: "all", match: {}, ambient: ["KILL"]}'
	expect_start create -b "$bundle" $'x\xff\x01y'
	expect_audit '.id == "x\ufffd\u0001y"' 1
}

@test "lines of concurrent creates do not mix" {
	policy '{engine: "cri-o"}' "$web"
	for ((number = 0; number < 8; number++)); do
		cp -r "$bundle" "$bundle-$number"
		for ((round = 0; round < 10; round++)); do
			"$capruntime" create -b "$bundle-$number" \
				"$number-$round" >/dev/null
		done 3>&- &
	done
	wait
	[ "$(jq -r .id "$log" | sort -u | wc -l)" -eq 80 ]
	[ "$(wc -l <"$log")" -eq 80 ]
}
