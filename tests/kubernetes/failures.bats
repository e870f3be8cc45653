#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# A policy that changes or breaks while pods run, and daemons that crash.

load helpers

setup_file() { start_node; }
teardown_file() { stop_node; }
setup() { setup_pods; }
teardown() { teardown_pods; }

first_process() { # POD: prints its ambient set
	kubectl exec "$1" -- grep CapAmb /proc/1/status | tr -d 'a-zA-Z:\t'
}

# The kill often ends the session too.
end_container() { # POD
	kubectl exec "$1" -- kill 1 || :
}

has_restarted() { # POD
	[ "$(restarts "$1")" -eq 1 ] && is_ready "$1"
}

# The pod is still running, and exec, log and events work.
expect_alive() { # POD
	wait_until kubectl exec "$1" -- true
	expect_session "$matched" "$1"
	[ "$(first_process "$1")" = 0000000000000400 ]
	[ "$(restarts "$1")" -eq 0 ]
	expect_log "$matched" "$1"
}

expect_deletable() { # POD
	local id

	id=$(container_id "$1")
	"$node/enter" test -e "$bundles/$id"
	delete_pod "$1"
	"$node/enter" test ! -e "$bundles/$id"
}

@test "a changed policy applies from the container's next start" {
	policy "{$web, exec: true}"
	pod lasting
	pod rising '.spec.containers[0].name = "late"'
	is_ready lasting rising
	policy '{name: "late", match: {container: "late"},
		ambient: ["NET_BIND_SERVICE"], exec: true}'
	expect_alive lasting
	[ "$(first_process rising)" = 0000000000000000 ]
	end_container lasting
	end_container rising
	wait_until has_restarted lasting
	wait_until has_restarted rising
	expect_log "$unmatched" lasting
	expect_session "$unmatched" lasting
	expect_log "$matched" rising late
	expect_session "$matched" rising
}

@test "a broken policy stops only new pods, with the place, until it is repaired" {
	policy "{$web, exec: true}"
	pod before
	pod ended
	is_ready before ended
	broken_policy
	pod after
	wait_until has_event "$broken_reason" after
	wait_until has_event "$work/policy.json" after
	expect_alive before
	end_container ended
	wait_until has_event "$broken_reason" ended
	expect_deletable before
	policy "{$web}"
	is_ready after ended
	expect_log "$matched" after
	expect_log "$matched" ended
}

@test "a kubelet that is killed leaves the pods as they are" {
	policy "{$web, exec: true}"
	pod kept
	is_ready kept
	kill_daemon kubelet
	expect_alive kept
	pod next
	expect_log "$matched" next
	expect_deletable kept
}

@test "a containerd that is killed leaves the pods as they are" {
	policy "{$web, exec: true}"
	pod held
	is_ready held
	kill_daemon containerd
	expect_alive held
	pod new
	expect_log "$matched" new
	expect_deletable held
}

@test "forged annotations do nothing, even if containerd passes all of them" {
	sed -i 's|^\( *pod_annotations = \).*|\1["*", "*/*"]|' \
		"$node/etc/containerd.toml"
	kill_daemon containerd
	wait_until "$node/enter" ctr -a "$node/run/cri.sock" version
	expect_forgeries_fail
	namespace=other
	jq -e '.annotations["io.kubernetes.pod.namespace"] == "web"' \
		"$work/seen/$(container_id forger-other).json"
}
