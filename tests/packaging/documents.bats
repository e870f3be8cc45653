#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# The documents lead from one to the other, and name files: as they lie here,
# and as they are installed.

bats_require_minimum_version 1.5.0

documents() {
	find README.md CONTRIBUTING.md SECURITY.md docs examples -name '*.md'
}

# FILE: TARGET, without what is within a page.
links() {
	documents | xargs grep -oHE '\]\([^)# ]+' | sed 's/](/ /' |
		grep -vE ': https?://'
}

expect_links() {
	local file target count=0

	while read -r file target; do
		count=$((count + 1))
		[ -e "$(dirname "${file%:}")/$target" ] || {
			echo "$file $target: nothing is there"
			return 1
		}
	done < <(links)
	[ "$count" -gt 30 ]
}

expect_files() { # DIRECTORIES, as (a|b)
	local name

	while read -r name; do
		[ -e "$name" ] || {
			echo "$name: nothing is there"
			return 1
		}
	done < <(documents | grep -v CONTRIBUTING | xargs grep -ohE \
		"(^|[^A-Za-z0-9./])$1/[A-Za-z0-9_./-]*[A-Za-z0-9]" |
		sed 's/^[^a-z]//' | grep -v NAME | sort -u)
}

@test "in the source every link leads somewhere, and what is named is there" {
	cd "$srcdir"
	expect_links
	expect_files '(docs|examples|packaging|tests|tools)'
}

@test "installed they lead somewhere, too, and name what is there" {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$builddir" \
		install-data DESTDIR="$BATS_TEST_TMPDIR" docdir=/doc >/dev/null
	cd "$BATS_TEST_TMPDIR/doc"
	expect_links
	expect_files '(docs|examples|packaging/(crio|containerd|podman|kubernetes|openshift))'
	program=$BATS_TEST_TMPDIR/program
	echo program >"$program"
	packaging/openshift/make-machineconfig "$program" >/dev/null
}
