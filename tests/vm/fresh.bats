#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # helpers.bash sets them
# The newest stable Debian with nothing installed: runs the README's commands in
# order, and the tests of real containers.

load helpers

@test "Debian 13: demo, then check of real containers, where nothing was installed" {
	setup_release trixie
	quickstart demo
	expect_demo
	# shellcheck disable=SC2016 # make's variables
	quickstart check 'check_PROGRAMS=$(HELPERS)' check_LIBRARIES= \
		'TESTS=$(RUNTIME_TESTS) tests/runtime/examples.bats
		tests/runtime/seccomp.bats tests/engine/conmon.bats
		tests/engine/containerd.bats tests/engine/podman.bats'
	expect_tests 100
}
