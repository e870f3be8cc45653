#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Compares capruntime's manual pages with its behaviour.

load policy

page=man/capruntime-policy.5

setup() {
	setup_policy
	require_programs jq
	# A separate name for the program, with links of the test.
	ln -s "$builddir/tests/cli/capruntime-sysroot" "$work/capruntime"
	CAPRUNTIME_BUILT=$work/capruntime
}

# Prints the names that the page describes: object or section, and name.
page_names() {
	awk '/^[.]S[hs] / { object = "" }
		/^[.]Ss Top level/ { object = "a policy" }
		/^[.]Ss Rules/ { object = "a rule" }
		/^[.]Ss Match keys/ { object = "\047match\047" }
		/^[.]Sh AUDIT/ { object = "a line" }
		/^[.]It Va/ && object {
			for (i = 3; i <= NF; i++)
				if ($i != ",") print object, $i
		}
	' "$srcdir/$page" | LC_ALL=C sort
}

# Prints the words of the page in .SECTION, without macros.
page_section() { # SECTION
	awk -v wanted="$1" '/^[.]S[hs] / {
			$1 = ""
			inside = substr($0, 2) == wanted
		}
		inside && !/^[.]/' "$srcdir/$page"
}

# Prints the keys whose description names a default.
page_defaults() {
	awk '/^[.]S[hs] / {
			object = /Top level/ ? "a policy" : /Rules/ ? "a rule" : ""
		}
		/^[.]It Va/ { key = $3 }
		/[Dd]efault/ && object { print object, key }
	' "$srcdir/$page" | LC_ALL=C sort -u
}

make_container() { # JQ-FILTER: changes to a non-root pod's container
	jq -n '{ociVersion: "1.0.2", process: {user: {uid: 1000, gid: 1000},
		args: ["/bin/true"], cwd: "/", capabilities: (["bounding",
		"permitted", "effective"] | map({(.): ["CAP_CHOWN",
		"CAP_NET_BIND_SERVICE"]}) | add)}, annotations: {},
		linux: {namespaces: [{type: "pid"}, {type: "network"}]}} |
		'"$1" >"$bundle/config.json"
	rm -f "$bundle/.capruntime.json"
}

under_crio() { # NAMESPACE CONTAINER: a filter for make_container
	echo ".annotations = {\"io.container.manager\": \"cri-o\",
		\"io.kubernetes.pod.namespace\": \"$1\",
		\"io.kubernetes.container.name\": \"$2\"}"
}

under_containerd() { # NAMESPACE CONTAINER IMAGE
	echo ".annotations = {
		\"io.kubernetes.cri.container-type\": \"container\",
		\"io.kubernetes.cri.sandbox-namespace\": \"$1\",
		\"io.kubernetes.cri.sandbox-name\": \"pod\",
		\"io.kubernetes.cri.container-name\": \"$2\",
		\"io.kubernetes.cri.image-name\": \"$3\"}"
}

# Prints "refused", or the ambient and bounding sets and noNewPrivileges.
outcome() { # [ID]
	if "$CAPRUNTIME_BUILT" create -b "$bundle" "${1-a}" >"$work/out" 2>&1; then
		jq -r '.process | "ambient \(.capabilities.ambient // [] |
			join(" ")), bounding \(.capabilities.bounding |
			join(" ")), nnp \(.noNewPrivileges // false)"' \
			"$bundle/config.json" | sed 's/CAP_//g; s/ ,/,/g'
	else
		sed -n 's/^capruntime: .*/refused/p' "$work/out"
	fi
}

@test "mandoc finds nothing in the manual pages" {
	require_programs mandoc
	local found

	found=$(mandoc -Tlint "$srcdir"/man/*.[1-9] 2>&1 |
		grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' ||
		:)
	echo "$found"
	[ -z "$found" ]
}

@test "every policy in the manual and in the README is valid" {
	local file

	make_empty_container
	[ "$(extract_policies "$srcdir/$page" "$work/5")" -ge 5 ]
	[ "$(extract_policies "$srcdir/man/capruntime.8" "$work/8")" -ge 1 ]
	[ "$(extract_policies "$srcdir/README.md" "$work/README")" -ge 1 ]
	for file in "$work"/*/policy-*.json; do
		echo "$file"
		sed "s,\"/var/log/,\"$work/," "$file" >"$CAPRUNTIME_POLICY"
		run -0 "$CAPRUNTIME_BUILT" create -b "$bundle" a
		[ "$output" = "create -b $bundle a" ]
	done
}

@test "the examples do what the page says" {
	local say='ambient %s, bounding %s, nnp %s\n'
	require_root

	example() { # NUMBER FILTER WANTED [ID]
		echo "== example $1: $3"
		sed "s,\"/var/log/,\"$work/," "$work/policy-$1.json" \
			>"$CAPRUNTIME_POLICY"
		make_container "$2"
		same_lines wanted "$3" "$(outcome "${4-a}")"
	}
	extract_policies "$srcdir/$page" "$work"

	plain='ambient, bounding CHOWN NET_BIND_SERVICE, nnp false'
	raised=${plain/ambient/ambient NET_BIND_SERVICE}
	example 1 "$(under_crio ingress-nginx nginx)" "${raised/false/true}"
	example 1 "$(under_crio ingress-nginx sidecar)" "$plain"
	example 1 "$(under_crio default nginx)" "$plain"
	example 1 "$(under_crio ingress-nginx nginx) |
		.process.capabilities |= map_values([\"CAP_CHOWN\"])" refused
	example 1 . refused

	more='.process.capabilities |= map_values(. + ["CAP_NET_RAW",
		"CAP_IPC_LOCK", "CAP_SYS_NICE"])'
	example 2 "$(under_containerd telco app registry.example/dpdk/app:1) |
		$more" "ambient NET_RAW IPC_LOCK SYS_NICE, bounding NET_RAW IPC_LOCK SYS_NICE, nnp false"
	example 2 "$(under_containerd telco app registry.example/other:1)" \
		"$plain"

	example 3 "$(under_crio dev-1 web)" "$plain"
	example 3 "$(under_crio dev-1 web) |
		.annotations[\"capruntime.io/ambient\"] = \"net_bind_service\"" \
		"$raised"
	example 3 "$(under_crio dev-1 web) |
		.annotations[\"capruntime.io/ambient\"] = \"none\" |
		.annotations[\"capruntime.io/ambient.web\"] =
			\"CAP_NET_BIND_SERVICE, CAP_CHOWN\"" "$raised"

	example 4 "$(under_crio default web) | .process.user.uid = 101 |
		del(.linux.namespaces[1])" "$plain"
	jq -es 'length == 1 and .[0].outcome == "would_apply" and
		.[0].rule == "web"' "$work/capruntime.log"

	example 5 '.process.capabilities |= map_values(. + ["CAP_NET_RAW"])' \
		"ambient NET_RAW, bounding CHOWN NET_BIND_SERVICE NET_RAW, nnp false" ping-1
	example 5 . refused ping-1
	example 5 . "$plain" web-1
}

@test "the page has every key that the parser knows, and no other" {
	same_lines parser "$(parser_keys)" \
		"$(page_names | grep -v '^a line')"
}

@test "the page has every field that a line of the log can have" {
	local policy='{version: 1, engine: "containerd", audit: $log, rules: [
		{name: "r", match: {}, ambient: ["KILL"]} + $more]}' more

	make_container "$(under_containerd a b c)"
	for more in '{}' '{"require": true}'; do
		jq -n --arg log "$work/log" --argjson more "$more" "$policy" \
			>"$CAPRUNTIME_POLICY"
		outcome
	done
	same_lines log "$(jq -r 'keys[]' "$work/log" | sort -u |
		sed 's/^/a line /')" "$(page_names | grep '^a line' |
			grep -vxE 'a line (effective|bounding|inheritable|permitted|ambient)')"
}

@test "the page has the dangerous capabilities" {
	same_lines capset_dangerous "$(awk '/capset_dangerous/, /;/' \
		"$srcdir/src/caps/set.c" | grep -oE 'CAP_[A-Z_]+' |
		sed 's/^CAP_//' | LC_ALL=C sort)" "$(page_section 'What pods may ask for' |
			grep -E '^[A-Z_ ]+$' | tr ' ' '\n' | LC_ALL=C sort)"
}

@test "the page has the limits" {
	limit() { # NAME
		sed -n "s/^#define $1 \([0-9]*\).*/\1/p" "$srcdir"/include/policy/*.h
	}
	page_section DESCRIPTION >"$work/text"
	[ "$(limit POLICY_FILES_MAX)" = 64 ]
	grep '^can have 64 files' "$work/text"
	[ "$(limit POLICY_RULES_MAX)" = 10000 ]
	grep 'together can have 10000 rules' "$work/text"
	[ "$(limit POLICY_PATTERNS_MAX)" = 256 ]
	grep 'a rule can have 256 patterns' "$work/text"
	grep -F '((size_t)1024 * 1024)' "$srcdir/include/policy/policy.h"
	grep 'at most 1 MiB' "$work/text"
	[ "$(limit POLICY_NAME_MAX)" = 63 ]
	grep '^1 to 63 of' "$srcdir/$page"
}

# Each key, its default, another value, and a container for which the two values
# give different results. The rule raises NET_BIND_SERVICE.
defaults() {
	cat <<-'END_OF_DEFAULTS'
		a policy|engine|"none"|"cri-o"|.
		a policy|mode|"enforce"|"audit"|.
		a policy|audit_all|false|true|.process.user.gid = 7
		a rule|require|false|true|del(.process.capabilities.bounding[1])
		a rule|no_new_privileges|false|true|.
		a rule|on_request|false|true|.
		a rule|exec|false|true|.
		'match'|privileged|false|true|.
		'match'|privileged|false|true|.process.capabilities[] = $held
		'match'|uid|"1-"|0|.
		'match'|uid|"1-"|0|.process.user.uid = 0
	END_OF_DEFAULTS
}

held() { # prints this process's capabilities as a config.json list
	capsh --decode="$(awk '/^CapBnd/ { print $2 }' /proc/self/status)" |
		cut -d= -f2 | jq -Rc 'ascii_upcase / ","'
}

@test "every key has the default that the page names" {
	require_root
	require_programs capsh
	local object key default other filter at value changed held

	held=$(held)

	became() { # VALUE-OF-THE-KEY, or none to omit the key
		jq -n --arg log "$work/log" '{version: 1, audit: $log, rules: [
			{name: "r", match: {gid: 1000},
			ambient: ["NET_BIND_SERVICE"]}]}'" | ${1:+$at.$key = $1 |} ." \
			>"$CAPRUNTIME_POLICY"
		make_container "${filter/\$held/$held}"
		rm -f "$work/log"
		outcome
		jq -r .outcome "$work/log" 2>/dev/null || echo 'no line'
		jq '{exec: .decided.exec}' "$bundle/.capruntime.json" 2>/dev/null ||
			:
	}
	while IFS='|' read -r object key default other filter; do
		case $object in
		'a policy') at= ;;
		'a rule') at='.rules[0]' ;;
		*) at='.rules[0].match' ;;
		esac
		echo "== $object: $key"
		value=$(became)
		same_lines "$default" "$(became "$default")" "$value"
		changed=$(became "$other")
		echo "$value" / "$changed"
		[ -n "$changed" ]
		[ "$changed" != "$value" ]
	done < <(defaults)
	# 'audit' is tested in audit.bats.
	same_lines page "$(page_defaults | grep -v ' audit$')" \
		"$(defaults | grep -v "^'match'" | cut -d'|' -f1,2 | tr '|' ' ' |
			LC_ALL=C sort)"
}
