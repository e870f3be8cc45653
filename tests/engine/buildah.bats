#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# shellcheck disable=SC2034,SC2154 # the helpers read and set them
# buildah, as root, with capruntime as its runtime: what the RUN steps of a
# build hold. buildah writes only the bounding set and passes no --root.

load helpers

setup() { setup_engine buildah; }
teardown() { teardown_engine; }

# The audit log has the ids that buildah generates.
use_buildah() { # runc or crun
	use_engine_runtime "$1"
	audit=$work/audit-$1
	grant_builds '{handler: "engine-*"}'
	mkdir -p "$work/tmp"
	cat >"$work/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
	END
}

grant_builds() { # MATCH [MORE]
	grant "$@"
	jq --arg audit "$audit" '. + {audit: $audit, audit_all: true}' \
		"$work/policy.json" >"$work/changed.json"
	mv "$work/changed.json" "$work/policy.json"
}

buildah() { # VERB WORD...
	local words

	machine_words env "CAPRUNTIME_POLICY=$work/policy.json" \
		"CONTAINERS_CONF=$work/containers.conf" "TMPDIR=$work/tmp" \
		buildah --root "$work/buildah/root" --storage-driver vfs \
		--runroot "$work/buildah/run" "$@"
	"${words[@]}" </dev/null 3>&-
}

how() { echo --isolation=oci "--runtime=$work/$handler" --network=none; }

build() { # STEP...: sets status and output
	printf '%s\n' 'FROM scratch' 'ADD image.tar /' "$@" >"$work/Containerfile"
	# shellcheck disable=SC2046 # words
	run buildah bud --no-cache $(how) -t test "$work"
	printf 'exit status %s, output:\n%s\n' "$status" "$output"
}

# The build succeeded and printed only these lines besides buildah's own.
expect_lines() { # REGULAR-EXPRESSION...
	local lines line own='STEP|COMMIT|-->|Successfully|time='

	own+='|Getting|Copying|Writing|Storing|[0-9a-f]{64}$'
	[ "$status" -eq 0 ]
	mapfile -t lines < <(grep -vE "^($own)" <<<"$output")
	[ "${#lines[@]}" -eq "$#" ]
	for line in "${lines[@]}"; do
		[[ "$line" =~ ^$1$ ]]
		shift
	done
}

expect_nothing_left() {
	local id state

	[ -z "$(buildah containers --quiet)" ]
	[ -z "$(ls -A "$work/tmp")" ]
	[ -z "$(find "$work/buildah" -name '.capruntime*')" ]
	for id in $(jq -r .id "$audit" 2>/dev/null); do
		state=/run/$RUNTIME_NAME/$id
		expect_nothing_started
	done
}

@test "buildah: a RUN of a non-root USER gets the grant by policy" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		build 'USER 1000' 'RUN ["/bin/report", "80"]' 'RUN report'
		expect_lines "$granted" "${granted% *}"
		[ "$(jq -r .id "$audit" | grep -c '^buildah-buildah')" -eq 2 ]
		expect_nothing_left
	done
}

@test "buildah: without a rule nothing is granted" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		grant_builds '{id: "somebody-else"}'
		build 'USER 1000' 'RUN ["/bin/report", "80"]'
		expect_lines "$nothing"
		expect_nothing_left
	done
}

@test "buildah: a RUN of root is unchanged, and later ones get the grant" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		build 'RUN report' 'USER 1000' 'RUN report' 'USER 0' 'RUN report'
		root='uid=0 inh=0 prm=([0-9a-f]+) eff=[0-9a-f]+ bnd=[0-9a-f]+ amb=0 nnp=0'
		expect_lines "$root" "${granted% *}" "$root"
		expect_nothing_left
	done
}

@test "buildah: the files of a RUN reach the image, and its failure stops the build" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		build 'RUN busybox mkdir -m 777 /out' 'USER 1000' \
			'RUN report >/out/written' 'RUN cat /out/written'
		expect_lines "${granted% *}"
		build 'USER 1000' 'RUN exit 7'
		expect_shown 'exit status 7'
		[[ "$output" != *capruntime:* ]]
		expect_nothing_left
	done
}

@test "buildah: run in a working container gets the grant, with a terminal, too" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		buildah from --name "$id" scratch
		buildah add --quiet "$id" "$work/image.tar" /
		# shellcheck disable=SC2046 # words
		run -0 buildah run $(how) --user 1000 "$id" report 80
		expect_line "$granted"
		# shellcheck disable=SC2046
		run -0 buildah run $(how) --user 1000 --terminal "$id" report 80
		expect_line "$granted"$'\r'
		buildah rm "$id"
		expect_nothing_left
	done
}

# The message names the failure and its cause; with a correct policy it builds.
expect_refused_build() { # REASON
	build 'USER 1000' 'RUN ["/bin/report", "80"]'
	expect_shown "capruntime: "
	expect_shown "$1"
	expect_nothing_left
	grant_builds '{handler: "engine-*"}'
	ln -sfn "$(runtime_path)" "$runtimes/$handler"
	build 'USER 1000' 'RUN ["/bin/report", "80"]'
	expect_lines "$granted"
	expect_nothing_left
}

@test "buildah: the error says why a required capability cannot be raised" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		grant_builds '{handler: "engine-*"}' \
			'ambient: ["SYS_ADMIN"], require: true'
		expect_refused_build "$unmet_reason"
	done
}

@test "buildah: the error says where the policy is broken" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		broken_policy
		expect_refused_build "$broken_reason"
	done
}

@test "buildah: the error says that the real runtime is missing" {
	for name in $RUNTIMES; do
		use_buildah "$name"
		rm "$runtimes/$handler"
		expect_refused_build "create the symbolic link '$runtimes/$handler'"
	done
}
