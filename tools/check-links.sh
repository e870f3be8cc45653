#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks by the link map what capruntime is linked from; TAP. It must not need
# anything of capctl.
: "${builddir:?make sets it}"
set -u

allowed='^(src/capruntime/capruntime-(main|heap)\.o|src/(base|runtime)/libmusl_a-[a-z_]+\.o|lib(capruntime|musl|shared)\.a)$'
# The compiler's files, the C library, sanitizers and gcov. Shared libraries are
# also named without their path.
system='^(/.*/)?(ld-linux[^/]*|[rgS]?crt[^/]*\.o|lib(c|c_nonshared|gcc|gcc_eh|gcc_s'
system="$system|atomic|atomic_asneeded|pthread|rt|m|dl|resolv|asan|ubsan|gcov"
system="$system|clang_rt\.[^/]*)\.(a|so[.0-9]*))\$"

# Maps of GNU ld and of lld name ARCHIVE(MEMBER) and objects with their paths.
foreign_files() { # MAP
	sed 's/\.a([^)]*)/.a/g' "$1" |
		grep -oE '[^][ ()*?:=]+\.(o|a|so)(\.[0-9.]+)?($|[ :(])' |
		sed 's/[ :(]$//' | LC_ALL=C sort -u |
		grep -vE "$allowed|$system"
}

report() { # STATUS NAME
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
	fi
}

map=$builddir/capruntime.map
failed=0
echo 1..3

grep -qE 'lib(shared\.a\(|musl\.a\(libmusl_a-)err\.o\)' "$map"
report $? 'the map names the objects of the shared folders'

foreign_files "$map" | sed 's/^/# /' | grep .
report $((! $?)) 'capruntime links its own folder, the shared ones and the C library'

broken=$(mktemp)
trap 'rm -f "$broken"' EXIT
{ cat "$map" && echo 'LOAD libcapctl.a'; } >"$broken"
[ "$(foreign_files "$broken")" = libcapctl.a ]
report $? 'a map with an archive of capctl fails'
exit $failed
