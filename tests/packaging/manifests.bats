#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # variables of jq; automake sets them
# Reads the manifests in packaging/ with a YAML parser: none requests forbidden
# privileges, and common values are equal. tests/kubernetes/install.bats applies
# them.

load ../need

bats_require_minimum_version 1.5.0

setup() {
	require_programs jq
	require_python yaml
	packaging=$srcdir/packaging
}

# Every document of the files, one JSON object on a line.
documents() { # FILE...
	"$python" -c 'import json, sys, yaml
for name in sys.argv[1:]:
    for document in yaml.safe_load_all(open(name)):
        print(json.dumps(document))' "$@"
}

daemons() {
	documents "$packaging"/kubernetes/{,install/,install-crio/}daemonset.yaml |
		jq -c 'select(.kind == "DaemonSet")'
}

# OSS-Fuzz's file is none.
manifests() { find "$packaging" -name oss-fuzz -prune -o -name '*.yaml' -print; }

# jq -e checks only the last result.
all_are() { # JQ-FILTER, on standard input
	jq -s "length > 0 and all(.[]; $1)" | grep -qx true
}

@test "every manifest is YAML with a kind, a name and the label of the project" {
	while IFS= read -r file; do
		echo "$file"
		documents "$file" | all_are '.apiVersion and .kind and
			(.kind == "Kustomization" or
			(.metadata.name | startswith("capruntime"))) and
			(.kind == "Kustomization" or .metadata.labels[
			"app.kubernetes.io/part-of"] == "capruntime")'
	done < <(manifests)
	[ "$(manifests | wc -l)" -ge 10 ]
}

@test "the daemons request no privilege, no token and not the class" {
	[ "$(daemons | wc -l)" -eq 3 ]
	daemons | all_are '.spec.template.spec |
		.automountServiceAccountToken == false and
		(has("runtimeClassName") | not) and
		([.hostNetwork, .hostPID, .hostIPC] | any | not) and
		.securityContext.seccompProfile.type == "RuntimeDefault" and
		(.nodeSelector | has("capruntime.io/managed")) and
		all(.containers[]; .securityContext == {
			allowPrivilegeEscalation: false,
			readOnlyRootFilesystem: true,
			capabilities: {drop: ["ALL"]}} and
			.resources.limits.memory and .readinessProbe) and
		([.volumes[] | select(.hostPath)] | length == 1)'
	[ "$(daemons | jq -r '.spec.template.spec.volumes[].hostPath.path //
		empty' | xargs)" = '/etc/capruntime /opt/capruntime /etc/crio' ]
	documents "$packaging"/kubernetes/{,install/,install-crio/}*.yaml |
		all_are '.kind != "ClusterRole" and .kind != "Role"'
}

@test "the probe looks at what the container keeps" {
	daemons | all_are '.spec.template.spec.containers[0] |
		(.readinessProbe.exec.command |
			.[0] == "/usr/bin/capctl" and index("--check")) and
		(.readinessProbe.exec.command[1:] - ["--check"]) ==
			(.args - ["--json", "--interval=60"])'
}

@test "the class and its node label have the names that the trees use" {
	documents "$packaging/kubernetes/runtimeclass.yaml" |
		all_are '.handler == "capruntime" and
			.metadata.name == "capruntime" and
			.scheduling.nodeSelector == {"capruntime.io/ready": "true"}'
	documents "$packaging"/kubernetes/admission/*.yaml |
		all_are 'tostring | contains("capruntime")'
	"$builddir/capctl" check --strict "$packaging/kubernetes/policy.json"
}

# An annotation reaches a pod by its creation, an edit, its status and a binding.
@test "both admission examples see each way of a request into a pod" {
	documents "$packaging"/kubernetes/admission/validatingadmissionpolicy.yaml \
		>"$BATS_TEST_TMPDIR/native"
	jq -r '.spec.matchConstraints // empty | .resourceRules[] |
		.operations[] + " " + .resources[]' "$BATS_TEST_TMPDIR/native" |
		sort | diff - <(printf '%s\n' 'CREATE bindings' 'CREATE pods' \
			'CREATE pods/binding' 'UPDATE pods' 'UPDATE pods/status')
	jq -es '(map(select(.kind == "ValidatingAdmissionPolicy").metadata.name) |
		sort) == (map(.spec.policyName // empty) | sort)' \
		"$BATS_TEST_TMPDIR/native"
	documents "$packaging"/kubernetes/admission/kyverno.yaml |
		jq -r '.spec.rules[].match.any[].resources |
			.operations[] + " " + .kinds[]' |
		sort | diff - <(printf '%s\n' 'CREATE Binding' 'CREATE Pod' \
			'CREATE Pod/binding' 'UPDATE Pod' 'UPDATE Pod/status')
}

@test "the daemons run on nodes of the image's architectures, which a release has" {
	daemons | all_are '.spec.template.spec.affinity.nodeAffinity |
		.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms ==
		[{matchExpressions: [{key: "kubernetes.io/arch", operator: "In",
			values: ["amd64", "arm64", "ppc64le", "s390x"]}]}]'
	"$srcdir/tools/build-tarball" --architectures | sort |
		diff - <(grep -oE 'linux/[a-z0-9]+' "$packaging/kubernetes/Containerfile" |
			cut -d/ -f2 | sort)
}

@test "CRI-O's drop-in differs only in the path of the program" {
	sed 's|/usr/bin/capruntime|/opt/capruntime/capruntime|' \
		"$packaging/crio/50-capruntime.conf" |
		diff - "$packaging/kubernetes/install-crio/50-capruntime.conf"
}

@test "the images of all trees have this version" {
	version=$("$builddir/capctl" version --json | jq -r .capruntime)
	documents "$packaging"/kubernetes/{,install/,install-crio/}kustomization.yaml |
		all_are ".images == [{name: \"capruntime\",
			newName: \"registry.example/capruntime\",
			newTag: \"$version\"}]"
}

@test "the Containerfile takes the programs of this version" {
	version=$("$builddir/capctl" version --json | jq -r .capruntime)
	grep -qx "ARG VERSION=$version" "$packaging/kubernetes/Containerfile"
}

# With stand-ins for the programs, which name their architecture.
make_image() { # DIRECTORY PLATFORMS
	local architecture buildah=(buildah --root "$BATS_TEST_TMPDIR/root"
		--runroot "$BATS_TEST_TMPDIR/run" --storage-driver vfs)

	for architecture in amd64 arm64 ppc64le s390x; do
		mkdir -p "$1/capruntime-0.1.0-linux-$architecture/bin"
		for program in capctl capruntime; do
			echo "$program of $architecture" \
				>"$1/capruntime-0.1.0-linux-$architecture/bin/$program"
		done
	done
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' \
		>"$BATS_TEST_TMPDIR/signatures.json"
	(cd "$1" && "${buildah[@]}" build --quiet \
		--signature-policy "$BATS_TEST_TMPDIR/signatures.json" \
		-f "$packaging/kubernetes/Containerfile" --platform "$2" \
		--manifest image . 3>&- 4>&-)
	"${buildah[@]}" manifest push --quiet --all \
		--signature-policy "$BATS_TEST_TMPDIR/signatures.json" image \
		"oci:$BATS_TEST_TMPDIR/oci" 3>&- 4>&-
}

blob() { # DIGEST
	cat "$BATS_TEST_TMPDIR/oci/blobs/${1/://}"
}

@test "the image has the programs of each architecture" {
	require_root
	require_programs buildah
	platforms=$(sed -n 's/.*--platform \([^ ]*\).*/\1/p' \
		"$packaging/kubernetes/Containerfile")
	make_image "$BATS_TEST_TMPDIR/context" "$platforms"
	index=$(blob "$(jq -r '.manifests[0].digest' "$BATS_TEST_TMPDIR/oci/index.json")")
	[ "$(jq -r '.manifests[].platform | "\(.os)/\(.architecture)"' <<<"$index" |
		sort | paste -sd ,)" = "$platforms" ]
	jq -r '.manifests[] | "\(.platform.architecture) \(.digest)"' <<<"$index" |
		while read -r architecture digest; do
			manifest=$(blob "$digest")
			blob "$(jq -r .config.digest <<<"$manifest")" |
				jq -e --arg own "$architecture" \
					'.architecture == $own and
					.config.Entrypoint == ["/usr/bin/capctl"]'
			for layer in $(jq -r '.layers[].digest' <<<"$manifest"); do
				blob "$layer" | tar -xz -C "$BATS_TEST_TMPDIR"
			done
			diff - "$BATS_TEST_TMPDIR"/usr/bin/capctl <<<"capctl of $architecture"
			diff - "$BATS_TEST_TMPDIR"/usr/bin/capruntime \
				<<<"capruntime of $architecture"
			[ "$(find "$BATS_TEST_TMPDIR/usr" -type f | wc -l)" = 2 ]
		done
}

@test "OpenShift's constraints allow the daemons exactly that" {
	documents "$packaging/openshift/scc.yaml" |
		jq -s 'map(select(.kind == "SecurityContextConstraints"))[]' |
		all_are '([.allowPrivilegedContainer, .allowPrivilegeEscalation,
			.allowHostNetwork, .allowHostPID, .allowHostIPC,
			.allowHostPorts] | any | not) and
			.requiredDropCapabilities == ["ALL"]'
	documents "$packaging/openshift/scc.yaml" |
		jq -c 'select(.metadata.name == "capruntime-node")' |
		all_are '.allowedCapabilities == [] and
			.readOnlyRootFilesystem and (.users | length == 3)'
}
