# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The calls that are measured, and their files. They are in /run, which is an
# empty tmpfs of this process alone, so that every path is the same anywhere.

umask 022
here=/run/bench
runtime=$here/runc

# Sends everything after it to a mount namespace with an empty /run.
use_private_run() { # ARGUMENT of the script...
	[ -n "${IN_PRIVATE_RUN-}" ] ||
		IN_PRIVATE_RUN=1 exec unshare -m "$0" "$@"
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir -p $here/bundle /run/runc
}

# Without a match but the last rule's.
policy() { # COUNT of rules [KEY of the last one]
	local number

	echo '{ "version": 1, "engine": "cri-o", "rules": ['
	for ((number = 1; number < $1; number++)); do
		printf '{ "name": "rule-%d", "match": { "namespace": "ns-%d" },
			"ambient": ["KILL"] },\n' "$number" "$number"
	done
	[ "$1" -eq 0 ] || printf '{ "name": "last", "match": { "namespace": "rigns" },
		"ambient": ["NET_BIND_SERVICE"]%s }\n' "${2+, $2}"
	echo '] }'
}

make_files() { # SRCDIR RUNTIME
	local fixtures=$1/tests/data/fixtures/crio rules

	cp "$2" $runtime
	cp "$fixtures/add.config.json" $here/config.json
	cp "$fixtures/add.exec-process.json" $here/process.json
	for rules in 0 1 1000 10000; do
		policy $rules >$here/policy-$rules.json
	done
	policy 1 '"exec": true' >$here/policy-exec.json
}

# Adds variables to process.env, as Kubernetes does for each service.
grow() { # SIZE <CONFIG
	awk -v size="$1" '
		{ text = text $0 "\n" }
		END {
			match(text, /"env": *\[/)
			printf "%s", substr(text, 1, RSTART + RLENGTH - 1)
			for (left = size - length(text); left > 44; left -= 44)
				printf "\n\"SERVICE_%06d_PORT=tcp://10.96.0.1:8080\",", ++n
			printf "%s", substr(text, RSTART + RLENGTH)
		}'
}

# A bundle as the engine wrote it.
make_bundle() { # CONFIG
	rm -f $here/bundle/.capruntime.json
	cp "$1" $here/bundle/config.json
}

# A container whose rule has exec; without LINK, no session finds its record.
make_container() { # CAPRUNTIME LINK
	make_bundle $here/config.json
	with_policy exec "$1" create --bundle $here/bundle x || :
	[ -L "$(echo /run/capruntime/*)" ] || {
		echo "no link in /run/capruntime: use --runstatedir=/run" >&2
		return 1
	}
	[ "$2" = link ] || rm -r /run/capruntime
}

# The environment has the same size anywhere, too.
with_policy() { # RULES COMMAND...
	env -i CAPRUNTIME_RUNTIME=$runtime \
		CAPRUNTIME_POLICY=$here/policy-"$1".json "${@:2}"
}

# Those whose instructions and system calls are checked.
each_call() { # FUNCTION: gets NAME RULES WORD...
	local rules

	"$1" state 1 state x
	make_container $here/capruntime 'no link'
	"$1" exec 1 exec --process $here/process.json x
	make_container $here/capruntime link
	"$1" exec-with-link 1 exec --process $here/process.json x
	rm -r /run/capruntime
	for rules in 0 1 1000; do
		make_bundle $here/config.json
		"$1" create-$rules-rules $rules create --bundle $here/bundle x
	done
}

# Counts the instructions up to the execve of the real runtime, which may fail.
count_instructions() { # RULES COMMAND...
	rm -f $here/callgrind*
	with_policy "$1" "$(type -P valgrind)" --tool=callgrind --vgdb=no \
		--callgrind-out-file=$here/callgrind \
		--dump-before='*execve' "${@:2}" >$here/log 2>&1 </dev/null || :
	sed -n 's/^totals: //p' $here/callgrind.1 || {
		cat $here/log >&2
		return 1
	}
}
