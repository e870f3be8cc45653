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
	sed -n 's/^# usage/usage/p; s/^#  \( *install\.sh\)/ \1/p' "$0" >&2
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

files() { # those to be installed, below the prefix
	(cd "$here" && find bin libexec share -type f) | LC_ALL=C sort
	printf '%s\n' "$own/MANIFEST" "$own/install.sh"
}

was_installed() { # FILE
	[ -e "$to/$own/MANIFEST" ] && grep -qxF "$1" "$to/$own/MANIFEST"
}

# Before anything is changed.
check_files() {
	[ -d "$here/bin" ] || die "nothing to install beside '$here/install.sh'"
	(cd "$here" && sha256sum --quiet -c SHA256SUMS) ||
		die "these files are not what they were: fetch the tarball again"
	files | while read -r file; do
		[ ! -e "$to/$file" ] || was_installed "$file" ||
			die "'$to/$file' is there already, and not of this script: remove it first"
	done
}

# These files contain the prefix. Engines may call the
# program at any moment: it is replaced at once.
install_file() { # FILE SOURCE
	mkdir -p "$to/${1%/*}"
	case $1 in
	"$own/package-hook")
		sed "s|='/usr/local/|='$prefix/|" "$2" >"$to/$1.new"
		;;
	share/doc/*/packaging/crio/* | share/doc/*/packaging/containerd/* | \
		share/doc/*/packaging/podman/*)
		sed "s|/usr/local/bin/|$prefix/bin/|" "$2" >"$to/$1.new"
		;;
	*) cp "$2" "$to/$1.new" ;;
	esac
	if [ -x "$2" ]; then
		chmod 755 "$to/$1.new"
	else
		chmod 644 "$to/$1.new"
	fi
	mv -f "$to/$1.new" "$to/$1"
}

remove_obsolete() { # NEW-MANIFEST
	[ ! -e "$to/$own/MANIFEST" ] ||
		grep -vxF -f "$1" "$to/$own/MANIFEST" |
		while read -r file; do rm -f "$to/$file"; done
}

install_files() {
	mkdir -p "$to/$own"
	manifest=$to/$own/MANIFEST.new
	files >"$manifest"
	remove_obsolete "$manifest"
	while read -r file; do
		case $file in
		*/install.sh) install_file "$file" "$here/install.sh" ;;
		*/MANIFEST) ;;
		*) install_file "$file" "$here/$file" ;;
		esac
	done <"$manifest"
	chmod 644 "$manifest"
	mv "$manifest" "$to/$own/MANIFEST"
}

install_configuration() {
	mkdir -p "$destdir$conf/policy.d" "$destdir$conf/runtimes"
	[ -e "$destdir$conf/policy.json" ] ||
		cp "$here/policy.json" "$destdir$conf/policy.json"
}

hook() { # STAGE
	sh "$to/$own/package-hook" --root "$destdir" "$1"
}

# Only directories that belong to this package.
remove_files() {
	while read -r file; do
		rm -f "$to/$file"
		echo "${file%/*}"
	done <"$to/$own/MANIFEST" | LC_ALL=C sort -ru |
		while read -r directory; do remove_directory "$directory"; done
}

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
		[ $# -ge 2 ] || usage
		if [ "$1" = --prefix ]; then prefix=$2; else destdir=${2%/}; fi
		shift
		;;
	--uninstall) verb=uninstall ;;
	--purge) purge=true ;;
	*) usage ;;
	esac
	shift
done
: "${prefix:=$(default_prefix)}"
case $prefix in
*[!A-Za-z0-9/._+-]*) die "odd characters in the prefix '$prefix'" ;;
/*) ;;
*) die "the prefix '$prefix' is not an absolute path" ;;
esac
prefix=${prefix%/}
to=$destdir$prefix

if [ "$verb" = install ]; then
	! $purge || usage
	check_files
	install_files
	install_configuration
	hook after-install
	echo "installed in $to: say in $conf/policy.json what to raise, then register the" \
		"handler as $prefix/share/doc/capruntime/docs/install.md says"
else
	[ -e "$to/$own/MANIFEST" ] || die "not installed in '$to'"
	hook before-removal
	! $purge || {
		rm -f "$destdir$conf/policy.json"
		hook purge
	}
	remove_files
fi
