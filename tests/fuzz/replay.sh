#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target on its seeds; TAP.
: "${srcdir:?make sets it}" "${builddir:?}" "${FUZZ_TARGETS=}"
set -u

# shellcheck disable=SC2086 # a list of paths of our own
set -- $FUZZ_TARGETS
if [ $# -eq 0 ]; then
	echo "1..0 # SKIP there is no fuzz target"
	exit 0
fi
echo "1..$#"
for target; do
	name=$(basename "$target" _fuzz)
	seeds=$srcdir/tests/fuzz/corpus/$name
	count=$(find "$seeds" -type f | wc -l)
	find "$seeds" -type f -exec "$builddir/$target" {} + 2>&1
	status=$?
	if [ "$count" -gt 0 ] && [ $status -eq 0 ]; then
		echo "ok - $name holds for its $count seeds"
	else
		echo "not ok - $name: $count seeds, exit status $status"
	fi
done
