#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rules of the source tree that a script can check; TAP. Violations are printed
# above the line of their rule. Sizes are only printed, longest first.
# shellcheck disable=SC2317 # the rules are called by name
set -u
cd "$(dirname "$0")/.." || exit 1

# Modules without tests/unit/FOLDER/X_test.c: module, its test, the reason.
tested_elsewhere='
src/base/paths.c tests/cli/runtimes.bats it has only data
src/capctl/check/check.c tests/cli/capctl_check.bats its output is compared there
src/capctl/check/limits.c tests/unit/capctl/check/lint_test.c each warning that rests on it is expected there
src/capctl/check/lint_locate.c tests/unit/capctl/check/lint_test.c each expected warning has a location
src/capctl/check/report.c tests/cli/capctl_check.bats its output is compared there
src/capctl/complete/complete.c tests/cli/completions.bats what it offers is tested there
src/capctl/container/bundles.c tests/cli/capctl_names.bats its words are tested there
src/capctl/container/census.c tests/cli/capctl_names.bats what it reads is tested there
src/capctl/decode/decode.c tests/cli/capctl_decode.bats its output is compared there
src/capctl/decode/print.c tests/cli/capctl_decode.bats its output is compared there
src/capctl/decode/span.c tests/unit/capctl/decode/pasted_test.c its words are tested there
src/capctl/doctor/containers.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/doctor/doctor.c tests/cli/capctl_doctor.bats its output is compared there
src/capctl/doctor/engines.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/doctor/host.c tests/cli/capctl_doctor.bats it only calls other modules
src/capctl/doctor/in_use.c tests/packaging/package_hook.bats refused removals are tested there
src/capctl/doctor/kernel.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/doctor/policy.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/doctor/program.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/engine/containerd.c tests/unit/capctl/engine/containerd_files_test.c its functions are called there
src/capctl/engine/crio.c tests/unit/capctl/engine/engine_config_test.c its functions are called there
src/capctl/engine/docker.c tests/unit/capctl/engine/engine_config_test.c its functions are called there
src/capctl/engine/engine.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/engine/files.c tests/cli/capctl_doctor.bats the files that it finds are tested there
src/capctl/engine/installed.c tests/cli/capctl_doctor.bats its choices are tested there
src/capctl/engine/podman.c tests/unit/capctl/engine/engine_config_test.c its functions are called there
src/capctl/engine/word.c tests/cli/capctl_doctor.bats its findings are tested there
src/capctl/explain/executable.c tests/unit/capctl/explain/entrypoint_test.c its predictions are tested there
src/capctl/explain/explain.c tests/cli/capctl_explain.bats its output is compared there
src/capctl/explain/json.c tests/cli/capctl_explain.bats its output is compared there
src/capctl/explain/overview.c tests/cli/capctl_explain.bats its output is compared there
src/capctl/explain/pod.c tests/cli/capctl_pod.bats its output is compared there
src/capctl/explain/pod_print.c tests/cli/capctl_pod.bats its output is compared there
src/capctl/explain/pod_why.c tests/cli/capctl_pod.bats its reasons are tested there
src/capctl/explain/pod_words.c tests/cli/capctl_pod.bats its warnings are tested there
src/capctl/explain/print.c tests/cli/capctl_explain.bats its output is compared there
src/capctl/explain/userns.c tests/cli/capctl_explain.bats its warnings are tested there
src/capctl/explain/verb.c tests/cli/capctl_explain.bats its options are tested there
src/capctl/explain/warn.c tests/cli/capctl_explain.bats its output is compared there
src/capctl/learn/bundle_run.c tests/runtime/learn_confirm.bats what it runs and leaves is tested there
src/capctl/learn/container.c tests/runtime/learn.bats real containers are watched there
src/capctl/learn/instance.c tests/cli/capctl_learn.bats what it makes and leaves is tested there
src/capctl/learn/learn.c tests/cli/capctl_learn.bats its output is compared there
src/capctl/learn/live.c tests/cli/capctl_learn.bats what it draws on a terminal is tested there
src/capctl/learn/print.c tests/cli/capctl_learn.bats its output is compared there
src/capctl/learn/prove.c tests/runtime/learn_confirm.bats its output is compared there
src/capctl/learn/prove_print.c tests/runtime/learn_confirm.bats its output is compared there
src/capctl/learn/recorder.c tests/cli/capctl_learn.bats what it reads is tested there
src/capctl/learn/request.c tests/cli/capctl_learn.bats its options are tested there
src/capctl/learn/rule_file.c tests/runtime/learn_confirm.bats the file is looked for there
src/capctl/learn/run_leftovers.c tests/runtime/learn_confirm.bats what a killed one left is removed there
src/capctl/learn/subject.c tests/runtime/learn_confirm.bats its names are compared there
src/capctl/learn/target.c tests/cli/capctl_learn.bats commands and processes are tested there
src/capctl/learn/trial.c tests/runtime/learn_confirm.bats its containers are started there
src/capctl/learn/watch.c tests/runtime/learn.bats real containers are watched there
src/capctl/lookup.c tests/cli/capctl_run.bats what it finds is tested there
src/capctl/out_json.c tests/unit/capctl/out_test.c it is part of out
src/capctl/out_names.c tests/unit/capctl/out_test.c it is part of out
src/capctl/pod/engine.c tests/cli/capctl_pod.bats its choices are tested there
src/capctl/pod/spec.c tests/unit/capctl/pod/manifest_test.c it is part of a manifest
src/capctl/pod/values.c tests/unit/capctl/pod/manifest_test.c its types are tested there
src/capctl/probe/bundle.c tests/runtime/probe.bats its containers are started there
src/capctl/probe/container.c tests/runtime/probe.bats its containers are started there
src/capctl/probe/expect.c tests/runtime/probe.bats its predictions are compared there
src/capctl/probe/node.c tests/runtime/probe.bats its output is compared there
src/capctl/probe/payload.c tests/runtime/probe.bats it runs there in containers
src/capctl/probe/place.c tests/runtime/probe.bats what it leaves is looked for there
src/capctl/probe/print.c tests/runtime/probe.bats its output is compared there
src/capctl/probe/probe.c tests/runtime/probe.bats its output is compared there
src/capctl/restore/restore.c tests/cli/capctl_restore.bats its output is compared there
src/capctl/run/program.c tests/cli/capctl_run.bats refused files are tested there
src/capctl/run/take.c tests/cli/capctl_run.bats what programs hold is compared there
src/capctl/run/user.c tests/cli/capctl_run.bats what programs hold is compared there
src/capctl/run/verb.c tests/cli/capctl_run.bats its output is compared there
src/capctl/scan/bundle.c tests/cli/capctl_scan.bats its output is compared there
src/capctl/scan/find.c tests/cli/capctl_scan.bats its output is compared there
src/capctl/scan/json.c tests/cli/capctl_scan.bats its output is compared there
src/capctl/scan/print.c tests/cli/capctl_scan.bats its output is compared there
src/capctl/scan/scan.c tests/cli/capctl_scan.bats its output is compared there
src/capctl/seccomp/rules.c tests/unit/capctl/seccomp/profile_test.c the results of rules are tested there
src/capctl/show/choose.c tests/cli/capctl_show.bats its output is compared there
src/capctl/show/json.c tests/cli/capctl_show.bats its output is compared there
src/capctl/show/print.c tests/cli/capctl_show.bats its output is compared there
src/capctl/show/show.c tests/cli/capctl_show.bats its output is compared there
src/capctl/show/target.c tests/cli/capctl_names.bats its words are tested there
src/capctl/sync/policy.c tests/cli/capctl_sync.bats the resulting files are compared there
src/capctl/sync/print.c tests/cli/capctl_sync.bats its output is compared there
src/capctl/sync/sync.c tests/cli/capctl_sync.bats the resulting files are compared there
src/capctl/verify/print.c tests/cli/capctl_verify.bats its output is compared there
src/capctl/verify/read.c tests/cli/capctl_verify.bats its findings are tested there
src/capctl/verify/remains.c tests/runtime/verify.bats real containers are needed
src/capctl/verify/usage.c tests/runtime/verify_usage.bats real containers are watched there
src/capctl/verify/verify.c tests/cli/capctl_verify.bats its findings are tested there
src/capctl/version.c tests/cli/capctl_version.bats its output is compared there
src/capruntime/create.c tests/cli/faults.bats it only calls other modules
src/policy/files.c tests/cli/trust.bats refused files are tested there
src/policy/policy.c tests/unit/policy/parse_test.c it holds the result of the parser
src/policy/rule.c tests/unit/policy/parse_test.c a rule is parsed as part of a policy
src/runtime/options.c tests/unit/runtime/args_test.c options.json is run there
src/runtime/reading.c tests/unit/runtime/args_test.c argv.json is run there
'
# The fuzz targets, one for each parser of untrusted input; all have seeds.
parsers='
ambient_request
audit_line
bpf
capset
cgroup
command
decide
decode
exec_patch
held
identity
json_check
learn
lint
lint_location
manifest
patch
policy
runtime_args
spec
state
status
toml
tree
undo
vfscap
'
# Files that write to the standard streams.
printers='^src/base/report\.c$|^src/capctl/(main|out|out_json|out_view|scan/find)\.c$'

# Each folder, and the folders that it may include besides itself. capruntime and
# capctl never include each other.
shared='base json caps runtime spec policy bundle'
arrows="
base
json base
caps base
runtime base
spec json caps runtime base
policy spec json caps base
bundle policy spec runtime caps base
capruntime $shared
capctl $shared
capctl/check capctl $shared
capctl/complete capctl capctl/container capctl/decode capctl/process $shared
capctl/container capctl capctl/process $shared
capctl/decode capctl capctl/process $shared
capctl/doctor capctl capctl/engine capctl/probe capctl/process $shared
capctl/engine capctl $shared
capctl/execve caps base
capctl/explain capctl capctl/container capctl/engine capctl/execve capctl/pod capctl/process capctl/rootfs capctl/seccomp $shared
capctl/learn capctl capctl/container capctl/engine capctl/process capctl/restore $shared
capctl/pod capctl capctl/engine $shared
capctl/probe capctl capctl/execve capctl/explain capctl/process $shared
capctl/process caps runtime base
capctl/restore capctl capctl/container capctl/process $shared
capctl/rootfs capctl/execve spec json runtime base
capctl/run capctl capctl/execve capctl/process capctl/rootfs caps base
capctl/scan capctl capctl/execve capctl/rootfs $shared
capctl/seccomp spec json caps runtime base
capctl/show capctl capctl/container capctl/process $shared
capctl/sync capctl $shared
capctl/verify capctl capctl/container capctl/learn capctl/process $shared
"
# Modules that make system calls, directly or through another module.
kernel_files='
base: fileio report time trust trust_stat
bundle: evaluate files owner
capctl: child dryrun lookup main out out_json out_names out_view verb version
capctl/check: check report
capctl/complete: complete
capctl/container: bundles census operand who
capctl/decode: clauses decode pasted print span
capctl/doctor: containers doctor engines host in_use kernel policy program
capctl/engine: ask engine files installed word
capctl/explain: entrypoint executable explain json overview pod pod_print pod_why pod_words print userns verb warn
capctl/pod: engine
capctl/probe: bundle container expect node payload place print probe
capctl/learn: bundle_run container instance learn live print process prove prove_print recorder request rule_file run_leftovers subject target trial view watch
capctl/process: cgroupfs containers processes smallfile starter
capctl/rootfs: levels mounts rootfs view walk
capctl/restore: restore
capctl/run: check list program take user verb
capctl/scan: bundle find json print scan
capctl/seccomp: closed profile rules
capctl/show: choose json print show target
capctl/sync: deploy policy print sync
capctl/verify: print read usage verify
capruntime: audit create exec exec_link exec_link_sweep heap main refuse
caps: own
policy: files
runtime: launch root
'

# The only files that may run a program and live on.
spawners=src/capctl/child.c

# Prints FILE:LINE: and the line, without comments and the text of strings.
code() { # FILE...
	awk 'FNR == 1 { inside = 0 } {
		gsub(/\\./, "")
		gsub(/\047"\047/, "")
		gsub(/"[^"]*"/, "\"\"")
		while (1) {
			if (inside) {
				if (!(end = index($0, "*/"))) { $0 = ""; break }
				$0 = substr($0, end + 2)
				inside = 0
			}
			gsub(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, "")
			sub(/\/\/.*/, "")
			if (!(start = index($0, "/*"))) break
			$0 = substr($0, 1, start - 1)
			print FILENAME ":" FNR ": " $0
			$0 = ""
			inside = 1
		}
		if ($0 != "") print FILENAME ":" FNR ": " $0
	}' "$@"
}

# Prints the lines that call one of these functions.
calls() { # REGEX FILE...
	names=$1
	shift
	[ $# -eq 0 ] || code "$@" | grep -E "(^|[^A-Za-z0-9_.>])($names) *\("
}

sources() { find src include -name '*.[ch]' -o -name '*.cc' | LC_ALL=C sort; }

# Every text file of the project except test data.
texts() {
	find src include tests tools man examples packaging docs m4 .ci .github \
		.clangd GNUmakefile configure.ac Makefile.am quickstart ./*.md -type f \
		! -path 'tests/data/*' ! -path 'tests/fuzz/corpus/*' \
		! -path 'tests/fuzz/found/*' ! -path 'tests/cli/sysroot/*' \
		! -name '*.o' ! -name '*.a' ! -name '*.log' ! -name '*.trs' \
		! -path '*/.deps/*' ! -name '*.gc??' ! -name .dirstamp \
		-exec grep -Il . {} + 2>/dev/null | LC_ALL=C sort
}

# Prints FILE HEADER for every #include "HEADER" in the sources.
includes() {
	# shellcheck disable=SC2046 # no blanks in our names
	awk '/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, part, "\"")
		if (part[2] != "config.h") print FILENAME, part[2]
	}' $(sources)
}

# awk functions for FILE and HEADER; kernel[MODULE] is set by kernel_files.
# shellcheck disable=SC2016 # awk's
functions='
function module(name) {
	sub(/^(src|include)\//, "", name)
	sub(/\.(c|cc|h)$/, "", name)
	return name
}
function folder(name) {
	name = module(name)
	return sub(/\/[^\/]*$/, "", name) ? name : ""
}
BEGIN {
	count = split(ENVIRON["kernel_files"], lines, "\n")
	for (i = 1; i <= count; i++) {
		n = split(lines[i], word, /:? /)
		for (j = 2; j <= n; j++) kernel[word[1] "/" word[j]] = 1
	}
}'
export arrows kernel_files

includes_point_down() {
	includes | awk "$functions"'
		BEGIN {
			while ("find src include -name \"*.h\"" | getline name) {
				sub(/^(src|include)\//, "", name)
				exists[name] = 1
			}
			count = split(ENVIRON["arrows"], lines, "\n")
			for (i = 1; i <= count; i++) {
				n = split(lines[i], word, " ")
				for (j = 1; j <= n; j++) allowed[word[1], word[j]] = 1
			}
		}
		!exists[$2] { print $1 ": no " $2 " in include or src"; next }
		!((folder($1), folder($2)) in allowed) {
			print $1 " (" folder($1) ") includes " $2
		}'
}

# "config.h" would mean the one beside the file.
no_file_hides_config_h() {
	find src include tests -name config.h
}

arrows_make_no_circle() {
	echo "$arrows" | awk '{ for (i = 2; i <= NF; i++) print $1, $i }' |
		{ tsort >/dev/null; } 2>&1
}

every_folder_has_its_arrows() {
	sources | sed 's|/[^/]*$||; s|^src/||; s|^include/||' | sort -u |
		while read -r folder; do
			echo "$arrows" | grep -qE "^$folder( |\$)" ||
				echo "$folder: not in the arrows of this script"
		done
}

# A header of a shared folder that another folder includes is in include/.
headers_are_where_they_are_offered() {
	includes | awk "$functions"'
		folder($1) != folder($2) && $2 !~ /^capctl\// &&
			(getline line <("src/" $2)) >= 0 {
			print $1 " includes src/" $2 ": move it to include/"
		}'
}

# A module is X.c and X.h. tsort names the modules of each circle.
no_modules_form_a_circle() {
	includes | awk "$functions"'{ print module($1), module($2) }' |
		{ tsort >/dev/null; } 2>&1
}

# Other modules include no system headers, and call no functions of kernel
# modules.
pure_files_make_no_system_call() {
	# shellcheck disable=SC2046
	set -- $(sources | awk "$functions"'
		!kernel[module($1)] && $1 !~ /base\/cleanup\.h$/')
	awk '/^[ \t]*#[ \t]*include[ \t]*<(dirent|fcntl|fts|ftw|glob|grp|libmount\/.*|mntent|netdb|poll|pwd|sched|signal|spawn|syslog|termios|unistd|sys\/(auxv|epoll|file|inotify|ioctl|mman|mount|prctl|ptrace|random|resource|sendfile|socket|stat|statfs|statvfs|syscall|time|timerfd|uio|un|utsname|vfs|wait|xattr))\.h>/ {
		print FILENAME ":" FNR ": " $0
	}' "$@"
	calls 'fopen|freopen|fdopen|tmpfile|remove|rename|clock_gettime|time|cap_[gs]et_[a-z]+' "$@"
	includes | awk "$functions"'
		$1 ~ /\.cc?$/ && !kernel[module($1)] && kernel[module($2)] {
			print $1 " includes " $2
		}'
}

kernel_files_exist() {
	echo "$kernel_files" | while IFS=': ' read -r folder names; do
		for name in $names; do
			[ -e "src/$folder/$name.c" ] || echo "src/$folder/$name.c"
		done
	done
}

fixed_paths_are_in_one_file() {
	# shellcheck disable=SC2046
	code $(sources | grep -vx src/base/paths.c) |
		grep -wE 'SYSCONFDIR|RUNSTATEDIR|BINDIR'
	# shellcheck disable=SC2046
	grep -nE '"[^" ]*/(etc|run|bin)/capruntime' $(sources) |
		grep -vE '^[^:]*:[0-9]+:[[:blank:]]*/?\*'
}

modules_have_tests() {
	sources | TESTED_ELSEWHERE=$tested_elsewhere awk '
		function exists(name) {
			found = (getline line <name) >= 0
			close(name)
			return found
		}
		BEGIN {
			count = split(ENVIRON["TESTED_ELSEWHERE"], lines, "\n")
			for (i = 1; i <= count; i++) {
				n = split(lines[i], word, " ")
				if (!n) continue
				elsewhere[word[1]] = 1
				if (n < 3 || !exists(word[1]) || !exists(word[2]))
					print "tested_elsewhere: " lines[i]
			}
		}
		/^src\/.*\.cc?$/ && !/\/main\.c$/ && !elsewhere[$0] {
			test = $0
			sub(/^src/, "tests/unit", test)
			sub(/\.cc?$/, "_test.c", test)
			if (!exists(test)) print $0 ": no " test
		}'
}

parsers_have_fuzzers() {
	for name in $parsers; do
		[ -e "tests/fuzz/${name}_fuzz.c" ] ||
			echo "no tests/fuzz/${name}_fuzz.c"
		[ -n "$(find "tests/fuzz/corpus/$name" -type f 2>/dev/null)" ] ||
			echo "no seeds in tests/fuzz/corpus/$name"
	done
	for file in tests/fuzz/*_fuzz.c; do
		name=${file#tests/fuzz/}
		case $parsers in
		*"
${name%_fuzz.c}
"*) ;;
		*) echo "$file: not in the parsers of this script" ;;
		esac
	done
}

nothing_banned_is_called() {
	# shellcheck disable=SC2046 # no blanks in our names
	calls 'strcpy|strcat|stpcpy|sprintf|vsprintf|gets|atoi|atol|atoll|strtok|alloca|system|popen|fork|vfork|execlp|execvpe?|mktemp|tmpnam|basename|dirname' $(sources)
	# A static program would load the plug-ins of nsswitch.conf, and crash.
	# shellcheck disable=SC2046
	calls 'getpwnam(_r)?|getpwuid(_r)?|getgrnam(_r)?|getgrgid(_r)?|getgrouplist|initgroups' $(sources)
	# shellcheck disable=SC2046
	calls 'posix_spawnp?' $(sources | grep -vFx "$spawners")
	# shellcheck disable=SC2046
	code $(sources) | grep -E '[^A-Z_]PATH_MAX'
}

only_a_few_files_print() {
	files=$(sources | grep -vE "$printers")
	# shellcheck disable=SC2086
	calls 'v?printf|v?dprintf|puts|putchar|perror|psignal|verrx?|errx?|v?warnx?' $files
	# shellcheck disable=SC2086
	code $files | grep -E '[^A-Za-z0-9_](stdout|stderr|STD(OUT|ERR)_FILENO)'
}

only_mains_exit() {
	# shellcheck disable=SC2046
	calls '_?exit|_Exit|quick_exit|abort' $(sources | grep -v '/main\.c$')
}

# 'set -e' ignores a failed '! COMMAND' unless it is the last of a function.
no_negation_asserts_nothing() {
	find tests '(' -name '*.bats' -o -name '*.bash' ')' -exec awk '
		function report() {
			if (held != "" && $0 !~ /^[\t ]*[})]/) print held
			held = ""
		}
		FNR == 1 { held = line = "" }
		line == "" && /^[\t ]*(#|$)/ { next }
		{
			if (line == "") { report(); from = FNR }
			line = line $0
			if (sub(/\\$/, "", line) || line ~ /[|&]$/) next
			if (line ~ /^[\t ]*! / && line !~ /\|\|/)
				held = FILENAME ":" from ": " line
			line = ""
		}' {} +
}

sources_name_their_licence() {
	# shellcheck disable=SC2046
	awk 'FNR == 1 {
			if (wanted) print name
			name = FILENAME
			wanted = /^#!/ || name ~ /\.([ch]|cc|am|mk|ac|m4|sh|bats|bash)$/ ||
				name ~ /GNUmakefile$/
		}
		FNR <= 3 && /SPDX-License-Identifier: Apache-2\.0/ { wanted = 0 }
		END { if (wanted) print name }' $(texts)
}

nothing_is_unfinished_or_of_one_machine() {
	# shellcheck disable=SC2046
	grep -nwE 'TOD[O]|FIXM[E]|XX[X]' $(texts)
	# shellcheck disable=SC2046
	grep -roE '(^|[^[:alnum:]])/[w]ork/.{0,40}' $(texts) tests/data 2>/dev/null
}

# Private keys, and what tokens of common services begin with.
no_secret_is_kept() {
	# shellcheck disable=SC2046
	grep -rnIE 'BEGIN ([A-Z]+ )*PRIVATE KEY|A[KS]IA[A-Z0-9]{16}|gh[oprsu]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|xox[abp]-[0-9]{8}' \
		$(texts) tests/data 2>/dev/null
}

everything_is_in_a_list() {
	{
		sources
		find tests -name '*_test.c' -o -name '*_fuzz.c' | sed 's/\.c$//'
		find tests -name '*.bats' -o -name '*.bash'
	} | awk 'FILENAME != "-" {
			for (i = 1; i <= NF; i++) listed[$i] = 1
			next
		}
		!listed[$0]' Makefile.am src/sources.mk tests/tests.mk -
}

# A source of capctl in SHARED_FILES would be linked into capruntime.
sources_are_in_the_list_of_their_program() {
	awk '/ = / { list = $1; last = "" }
		$1 ~ /^(src|include)\// {
			wanted = "SHARED_FILES"
			if ($1 ~ /^src\/capruntime\//) wanted = "CAPRUNTIME_FILES"
			if ($1 ~ /^src\/capctl\//) wanted = "CAPCTL_FILES"
			if ($1 ~ /\/toml[^\/]*$/) wanted = "TOML_FILES"
			if (list != wanted) print $1 " is in " list
			if ($1 <= last) print $1 " is not in order"
			last = $1
		}' src/sources.mk
}

# Under quickstart a missing program must fail the test; tests/need.bash does it.
no_test_skips_for_want_of_a_program() {
	grep -rnE "skip ['\"]no |SKIP\(\"no |command -v.*\|\| skip" tests \
		--include='*.bats' --include='*.bash' --include='*.[ch]' |
		grep -vE "^tests/need\.bash|no (unprivileged user|new network|mount) namespace|'not? root'"
}

# --disable-capctl runs these lists, and builds none of these programs.
lists_without_capctl_need_no_capctl() {
	awk '/ = / { wanted = $1 ~ /^(CLI|RUNTIME|ENGINE|PACKAGING|BENCH)_TESTS$/ }
		wanted && $1 ~ /[.]bats$/ { print $1 }' tests/tests.mk |
		xargs grep -nE '/(capctl|capctl-sysroot|ask_calls|ambient-helper)"' |
		grep -F "\$builddir"
}

sizes() {
	echo "# Lines of each file:"
	find src include tests '(' -name '*.[ch]' -o -name '*.cc' ')' -exec wc -l {} + |
		grep -v ' total$' | sort -rn | sed 's/^/# /'
	echo "# Lines of the twenty longest functions:"
	# shellcheck disable=SC2046
	awk '/^[a-z].*\(/ { name = $0; sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name) }
		/^\{/ { from = FNR }
		/^\}/ && from { print FNR - from + 1, FILENAME, name; from = 0 }
	' $(sources) | sort -rn | head -n 20 | sed 's/^/# /'
}

rules='includes_point_down every_folder_has_its_arrows arrows_make_no_circle
	no_file_hides_config_h headers_are_where_they_are_offered no_modules_form_a_circle
	pure_files_make_no_system_call kernel_files_exist
	fixed_paths_are_in_one_file modules_have_tests
	parsers_have_fuzzers nothing_banned_is_called only_a_few_files_print
	only_mains_exit no_negation_asserts_nothing sources_name_their_licence
	nothing_is_unfinished_or_of_one_machine no_secret_is_kept
	everything_is_in_a_list
	sources_are_in_the_list_of_their_program
	no_test_skips_for_want_of_a_program
	lists_without_capctl_need_no_capctl'

# shellcheck disable=SC2086
set -- $rules
echo "1..$#"
failed=0
for rule; do
	offences=$($rule 2>&1)
	name=$(echo "$rule" | tr _ ' ')
	if [ -z "$offences" ]; then
		echo "ok - $name"
	else
		echo "$offences" | sed 's/^/# /'
		echo "not ok - $name"
		failed=1
	fi
done
sizes
exit $failed
