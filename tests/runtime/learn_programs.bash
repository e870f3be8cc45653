# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # scripts of containers; helpers.bash
# Debian's programs in real containers of a user other than root, which
# capabilities each of them needs there, and what capctl learn says. With
# $CAPRUNTIME_TALLY, a file, each result is added to it, beside what other tools say.

CONTAINER_USER=61234 # no other process has it

setup_programs() {
	setup_containers
	export TMPDIR=$work/tmp
	mkdir "$TMPDIR"
	require_tracing
}

# For a script: waits until the last program in the background answers on a TCP
# port of this machine, or fails with it.
answers='answers() { # PORT QUERY
	until { printf "$2" >&3 && [ "$(head -c 1 <&3 | wc -c)" = 1 ]; } \
			3<>"/dev/tcp/127.0.0.1/$1"; do
		kill -0 $! || exit
		sleep 0.1
	done 2>/dev/null
}
'

# Sets $expected, for example "NET_RAW", and $script for bash, which succeeds if
# the program does its work. A slow machine needs a long time for that.
use_program() { # NAME
	case $1 in
	'server on port 80')
		expected=NET_BIND_SERVICE
		script=$answers'busybox httpd -f -p 80 &
			answers 80 "GET / HTTP/1.0\r\n\r\n"'
		;;
	# Without the capabilities of Debian's file.
	ping)
		expected=NET_RAW
		script='cp /usr/bin/ping /tmp/ && /tmp/ping -c 1 127.0.0.1'
		;;
	tcpdump)
		expected=NET_RAW
		script='tcpdump -i lo -c 1 -w /tmp/packets &
			while kill -0 $!; do
				echo >/dev/udp/127.0.0.1/9
				sleep 0.1
			done 2>/dev/null
			wait $!'
		;;
	mlock)
		expected=IPC_LOCK
		script='ulimit -l 64; python3 -Ic "import ctypes, sys
sys.exit(ctypes.CDLL(None).mlock(bytes(1 << 20), 1 << 20) != 0)"'
		;;
	'nice -n -5')
		expected=SYS_NICE
		script='[ "$(nice -n -5 nice)" = $(($(nice) - 5)) ]'
		;;
	# To the value that it has.
	'clock setter')
		expected=SYS_TIME
		script='busybox adjtimex -t 10000'
		;;
	chown)
		expected=CHOWN
		script='touch /tmp/file && chown 0 /tmp/file'
		;;
	# Level 3, the default of Debian's kernels and known to no other, asks for
	# SYS_ADMIN alone.
	'perf stat -a')
		expected=PERFMON
		[ "$(</proc/sys/kernel/perf_event_paranoid)" -lt 3 ] ||
			expected=SYS_ADMIN
		script='perf stat -a -e cpu-clock true'
		;;
	dnsmasq)
		expected=NET_BIND_SERVICE
		# The query is for the root's name servers.
		script=$answers'dnsmasq -k -R -h -u "" -x /tmp/pid -C /dev/null &
			answers 53 "\0\21\0\1\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"'
		;;
	# It also asks for what it can do without: a limit, and the key of rndc.
	named)
		expected=NET_BIND_SERVICE
		script='echo "options { directory \"/tmp\"; pid-file none; };" \
				>/tmp/conf
			named -g -c /tmp/conf 2>/tmp/log &
			until grep -q "running$" /tmp/log; do
				kill -0 $! || exit
				sleep 0.1
			done
			exec 3<>/dev/tcp/127.0.0.1/53'
		;;
	shell)
		expected=
		script='for i in 1 2 3; do ls / | sort | tail -n 1; done
			cat /etc/passwd >/dev/null; ls /nowhere; true'
		;;
	esac
}

# A container whose pod adds what the program needs. Its programs are this
# machine's. perf 7 finds events by /sys.
use_program_bundle() { # RUNTIME NAME
	use_runtime "$1"
	use_program "$2"
	rm -rf "$bundle/rootfs/bin"
	mkdir "$bundle/rootfs/"{etc,usr}
	# runc gives a tmpfs the mode of its directory.
	chmod 1777 "$bundle/rootfs/tmp"
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$bundle/rootfs/"
	# shellcheck disable=SC2016 # jq's
	change_config --arg script "$script" --argjson user $CONTAINER_USER \
		--arg names "$expected" '
		($names | split(" ") | map("CAP_\(.)")) as $set |
		.process.user = {uid: $user, gid: $user} |
		.process.env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] |
		.process.args = ["/bin/bash", "-c", $script] |
		.process.capabilities |= map_values($set) |
		.mounts += [
			{destination: "/sys", type: "sysfs", source: "sysfs",
				options: ["nosuid", "noexec", "nodev", "ro"]},
			{destination: "/tmp", type: "tmpfs", source: "tmpfs",
				options: ["nosuid", "mode=1777"]},
			("/usr", "/etc" | {destination: ., source: ., type: "bind",
				options: ["rbind", "ro"]})]'
}

# The rule raises what the program needs.
grant_needs() {
	# shellcheck disable=SC2016 # jq's
	jq -nc --arg names "$expected" '{version: 1, rules: [
		{name: "needs", match: {}} +
		if $names == "" then {} else {ambient: ($names | split(" "))} end]}' \
		>"$work/policy.json"
}

# Sets status, output (JSON) and stderr.
learn_bundle() { # --run or --confirm, OPTION...
	local words

	machine_words env "CAPRUNTIME_RUNTIME=$(runtime_path)" \
		"CAPRUNTIME_POLICY=$work/policy.json" \
		"$builddir/capctl" learn --json "$1" "$bundle" --root "$state" \
		"${@:2}"
	run --separate-stderr "${words[@]}" </dev/null
}

learned() { # prints the names, sorted
	jq -r '[.needs.names[] | ltrimstr("CAP_")] | sort | join(" ")' \
		<<<"$output"
}

# Runs it without and with the capabilities. Sets $without and $with.
watch_program() { # RUNTIME NAME
	use_program_bundle "$1" "$2"
	grant_nothing
	learn_bundle --run
	is_json .complete
	without=$(learned)
	grant_needs
	learn_bundle --run
	is_json '.complete and .exit_status == 0'
	with=$(learned)
	[ -z "${CAPRUNTIME_TALLY-}" ] || add_to_tally "$@"
}

add_to_tally() { # RUNTIME NAME
	local found

	# shellcheck disable=SC2086 # lists
	found=$(printf '%s\n' $without $with | sort -u | paste -sd ' ')
	learn_bundle --confirm --for 10m
	proved=$(learned)
	grant_nothing
	printf 'program\t%s\t%s\t%s\t%s\t%s\t%s\n' "$2" "$1" "$expected" \
		"$found" "$proved" "$(capable_says)" >>"$CAPRUNTIME_TALLY"
}

# Prints what BCC's capable prints of the container's user and an audited check, or
# why it cannot run. Its lines of the runtime are left out.
capable_says() {
	local program pid last

	program=$(command -v capable-libbpf || command -v capable) ||
		{ echo '!not installed' && return; }
	stdbuf -o L "$program" >"$work/capable" 2>"$work/capable.errors" 3>&- &
	pid=$!
	await_line $pid COMM || {
		echo "!$(grep -m 1 failed "$work/capable.errors")"
		return
	}
	capruntime run -b "$bundle" "$id" </dev/null >/dev/null 2>&1 || :
	# A check after the container's, which is printed after them.
	nice -n -1 true &
	last=$!
	wait $last
	await_line $pid " $last "
	kill $pid
	wait $pid || :
	awk -v user=$CONTAINER_USER '$2 == user && $7 == 1 &&
		$4 !~ /^(runc|crun|[0-9])/ { sub(/^CAP_/, "", $6); print $6 }' \
		"$work/capable" | sort -u | paste -sd ' '
}

await_line() { # PID PATTERN: false if capable ends before
	until grep -q "$2" "$work/capable"; do
		kill -0 "$1" 2>/dev/null || return
		sleep 0.2
	done
}
