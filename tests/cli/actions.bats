#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# The effect of a rule's actions on config.json, and that it can be reverted.
# Which containers a rule matches is tested in identity.bats.

load policy_helpers

setup() { setup_container; }

all='CHOWN,KILL,NET_BIND_SERVICE,NET_RAW'

rule() { # MORE [TOP]
	policy "${2-{\}}" "{name: \"web\", match: {}, $1}"
}

# Removes the rule; a policy without any rules reverts it too.
expect_given_back() {
	local changed=$work/changed.json

	cp "$bundle/config.json" "$changed"
	cp "$bundle/.capruntime.json" "$work/record.json"
	policy '{}' '{name: "other", match: {gid: 4242}}'
	expect_start
	expect_untouched
	cp "$changed" "$bundle/config.json"
	cp "$work/record.json" "$bundle/.capruntime.json"
	policy '{}'
	expect_start
	expect_untouched
}

@test "ambient raises a capability in all five sets, within the bounding set" {
	rule 'ambient: ["KILL", "cap_net_raw"]'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL,NET_RAW A=KILL,NET_RAW"
	expect_given_back
	make_container '.process.capabilities = {bounding: ["CAP_KILL"]}'
	rule 'ambient: ["KILL", "NET_RAW"]'
	expect_start
	expect_sets 'B=KILL P=KILL E=KILL I=KILL A=KILL'
	expect_audit '.missing == ["CAP_NET_RAW"]'
	expect_given_back
}

@test "applying a rule twice gives the same result" {
	rule 'ambient: ["KILL"], drop: "others", no_new_privileges: true'
	expect_start
	cp "$bundle/config.json" "$work/once.json"
	expect_start
	cmp "$work/once.json" "$bundle/config.json"
	expect_given_back
}

@test "inheritable changes only the inheritable set" {
	rule 'inheritable: ["NET_RAW"]'
	expect_start
	expect_sets "B=$all P=$all E=$all I=NET_RAW A=-"
	expect_given_back
	rule 'inheritable: ["NET_RAW"], ambient: ["KILL"]'
	make_container
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL,NET_RAW A=KILL"
	expect_given_back
}

@test "inheritable stays within the bounding set" {
	rule 'inheritable: ["NET_RAW", "SYS_NICE"]'
	expect_start
	expect_sets "B=$all P=$all E=$all I=NET_RAW A=-"
	make_container '.process.capabilities = {bounding: ["CAP_KILL"]}'
	expect_start
	expect_untouched
}

@test "every rule that changes the sets removes leftover inheritable capabilities" {
	for action in 'ambient: ["KILL"]' 'inheritable: ["KILL"]' \
		'drop: ["SYS_NICE"]'; do
		make_container '.process.capabilities.inheritable =
			["CAP_CHOWN", "CAP_NET_RAW"]'
		rule "$action"
		expect_start
		[[ "$(sets)" == *' I=KILL A='* || "$(sets)" == *' I= A=-' ]]
		expect_given_back
	done
	make_container '.process.capabilities.inheritable = ["CAP_CHOWN"]'
	rule 'no_new_privileges: false'
	expect_start
	expect_untouched
}

@test "ambient capabilities from the engine are kept if the runtime can raise them" {
	make_container '.process.capabilities += {
		inheritable: ["CAP_CHOWN", "CAP_NET_RAW"],
		ambient: ["CAP_CHOWN", "CAP_NET_RAW", "CAP_SYS_NICE"]} |
		.process.capabilities.permitted -= ["CAP_NET_RAW"] |
		.process.capabilities.effective -= ["CAP_NET_RAW"]'
	rule 'ambient: ["KILL"]'
	expect_start
	expect_sets "B=$all P=CHOWN,KILL,NET_BIND_SERVICE E=CHOWN,KILL,NET_BIND_SERVICE I=CHOWN,KILL A=CHOWN,KILL"
	expect_given_back
}

# All five sets; one name is not a capability.
make_full() {
	make_container '.process.capabilities |= (.bounding += ["CAP_FUTURE"] |
		.permitted as $all | .inheritable = $all | .ambient = $all)'
}

@test "drop removes from all five sets" {
	make_full
	rule 'drop: ["KILL", "SYS_NICE"]'
	expect_start
	left=CHOWN,NET_BIND_SERVICE,NET_RAW
	expect_sets "B=$left,FUTURE P=$left E=$left I=$left A=$left"
	expect_given_back
}

@test "drop and ambient work together" {
	make_full
	rule 'drop: ["KILL", "CHOWN", "NET_RAW"], ambient: ["NET_BIND_SERVICE"]'
	expect_start
	left=NET_BIND_SERVICE
	expect_sets "B=$left,FUTURE P=$left E=$left I=$left A=$left"
	expect_given_back
}

@test "drop others keeps ambient and inheritable, and no unknown name" {
	make_full
	rule 'drop: "others", ambient: ["KILL"], inheritable: ["NET_RAW"]'
	expect_start
	expect_sets 'B=KILL,NET_RAW P=KILL,NET_RAW E=KILL,NET_RAW I=KILL,NET_RAW A=KILL,NET_RAW'
	expect_given_back
	make_container
	rule 'drop: "others", ambient: ["KILL"], inheritable: ["NET_RAW"]'
	expect_start
	expect_sets 'B=KILL,NET_RAW P=KILL,NET_RAW E=KILL,NET_RAW I=KILL,NET_RAW A=KILL'
	expect_given_back
}

@test "drop others alone empties all sets" {
	make_full
	rule 'drop: "others"'
	expect_start
	expect_sets 'B= P= E= I= A='
	expect_given_back
}

@test "drop others keeps only capabilities that were requested" {
	make_container '.annotations["capruntime.io/ambient"] = "KILL"'
	rule 'drop: "others", on_request: true, ambient: ["KILL", "NET_RAW"]'
	expect_start
	expect_sets 'B=KILL,NET_RAW P=KILL,NET_RAW E=KILL,NET_RAW I=KILL A=KILL'
	expect_given_back
}

@test "no_new_privileges replaces any value, and the original is restored" {
	for original in . '.process.noNewPrivileges = false' \
		'.process.noNewPrivileges = null'; do
		make_container "$original"
		rule 'no_new_privileges: true'
		expect_start
		jq -e '.process.noNewPrivileges == true' "$bundle/config.json"
		expect_audit '.no_new_privileges == true'
		[ "$(sets)" = "B=$all P=$all E=$all I=- A=-" ]
		expect_given_back
	done
	make_container '.process.noNewPrivileges = true'
	rule 'no_new_privileges: true'
	expect_start
	expect_untouched
}

@test "no_new_privileges is restored in every spelling of the file" {
	while read -r text; do
		rm -f "$bundle/.capruntime.json"
		printf '{"process":{"user":{"uid":1000,"gid":1000}%s}}' "$text" \
			>"$bundle/config.json"
		cp "$bundle/config.json" "$work/original.json"
		rule 'no_new_privileges: true'
		expect_start
		jq -e '.process.noNewPrivileges == true' "$bundle/config.json"
		expect_given_back
	done <<-'END'
		,"noNewPrivileges":false
		, "noNewPrivileges" : false 
		,"noNewPrivileges":null,"args":["noNewPrivileges"]
		,"noNewPrivile\u0067es":false
		,"args":[]
		 
	END
}

@test "no_new_privileges false changes nothing" {
	for value in true false null; do
		make_container ".process.noNewPrivileges = $value"
		rule 'no_new_privileges: false, ambient: ["KILL"]'
		expect_start
		jq -e ".process.noNewPrivileges == $value" "$bundle/config.json"
		expect_given_back
	done
}

@test "only no_new_privileges works without a capabilities object" {
	for gone in 'del(.process.capabilities)' '.process.capabilities = null'; do
		make_container "$gone"
		rule 'no_new_privileges: true'
		expect_start
		jq -e '.process.noNewPrivileges == true' "$bundle/config.json"
		expect_given_back
		for action in 'ambient: ["KILL"]' 'inheritable: ["KILL"]' \
			'drop: ["KILL"]' 'drop: "others"'; do
			make_container "$gone"
			rule "$action, no_new_privileges: true"
			expect_refusal "rule 'web'" 'no process.capabilities'
			expect_untouched
		done
	done
}

@test "a container without a process is not changed" {
	for gone in 'del(.process)' '.process = null'; do
		make_container "$gone"
		rule 'drop: "others", ambient: ["KILL"], require: true'
		expect_start
		expect_untouched
	done
}

@test "require refuses unless every capability is raised" {
	rule 'ambient: ["KILL", "NET_RAW"], require: true'
	expect_start
	for missing in SYS_NICE SYS_TIME,WAKE_ALARM; do
		make_container
		rule "ambient: [\"KILL\", \"${missing//,/\", \"}\"],
			require: true"
		expect_refusal "rule 'web'" "CAP_${missing//,/, CAP_}" \
			'capabilities.add'
		[[ "$stderr" != *CAP_KILL* ]]
		expect_untouched
	done
}

@test "a misspelt capability is named, with the right word" {
	local word

	for word in CAP_CAP_SYS_NICE SYS_NICE CAP_sys_nice cap_sys_nice; do
		make_container ".process.capabilities.bounding += [\"$word\"]"
		rule 'ambient: ["SYS_NICE"], require: true'
		expect_refusal 'cannot raise CAP_SYS_NICE' \
			"the bounding set has '$word' instead" \
			'write SYS_NICE in capabilities.add'
		[[ "$stderr" != *'add it'* ]]
		# The word and the remedy, though engines cut long messages.
		[[ "${stderr:0:200}" == *"'$word'"* ]]
		expect_audit '.outcome == "refused" and (.reason |
			contains("write SYS_NICE in capabilities.add"))'
		rule 'ambient: ["SYS_NICE", "KILL"]'
		expect_start
		expect_audit '.outcome == "applied" and
			.raised == ["CAP_KILL"] and
			.missing == ["CAP_SYS_NICE"] and
			(.reason | contains("write SYS_NICE in capabilities.add"))'
	done
}

@test "the audit says that require does not keep what user 0 loses" {
	policy '{}' '{name: "web", match: {uid: "0-"}, ambient: ["KILL"],
		require: true}'
	expect_start
	expect_audit '.outcome == "applied" and .reason == null'
	make_container '.process.user = {uid: 0, gid: 0}'
	expect_start
	expect_audit '.outcome == "applied" and .raised == ["CAP_KILL"] and
		(.reason | contains("user 0 loses"))'
}

# Sets a pod's request. The annotations are a jq object.
asked() { # ANNOTATIONS
	make_container ".annotations += $1"
}

@test "a ceiling cuts what a rule raises, and counts it as missing" {
	rule 'ambient: ["KILL", "NET_RAW"], inheritable: ["CHOWN",
		"NET_BIND_SERVICE"]' '{ceiling: ["KILL", "CHOWN"]}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=CHOWN,KILL A=KILL"
	expect_audit '.outcome == "applied" and .raised == ["CAP_KILL"] and
		.missing == ["CAP_NET_BIND_SERVICE", "CAP_NET_RAW"] and
		(.reason | contains("ceiling"))'
	expect_given_back
	rule 'ambient: ["KILL", "NET_RAW"], require: true' '{ceiling: ["KILL"]}'
	expect_refusal "cannot raise CAP_NET_RAW: above the policy's 'ceiling'"
	expect_untouched
	rule 'ambient: ["KILL"], inheritable: ["NET_RAW"], require: true' \
		'{ceiling: ["KILL"]}'
	expect_refusal 'cannot raise CAP_NET_RAW'
}

@test "a ceiling holds for requests, and for what was raised before it" {
	make_container '.annotations."capruntime.io/ambient" = "KILL,NET_RAW"'
	rule 'ambient: ["KILL", "NET_RAW"], on_request: true'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL,NET_RAW A=KILL,NET_RAW"
	rule 'ambient: ["KILL", "NET_RAW"], on_request: true' \
		'{ceiling: ["CAP_KILL"]}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL A=KILL"
	expect_audit '.missing == ["CAP_NET_RAW"]'
	rule 'ambient: ["KILL"]' '{ceiling: ["SYS_ADMIN"]}'
	expect_start
	expect_audit '.raised == [] and .missing == ["CAP_KILL"]'
}

@test "on_request raises what is requested and allowed" {
	rule 'ambient: ["KILL", "NET_RAW"], on_request: true'
	for value in NET_RAW cap_net_raw ' ,Net_Raw, ' 'NET_RAW NET_RAW' \
		'CHOWN,NET_RAW' 'FOO NET_RAW,SYS_NICE'; do
		asked "{\"capruntime.io/ambient\": \"$value\"}"
		expect_start
		expect_sets "B=$all P=$all E=$all I=NET_RAW A=NET_RAW"
		expect_given_back
		rule 'ambient: ["KILL", "NET_RAW"], on_request: true'
	done
	asked '{"capruntime.io/ambient": "NET_RAW,KILL"}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL,NET_RAW A=KILL,NET_RAW"
}

@test "without a request nothing is raised, even with require" {
	for more in '' ', require: true'; do
		rule "ambient: [\"KILL\"], on_request: true$more"
		for value in '' none None ' , '; do
			asked "{\"capruntime.io/ambient\": \"$value\"}"
			expect_start
			expect_untouched
		done
		asked '{"capruntime.io/Ambient": "KILL"}'
		expect_start
		expect_untouched
	done
}

@test "a request that is not allowed or unknown is audited, and refused with require" {
	asked '{"capruntime.io/ambient": "KILL,CHOWN,FOO"}'
	rule 'ambient: ["KILL"], on_request: true'
	expect_start
	expect_audit '.raised == ["CAP_KILL"] and
		.missing == ["CAP_CHOWN", "FOO"]'
	expect_given_back
	rule 'ambient: ["KILL"], on_request: true, require: true'
	expect_refusal "rule 'web'" "'FOO'" 'capruntime.io/ambient'
	expect_untouched
	asked '{"capruntime.io/ambient": "KILL,CHOWN"}'
	expect_refusal "rule 'web'" CAP_CHOWN 'capruntime.io/ambient'
	expect_untouched
	asked '{"capruntime.io/ambient": "KILL"}'
	expect_start
	expect_audit '.missing == []'
}

@test "require with on_request covers only what was requested" {
	rule 'ambient: ["KILL", "SYS_NICE"], on_request: true, require: true'
	asked '{"capruntime.io/ambient": "KILL"}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL A=KILL"
	asked '{"capruntime.io/ambient": "KILL SYS_NICE"}'
	expect_refusal "rule 'web'" CAP_SYS_NICE 'capabilities.add'
}

@test "the annotation for one container takes precedence over the general one" {
	asked '{"capruntime.io/ambient": "KILL",
		"capruntime.io/ambient.main": "NET_RAW",
		"capruntime.io/ambient.side": "CHOWN"}'
	rule 'ambient: ["KILL", "NET_RAW"], on_request: true, require: true' \
		'{engine: "cri-o"}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=NET_RAW A=NET_RAW"
	asked '{"capruntime.io/ambient": "KILL",
		"capruntime.io/ambient.main": "none"}'
	expect_start
	expect_untouched
	asked '{"capruntime.io/ambient": "KILL",
		"capruntime.io/ambient.side": "none"}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL A=KILL"
}

@test "without an engine the annotation for one container is ignored" {
	rule 'ambient: ["KILL", "NET_RAW"], on_request: true'
	asked '{"capruntime.io/ambient.main": "NET_RAW"}'
	expect_start
	expect_untouched
	asked '{"capruntime.io/ambient.main": "NET_RAW",
		"capruntime.io/ambient": "KILL"}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL A=KILL"
	make_container '.annotations += {"capruntime.io/ambient.main": "KILL"}'
	rule 'ambient: ["KILL"], on_request: true' \
		'{engine: {"another-handler": "cri-o"}}'
	expect_start
	expect_untouched
}

@test "a rule without on_request ignores the request annotations" {
	asked '{"capruntime.io/ambient": "none",
		"capruntime.io/ambient.main": "CHOWN,FOO"}'
	rule 'ambient: ["KILL"], require: true' '{engine: "cri-o"}'
	expect_start
	expect_sets "B=$all P=$all E=$all I=KILL A=KILL"
	expect_audit '.missing == []'
}
