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
# links with these and all accepted flags.
AC_DEFUN([CAPRUNTIME_LINKS], [
	capruntime_cflags=$CFLAGS capruntime_ldflags=$LDFLAGS capruntime_libs=$LIBS
	CFLAGS="$CAPRUNTIME_CFLAGS $CFLAGS"
	LDFLAGS="$CAPRUNTIME_LDFLAGS $1 $LDFLAGS"
	LIBS="$2 $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([$3], [$4])],
		[capruntime_links=yes], [capruntime_links=no])
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
