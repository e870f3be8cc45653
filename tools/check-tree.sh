#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# House rules that cannot be argued; TAP. What breaks one is named above its
# line; sizes are only printed, longest first, for a reader to judge.
# shellcheck disable=SC2317 # the rules are called by name
set -u
cd "$(dirname "$0")/.." || exit 1

# Modules with no tests/unit/FOLDER/X_test.c: module, its test, the reason.
tested_elsewhere='
src/base/paths.c tests/cli/runtimes.bats it is data
src/capctl/check/check.c tests/cli/capctl_check.bats what counts is what a person reads
src/capctl/check/report.c tests/cli/capctl_check.bats what counts is what a person reads
src/capctl/decode.c tests/cli/capctl_decode.bats what counts is what a person reads
src/capctl/doctor/containers.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/capctl/doctor/doctor.c tests/cli/capctl_doctor.bats what counts is what a person reads
src/capctl/doctor/engine_containerd.c tests/unit/capctl/doctor/engine_config_test.c it is read by way of that
src/capctl/doctor/engine_crio.c tests/unit/capctl/doctor/engine_config_test.c it is read by way of that
src/capctl/doctor/engine_files.c tests/cli/capctl_doctor.bats what counts is which files are found
src/capctl/doctor/engine_podman.c tests/unit/capctl/doctor/engine_config_test.c it is read by way of that
src/capctl/doctor/engines.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/capctl/doctor/host.c tests/cli/capctl_doctor.bats it only strings the others together
src/capctl/doctor/kernel.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/capctl/doctor/policy.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/capctl/doctor/program.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/capctl/explain/explain.c tests/cli/capctl_explain.bats what counts is what a person reads
src/capctl/explain/json.c tests/cli/capctl_explain.bats what counts is what a person reads
src/capctl/explain/print.c tests/cli/capctl_explain.bats what counts is what a person reads
src/capctl/explain/warn.c tests/cli/capctl_explain.bats what counts is what a person reads
src/capctl/out_json.c tests/unit/capctl/out_test.c it is the other half of out
src/capctl/restore.c tests/cli/capctl_restore.bats what counts is what a person reads
src/capctl/scan/bundle.c tests/cli/capctl_scan.bats what counts is what a person reads
src/capctl/scan/find.c tests/cli/capctl_scan.bats what counts is what a person reads
src/capctl/scan/json.c tests/cli/capctl_scan.bats what counts is what a person reads
src/capctl/scan/print.c tests/cli/capctl_scan.bats what counts is what a person reads
src/capctl/scan/scan.c tests/cli/capctl_scan.bats what counts is what a person reads
src/capctl/seccomp/rules.c tests/unit/capctl/seccomp/profile_test.c what counts is what the rules answer
src/capctl/show/choose.c tests/cli/capctl_show.bats what counts is what a person reads
src/capctl/show/json.c tests/cli/capctl_show.bats what counts is what a program reads
src/capctl/show/print.c tests/cli/capctl_show.bats what counts is what a person reads
src/capctl/show/show.c tests/cli/capctl_show.bats what counts is what a person reads
src/capctl/sync/policy.c tests/cli/capctl_sync.bats what counts is which files are there
src/capctl/sync/print.c tests/cli/capctl_sync.bats what counts is what a person reads
src/capctl/sync/sync.c tests/cli/capctl_sync.bats what counts is which files are there
src/capctl/verify/print.c tests/cli/capctl_verify.bats what counts is what a person reads
src/capctl/verify/read.c tests/cli/capctl_verify.bats what counts is which containers differ
src/capctl/verify/verify.c tests/cli/capctl_verify.bats what counts is which containers differ
src/capctl/version.c tests/cli/capctl_version.bats what counts is what a person reads
src/capruntime/create.c tests/cli/faults.bats it only strings the modules together
src/policy/files.c tests/cli/trust.bats what counts is which files refuse
src/policy/rule.c tests/unit/policy/policy_test.c a rule is read as part of a policy
src/runtime/launch.c tests/cli/runtimes.bats it ends in another program
src/runtime/options.c tests/unit/runtime/args_test.c options.json drives it there
src/runtime/reading.c tests/unit/runtime/args_test.c argv.json drives it there
'
# What reads bytes that others wrote: wants a fuzz target with seeds.
parsers='
ambient_request
audit_line
bpf
cgroup
command
decide
exec_patch
identity
json_check
lint
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
# May write to the standard streams.
printers='^src/base/report\.c$|^src/capctl/'

# Which folders each may include, besides itself: the arrows point down. What
# capruntime runs through and what capctl has of its own never meet.
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
capctl/doctor capctl capctl/process $shared
capctl/execve caps base
capctl/explain capctl capctl/execve capctl/rootfs capctl/seccomp $shared
capctl/process caps runtime base
capctl/rootfs capctl/execve spec json runtime base
capctl/scan capctl capctl/execve capctl/rootfs $shared
capctl/seccomp spec json caps runtime base
capctl/show capctl capctl/process $shared
capctl/sync capctl $shared
capctl/verify capctl capctl/process $shared
"
# Who may talk to the kernel; every other source makes no system call.
kernel_files='
base: fileio report trust
bundle: evaluate files
capctl: decode dryrun main out restore verb version
capctl/check: check report
capctl/doctor: containers doctor engine_files engines host kernel policy program
capctl/explain: entrypoint explain json print warn
capctl/process: containers processes
capctl/rootfs: levels mounts rootfs view walk
capctl/scan: bundle find json print scan
capctl/seccomp: closed profile rules
capctl/show: choose json print show
capctl/sync: deploy policy print sync
capctl/verify: read
capruntime: audit create exec exec_link main refuse
caps: own
policy: files
runtime: launch
'

folder_of() { # FILE of src or include
	folder=${1%/*}
	folder=${folder#src/}
	echo "${folder#include/}"
}

# FILE:LINE: and the line, without comments and what stands in strings.
code() {
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

calls() { # REGEX FILE...: where one of these functions is called
	names=$1
	shift
	[ $# -eq 0 ] || code "$@" | grep -E "(^|[^A-Za-z0-9_.>])($names) *\("
}

sources() { find src include -name '*.[ch]' -o -name '*.cc' | LC_ALL=C sort; }

texts() { # all that people wrote here, but data
	find src include tests tools man examples packaging docs m4 .ci \
		configure.ac Makefile.am quickstart ./*.md -type f \
		! -path 'tests/data/*' ! -path 'tests/fuzz/corpus/*' \
		! -path 'tests/fuzz/found/*' ! -path 'tests/cli/sysroot/*' \
		! -name '*.o' ! -name '*.a' ! -name '*.log' ! -name '*.trs' \
		! -path '*/.deps/*' ! -name '*.gc??' ! -name .dirstamp \
		-exec grep -Il . {} + 2>/dev/null | LC_ALL=C sort
}

header_file() { # NAME as included
	for root in include src; do
		[ ! -e "$root/$1" ] || echo "$root/$1"
	done
}

includes_point_down() {
	for file in $(sources); do
		mine=$(folder_of "$file")
		allowed=" $(echo "$arrows" | grep "^$mine\( \|\$\)") "
		sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | while read -r header; do
			[ "$header" = config.h ] && continue
			if [ -z "$(header_file "$header")" ]; then
				echo "$file: no $header in include or src"
				continue
			fi
			theirs=$(folder_of "$header")
			case $allowed in
			*" $theirs "*) ;;
			*) echo "$file ($mine) includes $header" ;;
			esac
		done
	done
}

# A header of a shared folder that another folder includes lies in include/.
headers_lie_where_they_are_offered() {
	for file in $(sources); do
		mine=$(folder_of "$file")
		sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | while read -r header; do
			theirs=$(folder_of "$header")
			[ "$theirs" = "$mine" ] || [ "${theirs%%/*}" = capctl ] ||
				[ ! -e "src/$header" ] ||
				echo "$file includes src/$header: move it to include/"
		done
	done
}

no_files_form_a_circle() {
	for file in $(sources); do
		module=${file#src/}
		module=${module#include/}
		sed -n 's/^#include "\([^"]*\)\.h".*/\1/p' "$file" |
			grep -vx config | sed "s|^|${module%.*} |"
	done | tsort 2>&1 >/dev/null
}

pure_files_make_no_system_call() {
	for file in $(sources | grep '^src/.*\.cc*$'); do
		name=$(basename "${file%.*}")
		! echo "$kernel_files" | grep -q "^$(folder_of "$file"):.* $name\>" ||
			continue
		grep -HnE '^#include <(dirent|fcntl|grp|poll|pwd|sched|signal|spawn|syslog|unistd|sys/(file|ioctl|mman|mount|prctl|ptrace|socket|stat|statfs|statvfs|syscall|uio|vfs|wait|xattr))\.h>' "$file"
	done
}

fixed_paths_are_in_one_file() {
	# shellcheck disable=SC2046
	code $(sources | grep -vx src/base/paths.c) |
		grep -wE 'SYSCONFDIR|RUNSTATEDIR|BINDIR'
}

modules_have_tests() {
	for file in $(sources | grep '^src/.*\.cc*$' | grep -v '/main\.c$'); do
		test=tests/unit/${file#src/}
		line=$(echo "$tested_elsewhere" | grep "^$file ")
		[ -z "$line" ] || test=$(echo "$line" | cut -d' ' -f2)
		[ -e "$test" ] || [ -e "${test%.c*}_test.c" ] ||
			echo "$file: no ${test%.c*}$([ -n "$line" ] || echo _test.c)"
	done
}

parsers_have_fuzzers() {
	for name in $parsers; do
		[ -e "tests/fuzz/${name}_fuzz.c" ] ||
			echo "no tests/fuzz/${name}_fuzz.c"
		[ -n "$(find "tests/fuzz/corpus/$name" -type f 2>/dev/null)" ] ||
			echo "no seeds in tests/fuzz/corpus/$name"
	done
}

nothing_banned_is_called() {
	# shellcheck disable=SC2046 # no blanks in our names
	calls 'strcpy|strcat|stpcpy|sprintf|vsprintf|gets|atoi|atol|atoll|strtok|alloca|system|popen|fork|vfork|posix_spawnp?|execlp|execvpe?|mktemp|tmpnam' $(sources)
	# shellcheck disable=SC2046
	code $(sources) | grep -E '[^A-Z_]PATH_MAX'
}

only_report_and_capctl_print() {
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

sources_name_their_licence() {
	for file in $(texts); do
		case $file in
		*.[ch] | *.cc | *.am | *.mk | *.ac | *.m4 | *.sh | *.bats | *.bash) ;;
		*) [ "$(head -c 2 "$file")" = '#!' ] || continue ;;
		esac
		head -n 3 "$file" |
			grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$file"
	done
}

nothing_is_unfinished_or_of_one_machine() {
	# shellcheck disable=SC2046
	grep -nwE 'TOD[O]|FIXM[E]|XX[X]' $(texts)
	# shellcheck disable=SC2046
	grep -roE '(^|[^[:alnum:]])/[w]ork/.{0,40}' $(texts) tests/data 2>/dev/null
}

everything_is_in_a_list() {
	{
		sources
		find tests -name '*_test.c' -o -name '*_fuzz.c' | sed 's/\.c$//'
		find tests -name '*.bats' -o -name '*.bash'
	} | while read -r file; do
		grep -qE "(^|[[:space:]])$file([[:space:]]|\$)" Makefile.am \
			src/sources.mk tests/tests.mk ||
			echo "$file"
	done
}

# Where quickstart runs the tests it must fail: tests/need.bash sees to that.
no_test_skips_for_want_of_a_program() {
	grep -rnE "skip ['\"]no |SKIP\(\"no |command -v.*\|\| skip" tests \
		--include='*.bats' --include='*.bash' --include='*.[ch]' |
		grep -vE "^tests/need\.bash|no (unprivileged user|new network|mount) namespace|'not? root'"
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

rules='includes_point_down headers_lie_where_they_are_offered
	pure_files_make_no_system_call
	fixed_paths_are_in_one_file modules_have_tests
	parsers_have_fuzzers nothing_banned_is_called only_report_and_capctl_print
	only_mains_exit sources_name_their_licence
	nothing_is_unfinished_or_of_one_machine everything_is_in_a_list
	no_test_skips_for_want_of_a_program'

# shellcheck disable=SC2086
set -- $rules
echo "1..$#"
failed=0
for rule; do
	offences=$($rule)
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
