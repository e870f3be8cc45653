#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # make sets srcdir and builddir
# The admission example is decided by kube-apiserver's own admission plugin, of Debian's
# Go library of the API server in sid. Needs a Debian mirror, 4 GB, and minutes; the program
# is built once.

load ../need

bats_require_minimum_version 1.5.0

go_packages=(golang-go golang-k8s-apiserver-dev golang-k8s-client-go-dev
	golang-github-google-cel-go-dev golang-k8s-sigs-apiserver-network-proxy-dev)

setup_file() {
	can_run debootstrap || return 0
	export program=$builddir/releases/sid-admission
	[ "$program" -nt "$srcdir/tests/vm/admission.go" ] || build_program
}

build_program() {
	local dir=$BATS_FILE_TMPDIR machine=$srcdir/tests/vm/machine

	"$machine" fresh sid "$builddir/releases" "$dir"
	mkdir -p "$dir/root/src/admission"
	cp "$srcdir/tests/vm/admission.go" "$dir/root/src/admission"
	"$machine" in "$dir" sh -ec 'apt-get update -q
		apt-get install -qy --no-install-recommends "$@"
		cd /src/admission
		CGO_ENABLED=0 GO111MODULE=off GOPATH=/:/usr/share/gocode go build' \
		sh "${go_packages[@]}" >"$dir/log" 2>&1 || {
		tail -n 40 "$dir/log"
		return 1
	}
	mv "$dir/root/src/admission/admission" "$program"
}

setup() {
	require_root
	require_programs debootstrap
	requests=$BATS_TEST_TMPDIR/requests
	: >"$requests"
}

pod() { # ANNOTATIONS [CLASS]
	jq -nc --argjson annotations "$1" --arg class "${2-capruntime}" \
		'{apiVersion: "v1", kind: "Pod",
		metadata: {name: "web", annotations: $annotations},
		spec: ({containers: [{name: "web"}], runtimeClassName: $class} |
			del(.[] | select(. == "")))}'
}

binding() { # ANNOTATIONS
	jq -nc --argjson annotations "$1" '{apiVersion: "v1", kind: "Binding",
		metadata: {name: "web", annotations: $annotations},
		target: {kind: "Node", name: "node"}}'
}

request() { # OPERATION RESOURCE[/SUBRESOURCE] OBJECT [OLD [LABELS]]
	jq -n --arg operation "$1" --arg path "$2" --argjson labels "${5-null}" \
		--slurpfile object <(cat <<<"$3") --slurpfile old <(cat <<<"${4-null}") \
		'($path | split("/")) as $path | {operation: $operation,
		resource: $path[0], subresource: ($path[1] // ""), labels: $labels,
		object: $object[0], old: $old[0]}' >>"$requests"
}

decided() { # LINE...: one for each request
	"$program" "$srcdir/packaging/kubernetes/admission/validatingadmissionpolicy.yaml" \
		<"$requests" 2>"$BATS_TEST_TMPDIR/log" |
		sed 's/.* denied request: //' | diff <(printf '%s\n' "$@") - || {
		tail -n 5 "$BATS_TEST_TMPDIR/log"
		return 1
	}
}

only_label='RuntimeClass capruntime is for namespaces labelled capruntime.io/allowed=true'

@test "only a namespace with the label can use the class" {
	request CREATE pods "$(pod null)" null '{"capruntime.io/allowed": "true"}'
	request CREATE pods "$(pod null)"
	request CREATE pods "$(pod null)" null '{"other": "true"}'
	request CREATE pods "$(pod null)" null '{"capruntime.io/allowed": "True"}'
	request CREATE pods "$(pod null '')"
	request CREATE pods "$(pod null other)"
	decided allowed "$only_label" "$only_label" "$only_label" allowed allowed
}

# docs/install.md names a second handler so.
@test "a class with a longer name is one of capruntime's, too" {
	request CREATE pods "$(pod null capruntime-crun)"
	request CREATE pods "$(pod null capruntimes)"
	request UPDATE pods "$(pod "$raw" capruntime-crun)" "$(pod null capruntime-crun)"
	decided "${only_label/capruntime/capruntime-crun}" allowed "$no_change"
}

no_change='annotations capruntime.io/* cannot change once a pod exists'
raw='{"capruntime.io/ambient": "NET_RAW", "other": "1"}'
admin='{"capruntime.io/ambient": "NET_ADMIN", "other": "1"}'

@test "a request is neither added, changed nor removed later" {
	request UPDATE pods "$(pod "$raw")" "$(pod null)"
	request UPDATE pods "$(pod "$admin")" "$(pod "$raw")"
	request UPDATE pods "$(pod null)" "$(pod "$raw")"
	request UPDATE pods/status "$(pod "$admin")" "$(pod "$raw")"
	decided "$no_change" "$no_change" "$no_change" "$no_change"
}

@test "all else of a pod can change" {
	request UPDATE pods "$(pod "$raw")" "$(pod "$raw")"
	request UPDATE pods "$(pod "${raw/1/2}")" "$(pod "$raw")"
	request UPDATE pods/status "$(pod '{"other": "1"}')" "$(pod null)"
	request UPDATE pods "$(pod '{}')" "$(pod null)"
	request UPDATE pods "$(pod "$admin" '')" "$(pod "$raw" '')"
	decided allowed allowed allowed allowed allowed
}

# The API server stops an expression that takes too long, and then denies.
@test "a pod with thousands of annotations can still be updated" {
	local many

	many=$(jq -nc '[range(5000) | {"capruntime.io/\(.)": "1"}] | add')
	request UPDATE pods/status "$(pod "$many")" "$(pod "$many")"
	request UPDATE pods/status "$(pod null)" "$(pod "$many")"
	decided allowed "$no_change"
}

no_binding='a binding cannot add annotations capruntime.io/*'

@test "a binding adds no request" {
	request CREATE pods/binding "$(binding "$raw")"
	request CREATE bindings "$(binding "$raw")"
	request CREATE pods/binding "$(binding null)"
	request CREATE pods/binding "$(binding '{"other": "1"}')"
	decided "$no_binding" "$no_binding" allowed allowed
}
