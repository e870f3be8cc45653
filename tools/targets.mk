# SPDX-License-Identifier: Apache-2.0
# What people call by name: 'make TARGET'.

TOOLS_DIST = \
	tools/build-deb \
	tools/build-rpm \
	tools/build-tarball \
	tools/check-tree.sh \
	tools/explain-example \
	tools/make-schema \
	tools/make-screens

check-quick: all
	$(MAKE) check RUNTIME_TESTS= CAPCTL_RUNTIME_TESTS= ENGINE_TESTS= \
		KUBERNETES_TESTS=

soak: all $(SOAK_TESTS) $(PROBE) tests/cli/capruntime-sysroot
	set -e; for test in $(SOAK_TESTS); do \
		echo "== $$test"; srcdir='$(abs_srcdir)' \
		CAPRUNTIME_SOAK=$${CAPRUNTIME_SOAK-10} ./$$test; \
	done
if CONTAINER_TESTS
	@$(AM_TESTS_ENVIRONMENT) CAPRUNTIME_CYCLES=$${CAPRUNTIME_CYCLES-500} \
		$(BATS) --tap $(srcdir)/tests/runtime/cycles.bats
	@$(MAKE) soak-packages
endif

# Built, and used in a fresh root: wants what './quickstart install soak'
# installs, and a mirror of Debian's.
soak-packages: dist
	@$(AM_TESTS_ENVIRONMENT) DIST='$(abs_builddir)/$(distdir).tar.xz' \
		$(BATS) --tap $(srcdir)/tests/soak/packages.bats

# What the image and a MachineConfig hold: the programs without any library.
static-programs:
	@$(MKDIR_P) static
	@cd static && { test -e config.status || \
		'$(abs_srcdir)/configure' --quiet --enable-static-binary \
		--disable-container-tests --prefix=/usr --sysconfdir=/etc \
		--with-runtime='$(DEFAULT_RUNTIME)'; }
	@cd static && $(MAKE) capruntime capctl

fuzz-targets: $(ALL_FUZZ_TARGETS)

SECONDS = 60
if FUZZING
fuzz: $(ALL_FUZZ_TARGETS)
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/fuzz/run \
		'$(SECONDS)' $(ALL_FUZZ_TARGETS)
else
fuzz:
	@echo 'make fuzz needs: ./configure --enable-fuzzing CC=clang' >&2; exit 1
endif

bench: all $(EXTRA_PROGRAMS)
	DEFAULT_RUNTIME='$(DEFAULT_RUNTIME)' $(srcdir)/tests/bench/run \
		./capruntime tests/bench/exec_only tests/bench/pairs ./capctl

# What capctl says of the examples now.
examples-expect: capctl
	set -e; for policy in $(srcdir)/examples/*.json; do \
		name=`basename "$$policy" .json`; \
		$(srcdir)/tools/explain-example ./capctl "$$name" \
			>"$(srcdir)/examples/$$name.expect"; \
	done

format:
	cd $(srcdir) && find src include tests examples \
		'(' -name '*.[ch]' -o -name '*.cc' ')' \
		-exec $(CLANG_FORMAT) -i {} +

# Packages, of the tarball that 'make dist' makes; into the directory packages/.

packages: dist
	$(srcdir)/tools/build-deb $(distdir).tar.xz packages
	$(srcdir)/tools/build-rpm $(distdir).tar.xz packages
	$(srcdir)/tools/build-tarball $(distdir).tar.xz packages

.PHONY: bench check-quick examples-expect format fuzz fuzz-targets packages \
	soak soak-packages static-programs
