#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# The examples in real containers: the capabilities that each way gives a
# program equal the tables in examples/, and the programs that the policies are
# for fail without their rule and work with it.

load helpers

setup() {
	setup_containers
	require_programs setcap
	examples=$srcdir/examples
	needs=$builddir/tests/runtime/needs
	# Links are below the build directory, not in this machine's /run.
	CAPRUNTIME_BUILT=$builddir/tests/cli/capruntime-sysroot
}
teardown() { teardown_containers; }

# A container with EXAMPLE's config.json and the test's program in its image.
use_example() { # RUNTIME CONFIG.JSON
	use_runtime "$1"
	make_image
	cp "$2" "$bundle/config.json"
	keep_config "$bundle"
	cp "$needs" "$image/bin/serve"
	cp "$builddir/examples/ambient-helper" "$image/bin/"
	add_libraries "$needs" "$image"
	add_libraries "$builddir/examples/ambient-helper" "$image"
}

# The ways

ways='root setuid file-capabilities helper default-capabilities capruntime'

# Runs it under both runtimes, whose results must be equal.
run_way() { # WAY
	local runtime

	for runtime in $RUNTIMES; do
		RUNTIME=$runtime "$examples/ways/run" "$1" >"$work/$runtime"
	done
	diff -u "$work/runc" "$work/crun" >&2
	cat "$work/runc"
}

# Prints "| label | uid | five sets | port 80 | with no_new_privs |".
rows() { # WAY
	run_way "$1" | awk '
		function part(line, key) {
			if (!match(line, key "=[^ ]*")) return "-"
			key = length(key) + 1
			return substr(line, RSTART + key, RLENGTH - key)
		}
		function port(line) {
			if (line !~ /uid=/) return substr(line, 23)
			return part(line, "port80") == "done" ? "yes" : "no"
		}
		/^[a-z]\./ { label = $0 }
		/^  as it is/ { plain = $0 }
		/^  without escalation/ {
			split(part(plain, "uid"), uid, "/")
			printf "| %s | %s", label, uid[1]
			if (uid[1] != uid[2] && uid[1] != "-")
				printf ", effective %s", uid[2]
			split("inh prm eff bnd amb", keys)
			for (i = 1; i <= 5; i++) printf " | %s", part(plain, keys[i])
			printf " | %s | %s |\n", port(plain), port($0)
		}'
}

# Prints the page with these rows in its table.
with_rows() { # ROWS PAGE
	awk -v rows="$1" '
		/^\| way / { inside = 1; print; getline; print
			while ((getline line <rows) > 0) print line }
		!/^\|/ { inside = 0 }
		!inside' "$2"
}

@test "containers hold what the tables say under both runtimes" {
	local way page different=0

	for way in $ways; do
		rows "$way" >"$work/rows-$way"
		cat "$work/rows-$way" >>"$work/rows"
	done
	cat "$work/rows"
	[ "$(wc -l <"$work/rows")" -ge 12 ]
	cd "$srcdir"
	for way in '' $ways; do
		page=examples/${way:+ways/$way/}README.md
		with_rows "$work/rows${way:+-$way}" "$page" >"$work/page"
		diff -u --label "a/$page" --label "b/$page" "$page" \
			"$work/page" || different=1
	done
	[ "$different" = 0 ]
}

@test "the README shows what a way prints" {
	"$examples/ways/run" setuid >"$work/now"
	diff -u <(sed -n '/^# examples\/ways\/run setuid$/,/^```$/{//!p}' \
		"$examples/README.md") "$work/now"
}

@test "root with its capabilities dropped still opens root's files" {
	for name in $RUNTIMES; do
		use_example "$name" "$examples/ways/config.json"
		echo hidden >"$image/secret"
		chmod 600 "$image/secret"
		change_config '.process.args = ["/bin/sh", "-c",
			"cat /secret 2>&1 || true"]'
		grant_nothing
		expect_container "cat: can't open '/secret': Permission denied"
		change_config "$(cat "$examples/ways/root/config.jq")"
		expect_container hidden
	done
}

# The policies

# The container prints WITHOUT without the rule, and WITH with it. The image
# provides what the program needs.
expect_example() { # NAME ARGS WITHOUT WITH
	local name=$1 arguments=$2 without=$3 with=$4

	for runtime in $RUNTIMES; do
		use_example "$runtime" "$examples/containers/$name.json"
		change_config --argjson arguments "$arguments" '
			.process.args = $arguments |
			.process.rlimits = [{type: "RLIMIT_MEMLOCK",
				soft: 65536, hard: 65536}]'
		# A new network namespace instead of this machine's.
		before=(unshare -n "${before[@]}")
		grant_nothing
		expect_container "$without"
		expect_untouched
		cp "$examples/$name.json" "$work/policy.json"
		expect_container "$with"
	done
}

@test "an ingress controller binds port 80 in the node's network" {
	expect_example ingress '["/bin/serve", "port80"]' \
		'uid=101/101 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=0 port80=denied' \
		'uid=101/101 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1 port80=done'
}

@test "DPDK's programs lock memory, raise priority and open packet sockets" {
	expect_example dpdk '["/bin/serve", "mlock", "nice", "packet"]' \
		'uid=1000/1000 inh=0 prm=0 eff=0 bnd=a88465fb amb=0 nnp=0 mlock=denied nice=denied packet=denied' \
		'uid=1000/1000 inh=806000 prm=806000 eff=806000 bnd=806000 amb=806000 nnp=0 mlock=done nice=done packet=done'
}

@test "Vault locks more memory than RLIMIT_MEMLOCK" {
	expect_example vault '["/bin/serve", "mlock"]' \
		'uid=100/100 inh=0 prm=0 eff=0 bnd=4000 amb=0 nnp=1 mlock=denied' \
		'uid=100/100 inh=4000 prm=4000 eff=4000 bnd=4000 amb=4000 nnp=1 mlock=done'
}

@test "an exporter counts events of a whole processor" {
	[[ $("$needs" perf) == *perf=done ]] ||
		skip 'root cannot use perf_event_open'
	expect_example perfmon '["/bin/serve", "perf"]' \
		'uid=65534/65534 inh=0 prm=0 eff=0 bnd=4000000000 amb=0 nnp=1 perf=denied' \
		'uid=65534/65534 inh=4000000000 prm=4000000000 eff=4000000000 bnd=4000000000 amb=4000000000 nnp=1 perf=done'
}

@test "a capture opens a packet socket" {
	expect_example capture '["/bin/serve", "packet"]' \
		'uid=1000/1000 inh=0 prm=0 eff=0 bnd=2000 amb=0 nnp=1 packet=denied' \
		'uid=1000/1000 inh=2000 prm=2000 eff=2000 bnd=2000 amb=2000 nnp=1 packet=done'
}

@test "busybox's ping gets an answer" {
	expect_example ping '["/bin/sh", "-c",
		"busybox ping -qc 1 127.0.0.1 2>&1 | grep -e denied -e loss"]' \
		'ping: permission denied (are you root?)' \
		'1 packets transmitted, 1 packets received, 0% packet loss'
}

@test "a pod that requests a low port gets only that capability" {
	expect_example self-service '["/bin/serve", "port80", "packet"]' \
		'uid=1000/1000 inh=0 prm=0 eff=0 bnd=400 amb=0 nnp=1 port80=denied packet=denied' \
		'uid=1000/1000 inh=400 prm=400 eff=400 bnd=400 amb=400 nnp=1 port80=done packet=denied'
}
