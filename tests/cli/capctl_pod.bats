#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # variables of jq, of one test; bats
# 'capctl explain --pod' predicts from a manifest what an engine writes for each
# container, what capruntime makes of it, and what the program holds.

load capctl_helpers

setup() {
	require_programs jq
	work=$BATS_TEST_TMPDIR
	pods=$srcdir/tests/data/pods
	fixtures=$srcdir/tests/data/fixtures
	export CAPRUNTIME_RUNTIME=/bin/true NO_COLOR=1
	policy '{name: "web", match: {namespace: "*"},
		ambient: ["NET_BIND_SERVICE"]}'
	words=(--engine containerd)
}

# Rules and further top-level keys are in jq's syntax.
policy() { # RULE...
	local IFS=,

	jq -n "{version: 1, engine: \"${engine-containerd}\"} + {rules: [$*]}" \
		>"$work/policy.json"
	chmod 644 "$work/policy.json"
}

pod() { # WORD...: explains the manifest on standard input, without line breaks
	cat >"$work/pod.yaml"
	explain "$@" --pod "$work/pod.yaml"
	output=$(printf %s "$output" | tr -s ' \n' ' ')
}

explain() { # WORD...
	capctl explain --policy "$work/policy.json" "${words[@]}" "$@"
}

json() { # WORD...: the same as JSON
	pod --json "$@"
}

# A pod of one container, as uid 1000. The arguments are lines below these.
small_pod() { # [IN-THE-POD [IN-THE-CONTAINER [ANNOTATIONS]]]
	printf 'kind: Pod\nmetadata: {name: web, annotations: {%s}}\nspec:\n' \
		"${3-}"
	printf '  runtimeClassName: capruntime\n'
	[ -z "${1-}" ] || printf '  %s\n' "$1"
	printf '  securityContext: {runAsUser: 1000}\n  containers:\n'
	printf '  - name: main\n    image: registry.example/web:1\n'
	[ -z "${2-}" ] || printf '    %s\n' "$2"
}

first='.containers[0] |'

# What engines wrote.

predicted='.containers[] | .explanation |
	[.subject.namespace.value, .subject.pod.value, .subject.container.value,
	 .subject.image.value, .subject.uid, .subject.gid,
	 .subject.no_new_privileges, (.before | map_values(.names | sort))]'
written='def note($keys): [.annotations[$keys[]]] | map(select(.))[0];
	[note(["io.kubernetes.pod.namespace",
		"io.kubernetes.cri.sandbox-namespace"]),
	 note(["io.kubernetes.pod.name", "io.kubernetes.cri.sandbox-name"]),
	 note(["io.kubernetes.container.name",
		"io.kubernetes.cri.container-name"]),
	 note(["io.kubernetes.cri-o.ImageName",
		"io.kubernetes.cri.image-name"]),
	 .process.user.uid, .process.user.gid,
	 .process.noNewPrivileges == true,
	 ({effective: [], bounding: [], inheritable: [], permitted: [],
	   ambient: []} + .process.capabilities | map_values(sort))]'

# The engine that wrote the fixtures of containerd lacked SYS_RESOURCE.
expect_fixtures() { # ENGINE MANIFEST FIXTURE...
	local file

	engine=${1/crio/cri-o} policy '{name: "all", match: {},
		ambient: ["NET_BIND_SERVICE"]}'
	words=(--engine "$1")
	explain --json --pod "$pods/$2"
	jq -cS "$predicted" <<<"$output" >"$work/predicted"
	for file in "${@:3}"; do
		jq -cS "$written" "$fixtures/$file.config.json" >"$work/written"
		if [[ "$file" == *privileged* ]]; then
			sed -i 's/"CAP_SYS_RESOURCE",//g' "$work/predicted"
		fi
		grep -qxFf "$work/written" "$work/predicted" || {
			echo "$file:"
			cat "$work/written" "$work/predicted"
			return 1
		}
	done
}

@test "the sets of CRI-O's containers are those that it wrote" {
	expect_fixtures crio fixtures.yaml crio-kubelet/container.{dropall.main,hostns.main,probed.init,probed.main}
	expect_fixtures crio crictl.yaml crio/{add,dropadd,nnp,plain,priv,root}
}

@test "the sets of containerd's containers are those that it wrote" {
	expect_fixtures containerd fixtures.yaml containerd-cri/container.{dropall,guaranteed,hostns,nnp,privileged}.main
	expect_fixtures containerd fixtures.yaml containerd-cri/container.probed.{init,main,side}
}

@test "ALL, and add and drop of the same" {
	json < <(small_pod '' 'securityContext: {capabilities: {add: [all]}}')
	ended 1
	is_json "$first .explanation.before.bounding.names | length > 40"
	why SYS_TIME 'no rule matches the container' # it is privileged
	json < <(small_pod '' \
		'securityContext: {capabilities: {add: [All], drop: [KILL]}}')
	is_json "$first .explanation.before.bounding.names |
		length > 39 and index(\"CAP_KILL\") == null"
	json < <(small_pod '' 'securityContext: {capabilities: {add: [ALL, KILL], drop: [ALL]}}')
	is_json "$first .explanation.before.bounding.names == [\"CAP_KILL\"]"
	json < <(small_pod '' \
		'securityContext: {capabilities: {add: [KILL], drop: [KILL]}}')
	is_json "$first .explanation.before.bounding.names |
		index(\"CAP_KILL\") == null"
}

# The answer.

@test "what is asked for and will be there is good" {
	pod < <(small_pod '' \
		'securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}')
	ended 0
	[[ "$output" == *"Pod 'default/web', container 'main' (containerd: --engine)"* ]]
	[[ "$output" == *"rule 'web' decides: raises NET_BIND_SERVICE"* ]]
	json < <(small_pod)
	ended 0
	is_json '.engine == "containerd" and .engine_by == "--engine" and
		(.file | endswith("/pod.yaml"))'
	is_json "$first .good and .held == [\"CAP_NET_BIND_SERVICE\"] and
		.absent == [] and .capruntime == \"assumed\" and
		.type == \"container\" and .line == 7"
}

why() { # CAPABILITY TEXT
	is_json "$first .good == false and (.absent[] |
		select(.name == \"CAP_$1\") | .why | contains(\$why))" \
		--arg why "$2"
}

@test "each capability that will not be there has its reason" {
	local add_raw='securityContext: {capabilities: {add: [NET_RAW]}}'

	json < <(small_pod '' "$add_raw")
	ended 1
	why NET_RAW "rule 'web' does not raise it: add it to 'ambient'"
	json < <(small_pod '' 'securityContext: {capabilities: {drop: [ALL]}}')
	ended 1
	why NET_BIND_SERVICE 'add it to the container (capabilities.add)'
	json < <(small_pod '' \
		'securityContext: {capabilities: {add: [SYS_TIME], drop: [SYS_TIME]}}')
	why SYS_TIME 'capabilities.drop has it, too'
	for word in '' '""'; do
		json --rule web < <(small_pod |
			sed "s/runtimeClassName: .*/runtimeClassName: $word/")
		ended 0
		is_json "$first .capruntime == \"no_runtime_class\" and .held == []"
	done
	json < <(small_pod '' "$add_raw" | grep -v runtimeClassName)
	ended 1
	why NET_RAW 'add runtimeClassName to the pod'
	json --namespace other < <(small_pod '' "$add_raw")
	is_json "$first .namespace == \"other\""
	policy '{name: "a", match: {namespace: "a"}, ambient: ["NET_RAW"]}'
	json < <(small_pod '' "$add_raw")
	ended 1
	why NET_RAW 'no rule matches'
	json --namespace a < <(small_pod '' "$add_raw")
	ended 0
	policy '{name: "a", match: {}, drop: "others", ambient: ["KILL"]}'
	json < <(small_pod '' "$add_raw")
	why NET_RAW "rule 'a' drops it"
	policy '{name: "a", match: {}, require: true, ambient: ["SYS_TIME"]}'
	json < <(small_pod '' "$add_raw")
	ended 1
	why NET_RAW 'the container is refused'
	policy
	json < <(small_pod '' "$add_raw")
	why NET_RAW 'the policy has no rules'
}

@test "the exit status is that of the worst container, wherever it is" {
	local lacks='{name: lacks, image: x,
		securityContext: {capabilities: {add: [NET_RAW]}}}'
	local good='{name: good, image: x}'

	json < <(small_pod | sed '/- name/,$d'; printf '  - %s\n' "$lacks" "$good")
	ended 1
	is_json '[.containers[].good] == [false, true]'
	json < <(small_pod | sed '/- name/,$d'; printf '  - %s\n' "$good" "$lacks")
	ended 1
	is_json '[.containers[].good] == [true, false]'
	json < <(small_pod | sed '/- name/,$d'; printf '  - %s\n' "$good")
	ended 0
}

@test "a policy in mode audit raises nothing" {
	policy '{name: "a", match: {}, ambient: ["KILL"]}'
	jq '.mode = "audit"' "$work/policy.json" >"$work/audit.json"
	chmod 644 "$work/audit.json"
	cp -p "$work/audit.json" "$work/policy.json"
	json < <(small_pod)
	ended 1
	why KILL 'mode is audit'
	# The container starts, whatever the rule requires.
	jq '.rules[0] |= (.ambient = ["SYS_BOOT"] | .require = true)' \
		"$work/audit.json" >"$work/policy.json"
	json < <(small_pod)
	ended 1
	is_json '.containers[0] | .held == null and .absent == []'
}

@test "root holds what it adds, with or without capruntime" {
	json --user 0 < <(small_pod '' \
		'securityContext: {runAsUser: 0, capabilities: {add: [SYS_TIME]}}')
	ended 0
	is_json "$first .held | index(\"CAP_SYS_TIME\")"
	json < <(small_pod '' 'securityContext: {capabilities: {add: [SYS_TIME]}}' |
		grep -v 'runtimeClassName\|runAsUser')
	ended 0
	json --user 1000 < <(small_pod '' \
		'securityContext: {capabilities: {add: [SYS_TIME]}}' |
		grep -v 'runtimeClassName\|runAsUser')
	ended 1
	is_json "$first .notes[0] | contains(\"--user\")"
	json < <(small_pod '' 'securityContext: {runAsNonRoot: true}' |
		grep -v runAsUser)
	is_json "$first .explanation.subject.uid == 1000"
	json --user 5 < <(small_pod '' 'securityContext: {runAsNonRoot: true}' |
		grep -v runAsUser)
	is_json "$first .explanation.subject.uid == 5"
}

@test "the container's own securityContext counts before the pod's" {
	policy '{name: "u", match: {uid: 2000, gid: 7, userns: true,
		host_network: false, host_pid: true, no_new_privileges: true},
		ambient: ["KILL"]}'
	json <<-'END'
		kind: Pod
		metadata: {name: a}
		spec:
		  runtimeClassName: capruntime
		  hostUsers: false
		  hostPID: true
		  securityContext: {runAsUser: 1000, runAsGroup: 7}
		  containers:
		  - name: main
		    securityContext: {runAsUser: 2000, allowPrivilegeEscalation: false}
	END
	ended 0
	is_json "$first .held == [\"CAP_KILL\"]"
}

@test "the pod's sysctl says for which ports NET_BIND_SERVICE is needed" {
	local name start=ip_unprivileged_port_start

	sysctl() { # NAME VALUE [IN-THE-POD]
		small_pod "${3-}" \
			'securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}' |
			sed "s|runAsUser: 1000|&, sysctls: [{name: a, value: b}, {name: $1, value: $2}]|"
	}
	for name in net.ipv4.$start net/ipv4/$start; do
		pod < <(sysctl "$name" '"0"')
		ended 0
		[[ "$output" == *"NET_BIND_SERVICE is not needed: net.ipv4.$start is 0"* ]]
		json < <(sysctl "$name" '"80"')
		ended 0
		is_json "$first .explanation.warnings | length == 1 and
			.[0].code == \"not_needed\" and
			(.[0].text | contains(\"only for ports below 80\"))"
	done
	json < <(sysctl net.ipv4.$start '"1024"')
	is_json "$first .explanation.warnings == []"
	json < <(sysctl net.ipv4.${start}s '"0"')
	is_json "$first .explanation.warnings == []"
	json < <(sysctl net.ipv4 '"0"')
	is_json "$first .explanation.warnings == []"
	pod < <(sysctl net.ipv4.$start 0)
	ended 2
	[[ "$stderr" == *"'value'"* ]]
	pod < <(sysctl net.ipv4.$start '"0"' 'hostNetwork: true')
	ended 1
	[[ "$output" == *"Kubernetes refuses the sysctl net.ipv4.$start with 'hostNetwork: true': remove one of them"* ]]
}

@test "what Kubernetes or the engine refuses does not start" {
	pod < <(small_pod '' 'securityContext: {runAsNonRoot: true, runAsUser: 0}')
	ended 1
	[[ "$output" == *'the container does not start: runAsNonRoot is true'* ]]
	pod < <(small_pod '' \
		'securityContext: {privileged: true, allowPrivilegeEscalation: false}')
	ended 1
	[[ "$output" == *'the API server refuses'* ]]
	words=(--engine crio)
	engine=cri-o policy '{name: "a", match: {}, ambient: ["KILL"]}'
	pod < <(small_pod '' 'securityContext: {capabilities: {add: [NET_BIND]}}')
	ended 1
	[[ "$output" == *"CRI-O refuses the unknown capability 'NET_BIND'"* ]]
	json < <(small_pod '' 'securityContext: {capabilities: {add: [cap_sys_time]}}')
	is_json "$first .refusal == null and (.explanation.before.bounding.names |
		index(\"CAP_SYS_TIME\"))"
}

@test "the examples' pods get what their policies grant" {
	local file engine

	for file in "$srcdir"/examples/*.yaml; do
		jq . "${file%.yaml}.json" >"$work/policy.json"
		engine=$(jq -r .engine "$work/policy.json")
		words=(--engine "$engine")
		explain --json --pod "$file"
		ended 0
		is_json "[.containers[] | .good and .explanation.rule != null and
			(.held | length) > 0] | length > 0 and all"
	done
}

# Words.

# The first block of this language, without indentation.
block() { # LANGUAGE FILE
	sed -n "/^ *\`\`\`$1\$/,/^ *\`\`\`\$/{/\`\`\`/!p;/^ *\`\`\`\$/q}" "$2"
}

@test "docs/kubernetes.md: its rule gives its pod what that asks for" {
	block json "$srcdir/docs/kubernetes.md" >"$work/policy.json"
	capctl check --strict "$work/policy.json"
	[ "$status" -eq 0 ]
	json < <(block yaml "$srcdir/docs/kubernetes.md")
	[ "$status" -eq 0 ]
	jq -e "$first .held == [\"CAP_NET_BIND_SERVICE\"]" <<<"$output"
}

@test "misspelt capabilities are named, with what is meant" {
	pod < <(small_pod '' \
		'securityContext: {capabilities: {add: [CAP_SYS_TIME], drop: [CAP_KILL]}}')
	ended 1
	[[ "$output" == *"pod.yaml:9:44: warning: capabilities.add: 'CAP_SYS_TIME' is no capability: write SYS_TIME"* ]]
	[[ "$output" == *"capabilities.drop: 'CAP_KILL' is no capability and drops nothing: write KILL"* ]]
	json < <(small_pod '' \
		'securityContext: {capabilities: {drop: [CAP_KILL]}}')
	ended 0
	is_json "$first .explanation.warnings[0].code == \"drops_nothing\""
}

wish() { # ANNOTATIONS
	json < <(small_pod '' '' "$1")
}

has_warning() { # CODE TEXT
	is_json "$first .explanation.warnings[] | select(.code == \"$1\") |
		.text | contains(\$text)" --arg text "$2"
}

@test "the pod's annotations are checked" {
	policy '{name: "wish", match: {namespace: "default"}, on_request: true,
		ambient: ["NET_BIND_SERVICE", "NET_RAW"]}'
	wish 'capruntime.io/ambient: NET_RAW'
	ended 0
	is_json "$first .held == [\"CAP_NET_RAW\"]"
	wish 'capruntime.io/ambient: NET_RAW, capruntime.io/ambient.main: none'
	ended 0
	is_json "$first .held == []"
	wish 'capruntime.io/ambient: "NET_RAW SYS_TIME"'
	ended 1
	why SYS_TIME 'the rule does not allow it'
	wish 'capruntime.io/ambient: "NET_RAW,CAP_CAP_KILL"'
	ended 1
	has_warning word_unknown "'CAP_CAP_KILL' is no capability: write KILL"
	wish 'capruntime.io/ambient.mian: NET_RAW'
	has_warning annotation_container "no container 'mian'"
	wish 'capruntime.io/ambiant: NET_RAW'
	has_warning annotation_unknown "'capruntime.io/ambiant' means nothing"
	json < <(small_pod '' 'securityContext: {capabilities: {add: [NET_RAW]}}')
	ended 1
	why NET_RAW 'add the annotation capruntime.io/ambient'
	policy '{name: "web", match: {namespace: "default"}, ambient: ["KILL"]}'
	wish 'capruntime.io/ambient: NET_RAW'
	ended 1
	why NET_RAW "it has no 'on_request'"
}

@test "a pod cannot forge who it is" {
	policy '{name: "a", match: {namespace: "kube-system"}, ambient: ["KILL"]}'
	wish 'io.kubernetes.cri.sandbox-namespace: kube-system'
	is_json "$first .explanation.rule == null"
	words=(--engine crio)
	engine=cri-o policy '{name: "a", match: {namespace: "kube-system"},
		ambient: ["KILL"]}'
	wish 'io.kubernetes.pod.namespace: kube-system, io.container.manager: x'
	is_json "$first .explanation.rule == null and
		.explanation.outcome == \"no_rule\""
}

@test "the policy's engine must be the pod's" {
	words=(--engine crio)
	pod < <(small_pod)
	ended 1
	[[ "$output" == *'refused: config.json was not written by containerd'* ]]
}

# Manifests.

@test "objects that make pods, lists, several documents, standard input" {
	for kind in Deployment StatefulSet DaemonSet ReplicaSet Job; do
		echo '---'
		jq -n --arg kind "$kind" '{kind: $kind, metadata: {name: $kind},
			spec: {template: {spec: {runtimeClassName: "capruntime",
			securityContext: {runAsUser: 1000},
			containers: [{name: "c"}]}}}}'
	done >"$work/all.yaml"
	cat >>"$work/all.yaml" <<-'END'
		---
		---
		kind: ConfigMap
		data: {a: b}
		---
		kind: CronJob
		metadata: {name: CronJob}
		spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}
		---
		kind: List
		items:
		- kind: Pod
		  metadata: {generateName: made-, namespace: own}
		  spec:
		    initContainers: [{name: i}]
		    containers: [{name: c}]
		    ephemeralContainers: [{name: e}]
	END
	run --separate-stderr "$builddir/capctl" explain --json --policy \
		"$work/policy.json" "${words[@]}" --pod - <"$work/all.yaml"
	ended 0
	is_json '.file == "standard input" and ([.containers[] |
		[.kind, .type, .container, .namespace]] == [
		["Deployment", "container", "c", "default"],
		["StatefulSet", "container", "c", "default"],
		["DaemonSet", "container", "c", "default"],
		["ReplicaSet", "container", "c", "default"],
		["Job", "container", "c", "default"],
		["CronJob", "container", "c", "default"],
		["Pod", "init container", "i", "own"],
		["Pod", "container", "c", "own"],
		["Pod", "ephemeral container", "e", "own"]])'
	is_json '[.containers[:5][].explanation.subject.pod.value] == [
		"Deployment-5d4cb8f7b6-x7k2p", "StatefulSet-0", "DaemonSet-x7k2p",
		"ReplicaSet-x7k2p", "Job-x7k2p"]'
}

@test "a RuntimeClass in the manifest names the handler" {
	policy '{name: "h", match: {handler: "raise"}, ambient: ["KILL"]}'
	json < <(small_pod && printf -- '---\nkind: RuntimeClass\n' &&
		printf 'metadata: {name: capruntime}\nhandler: raise\n')
	ended 0
	is_json "$first .explanation.rule == \"h\""
	json --handler raise < <(small_pod)
	is_json "$first .explanation.rule == \"h\" and .capruntime == \"asked\""
}

refuses() { # MESSAGE, for the manifest on standard input
	cat >"$work/pod.yaml"
	explain --pod "$work/pod.yaml"
	complained "explain: '$work/pod.yaml'$1"
}

bad_pod() { # LINE: below the container's name
	printf 'kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n'
	printf '    %s\n' "$1"
}

@test "a wrong manifest is one error with file, line, key and the way out" {
	refuses ":1:1: 'kind' is 'Service', which makes no pod: expected Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or List" \
		<<<'kind: Service'
	refuses ": no pod in it: expected Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or List" </dev/null
	refuses ":1:1: 'kind' is missing: expected Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or List" <<<'a: b'
	refuses ":1:1: expected an object of Kubernetes: a map with 'kind'" <<<'- a'
	refuses ":1:7: 'kind': expected a string, found a list" <<<'kind: [a]'
	refuses ":1:1: Pod: the pod has no 'spec': add it" \
		<<<'{kind: Pod, metadata: {name: a}}'
	refuses ":3:7: Pod: no 'containers' in the pod's spec: add one" \
		<<<$'kind: Pod\nmetadata: {name: a}\nspec: {containers: []}'
	refuses ":6:34: 'runAsUser': '-1' is no ID: write a decimal number from 0 to 2147483647" \
		< <(bad_pod 'securityContext: {runAsUser: -1}')
	refuses ":6:35: 'privileged': expected true or false, found a word that is a boolean in YAML 1.1" \
		< <(bad_pod 'securityContext: {privileged: yes}')
	refuses ":6:44: 'add': expected a string (put it in quotes), found a number" \
		< <(bad_pod 'securityContext: {capabilities: {add: [1]}}')
	refuses ":7:5: duplicate key 'image': remove one of them" \
		< <(bad_pod $'image: a\n    image: b')
	refuses ":6:42: 'capabilities' has no key 'ad': correct or remove it" \
		< <(bad_pod 'securityContext: {capabilities: {ad: [KILL]}}')
}

@test "syntax, tags, merge keys and anchors that are too many" {
	refuses ":2:1: invalid YAML: did not find expected node content" <<<'a: ['
	refuses ":1:4: a tag that changes the type: remove it" <<<'a: !!int "1"'
	refuses ":1:1: merge keys ('<<') are not read: write the keys themselves" \
		<<<'<<: {a: b}'
	refuses ":1:4: no complete anchor of this alias precedes it" <<<'a: *a'
	refuses ":1:65: too many levels" < <(printf '[%.0s' {1..80})
	for i in {1..300}; do
		echo "- &a$i x"
	done >"$work/anchors.yaml"
	refuses ":257:3: too many anchors: write the values out" \
		<"$work/anchors.yaml"
}

@test "aliases do not multiply the work" {
	{
		echo 'kind: List'
		echo 'items:'
		echo '- {kind: A, x: &a [a,a,a,a,a,a,a,a,a,a]}'
		for i in {1..50}; do
			echo "- {kind: A, x: &a [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]}"
		done
		echo "- &c {kind: List, items: [$(printf '{kind: A},%.0s' {1..500})]}"
		echo "- &d {kind: List, items: [$(printf '*c,%.0s' {1..500})]}"
	} >"$work/bomb.yaml"
	explain --pod "$work/bomb.yaml"
	ended 2
	[[ "$stderr" == *'more than 10000 objects: split the file' ]]
	{
		bad_pod "command: [&a $(printf '%02000d' {1..1})a $(
			printf ', *a%.0s' {1..1000})]"
	} >"$work/large.yaml"
	explain --pod "$work/large.yaml"
	complained "explain: $work/large.yaml:5: container 'c': larger than the 1572864 bytes that Kubernetes stores: shorten it"
}

@test "options that do not fit" {
	capctl explain --pod a b
	ended 2
	capctl explain --engine crio a
	ended 2
	[[ "$stderr" == *'--engine, --namespace, --user and --image need --pod'* ]]
	capctl explain --pod a --all b
	ended 2
	explain --pod "$work/none.yaml"
	ended 2
	words=(--engine docker)
	pod < <(small_pod)
	complained "explain: --engine: unknown engine 'docker': write crio or containerd"
	words=(--engine crio)
	for word in x '' -1 2147483648 00000000001; do
		pod --user "$word" < <(small_pod)
		complained "explain: --user: '$word' is no user ID: write a number from 0 to 2147483647"
	done
	pod --user 2147483647 < <(small_pod)
	[ "$status" -ne 2 ]
}

# The image.

@test "with --image the entrypoint's own bits count" {
	require_root
	mkdir -p "$work/root/bin"
	cp /bin/true "$work/root/bin/plain"
	cp /bin/true "$work/root/bin/setid"
	chmod 4755 "$work/root/bin/setid"
	json --image "$work/root" < <(small_pod '' 'command: [plain]')
	ended 0
	is_json "$first .explanation.program.path == \"bin/plain\" or
		.explanation.program.path == \"/bin/plain\""
	json --image "$work/root" < <(small_pod '' 'command: [setid]' |
		sed 's/runAsUser: 1000/&, runAsGroup: 1000/')
	is_json "$first .explanation.program.euid == 0"
	json --image "$work/root" < <(small_pod '' 'command: [none]')
	is_json "$first .held == null"
	json --image "$work/root" < <(small_pod)
	is_json "$first .held == [\"CAP_NET_BIND_SERVICE\"] and
		(.notes | any(contains(\"no command\")))"
}

# The node.

# Another node's engine holds all capabilities.
@test "with --engine it does not count what this process holds" {
	require_root
	require_programs capsh
	small_pod >"$work/pod.yaml"
	export CAPRUNTIME_RUNTIME=/nonexistent
	# 0x40: no_cap_ambient_raise
	run --separate-stderr capsh --drop=cap_net_bind_service --secbits=0x40 \
		-- -c 'exec "$@"' sh "$builddir/capctl" explain --policy \
		"$work/policy.json" "${words[@]}" --pod "$work/pod.yaml"
	ended 0
	[[ "$output" == *"rule 'web' decides: raises NET_BIND_SERVICE"* &&
		"$output" != *'no real runtime'* ]] || seen 'this node counts'
}

# Explains the pod on a node with the directory $work/etc.
on_node() {
	run --separate-stderr unshare -m sh -c 'mount --bind "$0" /etc &&
		exec "$@"' "$work/etc" "$builddir/capctl" explain --json --policy \
		"$work/policy.json" --pod "$work/pod.yaml"
}

@test "without a configuration the policy names the engine" {
	require_root # to mount
	require_programs unshare
	mkdir "$work/etc"
	small_pod >"$work/pod.yaml"
	on_node
	ended 0
	is_json '.engine == "containerd" and .engine_by == "the policy"'
	is_json "$first .capruntime == \"assumed\""
	engine=none policy
	on_node
	complained 'explain: the engine that would run the pod is not known: there is no configuration of CRI-O or containerd here, and the policy names no engine: use --engine crio or --engine containerd'
}

@test "containerd's handler has to pass the pod's annotation" {
	require_root # to mount
	require_programs unshare
	mkdir -p "$work/etc/containerd"
	cat >"$work/etc/containerd/config.toml" <<-'END'
		version = 2
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.capruntime]
		runtime_type = "io.containerd.runc.v2"
		pod_annotations = ["capruntime.io/*"]
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.capruntime.options]
		BinaryName = "/opt/capruntime-gold"
	END
	policy '{name: "wish", match: {namespace: "default"}, on_request: true,
		ambient: ["KILL"]}'
	small_pod '' '' 'capruntime.io/ambient: KILL' >"$work/pod.yaml"
	on_node
	ended 0
	is_json "$first .held == [\"CAP_KILL\"] and .explanation.warnings == []"
	sed -i /pod_annotations/d "$work/etc/containerd/config.toml"
	on_node
	ended 1
	is_json "$first .held == [] and .absent[0].name == \"CAP_KILL\""
	has_warning annotation_not_passed \
		"'capruntime.io/ambient' does not reach capruntime"
}

@test "without --engine the node's configuration counts" {
	require_root # to mount
	require_programs unshare
	mkdir -p "$work/etc/crio/crio.conf.d"
	cat >"$work/etc/crio/crio.conf" <<-'END'
		[crio.runtime]
		default_capabilities = ["KILL", "CAP_CHOWN"]
		[crio.runtime.runtimes.gold]
		runtime_path = "/opt/capruntime-gold"
	END
	printf '[crio.runtime]\nadd_inheritable_capabilities = true\n' \
		>"$work/etc/crio/crio.conf.d/a.conf"
	engine=cri-o policy '{name: "gold", match: {handler: "capruntime-gold"},
		ambient: ["KILL"]}'
	small_pod >"$work/pod.yaml"
	on_node
	ended 0
	is_json '.engine == "cri-o" and
		.engine_by == "this node'"'"'s configuration"'
	is_json "$first .capruntime == \"other_handler\" and
		(.explanation.before | .bounding == .inheritable and
		.bounding.names == [\"CAP_CHOWN\", \"CAP_KILL\"])"
	sed -i 's/: capruntime/: gold/' "$work/pod.yaml"
	on_node
	ended 0
	is_json "$first .capruntime == \"asked\" and .held == [\"CAP_KILL\"]"
}
