#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# make sbom: what the programs of this build are linked from.

bats_require_minimum_version 1.5.0

load ../need

setup_file() { make_sbom; }

setup() {
	require_programs jq
	document=$builddir/capruntime.spdx.json
}

make_sbom() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$builddir" sbom
}

expect() { # JQ-EXPRESSION
	jq -e "$1" "$document" >/dev/null || {
		echo "not true of $document: $1"
		return 1
	}
}

@test "the document has every field that SPDX 2.3 requires" {
	expect '.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0"'
	expect '.SPDXID == "SPDXRef-DOCUMENT" and (.name | length > 0)'
	expect '.documentNamespace | test("^https://[^#]+$")'
	expect '.creationInfo.created | test("^[0-9-]{10}T[0-9:]{8}Z$")'
	expect '.creationInfo.creators | length > 0 and all(test("^Tool: "))'
	expect '.packages | length >= 2 and all(.name and .downloadLocation
		and .filesAnalyzed == false)'
	expect '[.packages[].SPDXID] | all(test("^SPDXRef-[A-Za-z0-9.-]+$"))'
	expect '[.packages[].SPDXID] | length == (unique | length)'
}

@test "each relationship is between elements of the document, and describes the programs" {
	expect '([.packages[].SPDXID] + [.SPDXID]) as $ids | .relationships |
		all([.spdxElementId, .relatedSpdxElement] - $ids == [])'
	expect '[.relationships[] | select(.relationshipType == "DESCRIBES") |
		.relatedSpdxElement] | contains(["SPDXRef-capruntime"])'
	expect '([.packages[].SPDXID] - [.relationships[].relatedSpdxElement]) == []'
}

@test "every archive of the linker's map is in the document" {
	count=0
	for archive in $(grep -ohE '(^|[[:space:]])/[^[:space:]()]+\.a\(' \
		"$builddir"/*.map | tr -d ' (' | sort -u | xargs realpath | sort -u); do
		count=$((count + 1))
		expect ".packages | any(.comment // \"\" |
			split(\" \") | index(\"$archive\"))"
	done
	[ "$count" -ge 1 ]
}

@test "an archive of which nothing was linked is not in the document" {
	cp "$builddir/capruntime.map" "$BATS_TEST_TMPDIR/capruntime.map"
	echo 'LOAD /usr/lib/libunused.a' >>"$BATS_TEST_TMPDIR/capruntime.map"
	"$srcdir/tools/make-sbom" 1 "$BATS_TEST_TMPDIR/capruntime.map" >"$BATS_TEST_TMPDIR/out"
	run ! grep -q unused "$BATS_TEST_TMPDIR/out"
	touch "$BATS_TEST_TMPDIR/libused.a"
	echo " .text $BATS_TEST_TMPDIR/libused.a(x.o)" >>"$BATS_TEST_TMPDIR/capruntime.map"
	"$srcdir/tools/make-sbom" 1 "$BATS_TEST_TMPDIR/capruntime.map" >"$BATS_TEST_TMPDIR/out"
	grep -q '"name": "libused"' "$BATS_TEST_TMPDIR/out"
}

@test "every library has a licence, and on Debian its package's version" {
	expect '.packages | all(.licenseDeclared != "NOASSERTION")'
	if command -v dpkg-query; then
		expect '.packages | all(.versionInfo)'
		expect '[.packages[] | select(.primaryPackagePurpose == "LIBRARY")] |
			length > 0 and
			all(.externalRefs[0].referenceLocator | startswith("pkg:deb/"))'
	fi
}

@test "the same build gives the same bytes, and SOURCE_DATE_EPOCH is the date" {
	cp "$document" "$BATS_TEST_TMPDIR/first"
	make_sbom
	cmp "$BATS_TEST_TMPDIR/first" "$document"
	SOURCE_DATE_EPOCH=86400 make_sbom
	expect '.creationInfo.created == "1970-01-02T00:00:00Z"'
	make_sbom
	cmp "$BATS_TEST_TMPDIR/first" "$document"
}
