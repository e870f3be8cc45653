#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the variables of jq
# shellcheck disable=SC2030,SC2031 # variables of one test
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# 'capctl doctor' on trees made for the test: a correct one, and for each
# warning or error a tree with only that mistake.

load helpers

setup() {
	require_root # to chroot
	require_programs jq python3
	work=$BATS_TEST_TMPDIR
	capctl=$builddir/capctl
	tree=$work/tree
	listeners=()
	before=()
	export ASAN_OPTIONS=detect_leaks=0
	unset CAPRUNTIME_POLICY CAPRUNTIME_RUNTIME
	mkdir "$tree"
	mount -t tmpfs -o mode=755 tree "$tree"
	learn_places
	make_tree
}

teardown() {
	local pid

	for pid in ${listeners[@]+"${listeners[@]}"}; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	[ -z "${tree-}" ] || umount -R "$tree" 2>/dev/null || :
}

# The installation paths from configure.
learn_places() {
	local json places

	json=$("$capctl" doctor --json --root "$tree") || :
	places=$(jq -er '.program, .configuration, .state' <<<"$json")
	{ read -r program && read -r home && read -r state; } <<<"$places"
	capruntime=/usr/bin/capruntime
	runc=/usr/bin/runc
}

program() { # PATH in the tree
	mkdir -p "$tree${1%/*}"
	printf '#!/bin/sh\n' >"$tree$1"
	chmod 755 "$tree$1"
}

# A correct CRI-O node, as packaging/ sets it up.
make_tree() {
	program "$program"
	program "$runc"
	# The snippets in packaging/ always use this path.
	mkdir -p "$tree/usr/bin"
	[ "$program" = "$capruntime" ] ||
		ln "$tree$program" "$tree$capruntime"
	mkdir -p "$tree$home/policy.d" "$tree$home/runtimes" "$tree${state%/*}"
	ln -s "$runc" "$tree$home/runtimes/capruntime"
	put etc/crio/crio.conf.d/50-capruntime.conf \
		<"$srcdir/packaging/crio/50-capruntime.conf"
	policy '{engine: "cri-o", audit: "none"}' "$web"
}

put() { # FILE: writes standard input to that file of the tree
	mkdir -p "$tree/${1%/*}"
	cat >"$tree/$1"
}

web='{name: "web", match: {namespace: "web"}, ambient: ["NET_BIND_SERVICE"]}'
any='{name: "any", match: {id: "x"}, ambient: ["NET_BIND_SERVICE"]}'

policy() { # TOP RULE...: written in jq's syntax
	local top=$1 IFS=,
	shift
	jq -n "{version: 1} + $top + {rules: [$*]}" >"$tree$home/policy.json"
}

doctor() { # sets status, output and stderr
	run --separate-stderr ${before[@]+"${before[@]}"} "$capctl" doctor \
		--json --root "$tree" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$stderr" "$output"
}

# Compares all findings that are not ok: their number, and each one's status,
# text and fix.
finds() { # [STATUS TEXT FIX]...
	local exit=0

	[[ " $* " != *' unknown '* ]] || exit=2
	[[ " $* " != *' error '* ]] || exit=1
	[ "$status" -eq "$exit" ] || {
		echo "expected exit status $exit"
		return 1
	}
	jq -e '[.findings[] | select(.status != "ok")] as $found |
		($found | length) == ($ARGS.positional | length) / 3 and
		all(range(0; $ARGS.positional | length; 3);
			$ARGS.positional[.:. + 3] as [$status, $text, $fix] |
			any($found[]; .status == $status and
				(.text | contains($text)) and
				(.fix // "" | contains($fix))))' \
		--args "$@" <<<"$output" >/dev/null || {
		printf "wanted: %s with '%s' and '%s'\n" "$@"
		return 1
	}
}

says() { # TOPIC TEXT: an ok line
	jq -e --arg topic "$1" --arg text "$2" 'any(.findings[];
		.status == "ok" and .topic == $topic and
		(.text | contains($text)))' <<<"$output" >/dev/null || {
		echo "no ok line for $1 with '$2'"
		jq -r '.findings[] | select(.status == "ok") |
			"\(.topic): \(.text)"' <<<"$output"
		return 1
	}
}

# Listens at PATH in the tree. The socket gets its name after it listens.
listen() { # STREAM|DGRAM PATH
	mkdir -p "$tree${2%/*}"
	(
		cd "$tree${2%/*}" || exit
		exec python3 -c 'import os, socket, sys, time
kind = getattr(socket, "SOCK_" + sys.argv[1])
server = socket.socket(socket.AF_UNIX, kind)
server.bind("new")
if sys.argv[1] == "STREAM":
	server.listen()
os.rename("new", sys.argv[2])
time.sleep(600)' "$1" "${2##*/}"
	) </dev/null >/dev/null 2>&1 3>&- &
	listeners+=($!)
	wait_until test -S "$tree$2"
}

crio() { # LINE...: more lines of the handler's table
	local line

	{
		cat "$srcdir/packaging/crio/50-capruntime.conf"
		printf '%s\n' "$@"
	} | put etc/crio/crio.conf.d/50-capruntime.conf
}

no_crio() { rm -rf "$tree/etc/crio"; }

# Of the packaged handler, which has runc's.
state_directory() { # PATH
	sed -i "s|^runtime_root.*|runtime_root = \"$1\"|" \
		"$tree/etc/crio/crio.conf.d/50-capruntime.conf"
}

cri=io.containerd.grpc.v1.cri

containerd_node() { # VERSION: replaces the CRI-O node
	no_crio
	put etc/containerd/config.toml \
		<"$srcdir/packaging/containerd/config-v$1.toml"
	policy '{engine: "containerd", audit: "none"}' "$web"
}

podman_node() {
	no_crio
	put etc/containers/containers.conf.d/50-capruntime.conf \
		<"$srcdir/packaging/podman/50-capruntime.conf"
	policy '{audit: "none"}' "$any"
}

docker_node() {
	no_crio
	put etc/docker/daemon.json <"$srcdir/packaging/docker/daemon.json"
	policy '{audit: "none"}' "$any"
}

# A complete tree

@test "a correct CRI-O node has no findings" {
	doctor
	finds
	says capruntime "'$program'"
	says 'real runtime' "'$runc', which reads its options as runc does"
	says 'real runtime' "($home/runtimes/capruntime)"
	says containers '0 running'
	says directories "'$home/policy.d'"
	says policy '1 rule in 1 file'
	says audit 'disabled by the policy'
	says sessions "'$state', created when needed"
	says CRI-O "handler 'capruntime' in '/etc/crio/crio.conf.d/50-capruntime.conf' calls 'capruntime'"
}

@test "a correct containerd node has no findings, with either version" {
	for version in 2 3; do
		rm -rf "${tree:?}"/etc/{crio,containerd}
		mkdir -p "$tree/etc/crio"
		containerd_node "$version"
		doctor
		finds
		says containerd "handler 'capruntime' in '/etc/containerd/config.toml'"
	done
}

@test "containerd's files of distributions of Kubernetes are read, with their imports" {
	for root in /var/lib/rancher/k3s/agent/etc/containerd/config.toml \
		/var/lib/rancher/rke2/agent/etc/containerd/config.toml \
		/etc/k0s/containerd.toml \
		/var/snap/microk8s/current/args/containerd.toml; do
		containerd_node 3
		mkdir -p "$tree${root%/*}"
		mv "$tree/etc/containerd/config.toml" "$tree$root"
		doctor
		finds
		says containerd "handler 'capruntime' in '$root'"
		mv "$tree$root" "$tree${root%/*}/other.toml"
		echo "imports = ['other.toml']" >"$tree$root"
		sed -i '1i version = 3' "$tree$root"
		doctor
		finds
		says containerd "handler 'capruntime' in '${root%/*}/other.toml'"
		rm "$tree${root%/*}"/*.toml
	done
}

@test "a mistake in a distribution's file is reported beside a correct containerd" {
	containerd_node 2
	put var/lib/rancher/k3s/agent/etc/containerd/config.toml <<<'version ='
	doctor
	finds error "'/var/lib/rancher/k3s/agent/etc/containerd/config.toml':1:" \
		'correct the file'
	says containerd "handler 'capruntime' in '/etc/containerd/config.toml'"
}

@test "a correct podman node has no findings" {
	podman_node
	doctor
	finds
	says podman "handler 'capruntime'"
}

@test "a correct Docker node has no findings, with containerd running" {
	docker_node
	listen STREAM /run/containerd/containerd.sock
	doctor
	finds
	says Docker "handler 'capruntime' in '/etc/docker/daemon.json' calls 'capruntime'"
}

@test "a running engine is reported" {
	listen STREAM /run/crio/crio.sock
	doctor
	finds
	says CRI-O 'the engine is running'
}

@test "links under --root are resolved below it" {
	mkdir -p "$work/outside"
	echo 'not TOML' >"$work/outside/crio.conf"
	ln -s "$work/outside/crio.conf" "$tree/etc/crio/crio.conf"
	ln -s "../../../../../../../../../../..$work/outside/crio.conf" \
		"$tree/etc/crio/crio.conf.d/60"
	doctor
	[ "$status" -eq 2 ]
	[ "$(jq .unknown <<<"$output")" = 2 ]
	for name in crio.conf crio.conf.d/60; do
		jq -e --arg text "open '/etc/crio/$name': no such file or directory" \
			'any(.findings[]; .status == "unknown" and .text == $text)' \
			<<<"$output"
	done
}

# Kernel

@test "a user namespace is named, where doctor itself is in one" {
	unshare -Ur true || skip 'no unprivileged user namespaces'
	run unshare -Ur "$builddir/capctl" doctor --json
	says kernel 'this process is in a user namespace'
	run "$builddir/capctl" doctor --json
	says kernel 'ambient capabilities'
	! says kernel 'this process is in a user namespace' || return 1
}

@test "the kernel's version is checked" {
	mkdir -p "$tree/proc/sys/kernel" "$tree/proc/sys/user"
	echo 6.1.0-13-amd64 >"$tree/proc/sys/kernel/osrelease"
	echo 1000 >"$tree/proc/sys/user/max_user_namespaces"
	doctor
	finds
	says kernel 'Linux 6.1.0-13-amd64: ambient capabilities'
	says kernel 'user namespaces: up to 1000'

	echo 4.3.0 >"$tree/proc/sys/kernel/osrelease"
	echo 0 >"$tree/proc/sys/user/max_user_namespaces"
	doctor
	finds warning 'Linux 4.3.0 has no openat2(2)' 'Linux 5.6 or later'
	says kernel 'user namespaces are disabled'

	echo 5.5.19 >"$tree/proc/sys/kernel/osrelease"
	doctor
	finds warning 'Linux 5.5.19 has no openat2(2)' 'Linux 5.6 or later'
	echo 5.6.0 >"$tree/proc/sys/kernel/osrelease"
	doctor
	finds

	echo 4.2.99 >"$tree/proc/sys/kernel/osrelease"
	doctor
	finds error 'Linux 4.2.99 has no ambient capabilities' 'Linux 4.3 or later'

	echo 'six' >"$tree/proc/sys/kernel/osrelease"
	doctor
	[ "$status" -eq 2 ]
	[ "$stderr" = 'capctl: doctor: could not be checked: 1' ]
}

@test "a securebit that forbids ambient capabilities is a warning" {
	require_programs capsh
	before=(capsh --secbits=64 -- -c '"$@"' sh)
	doctor
	finds warning 'a securebit of this process' 'SecureBits='
}

# capruntime and the real runtime

@test "capruntime must exist and be writable only by root" {
	local missing=(error "'$program': no such file or directory" 'install it there')

	# With the prefix /usr the engines' configuration names it, too.
	[ "$program" != "$capruntime" ] || missing+=("${missing[@]}")
	rm "$tree$program"
	doctor
	finds "${missing[@]}"

	program "$program"
	chmod g+w "$tree$program"
	[ "$program" = "$capruntime" ] ||
		ln -f "$tree$program" "$tree$capruntime"
	doctor
	jq -e 'any(.findings[]; .topic == "capruntime" and
		.status == "error" and
		(.text | contains("is writable by others")))' <<<"$output"
	[ "$status" -eq 1 ]
}

# A DaemonSet's image or an install.sh with a prefix installs both elsewhere.
@test "capruntime is found next to capctl" {
	mkdir "$work/beside"
	cp "$capctl" "$work/beside"
	capctl=$work/beside/capctl
	rm -f "$tree$program" "$tree$capruntime"
	program "$work/beside/capruntime"
	sed "s|/usr/bin/|$work/beside/|" \
		"$srcdir/packaging/crio/50-capruntime.conf" |
		put etc/crio/crio.conf.d/50-capruntime.conf
	doctor
	finds
	says capruntime "'$work/beside/capruntime'"
	[ "$(jq -r .program <<<"$output")" = "$work/beside/capruntime" ]

	# A copy at the configured path has precedence.
	program "$program"
	doctor
	finds warning "is a different copy from '$program'" 'keep one'
}

@test "capruntime must not be setuid or setgid" {
	for bit in 4000 2000; do
		chmod "$((bit + 755))" "$tree$program"
		doctor
		finds error 'is setuid or setgid' 'chmod u-s,g-s'
	done
}

@test "capruntime must not be on a noexec mount" {
	mount -t tmpfs -o noexec,mode=755 noexec "$tree/${program%/*}"
	program "$program"
	program "$runc"
	program "$capruntime"
	[ "$program" = "$capruntime" ] || ln -f "$tree$program" \
		"$tree$capruntime" 2>/dev/null || cp --remove-destination \
		"$tree$program" "$tree$capruntime"
	doctor
	jq -e --arg program "$program" 'any(.findings[];
		.topic == "capruntime" and .status == "error" and
		(.text == "\u0027" + $program + "\u0027 is on a noexec mount"))' \
		<<<"$output"
	[ "$status" -eq 1 ]
}

@test "capruntime needs its SELinux label" {
	put sys/fs/selinux/enforce <<<1
	doctor
	finds warning "is labelled '', not container_runtime_exec_t or container_engine_exec_t" \
		'semanage fcontext'

	label() {
		python3 -c 'import os, sys
os.setxattr(sys.argv[1], "security.selinux", sys.argv[2].encode() + b"\0")' \
			"$tree$program" "$1"
	}
	label system_u:object_r:bin_t:s0
	doctor
	finds warning "is labelled 'system_u:object_r:bin_t:s0'" restorecon

	label system_u:object_r:container_engine_exec_t2:s0
	doctor
	finds warning "is labelled 'system_u:object_r:container_engine_exec_t2:s0'" matchpathcon

	for type in container_runtime_exec_t container_engine_exec_t; do
		label "system_u:object_r:$type:s0"
		doctor
		finds
		says SELinux AT_SECURE
	done
}

@test "an environment variable is used, with a warning" {
	program /usr/bin/crun
	state_directory /run/crun
	CAPRUNTIME_RUNTIME=/usr/bin/crun doctor
	finds warning '$CAPRUNTIME_RUNTIME is set in this shell' 'unset CAPRUNTIME_RUNTIME'
	says 'real runtime' "'/usr/bin/crun', which reads its options as crun does (\$CAPRUNTIME_RUNTIME)"
	state_directory /run/runc
	cp "$tree$home/policy.json" "$tree/policy.json"
	CAPRUNTIME_POLICY=/policy.json doctor
	finds warning '$CAPRUNTIME_POLICY is set in this shell' 'unset CAPRUNTIME_POLICY'
}

@test "how a program that is neither runc nor crun reads its options is unknown" {
	local name

	for name in youki runsc nvidia-container-runtime kata-runtime run krunner; do
		program "/usr/bin/$name"
		ln -sfn "/usr/bin/$name" "$tree$home/runtimes/capruntime"
		doctor
		finds unknown "handler 'capruntime': '/usr/bin/$name' ($home/runtimes/capruntime) is neither runc nor crun, so how it reads its options is unknown: capruntime assumes runc's, then crun's" \
			"whose name contains 'runc' or 'crun'"
	done
	state_directory /run/other
	for name in runc-1.3 my-runc my-crun.bin krun; do
		program "/usr/bin/$name"
		ln -sfn "/usr/bin/$name" "$tree$home/runtimes/capruntime"
		doctor
		finds
		says 'real runtime' "'/usr/bin/$name', which reads its options as "
	done
}

@test "the real runtime must exist, be trusted, and not be capruntime" {
	local link=$tree$home/runtimes/capruntime

	chmod o+w "$tree$runc"
	doctor
	finds error 'is writable by others' 'ln -sfn /path/to/runc'
	chmod o-w "$tree$runc"

	ln -sfn /nowhere/runc "$link"
	doctor
	finds error "'/nowhere/runc': no such file or directory" 'ln -sfn'

	ln -sfn runc "$link"
	doctor
	finds error 'must be an absolute path' "$home/runtimes/capruntime"

	ln -sfn "$program" "$link"
	doctor
	finds error 'is capruntime itself' 'ln -sfn'
}

@test "without a link the real runtime is the one compiled in" {
	rm "$tree$home/runtimes/capruntime" "$tree$runc"
	doctor
	[ "$status" -eq 1 ]
	real=$(jq -r '.findings[] | select(.topic == "real runtime").text' \
		<<<"$output")
	[[ "$real" == "handler 'capruntime': real runtime '/"*"': no such file or directory (by compiled in)" ]]
	path=${real#*runtime \'}
	program "${path%%\'*}"
	doctor
	finds
	says 'real runtime' "'${path%%\'*}'"
	says 'real runtime' '(compiled in)'
}

@test "the link of each other handler is checked" {
	program /usr/bin/crun
	ln -s /usr/bin/crun "$tree$home/runtimes/capruntime-crun"
	doctor
	finds
	says 'real runtime' "handler 'capruntime-crun': '/usr/bin/crun'"

	ln -s /nowhere/youki "$tree$home/runtimes/second"
	touch "$tree$home/runtimes/third"
	doctor
	finds error "handler 'second': real runtime '/nowhere/youki': no such file or directory" \
		"$home/runtimes/second" \
		error "third' is not a symbolic link" "$home/runtimes/third"

	rm -r "$tree$home/runtimes"
	touch "$tree$home/runtimes"
	doctor
	finds error "'$home/runtimes' is not a directory" 'chown root:' \
		error "'$home/runtimes/capruntime': not a directory" 'ln -s' \
		error "'$home/runtimes/capruntime': not a directory" 'ln -s' \
		unknown "'$home/runtimes' cannot be read: not a directory" ''
	jq -e '.error == 3 and .unknown == 1 and .warning == 0' <<<"$output"
}

# Creates the state of a running container of runc or crun.
alive() { # ROOT ID runc|crun
	mkdir -p "$tree$1/$2" "$tree/proc/4711"
	printf '4711 (a b) S%s 99 0\n' "$(printf ' %s' {4..21})" \
		>"$tree/proc/4711/stat"
	if [ "$3" = runc ]; then
		echo '{"init_process_pid":4711,"init_process_start":99}' \
			>"$tree$1/$2/state.json"
	else
		echo '{"pid":4711,"process-start-time":99,"bundle":"/b"}' \
			>"$tree$1/$2/status"
	fi
}

@test "another runtime's running containers under the same root are a warning" {
	alive /run/runc a runc
	alive /run/crun b crun
	doctor
	finds
	says containers '2 running'

	alive /run/runc c crun
	alive /run/containerd/runc/k8s.io d crun
	alive /run/docker/runtime-runc/moby e crun
	alive /run/containerd/runc/crun f crun # a namespace of this name
	doctor
	finds warning "containers of crun under '/run/runc', which runc cannot manage: 1" \
		'point its link back' \
		warning "containers of crun under '/run/containerd/runc/k8s.io'" '' \
		warning "containers of crun under '/run/docker/runtime-runc/moby'" '' \
		warning "containers of crun under '/run/containerd/runc/crun'" ''

	rm -r "$tree/proc/4711"
	doctor
	finds
}

@test "a FIFO in the place of a file of /proc is not opened" {
	local words

	alive /run/runc a runc
	rm "$tree/proc/4711/stat"
	mkdir -p "$tree"/proc/{self,4712,sys/kernel,sys/user}
	mkfifo "$tree"/proc/{sys/kernel/osrelease,sys/user/max_user_namespaces} \
		"$tree"/proc/{4711/stat,4712/status,4712/cmdline}
	ln -s /usr/bin/conmon "$tree/proc/4712/exe"
	for words in --json "--in-use $capruntime"; do
		# shellcheck disable=SC2086 # several words
		run --separate-stderr timeout -k 5 60 "$capctl" doctor $words \
			--root "$tree" </dev/null
		printf 'exit status %s\n%s\n%s\n' "$status" "$stderr" "$output"
		[ "$status" -lt 3 ]
	done
}

@test "without CAP_SYS_PTRACE it does not say that nothing needs the program" {
	require_programs setpriv
	run --separate-stderr setpriv --bounding-set -sys_ptrace "$capctl" \
		doctor --in-use "$capruntime" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$stderr" "$output"
	[ "$status" -ge 1 ]
	[[ "$output" = *'cannot read the processes of root'*', unknown: '[1-9]* ]]
}

@test "a container's state that cannot be read is unknown" {
	alive /run/crun b crun
	put run/runc/a/state.json <<<'{'
	doctor
	[ "$status" -eq 2 ]
	jq -e '.unknown == 1 and any(.findings[]; .status == "unknown" and
		.topic == "containers" and .fix != null)' <<<"$output"
	says containers '1 running'
}

# Policy

@test "the directories must exist and be trusted" {
	rmdir "$tree$home/policy.d"
	doctor
	finds warning "'$home/policy.d': no such file or directory" "mkdir -m 755 -p $home/policy.d"

	mkdir -m 777 "$tree$home/policy.d"
	doctor
	finds error "'$home/policy.d' cannot be trusted" 'chmod 755' \
		error 'containers are refused' 'capctl check'
}

@test "a policy that does not load is an error" {
	echo '{"version":1,"rules":[],"mod":1}' >"$tree$home/policy.json"
	doctor
	finds error "'$home/policy.json':1:" 'capctl check shows all errors'
	policy '{engine: "cri-o", audit: "none", mode: "audit"}' "$web"
	echo '{' >"$tree$home/policy.d/broken.json"
	doctor
	finds error 'containers would be refused, but for mode audit' \
		'capctl check'
}

@test "a policy that changes nothing is reported" {
	policy '{engine: "cri-o", audit: "none"}'
	doctor
	finds warning 'there are no rules: no container gets a capability' \
		'add a rule'
	says policy '0 rules in 1 file: nothing is changed'
	policy '{engine: "cri-o", audit: "none", mode: "audit"}' "$web"
	doctor
	finds
	says policy '1 rule in 1 file; mode audit: nothing is changed'
}

@test "a grant that cannot be held is a warning" {
	require_programs setpriv
	before=(setpriv --bounding-set -net_bind_service)
	doctor
	finds warning 'cannot hold: CAP_NET_BIND_SERVICE' \
		'CapabilityBoundingSet='
	policy '{engine: "cri-o", audit: "none"}' \
		'{name: "files", match: {}, inheritable: ["NET_BIND_SERVICE"]}'
	doctor
	finds warning 'cannot hold: CAP_NET_BIND_SERVICE' \
		'CapabilityBoundingSet='
}

@test "the audit log needs a listener" {
	policy '{engine: "cri-o"}' "$web"
	doctor
	finds warning 'no listener at /dev/log' 'start journald'
	listen DGRAM /dev/log
	doctor
	finds
	says audit 'to syslog, by /dev/log'
}

@test "an audit file must be writable" {
	mkdir -p "$tree/var/log"
	policy '{engine: "cri-o", audit: "/var/log/c.log"}' "$web"
	doctor
	finds
	says audit "to '/var/log/c.log'"
	touch "$tree/var/log/c.log"
	doctor
	finds

	chmod 666 "$tree/var/log/c.log"
	doctor
	finds warning 'is writable by others: chmod go-w it: the log goes to syslog' \
		'a regular file'
	rm "$tree/var/log/c.log"
	mkdir "$tree/var/log/c.log"
	doctor
	finds warning 'is not a regular file: the log goes to syslog' 'a regular file'
	rm -r "$tree/var/log"
	doctor
	finds warning "'/var/log/c.log': no such file or directory" \
		'a regular file'
	touch "$tree/var/log"
	doctor
	finds warning 'the log goes to syslog' 'a regular file'
}

@test "an audit file on a read-only file system is a warning" {
	mkdir -p "$tree/var/log"
	mount -t tmpfs -o mode=755 log "$tree/var/log"
	policy '{engine: "cri-o", audit: "/var/log/c.log"}' "$web"
	for there in no yes; do
		[ "$there" = no ] || touch "$tree/var/log/c.log"
		mount -o remount,ro "$tree/var/log"
		doctor
		mount -o remount,rw "$tree/var/log"
		finds warning 'read-only file system: the log goes to syslog' ''
	done
}

@test "sessions need a writable tmpfs" {
	mount -t ramfs -o mode=755 ramfs "$tree${state%/*}"
	doctor
	finds warning "'${state%/*}' is not a tmpfs" 'mount a tmpfs'
	umount "$tree${state%/*}"

	mount -t tmpfs -o ro ro "$tree${state%/*}"
	doctor
	finds warning "'${state%/*}' cannot be written" 'mount a tmpfs'
	policy '{engine: "cri-o", audit: "none"}' "${web%\}}, exec: true}"
	doctor
	finds error 'containers whose rule has '\''exec'\'' are refused' 'mount a tmpfs'
}

@test "the directory for sessions must have mode 700" {
	mkdir "$tree$state"
	chmod 700 "$tree$state"
	doctor
	finds
	says sessions "'$state'"
	chmod 755 "$tree$state"
	doctor
	finds warning "'$state' has mode 755, not 700" "chmod 700 $state"
	chmod 777 "$tree$state"
	doctor
	finds warning "'$state' cannot be trusted" 'chmod 700 it'
	policy '{engine: "cri-o", audit: "none"}' "${web%\}}, exec: true}"
	doctor
	finds error "'$state' cannot be trusted" 'chmod 700 it'
}

# Engines

@test "it is a warning if no engine names capruntime" {
	no_crio
	policy '{audit: "none"}' "$any"
	doctor
	finds warning "no engine's configuration names capruntime" packaging/
}

@test "a running engine that does not name capruntime is a warning" {
	listen STREAM /run/containerd/containerd.sock
	doctor
	finds warning 'it is running, but none of its handlers calls capruntime' \
		packaging/containerd
	no_crio
	listen STREAM /run/crio/crio.sock
	policy '{audit: "none"}' "$any"
	doctor
	finds warning 'it is running, but none' packaging/containerd \
		warning 'it is running, but none' packaging/crio \
		warning "no engine's configuration" packaging/
}

@test "a socket without a listener is not a running engine" {
	listen STREAM /run/containerd/containerd.sock
	kill "${listeners[@]}"
	wait "${listeners[@]}" || :
	[ -S "$tree/run/containerd/containerd.sock" ]
	doctor
	finds
}

@test "each forbidden key of CRI-O is reported" {
	crio 'inherit_default_runtime = true'
	doctor
	finds error "CRI-O uses the default runtime's path instead" \
		'remove inherit_default_runtime'
	crio 'allowed_annotations = ["io.kubernetes.cri-o.Devices"]'
	doctor
	finds warning 'lets pods request more from CRI-O itself' 'remove it'
	crio 'monitor_env = ["PATH=/bin", "CAPRUNTIME_POLICY=/x"]'
	doctor
	finds warning 'it sets variables for every start' 'remove all but PATH'
	crio 'platform_runtime_paths = {"linux/arm64" = "/bin/x"}'
	doctor
	finds warning 'CRI-O calls another program' 'remove platform_runtime_paths'
	crio 'inherit_default_runtime = false' 'allowed_annotations = []' \
		'monitor_env = ["PATH=/bin"]' 'platform_runtime_paths = {}'
	doctor
	finds
}

@test "a handler of CRI-O needs a name, a type and a path" {
	put etc/crio/crio.conf.d/50-capruntime.conf <<-END
		[crio.runtime.runtimes.kata-capruntime]
		runtime_path = "$capruntime"
		[crio.runtime.runtimes.capruntime-vm]
		runtime_path = "$capruntime"
		runtime_type = "vm"
		[crio.runtime.runtimes.capruntime]
	END
	doctor
	finds error "treats it as a virtual machine runtime" 'rename the handler' \
		error 'does not call it as an OCI runtime' 'runtime_type = "oci"' \
		warning 'no runtime_path' 'set runtime_path'
}

default_warning=(warning 'including the one that repairs it' 'RuntimeClass')

@test "capruntime as CRI-O's default is a warning" {
	put etc/crio/crio.conf <<-'END'
		[crio.runtime]
		default_runtime = "capruntime"
	END
	doctor
	finds "${default_warning[@]}"
	put etc/crio/crio.conf <<-END
		[crio.runtime.runtimes.crun]
		runtime_path = "$capruntime"
	END
	doctor
	finds "${default_warning[@]}"
	put etc/crio/crio.conf.d/10-default.conf <<-'END'
		[crio.runtime]
		default_runtime = "runc"
	END
	doctor
	finds
}

@test "the last file of crio.conf.d is used" {
	put etc/crio/crio.conf.d/60-later.conf <<-'END'
		[crio.runtime.runtimes.capruntime]
		runtime_path = "/usr/bin/runc"
	END
	doctor
	finds warning "no engine's configuration" '' \
		warning 'engine "cri-o", but no handler of CRI-O calls capruntime' \
		'configure CRI-O'
}

@test "CRI-O reads subdirectories and hidden files, in lexical order" {
	local ours=$tree/etc/crio/crio.conf.d/50-capruntime.conf place

	for place in .hidden sub/no-suffix .d/.e/f 90~; do
		rm -rf "$tree/etc/crio/crio.conf.d"
		crio
		mkdir -p "$tree/etc/crio/crio.conf.d/$place"
		rmdir "$tree/etc/crio/crio.conf.d/$place"
		mv "$ours" "$tree/etc/crio/crio.conf.d/$place"
		doctor
		finds
		says CRI-O "handler 'capruntime' in '/etc/crio/crio.conf.d/$place'"
	done
	rm -r "$tree/etc/crio/crio.conf.d"
	crio
	for place in .a sub/z 50-capruntime.conf.d/x; do
		put "etc/crio/crio.conf.d/$place" <<-'END'
			[crio.runtime.runtimes.capruntime]
			runtime_path = "/usr/bin/runc"
		END
		doctor
		if [ "$place" = .a ]; then
			finds
		else
			finds warning "no engine's configuration" '' \
				warning 'no handler of CRI-O' ''
		fi
		rm "$tree/etc/crio/crio.conf.d/$place"
	done
}

@test "a directory in place of a file needs no privilege" {
	mkdir -p "$tree/etc/crio/crio.conf.d/99-empty.conf"
	doctor
	finds
	ln -s /etc/crio "$tree/etc/crio/crio.conf.d/link"
	doctor
	finds unknown "'/etc/crio/crio.conf.d/link' is not a regular file" \
		'correct or remove it'
	rm "$tree/etc/crio/crio.conf.d/link"
	mkdir -p "$tree/etc/containers/containers.conf.d/x.conf"
	doctor
	finds
}

@test "directories below crio.conf.d have a limit" {
	mkdir -p "$tree/etc/crio/crio.conf.d/$(printf 'd/%.0s' {1..16})"
	doctor
	finds unknown 'is not read: more than 16 directories deep' ''
}

@test "the state directory must be that of the real runtime" {
	program /usr/bin/crun
	ln -sfn /usr/bin/crun "$tree$home/runtimes/capruntime"
	doctor
	finds warning "handler 'capruntime' in '/etc/crio/crio.conf.d/50-capruntime.conf': the state directory '/run/runc' is runc's, but the real runtime is '/usr/bin/crun' ($home/runtimes/capruntime)" \
		"name crun's directory there or restore the link to runc"
	state_directory /run/crun
	doctor
	finds

	containerd_node 3
	sed -i 's|^ *BinaryName.*|&\nRoot = "/run/containerd/runc"|' \
		"$tree/etc/containerd/config.toml"
	doctor
	finds warning "the state directory '/run/containerd/runc' is runc's" crun
}

@test "an invalid configuration is reported with its place" {
	put etc/crio/crio.conf.d/60-broken.conf <<<'[crio'
	doctor
	finds error "'/etc/crio/crio.conf.d/60-broken.conf':1:" \
		'CRI-O does not start with it'
	mkdir "$tree/etc/crio/crio.conf"
	rm "$tree/etc/crio/crio.conf.d/60-broken.conf"
	doctor
	[ "$status" -eq 2 ]
	jq -e 'any(.findings[]; .status == "unknown" and
		(.text | contains("is not a regular file")))' <<<"$output"
}

@test "an unreadable configuration is unknown" {
	before=(setpriv "--bounding-set=-dac_override,-dac_read_search")
	for closed in etc/crio/crio.conf.d etc/crio; do
		chmod 000 "$tree/$closed"
		doctor
		chmod 755 "$tree/$closed"
		[ "$status" -eq 2 ]
		jq -e --arg text "'/$closed': permission denied" 'any(.findings[];
			.status == "unknown" and .topic == "CRI-O" and
			.text == $text and .fix != null)' <<<"$output"
	done
}

@test "too many files are not all read" {
	for i in {10..90}; do
		put "etc/crio/crio.conf.d/99-$i" <<<''
	done
	doctor
	[ "$status" -eq 2 ]
	jq -e 'any(.findings[]; .status == "unknown" and
		(.text | contains("more than 64 files")))' <<<"$output"
}

@test "a handler's program must exist, be trusted and be the installed one" {
	put etc/crio/crio.conf.d/50-capruntime.conf <<-'END'
		[crio.runtime.runtimes.capruntime]
		runtime_path = "/opt/bin/capruntime"
	END
	doctor
	finds error "'/opt/bin/capruntime': no such file or directory" 'correct the path'
	program /opt/bin/capruntime
	doctor
	finds warning "'/opt/bin/capruntime' is a different copy from '$program'" \
		'keep one'
	sed -i 's|/opt/bin/||' "$tree/etc/crio/crio.conf.d/50-capruntime.conf"
	doctor
	finds error "'capruntime' is not an absolute path" 'an absolute path'
}

@test "a link to capruntime with any name needs its real runtime" {
	ln -s "$program" "$tree/usr/bin/ingress"
	put etc/crio/crio.conf.d/60-ingress.conf <<-'END'
		[crio.runtime.runtimes.ingress]
		runtime_path = "/usr/bin/ingress"
	END
	doctor
	finds error "no real runtime for handler 'ingress'" \
		"$home/runtimes/"
	ln -s "$runc" "$tree$home/runtimes/ingress"
	doctor
	finds
	says CRI-O "handler 'ingress' in '/etc/crio/crio.conf.d/60-ingress.conf' calls 'ingress'"
}

@test "the policy's engine must be the one that calls the handler" {
	policy '{engine: "containerd", audit: "none"}' "$web"
	doctor
	finds error 'the policy says engine "containerd" for '\''capruntime' \
		'"engine": "cri-o" in policy.json' \
		warning 'no handler of containerd calls capruntime' \
		'configure containerd'
	policy '{engine: {"x": "containerd"}, audit: "none"}' "$web"
	doctor
	finds warning 'never match' '"engine": "cri-o"'
	policy '{audit: "none"}' "$any"
	doctor
	finds
	policy '{engine: {"capruntime": "cri-o"}, audit: "none"}' "$web"
	doctor
	finds
}

@test "a policy for an engine that does not run is reported if another runs" {
	policy '{engine: "containerd", audit: "none"}' "$web"
	listen STREAM /run/crio/crio.sock
	doctor
	finds error 'so its containers are refused' '' \
		warning 'no handler of containerd calls capruntime; running here: CRI-O' \
		'correct "engine" in policy.json'
}

@test "an engine in the policy is an error for podman" {
	put etc/containers/containers.conf \
		<"$srcdir/packaging/podman/50-capruntime.conf"
	doctor
	finds error "so podman's containers are refused" 'a separate link'
	policy '{engine: {"capruntime": "cri-o"}, mode: "audit", audit: "none"}' \
		"$web"
	doctor
	finds error "so podman's containers would be refused, but for mode audit" \
		'a separate link'
}

@test "an engine in the policy is an error for Docker" {
	put etc/docker/daemon.json <"$srcdir/packaging/docker/daemon.json"
	doctor
	finds error "so Docker's containers are refused" \
		'a separate link to capruntime for Docker'
}

@test "Docker must keep its default, and its program must be trusted" {
	docker_node
	put etc/docker/daemon.json <<-END
		{"default-runtime": "capruntime",
		 "runtimes": {"capruntime": {"path": "$capruntime"}}}
	END
	doctor
	finds warning 'a bad policy would stop every container' \
		'docker run --runtime'

	put etc/docker/daemon.json <<-'END'
		{"runtimes": {"x": {"path": "/opt/capruntime"}}}
	END
	doctor
	finds error "'/opt/capruntime': no such file or directory" 'correct the path'
	program /opt/capruntime
	chmod 777 "$tree/opt/capruntime"
	doctor
	finds error "'/opt/capruntime' is writable by others" 'owned by root'
}

@test "a daemon.json that is not JSON is an error with its place" {
	docker_node
	put etc/docker/daemon.json <<<'{"runtimes": {},}'
	doctor
	finds error "'/etc/docker/daemon.json':1:17: " 'Docker does not start with it' \
		warning "no engine's configuration names capruntime" ''
}

@test "podman must request a log, name the path first, and keep its default" {
	podman_node
	put etc/containers/containers.conf.d/60 <<-'END'
	END
	put etc/containers/containers.conf.d/60-more.conf <<-END
		[engine]
		runtime_supports_json = ["crun"]
	END
	doctor
	finds warning 'is not in runtime_supports_json' 'add "capruntime"'

	put etc/containers/containers.conf.d/60-more.conf <<-END
		[engine]
		runtime_supports_json = ["other", {append = true}]
	END
	doctor
	finds

	put etc/containers/containers.conf.d/60-more.conf <<-END
		[engine.runtimes]
		capruntime = ["/usr/bin/runc", "$capruntime"]
	END
	doctor
	finds warning "is '/usr/bin/runc' if that exists" "put '$capruntime' first"

	put etc/containers/containers.conf.d/60-more.conf <<-'END'
		[engine]
		runtime = "capruntime"
	END
	doctor
	finds warning 'a bad policy would stop every container' \
		'podman --runtime'

	# A path needs no table.
	rm -r "$tree/etc/containers/containers.conf.d"
	put etc/containers/containers.conf <<-END
		[engine]
		runtime = "$capruntime"
	END
	policy '{engine: "cri-o", audit: "none"}' "$web"
	doctor
	finds warning 'a bad policy would stop every container' '' \
		error "so podman's containers are refused" 'a separate link' \
		warning 'no handler of CRI-O calls capruntime' ''
}

@test "each wrong key of containerd's table is reported" {
	containerd_node 2
	sed -i 's|io.containerd.runc.v2|io.containerd.runtime.v1.linux|' \
		"$tree/etc/containerd/config.toml"
	doctor
	finds error "runtime_type is 'io.containerd.runtime.v1.linux'" \
		'runtime_type = "io.containerd.runc.v2"'

	containerd_config 's|"capruntime.io/\*"|"*"|'
	doctor
	finds warning 'pod_annotations passes more' 'pod_annotations = ["capruntime.io/*"]'

	containerd_config 's|^ *pod_annotations.*||'
	doctor
	finds
	policy '{engine: "containerd", audit: "none"}' "${web%\}}, on_request: true}"
	doctor
	finds warning 'rules use annotations, but containerd passes none' 'pod_annotations'
	policy '{engine: "containerd", audit: "none"}' \
		'{name: "web", match: {annotations: {tier: "web"}},
			ambient: ["NET_BIND_SERVICE"]}'
	doctor
	finds warning 'rules use annotations, but containerd passes none' 'pod_annotations'

	containerd_config 's|^ *pod_annotations|runtime_path = "/usr/bin/capruntime"\n&|'
	doctor
	finds error "runtime_path must be a shim" 'options.BinaryName'

	containerd_config '1a disabled_plugins = ["cri"]'
	doctor
	finds error "disables the CRI plugin" 'remove "cri"'
}

containerd_config() { # SED: a script for the snippet of version 2
	sed "$1" "$srcdir/packaging/containerd/config-v2.toml" |
		put etc/containerd/config.toml
}

@test "capruntime as containerd's default is a warning" {
	containerd_node 2
	put etc/containerd/config.toml <<-END
		$(cat "$srcdir/packaging/containerd/config-v2.toml")
		[plugins."$cri".containerd]
		default_runtime_name = "capruntime"
	END
	doctor
	finds "${default_warning[@]}"
	sed -i 's/"capruntime"$/"runc"/; s/runtimes.capruntime/runtimes.runc/' \
		"$tree/etc/containerd/config.toml"
	doctor
	finds "${default_warning[@]}"
}

@test "a table that containerd or some releases ignore is reported" {
	containerd_node 2
	containerd_config 's/^version = 2/version = 4/'
	doctor
	finds error "'/etc/containerd/config.toml' has version = 4 and names capruntime in plugins.\"$cri\": containerd ignores that table" \
		'write version = 4, as '\''/etc/containerd/config.toml'\'' should have, and plugins."io.containerd.cri.v1.runtime"' \
		warning "no engine's configuration" '' \
		warning 'no handler of containerd calls capruntime' ''
	containerd_config 's/^version = 2/version = 3/'
	doctor
	finds warning 'containerd 2.0 to 2.2 ignores that table' \
		'write version = 3'
	says containerd "handler 'capruntime' in '/etc/containerd/config.toml'"
	containerd_config '/^version = 2/d'
	doctor
	finds warning 'has no version and names capruntime' 'write version = 2'
	containerd_node 3
	sed -i 's/^version = 3/version = 2/' "$tree/etc/containerd/config.toml"
	doctor
	finds warning 'containerd 1.x ignores that table' "plugins.\"$cri\""
}

@test "an import with a higher version than the root file's is an error" {
	containerd_node 2
	containerd_config '/^version = 2/a imports = ["/etc/containerd/conf.d/*.toml"]'
	put etc/containerd/conf.d/nvidia.toml <<<'version = 3'
	doctor
	finds error "'/etc/containerd/conf.d/nvidia.toml' has version = 3, but '/etc/containerd/config.toml' version = 2: containerd 2.3.0 to 2.3.4 does not start" \
		'write version = 2'
	put etc/containerd/conf.d/nvidia.toml <<<'version = 2'
	doctor
	finds
}

@test "an import of containerd 1 that replaces the table is reported" {
	containerd_node 2
	containerd_config '/^version = 2/a imports = ["/etc/containerd/conf.d/*.toml"]'
	put etc/containerd/conf.d/a.toml <<-END
		version = 2
		[plugins."$cri"]
		enable_selinux = true
	END
	doctor
	finds warning "under containerd 1.x the import '/etc/containerd/conf.d/a.toml' replaces everything that '/etc/containerd/config.toml' has" \
		"into '/etc/containerd/config.toml' itself"
	says containerd "handler 'capruntime' in '/etc/containerd/config.toml'"

	put etc/containerd/conf.d/a.toml <<<'version = 2'
	doctor
	finds
}

@test "imports of containerd 2 are merged" {
	containerd_node 3
	mv "$tree/etc/containerd/config.toml" "$tree/etc/containerd/ours.toml"
	put etc/containerd/config.toml <<-'END'
		version = 3
		imports = ["/etc/containerd/ours.toml"]
		[plugins."io.containerd.cri.v1.runtime"]
		enable_selinux = true
	END
	doctor
	finds
	says containerd "in '/etc/containerd/ours.toml'"
}

import_ours() { # VERSION IMPORT PATH: config.toml with this import, ours at PATH
	mkdir -p "$tree/etc/containerd"
	printf 'version = %s\nimports = ["%s"]\n' "$1" "$2" |
		put etc/containerd/config.toml
	put "etc/containerd/$3" \
		<"$srcdir/packaging/containerd/config-v$1.toml"
}

@test "imports are found as containerd finds them" {
	containerd_node 3
	for found in 'ours.toml ours.toml' './none/../ours.toml ours.toml' \
		'sub/*.toml sub/.ours.toml' '*/ours.toml sub/ours.toml' \
		'/etc/containerd/o[u]rs.toml o[u]rs.toml' \
		'o?r[s]*.toml ours.toml'; do
		rm -r "$tree/etc/containerd"
		import_ours 3 "${found% *}" "${found#* }"
		doctor
		finds
		says containerd "handler 'capruntime' in '/etc/containerd/"
	done
	for ignored in 'sub/*.toml sub/deep/ours.toml' '*/ours.toml ours.toml'; do
		rm -r "$tree/etc/containerd"
		import_ours 3 "${ignored% *}" "${ignored#* }"
		doctor
		finds warning "no engine's configuration" '' \
			warning 'no handler of containerd' ''
	done
}

@test "imports of imports are read, relative to the file that names them" {
	containerd_node 3
	import_ours 3 sub/one.toml sub/ours.toml
	put etc/containerd/sub/one.toml \
		<<<'imports = ["ours.toml", "one.toml", "../config.toml"]'
	doctor
	finds
	says containerd "in '/etc/containerd/sub/ours.toml'"
}

@test "an import that does not exist is reported" {
	containerd_node 2
	containerd_config '/^version = 2/a imports = ["/etc/none/*.toml", "none.toml"]'
	doctor
	finds warning "'/etc/containerd/config.toml' imports '/etc/containerd/none.toml', which does not exist: containerd 1.x does not start" \
		'remove it from imports'
	run -0 "$capctl" doctor --engine-runtimes --root "$tree"
	[ -z "$output" ]
}

@test "a relative pattern for containerd 1.6 is reported" {
	containerd_node 2
	import_ours 2 'conf.d/*.toml' conf.d/ours.toml
	doctor
	finds warning "imports the relative pattern 'conf.d/*.toml': containerd 1.6 searches it in its own working directory" \
		'write an absolute pattern'
}

@test "containerd 2.2 reads its conf.d if the root file has no imports" {
	containerd_node 3
	mkdir "$tree/etc/containerd/conf.d"
	mv "$tree/etc/containerd/config.toml" \
		"$tree/etc/containerd/conf.d/.ours.toml"
	reads_default() {
		doctor
		finds
		says containerd "handler 'capruntime' in '/etc/containerd/conf.d/.ours.toml'"
		says containerd 'only containerd 2.2 and later reads it'
	}
	reads_default
	put etc/containerd/config.toml <<<'version = 3'
	reads_default
	put etc/containerd/config.toml <<<'imports = []'
	reads_default

	put etc/containerd/config.toml <<-'END'
		version = 3
		imports = ["/etc/containerd/other.d/*.toml"]
	END
	doctor
	finds warning "no engine's configuration" '' \
		warning 'no handler of containerd' ''

	put etc/containerd/config.toml <<<'version = 2'
	put etc/containerd/conf.d/.ours.toml \
		<"$srcdir/packaging/containerd/config-v2.toml"
	doctor
	finds warning 'only containerd 2.2 and later reads it' \
		"into '/etc/containerd/config.toml'"
}

# Version 2 of the format: containerd 2.x merges what 1.x replaces.
@test "doctor reads imports as 'containerd config dump' does" {
	require_programs containerd
	containerd_node 2
	containerd_config '/^version = 2/a imports = ["'"$tree"'/a.toml"]'
	ours() {
		containerd --config "$tree/etc/containerd/config.toml" \
			config dump | grep -c "BinaryName = [\"']${capruntime}[\"']"
	}
	echo 'version = 2' >"$tree/a.toml"
	[ "$(ours)" = 1 ]
	printf 'version = 2\n[plugins."%s"]\nenable_selinux = true\n' "$cri" \
		>"$tree/a.toml"
	[ "$(ours)" = "$(($(containerd_major) >= 2))" ]
}

# Whole configurations, as engines and distributions write them

# containerd's own default configuration, with the handler's table.
default_node() { # VERSION FILE
	containerd_node "$1"
	{
		cat "$2"
		sed '/^version/d' "$srcdir/packaging/containerd/config-v$1.toml"
	} | put etc/containerd/config.toml
}

nvidia() { # VERSION PLUGIN: a drop-in as NVIDIA's toolkit writes it
	put etc/containerd/conf.d/99-nvidia.toml <<-END
		version = $1
		[plugins]
		  [plugins."$2"]
		    [plugins."$2".containerd]
		      default_runtime_name = "nvidia"
		      [plugins."$2".containerd.runtimes]
		        [plugins."$2".containerd.runtimes.nvidia]
		          runtime_type = "io.containerd.runc.v2"
		          [plugins."$2".containerd.runtimes.nvidia.options]
		            BinaryName = "/usr/bin/nvidia-container-runtime"
	END
}

import_drop_ins() { # in the place of an empty list
	local line="imports = ['/etc/containerd/conf.d/*.toml']"

	sed -i "s|^imports = .*|$line|" "$tree/etc/containerd/config.toml"
	grep -qxF "$line" "$tree/etc/containerd/config.toml"
}

# 1.6 and 1.7 write version 2 of the format, 2.0 to 2.2 version 3.
@test "this machine's containerd: its default configuration, and drop-ins" {
	local format

	require_programs containerd
	containerd config default >"$work/default.toml"
	format=$(sed -n 's/^version = //p' "$work/default.toml")
	[ "$format" = 2 ] || [ "$(containerd_major)" -ge 2 ]
	default_node "$((format > 2 ? 3 : 2))" "$work/default.toml"
	doctor
	finds
	says containerd "handler 'capruntime' in '/etc/containerd/config.toml'"

	import_drop_ins
	nvidia "$((format + 1))" io.containerd.cri.v1.runtime
	doctor
	finds error "'/etc/containerd/conf.d/99-nvidia.toml' has version = $((format + 1)), but '/etc/containerd/config.toml' version = $format" \
		"write version = $format"
}

@test "containerd 1.x: a drop-in for a default configuration replaces it" {
	default_node 2 /dev/stdin <<-'END'
		disabled_plugins = []
		imports = []
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  enable_selinux = false
		  [plugins."io.containerd.grpc.v1.cri".containerd]
		    default_runtime_name = "runc"
		    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		      runtime_type = "io.containerd.runc.v2"
		      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
		        BinaryName = ""
		        SystemdCgroup = true
		[plugins."io.containerd.runtime.v1.linux"]
		  runtime = "runc"
	END
	doctor
	finds
	import_drop_ins
	nvidia 2 io.containerd.grpc.v1.cri
	doctor
	finds warning "under containerd 1.x the import '/etc/containerd/conf.d/99-nvidia.toml' replaces everything that '/etc/containerd/config.toml' has" \
		"into '/etc/containerd/config.toml' itself"
}

# Its default configuration imports conf.d.
@test "containerd 2.3: tables of version 3 and 4, and an old one that is ignored" {
	default_node 3 /dev/stdin <<-'END'
		version = 4
		root = '/var/lib/containerd'
		disabled_plugins = []
		imports = ['/etc/containerd/conf.d/*.toml']
		[plugins]
		  [plugins.'io.containerd.cri.v1.runtime']
		    enable_selinux = false
		    [plugins.'io.containerd.cri.v1.runtime'.containerd]
		      default_runtime_name = 'runc'
		      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes]
		        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
		          runtime_type = 'io.containerd.runc.v2'
		          [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
		            BinaryName = ''
		            SystemdCgroup = true
		  [plugins.'io.containerd.server.v1.grpc']
		    address = '/run/containerd/containerd.sock'
	END
	nvidia 3 io.containerd.cri.v1.runtime
	doctor
	finds
	put etc/containerd/conf.d/capruntime.toml \
		<"$srcdir/packaging/containerd/config-v2.toml"
	doctor
	finds
	sed -i 's/^version = 2/version = 4/' \
		"$tree/etc/containerd/conf.d/capruntime.toml"
	doctor
	finds error "'/etc/containerd/conf.d/capruntime.toml' has version = 4 and names capruntime in plugins.\"$cri\": containerd ignores that table" \
		'plugins."io.containerd.cri.v1.runtime"'
}

# The file of CRI-O's packages, and OpenShift's.
@test "CRI-O: the drop-ins of its packages stay in effect" {
	program /usr/libexec/crio/runc
	ln -sfn /usr/libexec/crio/runc "$tree$home/runtimes/capruntime"
	put etc/crio/crio.conf.d/10-crio.conf <<-'END'
		[crio.image]
		signature_policy = "/etc/crio/policy.json"
		[crio.runtime]
		default_runtime = "crun"
		[crio.runtime.runtimes.crun]
		runtime_path = "/usr/libexec/crio/crun"
		runtime_root = "/run/crun"
		monitor_path = "/usr/libexec/crio/conmon"
		allowed_annotations = [
		    "io.containers.trace-syscall",
		]
		[crio.runtime.runtimes.runc]
		runtime_path = "/usr/libexec/crio/runc"
		runtime_root = "/run/runc"
		monitor_path = "/usr/libexec/crio/conmon"
	END
	put etc/crio/crio.conf.d/00-default <<-'END'
		[crio.runtime]
		conmon_cgroup = "pod"
		default_env = [
		    "NSS_SDB_USE_CACHE=no",
		]
		default_capabilities = [
		    "CHOWN",
		    "NET_BIND_SERVICE",
		]
		[crio.runtime.workloads.openshift-builder]
		activation_annotation = "io.openshift.builder"
	END
	doctor
	finds
	says CRI-O "handler 'capruntime' in '/etc/crio/crio.conf.d/50-capruntime.conf'"
	put etc/crio/crio.conf.d/99-machine-config/override <<-'END'
		[crio.runtime.runtimes.capruntime]
		runtime_path = "/usr/libexec/crio/runc"
	END
	doctor
	finds warning "no engine's configuration" '' \
		warning 'no handler of CRI-O calls capruntime' ''
}

# k3s and RKE2 write such a config.toml; k0s merges /etc/k0s/containerd.d into the
# file in /run.
@test "the drop-in directories of distributions of Kubernetes are read" {
	local place plugin=io.containerd.cri.v1.runtime

	for place in /var/lib/rancher/k3s/agent/etc/containerd \
		/var/lib/rancher/rke2/agent/etc/containerd; do
		no_crio
		policy '{engine: "containerd", audit: "none"}' "$web"
		put "${place#/}/config.toml" <<-END
			version = 3
			imports = ["$place/config-v3.toml.d/*.toml"]
			[grpc]
			  address = "/run/k3s/containerd/containerd.sock"
			[plugins.'$plugin'.containerd.runtimes.runc]
			  runtime_type = "io.containerd.runc.v2"
			[plugins.'$plugin'.containerd.runtimes.runc.options]
			  SystemdCgroup = true
		END
		put "${place#/}/config-v3.toml.d/capruntime.toml" \
			<"$srcdir/packaging/containerd/config-v3.toml"
		doctor
		finds
		says containerd "handler 'capruntime' in '$place/config-v3.toml.d/capruntime.toml'"
		rm -r "${tree:?}$place"
	done

	put etc/k0s/containerd.toml <<-'END'
		# k0s_managed=true
		version = 2
		imports = [
			"/run/k0s/containerd-cri.toml",
		]
	END
	put run/k0s/containerd-cri.toml \
		<"$srcdir/packaging/containerd/config-v2.toml"
	doctor
	finds
	says containerd "handler 'capruntime' in '/run/k0s/containerd-cri.toml'"
}

# The engines' own word

# Runs doctor on this machine, with the tree's /etc and $work/sbin as
# /usr/local/sbin.
doctor_here() {
	run --separate-stderr unshare -m sh -c 'mount --bind "$1" /etc &&
		mount --bind "$2" /usr/local/sbin && exec "$3" doctor --json' \
		sh "$tree/etc" "$work/sbin" "$capctl" </dev/null
	printf 'exit status %s\n%s\n%s\n' "$status" "$stderr" "$output"
}

engine_says() { # PROGRAM WORDS FILE: what it prints for these words
	mkdir -p "$work/sbin"
	cp "$3" "$work/answer"
	cat >"$work/sbin/$1" <<-END
		#!/bin/sh
		: >"$work/asked"
		[ "\$*" = '$2' ] && exec cat "$work/answer"
	END
	chmod 755 "$work/sbin/$1"
}

has() { # STATUS TOPIC TEXT FIX
	jq -e '$ARGS.positional as [$status, $topic, $text, $fix] |
		any(.findings[]; .status == $status and .topic == $topic and
			(.text | contains($text)) and
			(.fix // "" | contains($fix)))' \
		--args "$@" <<<"$output" >/dev/null || {
		echo "wanted: $*"
		return 1
	}
}

@test "containerd is asked for its handlers" {
	require_programs unshare
	local ours=$srcdir/packaging/containerd/config-v3.toml

	containerd_node 2
	engine_says containerd 'config dump' "$ours"
	doctor_here
	has ok containerd "'containerd config dump' has handler 'capruntime'" ''

	sed 's|/usr/bin/capruntime|/usr/bin/runc|' "$ours" >"$work/runc.toml"
	engine_says containerd 'config dump' "$work/runc.toml"
	doctor_here
	has error containerd "handler 'capruntime' in '/etc/containerd/config.toml': 'containerd config dump' does not have it" \
		'remove what overrides it'

	rm "$tree/etc/containerd/config.toml"
	engine_says containerd 'config dump' "$ours"
	doctor_here
	has ok containerd "has handler 'capruntime', which none of the files read here has" ''
	[[ "$output" != *"no engine's configuration names capruntime"* ]]
}

@test "a configuration that containerd refuses is an error" {
	require_programs unshare
	containerd_node 2
	mkdir "$work/sbin"
	printf '#!/bin/sh\necho warned >&2; echo "containerd: bad" >&2; exit 1\n' \
		>"$work/sbin/containerd"
	chmod 755 "$work/sbin/containerd"
	doctor_here
	has error containerd "'containerd config dump' fails: containerd: bad" \
		'containerd does not start'

	printf '#!/none\n' >"$work/sbin/containerd"
	doctor_here
	has unknown containerd "run '/usr/local/sbin/containerd': " \
		"run 'containerd config dump'"

	printf '#!/bin/sh\nexec yes\n' >"$work/sbin/containerd"
	doctor_here
	has unknown containerd "'containerd config dump' was killed: " \
		"run 'containerd config dump'"
}

@test "this machine's containerd gives its word" {
	require_programs unshare containerd
	containerd_node 2
	mkdir "$work/sbin"
	doctor_here
	has ok containerd "'containerd config dump' has handler 'capruntime'" ''
	echo '[' >>"$tree/etc/containerd/config.toml"
	doctor_here
	has error containerd "'containerd config dump' fails: containerd: " ''
}

@test "a running CRI-O is asked for its handlers" {
	require_programs unshare
	engine_says crio 'status config' \
		"$srcdir/packaging/crio/50-capruntime.conf"
	doctor_here
	has ok CRI-O "'crio status config' has handler 'capruntime'" ''

	: >"$work/empty"
	engine_says crio 'status config' "$work/empty"
	doctor_here
	has warning CRI-O "the running CRI-O does not have it ('crio status config')" \
		'restart CRI-O'

	engine_says crio none "$work/empty"
	doctor_here
	[[ "$output" != *'crio status config'* ]]
}

# What 'crictl info' prints of containerd, without what is of no interest here.
crictl_says() { # BINARY-NAME of the handler capruntime
	jq -n --arg path "$1" '{status: {conditions: []}, config: {containerd: {
		defaultRuntimeName: "runc", runtimes: {
			runc: {runtimeType: "io.containerd.runc.v2",
				options: {BinaryName: "", SystemdCgroup: true}},
			capruntime: {runtimeType: "io.containerd.runc.v2",
				options: {BinaryName: $path}}}},
		cni: {binDir: "/opt/cni/bin"}}, golang: "go1.24"}' >"$work/info"
	engine_says crictl \
		'--runtime-endpoint unix:///run/containerd/containerd.sock info' \
		"$work/info"
}

@test "a running containerd is asked for its handlers, by crictl" {
	require_programs unshare
	containerd_node 2
	crictl_says /usr/bin/capruntime
	doctor_here
	has ok containerd "'crictl info' has handler 'capruntime'" ''

	crictl_says /usr/bin/runc
	doctor_here
	has warning containerd "handler 'capruntime' in '/etc/containerd/config.toml': the running containerd does not have it ('crictl info')" \
		'restart containerd'

	rm "$tree/etc/containerd/config.toml"
	crictl_says /usr/bin/capruntime
	doctor_here
	has ok containerd "'crictl info' has handler 'capruntime', which none of the files read here has" ''
}

# No containerd, another engine, or no answer: the files remain.
@test "without an answer of crictl nothing is said" {
	local answer

	require_programs unshare
	containerd_node 2
	for answer in '{"status": {}, "config": {"sandboxImage": "pause"}}' \
		'{"config": {"containerd": {"runtimes": []}}}' 'no JSON' ''; do
		crictl_says /usr/bin/capruntime
		echo "$answer" >"$work/answer"
		doctor_here
		[ -e "$work/asked" ]
		[[ "$output" != *crictl* ]]
	done
	engine_says crictl none "$work/info"
	doctor_here
	[[ "$output" != *crictl* ]]
}

@test "a program that others can write, or of another tree, is not asked" {
	require_programs unshare
	engine_says crio 'status config' \
		"$srcdir/packaging/crio/50-capruntime.conf"
	chmod o+w "$work/sbin/crio"
	doctor_here
	[ ! -e "$work/asked" ]
	chmod o-w "$work/sbin/crio"
	mkdir -p "$tree/usr/local/sbin"
	cp "$work/sbin/crio" "$tree/usr/local/sbin"
	doctor
	finds
	[ ! -e "$work/asked" ]
	doctor_here
	[ -e "$work/asked" ]
}

# The verb

@test "the text has the fix below each line, within 80 columns" {
	crio 'inherit_default_runtime = true'
	run -1 "$capctl" doctor --root "$tree"
	echo "$output"
	[[ "$output" == *$'\nerror  CRI-O '*$'\n'*'fix: remove inherit_default_runtime'* ]]
	[ "${lines[-1]}" = 'errors: 1, warnings: 0' ]
	[[ "$output" != *$'\033'* ]]
	# Only lines that can be wrapped: a compiled-in path may be longer.
	[ "$(grep -vE '[^ ]{50}' <<<"$output" | wc -L)" -le 80 ]
}

@test "--findings leaves out what is ok" {
	run --separate-stderr "$builddir/capctl" doctor --findings
	[ -n "${lines[0]}" ]
	! grep '^ok ' <<<"$output" || false
	[[ "${lines[-1]}" = 'errors: '* ]]
	run --separate-stderr "$builddir/capctl" doctor --findings --json
	jq -e '[.findings[] | select(.status == "ok")] == [] and .ok > 0' \
		<<<"$output"
}

@test "at a terminal the words are coloured, except with NO_COLOR" {
	require_programs script
	coloured() {
		script -qec "$capctl doctor --root $tree" /dev/null </dev/null |
			grep -c $'\033\\['
	}
	unset NO_COLOR
	[ "$(TERM=xterm coloured)" -gt 5 ]
	[ "$(TERM=xterm NO_COLOR=1 coloured)" = 0 ]
}

@test "control characters in names are escaped" {
	printf '[crio.runtime.runtimes."a\\u001b[2Jb"]\nruntime_path = "%s"\n' \
		"$capruntime" | put etc/crio/crio.conf.d/60-odd.conf
	run -0 "$capctl" doctor --root "$tree"
	[[ "$output" == *'a\x1b[2Jb'* && "$output" != *$'\033'* ]]
}

@test "wrong usage is status 2" {
	for words in 'node' '--all' '--root' '--json=x'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr -2 "$capctl" doctor $words
		[ -z "$output" ]
		[[ "$stderr" == 'capctl: doctor: '*"see 'capctl help doctor'" ]]
	done
	run --separate-stderr -2 "$capctl" doctor --root "$work/none"
	[ "$stderr" = "capctl: doctor: --root '$work/none': no such file or directory" ]
	run -0 "$capctl" help doctor
	[[ "$output" == *'--root DIR'* ]]
}

@test "--root without the privilege is an error" {
	require_programs setpriv
	run --separate-stderr -2 setpriv --bounding-set -sys_chroot \
		--inh-caps -sys_chroot "$capctl" doctor --root "$tree"
	[[ "$stderr" == *'(to be run as root)'* ]]
}

@test "unwritable output is status 2" {
	run --separate-stderr -2 sh -c '"$1" doctor --root "$2" >/dev/full' \
		sh "$capctl" "$tree"
	[[ "$stderr" == 'capctl: '*'write to standard output'* ]]
}

@test "without --root the running machine is checked" {
	run --separate-stderr "$capctl" doctor --json
	[ "$status" -le 2 ]
	jq -e 'any(.findings[]; .topic == "kernel" and .status == "ok")' \
		<<<"$output"
	# shellcheck disable=SC2016
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs none /proc &&
		exec "$0" doctor --json' "$capctl"
	[ "$status" -ge 1 ]
	jq -e 'any(.findings[]; .topic == "kernel" and .status == "unknown" and
		.fix != null)' <<<"$output"
}
