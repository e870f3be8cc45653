#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# Links between the documents work, and the files and functions that they name
# exist: in the source tree and as installed.

bats_require_minimum_version 1.5.0

documents() {
	find ./*.md docs examples -name '*.md' ! -name CHANGELOG.md
}

# Prints FILE: TARGET without the anchor.
links() {
	documents | xargs grep -oHE '\]\([^)# ]+' | sed 's/](/ /' |
		grep -vE ': https?://'
}

expect_links() {
	local file target count=0

	while read -r file target; do
		count=$((count + 1))
		[ -e "$(dirname "${file%:}")/$target" ] || {
			echo "$file $target: no such file"
			return 1
		}
	done < <(links)
	[ "$count" -gt 30 ]
}

expect_files() { # DIRECTORIES, as (a|b)
	local name count=0

	while read -r name; do
		count=$((count + 1))
		[ -e "$name" ] || [ -e "$name.c" ] || {
			echo "$name: no such file"
			return 1
		}
	done < <(documents | grep -v CONTRIBUTING | xargs grep -ohE \
		"(^|[^A-Za-z0-9./])$1/[A-Za-z0-9_./-]*[A-Za-z0-9]" |
		sed 's/^[^a-z]//' | grep -v NAME | sort -u)
	[ "$count" -ge 15 ] || {
		echo "only $count names of files found"
		return 1
	}
}

@test "in the source tree every link works and every file that is named exists" {
	cd "$srcdir"
	expect_links
	expect_files '(docs|examples|packaging|tests|tools)'
}

@test "installed every link works and every file that is named exists" {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$builddir" \
		install-data DESTDIR="$BATS_TEST_TMPDIR" docdir=/doc >/dev/null
	cd "$BATS_TEST_TMPDIR/doc"
	expect_links
	expect_files '(docs|examples|packaging/(crio|containerd|docker|logrotate|podman|kubernetes|openshift))'
	program=$BATS_TEST_TMPDIR/program
	{ printf '\177ELF\2' && head -c 59 /dev/zero; } >"$program"
	packaging/openshift/make-machineconfig "$program" >/dev/null
}

@test "every script explains itself with --help" {
	cd "$srcdir"
	for script in quickstart packaging/install.sh tools/build-deb \
		packaging/openshift/make-machineconfig tools/build-rpm \
		tools/build-tarball tools/make-packages \
		"$builddir/packaging/package-hook"; do
		run -0 --separate-stderr "$(realpath "$script")" --help
		[[ "$output" == usage:*"${script##*/}"* ]]
		[ -z "$stderr" ]
	done
}

definitions() {
	find src include -name '*.[ch]' -exec grep -hE '^[a-z].*[a-z_]+\(' {} +
}

@test "every function that the documents for developers name exists" {
	local name count=0

	cd "$srcdir"
	definitions >"$BATS_TEST_TMPDIR/definitions"
	for name in $(grep -ohE '`[a-z_]+\(\)`' docs/architecture.md \
		docs/debugging.md CONTRIBUTING.md | tr -d '`()' | sort -u); do
		count=$((count + 1))
		grep -qE "(^|[^a-z_])$name\(" "$BATS_TEST_TMPDIR/definitions" || {
			echo "$name() is not in src"
			return 1
		}
	done
	[ "$count" -gt 30 ]
}

@test "every source that the documents for developers name exists" {
	local name count=0

	cd "$srcdir"
	# shellcheck disable=SC2013 # names have no blanks
	for name in $(grep -ohE '(src|include|tests)/[A-Za-z0-9_./-]*[a-z0-9]' \
		docs/architecture.md docs/debugging.md CONTRIBUTING.md |
		grep -vE 'FOLDER|NAME' | sort -u); do
		count=$((count + 1))
		[ -e "$name" ] || [ -e "$name.c" ] || {
			echo "$name does not exist"
			return 1
		}
	done
	[ "$count" -gt 30 ]
}

@test "every target of make that the documents name exists" {
	local target count=0

	cd "$srcdir"
	for target in $(documents | xargs grep -ohE '`make [a-z][a-z-]+' |
		cut -d' ' -f2 | sort -u); do
		count=$((count + 1))
		grep -qE "^$target( [a-z-]+)*:" "$builddir/Makefile" || {
			echo "there is no 'make $target'"
			return 1
		}
	done
	[ "$count" -gt 25 ]
}

@test "the page on the architecture has at most 300 lines" {
	[ "$(wc -l <"$srcdir/docs/architecture.md")" -le 300 ]
}

@test "each test that SECURITY.md names exists" {
	local count=0 file title

	while IFS=$'\t' read -r file title; do
		count=$((count + 1))
		grep -qF -e "@test \"$title\" {" -e "@test '$title' {" \
			-e "TAP_TEST($title)" "$srcdir/$file" || {
			echo "$file has no test '$title'"
			return 1
		}
	done < <(grep '^|' "$srcdir/SECURITY.md" |
		sed -En 's/.*`(tests[^`]*)` "(.*)" \|$/\1\t\2/p')
	[ "$count" -ge 40 ]
}
