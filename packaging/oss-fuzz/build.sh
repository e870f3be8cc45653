#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets of what capruntime links, with their seeds, into $OUT. The
# environment is OSS-Fuzz's: SRC, OUT, WORK, CC, CXX, CFLAGS, CXXFLAGS and
# LIB_FUZZING_ENGINE. The image that runs the targets has no libraries.

cd "$SRC/capruntime"
[ -x configure ] || autoreconf -i
mkdir -p "$WORK/build"
cd "$WORK/build"
"$SRC/capruntime/configure" --enable-fuzzing --disable-capctl \
	--disable-container-tests --without-musl --with-runtime=/usr/bin/runc \
	JSONC_LIBS=-l:libjson-c.a LIBCAP_LIBS=-l:libcap.a
# The engine can be C++.
make -j"$(nproc)" CCLD="$CXX $CXXFLAGS" fuzz-targets

for target in tests/fuzz/*_fuzz; do
	name=${target##*/}
	cp "$target" "$OUT/"
	(cd "$SRC/capruntime/tests/fuzz/corpus/${name%_fuzz}" &&
		python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" ./*)
done
