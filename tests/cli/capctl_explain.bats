#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# What 'capctl explain' says is what the runtime does: on every fixture, the
# audit log's word of a create that follows is compared with it.

load policy_helpers

setup() {
	setup_container
	capctl=$builddir/capctl
	fixtures=$srcdir/tests/data/fixtures
}

explain() { # WORD…: sets status, output and stderr
	run --separate-stderr "$capctl" explain "$@" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

# "OUTCOME RULE NAMESPACE … SETS": of an explanation, of an audit line.
said_filter='def mask: .mask;
	def sets: [.effective, .bounding, .inheritable, .permitted, .ambient] |
		map(mask) | join(" ");
	[(if .outcome == "refused" then "refused: " + .reason else
		{applied: "applied", left_alone: "applied"}[.outcome] // "no_rule"
	  end), .rule, .engine,
	 (.subject | if . then (.namespace, .pod, .container, .image |
		.value) else null, null, null, null end),
	 (.subject | if . then (.before // .uid) else null end),
	 (if .subject then (.before | sets) else null end),
	 (if .rule == null then null else (.after | sets) end),
	 ((.raised | sort | join(" ")) | if . == "" then null else . end),
	 ([.missing[].name] | sort | join(" ") | if . == "" then null else . end)]'
done_filter='def sets: [.effective, .bounding, .inheritable, .permitted,
		.ambient] | join(" ");
	[(if .outcome == "refused" then "refused: " + .reason else .outcome
	  end), .rule, .engine, .namespace, .pod, .container, .image, .uid,
	 (.before | if . then sets else null end),
	 (.after | if . then sets else null end),
	 ((.raised // []) | sort | join(" ") | if . == "" then null else . end),
	 ((.missing // []) | sort | join(" ") | if . == "" then null else . end)]'

# The bundle's config.json under the policy in use: said, then done.
expect_same() { # NAME, for messages
	local said seen

	"$capctl" explain --json --id x "$bundle" >"$work/said.json" || :
	cp "$bundle/config.json" "$work/engines.json"
	rm -f "$log"
	make_words
	"${words[@]}" >/dev/null 2>&1 </dev/null || :
	said=$(jq -c "$said_filter" "$work/said.json")
	seen=$(jq -c "$done_filter" "$log")
	[ "$said" = "$seen" ] || {
		printf '%s:\nsaid: %s\ndone: %s\n' "$1" "$said" "$seen"
		return 1
	}
	# A second explanation looks through what the create changed.
	"$capctl" explain --json --id x "$bundle" >"$work/again.json" || :
	diff <(jq -S 'del(.record)' "$work/said.json") \
		<(jq -S 'del(.record)' "$work/again.json") || {
		echo "$1: said otherwise after the create"
		return 1
	}
}

everything='{name: "all", match: {uid: "0-"}, ambient: ["NET_BIND_SERVICE",
	"NET_RAW"]}'

policies() { # ENGINE: one after the other, each made the one in use
	case $2 in
	0) policy "{engine: \"$1\", audit_all: true}" "$everything" ;;
	1) policy "{engine: \"$1\", audit_all: true}" \
		'{name: "none-here", match: {id: "y"}, ambient: ["KILL"]}' \
		'{name: "users", match: {}, ambient: ["NET_RAW", "SYS_TIME"],
			drop: "others"}' ;;
	2) policy "{engine: \"$1\", audit_all: true}" \
		'{name: "strict", match: {uid: "0-"}, ambient: ["SYS_TIME"],
			require: true}' ;;
	3) policy "{engine: \"$1\", audit_all: true}" \
		'{name: "own", match: {privileged: true, uid: "0-"}, drop:
			["SYS_ADMIN"], no_new_privileges: true}' \
		'{name: "asks", match: {id: "x"}, ambient: ["KILL", "CHOWN"],
			inheritable: ["FOWNER"], on_request: true}' ;;
	4) policy "{engine: \"$1\", audit_all: true}" \
		'{name: "alone", match: {}}' ;;
	*) return 1 ;;
	esac
}

engine_of() { # FIXTURE
	case $1 in
	*/crio/* | */crio-kubelet/*) echo cri-o ;;
	*/containerd-cri/*) echo containerd ;;
	*) echo none ;;
	esac
}

@test "what explain says of every engine's config.json is what create does" {
	count=0
	for file in "$fixtures"/*/*config.json; do
		for number in 0 1 2 3 4; do
			policies "$(engine_of "$file")" "$number"
			use_config "$file"
			expect_same "${file#"$fixtures"/} under policy $number"
			count=$((count + 1))
		done
	done
	[ "$count" -ge 150 ]
}

@test "what explain says of every odd config.json is what create does" {
	for row in $(jq -r 'keys | keys[]' \
		"$srcdir/tests/data/capabilities.json"); do
		make_container
		jq --slurpfile rows "$srcdir/tests/data/capabilities.json" \
			--argjson row "$row" '.process.capabilities =
			($rows[0] | to_entries[$row].value |
				(.capabilities? // .config?.process?.capabilities?))' \
			"$work/original.json" >"$bundle/config.json"
		policy '{engine: "cri-o", audit_all: true}' "$everything"
		expect_same "row $row"
	done
}

@test "a container of another engine is refused, and no rule was tried" {
	policy '{engine: "containerd"}' "$everything"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == "refused: config.json lacks containerd's mark"* ]]
	[[ "$output" == *'all  not tried'* ]]
	[ -z "$stderr" ]
}

@test "each rule is told with the first key that does not match" {
	policy '{engine: "cri-o"}' \
		'{name: "a", match: {namespace: "x"}}' \
		'{name: "b", match: {namespace: "shop", uid: 5}}' \
		'{name: "c", match: {annotations: {q: "*"}, id: "*"}}' \
		'{name: "d", match: {pod: "web-*"}, ambient: ["KILL"]}' \
		'{name: "e", match: {}}'
	explain --id 1 "$bundle"
	[ "$status" -eq 0 ]
	diff <(sed -n '/^rules/,/^sets/p' <<<"$output") - <<-'END'
		rules
		  a  no: 'namespace' does not match
		  b  no: 'uid' does not match
		  c  no: 'annotations' does not match
		  d  matches: decides
		  e  not tried
		sets in config.json
	END
	[[ "$output" == "rule 'd' decides: raises KILL"$'\n'* ]]
}

@test "what is missing is told with the reason, and the status is 1" {
	policy '{engine: "cri-o"}' "{name: \"a\", match: {}, on_request: true,
		ambient: [\"KILL\", \"SYS_NICE\"]}"
	make_container '.annotations."capruntime.io/ambient" =
		"kill, sys_nice net_raw bogus"'
	explain "$bundle"
	[ "$status" -eq 1 ]
	diff <(sed -n '/^missing/,/^what/p' <<<"$output" | grep -v ^what) - <<-'END'
		missing
		  NET_RAW   the pod asks for it, the rule does not allow it
		  SYS_NICE  not in the container's bounding set: add it to the container
		            (capabilities.add)
		  bogus     the pod asks for it; it is no capability
	END
}

@test "--rule says what if this one decided" {
	policy '{engine: "cri-o"}' '{name: "a", match: {}, ambient: ["KILL"]}' \
		'{name: "b", match: {id: "other"}, ambient: ["CHOWN"]}'
	explain --rule b "$bundle"
	[ "$status" -eq 0 ]
	[[ "$output" == "rule 'b' decides: raises CHOWN"$'\n'* ]]
	explain --rule nope "$bundle"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: explain: the policy has no rule 'nope'" ]
}

@test "--policy, --handler and --id stand for what the engine would bring" {
	policy '{engine: {special: "cri-o"}}' '{name: "h", match:
		{handler: "special", id: "i-*"}, ambient: ["KILL"]}'
	mv "$CAPRUNTIME_POLICY" "$work/elsewhere.json"
	unset CAPRUNTIME_POLICY
	cd "$work"
	explain --policy elsewhere.json --handler special --id i-1 bundle
	[ "$status" -eq 0 ]
	[[ "$output" == "rule 'h' decides: raises KILL"$'\n'* ]]
	explain --policy=elsewhere.json --handler special --id j-1 \
		bundle/config.json
	[[ "$output" == 'no rule matches: as if untouched'* ]]
	explain --policy missing.json bundle
	[ "$status" -eq 2 ]
	[[ "$stderr" == "capctl: explain: load policy: "*missing.json*"is missing"* ]]
}

@test "--all goes through every bundle below, whatever their depth" {
	policy '{engine: "cri-o"}' "$everything"
	mkdir -p "$work/all/one/userdata" "$work/all/ns/two" "$work/all/empty"
	cp "$bundle/config.json" "$work/all/one/userdata/"
	jq '.process.user.uid = 0' "$bundle/config.json" >"$work/all/ns/two/config.json"
	explain --all "$work/all"
	[ "$status" -eq 0 ]
	[ "$(wc -l <<<"$output")" -ge 2 ]
	grep -q "^$work/all/one/userdata" <<<"$output"
	explain --json --all "$work/all"
	[ "$(jq -c '[.bundles[] | .rule]' <<<"$output")" = '["all","all"]' ]
	echo '{' >"$work/all/ns/two/config.json"
	explain --all "$work/all"
	[ "$status" -eq 1 ]
	[[ "$output" == *refused:* ]]
	explain --all "$work/all/empty"
	[ "$status" -eq 2 ]
}

@test "what cannot be looked at is status 2, and one line says why" {
	policy '{engine: "cri-o"}' "$everything"
	explain "$work/nowhere"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: explain: bundle '$work/nowhere': is missing" ]
	explain "$work"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"config.json': is missing" ]]
	for words in '' "$bundle $bundle" "--bogus $bundle" '--id' \
		"--all $work $bundle"; do
		# shellcheck disable=SC2086
		explain $words
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ "$stderr" == "capctl: explain: "*"see 'capctl help explain'" ]]
	done
}

@test "nothing is written, and a kill's leftovers stay for the runtime" {
	policy '{engine: "cri-o"}' "$everything"
	touch "$bundle/config.json.capruntime-new"
	before_ls=$(ls -lA --time-style=full-iso "$bundle")
	explain "$bundle"
	[ "$status" -eq 0 ]
	[ "$(ls -lA --time-style=full-iso "$bundle")" = "$before_ls" ]
	[ ! -e "$log" ]
}

@test "without a policy and a record nothing is looked at" {
	policy '{}'
	echo '{ broken' >"$bundle/config.json"
	explain "$bundle"
	[ "$status" -eq 0 ]
	[[ "$output" == 'no policy and no record: nothing is looked at'* ]]
}

@test "in mode audit explain says what enforce would do, and that it does not" {
	policy '{engine: "cri-o", mode: "audit"}' "$everything"
	explain "$bundle"
	[[ "$output" == *'note: mode is audit: '* ]]
	explain --json "$bundle"
	[ "$(jq -r .mode <<<"$output")" = audit ]
}

@test "a capability whose system calls the seccomp profile closes is warned of" {
	policy '{}' '{name: "a", match: {id: "x"}, ambient: ["SYS_TIME",
		"NET_BIND_SERVICE"]}'
	with='.process.user.uid = 1000 | .process.capabilities = {bounding:
		["CAP_SYS_TIME", "CAP_NET_BIND_SERVICE"]}'
	jq "$with" "$fixtures/containerd-ctr/seccomp.config.json" \
		>"$bundle/config.json"
	explain --id x "$bundle"
	grep -A1 ^warning <<<"$output" | diff - <(printf '%s\n' \
		"warning: SYS_TIME is good for less: the container's seccomp profile closes" \
		'clock_settime (fails with EPERM), settimeofday (fails with EPERM)')
	explain --json --id x "$bundle"
	[ "$(jq -c '[.warnings[].code]' <<<"$output")" = '["seccomp_partly"]' ]
	jq "$with" "$fixtures/containerd-ctr/seccomp-systime.config.json" \
		>"$bundle/config.json"
	explain --json --id x "$bundle"
	[ "$(jq -c '.warnings' <<<"$output")" = '[]' ]
	jq "$with | .linux.seccomp = {defaultAction: \"SCMP_ACT_ERRNO\"}" \
		"$fixtures/containerd-ctr/seccomp.config.json" \
		>"$bundle/config.json"
	explain --json --id x "$bundle"
	[ "$(jq -c '[.warnings[].code] | unique' <<<"$output")" = \
		'["seccomp_closed","seccomp_partly"]' ] ||
		[ "$(jq -c '[.warnings[].code] | unique' <<<"$output")" = \
			'["seccomp_closed"]' ]
}
