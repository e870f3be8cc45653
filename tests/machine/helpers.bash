# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What tests of a virtual machine share. The files of tests/engine load this name,
# too.

load ../engine/helpers
