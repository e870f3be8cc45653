#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031 # bats sets status in each test
# What packages do when they are installed and removed: they choose the runtime
# once, and refuse removal while an engine needs the program.

load helpers

setup() { setup_root; }

expect_pinned() { # PATH
	run -0 hook after-install
	echo "$output; the link: $(readlink "$root$link")"
	[ "$(readlink "$root$link")" = "$1" ]
}

expect_removable() {
	run hook before-removal
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

# The removal is refused, with each TEXT and the remedy.
expect_kept() { # TEXT...
	local text

	run --separate-stderr hook before-removal
	printf 'exit status %s\n%s\n' "$status" "$stderr"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	# capctl wraps its lines, where the paths are long.
	for text in 'capruntime: not removed' 'What to do' "$@"; do
		[[ "$stderr" == *"$text"* ||
			"${stderr//$'\n'/ }" == *"$text"* ]] || {
			echo "missing: '$text'"
			return 1
		}
	done
}

# Uses the installed capctl, which needs chroot(2) and its libraries in $root.
install_capctl() {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	mkdir -p "$root$bindir"
	cp "$builddir/capctl" "$root$bindir/capctl"
}

without_capctl() { rm -f "$root$bindir/capctl"; }

# A process of root that runs PROGRAM, as proc(5) shows it. In the real /proc root
# is a link to a directory, and so is cwd.
make_process() { # PID PROGRAM WORD...
	mkdir -p "$root/proc/$1"
	ln -s "$2" "$root/proc/$1/exe"
	ln -s / "$root/proc/$1/root"
	printf 'Name:\tx\nUid:\t0\t0\t0\t0\n' >"$root/proc/$1/status"
	printf '%s\0' "${@:3}" >"$root/proc/$1/cmdline"
}

make_monitor() { # PID WORD...
	make_process "$1" /usr/bin/conmon /usr/bin/conmon "${@:2}"
}

@test "without configuration runc is chosen, or crun if there is no runc" {
	make_program /usr/bin/crun
	expect_pinned /usr/sbin/runc
	rm "$root$link" "$root/usr/sbin/runc"
	expect_pinned /usr/bin/crun
	[[ "$output" == *"/usr/bin/crun"* ]]
}

@test "a file that is not executable is not chosen" {
	make_program /usr/bin/crun
	chmod 644 "$root/usr/sbin/runc"
	mkdir "$root/usr/bin/runc"
	expect_pinned /usr/bin/crun
}

@test "without a runtime it prints a warning and makes no link" {
	rm "$root/usr/sbin/runc"
	run -0 hook after-install
	[[ "$output" == *'no runc and no crun'*'package-hook after-install' ]]
	[ ! -L "$root$link" ]
}

@test "the runtime is chosen once: not again by an upgrade" {
	make_program /usr/bin/crun
	make_link "$link" /usr/bin/crun
	write /etc/crio/crio.conf <<-'END'
		[crio.runtime]
		default_runtime = "runc"
	END
	expect_pinned /usr/bin/crun
	[ -z "$output" ]
}

@test "a dangling link is kept, with a warning" {
	make_link "$link" /nowhere/runc
	expect_pinned /nowhere/runc
	[[ "$output" == *"$link' does not point to a program"* ]]
}

@test "CRI-O's default runtime is preferred, by its path" {
	install_capctl
	make_program /usr/libexec/crio/crun /opt/runc
	write /etc/crio/crio.conf <<-'END'
		[crio.runtime]
		default_runtime = "runc"
		[crio.runtime.runtimes.runc]
		runtime_path = "/opt/runc"
		# runtime_path = "/usr/libexec/crio/crun"
		runtime_type = "oci"
	END
	expect_pinned /opt/runc
}

@test "CRI-O's default runtime is preferred, by its name" {
	install_capctl
	make_program /usr/libexec/crio/crun
	write /etc/crio/crio.conf <<-'END'
		[crio.runtime]
		default_runtime = "crun"
		[crio.runtime.runtimes.crun]
		runtime_path = ""
	END
	expect_pinned /usr/libexec/crio/crun
}

@test "of CRI-O's drop-ins the last one counts" {
	install_capctl
	make_program /a/crun /b/crun
	write /etc/crio/crio.conf <<<'crio.runtime.default_runtime = "runc"'
	write /etc/crio/crio.conf.d/10-crun <<-'END'
		[crio.runtime] # comment
		default_runtime = 'crun' # "runc"
		[crio.runtime.runtimes."crun"]
		runtime_path = "/a/crun"
	END
	write /etc/crio/crio.conf.d/20-crun.conf <<-'END'
		[crio.runtime.runtimes.crun]
		runtime_path = "/b/crun"
	END
	expect_pinned /b/crun
}

@test "a virtual machine, a missing program and capruntime are never chosen" {
	install_capctl
	make_program /usr/bin/kata
	while read -r path type; do
		write /etc/crio/crio.conf <<-END
			[crio.runtime]
			default_runtime = "special"
			[crio.runtime.runtimes.special]
			runtime_path = "$path"
			runtime_type = "$type"
		END
		rm -f "$root$link"
		expect_pinned /usr/sbin/runc
	done <<-END
		/usr/bin/kata vm
		/nowhere/crun oci
		$bindir/capruntime oci
	END
}

@test "containerd's default runtime is preferred, in both versions of its file" {
	install_capctl
	make_program /opt/crun
	while read -r version plugin; do
		write /etc/containerd/config.toml <<-END
			version = $version
			[plugins]
			  [plugins."$plugin".containerd]
			    default_runtime_name = "crun"
			    [plugins."$plugin".containerd.runtimes.runc.options]
			      BinaryName = "/usr/sbin/runc"
			    [plugins."$plugin".containerd.runtimes.crun]
			      runtime_type = "io.containerd.runc.v2"
			    [plugins."$plugin".containerd.runtimes.crun.options]
			      BinaryName = "/opt/crun"
		END
		rm -f "$root$link"
		expect_pinned /opt/crun
	done <<-'END'
		2 io.containerd.grpc.v1.cri
		3 io.containerd.cri.v1.runtime
	END
}

@test "if both engines name a default runtime, CRI-O's is chosen" {
	install_capctl
	make_program /opt/crun /opt/runc
	write /etc/containerd/config.toml <<-'END'
		version = 2
		plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options.BinaryName = "/opt/runc"
	END
	write /etc/crio/crio.conf <<-'END'
		[crio.runtime]
		default_runtime = "crun"
		runtimes.crun.runtime_path = "/opt/crun"
	END
	expect_pinned /opt/crun
	rm "$root$link" "$root/etc/crio/crio.conf"
	expect_pinned /opt/runc
}

@test "containerd's default runtime is its runc if it names none" {
	install_capctl
	make_program /opt/runc
	write /etc/containerd/conf.d/runc.toml <<-'END'
		version = 3
		plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options.BinaryName = "/opt/runc"
	END
	expect_pinned /opt/runc
}

@test "containerd's default runtime of another kind is not chosen" {
	install_capctl
	make_program /usr/bin/runsc
	write /etc/containerd/config.toml <<-'END'
		version = 2
		[plugins."io.containerd.grpc.v1.cri".containerd]
		  default_runtime_name = "runsc"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]
		  runtime_type = "io.containerd.runsc.v1"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc.options]
		  BinaryName = "/usr/bin/runsc"
	END
	expect_pinned /usr/sbin/runc
}

@test "the default runtime is read in every TOML syntax" {
	local number=0 text

	make_program /opt/crun
	install_capctl
	while IFS= read -r -d '' text; do
		echo "== $text"
		number=$((number + 1))
		write /etc/crio/crio.conf <<<"$text"
		rm -f "$root$link"
		expect_pinned /opt/crun
	done < <(printf '%s\0' \
		$'[crio.runtime]\ndefault_runtime = "a"\nruntimes.a = { runtime_path = "/opt/crun" }' \
		$'crio.runtime.default_runtime = """\na"""\n["crio"."runtime".runtimes.a]\nruntime_path = \'\'\'/opt/crun\'\'\'' \
		$'[crio]\nruntime = { default_runtime = "\\u0061", runtimes = { "a" = { runtime_path = "/opt/\\u0063run" } } }')
	[ "$number" -eq 3 ]
}

@test "a configuration that capctl cannot read is not guessed at" {
	make_program /opt/crun
	write /etc/crio/crio.conf <<-'END'
		[crio.runtime]
		default_runtime = "crun"
		[crio.runtime.runtimes.crun]
		runtime_path = "/opt/crun"
	END
	without_capctl
	expect_pinned /usr/sbin/runc
	[[ "$output" == *"cannot read the engines' configuration"* ]]
	rm "$root$link"
	install_capctl
	expect_pinned /opt/crun
	[[ "$output" != *"cannot read the engines' configuration"* ]]
	for file in /etc/crio/crio.conf.d/x /etc/containerd/config.toml; do
		rm "$root$link"
		write "$file" <<<'x = '
		expect_pinned /usr/sbin/runc
		[[ "$output" == *"cannot read the engines' configuration"* ]]
		rm "$root$file"
	done
	for answer in 'echo /opt/crun; exit 2' 'kill -9 $$' 'printf "\n/opt/\n"'; do
		rm "$root$link"
		printf '#!/bin/sh\n%s\n' "$answer" | write "$bindir/capctl"
		chmod 755 "$root$bindir/capctl"
		expect_pinned /usr/sbin/runc
	done
}

@test "it can be removed, silently, if no configuration names it" {
	expect_removable
	install_capctl
	expect_removable
	write /etc/crio/crio.conf <<-'END'
		# runtime_path = "/usr/bin/capruntime"
		[crio.runtime.runtimes.runc]
		runtime_path = "/usr/sbin/runc" # not "/usr/bin/capruntime"
		[crio.runtime.runtimes.crun]
	END
	write /etc/containers/containers.conf <<-'END'
		[engine]
		runtime_supports_json = ["crun", "runc", "capruntime"]
		[containers]
		annotations = ["capruntime=/usr/bin/capruntime-policy"]
	END
	make_program /usr/bin/capruntime-policy /opt/capruntime
	write /etc/containers/containers.conf.d/other.conf <<-'END'
		[engine.runtimes]
		other = ["/opt/capruntime", "/usr/bin/capruntime-policy"]
	END
	expect_removable
}

@test "each packaged configuration prevents removal" {
	while read -r from to; do
		sed "s|/usr/bin/capruntime|$bindir/capruntime|" \
			"$srcdir/packaging/$from" | write "$to"
		expect_kept "$root$to:" "$bindir/capruntime"
		rm "$root$to"
	done <<-'END'
		crio/50-capruntime.conf /etc/crio/crio.conf.d/50-capruntime.conf
		containerd/config-v2.toml /etc/containerd/config.toml
		containerd/config-v3.toml /etc/containerd/conf.d/capruntime.toml
		podman/50-capruntime.conf /etc/containers/containers.conf.d/50-capruntime.conf
		docker/daemon.json /etc/docker/daemon.json
	END
	expect_removable
}

@test "it is found in every TOML syntax" {
	local number=0 text

	while IFS= read -r -d '' text; do
		echo "== $text"
		number=$((number + 1))
		write /etc/crio/crio.conf <<<"${text//PATH/$bindir/capruntime}"
		without_capctl
		expect_kept "$root/etc/crio/crio.conf:"
		install_capctl
		expect_kept "'/etc/crio/crio.conf' names '"
	done < <(printf '%s\0' "x='PATH'" 'x = "PATH" # "y"' 'a.b."c.d"="PATH"' \
		$'x = [\n"/usr/bin/runc", # one\n\n\t"PATH",\n]' $'[a]\r\nx="PATH"\r' \
		'x = { y = { z = "PATH" } }' $'[a."b#c"]\nx="PATH"' \
		$'x = "a\\"#b"\ny = ["PATH"]' $'[[a]]\nx = ["y", "PATH"]' \
		"[x] # [y]"$'\n\t\t'"z='PATH'" 'runtime = "capruntime"' \
		'x.BinaryName = "capruntime"' $'x = """\nPATH"""' \
		$'x = \'\'\'\nPATH\'\'\'' $'x = """\\\n  PATH\\\n"""' \
		"x = '''PATH'''" \
		'x = "'"$bindir"'/capruntim\u0065"' \
		'"x"."BinaryName" = "\U00000063apruntime"' \
		'a = { b.c = ["y", { d = "PATH" }] }')
	[ "$number" -eq 19 ]
}

@test "the message has the line that names it" {
	write /etc/crio/crio.conf.d/x <<-END
		# comment
		[crio.runtime.runtimes.caps]
		runtime_type = "oci"
		runtime_path = "$bindir/capruntime"
	END
	expect_kept "  $root/etc/crio/crio.conf.d/x:4: runtime_path = \"$bindir/capr"
	install_capctl
	expect_kept "'/etc/crio/crio.conf.d/x' names '$bindir/capruntime'"
}

@test "a handler of another name prevents removal, through any links" {
	make_link /usr/local/bin/first "$bindir/capruntime"
	make_link /usr/local/bin/second first
	make_link /opt/third ../usr/local/bin/second
	make_link /sbin2 "./${bindir#/}"
	install_capctl
	for path in /usr/local/bin/first /usr/local/bin/second /opt/third \
		/sbin2/capruntime; do
		write /etc/crio/crio.conf <<-END
			[crio.runtime.runtimes.caps]
			runtime_path = "$path"
		END
		expect_kept "'/etc/crio/crio.conf' names '$path'"
	done
}

@test "without capctl a handler is known by its link" {
	make_link "$confdir/runtimes/first" /usr/sbin/runc
	write /etc/crio/crio.conf <<<'x = "/usr/local/bin/first"'
	expect_kept "$root/etc/crio/crio.conf:1:"
}

@test "a CRI-O handler without a path prevents removal, by its name" {
	make_link /usr/local/bin/capruntime-crun "$bindir/capruntime"
	for name in capruntime capruntime-crun; do
		write /etc/crio/crio.conf <<-END
			[crio.runtime.runtimes.$name]
			runtime_type = "oci"
			runtime_path = ""
			[crio.runtime.runtimes.runc]
		END
		without_capctl
		expect_kept "$root/etc/crio/crio.conf:1: [crio.runtime.runtimes.$name]"
		install_capctl
		expect_kept "'/etc/crio/crio.conf' names '$name'"
	done
	write /etc/crio/crio.conf <<-'END'
		[crio.runtime.runtimes.capruntime]
		runtime_path = "/usr/sbin/runc"
	END
	expect_removable
}

@test "backup copies that no engine loads do not prevent removal" {
	for name in config.toml~ config.toml.bak config.toml.dpkg-old \
		config.toml.rpmsave; do
		write "/etc/containerd/$name" <<<"x = '$bindir/capruntime'"
	done
	expect_removable
	write /etc/crio/crio.conf.d/99.bak <<<"x = '$bindir/capruntime'"
	expect_kept /etc/crio/crio.conf.d/99.bak
}

@test "a container under conmon prevents removal" {
	make_process 1 /sbin/init /sbin/init conmon "$bindir/capruntime"
	make_monitor 20 -c ID -n other -r /usr/sbin/runc
	expect_removable
	install_capctl
	expect_removable
	make_monitor 30 -b /b -c ID -n k8s_web -r "$bindir/capruntime" \
		--runtime-arg --root=/run/runc
	expect_kept 'conmon (process 30): k8s_web'
	[[ "$stderr" != *'process 20'* && "$stderr" != *'process 1)'* ]]
	without_capctl
	expect_kept '  conmon (process 30)'
	[[ "$stderr" != *'process 20'* && "$stderr" != *'process 1)'* ]]
}

@test "a pod under conmon-rs prevents removal" {
	make_process 20 /usr/bin/conmonrs conmonrs --runtime /usr/sbin/runc \
		--runtime-dir /x
	install_capctl
	expect_removable
	make_process 30 /usr/libexec/crio/conmonrs conmonrs --runtime \
		"$bindir/capruntime" --runtime-dir /x --runtime-root /run/runc
	expect_kept 'conmonrs (process 30)'
	[[ "$stderr" != *'process 20'* && "$stderr" != *'process 30):'* ]]
	without_capctl
	expect_kept '  conmon (process 30)'
	[[ "$stderr" != *'process 20'* ]]
}

@test "a process of another user cannot keep the package" {
	make_monitor 30 -n x -r "$bindir/capruntime"
	printf 'Uid:\t0\t1000\t0\t0\n' >"$root/proc/30/status"
	make_process 31 /home/u/shell conmon -r "$bindir/capruntime"
	expect_removable
	install_capctl
	expect_removable
	# Who starts a set-user-ID program is still another user.
	printf 'Uid:\t1000\t0\t0\t0\n' >"$root/proc/30/status"
	expect_removable
}

@test "a container that is called capruntime does not prevent removal" {
	make_monitor 30 -c ID -n capruntime -r /usr/sbin/runc
	install_capctl
	expect_removable
}

@test "a process of a container's root cannot keep the package" {
	make_monitor 30 -n x -r "$bindir/capruntime"
	ln -sfn /usr "$root/proc/30/root"
	install_capctl
	expect_removable
}

@test "a name of a container cannot control the terminal" {
	make_monitor 30 -n $'\e[2Jname\r\xe2\x80\xae' -r "$bindir/capruntime"
	printf %s "$bindir/capruntime" |
		write "/run/containerd/io.containerd.runtime.v2.task/k8s.io/"$'\e[2J/runtime'
	for reader in without_capctl install_capctl; do
		$reader
		expect_kept 'conmon (process 30)' containerd:
		[[ "$stderr" != *$'\e'* && "$stderr" != *$'\r'* &&
			"$stderr" != *$'\xe2\x80\xae'* ]]
	done
}

@test "a monitor with 60,000 arguments is read at once" {
	mapfile -t words < <(seq 60000)
	make_monitor 30 -n x "${words[@]}" -r "$bindir/capruntime"
	for reader in without_capctl install_capctl; do
		$reader
		expect_kept 'conmon (process 30)'
	done
}

@test "a FIFO in the place of a process's file is not opened" {
	local file

	for file in status cmdline; do
		for reader in without_capctl install_capctl; do
			make_monitor 30 -n x -r "$bindir/capruntime"
			rm "$root/proc/30/$file"
			mkfifo "$root/proc/30/$file"
			$reader
			run timeout 30 sh "$hook" --root "$root" before-removal
			printf 'exit status %s\n%s\n' "$status" "$output"
			[ "$status" -lt 2 ]
			rm -r "$root/proc/30"
		done
	done
}

@test "state and configuration in other places prevent removal" {
	local reader place

	for reader in without_capctl install_capctl; do
		write /etc/docker/daemon.json <<<'{"runtimes": {"x": {"path": "capruntime"}}}'
		$reader
		expect_kept /etc/docker/daemon.json
		rm -r "$root/etc/docker"
		printf %s "$bindir/capruntime" | write \
			/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/one/runtime
		expect_kept moby/one
		rm -r "$root/run/docker"
		for place in /etc/containerd/config.toml \
			/var/lib/rancher/k3s/agent/etc/containerd/config.toml \
			/var/lib/rancher/rke2/agent/etc/containerd/config.toml \
			/etc/k0s/containerd.d/capruntime.toml \
			/var/snap/microk8s/current/args/containerd-template.toml; do
			write "$place" <<<"x = '$bindir/capruntime'"
			$reader
			expect_kept "$place"
			rm "$root$place"
		done
		write /etc/containerd/config.toml \
			<<<'imports = ["/etc/containerd/conf.d/*.toml", "/opt/c/*.toml"]'
		write /opt/c/x.toml <<<"x = '$bindir/capruntime'"
		expect_kept
		rm -r "$root/opt/c" "$root/etc/containerd"
		for place in /run/k3s/containerd /run/k0s/containerd /opt/state; do
			printf 'state = "%s"\n' "$place" |
				write /etc/containerd/config.toml
			printf %s "$bindir/capruntime" | write \
				"$place/io.containerd.runtime.v2.task/k8s.io/one/runtime"
			expect_kept
			rm -r "${root:?}$place" "$root/etc/containerd"
		done
	done
}

@test "what k0s writes itself does not prevent removal" {
	local reader

	write /etc/k0s/containerd.toml <<-'END'
		# k0s_managed=true
		version = 3
		state = "/run/k0s/containerd"
		imports = [
		  "/run/k0s/containerd-cri.toml",
		]
	END
	write /run/k0s/containerd-cri.toml <<<'version = 3'
	for reader in without_capctl install_capctl; do
		$reader
		expect_removable
	done
}

@test "state in a place that only a shim shows prevents removal" {
	task=/mnt/io.containerd.runtime.v2.task/k8s.io
	printf %s "$bindir/capruntime" | write "$task/one/runtime"
	expect_removable
	make_process 40 /usr/bin/containerd-shim-runc-v2 shim
	ln -s "$task/pod" "$root/proc/40/cwd"
	expect_kept '  containerd: k8s.io/one'
	install_capctl
	expect_kept 'containerd: k8s.io/one'
}

@test "a container is listed once, whatever shows its state" {
	local pid reader task=/run/containerd/io.containerd.runtime.v2.task/k8s.io

	printf %s "$bindir/capruntime" | write "$task/one/runtime"
	for pid in 40 41; do
		make_process "$pid" /usr/bin/containerd-shim-runc-v2 shim
		ln -s "$task/pod" "$root/proc/$pid/cwd"
	done
	for reader in without_capctl install_capctl; do
		$reader
		expect_kept 'containerd: k8s.io/one'
		[ "$(grep -c 'containerd: k8s.io/one' <<<"$stderr")" -eq 1 ]
	done
}

@test "an answer of capctl that is not complete is not believed" {
	write /etc/crio/crio.conf <<<"x = '$bindir/capruntime'"
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	for answer in 'exit 0' 'exit 127' 'echo "uses: 1"; exit 0' 'kill -9 $$'; do
		printf '#!/bin/sh\n%s\n' "$answer" | write "$bindir/capctl"
		chmod 755 "$root$bindir/capctl"
		expect_kept "$root/etc/crio/crio.conf:1:"
	done
}

# As for root without CAP_SYS_PTRACE, with hidepid or without.
@test "processes that cannot be read keep the package" {
	local reader

	for reader in without_capctl install_capctl; do
		$reader
		mkdir -p "$root/proc/self" "$root/proc/1"
		expect_kept 'cannot read the processes of root'
		ln -s /usr/sbin/init "$root/proc/1/exe"
		expect_removable
		rm -r "$root/proc/1"
		expect_kept 'cannot read the processes of root'
	done
}

@test "a file that cannot be read keeps the package" {
	install_capctl
	write /etc/crio/crio.conf <<<'x = '
	expect_kept '/etc/crio/crio.conf'
}

@test "a container of containerd prevents removal until it is deleted" {
	tasks=/run/containerd/io.containerd.runtime.v2.task
	printf /usr/sbin/runc | write "$tasks/k8s.io/one/runtime"
	printf '' | write "$tasks/k8s.io/two/runtime"
	expect_removable
	printf %s "$bindir/capruntime" | write "$tasks/k8s.io/three/runtime"
	expect_kept '  containerd: k8s.io/three'
	install_capctl
	expect_kept 'containerd: k8s.io/three'
	rm -r "$root$tasks/k8s.io/three"
	expect_removable
}

@test "it refuses removal if a program for the checks is missing" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	for program in sh cat env find grep head id readlink sed sort tr; do
		ln -s "$(type -P $program)" "$BATS_TEST_TMPDIR/bin"
	done
	PATH=$BATS_TEST_TMPDIR/bin run -1 hook before-removal
	[[ "$output" == *"not removed"*"'awk'"* ]]
}

@test "purge removes the link and the state, but no file of the administrator" {
	hook after-install
	mkdir -p "$root$confdir/policy.d" "$root$rundir"
	ln -s /nowhere "$root$rundir/0123"
	write "$confdir/policy.d/mine.json" </dev/null
	run -0 hook purge
	[ -z "$output" ]
	[ ! -e "$root$rundir" ]
	[ ! -e "$root$confdir/runtimes" ]
	[ -e "$root$confdir/policy.d/mine.json" ]
	rm "$root$confdir/policy.d/mine.json"
	run -0 hook purge
	[ ! -e "$root$confdir" ]
	run -0 hook purge
}

@test "SELinux labels of another root are not changed" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho "called: $*"\n' >"$BATS_TEST_TMPDIR/bin/semanage"
	chmod 755 "$BATS_TEST_TMPDIR/bin/semanage"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	run -0 hook after-install
	[[ "$output" != *called* ]]
	expect_removable
}

@test "an unknown or missing stage prints the usage" {
	for words in '' upgrade 'after-install now' --root; do
		# shellcheck disable=SC2086 # words
		run -2 hook $words
		[[ "$output" == *usage:*STAGE ]]
	done
}
