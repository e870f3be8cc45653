# SPDX-License-Identifier: Apache-2.0
# Targets that people call by name. 'make help' prints the lines with '##'.

TOOLS_DIST = \
	.clang-tidy \
	GNUmakefile \
	compile_flags.txt \
	tools/analyze \
	tools/build-deb \
	tools/build-rpm \
	tools/build-tarball \
	tools/check-hardening.sh \
	tools/check-links.sh \
	tools/check-one \
	tools/check-tree.sh \
	tools/explain-example \
	tools/make-packages \
	tools/make-picture \
	tools/make-sbom \
	tools/make-schema \
	tools/make-screens \
	tools/release

## all: build the programs
## check: run all tests (needs root for most of them)
## install: install below --prefix
## dist: make the source tarball
## distcheck: make it, build it and run its tests

help:
	@sed -n 's/^## //p' $(srcdir)/tools/targets.mk | \
		while IFS=: read -r target text; do \
		printf '%-17s%s\n' "$$target" "$$text"; done | LC_ALL=C sort

## check-quick: run all tests that start no container
check-quick: all
	$(MAKE) check RUNTIME_TESTS= CAPCTL_RUNTIME_TESTS= ENGINE_TESTS= \
		KUBERNETES_TESTS=

## check-one: run one test: T=policy/glob, T=cli/trust or T=fuzz/patch
check-one:
	@$(AM_TESTS_ENVIRONMENT) MAKE='$(MAKE)' BATS="$(BATS)" \
		$(SHELL) $(srcdir)/tools/check-one '$(T)'

# Some tests call these programs. 'all' is a make of its own: what it builds, too,
# is built after it.
check-helpers: all
	@$(MAKE) --no-print-directory $(HELPERS) packaging/package-hook

## soak: the long tests, memcheck, faults, load, mutation, and all soak-... (a day)
# An interrupted one goes on where it stopped.
SOAK_PARTS = soak-unit soak-bats memcheck faults load mutation
if CONTAINER_TESTS
SOAK_PARTS += soak-cycles differential soak-packages soak-architectures \
	soak-admission
endif
SOAK_PARTS += soak-fuzz
soak: check-helpers
	+@MAKE='$(MAKE)' $(srcdir)/tests/soak/run $(SOAK_PARTS)

soak-unit: check-helpers
	@$(MAKE) $(ALL_SOAK_TESTS) $(PROBE)
	set -e; for test in $(ALL_SOAK_TESTS); do \
		echo "== $$test"; srcdir='$(abs_srcdir)' \
		CAPRUNTIME_SOAK=$${CAPRUNTIME_SOAK-10} ./$$test; \
	done

soak-bats: check-helpers
	@$(AM_TESTS_ENVIRONMENT) CAPRUNTIME_SOAK=$${CAPRUNTIME_SOAK-10} \
		$(BATS) --tap $(ALL_SOAK_BATS:%=$(srcdir)/%)

soak-cycles: check-helpers
	@$(AM_TESTS_ENVIRONMENT) CAPRUNTIME_CYCLES=$${CAPRUNTIME_CYCLES-5000} \
		$(BATS) --tap $(srcdir)/tests/runtime/cycles.bats

## faults: fail each system call and allocation, as a table in faults.md (half an hour)
faults: check-helpers
	@$(AM_TESTS_ENVIRONMENT) BATS="$(BATS)" \
		$(srcdir)/tests/soak/faults >faults.md-new
	@mv faults.md-new faults.md && cat faults.md

## differential: N=2000 variants of config.json in real containers, as tables
# SEED makes others. The tables are also in differential.md.
N = 2000
SEED = 1
differential: all
	@$(AM_TESTS_ENVIRONMENT) DIFFERENTIAL=1-$(N) DIFFERENTIAL_SEED=$(SEED) \
		DIFFERENTIAL_TABLE=differential.md-new \
		$(BATS) --tap $(srcdir)/tests/runtime/differential.bats
	@mv differential.md-new differential.md && cat differential.md

## learn-table: what learn says that Debian's programs need, as a table in learn.md
# Beside this machine's, rows of the machines of vm-check.
learn-table: check-helpers
	@$(AM_TESTS_ENVIRONMENT) BATS="$(BATS)" \
		$(srcdir)/tests/bench/learn-table >learn.md-new
	@mv learn.md-new learn.md && cat learn.md

## load: many calls at once, with little memory, with little time (minutes)
# LOAD divides the number of calls; above 1, no ratio of times fails.
load: check-helpers
	@$(MAKE) --no-print-directory tests/soak/stand_in
	@$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/soak/load $(LOAD)

## memcheck: tests of tests/cli with capruntime under valgrind
memcheck: check-helpers
	@$(MAKE) --no-print-directory tests/soak/capruntime-dynamic
	@$(AM_TESTS_ENVIRONMENT) BATS="$(BATS)" $(srcdir)/tests/soak/memcheck

## soak-packages: build the packages and test them in a fresh Debian
# Needs the programs of './quickstart install soak' and a Debian mirror.
soak-packages: dist
	@$(AM_TESTS_ENVIRONMENT) DIST='$(abs_builddir)/$(distdir).tar.xz' \
		$(BATS) --tap $(srcdir)/tests/soak/packages.bats

## soak-architectures: build and test for arm64, ppc64le and s390x, under qemu-user
# Needs a Debian mirror.
soak-architectures: dist
	@$(AM_TESTS_ENVIRONMENT) DIST='$(abs_builddir)/$(distdir).tar.xz' \
		$(BATS) --tap $(srcdir)/tests/vm/architectures.bats

## soak-admission: the admission example, decided by the API server's library
# Needs a Debian mirror and 4 GB.
soak-admission: all
	@$(AM_TESTS_ENVIRONMENT) $(BATS) --tap $(srcdir)/tests/vm/admission.bats

## check-fresh: the README's commands and real containers in a fresh Debian 13
check-fresh: dist
	@$(AM_TESTS_ENVIRONMENT) DIST='$(abs_builddir)/$(distdir).tar.xz' \
		$(BATS) --tap $(srcdir)/tests/vm/fresh.bats

## soak-releases: the same with all tests in each Debian, and in virtual machines
soak-releases: dist
	@$(AM_TESTS_ENVIRONMENT) DIST='$(abs_builddir)/$(distdir).tar.xz' \
		$(BATS) --tap $(srcdir)/tests/vm/releases.bats

## vm-check: kernels, systemd, AppArmor and SELinux, in virtual machines (hours)
# Writes the table of docs/engines.md to machines.md, also if tests fail.
# VM_CHECK='--filter SELinux' runs some of them.
vm-check: dist
	@status=0; $(AM_TESTS_ENVIRONMENT) \
		DIST='$(abs_builddir)/$(distdir).tar.xz' \
		$(BATS) --tap $(VM_CHECK) $(srcdir)/tests/vm/machines.bats || \
		status=$$?; \
	$(srcdir)/tests/vm/table `ls machines/*.log | sort -V` >machines.md-new && \
	mv machines.md-new machines.md && cat machines.md && exit $$status

## feature-table: features by version of runc and crun, as a table in features.md
# In the releases of vm-check, which must have run.
feature-table:
	@$(srcdir)/tests/vm/features machines/*/ >features.md-new
	@mv features.md-new features.md && cat features.md

## static-programs: build the programs for the image and a MachineConfig
static-programs:
	@$(MKDIR_P) static
	@cd static && { test -e config.status || \
		'$(abs_srcdir)/configure' --quiet --enable-static-binary \
		--disable-container-tests --prefix=/usr --sysconfdir=/etc \
		$(CAPCTL_SWITCH) --with-runtime='$(DEFAULT_RUNTIME)'; }
	@cd static && $(MAKE) $(bin_PROGRAMS)

## fuzz-targets: build the fuzz targets
fuzz-targets: $(ALL_FUZZ_TARGETS)

## fuzz: fuzz each target for SECONDS=60 (needs --enable-fuzzing CC=clang)
SECONDS = 60
if FUZZING
fuzz: $(ALL_FUZZ_TARGETS)
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/fuzz/run \
		'$(SECONDS)' $(ALL_FUZZ_TARGETS)
else
fuzz:
	@echo 'make fuzz needs: ./configure --enable-fuzzing CC=clang' >&2; exit 1
endif

## fuzz-table: fuzz each target for SECONDS=60 or more, as tables in fuzz.md
# SECONDS without sanitizers, a multiple for fast targets; and RUNS times with.
# FUZZED='policy spec' fuzzes some targets, ROWS=DIRECTORY those without a row there.
RUNS = 20000
FUZZED = $(patsubst tests/fuzz/%_fuzz,%,$(ALL_FUZZ_TARGETS))
FUZZ_PLAIN_FLAGS = -g -O2 -fsanitize=fuzzer-no-link
fuzz-table: $(ALL_FUZZ_TARGETS)
	@$(MKDIR_P) fuzz-plain
	@cd fuzz-plain && { test -e config.status || \
		'$(abs_srcdir)/configure' --quiet --enable-fuzzing \
		--disable-container-tests $(CAPCTL_SWITCH) CC='$(CC)' CXX='$(CXX)' \
		CFLAGS='$(FUZZ_PLAIN_FLAGS)' CXXFLAGS='$(FUZZ_PLAIN_FLAGS)' \
		LIB_FUZZING_ENGINE=-fsanitize=fuzzer; }
	@cd fuzz-plain && $(MAKE) -s fuzz-targets
	@srcdir='$(srcdir)' ROWS='$(ROWS)' $(srcdir)/tests/fuzz/table \
		'$(SECONDS)' '$(RUNS)' \
		fuzz-plain $(FUZZED:%=tests/fuzz/%_fuzz) >fuzz.md-new
	@mv fuzz.md-new fuzz.md && cat fuzz.md

## soak-fuzz: fuzz each target for an hour, as tables in fuzz.md (half a day)
# Also some of them: FUZZED. An interrupted one goes on with what has no row.
FUZZ_SOAK_SECONDS = 3600
soak-fuzz:
	@$(MKDIR_P) fuzz-soak
	@cd fuzz-soak && { test -e config.status || \
		'$(abs_srcdir)/configure' --quiet --enable-fuzzing \
		--disable-container-tests $(CAPCTL_SWITCH) CC=clang CXX=clang++; }
	@cd fuzz-soak && $(MAKE) -s fuzz-table \
		SECONDS='$(FUZZ_SOAK_SECONDS)' ROWS='rows-$(FUZZ_SOAK_SECONDS)'
	@cp fuzz-soak/fuzz.md fuzz.md

## analyze: static analysis by clang-tidy and gcc (minutes)
analyze: config.h
	builddir='$(abs_builddir)' $(srcdir)/tools/analyze clang-tidy
	builddir='$(abs_builddir)' $(srcdir)/tools/analyze gcc

## coverage: what tests run of the sources that capruntime links (needs --enable-coverage)
if COVERAGE
coverage: all
	find . -name '*.gcda' -exec rm -f {} +
	$(MAKE) check check_PROGRAMS='$(UNIT_TESTS) $(HELPERS)' \
		TESTS='$(UNIT_TESTS) $(COVERAGE_TESTS)'
	$(srcdir)/tests/coverage $(srcdir)
else
coverage:
	@echo 'make coverage needs: ./configure --enable-coverage' >&2; exit 1
endif

## bench: measure what capruntime costs, as tables in bench.md (5 minutes)
# Beside this build with musl, it needs one with glibc.
bench: all
	@$(MAKE) --no-print-directory $(EXTRA_PROGRAMS) tests/bench/no_libc
	@test -n '$(LIBC_CFLAGS)' || { echo 'make bench needs musl-gcc' >&2; exit 1; }
	@$(MKDIR_P) bench-glibc
	@cd bench-glibc && { test -e config.status || \
		'$(abs_srcdir)/configure' --quiet --without-musl --disable-capctl \
		--runstatedir='$(runstatedir)' --with-runtime='$(DEFAULT_RUNTIME)'; }
	@cd bench-glibc && $(MAKE) capruntime tests/bench/exec_only
	$(srcdir)/tests/bench/run . bench-glibc >bench.md-new
	@mv bench.md-new bench.md && cat bench.md

## instructions: record how many instructions calls need, for make check
instructions: all
	$(srcdir)/tests/bench/instructions --write ./capruntime

## mutation: change capruntime's source in many places, and test each (hours)
# MUTATION has options of tests/mutation/run, or sources.
mutation: check-helpers
	$(srcdir)/tests/mutation/run . $(MUTATION)

## examples-expect: write examples/*.expect again, as capctl explains them now
examples-expect: capctl
	set -e; for policy in $(srcdir)/examples/*.json; do \
		name=`basename "$$policy" .json`; \
		$(srcdir)/tools/explain-example ./capctl "$$name" \
			>"$(srcdir)/examples/$$name.expect"; \
	done

## format: run clang-format on all sources
format:
	cd $(srcdir) && find src include tests examples \
		'(' -name '*.[ch]' -o -name '*.cc' ')' \
		-exec $(CLANG_FORMAT) -i {} +

## packages: make the Debian package, the RPM and the tarballs in packages/
packages: dist
	$(srcdir)/tools/make-packages $(distdir).tar.xz packages

## sbom: list what the programs are linked from, in capruntime.spdx.json
sbom: capruntime.map $(CAPCTL_MAP)
	@CXX='$(CXX)' $(srcdir)/tools/make-sbom $(VERSION) capruntime.map \
		$(CAPCTL_MAP) >capruntime.spdx.json-t
	@mv capruntime.spdx.json-t capruntime.spdx.json

.PHONY: analyze bench check-fresh check-helpers check-one check-quick \
	coverage differential examples-expect faults feature-table format fuzz \
	fuzz-table fuzz-targets help instructions learn-table load memcheck \
	mutation packages sbom soak soak-admission soak-architectures soak-bats \
	soak-cycles soak-fuzz soak-packages soak-releases soak-unit static-programs \
	vm-check
