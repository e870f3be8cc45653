#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# What pods hold on a real Kubernetes node.

load helpers

setup_file() { start_node; }
teardown_file() { stop_node; }
setup() { setup_pods; }
teardown() { teardown_pods; }

report80='main.command[2] |= sub("report"; "report 80")'
add_bind='main.securityContext.capabilities.add = ["NET_BIND_SERVICE"]'
drop_all='main.securityContext.capabilities.drop = ["ALL"]'

@test "a Deployment of uid 1000 serves on port 80" {
	policy "{$web}"
	deployment server 1 "$report80"
	is_deployed server
	kubectl expose deployment server --port 80 --cluster-ip None
	expect_log "$matched port80=bound" deployment/server
	wait_until has_endpoint server
	run -0 fetch "$address"
	[[ "$output" == 'root:x:0:0:'* ]]
	tail -n 1 "$work/audit.log" | jq -e '.outcome == "applied" and
		.namespace == "web" and (.pod | startswith("server-")) and
		.container == "main" and .rule == "web" and .uid == 1000 and
		.raised == ["CAP_NET_BIND_SERVICE"]'
}

has_endpoint() { # SERVICE: sets address
	address=$(kubectl get endpoints "$1" \
		-o jsonpath='{.subsets[0].addresses[0].ip}')
	[ -n "$address" ]
}

@test "drop ALL and add leaves one capability, raised" {
	policy "{$web}"
	pod dropped "$report80 | $drop_all | $add_bind"
	pod empty "$report80 | $drop_all"
	expect_log "${matched/a80425fb/400} port80=bound" dropped
	expect_log "${unmatched/a80425fb/0} port80=denied" empty
}

@test "allowPrivilegeEscalation: false keeps what is raised" {
	policy "{$web}"
	pod strict "$report80 | $drop_all | $add_bind |
		main.securityContext.allowPrivilegeEscalation = false |
		.spec.securityContext.seccompProfile.type = \"RuntimeDefault\""
	pod weaker "main.securityContext.allowPrivilegeEscalation = false"
	expect_log 'uid=1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1 port80=bound' \
		strict
	expect_log "${matched%0}1" weaker
}

@test "init containers and sidecars have their own rules, or none" {
	policy "{$web}" '{name: "raw", match: {container: ["side", "init"]},
		ambient: ["NET_RAW", "NET_ADMIN"]}'
	pod group '.spec.initContainers = [container("init") |
			.command = ["report"] |
			.securityContext.capabilities.add = ["NET_ADMIN"]] |
		.spec.containers += [container("side"), container("other")]'
	expect_log "$matched" group main
	expect_log 'uid=1000 inh=2000 prm=2000 eff=2000 bnd=a80425fb amb=2000 nnp=0' \
		group side
	expect_log "$unmatched" group other
	expect_log 'uid=1000 inh=3000 prm=3000 eff=3000 bnd=a80435fb amb=3000 nnp=0' \
		group init
}

ping='"ping -c 1 127.0.0.1 >/dev/null'
can_ping='ambient: ["NET_RAW"]'

@test "exec probes can do what the container can, with exec in the rule" {
	policy "{name: \"session\", match: {pod: \"able\"}, $can_ping, exec: true}" \
		"{name: \"no-session\", match: {pod: \"*able\"}, $can_ping}"
	probe="{periodSeconds: 1, timeoutSeconds: 60, exec: {command: [\"sh\",
		\"-c\", $ping && touch /tmp/alive\"]}}"
	probes="main.livenessProbe = $probe | main.readinessProbe = $probe"
	pod able "$probes"
	pod unable "$probes"
	is_ready able
	[ "$(restarts able)" -eq 0 ]
	wait_until has_event 'Readiness probe failed: ping: ' unable
	wait_until has_event 'Liveness probe failed: ping: ' unable
	wait_until is_restarted unable
	[ "$(pod_says '.status.containerStatuses[0].ready' unable)" = false ]
	[ "$(restarts able)" -eq 0 ]
	kubectl exec able -- test -e /tmp/alive
	is_ready able
}

is_restarted() { [ "$(restarts "$1")" -gt 0 ]; } # POD

@test "a preStop hook can do what the container can, with exec in the rule" {
	mkdir -m 777 "$work/hook"
	policy "{name: \"session\", match: {pod: \"hooked\"}, $can_ping, exec: true}" \
		"{name: \"no-session\", match: {pod: \"*hooked\"}, $can_ping}"
	hook=".spec.terminationGracePeriodSeconds = 60 |
		.spec.volumes = [{name: \"hook\", hostPath: {path: \"$work/hook\"}}] |
		main.volumeMounts = [{name: \"hook\", mountPath: \"/hook\"}] |
		main.lifecycle.preStop.exec.command = [\"sh\", \"-c\",
			$ping && r=reached; echo \$(report) \$r >/hook/\" + \$name]"
	pod hooked "$hook"
	pod unhooked "$hook"
	is_ready hooked unhooked
	delete_pod hooked unhooked
	file_says 'uid=1000 inh=2000 prm=2000 eff=2000 bnd=a80425fb amb=2000 nnp=0 reached' \
		"$work/hook/hooked"
	file_says "$unmatched" "$work/hook/unhooked"
}

@test "kubectl exec gives what the container holds, with exec in the rule" {
	policy "{name: \"bash\", match: {pod: \"open\"}, exec: true,
			drop: \"others\", ambient: [\"NET_BIND_SERVICE\"]}" "{$web}"
	pod open
	pod closed
	is_ready open closed
	expect_session "${matched/a80425fb/400}" open
	expect_session "$unmatched" closed
	expect_log "$matched" closed
	run -3 kubectl exec open -- sh -c 'exit 3'
	run -0 kubectl exec -i open -- cat <<<typed
	expect_output typed
}

@test "an ingress in the node's network serves on port 80" {
	policy '{name: "ingress", match: {host_network: true},
		ambient: ["NET_BIND_SERVICE"], require: true}'
	pod ingress "$report80 | .spec.hostNetwork = true"
	pod inside "$report80"
	expect_log "$matched port80=bound" ingress
	expect_log "$unmatched port80=denied" inside
	run -0 fetch 127.0.0.1
	[[ "$output" == 'root:x:0:0:'* ]]
	delete_pod ingress
	run ! fetch 127.0.0.1
}

@test "a pod's events say what refused it, and why" {
	policy "{$web, require: true}"
	pod refused "$drop_all"
	pod served "$drop_all | $add_bind"
	wait_until has_event "rule 'web': 'require' is not met, cannot raise CAP_NET_BIND_SERVICE" refused
	is_ready served
	[ "$(pod_says '.status.containerStatuses[0].ready' refused)" = false ]
	run kubectl logs refused
	[[ "$output" != *uid=* ]]
}

@test "a pod without a matching rule is as without capruntime" {
	policy "{$web}"
	namespace=other
	pod untouched
	pod plain 'del(.spec.runtimeClassName)'
	expect_log "$unmatched" untouched
	expect_log "$unmatched" plain
	id=$(container_id untouched)
	has_untouched_bundle "$id"
	run ! grep "$id" "$work/audit.log"
	namespace=web
	pod touched
	is_ready touched
	id=$(container_id touched)
	run ! has_untouched_bundle "$id"
	"$node/enter" test -e "$bundles/$id/.capruntime.json"
}

has_untouched_bundle() { # ID
	"$node/enter" cmp "$work/seen/$1.json" "$bundles/$1/config.json" &&
		"$node/enter" test ! -e "$bundles/$1/.capruntime.json"
}

@test "a pod that forges annotations gains nothing and escapes nothing" {
	expect_forgeries_fail
}

@test "with on_request containers get what their pod requests, within the rule" {
	policy '{name: "wish", match: {namespace: "web"}, on_request: true,
		ambient: ["NET_BIND_SERVICE", "NET_RAW"]}'
	wish='.metadata.annotations'
	pod two "$wish = {\"capruntime.io/ambient\": \"CAP_NET_RAW\",
			\"capruntime.io/ambient.main\": \"net_bind_service kill\"} |
		.spec.containers += [container(\"side\")]"
	pod none "$wish = {\"capruntime.io/ambient\": \"none\",
		\"example.com/ambient\": \"NET_RAW\"}"
	pod silent
	pod more "$wish = {\"capruntime.io/ambient\": \"KILL,SYS_ADMIN\"}"
	expect_log "$matched" two main
	expect_log 'uid=1000 inh=2000 prm=2000 eff=2000 bnd=a80425fb amb=2000 nnp=0' \
		two side
	for name in none silent more; do
		expect_log "$unmatched" "$name"
	done
	jq -es 'any(.pod == "more" and .missing == ["CAP_KILL",
		"CAP_SYS_ADMIN"])' "$work/audit.log"
}

# Sets status, output and stderr.
on_node() { # VERB WORD...
	run --separate-stderr "$node/enter" env \
		"CAPRUNTIME_POLICY=$work/policy.json" "$builddir/capctl" "$@"
}

@test "capctl finds containers by the names of their pods" {
	policy "{$web}"
	pod named '.spec.containers += [container("side")]'
	is_ready named
	on_node verify --json web/named
	[ "$status" -eq 0 ]
	jq -e '[.containers[].identity] == [{namespace: "web", pod: "named",
		container: "main", image: "localhost/busybox:e2e"},
		{namespace: "web", pod: "named", container: "side",
		image: "localhost/busybox:e2e"}]' <<<"$output"
	on_node show --json web/named/side
	[ "$status" -eq 0 ]
	jq -e '.processes | length > 0 and
		all(.identity.container == "side")' <<<"$output"
	on_node explain web/named/main
	[ "$status" -eq 0 ]
	[[ "$output" == "rule 'web' decides"* ]]
	on_node explain --all "$bundles"
	grep -F "web/named/side $bundles/" <<<"$output"
	# A name that no pod has, and the pause container, which has none.
	on_node show web/other web/named/POD
	[ "$status" -eq 2 ]
	[ -z "$output" ]
}

# What `report` prints, as 'capctl explain --pod' predicts it.
predicted='def hex: .mask | sub("^0+(?=.)"; "");
	.containers[] | .explanation as $said | $said.program.sets |
	"\($said.program.euid) \(.inheritable | hex) \(.permitted | hex) " +
	"\(.effective | hex) \(.bounding | hex) \(.ambient | hex) " +
	(if $said.no_new_privileges then "1" else "0" end)'

predict() { # STATUS FILE: prints a line for each container
	run --separate-stderr "$builddir/capctl" explain --json \
		--policy "$work/policy.json" --engine containerd --namespace web \
		--pod "$2"
	if [ "$status $stderr" != "$1 " ]; then
		printf 'exit status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
		return 1
	fi
	jq -r "$predicted" <<<"$output" |
		sed 's/\(.*\) \(.*\) \(.*\) \(.*\) \(.*\) \(.*\) \(.*\)/uid=\1 inh=\2 prm=\3 eff=\4 bnd=\5 amb=\6 nnp=\7/'
}

# STATUS: of the prediction, which comes first.
expect_predicted() { # STATUS NAME [JQ-FILTER]
	pod_json "${@:2}" >"$work/$2.json"
	predict "$1" "$work/$2.json" >"$work/$2.predicted"
	kubectl apply -f "$work/$2.json"
	expect_log "$(cat "$work/$2.predicted")" "$2"
	# The same from what the API server made of it.
	kubectl get pod "$2" -o yaml >"$work/$2.yaml"
	predict "$1" "$work/$2.yaml" | diff "$work/$2.predicted" -
}

@test "explain --pod says before what pods hold" {
	policy '{name: "wish", match: {namespace: "web", pod: "foretold-wish"},
			on_request: true, ambient: ["KILL", "NET_RAW"]}' \
		'{name: "net", match: {host_network: true}, drop: "others",
			ambient: ["NET_RAW"], no_new_privileges: true}' "{$web}"
	expect_predicted 0 foretold
	expect_predicted 0 foretold-strict "$drop_all | $add_bind |
		main.securityContext.allowPrivilegeEscalation = false"
	expect_predicted 1 foretold-more \
		'main.securityContext.capabilities.add = ["NET_ADMIN"]'
	expect_predicted 0 foretold-root '.spec.securityContext.runAsUser = 0'
	expect_predicted 1 foretold-plain "del(.spec.runtimeClassName) | $add_bind"
	expect_predicted 0 foretold-host '.spec.hostNetwork = true'
	expect_predicted 0 foretold-wish \
		'.metadata.annotations["capruntime.io/ambient"] = "NET_RAW,kill"'
}

# Values that are both in a pod's manifest and in a container's config.json.
same_container='
	def of_pod: .spec as $spec | .metadata as $meta | $spec.containers[0] |
		.securityContext as $context | [$meta.namespace, $meta.name, .name,
		.image, .command, $context.runAsUser, $context.runAsGroup,
		$context.readOnlyRootFilesystem,
		$context.allowPrivilegeEscalation == false,
		$spec.hostNetwork == true, $spec.hostPID == true,
		$meta.annotations."capruntime.io/ambient"];
	def shares($type): all(.linux.namespaces[]; .type != $type);
	def note($keys): [.annotations[$keys[]]] | map(select(.))[0];
	def of_config: [
		note(["io.kubernetes.pod.namespace",
			"io.kubernetes.cri.sandbox-namespace"]),
		note(["io.kubernetes.pod.name", "io.kubernetes.cri.sandbox-name"]),
		note(["io.kubernetes.container.name",
			"io.kubernetes.cri.container-name"]),
		note(["io.kubernetes.cri-o.ImageName",
			"io.kubernetes.cri.image-name"]),
		.process.args, .process.user.uid, .process.user.gid,
		.root.readonly, .process.noNewPrivileges == true,
		shares("network"), shares("pid"),
		note(["capruntime.io/ambient"])];
	def added: .spec.containers[0].securityContext.capabilities |
		{drop, add: (.add // [] | map("CAP_" + .))};
	def holds($bounding): if .drop == ["ALL"] then
		(.add | sort) == ($bounding | sort) else .add - $bounding == [] end;
	of_pod == ($config[0] | of_config) and
		(added | holds($config[0].process.capabilities.bounding))'

expect_manifest() { # FILE CONFIG.JSON
	echo "$1"
	kubectl_anywhere apply --dry-run=server -o json -f "$1" >"$work/pod.json"
	jq -e --slurpfile config "$2" "$same_container" "$work/pod.json" || {
		jq -c '[.metadata, .spec]' "$work/pod.json"
		return 1
	}
}

kubectl_anywhere() { "$node/kubectl" "$@"; }

@test "the examples' pods are admitted, and their containers hold what config.json says" {
	local file way
	make_namespaces dev-anna ingress-nginx monitoring netops shop telco vault

	for file in "$srcdir"/examples/*.yaml; do
		way=${file##*/}
		expect_manifest "$file" \
			"$srcdir/examples/containers/${way%.yaml}.json"
	done
	for file in "$srcdir"/examples/ways/*/pod.yaml; do
		jq "$(grep -v '^#' "${file%/*}/config.jq")" \
			"$srcdir/examples/ways/config.json" >"$work/config.json"
		expect_manifest "$file" "$work/config.json"
	done
}
