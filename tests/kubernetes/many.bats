#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# Many pods at once: two deployments of $count pods, 50 under make soak.

load helpers

setup_file() { start_node; }
teardown_file() { stop_node; }
setup() { setup_pods; }
teardown() { teardown_pods; }

count=25

have_all_logs() { # DEPLOYMENT
	run -0 kubectl logs -l "app=$1" --max-log-requests 50
	[ "$(wc -l <<<"$output")" -ge $count ]
}

# All $count pods print the text to their log, and one prints it in a session.
expect_all() { # TEXT DEPLOYMENT
	wait_until have_all_logs "$2"
	[ "$(grep -cxF "$1" <<<"$output")" -eq $count ]
	[ "$(wc -l <<<"$output")" -eq $count ]
	expect_session "$1" "deployment/$2"
}

links() { # prints the number
	"$node/enter" ls /run/capruntime | wc -l
}

bundles() { # prints the number, including pause containers
	"$node/enter" ls "$bundles" | wc -l
}

records() { # prints the number, in all directories
	"$node/enter" find /run "$node" -xdev -name '*.capruntime*.json' | wc -l
}

has_no_bundles() { [ "$(bundles)" -eq 0 ]; }

@test "fifty pods come up at once, and leave nothing when they go" {
	policy "{$web, exec: true}"
	deployment served $count
	namespace=other deployment unserved $count
	is_deployed served
	namespace=other is_deployed unserved
	expect_all "$matched" served
	namespace=other expect_all "$unmatched" unserved
	[ "$(bundles)" -eq $((4 * count)) ]
	[ "$(records)" -eq $count ]
	[ "$(links)" -eq $count ]
	# A background deletion could create its pods again.
	kubectl delete deployment served --cascade=foreground "$deadline"
	namespace=other kubectl delete deployment unserved \
		--cascade=foreground "$deadline"
	wait_until has_no_bundles
	[ "$(records)" -eq 0 ]
}

# Delete does nothing, so the links of these pods still exist.
@test "the links of pods that are gone go with the next pods" {
	[ "$(links)" -gt 2 ]
	policy "{$web, exec: true}"
	pod last
	is_ready last
	expect_session "$matched" last
	[ "$(links)" -eq 1 ]
}
