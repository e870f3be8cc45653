#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: install.sh [--prefix DIR] [--destdir DIR]
#        install.sh --uninstall [--purge] [--prefix DIR] [--destdir DIR]
# Installs or upgrades the files next to this script below the prefix (/usr/local).
# The configuration is always in /etc/capruntime; existing files there are never
# overwritten. Nothing is started or restarted. --uninstall is refused while an
# engine needs the program; --purge also removes the configuration.
set -eu
umask 022

prefix=
destdir=
verb=install
purge=false
here=$(cd "$(dirname "$0")" && pwd)
conf=/etc/capruntime
# Below the prefix: this script, and the list of the installed files.
own=libexec/capruntime

die() {
	printf 'install.sh: %s\n' "$*" >&2
	exit 1
}

usage() {
	sed -n 's/^# usage/usage/p; s/^#  \( *install\.sh\)/ \1/p' "$0"
}

misuse() {
	usage >&2
	exit 2
}

# The installed copy derives the prefix from its own path.
default_prefix() {
	if [ -e "$here/MANIFEST" ]; then
		echo "${here%/"$own"}"
	else
		echo /usr/local
	fi
}

# Only what the list of checksums names, and only below these directories.
listed() {
	sed -n 's|^[0-9a-f]\{64\} [ *]\(\./\)\{0,1\}||p' "$here/SHA256SUMS"
}

files() { # those to be installed, below the prefix
	{
		listed | grep -E '^(bin|libexec|share)/' || :
		printf '%s\n' "$own/MANIFEST" "$own/install.sh"
	} | LC_ALL=C sort -u
}

# A list must not name files outside the prefix.
check_names() { # LIST-FILE
	if grep -vE '^(bin|libexec|share)/[A-Za-z0-9/._+-]+$' "$1" ||
		grep -E '(^|/)\.\.?(/|$)' "$1"; then
		die "'$1' names files that do not belong to capruntime"
	fi
}

was_installed() { # FILE
	[ -e "$to/$own/MANIFEST" ] && grep -qxF "$1" "$to/$own/MANIFEST"
}

# A link below --destdir would be resolved from the root of this system. Without
# --destdir, links of the administrator are part of the system.
check_link() { # LINK
	[ -z "$destdir" ] || die "'$1' is a symbolic link: remove it," \
		"or replace it with a directory"
	case $(stat -c %u "$1") in
	0 | "$(id -u)") ;;
	*) die "'$1' is a symbolic link of another user: remove it" ;;
	esac
}

is_free() { [ ! -e "$1" ] && [ ! -L "$1" ]; } # PATH

# Every directory on the way to a file.
check_way() { # PATH
	way=
	rest=${1%/*}/
	while rest=${rest#/} && [ -n "$rest" ]; do
		way=$way/${rest%%/*}
		rest=${rest#*/}
		[ ! -L "$destdir$way" ] || check_link "$destdir$way"
		[ -d "$destdir$way" ] || is_free "$destdir$way" ||
			die "'$destdir$way' is not a directory: move it away"
	done
}

check_source() { # FILE: listed, and a file of the tarball itself
	listed | grep -qxF "$1" || die "'$here/$1' has no checksum in SHA256SUMS"
	path=$1
	while [ "$path" != . ]; do
		[ ! -L "$here/$path" ] || die "'$here/$path' is a symbolic link"
		path=$(dirname "$path")
	done
}

check_target() { # FILE
	check_way "$prefix/$1"
	is_free "$to/$1" || was_installed "$1" ||
		die "'$to/$1' exists, and this script did not install it: remove it first"
	[ -L "$to/$1" ] || [ ! -d "$to/$1" ] ||
		die "'$to/$1' is a directory: move it away"
}

# A root below --destdir can be another machine's.
check_machine() {
	[ -z "$destdir" ] || return 0
	case $(uname -m) in
	x86_64) want='3e 00' architecture=amd64 ;;
	aarch64) want='b7 00' architecture=arm64 ;;
	ppc64le) want='15 00' architecture=ppc64le ;;
	s390x) want='00 16' architecture=s390x ;;
	*) return 0 ;;
	esac
	# e_machine, in elf(5)
	[ "$(od -An -tx1 -j 18 -N 2 "$here/bin/capruntime" | sed 's/^ *//')" = "$want" ] ||
		die "these programs are not for this machine: take the tarball" \
			"that ends in linux-$architecture.tar.xz"
}

# Before anything is changed.
check_files() {
	[ -d "$here/bin" ] || die "nothing to install beside '$here/install.sh'"
	(cd "$here" && sha256sum -c SHA256SUMS >/dev/null) ||
		die "wrong checksums: fetch the tarball again"
	check_machine
	check_way "$conf/policy.d/"
	check_way "$conf/runtimes/"
	files >"$work/MANIFEST"
	check_names "$work/MANIFEST"
	check_source install.sh
	check_source policy.json
	while read -r file; do
		check_target "$file"
		case $file in
		"$own/MANIFEST" | "$own/install.sh") ;;
		*) check_source "$file" ;;
		esac
	done <"$work/MANIFEST"
	cp "$work/MANIFEST" "$work/all"
	is_free "$to/$own/MANIFEST" || {
		check_installed
		LC_ALL=C sort -u "$work/MANIFEST" "$to/$own/MANIFEST" >"$work/all"
	}
}

# Below --destdir, too: the list could be another user's.
check_installed() {
	[ -f "$to/$own/MANIFEST" ] || die "not installed in '$to'"
	check_names "$to/$own/MANIFEST"
	check_way "$conf/runtimes/"
	check_way "$conf/policy.d/"
	while read -r file; do check_way "$prefix/$file"; done \
		<"$to/$own/MANIFEST"
}

# The hook runs capctl. Below --destdir, both could be another user's.
check_programs() {
	[ -f "$to/$own/package-hook" ] || die "'$to/$own/package-hook' is missing:" \
		"install again, then uninstall"
	for program in "$to/$own/package-hook" "$to/bin/capctl"; do
		case $(stat -c %u "$program" 2>/dev/null) in
		0 | "$(id -u)" | '') ;;
		*) die "'$program' belongs to another user: remove it" ;;
		esac
	done
}

# These files contain the prefix.
contents() { # FILE SOURCE
	case $1 in
	"$own/package-hook") sed "s|='/usr/local/|='$prefix/|" "$2" ;;
	share/doc/*/packaging/crio/* | share/doc/*/packaging/containerd/* | \
		share/doc/*/packaging/docker/* | share/doc/*/packaging/podman/*)
		sed "s|/usr/local/bin/|$prefix/bin/|" "$2"
		;;
	*) cat "$2" ;;
	esac
}

# Until the script ends. Without flock(1) there is no lock.
lock() {
	[ -d "${destdir:-/}" ] && command -v flock >/dev/null || return 0
	exec 9<"${destdir:-/}"
	flock -n 9 || die "another install.sh is working in '${destdir:-/}':" \
		"wait for its end"
}

# Engines may call the program at any moment: it is replaced by a rename. The new
# name cannot be guessed, and with noclobber an existing file is not opened.
stage() { # PATH MODE: standard input becomes the file when it is placed
	new=${1%/*}/$temporary.${1##*/}
	{ (set -C && cat >"$new") && chmod "$2" "$new"; } || die "cannot write '$1'"
}

place() { # PATH
	mv -fT "${1%/*}/$temporary.${1##*/}" "$1" || die "cannot write '$1'"
}

put() { # PATH MODE
	stage "$@"
	place "$1"
}

# The temporary files of this run, and of one that was killed.
sweep() {
	set -- "$destdir$conf/.capruntime."????????.policy.json
	while read -r file; do
		set -- "$@" "$to/${file%/*}/.capruntime."????????".${file##*/}"
	done <"$work/all"
	rm -f "$@"
}

stage_file() { # FILE SOURCE
	mode=644
	[ ! -x "$2" ] || mode=755
	mkdir -p "$to/${1%/*}"
	contents "$1" "$2" >"$work/contents"
	stage "$to/$1" "$mode" <"$work/contents"
}

# Everything is written before anything is replaced. While files are replaced, the
# list has the old and the new ones: a run that was killed can be repeated.
install_files() {
	grep -vxF "$own/MANIFEST" "$work/MANIFEST" >"$work/files"
	while read -r file; do
		case $file in
		"$own/install.sh") stage_file "$file" "$here/install.sh" ;;
		*) stage_file "$file" "$here/$file" ;;
		esac
	done <"$work/files"
	put "$to/$own/MANIFEST" 644 <"$work/all"
	while read -r file; do place "$to/$file"; done <"$work/files"
	remove_obsolete
	put "$to/$own/MANIFEST" 644 <"$work/MANIFEST"
}

remove_obsolete() {
	grep -vxF -f "$work/MANIFEST" "$work/all" >"$work/obsolete" || return 0
	while read -r file; do rm -f "$to/$file"; done <"$work/obsolete"
}

install_configuration() {
	policy=$destdir$conf/policy.json
	mkdir -p "$destdir$conf/policy.d" "$destdir$conf/runtimes"
	[ -e "$policy" ] || [ -L "$policy" ] || put "$policy" 644 <"$here/policy.json"
}

hook() { # STAGE
	sh "$to/$own/package-hook" --root "$destdir" "$1"
}

# What another attempt needs, last.
remove_files() {
	grep -v "^$own/" "$work/all" >"$work/files" || :
	printf "$own/%s\n" package-hook install.sh MANIFEST >>"$work/files"
	while read -r file; do rm -f "$to/$file"; done <"$work/files"
	sed 's|/[^/]*$||' "$work/files" | LC_ALL=C sort -ru |
		while read -r directory; do remove_directory "$directory"; done
}

# Only those that belong to this package.
remove_directory() { # DIRECTORY
	directory=$1
	while [ "${directory#*/capruntime}" != "$directory" ]; do
		rmdir "$to/$directory" 2>/dev/null || return 0
		directory=${directory%/*}
	done
}

while [ $# -gt 0 ]; do
	case $1 in
	--prefix | --destdir)
		[ $# -ge 2 ] || misuse
		if [ "$1" = --prefix ]; then prefix=$2; else destdir=${2%/}; fi
		shift
		;;
	--uninstall) verb=uninstall ;;
	--purge) purge=true ;;
	--help | -h)
		usage
		exit
		;;
	*) misuse ;;
	esac
	shift
done
: "${prefix:=$(default_prefix)}"
case $prefix in
*[!A-Za-z0-9/._+-]*) die "odd characters in the prefix '$prefix'" ;;
/*) ;;
*) die "the prefix '$prefix' is not an absolute path" ;;
esac
case $prefix/ in
*/../* | */./*) die "'.' and '..' are not allowed in the prefix '$prefix'" ;;
esac
prefix=${prefix%/}
to=$destdir$prefix
work=$(mktemp -d)
temporary=$(mktemp -u .capruntime.XXXXXXXX)
trap '[ ! -e "$work/all" ] || sweep; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
lock

if [ "$verb" = install ]; then
	! $purge || misuse
	check_files
	sweep
	install_configuration
	install_files
	hook after-install
	echo "installed in '$to': write rules into '$conf/policy.json', then register the" \
		"handler: see '$prefix/share/doc/capruntime/docs/install.md'"
else
	check_installed
	check_programs
	cp "$to/$own/MANIFEST" "$work/all"
	hook before-removal
	! $purge || {
		rm -f "$destdir$conf/policy.json"
		hook purge
	}
	remove_files
fi
