#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets srcdir
# Values that occur in several files are equal.

bats_require_minimum_version 1.5.0

setup() { cd "$srcdir" || return; }

@test "the packages have the version that ./configure has" {
	version=$(sed -n 's/^AC_INIT(\[capruntime\], \[\(.*\)\])$/\1/p' configure.ac)
	[ -n "$version" ]
	[[ "$(head -n 1 packaging/debian/changelog)" == "capruntime ($version-"* ]]
	grep -qxE "Version: +$version" packaging/rpm/capruntime.spec
	sed -n '/^%changelog/{n;p;}' packaging/rpm/capruntime.spec |
		grep -q -- "- $version-1\$"
}

@test "the packages have one date" {
	deb=$(sed -n '/^ -- /{s/.*>  //p;q;}' packaging/debian/changelog)
	rpm=$(sed -n '/^%changelog/{n;p;}' packaging/rpm/capruntime.spec |
		cut -d' ' -f3-5)
	[ "$(date -u -d "$deb" +%F)" = "$(date -u -d "$rpm" +%F)" ]
}

@test "the packages' policy has no rules" {
	[ "$(tr -d '[:space:]' <packaging/policy.json)" = '{"version":1,"rules":[]}' ]
}

@test "each package calls the hook at the right stages, and starts no service" {
	grep -q 'package-hook after-install$' packaging/debian/postinst
	grep -q 'package-hook before-removal$' packaging/debian/prerm
	grep -q 'package-hook after-install' packaging/rpm/capruntime.spec
	grep -q 'package-hook before-removal' packaging/rpm/capruntime.spec
	run ! grep -rE 'systemctl|invoke-rc|service |debconf|deb-systemd' \
		packaging/debian packaging/rpm packaging/install.sh \
		packaging/package-hook.in
}
