# SPDX-License-Identifier: Apache-2.0
# Each flag is tested together with the accepted ones: some flags need another
# one (-Werror=format-security), some conflict.

# CAPRUNTIME_ADD_CFLAGS(FLAG...): adds flags that compile to CAPRUNTIME_CFLAGS.
AC_DEFUN([CAPRUNTIME_ADD_CFLAGS], [m4_foreach_w([flag], [$1],
	[capruntime_add_cflag "flag"
])])

# CAPRUNTIME_ADD_CXXFLAGS(FLAG...): the same for CAPRUNTIME_CXXFLAGS.
AC_DEFUN([CAPRUNTIME_ADD_CXXFLAGS], [m4_foreach_w([flag], [$1],
	[capruntime_add_cxxflag "flag"
])])

# CAPRUNTIME_ADD_LDFLAGS(FLAG...): adds flags that link to CAPRUNTIME_LDFLAGS.
AC_DEFUN([CAPRUNTIME_ADD_LDFLAGS], [m4_foreach_w([flag], [$1],
	[capruntime_add_ldflag "flag"
])])

# CAPRUNTIME_LINKS(LDFLAGS, LIBS, PROLOGUE, BODY, YES, NO): tests whether a program
# links with these and all accepted flags. Sets capruntime_loader if it is dynamic,
# and capruntime_starts.
AC_DEFUN([CAPRUNTIME_LINKS], [
	capruntime_cflags=$CFLAGS capruntime_ldflags=$LDFLAGS capruntime_libs=$LIBS
	CFLAGS="$CAPRUNTIME_CFLAGS $CFLAGS"
	LDFLAGS="$CAPRUNTIME_LDFLAGS $1 $LDFLAGS"
	LIBS="$2 $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([$3], [$4])],
		[capruntime_links=yes
		capruntime_starts=yes
		AS_IF([test "$cross_compiling" = no &&
			! ./conftest$EXEEXT >&AS_MESSAGE_LOG_FD 2>&1],
			[capruntime_starts=no])
		capruntime_loader=$($READELF -l conftest$EXEEXT | grep INTERP)],
		[capruntime_links=no])
	CFLAGS=$capruntime_cflags LDFLAGS=$capruntime_ldflags LIBS=$capruntime_libs
	AS_IF([test "$capruntime_links" = yes], [$5], [$6])
])

# CAPRUNTIME_PREFER_ARCHIVE(PREFIX, MODULE, ARCHIVE, INCLUDES, CALL):
# sets PREFIX_LIBS to the archive of a pkg-config module if a program links with
# it, or else to the shared library.
AC_DEFUN([CAPRUNTIME_PREFER_ARCHIVE], [
	PKG_CHECK_MODULES([$1], [$2])
	AC_MSG_CHECKING([whether $3 links])
	capruntime_dir=$($PKG_CONFIG --libs-only-L "$2")
	capruntime_cppflags=$CPPFLAGS
	CPPFLAGS="$$1_CFLAGS $CPPFLAGS"
	CAPRUNTIME_LINKS([$CAPRUNTIME_PIE_LDFLAGS], [$capruntime_dir -l:$3],
		[$4], [$5], [
		$1_LIBS="$capruntime_dir -l:$3"
		AC_MSG_RESULT([yes])
	], [AC_MSG_RESULT([no, using the shared library])])
	CPPFLAGS=$capruntime_cppflags
])

# CAPRUNTIME_CHECK_TOML: checks the headers of toml++ without pkg-config, which
# would add its shared library. Sets CXX_LIBS to the libraries with which the C
# compiler links C++: the archive if there is one.
AC_DEFUN([CAPRUNTIME_CHECK_TOML], [
	AC_MSG_CHECKING([whether $CXX compiles toml++])
	AC_LANG_PUSH([C++])
	capruntime_cxxflags=$CXXFLAGS
	CXXFLAGS="$CAPRUNTIME_CXXFLAGS $CXXFLAGS"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([#include <toml++/toml.h>],
		[return toml::parse("").empty() ? 0 : 1;])], [AC_MSG_RESULT([yes])],
		[AC_MSG_RESULT([no])
		AC_MSG_ERROR([no C++17 compiler, or no toml++])])
	CXXFLAGS=$capruntime_cxxflags
	AC_LANG_POP([C++])
	CXX_LIBS='-l:libstdc++.a -static-libgcc'
	AC_MSG_CHECKING([whether libstdc++.a links])
	CAPRUNTIME_LINKS([$CAPRUNTIME_PIE_LDFLAGS], [$CXX_LIBS], [], [], [],
		[CXX_LIBS=-lstdc++])
	AC_MSG_RESULT([$capruntime_links])
	AC_SUBST([CXX_LIBS])
])

# CAPRUNTIME_LINK_STATIC(VARIABLE, LDFLAGS, FLAGS, PROLOGUE): sets VARIABLE to the first
# of FLAGS with which a program links, needs no loader and starts, or to none. musl-gcc
# takes -static-pie, but links a dynamic program; on Debian 12's s390x it crashes.
AC_DEFUN([CAPRUNTIME_LINK_STATIC], [
	for $1 in $3 none; do
		CAPRUNTIME_LINKS([$2 $$1], [], [$4], [],
			[test -n "$capruntime_loader" ||
				test "$capruntime_starts" = no || break])
	done
])

# CAPRUNTIME_LINK_KERNEL_HEADERS: links the directories of the kernel's headers into
# kernel-headers: no other header of the compiler's C library is there.
AC_DEFUN([CAPRUNTIME_LINK_KERNEL_HEADERS], [
	rm -rf kernel-headers
	mkdir kernel-headers
	for dir in linux asm asm-generic; do
		capruntime_path=$(echo "@%:@include <$dir/types.h>" |
			$CC $CPPFLAGS -E - 2>&AS_MESSAGE_LOG_FD |
			$SED -n "s,^# .*\"\(/.*/$dir\)/types\.h\".*,\1,p" | $SED q)
		ln -s "$capruntime_path" kernel-headers
	done
])

# CAPRUNTIME_CHOOSE_LIBC(WITH-MUSL): sets LIBC_CFLAGS, which compile and link
# capruntime, LIBC_LDFLAGS and capruntime_libc. musl-gcc is the compiler with other
# specs, which have no static PIE: rcrt1.o is the start of one. musl never makes its data
# read-only again, so norelro only saves the padding before the other data. Debian's
# musl-dev of another architecture has the script of that one's cross compiler.
AC_DEFUN([CAPRUNTIME_CHOOSE_LIBC], [
	LIBC_CFLAGS= LIBC_LDFLAGS=none
	AS_IF([test "$cross_compiling" = yes],
		[AC_PATH_PROG([MUSL_GCC], [${host_alias%%-*}-linux-musl-gcc])],
		[AC_PATH_PROG([MUSL_GCC], [musl-gcc])])
	AC_MSG_CHECKING([how capruntime links])
	AS_IF([test "$1" != no && test -n "$MUSL_GCC"], [
		CAPRUNTIME_LINK_KERNEL_HEADERS
		specs=$($SED -n 's/.*-specs "\(.*\)".*/\1/p' "$MUSL_GCC")
		LIBC_CFLAGS="-specs=$specs -isystem kernel-headers"
		start="-nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text,-z,norelro"
		CAPRUNTIME_LINK_STATIC([LIBC_LDFLAGS], [$LIBC_CFLAGS],
			["-static $start ${specs%/*}/rcrt1.o" -static], [[
				#include <features.h>
				#include <linux/capability.h>
				#ifdef __GLIBC__
				#error clang ignores -specs
				#endif
			]])
		capruntime_libc="with musl, static"
	])
	AS_IF([test "$1$LIBC_LDFLAGS" = yesnone],
		[AC_MSG_ERROR([--with-musl needs musl-gcc and musl's libc.a])])
	AS_IF([test "$LIBC_LDFLAGS" = none], [
		LIBC_CFLAGS=
		LIBC_LDFLAGS=$capruntime_static
		capruntime_libc="with the compiler's C library, static"
	])
	AS_IF([test "$LIBC_LDFLAGS" = none], [
		LIBC_LDFLAGS=$CAPRUNTIME_PIE_LDFLAGS
		capruntime_libc="with the compiler's C library, dynamic"
	])
	AC_MSG_RESULT([$capruntime_libc])
	AC_SUBST([LIBC_CFLAGS])
	AC_SUBST([LIBC_LDFLAGS])
	AM_CONDITIONAL([MUSL], [test -n "$LIBC_CFLAGS"])
])

# The shell functions behind CAPRUNTIME_ADD_*.
AC_DEFUN([CAPRUNTIME_INIT_FLAGS], [
capruntime_add_cflag() {
	AC_MSG_CHECKING([whether $CC takes $[]1])
	capruntime_cflags=$CFLAGS
	CFLAGS="$CAPRUNTIME_CFLAGS $[]1 -Werror $CFLAGS"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [
		capruntime_taken=yes
		CAPRUNTIME_CFLAGS="$CAPRUNTIME_CFLAGS $[]1"
	], [capruntime_taken=no])
	CFLAGS=$capruntime_cflags
	AC_MSG_RESULT([$capruntime_taken])
}
capruntime_add_cxxflag() {
	AC_MSG_CHECKING([whether $CXX takes $[]1])
	capruntime_cxxflags=$CXXFLAGS
	CXXFLAGS="$CAPRUNTIME_CXXFLAGS $[]1 -Werror $CXXFLAGS"
	AC_LANG_PUSH([C++])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [
		capruntime_taken=yes
		CAPRUNTIME_CXXFLAGS="$CAPRUNTIME_CXXFLAGS $[]1"
	], [capruntime_taken=no])
	AC_LANG_POP([C++])
	CXXFLAGS=$capruntime_cxxflags
	AC_MSG_RESULT([$capruntime_taken])
}
capruntime_add_ldflag() {
	AC_MSG_CHECKING([whether the linker takes $[]1])
	CAPRUNTIME_LINKS([$[]1], [], [], [], [
		CAPRUNTIME_LDFLAGS="$CAPRUNTIME_LDFLAGS $[]1"
	])
	AC_MSG_RESULT([$capruntime_links])
}
AC_SUBST([CAPRUNTIME_CFLAGS])
AC_SUBST([CAPRUNTIME_CXXFLAGS])
AC_SUBST([CAPRUNTIME_CPPFLAGS])
AC_SUBST([CAPRUNTIME_LDFLAGS])
])
