# SPDX-License-Identifier: Apache-2.0
# Every flag is tried together with those already taken: some are refused
# alone (-Werror=format-security), some only beside others.

# CAPRUNTIME_ADD_CFLAGS(FLAG...): to CAPRUNTIME_CFLAGS, what compiles.
AC_DEFUN([CAPRUNTIME_ADD_CFLAGS], [m4_foreach_w([flag], [$1],
	[capruntime_add_cflag "flag"
])])

# CAPRUNTIME_ADD_LDFLAGS(FLAG...): to CAPRUNTIME_LDFLAGS, what links.
AC_DEFUN([CAPRUNTIME_ADD_LDFLAGS], [m4_foreach_w([flag], [$1],
	[capruntime_add_ldflag "flag"
])])

# CAPRUNTIME_LINKS(LDFLAGS, LIBS, PROLOGUE, BODY, YES, NO): with all of ours.
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
# in PREFIX_LIBS the archive of a pkg-config module where a program links
# with it, else the shared library.
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
	], [AC_MSG_RESULT([no: the shared library then])])
	CPPFLAGS=$capruntime_cppflags
])

# The two shell functions behind CAPRUNTIME_ADD_*.
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
capruntime_add_ldflag() {
	AC_MSG_CHECKING([whether the linker takes $[]1])
	CAPRUNTIME_LINKS([$[]1], [], [], [], [
		CAPRUNTIME_LDFLAGS="$CAPRUNTIME_LDFLAGS $[]1"
	])
	AC_MSG_RESULT([$capruntime_links])
}
AC_SUBST([CAPRUNTIME_CFLAGS])
AC_SUBST([CAPRUNTIME_CPPFLAGS])
AC_SUBST([CAPRUNTIME_LDFLAGS])
])
