#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# House rules that cannot be argued; TAP. What breaks one is named above its
# line; sizes are only printed, longest first, for a reader to judge.
# shellcheck disable=SC2317 # the rules are called by name
set -u
cd "$(dirname "$0")/.." || exit 1

# Modules with no tests/unit/LAYER/X_test.c: module, its test, the reason.
tested_elsewhere='
src/base/paths.c tests/cli/runtimes.bats it is data
src/cmd/check.c tests/cli/capctl_check.bats what counts is what a person reads
src/cmd/decode.c tests/cli/capctl_decode.bats what counts is what a person reads
src/cmd/doctor.c tests/cli/capctl_doctor.bats what counts is what a person reads
src/cmd/exec_session.c tests/cli/sessions.bats what counts is what the runtime gets
src/cmd/explain.c tests/cli/capctl_explain.bats what counts is what a person reads
src/cmd/explain_json.c tests/cli/capctl_explain.bats what counts is what a person reads
src/cmd/explain_print.c tests/cli/capctl_explain.bats what counts is what a person reads
src/cmd/explain_warn.c tests/cli/capctl_explain.bats what counts is what a person reads
src/cmd/out_json.c tests/unit/cmd/out_test.c it is the other half of out
src/cmd/prepare.c tests/cli/faults.bats it only strings the modules together
src/cmd/refuse.c tests/cli/errors.bats what counts is what an engine gets to see
src/cmd/restore.c tests/cli/capctl_restore.bats what counts is what a person reads
src/cmd/scan.c tests/cli/capctl_scan.bats what counts is what a person reads
src/cmd/scan_bundle.c tests/cli/capctl_scan.bats what counts is what a person reads
src/cmd/scan_find.c tests/cli/capctl_scan.bats what counts is what a person reads
src/cmd/scan_json.c tests/cli/capctl_scan.bats what counts is what a person reads
src/cmd/scan_print.c tests/cli/capctl_scan.bats what counts is what a person reads
src/cmd/show.c tests/cli/capctl_show.bats what counts is what a person reads
src/cmd/show_choose.c tests/cli/capctl_show.bats what counts is what a person reads
src/cmd/show_json.c tests/cli/capctl_show.bats what counts is what a program reads
src/cmd/show_print.c tests/cli/capctl_show.bats what counts is what a person reads
src/cmd/sync.c tests/cli/capctl_sync.bats what counts is which files are there
src/cmd/sync_print.c tests/cli/capctl_sync.bats what counts is what a person reads
src/cmd/verify.c tests/cli/capctl_verify.bats what counts is what a person reads
src/cmd/version.c tests/cli/capctl_version.bats what counts is what a person reads
src/core/engine_containerd.c tests/unit/core/engine_config_test.c it is read by way of that
src/core/engine_crio.c tests/unit/core/engine_config_test.c it is read by way of that
src/core/engine_podman.c tests/unit/core/engine_config_test.c it is read by way of that
src/core/policy_rule.c tests/unit/core/policy_test.c a rule is read as part of a policy
src/core/runtime_options.c tests/unit/core/runtime_args_test.c options.json drives it there
src/core/runtime_reading.c tests/unit/core/runtime_args_test.c argv.json drives it there
src/core/spec_find.c tests/unit/core/spec_reading_test.c it finds what spec reads
src/sys/engine_files.c tests/cli/capctl_doctor.bats what counts is which files are found
src/sys/judge.c tests/cli/capctl_explain.bats explain must say what the runtime does
src/sys/launch.c tests/cli/runtimes.bats it ends in another program
src/sys/node.c tests/cli/capctl_doctor.bats it only strings the others together
src/sys/node_containers.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/sys/node_engines.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/sys/node_kernel.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/sys/node_policy.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/sys/node_program.c tests/cli/capctl_doctor.bats every line of doctor is seen there
src/sys/policy_files.c tests/cli/trust.bats what counts is which files refuse
src/sys/policy_survey.c tests/cli/capctl_check.bats what counts is what a person reads
src/sys/policy_sync.c tests/cli/capctl_sync.bats what counts is which files are there
src/sys/seccomp_rules.c tests/unit/sys/seccomp_profile_test.c what counts is what the rules answer
'
# What reads bytes that others wrote: wants a fuzz target with seeds.
parsers='
audit_line
bpf
cgroup
container_state
decide
json_check
originals
patch
policy
policy_lint
procstatus
request
runtime_args
session
spec
spec_command
spec_tree
subject
toml
vfscap
'
# May write to the standard streams, besides src/cmd and the mains.
printers='src/base/report.c'

layer_of() { # FILE of src or include -> its layer
	case $1 in
	src/*/*) layer=${1#src/} && echo "${layer%%/*}" ;;
	src/*) echo main ;;
	*)
		set -- src/*/"$(basename "$1" .h)".c*
		if [ -e "$1" ]; then layer_of "$1"; else echo base; fi
		;;
	esac
}

rank() {
	case $1 in
	base) echo 1 ;; core) echo 2 ;; sys) echo 3 ;; cmd) echo 4 ;; *) echo 5 ;;
	esac
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

includes_point_down() {
	for file in $(sources); do
		mine=$(layer_of "$file")
		sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | while read -r header; do
			[ "$header" = config.h ] && continue
			if [ ! -e "include/$header" ]; then
				echo "$file: no include/$header"
				continue
			fi
			theirs=$(layer_of "include/$header")
			[ "$(rank "$theirs")" -le "$(rank "$mine")" ] ||
				echo "$file ($mine) includes $header ($theirs)"
		done
	done
}

core_makes_no_system_call() {
	[ -d src/core ] && grep -nE '^#include <(dirent|fcntl|grp|poll|pwd|sched|signal|spawn|syslog|unistd|sys/(file|ioctl|mman|mount|prctl|ptrace|socket|stat|statfs|statvfs|syscall|uio|vfs|wait|xattr))\.h>' src/core/*.c*
}

modules_have_tests() {
	for file in src/*/*.c src/*/*.cc; do
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

only_report_and_cmd_print() {
	files=$(sources | grep -vE '^src/[^/]*$|^src/cmd/' | grep -vxF "$printers")
	# shellcheck disable=SC2086
	calls 'v?printf|v?dprintf|puts|putchar|perror|psignal|verrx?|errx?|v?warnx?' $files
	# shellcheck disable=SC2086
	code $files | grep -E '[^A-Za-z0-9_](stdout|stderr|STD(OUT|ERR)_FILENO)'
}

only_mains_exit() {
	# shellcheck disable=SC2046
	calls '_?exit|_Exit|quick_exit|abort' $(sources | grep -v '^src/[^/]*$')
}

sources_name_their_licence() {
	for file in $(texts); do
		case $file in
		*.[ch] | *.cc | *.am | *.ac | *.m4 | *.sh | *.bats | *.bash) ;;
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

everything_is_in_makefile_am() {
	{
		sources
		find tests -name '*_test.c' -o -name '*_fuzz.c' | sed 's/\.c$//'
		find tests -name '*.bats' -o -name '*.bash'
	} | while read -r file; do
		grep -qE "(^|[[:space:]])$file([[:space:]]|\$)" Makefile.am ||
			echo "$file"
	done
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

rules='includes_point_down core_makes_no_system_call modules_have_tests
	parsers_have_fuzzers nothing_banned_is_called only_report_and_cmd_print
	only_mains_exit sources_name_their_licence
	nothing_is_unfinished_or_of_one_machine everything_is_in_makefile_am'

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
