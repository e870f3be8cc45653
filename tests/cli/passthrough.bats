#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # passthrough_helpers.bash has them
# All verbs except create and run: the real runtime's output is the same, byte
# for byte, and so is its exit status.

load passthrough_helpers

setup() {
	# shellcheck disable=SC2086 # words
	require_programs $RUNTIMES
	setup_passthrough
	root=$work/root
}
teardown() { teardown_passthrough; }

# Different kinds: success, failure, usage; on stdout and on stderr.
expect_some_same() {
	expect_same --version
	expect_same --root "$root" list
	expect_same --root "$root" state nosuch
	expect_same nosuchverb
	expect_same --nosuchoption
}

@test "--version, features, help and no arguments print what the real runtime prints" {
	for name in $RUNTIMES; do
		use_program "$name"
		expect_same
		expect_same --version
		expect_same -v
		expect_same features
		expect_same --help
		expect_same -h
		expect_same help
		expect_same --usage
		expect_same create --help
		expect_same run -h
		expect_same exec --help
		expect_same run --help -b /nowhere id
	done
	grep -q 'crun' "$work/through.stdout"
}

@test "the real runtime reports unknown verbs and options" {
	for name in $RUNTIMES; do
		use_program "$name"
		expect_same nosuchverb
		expect_same CREATE -b /nowhere id
		expect_same createx id
		expect_same --nosuchoption
		expect_same --nosuchoption=create list
		expect_same -Z
		expect_same list --nosuchoption
		expect_same ''
		expect_same ' '
		expect_same $'\xff\xfe'
		expect_same -
		expect_same --
		expect_same -- state nosuch
		expect_same --root
		expect_same --log
	done
}

@test "verbs for a missing container fail as in the real runtime" {
	for name in $RUNTIMES; do
		use_program "$name"
		for verb in state kill 'kill --all' start pause resume delete \
			'delete --force' ps events update 'update --resources -' \
			checkpoint restore; do
			# shellcheck disable=SC2086 # two words
			expect_same --root "$root" $verb nosuch
		done
		expect_same --root "$root" kill nosuch KILL
		expect_same --root "$root" exec nosuch true
		expect_same --root "$root" exec --process /nowhere nosuch
		expect_same --root "$root" exec nosuch create -b /nowhere id
		expect_same --root create state nosuch
		expect_same --root run delete create
	done
}

@test "the real runtime reports create and run without an id" {
	for name in $RUNTIMES; do
		use_program "$name"
		expect_same --root "$root" create
		expect_same --root "$root" run
		expect_same --root "$root" run --bundle
		expect_same --root "$root" create --nosuchoption
	done
}

@test "spec writes what the real runtime writes" {
	for name in $RUNTIMES; do
		use_program "$name"
		mkdir direct through
		(cd direct && call "$work/direct" "$program" spec)
		(cd through && call "$work/through" "$capruntime" spec)
		cmp "$work/direct.status" "$work/through.status"
		diff -r direct through
		[ -s through/config.json ]
		rm -r direct through
		expect_same spec --nosuchoption
	done
}

@test "list shows an empty root as the real runtime does" {
	for name in $RUNTIMES; do
		use_program "$name"
		mkdir -p "$root"
		expect_same --root "$root" list
		expect_same --root "$root" list -q
		expect_same --root "$root" list --format json
		expect_same --root "$root" list -f nosuchformat
	done
}

@test "--log and --log-format reach the real runtime" {
	for name in $RUNTIMES; do
		use_program "$name"
		for format in json text nosuch; do
			for which in direct through; do
				rm -f "$work/log"
				[ "$which" = direct ] && words=("$program") ||
					words=("$capruntime")
				call "$work/$which" "${words[@]}" --root "$root" \
					--log "$work/log" \
					--log-format "$format" state nosuch
				touch "$work/log"
				without_times "$work/log" >"$work/$which.log"
			done
			diff "$work/direct.log" "$work/through.log"
			cmp "$work/direct.status" "$work/through.status"
		done
	done
}

@test "an invalid policy does not affect other verbs" {
	for name in $RUNTIMES; do
		use_program "$name"
		for policy in '' relative.json /nowhere "$work/here" /dev/zero; do
			export CAPRUNTIME_POLICY=$policy
			expect_some_same
		done
		echo '{' >"$work/no-policy.json"
		chmod 666 "$work/no-policy.json"
		export CAPRUNTIME_POLICY=$work/no-policy.json
		expect_some_same
	done
}

@test "a missing or broken bundle does not affect other verbs" {
	for name in $RUNTIMES; do
		use_program "$name"
		echo '{' >config.json
		ln -sfn nowhere .capruntime.json
		expect_some_same
		expect_same --root "$root" exec --bundle /nowhere nosuch true
		expect_same --root "$root" restore --bundle /nowhere nosuch
	done
}

@test "without a policy a failing create fails as in the real runtime" {
	for name in $RUNTIMES; do
		use_program "$name"
		for verb in create run; do
			expect_same --root "$root" "$verb" -b /nowhere id
			rm -f config.json
			expect_same --root "$root" "$verb" id
			echo '{' >config.json
			expect_same --root "$root" "$verb" id
			echo '[]' >config.json
			expect_same --root "$root" "$verb" id
		done
	done
}

@test "no PATH and an empty environment are enough" {
	for name in $RUNTIMES; do
		use_program "$name"
		before=(env -i)
		expect_some_same
		before=(env -u PATH)
		expect_some_same
	done
}

@test "descriptors 0, 1 and 2 may be closed, in every combination" {
	for name in $RUNTIMES; do
		use_program "$name"
		for closed in '' 0 1 2 01 02 12 012; do
			echo "closed: $closed"
			expect_some_same
			expect_same --root "$root" list --format json
			expect_same --help
		done
	done
}

@test "the real runtime reports a full device and a broken pipe" {
	for name in $RUNTIMES; do
		use_program "$name"
		for which in "$program" "$capruntime"; do
			status=0
			"$which" --help >/dev/full 2>"$work/stderr" || status=$?
			echo "status $status" >>"$work/stderr"
			status=0
			"$which" --help > >(exec <&-) 2>>"$work/stderr" || status=$?
			sed -i "s|$which|NAME|" "$work/stderr"
			mv "$work/stderr" "$work/stderr-${which##*/}"
		done
		diff "$work/stderr-${program##*/}" "$work/stderr-${capruntime##*/}"
	done
}
