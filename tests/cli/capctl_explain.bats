#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # variables of jq, of one test
# shellcheck disable=SC2034,SC2154 # policy_helpers.bash reads and sets them
# 'capctl explain' makes the same decision as the runtime: for each fixture its
# output is compared with the audit log of a create that follows.

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

# "OUTCOME RULE NAMESPACE … SETS" of an explanation and of an audit line.
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

# Where all other ids are unknown, and explain warns.
not_in_user_namespace() {
	[ "$(awk '{ print $3 }' /proc/self/uid_map)" = 4294967295 ] ||
		skip 'in a user namespace'
}

# Explains the bundle under the current policy, then creates and compares.
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
	# A second explanation reverts the changes of the create.
	"$capctl" explain --json --id x "$bundle" >"$work/again.json" || :
	diff <(jq -S 'del(.record)' "$work/said.json") \
		<(jq -S 'del(.record)' "$work/again.json") || {
		echo "$1: said otherwise after the create"
		return 1
	}
}

everything='{name: "all", match: {uid: "0-"}, ambient: ["NET_BIND_SERVICE",
	"NET_RAW"]}'

policies() { # ENGINE: makes each policy the current one in turn
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

@test "explain decides as create does for every engine's config.json" {
	count=0 turn=0
	for file in "$fixtures"/*/*config.json; do
		# No process has that number; the engine's may have another now.
		sed -E 's|"/proc/[0-9]+/|"/proc/4194305/|g' "$file" >"$work/fixture.json"
		for number in 0 1 2 3 4; do
			is_soak || [ $((++turn % 5)) -eq 0 ] || continue
			policies "$(engine_of "$file")" "$number"
			use_config "$work/fixture.json"
			expect_same "${file#"$fixtures"/} under policy $number"
			count=$((count + 1))
		done
	done
	[ "$count" -ge 30 ]
}

@test "explain decides as create does for every odd config.json" {
	count=0
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
		count=$((count + 1))
	done
	[ "$count" -ge 60 ]
}

@test "a container of another engine is refused before any rule" {
	policy '{engine: "containerd"}' "$everything"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == "refused: config.json was not written by containerd"* ]]
	[[ "$output" == *'all  not tried'* ]]
	[ -z "$stderr" ]
}

@test "each rule is listed with the first key that does not match" {
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

@test "missing capabilities are listed with the reason, status 1" {
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
		  bogus     the pod asks for it, but there is no such capability
	END
	make_container '.annotations."capruntime.io/ambient" = "kill bogus"'
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == "rule 'a' decides: raises KILL, cannot raise bogus"$'\n'* ]]
}

@test "--rule makes one rule decide" {
	policy '{engine: "cri-o"}' '{name: "a", match: {}, ambient: ["KILL"]}' \
		'{name: "b", match: {id: "other"}, ambient: ["CHOWN"]}'
	explain --rule b "$bundle"
	[ "$status" -eq 0 ]
	[[ "$output" == "rule 'b' decides: raises CHOWN"$'\n'* ]]
	explain --rule nope "$bundle"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: explain: the policy has no rule 'nope'" ]
}

@test "--policy, --handler and --id replace what the engine provides" {
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
	[[ "$output" == 'no rule matches: nothing changes'* ]]
	explain --policy missing.json bundle
	[ "$status" -eq 2 ]
	[[ "$stderr" == "capctl: explain: load policy: "*missing.json*"no such file or directory"* ]]
}

@test "--all explains the bundles of a directory tree" {
	policy '{engine: "cri-o"}' "$everything"
	mkdir -p "$work/all/one/userdata" "$work/all/ns/two" "$work/all/empty"
	cp "$bundle/config.json" "$work/all/one/userdata/"
	jq '.process.user.uid = 0' "$bundle/config.json" >"$work/all/ns/two/config.json"
	explain --all "$work/all"
	[ "$status" -eq 0 ]
	[ "$(wc -l <<<"$output")" -ge 2 ]
	grep -q "^shop/web-1/main $work/all/one/userdata" <<<"$output"
	explain --json --all "$work/all"
	[ "$(jq -c '[.bundles[] | .rule]' <<<"$output")" = '["all","all"]' ]
	echo '{' >"$work/all/ns/two/config.json"
	explain --all "$work/all"
	[ "$status" -eq 1 ]
	[[ "$output" == *refused:* ]]
	explain --all "$work/all/empty"
	[ "$status" -eq 2 ]
}

@test "--all names a directory that cannot be read to its end, status 2" {
	require_strace
	export ASAN_OPTIONS=detect_leaks=0
	policy '{engine: "cri-o"}' "$everything"
	mkdir -p "$work/all/ns/one" "$work/all/two"
	cp "$bundle/config.json" "$work/all/ns/one"
	cp "$bundle/config.json" "$work/all/two"
	run --separate-stderr strace -qqo /dev/null -P "$work/all/ns" \
		-e inject=getdents64:error=EIO:when=2 \
		"$capctl" explain --all "$work/all" </dev/null
	printf '%s\n%s\n' "$output" "$stderr"
	[ "$status" -eq 2 ]
	grep -q "^$work/all/ns  *cannot be read: input/output error" \
		<<<"$output"
	grep -q "^shop/web-1/main $work/all/two" <<<"$output"
	explain --all "$bundle/config.json"
	[ "$status" -eq 2 ]
	[[ "$output" == *"config.json"*'cannot be read: not a directory'* ]]
}

@test "several bundles have a row each, and a missing one hides no other" {
	policy '{engine: "cri-o"}' "$everything"
	mkdir -p "$work/one" "$work/two"
	cp "$bundle/config.json" "$work/one"
	cp "$bundle/config.json" "$work/two"
	echo /usr/sbin/runc >"$work/two/runtime"
	cd "$work"
	explain one two
	[ "$status" -eq 0 ]
	[[ "$output" == "shop/web-1/main one  rule 'all' decides"*$'\n'"shop/web-1/main two  started by '/usr/sbin/runc', not by capruntime" ]]
	explain none one
	[ "$status" -eq 2 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == "none 'none': no such file or directory, and no container has this ID or name shop/web-1/main one rule 'all' decides"* ]]
	explain --json none one
	[ "$status" -eq 2 ]
	jq -e '(.bundles | length) == 2 and .bundles[0].error and
		.bundles[1].rule == "all"' <<<"$output"
}

@test "--all leaves out what another handler started, and takes each own handler" {
	policy '{engine: {"capruntime-x": "cri-o"}}' \
		'{name: "x", match: {handler: "capruntime-x"},
			ambient: ["NET_BIND_SERVICE"]}'
	mkdir -p "$work/all/one" "$work/all/two" "$work/all/three"
	for name in one two three; do
		cp "$bundle/config.json" "$work/all/$name"
	done
	echo /usr/sbin/runc >"$work/all/one/runtime"
	echo /opt/capruntime-x >"$work/all/two/runtime"
	explain --all "$work/all"
	[[ "$output" == "$work/all/three"*'no rule matches'*$'\n'"shop/web-1/main $work/all/two"*"rule 'x' decides"*$'\n''containers of other handlers, left out: 1 (--all-handlers shows them)' ]]
	explain --json --all "$work/all"
	jq -e '.other_handlers == 1 and ([.bundles[] | [.rule, .runtime]] ==
		[[null, null], ["x", "/opt/capruntime-x"]])' <<<"$output"
	explain --all-handlers --all "$work/all"
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == "$work/all/one started by '/usr/sbin/runc', not by capruntime"* ]]
	[[ "$output" != *'left out'* ]]
	explain --all-handlers --json --all "$work/all"
	jq -e '.other_handlers == 0 and (.bundles | length) == 3' <<<"$output"
	# A single one is explained, with a note.
	explain "$work/all/one"
	[[ "$(tr '\n' ' ' <<<"$output")" == *"note: '/usr/sbin/runc' started this container, not capruntime: this is what capruntime would do"* ]]
	explain "$work/all/two"
	[[ "$output" == "rule 'x' decides"* ]]
	explain --handler other "$work/all/two"
	[[ "$output" == 'no rule matches'* ]]
}

@test "a bundle that cannot be read is status 2 and one line of error" {
	policy '{engine: "cri-o"}' "$everything"
	explain "$work/nowhere"
	[ "$status" -eq 2 ]
	[ "$stderr" = "capctl: explain: bundle '$work/nowhere': no such file or directory" ]
	explain "$work"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"config.json': no such file or directory" ]]
	for words in '' "--bogus $bundle" '--id' \
		"--all $work $bundle"; do
		# shellcheck disable=SC2086
		explain $words
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ "$stderr" == "capctl: explain: "*"see 'capctl help explain'" ]]
	done
}

@test "nothing is written, and temporary files stay for the runtime" {
	policy '{engine: "cri-o"}' "$everything"
	touch "$bundle/config.json.capruntime-new"
	before_ls=$(ls -lA --time-style=full-iso "$bundle")
	explain "$bundle"
	[ "$status" -eq 0 ]
	[ "$(ls -lA --time-style=full-iso "$bundle")" = "$before_ls" ]
	[ ! -e "$log" ]
}

@test "without a policy and a record config.json is not read" {
	policy '{}'
	# What the runtime would only refuse under a policy.
	jq '.process.user.uid = "x"' "$bundle/config.json" >"$work/odd"
	cp "$work/odd" "$bundle/config.json"
	explain "$bundle"
	[ "$status" -eq 0 ]
	[[ "$output" == 'no policy and no record: config.json is not read'* ]]
}

@test "what is not the config.json of a container is an error" {
	local file rules

	jq 'del(.process)' "$bundle/config.json" >"$work/none.json"
	jq '.process = null' "$bundle/config.json" >"$work/null.json"
	echo '{ broken' >"$work/broken.json"
	for rules in none one; do
		policy '{}'
		[ "$rules" = none ] || policy '{}' '{name: "a", match: {}}'
		for file in none null; do
			explain "$work/$file.json"
			[ "$status" -eq 2 ]
			[ "$stderr" = "capctl: explain: '$work/$file.json' is not the config.json of a container: it has no object 'process'" ]
		done
		explain "$CAPRUNTIME_POLICY"
		[ "$status" -eq 2 ]
		[ "$stderr" = "capctl: explain: '$CAPRUNTIME_POLICY' is a policy: name it with --policy, and a bundle or a config.json as the operand" ]
		explain "$work/broken.json"
		[ "$status" -ne 0 ]
		[[ "$output$stderr" == *"broken.json':1:3: "* ]]
	done
}

@test "in mode audit explain shows the decision and notes the mode" {
	policy '{engine: "cri-o", mode: "audit"}' "$everything"
	explain "$bundle"
	[[ "$output" == *'note: mode is audit: '* ]]
	explain --json "$bundle"
	[ "$(jq -r .mode <<<"$output")" = audit ]
	explain --all "$work"
	[[ "$output" == *$'\nnote: mode is audit: '* ]]
}

@test "a seccomp profile that blocks a capability's system calls is a warning" {
	not_in_user_namespace
	policy '{}' '{name: "a", match: {id: "x"}, ambient: ["SYS_TIME",
		"NET_BIND_SERVICE"]}'
	with='.process.user.uid = 1000 | .process.capabilities = {bounding:
		["CAP_SYS_TIME", "CAP_NET_BIND_SERVICE"]} |
		del(.linux.seccomp.architectures)'
	jq "$with" "$fixtures/containerd-ctr/seccomp.config.json" \
		>"$bundle/config.json"
	explain --id x "$bundle"
	grep -A1 ^warning <<<"$output" | diff - <(printf '%s\n' \
		"warning: SYS_TIME has less effect: the container's seccomp profile blocks" \
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

@test "a seccomp profile of another machine is evaluated for this one" {
	not_in_user_namespace
	local same=AARCH64 other=S390X own=X86_64

	# The program's e_machine, in elf(5): an emulator's uname is its host's.
	case $(od -An -tx1 -j 18 -N 2 "$capctl") in
	' b7 00') own=AARCH64 same=X86_64 ;;
	' 15 00') own=PPC64LE ;;
	' 00 16') own=S390X same=PPC64 other=X86_64 ;;
	esac
	policy '{}' '{name: "a", match: {id: "x"}, ambient: ["SYS_TIME"]}'
	use_list() {
		make_container ".process.user.uid = 1000 |
			.process.capabilities = {bounding: [\"CAP_SYS_TIME\"]} |
			.linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\",
			architectures: [$1], syscalls: [{action:
			\"SCMP_ACT_ERRNO\", names: [\"clock_settime\"]}]}"
	}
	use_list "\"SCMP_ARCH_$same\""
	explain --id x "$bundle"
	grep -A2 ^warning <<<"$output" | tr -s '\n ' ' ' |
		grep -qF "lists other architectures than this machine's SCMP_ARCH_$own: its rules apply here as well, but it may have been made for another machine"
	explain --json --id x "$bundle"
	[ "$(jq -c '[.warnings[].code]' <<<"$output")" = \
		'["seccomp_architecture","seccomp_partly"]' ]
	use_list "\"SCMP_ARCH_$own\",\"SCMP_ARCH_$same\""
	explain --json --id x "$bundle"
	[ "$(jq -c '[.warnings[].code]' <<<"$output")" = '["seccomp_partly"]' ]
	use_list "\"SCMP_ARCH_$other\""
	explain --json --id x "$bundle"
	[ "$(jq -c '[.warnings[].code]' <<<"$output")" = '["seccomp_unknown"]' ]
	jq -r '.warnings[0].text' <<<"$output" |
		grep -q "SCMP_ARCH_$other has another byte order than this machine's SCMP_ARCH_$own: the runtime refuses it here"
}

# Makes the root file system, with the program that args names.
make_tree() { # [JQ-FILTER]
	tree=$bundle/rootfs
	rm -rf "$tree"
	mkdir -p "$tree/bin"
	cp /bin/true "$tree/bin/app"
	make_container ".root = {path: \"rootfs\"} |
		.process.args = [\"/bin/app\"] | .process.env = [\"PATH=/bin\"] |
		${1-.}"
}

web_rule='{name: "web", match: {namespace: "shop"}, ambient:
	["NET_BIND_SERVICE"]}'

@test "the whole output for a container and its program" {
	make_tree
	policy '{engine: "cri-o"}' '{name: "a", match: {namespace: "x"}}' \
		"$web_rule"
	explain "$bundle"
	[ "$status" -eq 0 ]
	diff - <(echo "$output") <<-'END'
		rule 'web' decides: raises NET_BIND_SERVICE
		who
		  namespace  shop                    io.kubernetes.pod.namespace
		  pod        web-1                   io.kubernetes.pod.name
		  container  main                    io.kubernetes.container.name
		  image      registry.example/web:1  io.kubernetes.cri-o.ImageName
		  id         -                       the command line
		  handler    capruntime              the name capruntime is called by
		  uid        1000                    process.user
		  gid        1000                    process.user
		  engine     cri-o                   the policy's 'engine'
		  is not     host_network, host_pid, userns, no_new_privileges, privileged
		rules
		  a    no: 'namespace' does not match
		  web  matches: decides
		sets in config.json
		  effective     unchanged  CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  bounding      unchanged  CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  inheritable   before     none
		                after      NET_BIND_SERVICE
		  permitted     unchanged  CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  ambient       before     none
		                after      NET_BIND_SERVICE
		  no_new_privs  unchanged  no
		what '/bin/app' will hold
		  effective    NET_BIND_SERVICE
		  bounding     CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  inheritable  NET_BIND_SERVICE
		  permitted    NET_BIND_SERVICE
		  ambient      NET_BIND_SERVICE
		note: exec sessions of engines do not get this: the rule has no 'exec'
	END
}

# Prints the output from "what … will hold" on, without the notes.
program_part() {
	sed -n '/^what /,$p' <<<"$output" | grep -v '^note: '
}

@test "a setuid program that loses raised capabilities is a warning, status 1" {
	make_tree
	chmod 4755 "$tree/bin/app"
	policy '{engine: "cri-o"}' "$web_rule"
	explain "$bundle"
	[ "$status" -eq 0 ] # root holds it anyway
	diff - <(program_part) <<-'END'
		what '/bin/app' will hold
		  effective      CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  bounding       CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  inheritable    NET_BIND_SERVICE
		  permitted      CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  ambient        none
		  effective uid  0
		  because        the file's set-user-ID bit counts
		  because        root gets all of its bounding and inheritable sets
		  because        a set-user-ID, set-group-ID or capability file clears the
		                 ambient set
	END
	chown 1234 "$tree/bin/app"
	chmod 4755 "$tree/bin/app"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == "rule 'web' decides: raises NET_BIND_SERVICE; but its program will not hold"$'\n'"NET_BIND_SERVICE"$'\n'* ]]
	diff - <(program_part) <<-'END'
		what '/bin/app' will hold
		  effective      none
		  bounding       CHOWN, KILL, NET_BIND_SERVICE, NET_RAW
		  inheritable    NET_BIND_SERVICE
		  permitted      none
		  ambient        none
		  effective uid  1234
		  because        the file's set-user-ID bit counts
		  because        a set-user-ID, set-group-ID or capability file clears the
		                 ambient set
		warning: '/bin/app' will not hold NET_BIND_SERVICE: the file's own set-user-ID
		or set-group-ID bit or capabilities clear the ambient set: remove them from the
		file
	END
	explain --json "$bundle"
	[ "$status" -eq 1 ]
	jq -e '[.warnings[].code] == ["program_loses"] and
		.program.executable and .program.euid == 1234 and
		.program.secure and
		.program.reasons == ["setuid", "ambient_lost"]' <<<"$output"
	explain --all "$work"
	[ "$status" -eq 1 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == *'; but its program will not hold NET_BIND_SERVICE '* ]]
}

@test "a program that execve will refuse is a warning, status 1" {
	require_programs setcap
	make_tree
	setcap cap_sys_time+ep "$tree/bin/app"
	policy '{engine: "cri-o"}' "$web_rule"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == "rule 'web' decides: raises NET_BIND_SERVICE; but its program cannot be executed"$'\n'* ]] ||
		[[ "$output" == "rule 'web' decides: raises NET_BIND_SERVICE; but its program cannot be"$'\n'"executed"$'\n'* ]]
	diff - <(program_part) <<-'END'
		what '/bin/app' will hold
		  nothing: it cannot be executed, execve fails
		warning: '/bin/app' cannot be executed: its file capabilities include SYS_TIME,
		which the bounding set lacks: add it to the container or remove it from the file
		(setcap -r)
	END
	explain --json "$bundle"
	jq -e '[.warnings[].code] == ["program_refused"] and
		.program.executable == false' <<<"$output"
	# The interpreter's file has the effect, and the message names it.
	printf '#!/bin/app\n' >"$tree/bin/script"
	chmod 755 "$tree/bin/script"
	jq '.process.args = ["script"]' "$bundle/config.json" >"$work/c"
	cp "$work/c" "$bundle/config.json"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == *"what '/bin/app' will hold"* ]]
	[[ "$output" == *"warning: '/bin/app' cannot be executed"* ]]
	explain --json "$bundle"
	jq -e '.program | .name == "script" and .path == "/bin/script" and
		.interpreter == "/bin/app"' <<<"$output"
}

@test "a program that execve will refuse is reported without a rule, too" {
	require_programs setcap
	make_tree
	setcap cap_sys_time+ep "$tree/bin/app"
	policy '{engine: "cri-o"}' '{name: "a", match: {id: "y"}}'
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == 'no rule matches: nothing changes; but its program cannot be executed'* ]]
}

port_start=net.ipv4.ip_unprivileged_port_start

@test "what the runtime cannot start is said, with a rule and without" {
	require_programs setpriv
	make_tree '.process.capabilities |= map_values(. + ["CAP_SYS_NICE"])'
	policy '{engine: "cri-o"}' '{name: "other", match: {pod: "x"}}'
	capctl_words=(setpriv --bounding-set -sys_nice "$capctl")
	run "${capctl_words[@]}" explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == 'no rule matches: nothing changes; but the runtime cannot start it'*'nothing: the runtime cannot start it'*'SYS_NICE: the runtime cannot start this container'* ]]
	policy '{engine: "cri-o"}' '{name: "optional", match: {},
		ambient: ["SYS_NICE"]}'
	run "${capctl_words[@]}" explain --json "$bundle"
	[ "$status" -eq 1 ]
	jq -e '[.warnings[].code] == ["runtime_refuses"] and .outcome == "applied"
		and (.reason | startswith("the runtime cannot start"))' \
		<<<"$output"
	policy '{engine: "cri-o"}' '{name: "drops", match: {},
		drop: ["SYS_NICE"]}'
	run "${capctl_words[@]}" explain --json "$bundle"
	[ "$status" -eq 0 ]
	jq -e '.warnings == []' <<<"$output"
}

@test "each misspelt capability is named among what is missing" {
	policy '{}' '{name: "r", match: {}, ambient: ["NET_BIND_SERVICE",
		"SYS_NICE", "SYS_TIME"]}'
	make_tree '.process.capabilities.bounding =
		["CAP_CAP_NET_BIND_SERVICE", "sys_nice"]'
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"missing NET_BIND_SERVICE the bounding set has 'CAP_CAP_NET_BIND_SERVICE' instead, which is no capability: write NET_BIND_SERVICE in capabilities.add SYS_NICE the bounding set has 'sys_nice' instead, which is no capability: write SYS_NICE in capabilities.add SYS_TIME not in the container's bounding set: add it"* ]]
	explain --json "$bundle"
	jq -e '.missing[0].why | contains("CAP_CAP_NET_BIND_SERVICE")' \
		<<<"$output"
	jq -e '.reason | contains("write NET_BIND_SERVICE in")' <<<"$output"
}

@test "the sysctl of ports counts in both spellings" {
	local name

	policy '{engine: "cri-o"}' "$web_rule"
	for name in net/ipv4/ip_unprivileged_port_start \
		net.ipv4/ip_unprivileged_port_start; do
		make_tree ".linux.sysctl = {\"$name\": \"80\"}"
		explain --json "$bundle"
		jq -e '[.warnings[].code] == ["not_needed"]' <<<"$output"
	done
	make_tree '.linux.sysctl = {"net/ipv4/ip_unprivileged_port_starts": "0"}'
	explain --json "$bundle"
	jq -e '.warnings == []' <<<"$output"
}

@test "user 0 loses what is raised: a warning, also with require" {
	policy '{}' '{name: "r", match: {uid: "0-"},
		ambient: ["NET_BIND_SERVICE"], require: true}'
	make_tree '.process.user = {uid: 0, gid: 0}'
	explain "$bundle"
	[ "$status" -eq 0 ]
	[[ "$(tr '\n' ' ' <<<"$output")" == *'warning: NET_BIND_SERVICE: user 0 loses this when it becomes another user: start the container as that user'*"note: 'require' is met, but user 0 loses"* ]]
	explain --json "$bundle"
	jq -e '[.warnings[].code] == ["root_ambient"] and
		(.reason | startswith("'"'require'"' is met, but"))' <<<"$output"
	policy '{}' '{name: "r", match: {uid: "0-"},
		ambient: ["NET_BIND_SERVICE"]}'
	explain --json "$bundle"
	jq -e '[.warnings[].code] == ["root_ambient"] and .reason == null' \
		<<<"$output"
	# Another user, or a rule that raises nothing, has no such warning.
	make_tree '.process.user = {uid: 1, gid: 0}'
	explain --json "$bundle"
	jq -e '.raised != [] and .warnings == []' <<<"$output"
	policy '{}' '{name: "r", match: {uid: "0-"}, drop: ["KILL"]}'
	make_tree '.process.user = {uid: 0, gid: 0}'
	explain --json "$bundle"
	jq -e '.warnings == []' <<<"$output"
}

# Of these only KILL counts in a user namespace.
raises_much='{name: "r", match: {}, ambient: ["IPC_LOCK", "SYS_TIME",
	"SYS_NICE", "KILL", "NET_RAW", "NET_BIND_SERVICE"]}'
in_userns='.linux.namespaces += [{type: "user"}] |
	.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
	.linux.gidMappings = .linux.uidMappings |
	.process.capabilities |= map_values(["CAP_IPC_LOCK", "CAP_SYS_TIME",
		"CAP_SYS_NICE", "CAP_KILL", "CAP_NET_RAW",
		"CAP_NET_BIND_SERVICE"])'

@test "what has no effect in a user namespace is a warning" {
	not_in_user_namespace
	policy '{}' "$raises_much"
	make_tree "$in_userns"
	explain "$bundle"
	[[ "$output" == *'warning: IPC_LOCK, SYS_NICE, SYS_TIME: little or no effect'* ]]
	explain --json "$bundle"
	jq -e '[.warnings[].code] == ["userns_no_effect"]' <<<"$output"
	make_tree "$in_userns | .linux.namespaces |= map(select(.type != \"network\"))"
	explain "$bundle"
	[[ "$output" == *'warning: NET_BIND_SERVICE, NET_RAW: no effect on the host'* ]]
	explain --json "$bundle"
	jq -e '[.warnings[].code] == ["userns_no_effect", "userns_no_effect"]' \
		<<<"$output"
	make_tree "$in_userns | .linux.namespaces |= map(select(.type != \"user\"))"
	explain --json "$bundle"
	jq -e '(.raised | length) == 6 and .warnings == []' <<<"$output"
}

@test "so it is for what is started in a user namespace, as by rootless podman" {
	not_in_user_namespace
	local in_it net='NET_BIND_SERVICE, NET_RAW: no effect on the host'
	in_it='warning: IPC_LOCK, SYS_NICE, SYS_TIME: little or no effect'

	unshare -Ur true || skip 'no unprivileged user namespaces'
	policy '{}' "$raises_much"
	make_tree "$in_userns | .linux.namespaces |= map(select(.type != \"user\"))"
	run unshare -Ur "$capctl" explain "$bundle"
	[[ "$output" == *"$in_it"*': start the container as root'* ]]
	[[ "$output" != *"$net"* ]]
	# The network of the machine, and one that belongs to the namespace.
	make_tree "$in_userns | .linux.namespaces |=
		map(select(.type != \"user\" and .type != \"network\"))"
	run unshare -Ur "$capctl" explain "$bundle"
	[[ "$output" == *"$in_it"* ]]
	[[ "$output" == *"$net"* ]]
	run unshare -Urn "$capctl" explain "$bundle"
	[[ "$output" == *"$in_it"* ]]
	[[ "$output" != *"$net"* ]]
	# An engine elsewhere starts what a manifest describes.
	printf 'kind: Pod\nmetadata: {name: a}\nspec:\n  runtimeClassName: c\n  containers:\n  - {name: m, securityContext: {runAsUser: 1, capabilities: {add: [IPC_LOCK]}}}\n' \
		>"$work/pod.yaml"
	run -1 unshare -Ur "$capctl" explain --engine crio --policy \
		"$CAPRUNTIME_POLICY" --json --pod "$work/pod.yaml"
	jq -e '.containers[0].explanation | (.raised | map(.name? // .) |
		index("CAP_IPC_LOCK")) and .warnings == []' <<<"$output"
}

@test "NET_BIND_SERVICE that is not needed is a warning" {
	policy '{engine: "cri-o"}' "$web_rule"
	for start in 0 80; do
		make_tree ".linux.sysctl = {\"$port_start\": \"$start\"}"
		explain "$bundle"
		[ "$status" -eq 0 ]
		case $start in
		0) wanted="is not needed: $port_start is 0, so every port can be bound without it" ;;
		80) wanted="is needed only for ports below 80, the value of $port_start" ;;
		esac
		[[ "$(tr '\n' ' ' <<<"$output")" == *"warning: NET_BIND_SERVICE $wanted "* ]]
		explain --json "$bundle"
		jq -e '[.warnings[].code] == ["not_needed"]' <<<"$output"
	done
	for start in '"1024"' '"x"' '""' 80 null '"-1"' '"99999999999999999999"'; do
		make_tree ".linux.sysctl = {\"$port_start\": $start}"
		explain --json "$bundle"
		jq -e '.warnings == []' <<<"$output"
	done
	# Other capabilities have no such warning.
	policy '{engine: "cri-o"}' '{name: "a", match: {}, ambient: ["KILL"]}'
	make_tree ".linux.sysctl = {\"$port_start\": \"0\"}"
	explain --json "$bundle"
	jq -e '.warnings == []' <<<"$output"
}

@test "on the host's network the host's own setting counts" {
	policy '{engine: "cri-o"}' "$web_rule"
	make_tree '.linux.namespaces = []'
	for start in 0 80 1024; do
		run unshare -n sh -c 'echo "$0" >/proc/sys/net/ipv4/ip_unprivileged_port_start &&
			"$1" explain "$2"' "$start" "$capctl" "$bundle"
		echo "$output"
		[ "$status" -eq 0 ]
		case $start in
		0) [[ "$output" == *'not needed'* ]] ;;
		80) [[ "$output" == *'only for ports below 80,'* ]] ;;
		*) [[ "$output" != *warning* ]] ;;
		esac
	done
	# The sysctl of a new network namespace is unknown.
	make_tree
	run unshare -n sh -c 'echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start &&
		"$0" explain "$1"' "$capctl" "$bundle"
	[[ "$output" != *warning* ]]
}

@test "a program that cannot be predicted is reported with the reason" {
	policy '{engine: "cri-o"}' "$web_rule"
	make_tree
	rm "$tree/bin/app"
	explain "$bundle"
	[ "$status" -eq 0 ]
	diff - <(program_part) <<-'END'
		what the program will hold
		  unknown: '/bin/app': no such file or directory
	END
	make_tree '.mounts = [{destination: "/bin", type: "bind", source: "x"}]'
	explain "$bundle"
	[ "$(program_part | xargs -d '\n' | tr -s ' ')" = "what the program will hold unknown: '/bin/app' is on the mount '/bin': '$bundle/x': no such file or directory" ]
	make_tree '.mounts = [{destination: "/bin", type: "tmpfs"}]'
	explain "$bundle"
	diff - <(program_part) <<-'END'
		what the program will hold
		  unknown: '/bin/app' is on the mount '/bin', which only the running container
		  has
	END
	explain --json "$bundle"
	jq -e '.program | has("sets") == false and .name == "/bin/app" and
		(.unknown | contains("/bin"))' <<<"$output"
}

as_nobody() { # WORD…: explain as an ordinary user
	chmod o+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$work"
	cp "$capctl" "$work/capctl"
	run --separate-stderr setpriv --reuid 65534 --regid 65534 \
		--clear-groups "$work/capctl" explain "$@" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr"
}

@test "an ordinary user gets the answer for root" {
	require_programs setpriv
	make_tree
	policy '{engine: "cri-o"}' "$web_rule"
	explain "$bundle"
	roots=$output
	as_nobody "$bundle"
	[ "$status" -eq 0 ]
	[ "$(head -n 1 <<<"$output")" = \
		"rule 'web' decides: raises NET_BIND_SERVICE" ]
	diff <(echo "$roots") <(echo "$output") | grep '^[<>]' |
		diff - <(echo '> note: you are not root: the answer is for root')
}

@test "what an ordinary user cannot read is status 2" {
	require_programs setpriv
	make_tree
	policy '{engine: "cri-o"}' "$web_rule"
	chmod 600 "$bundle/config.json"
	as_nobody "$bundle"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"'$bundle/config.json': permission denied" ]]
	chmod 644 "$bundle/config.json"
	make_words
	"${words[@]}" >/dev/null
	chmod 600 "$bundle/.capruntime.json"
	as_nobody "$bundle"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"'$bundle/.capruntime.json': permission denied" ]]
	chmod 644 "$bundle/.capruntime.json"
	as_nobody "$bundle"
	[ "$status" -eq 0 ]
	chmod 700 "$bundle"
	as_nobody "$bundle"
	[ "$status" -eq 2 ]
	as_nobody --all "$work"
	[ "$status" -eq 2 ]
}

@test "a program that an ordinary user cannot read is status 2" {
	require_programs setpriv
	policy '{engine: "cri-o"}' "$web_rule"
	for closed in . bin bin/app; do
		make_tree '.process.args = ["app"] |
			.process.env = ["PATH=/bin:/usr/bin"]'
		mkdir -p "$tree/usr/bin"
		cp /bin/true "$tree/usr/bin/app"
		printf '#!/usr/bin/app\n' >"$tree/bin/app"
		chmod 711 "$tree/bin/app"
		[ "$closed" = bin/app ] || chmod 700 "$tree/$closed"
		as_nobody "$bundle"
		[ "$status" -eq 2 ]
		[ "$(head -n 2 <<<"$output" | xargs -d '\n')" = "rule 'web' decides: raises NET_BIND_SERVICE; but its program cannot be read who" ]
		grep -q '^  unknown: ' <<<"$output"
		as_nobody --all "$work"
		[ "$status" -eq 2 ]
		[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"its program cannot be read"* ]]
		as_nobody --json "$bundle"
		[ "$status" -eq 2 ]
		jq -e '.program | has("sets") == false and .unknown != null' \
			<<<"$output"
		explain "$bundle"
		[ "$status" -eq 0 ]
	done
}

@test "capabilities of the program's file that cannot be read are status 2" {
	require_strace
	export ASAN_OPTIONS=detect_leaks=0
	policy '{engine: "cri-o"}' "$web_rule"
	make_tree
	run --separate-stderr strace -qqo /dev/null \
		-e inject=getxattr:error=EIO "$capctl" explain "$bundle" </dev/null
	printf '%s\n%s\n' "$output" "$stderr"
	[ "$status" -eq 2 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"unknown: '/bin/app': read security.capability: input/output error"* ]]
}

@test "a record that create does not trust is refused, with and without a policy" {
	make_tree
	policy '{engine: "cri-o"}' "$web_rule"
	make_words
	"${words[@]}" >/dev/null
	chmod 666 "$bundle/.capruntime.json"
	expect_refusal "is writable by others"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == "refused: '$bundle/.capruntime.json' is writable by others"* ]]
	policy '{}'
	expect_refusal "is writable by others"
	explain "$bundle"
	[ "$status" -eq 1 ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == "refused: '$bundle/.capruntime.json' is writable by others"* ]]
}

@test "a record of a rule since removed is reverted first" {
	make_tree
	policy '{engine: "cri-o"}' '{name: "gone", match: {}, ambient: ["KILL"],
		drop: ["CHOWN"]}'
	make_words
	"${words[@]}" >/dev/null
	run ! cmp -s "$bundle/config.json" "$work/original.json"
	policy '{engine: "cri-o"}' '{name: "other", match: {id: "y"}}'
	explain "$bundle"
	[ "$status" -eq 0 ]
	[[ "$output" == 'no rule matches: nothing changes'* ]]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"note: an earlier run changed this bundle; 'before' is what the engine wrote ('$bundle/.capruntime.json')"* ]]
	[[ "$output" == *'  ambient       unchanged  none'* ]]
	[[ "$output" == *'  bounding      unchanged  CHOWN, KILL, NET_BIND_SERVICE, NET_RAW'* ]]
	explain --json "$bundle"
	jq -e '.record and .rule == null and .subject.id.value == "x" and
		.before == .after' <<<"$output"
}

@test "a config.json of another name has the record of that name" {
	make_tree
	policy '{engine: "cri-o"}' "$web_rule"
	mv "$bundle/config.json" "$bundle/other.json"
	CAPRUNTIME_RUNTIME=$work/crun
	ln -s "$(type -P echo)" "$work/crun"
	run -0 "$capruntime" create -f "$bundle/other.json" -b "$bundle" x
	[ -e "$bundle/other.json.capruntime.json" ]
	explain "$bundle/other.json"
	[ "$status" -eq 0 ]
	[[ "$output" == *"what '/bin/app' will hold"* ]]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"('$bundle/other.json.capruntime.json')"* ]]
	explain --json "$bundle/other.json"
	jq -e --arg config "$bundle/other.json" '.config == $config and .record and
		.raised == ["CAP_NET_BIND_SERVICE"] and .before != .after' <<<"$output"
	cd "$bundle"
	explain --json other.json
	jq -e '.record and .program.executable and
		(.program.secure | not)' <<<"$output"
}

@test "many rules that were not tried are only counted" {
	for count in 4 5 2000; do
		jq -n --argjson count "$count" '{version: 1, engine: "cri-o", rules:
			[range($count) | {name: "r\(.)", match: {id: "\(.)"},
				ambient: ["KILL"]}]}' >"$CAPRUNTIME_POLICY"
		explain --id 0 "$bundle"
		[ "$status" -eq 0 ]
		case $count in
		4) diff - <(sed -n '/^rules/,/^sets/p' <<<"$output") <<-'END' ;;
			rules
			  r0  matches: decides
			  r1  not tried
			  r2  not tried
			  r3  not tried
			sets in config.json
		END
		*) diff - <(sed -n '/^rules/,/^sets/p' <<<"$output") <<-END ;;
			rules
			  r0  matches: decides
			  $((count - 1)) further rules: not tried
			sets in config.json
		END
		esac
	done
	explain --id 1999 "$bundle"
	[ "$status" -eq 0 ]
	[ "$(grep -c "no: 'id' does not match" <<<"$output")" -eq 1999 ]
	explain --id 1999 --json "$bundle"
	jq -e '[.rules[].result] | length == 2000 and .[1999] == "decides" and
		.[1998] == "no"' <<<"$output"
	explain --rule r1000 "$bundle"
	[ "$(sed -n '/^rules/,/^sets/p' <<<"$output" | tail -n 3 | head -n 1)" = \
		'  r1000  decides, because of --rule' ]
	[[ "$output" == *'  999 further rules: not tried'* ]]
}

long=$(printf 'n%.0s' {1..63})

@test "long names keep to 80 columns with their source beside" {
	make_tree ".annotations.\"io.kubernetes.pod.namespace\" = \"$long\" |
		.annotations.\"io.kubernetes.cri-o.ImageName\" =
			\"registry.example/${long:0:40}\" |
		.annotations.\"io.kubernetes.pod.name\" = \"${long:0:40}\""
	policy '{engine: "cri-o"}' "{name: \"$long\", match: {}, ambient: [\"KILL\"]}"
	id=$(printf 'a%.0s' {1..57})
	explain --id "$id" "$bundle"
	[ "$status" -eq 0 ]
	[ "$(awk 'length > 80' <<<"$output" | grep -cv "$long")" -eq 0 ]
	diff - <(sed -n '/^who/,/^  uid/p' <<<"$output") <<-END
		who
		  namespace  $long
		             io.kubernetes.pod.namespace
		  pod        ${long:0:40}  io.kubernetes.pod.name
		  container  main
		             io.kubernetes.container.name
		  image      registry.example/${long:0:40}
		             io.kubernetes.cri-o.ImageName
		  id         $id
		                                                       the command line
		  handler    capruntime                                the name capruntime is
		                                                       called by
		  uid        1000                                      process.user
	END
}

@test "--all keeps to 80 columns where paths are long" {
	policy '{engine: "cri-o"}' "$web_rule"
	mkdir -p "$work/all/$long/$long" "$work/all/b"
	make_container
	cp "$bundle/config.json" "$work/all/$long/$long/"
	cp "$bundle/config.json" "$work/all/b"
	cd "$work/all"
	explain --all .
	diff - <(echo "$output") <<-END
		shop/web-1/main ./b  rule 'web' decides: raises NET_BIND_SERVICE
		shop/web-1/main ./$long/$long
		                     rule 'web' decides: raises NET_BIND_SERVICE
	END
}

@test "names from containers cannot move the cursor" {
	evil='\u001b[31m\u0007\r\nx\u009b2J\u007f\tx'
	make_tree ".process.args = [\"/bin/$evil\"] |
		.annotations.\"io.kubernetes.pod.namespace\" = \"$evil\" |
		.annotations.\"capruntime.io/ambient\" = \"kill, b$evil\" |
		.mounts = [{destination: \"/bin/$evil\"}]"
	policy '{engine: "cri-o"}' '{name: "a", match: {}, on_request: true,
		ambient: ["KILL"]}'
	mv "$bundle" "$bundle"$'\e[1m\n'
	for words in '' --json; do
		# shellcheck disable=SC2086
		explain $words --id $'\e[5m\n' "$bundle"$'\e[1m\n'
		[ "$status" -eq 1 ]
		[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output")" -eq 0 ]
	done
	jq -e '.subject.id.value == "\u001b[5m\n" and
		(.program.name | test("\u001b.31m"))' <<<"$output"
	explain "$bundle"$'\e[1m\n/config.json'
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output$stderr")" -eq 0 ]
	explain --all "$work"
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$output$stderr")" -eq 0 ]
	explain --handler $'\e[1m' --rule $'\e[2m' "$bundle"$'\e[1m\n'
	[ "$status" -eq 2 ]
	[ "$(LC_ALL=C grep -c '[^ -~]' <<<"$stderr")" -eq 0 ]
}

@test "the members of the object are those of the manual" {
	make_tree
	policy '{engine: "cri-o"}' "$web_rule"
	explain --json "$bundle"
	diff - <(jq -r 'keys_unsorted | join(" ")' <<<"$output") <<-'END'
		config identity runtime outcome reason mode engine record subject rules rule exec before after no_new_privileges wanted raised missing unknown program warnings
	END
	diff - <(jq -r '.subject | keys_unsorted | join(" ")' <<<"$output") <<-'END'
		namespace pod container image id handler uid gid host_network host_pid userns no_new_privileges privileged
	END
	diff - <(jq -r '.program | keys_unsorted | join(" ")' <<<"$output") <<-'END'
		name path interpreter unknown executable sets euid secure reasons
	END
	jq -e '(.rules[0] | keys_unsorted) == ["name", "file", "result", "failed"]
		and (.before | keys_unsorted) == ["effective", "bounding",
			"inheritable", "permitted", "ambient"] and
		(.program.sets.ambient | keys_unsorted) == ["mask", "names"]' \
		<<<"$output"
	for member in $(jq -r 'keys[], (.subject, .program | keys[])' <<<"$output"); do
		sed -n '/^.Ss capctl explain/,/^.Ss capctl show/p' \
			"$srcdir/man/capctl.8" | grep -w "$member" >/dev/null || {
			echo "not in the manual: $member"
			return 1
		}
	done
}

@test "the object says what is wanted, and what is true or false" {
	policy '{}' '{name: "much", match: {}, ambient: ["KILL", "SYS_TIME"],
		exec: true, no_new_privileges: true}'
	make_container '.process.noNewPrivileges = false'
	explain --json "$bundle"
	jq -e '.wanted == ["CAP_KILL", "CAP_SYS_TIME"] and
		.raised == ["CAP_KILL"] and .exec == true and
		.no_new_privileges == true and .record == false' <<<"$output"
	policy '{}' '{name: "little", match: {}, ambient: ["KILL"]}'
	explain --json "$bundle"
	jq -e '.wanted == ["CAP_KILL"] and .exec == false and
		.no_new_privileges == false' <<<"$output"
	policy '{}' '{name: "strict", match: {}, no_new_privileges: true}'
	explain --json "$bundle"
	jq -e '.outcome == "applied" and .wanted == [] and
		.no_new_privileges == true' <<<"$output"
	policy '{audit_all: true}'
	make_container '.process.noNewPrivileges = true'
	explain --json "$bundle"
	jq -e '.wanted == [] and .exec == false and
		.no_new_privileges == true' <<<"$output"
}

@test "what the ceiling cuts is missing, with the reason" {
	policy '{ceiling: ["KILL"]}' \
		'{name: "a", match: {}, ambient: ["KILL", "NET_RAW"]}'
	explain --id x "$bundle"
	[ "$status" -eq 1 ]
	[[ "$output" == *"NET_RAW "*"above the policy's 'ceiling'"* ]]
}

@test "what cannot be determined of a namespace is unknown" {
	local -A keys=([network]=host_network [pid]=host_pid [user]=userns)
	local path type

	for type in network pid user; do
		policy '{}' "{name: \"yes\", match: {${keys[$type]}: true}}" \
			"{name: \"no\", match: {${keys[$type]}: false}}"
		for path in /nowhere /proc/0/ns/net "$work/original.json/net" \
			net pid user; do
			make_container ".linux.namespaces = [{type: \"$type\",
				path: \"$path\"}]"
			explain --id x "$bundle"
			[[ "$output" == *"unknown "*"${keys[$type]}"* ]]
			explain --json --id x "$bundle"
			jq -e ".rule == null and .subject.${keys[$type]} == null" \
				<<<"$output"
		done
	done
}

coloured() { # WORD…: runs it on a terminal
	env TERM=xterm script -qec "'$capctl' explain $*" /dev/null </dev/null |
		LC_ALL=C grep -c $'\e' || :
}

@test "colour is for terminals, and not with NO_COLOR" {
	require_programs script
	unset NO_COLOR
	make_tree
	policy '{engine: "cri-o"}' "$web_rule"
	[ "$(coloured "$bundle")" -ge 3 ]
	[ "$(NO_COLOR=1 coloured "$bundle")" -eq 0 ]
	[ "$(coloured --json "$bundle")" -eq 0 ]
	explain "$bundle"
	[[ "$output" != *$'\e'* ]]
}

@test "a full standard output is status 2" {
	policy '{engine: "cri-o"}' "$web_rule"
	for more in '' --json; do
		status=0
		# shellcheck disable=SC2086
		"$capctl" explain $more "$bundle" >/dev/full 2>"$work/stderr" ||
			status=$?
		[ "$status" -eq 2 ]
		grep -x 'capctl: write to standard output: no space left on device' \
			"$work/stderr"
	done
}
