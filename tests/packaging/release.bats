#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets srcdir
# tools/release in a repository of its own, with a key of its own, and with stand-ins
# for what builds.

bats_require_minimum_version 1.5.0

load ../need

setup() {
	require_programs git gpg ssh-keygen xz
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
	unset "${!GIT_AUTHOR_@}" "${!GIT_COMMITTER_@}"
	repository=$BATS_TEST_TMPDIR/repository
	make_repository
	make_stand_ins
	cd "$repository" || return
	git config user.name tester
	git config user.email tester@example.org
	ssh-keygen -q -t ed25519 -N '' -C tester -f "$HOME/key"
	git config gpg.format ssh
	git config user.signingKey "$HOME/key"
	commit
}

# The files that a release reads, as they are when nothing is missing.
make_repository() {
	mkdir -p "$repository"/{tools,packaging/debian,packaging/rpm}
	cd "$repository" || return
	git init -q
	cp "$srcdir/tools/release" tools
	cp "$srcdir/configure.ac" .
	cp "$srcdir/packaging/debian/changelog" packaging/debian
	cp "$srcdir/packaging/rpm/capruntime.spec" packaging/rpm
	version=$(sed -n 's/^AC_INIT(\[capruntime\], \[\(.*\)\])$/\1/p' configure.ac)
	date=$(date -u +%F -d "$(sed -n '/^ -- /{s/.*>  //p;q;}' packaging/debian/changelog)")
	printf '# Changelog\n\n## Unreleased\n\n## %s - %s\n\n### Added\n\n- all\n' \
		"$version" "$date" >CHANGELOG.md
	sed 's/^| *| *|/| Somebody | somebody |/' "$srcdir/MAINTAINERS.md" >MAINTAINERS.md
	chmod -R u+w .
}

make_stand_ins() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	write_script "$BATS_TEST_TMPDIR/bin/autoreconf" \
		'printf "#!/bin/sh\n" >configure; chmod +x configure'
	write_script "$BATS_TEST_TMPDIR/bin/make" \
		"tar -cJf capruntime-$version.tar.xz CHANGELOG.md"
	write_script "$repository/tools/build-tarball" "
		case \$1 in
		--architectures) exec printf '%s\n' amd64 s390x ;;
		--missing) exec cat $HOME/missing-\$2 ;;
		esac
		mkdir -p \"\$2\"
		for end in tar.xz tar.xz.sha256 spdx.json; do
			echo \$end >\"\$2/capruntime-$version-linux-\$3.\$end\"
		done"
	touch "$HOME"/missing-{amd64,s390x}
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

write_script() { # FILE LINES
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod 755 "$1"
}

commit() {
	git add -A
	git commit -qm change
}

expect_missing() { # TEXT
	run -1 tools/release --check
	[[ "$output" == *"release: $1"*"1 missing for v$version" ]] || {
		echo "$output"
		return 1
	}
}

@test "a release is made: files, checksums, their signature and the tag" {
	run -0 tools/release ../files
	[[ "$output" == *'nothing was pushed'* ]]
	cd ../files
	diff <(printf '%s\n' SHA256SUMS SHA256SUMS.sig \
		"capruntime-$version-linux-"{amd64,s390x}.{spdx.json,tar.xz} \
		"capruntime-$version.tar.xz") <(LC_ALL=C ls)
	sha256sum -c SHA256SUMS
	[ "$(wc -l <SHA256SUMS)" = 5 ]
	printf 'tester %s\n' "$(cat "$HOME/key.pub")" >"$HOME/signers"
	verify() { ssh-keygen -Y verify -f "$HOME/signers" -I tester -n file -s SHA256SUMS.sig; }
	verify <SHA256SUMS
	run ! verify </dev/null
	git -C "$repository" -c gpg.ssh.allowedSignersFile="$HOME/signers" \
		tag -v "v$version"
	[ "$(git -C "$repository" rev-parse "v$version^{commit}")" = \
		"$(git -C "$repository" rev-parse HEAD)" ]
}

@test "what is built is the commit, not what else lies in the tree" {
	echo '*.ignored' >.gitignore
	commit
	echo secret >x.ignored
	write_script "$BATS_TEST_TMPDIR/bin/make" \
		"tar --exclude=*.xz -cJf capruntime-$version.tar.xz *"
	run -0 tools/release ../files
	tar -tf "../files/capruntime-$version.tar.xz" >"$BATS_TEST_TMPDIR/list"
	grep -qx CHANGELOG.md "$BATS_TEST_TMPDIR/list"
	run ! grep ignored "$BATS_TEST_TMPDIR/list"
}

@test "--check makes nothing, and says that nothing is missing" {
	before=$(git for-each-ref && ls -a)
	run -0 tools/release --check
	[ "$output" = "release: nothing is missing for v$version" ]
	[ "$before" = "$(git for-each-ref && ls -a)" ]
}

@test "each place with another version or date is missing" {
	while IFS='|' read -r file change text; do
		sed -i "$change" "$file"
		commit
		expect_missing "$file: $text"
		git revert --no-edit HEAD >/dev/null
	done <<-'END'
		packaging/debian/changelog|1s/(.*-/(9.9.9-/|the version is '9.9.9'
		packaging/rpm/capruntime.spec|s/^Version: .*/Version: 9.9.9/|Version is '9.9.9'
		packaging/rpm/capruntime.spec|/^%changelog/{n;s/ - .*/ - 9.9.9-1/}|the version in %changelog is '9.9.9-1'
		packaging/rpm/capruntime.spec|/^%changelog/{n;s/20[0-9][0-9]/1999/}|the date in %changelog is '1999
		CHANGELOG.md|s/^## [0-9].*/## 9.9.9 - 1999-01-01/|the newest section is '9.9.9 - 1999-01-01'
		CHANGELOG.md|/^## Unreleased/a - more|'Unreleased' has entries
		MAINTAINERS.md|s/Somebody//; s/somebody//|nobody is named
	END
}

@test "a tree with changes, an existing tag and a missing key are missing" {
	echo change >>CHANGELOG.md
	expect_missing 'the tree is not clean'
	git checkout -q CHANGELOG.md
	echo new >new
	expect_missing 'the tree is not clean'
	rm new
	git tag "v$version"
	expect_missing "the tag v$version exists"
	git tag -d "v$version"
	git config --unset user.signingKey
	expect_missing 'git has no key'
	git config user.signingKey "$HOME/none"
	expect_missing "user.signingKey: '$HOME/none' is not a file"
	git config user.signingKey "$HOME/key"
	git config gpg.format x509
	expect_missing "gpg.format is 'x509'"
}

@test "a compiler for an architecture is missing" {
	echo s390x-linux-gnu-gcc >"$HOME/missing-s390x"
	expect_missing "the tarball for s390x needs 's390x-linux-gnu-gcc': ./quickstart install cross"
}

@test "a build or a signature that fails leaves no tag and no files" {
	write_script "$BATS_TEST_TMPDIR/bin/make" 'exit 3'
	run -3 tools/release ../files
	[ ! -e ../files ] && [ -z "$(git tag)" ]
	write_script "$BATS_TEST_TMPDIR/bin/make" "echo >capruntime-$version.tar.xz"
	write_script "$BATS_TEST_TMPDIR/bin/ssh-keygen" 'exit 4'
	run -4 tools/release ../files
	[ ! -e ../files ] && [ -z "$(git tag)" ]
}

@test "an existing directory is not touched" {
	mkdir ../files
	run -1 tools/release ../files
	[[ "$output" == *"'$BATS_TEST_TMPDIR/files' exists"* ]]
	[ -z "$(ls ../files)" ] && [ -z "$(git tag)" ]
}

@test "with OpenPGP the signature is SHA256SUMS.asc" {
	git config gpg.format openpgp
	git config user.signingKey tester@example.org
	export GNUPGHOME=$BATS_TEST_TMPDIR/gnupg
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-generate-key tester@example.org ed25519
	run -0 tools/release ../files
	gpg --verify ../files/SHA256SUMS.asc ../files/SHA256SUMS
	git tag -v "v$version"
	gpgconf --kill all
}
