#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# packaging/policy.schema.json and the parser accept and refuse the same
# policies of tests/data/schema-corpus.

load policy

setup() {
	setup_policy
	schema=$srcdir/packaging/policy.schema.json
	corpus=$srcdir/tests/data/schema-corpus/policies.jsonl
	require_python
}

schema_py() {
	run "$python" "$srcdir/tests/cli/schema.py" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

# Bad policies of the corpus that a JSON Schema cannot detect, and why.
beyond_a_schema() {
	local once='a duplicate key is gone when JSON is read'
	local names='whether names differ in one key of all elements'
	local sum='a sum over several lists'
	local digits='1.0 and 1 are the same number'
	local order='no arithmetic on the text of a string'
	local bytes='it never sees the bytes of a file'
	local other='what another file has'

	while IFS='|' read -r name reason; do
		printf '%s\t%s\n' "$name" "${!reason:?}"
	done <<-'END_OF_NAMES'
		top: version twice|once
		top: rules twice|once
		top: comment twice|once
		rule: ambient twice|once
		rule: ambient twice, once with an escape|once
		match: uid twice|once
		match: an annotation twice|once
		engine: the same handler twice|once
		name: twice|names
		name: twice with another between|names
		drop-in: a name of policy.json's|other
		patterns: 257 over two keys|sum
		patterns: 257 over annotations and uid|sum
		version: 1.0|digits
		version: 1e0|digits
		uid: 1.0|digits
		uid: 1e3|digits
		uid: -0|digits
		gid: 1.0|digits
		gid: 1e3|digits
		gid: -0|digits
		uid: backwards|order
		gid: backwards|order
		text: an unpaired surrogate|bytes
		text: surrogates in the wrong order|bytes
		limit: a file of 1 MiB and a byte|bytes
	END_OF_NAMES
}

@test "tools/make-schema prints the schema" {
	"$python" "$srcdir/tools/make-schema" >"$work/made.json"
	diff -u "$schema" "$work/made.json"
}

@test "the corpus has hundreds of policies, each of another name" {
	require_programs jq
	[ "$(jq -s 'length' "$corpus")" -ge 600 ]
	[ "$(jq -s 'map(select(.verdict == "good")) | length' "$corpus")" -ge 200 ]
	[ -z "$(jq -r .name "$corpus" | sort | uniq -d)" ]
}

@test "the schema accepts and rejects the policies of the corpus" {
	require_python jsonschema
	beyond_a_schema >"$work/exceptions"
	schema_py schema "$schema" "$corpus" "$work/exceptions"
}

@test "capruntime accepts and rejects the policies of the corpus" {
	make_empty_container
	schema_py program "$corpus" "$bundle" "$CAPRUNTIME_POLICY"
}

# In a new mount namespace: other tests use the same SYSCONFDIR.
@test "capruntime accepts and rejects them in policy.d" {
	local etc=$work/cli/sysroot/etc/capruntime

	unshare -rm true 2>/dev/null || skip 'no unprivileged user namespaces'
	make_empty_container
	mkdir -p "$etc/policy.d"
	# The script too: with a build in the source tree it is hidden.
	cp "$builddir/tests/cli/capruntime-sysroot" \
		"$srcdir/tests/cli/schema.py" "$work/cli"
	echo '{"version": 1, "engine": "cri-o",
		"rules": [{"name": "main", "match": {}}]}' >"$etc/policy.json"
	unset CAPRUNTIME_POLICY
	export CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
	run unshare -rm sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' \
		sh "$work/cli" "$builddir/tests/cli" "$python" \
		"$srcdir/tests/cli/schema.py" program "$corpus" "$bundle" \
		"$builddir/tests/cli/sysroot/etc/capruntime/policy.d/x.json" \
		drop-ins
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *', 0 wrong' && "$output" != '0 policies'* ]]
}

@test "the schema has exactly the parser's keys" {
	same_lines parser "$(parser_keys)" "$("$python" \
		"$srcdir/tests/cli/schema.py" keys "$schema" | LC_ALL=C sort)"
}

@test "the schema has every capability that libcap knows" {
	local name known

	require_programs capsh jq
	known=$("$python" "$srcdir/tests/cli/schema.py" capabilities)
	same_lines libcap "$known" "$(jq -r '."$defs".capability.anyOf[0].enum[] |
		ascii_downcase' "$schema")"
}

@test "the schema accepts the policies that capruntime installs" {
	local page

	require_python jsonschema
	for page in man/capruntime-policy.5 man/capruntime.8 README.md; do
		extract_policies "$srcdir/$page" "$work/${page##*/}"
	done
	schema_py files "$schema" "$srcdir/packaging/policy.json" \
		"$work"/*/policy-*.json
}
