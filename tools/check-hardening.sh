#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks by the ELF headers of capruntime and capctl how they are hardened; TAP.
# What a build cannot have is in 'exception', with the reason.
: "${builddir:?make sets it}"
set -u
export LC_ALL=C

command -v readelf >/dev/null || {
	echo '1..0 # SKIP no readelf'
	exit "${TEST_TOOLS_REQUIRED-0}"
}
text=$(mktemp)
broken=$(mktemp)
trap 'rm -f "$text" "$broken"' EXIT
number=0
failed=0

# NAME|what it means|how to break it in what readelf prints, for the last check
# shellcheck disable=SC2016 # sed's own
checks='pie|position independent|s/ DYN / EXEC /
relro|read-only after relocation|/GNU_RELRO/d
bind-now|all symbols bound at the start|/(FLAGS/d
stack|no executable stack|/GNU_STACK/s/ RW / RWE /
segments|no segment to write and execute|/LOAD/s/ R E / RWE /
text|no relocation in the code|$s/^/(TEXTREL)/
search-path|no path to search for libraries|$s/^/(RUNPATH)/
protector|stack protectors|/__stack_chk_fail/d
fortify|fortified functions|s/_chk\>/_plain/g
cet|control-flow enforcement|/IBT, SHSTK/d'

has() { # CHECK FILE
	case $1 in
	pie) grep -q '^ *Type: *DYN ' "$2" && grep -q 'Flags:.* PIE' "$2" ;;
	relro) grep -q '^ *GNU_RELRO ' "$2" ;;
	bind-now) grep -qE '\(FLAGS(_1)?\) .*(BIND_)?NOW' "$2" ;;
	stack) grep -qE '^ *GNU_STACK .* RW +0x' "$2" ;;
	segments) ! grep -qE '^ *LOAD .* RWE +0x' "$2" ;;
	text) ! grep -q 'TEXTREL' "$2" ;;
	search-path) ! grep -qE '\((RPATH|RUNPATH)\)' "$2" ;;
	protector) grep -q ' __stack_chk_fail' "$2" ;;
	fortify) grep -qE ' __[a-z]+_chk\>' "$2" ;;
	cet) grep -q 'IBT, SHSTK' "$2" ;;
	esac
}

setting() { # VARIABLE, of make
	sed -n "s/^$1 = *//p" "$builddir/Makefile"
}

exception() { # CHECK PROGRAM
	case $1-$2 in
	pie-capruntime)
		case $(setting LIBC_LDFLAGS) in
		*-pie*) ;;
		*-static) echo 'the C library has no start of a static PIE' ;;
		esac
		;;
	relro-capruntime)
		case $(setting LIBC_LDFLAGS) in
		*norelro*) echo 'musl applies it in dynamic programs only' ;;
		esac
		;;
	fortify-*)
		grep -qE 'GLIBC_|_dl_relocate_static_pie' "$text" ||
			echo 'the C library has no fortified functions'
		;;
	cet-*)
		# The linker marks a program only if every object has the mark.
		echo 'objects of the C library and of archives have no mark'
		;;
	esac
	case $1-$(setting CAPRUNTIME_CPPFLAGS)$(setting CPPFLAGS)$(setting CFLAGS) in
	fortify-*_FORTIFY_SOURCE=[1-9]*) ;;
	fortify-*) echo 'this build is not fortified, see ./configure' ;;
	esac
}

report() { # STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
	fi
}

check_program() { # NAME
	readelf -hldsnW "$builddir/$1" >"$text" || {
		report 1 "$1 is an ELF program"
		return
	}
	while IFS='|' read -r check meaning _; do
		reason=$(exception "$check" "$1" | head -n 1)
		if has "$check" "$text"; then
			report 0 "$1: $meaning"
		elif [ -n "$reason" ]; then
			report 0 "$1: $meaning, except that $reason"
		else
			report 1 "$1: $meaning"
		fi
	done <<-END
		$checks
	END
}

# The mark of a program says little, so the objects of this tree are counted.
check_objects() {
	case $(setting CAPRUNTIME_CFLAGS) in
	*-fcf-protection*) ;;
	*) return 0 ;;
	esac
	marked=0
	objects=0
	for archive in "$builddir"/lib*.a; do
		objects=$((objects + $(ar t "$archive" | wc -l)))
		marked=$((marked + $(readelf -nW "$archive" 2>/dev/null |
			grep -c 'IBT, SHSTK')))
	done
	[ "$marked" -gt 0 ] && [ "$marked" -eq "$objects" ]
	report $? "control-flow enforcement in $marked of $objects objects"
}

# Each check fails for a program without what it looks for.
check_checks() {
	while IFS='|' read -r check meaning breaking; do
		readelf -hldsnW "$builddir/capruntime" |
			sed "$breaking" >"$broken"
		! has "$check" "$broken"
		report $? "without it this fails: $meaning"
	done <<-END
		$checks
	END
}

check_program capruntime
[ ! -e "$builddir/capctl" ] || check_program capctl
check_objects
check_checks
echo "1..$number"
exit $failed
