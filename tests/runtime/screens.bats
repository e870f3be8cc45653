#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # automake sets them
# The screens of running containers in docs/capctl.md and in the EXAMPLES of
# capctl(8) are what capctl prints, and the picture in README.md is what the demo
# prints. The others: tests/cli/screens.bats.

load helpers

setup() {
	setup_containers
	require_programs unshare setcap
	export builddir
}

without_numbers() { # FILE
	sed -E 's/[0-9]+/N/g; s/ +/ /g' "$1"
}

@test "the screens of a running container are what capctl prints" {
	local file

	for file in docs/capctl.md man/capctl.8; do
		"$srcdir/tools/make-screens" --container "$srcdir/$file" \
			>"$work/now"
		diff -u <(without_numbers "$srcdir/$file") \
			<(without_numbers "$work/now")
		# The screen was made again: it has a pid.
		grep -qE '^[0-9]+ +1000 +shop/web-1/web web +httpd' "$work/now"
	done
}

# quickstart's functions, in a tree where all is built.
demo() (
	mkdir "$work/tree"
	cd "$work/tree" || exit
	sed '/^case .{1-} in$/,$d' "$srcdir/quickstart" >quickstart
	ln -s "$builddir" build
	# shellcheck disable=SC1091 # made above
	. ./quickstart
	# shellcheck disable=SC2317 # it calls them
	install_packages() { :; }
	# shellcheck disable=SC2317
	build() { :; }
	demo
)

@test "the picture of the demo is what the demo prints" {
	demo >"$work/demo.txt" || { cat "$work/demo.txt" && false; }
	"$srcdir/tools/make-picture" <"$work/demo.txt" >"$work/demo.svg"
	diff -u "$srcdir/docs/demo.svg" "$work/demo.svg" || {
		echo 'make it again: ./quickstart demo | tools/make-picture >docs/demo.svg'
		false
	}
	grep -q '>    port 80 hello from port 80<' "$work/demo.svg"
}
