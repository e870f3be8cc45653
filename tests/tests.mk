# SPDX-License-Identifier: Apache-2.0
# The tests. --disable-capctl skips the lists whose names start with CAPCTL_.

# The source of a unit test is its name + .c.
UNIT_TESTS = \
	tests/unit/base/alloc_test \
	tests/unit/base/arena_test \
	tests/unit/base/buf_test \
	tests/unit/base/err_test \
	tests/unit/base/fileio_test \
	tests/unit/base/hash_test \
	tests/unit/base/path_test \
	tests/unit/base/pieces_test \
	tests/unit/base/procstat_test \
	tests/unit/base/report_test \
	tests/unit/base/time_test \
	tests/unit/base/trust_plain_test \
	tests/unit/base/trust_replaced_test \
	tests/unit/base/trust_stat_test \
	tests/unit/base/trust_test \
	tests/unit/base/utf8_test \
	tests/unit/bundle/evaluate_decide_test \
	tests/unit/bundle/evaluate_test \
	tests/unit/bundle/files_test \
	tests/unit/bundle/owner_test \
	tests/unit/capruntime/audit_line_test \
	tests/unit/capruntime/audit_test \
	tests/unit/capruntime/exec_link_sweep_test \
	tests/unit/capruntime/exec_link_test \
	tests/unit/capruntime/exec_patch_test \
	tests/unit/capruntime/exec_prepare_test \
	tests/unit/capruntime/exec_test \
	tests/unit/capruntime/heap_test \
	tests/unit/capruntime/refuse_test \
	tests/unit/caps/own_test \
	tests/unit/caps/set_test \
	tests/unit/json/check_test \
	tests/unit/json/json_c_test \
	tests/unit/json/keys_test \
	tests/unit/json/place_test \
	tests/unit/json/read_test \
	tests/unit/json/scan_test \
	tests/unit/policy/ambient_request_test \
	tests/unit/policy/decide_all_test \
	tests/unit/policy/decide_test \
	tests/unit/policy/files_installed_test \
	tests/unit/policy/files_test \
	tests/unit/policy/forgery_elsewhere_test \
	tests/unit/policy/forgery_test \
	tests/unit/policy/glob_test \
	tests/unit/policy/identity_test \
	tests/unit/policy/match_test \
	tests/unit/policy/parse_test \
	tests/unit/policy/reader_test \
	tests/unit/runtime/args_test \
	tests/unit/runtime/launch_plain_test \
	tests/unit/runtime/launch_test \
	tests/unit/runtime/root_test \
	tests/unit/spec/annotations_test \
	tests/unit/spec/edit_test \
	tests/unit/spec/patch_test \
	tests/unit/spec/record_print_test \
	tests/unit/spec/record_test \
	tests/unit/spec/spec_reading_test \
	tests/unit/spec/spec_test \
	tests/unit/spec/spec_vectors_test \
	tests/unit/spec/stray_test \
	tests/unit/spec/undo_all_test \
	tests/unit/spec/undo_history_test \
	tests/unit/spec/undo_test
# json-c, libcap, flistxattr(2) and a system call by its number write memory that
# MSan does not see: --enable-sanitizers=memory is for the other tests.
UNKNOWN_TO_MSAN = \
	tests/unit/base/fileio_test \
	tests/unit/capruntime/audit_line_test \
	tests/unit/capruntime/audit_test \
	tests/unit/capruntime/exec_prepare_test \
	tests/unit/capruntime/refuse_test \
	tests/unit/caps/set_test \
	tests/unit/json/json_c_test \
	tests/unit/json/scan_test \
	tests/unit/runtime/args_test \
	tests/unit/spec/patch_test \
	tests/unit/spec/spec_vectors_test
CAPCTL_UNIT_TESTS = \
	tests/unit/capctl/check/excerpt_test \
	tests/unit/capctl/check/glob_compare_test \
	tests/unit/capctl/check/lint_test \
	tests/unit/capctl/check/match_compare_test \
	tests/unit/capctl/child_test \
	tests/unit/capctl/container/docker_name_test \
	tests/unit/capctl/container/operand_test \
	tests/unit/capctl/container/who_test \
	tests/unit/capctl/decode/clauses_test \
	tests/unit/capctl/decode/describe_test \
	tests/unit/capctl/decode/pasted_test \
	tests/unit/capctl/dryrun_test \
	tests/unit/capctl/engine/ask_test \
	tests/unit/capctl/engine/containerd_files_test \
	tests/unit/capctl/engine/containerd_tables_test \
	tests/unit/capctl/engine/engine_config_test \
	tests/unit/capctl/engine/toml_letters_test \
	tests/unit/capctl/engine/toml_test \
	tests/unit/capctl/execve/predict_kernel_test \
	tests/unit/capctl/execve/predict_test \
	tests/unit/capctl/execve/privileged_test \
	tests/unit/capctl/execve/vfscap_test \
	tests/unit/capctl/explain/command_test \
	tests/unit/capctl/explain/entrypoint_test \
	tests/unit/capctl/finding_test \
	tests/unit/capctl/learn/confirm_test \
	tests/unit/capctl/learn/events_test \
	tests/unit/capctl/learn/export_test \
	tests/unit/capctl/learn/first_test \
	tests/unit/capctl/learn/leftover_test \
	tests/unit/capctl/learn/options_test \
	tests/unit/capctl/learn/process_test \
	tests/unit/capctl/learn/reason_test \
	tests/unit/capctl/learn/rule_test \
	tests/unit/capctl/learn/run_name_test \
	tests/unit/capctl/learn/tally_test \
	tests/unit/capctl/learn/view_test \
	tests/unit/capctl/out_test \
	tests/unit/capctl/out_view_test \
	tests/unit/capctl/pod/manifest_test \
	tests/unit/capctl/pod/pod_config_test \
	tests/unit/capctl/pod/sets_test \
	tests/unit/capctl/pod/yaml_test \
	tests/unit/capctl/probe/cases_test \
	tests/unit/capctl/probe/held_test \
	tests/unit/capctl/probe/result_test \
	tests/unit/capctl/process/cgroup_test \
	tests/unit/capctl/process/cgroupfs_test \
	tests/unit/capctl/process/containers_test \
	tests/unit/capctl/process/processes_test \
	tests/unit/capctl/process/smallfile_test \
	tests/unit/capctl/process/starter_test \
	tests/unit/capctl/process/state_test \
	tests/unit/capctl/process/status_test \
	tests/unit/capctl/rootfs/levels_test \
	tests/unit/capctl/rootfs/mounts_test \
	tests/unit/capctl/rootfs/rootfs_test \
	tests/unit/capctl/rootfs/tree_test \
	tests/unit/capctl/rootfs/view_test \
	tests/unit/capctl/rootfs/walk_test \
	tests/unit/capctl/run/check_test \
	tests/unit/capctl/run/list_test \
	tests/unit/capctl/seccomp/bpf_test \
	tests/unit/capctl/seccomp/calls_test \
	tests/unit/capctl/seccomp/closed_test \
	tests/unit/capctl/seccomp/profile_test \
	tests/unit/capctl/show/tree_test \
	tests/unit/capctl/similar_test \
	tests/unit/capctl/sync/deploy_test \
	tests/unit/capctl/verb_test \
	tests/unit/capctl/verify/drift_test
# The seeds of tests/fuzz/X_fuzz are in tests/fuzz/corpus/X/.
FUZZ_TARGETS = \
	tests/fuzz/ambient_request_fuzz \
	tests/fuzz/audit_line_fuzz \
	tests/fuzz/capset_fuzz \
	tests/fuzz/decide_fuzz \
	tests/fuzz/exec_patch_fuzz \
	tests/fuzz/identity_fuzz \
	tests/fuzz/json_check_fuzz \
	tests/fuzz/patch_fuzz \
	tests/fuzz/policy_fuzz \
	tests/fuzz/runtime_args_fuzz \
	tests/fuzz/spec_fuzz \
	tests/fuzz/undo_fuzz
CAPCTL_FUZZ_TARGETS = \
	tests/fuzz/bpf_fuzz \
	tests/fuzz/cgroup_fuzz \
	tests/fuzz/command_fuzz \
	tests/fuzz/decode_fuzz \
	tests/fuzz/held_fuzz \
	tests/fuzz/learn_fuzz \
	tests/fuzz/lint_fuzz \
	tests/fuzz/lint_location_fuzz \
	tests/fuzz/manifest_fuzz \
	tests/fuzz/state_fuzz \
	tests/fuzz/status_fuzz \
	tests/fuzz/toml_fuzz \
	tests/fuzz/tree_fuzz \
	tests/fuzz/vfscap_fuzz
CLI_TESTS = \
	tests/cli/actions.bats \
	tests/cli/audit.bats \
	tests/cli/audit_unavailable.bats \
	tests/cli/bundle_owner.bats \
	tests/cli/errors.bats \
	tests/cli/faults.bats \
	tests/cli/identity.bats \
	tests/cli/injected.bats \
	tests/cli/memory.bats \
	tests/cli/manual.bats \
	tests/cli/modes.bats \
	tests/cli/passthrough.bats \
	tests/cli/passthrough_process.bats \
	tests/cli/policyd.bats \
	tests/cli/quickstart.bats \
	tests/cli/runtimes.bats \
	tests/cli/schema.bats \
	tests/cli/session_faults.bats \
	tests/cli/session_links.bats \
	tests/cli/session_races.bats \
	tests/cli/sessions.bats \
	tests/cli/trust.bats
# With the unit tests they run what 'make coverage' asks for.
COVERAGE_TESTS = \
	tests/cli/actions.bats \
	tests/cli/audit.bats \
	tests/cli/audit_unavailable.bats \
	tests/cli/bundle_owner.bats \
	tests/cli/capctl_check.bats \
	tests/cli/checkpoints.bats \
	tests/cli/errors.bats \
	tests/cli/faults.bats \
	tests/cli/identity.bats \
	tests/cli/modes.bats \
	tests/cli/passthrough.bats \
	tests/cli/policyd.bats \
	tests/cli/runtimes.bats \
	tests/cli/session_faults.bats \
	tests/cli/session_links.bats \
	tests/cli/sessions.bats \
	tests/cli/trust.bats
CAPCTL_CLI_TESTS = \
	tests/cli/capctl.bats \
	tests/cli/capctl_check.bats \
	tests/cli/capctl_decode.bats \
	tests/cli/capctl_doctor.bats \
	tests/cli/capctl_explain.bats \
	tests/cli/capctl_hostile.bats \
	tests/cli/capctl_learn.bats \
	tests/cli/capctl_names.bats \
	tests/cli/capctl_pod.bats \
	tests/cli/capctl_restore.bats \
	tests/cli/capctl_run.bats \
	tests/cli/capctl_scan.bats \
	tests/cli/capctl_show.bats \
	tests/cli/capctl_sync.bats \
	tests/cli/capctl_verify.bats \
	tests/cli/capctl_version.bats \
	tests/cli/checkpoints.bats \
	tests/cli/completions.bats \
	tests/cli/examples.bats \
	tests/cli/manual_capctl.bats \
	tests/cli/screens.bats
RUNTIME_TESTS = \
	tests/runtime/audit.bats \
	tests/runtime/checkpoints.bats \
	tests/runtime/cycles.bats \
	tests/runtime/escalation.bats \
	tests/runtime/injected.bats \
	tests/runtime/lifecycle.bats \
	tests/runtime/sessions.bats \
	tests/runtime/sets.bats \
	tests/runtime/terminal.bats \
	tests/runtime/vectors.bats \
	tests/runtime/worked.bats
CAPCTL_ENGINE_TESTS = \
	tests/engine/conmon_verify.bats \
	tests/engine/containerd_verify.bats \
	tests/engine/docker_verify.bats \
	tests/engine/podman_verify.bats \
	tests/engine/rootless_explain.bats
CAPCTL_RUNTIME_TESTS = \
	tests/documents/commands.bats \
	tests/runtime/differential.bats \
	tests/runtime/examples.bats \
	tests/runtime/explain.bats \
	tests/runtime/learn.bats \
	tests/runtime/learn_confirm.bats \
	tests/runtime/learn_programs.bats \
	tests/runtime/names.bats \
	tests/runtime/probe.bats \
	tests/runtime/screens.bats \
	tests/runtime/seccomp.bats \
	tests/runtime/show.bats \
	tests/runtime/verify.bats \
	tests/runtime/verify_usage.bats
ENGINE_TESTS = \
	tests/engine/buildah.bats \
	tests/engine/conmon.bats \
	tests/engine/containerd.bats \
	tests/engine/containerd_life.bats \
	tests/engine/crio.bats \
	tests/engine/docker.bats \
	tests/engine/podman.bats \
	tests/engine/podman_life.bats \
	tests/engine/removal.bats \
	tests/engine/rootless.bats \
	tests/engine/snippets.bats
# Each starts its own node; the longest runs first.
KUBERNETES_TESTS = \
	tests/kubernetes/install.bats \
	tests/kubernetes/failures.bats \
	tests/kubernetes/page.bats \
	tests/kubernetes/pods.bats
# They use temporary roots; 'make soak-packages' tests the packages themselves.
PACKAGING_TESTS = \
	tests/packaging/documents.bats \
	tests/packaging/install.bats \
	tests/packaging/machines.bats \
	tests/packaging/make_packages.bats \
	tests/packaging/release.bats \
	tests/packaging/sbom.bats \
	tests/packaging/versions.bats
CAPCTL_PACKAGING_TESTS = \
	tests/packaging/machineconfig.bats \
	tests/packaging/manifests.bats \
	tests/packaging/package_hook.bats
# They run in the virtual machines of 'make vm-check'.
MACHINE_TESTS = \
	tests/machine/apparmor.bats \
	tests/machine/containerd.bats \
	tests/machine/cri.bats \
	tests/machine/delegated.bats \
	tests/machine/full.bats \
	tests/machine/learn.bats \
	tests/machine/package.bats \
	tests/machine/selinux.bats \
	tests/machine/systemd.bats
BENCH_TESTS = \
	tests/bench/instructions.bats
# Files that tests read or load.
TEST_FILES = \
	tests/bench/fixture.bash \
	tests/bench/instructions \
	tests/bench/instructions.txt \
	tests/bench/learn-table \
	tests/bench/system-calls \
	tests/cli/capctl_helpers.bash \
	tests/cli/devlog.py \
	tests/cli/helpers.bash \
	tests/cli/passthrough_helpers.bash \
	tests/cli/policy.bash \
	tests/cli/policy_helpers.bash \
	tests/cli/schema.py \
	tests/cli/session_helpers.bash \
	tests/cli/state_helpers.bash \
	tests/documents/check \
	tests/documents/commands.bash \
	tests/documents/extract \
	tests/documents/scenes.bash \
	tests/documents/table \
	tests/documents/walk \
	tests/documents/world \
	tests/engine/conmon_helpers.bash \
	tests/engine/containerd.bash \
	tests/engine/crio_helpers.bash \
	tests/engine/docker.bash \
	tests/engine/helpers.bash \
	tests/engine/podman.bash \
	tests/engine/rootless.bash \
	tests/fuzz/fuzz.h \
	tests/fuzz/json_mutator.h \
	tests/kubernetes/helpers.bash \
	tests/kubernetes/tree.bash \
	tests/machine/helpers.bash \
	tests/machine/service.bash \
	tests/need.bash \
	tests/packaging/helpers.bash \
	tests/runtime/changing_policy.bash \
	tests/runtime/configs.py \
	tests/runtime/console.py \
	tests/runtime/differential.py \
	tests/runtime/helpers.bash \
	tests/runtime/learn_programs.bash \
	tests/runtime/learn_table.bats \
	tests/runtime/usage_helpers.bash \
	tests/runtime/variants.py \
	tests/runtime/vectors.py \
	tests/runtime/worked.py \
	tests/unit/support/annotations_of.h \
	tests/unit/support/bundle_history.h \
	tests/unit/support/captured.h \
	tests/unit/support/containerd_texts.h \
	tests/unit/support/decide_properties.h \
	tests/unit/support/engine_configs.h \
	tests/unit/support/engine_reading.h \
	tests/unit/support/exec_probe.h \
	tests/unit/support/forged_config.h \
	tests/unit/support/json_same.h \
	tests/unit/support/learn_formats.h \
	tests/unit/support/libcap_names.h \
	tests/unit/support/link_home.h \
	tests/unit/support/match_random.h \
	tests/unit/support/native_seccomp.h \
	tests/unit/support/openat_hook.h \
	tests/unit/support/own_mounts.h \
	tests/unit/support/patch_properties.h \
	tests/unit/support/plain_root.h \
	tests/unit/support/prng.h \
	tests/unit/support/session_properties.h \
	tests/unit/support/tap.h \
	tests/unit/support/tempdir.h \
	tests/unit/support/terminal.h \
	tests/unit/support/testdata.h \
	tests/unit/support/userns.h \
	tests/vm/helpers.bash
# Unit tests with N times as many trials, or longer ones, under CAPRUNTIME_SOAK=N
# (make soak).
SOAK_TESTS = \
	tests/unit/spec/undo_all_test \
	tests/unit/spec/undo_history_test
CAPCTL_SOAK_TESTS = \
	tests/unit/capctl/execve/predict_kernel_test
# Bats files that test more combinations under 'make soak'.
SOAK_BATS = \
	tests/cli/faults.bats \
	tests/cli/injected.bats \
	tests/cli/session_faults.bats
CAPCTL_SOAK_BATS = \
	tests/cli/capctl_explain.bats
CAPCTL_RUNTIME_SOAK_BATS = \
	tests/kubernetes/many.bats \
	tests/runtime/differential.bats \
	tests/runtime/explain.bats
RUNTIME_SOAK_BATS = \
	tests/runtime/injected.bats \
	tests/runtime/worked.bats

# Programs that tests call.

check_PROGRAMS = $(CHECKED) $(HELPERS)
HELPERS = tests/cli/capruntime-failing \
	tests/cli/capruntime-sysroot \
	tests/runtime/needs \
	tests/runtime/threads \
	tests/runtime/try_calls
if CAPCTL
HELPERS += examples/ambient-helper tests/cli/capctl-sysroot \
	tests/runtime/ask_calls
endif

examples_ambient_helper_LDADD = $(LIBCAP_LIBS)

# This program runs in containers, where no sanitizer works.
tests_runtime_needs_CFLAGS =
tests_runtime_needs_LDFLAGS =
tests_runtime_needs_LDADD =

# This program is added to a container's root without libraries.
tests_runtime_threads_CFLAGS = -pthread
tests_runtime_threads_LDFLAGS = -static
tests_runtime_threads_LDADD =

# The same programs with fixed paths below the build directory.
tests_cli_capruntime_sysroot_SOURCES = src/capruntime/main.c \
	src/capruntime/heap.c src/base/paths.c
tests_cli_capruntime_sysroot_CFLAGS = $(capruntime_CFLAGS)
tests_cli_capruntime_sysroot_LDFLAGS = $(capruntime_LDFLAGS)
tests_cli_capruntime_sysroot_CPPFLAGS = $(OWN_CPPFLAGS) \
	-DSYSCONFDIR='"$(abs_builddir)/tests/cli/sysroot/etc"' \
	-DRUNSTATEDIR='"$(abs_builddir)/tests/cli/sysroot/run"' \
	-DBINDIR='"$(bindir)"'
tests_cli_capruntime_sysroot_LDADD = $(CAPRUNTIME_LIBS)

# The same, with an allocator that fails where $CAPRUNTIME_FAIL says.
tests_cli_capruntime_failing_SOURCES = src/capruntime/main.c \
	src/base/paths.c tests/cli/failing_alloc.c
tests_cli_capruntime_failing_CFLAGS = $(capruntime_CFLAGS)
tests_cli_capruntime_failing_CPPFLAGS = $(tests_cli_capruntime_sysroot_CPPFLAGS)
tests_cli_capruntime_failing_LDFLAGS = $(capruntime_LDFLAGS)
tests_cli_capruntime_failing_LDADD = $(CAPRUNTIME_LIBS)

# The same, dynamic, with the allocator of the C library: where valgrind takes over.
tests_soak_capruntime_dynamic_SOURCES = src/capruntime/main.c src/base/paths.c
tests_soak_capruntime_dynamic_CPPFLAGS = $(tests_cli_capruntime_sysroot_CPPFLAGS)
tests_soak_capruntime_dynamic_LDADD = libcapruntime.a $(SHARED_LIBS)

tests_cli_capctl_sysroot_SOURCES = src/capctl/main.c src/base/paths.c
tests_cli_capctl_sysroot_CPPFLAGS = $(tests_cli_capruntime_sysroot_CPPFLAGS)
tests_cli_capctl_sysroot_LDADD = $(CAPCTL_LIBS)

# This program is alone in its container, so it is static and not instrumented.
tests_runtime_try_calls_CFLAGS = -O1
tests_runtime_try_calls_LDFLAGS = -static
tests_runtime_try_calls_LDADD =
tests_runtime_ask_calls_LDADD = $(CAPCTL_LIBS)

# Unit tests and fuzz targets.

# Tests compare the shared folders with json-c and libcap.
TESTED_LIBS = libcapruntime.a $(SHARED_LIBS) $(JSONC_LIBS) $(LIBCAP_LIBS)
tests_unit_bundle_owner_test_CFLAGS = -pthread
if TEST_LIBRARIES
ALL_UNIT_TESTS = $(UNIT_TESTS)
ALL_FUZZ_TARGETS = $(FUZZ_TARGETS)
ALL_SOAK_TESTS = $(SOAK_TESTS)
else
ALL_UNIT_TESTS =
ALL_FUZZ_TARGETS =
ALL_SOAK_TESTS =
endif
ALL_SOAK_BATS = $(SOAK_BATS)
if CONTAINER_TESTS
ALL_SOAK_BATS += $(RUNTIME_SOAK_BATS)
endif
if CAPCTL
TESTED_LIBS += $(CAPCTL_LIBS)
ALL_UNIT_TESTS += $(CAPCTL_UNIT_TESTS) $(PROBE)
ALL_FUZZ_TARGETS += $(CAPCTL_FUZZ_TARGETS)
ALL_SOAK_TESTS += $(CAPCTL_SOAK_TESTS)
ALL_SOAK_BATS += $(CAPCTL_SOAK_BATS)
if CONTAINER_TESTS
ALL_SOAK_BATS += $(CAPCTL_RUNTIME_SOAK_BATS)
endif
endif

# libFuzzer has its own main, so unit tests cannot be linked with it. Without
# libFuzzer the targets use the main of tests/fuzz/standalone.c, which runs files.
if FUZZING
CHECKED = $(ALL_FUZZ_TARGETS)
LDADD = tests/fuzz/libmutator.a $(TESTED_LIBS) $(FUZZER_LIBS)
check_LIBRARIES = tests/fuzz/libmutator.a
else
CHECKED = $(ALL_UNIT_TESTS) $(ALL_FUZZ_TARGETS)
LDADD = tests/fuzz/libmutator.a $(TESTED_LIBS) tests/fuzz/libstandalone.a
check_LIBRARIES = tests/fuzz/libmutator.a tests/fuzz/libstandalone.a
tests_fuzz_libstandalone_a_SOURCES = tests/fuzz/standalone.c
endif
tests_fuzz_libmutator_a_SOURCES = tests/fuzz/json_mutator.c

# The probe runs in processes that cannot open files: it is not instrumented.
PROBE = tests/unit/capctl/execve/exec_probe
tests_unit_capctl_execve_exec_probe_CFLAGS =
tests_unit_capctl_execve_exec_probe_LDFLAGS =
tests_unit_capctl_execve_exec_probe_LDADD =
EXTRA_tests_unit_capctl_execve_predict_kernel_test_DEPENDENCIES = $(PROBE)

EXTRA_PROGRAMS = tests/bench/counts tests/bench/exec_only \
	tests/bench/files_only tests/bench/rounds \
	tests/soak/capruntime-dynamic tests/soak/stand_in
tests_bench_counts_LDADD =
tests_bench_exec_only_CFLAGS = $(capruntime_CFLAGS)
tests_bench_exec_only_LDFLAGS = $(capruntime_LDFLAGS)
tests_bench_exec_only_LDADD =
tests_bench_files_only_CFLAGS = $(capruntime_CFLAGS)
tests_bench_files_only_LDFLAGS = $(capruntime_LDFLAGS)
tests_bench_files_only_LDADD =
tests_bench_rounds_LDADD =
tests_soak_stand_in_CFLAGS = $(capruntime_CFLAGS)
tests_soak_stand_in_LDFLAGS = $(capruntime_LDFLAGS)
tests_soak_stand_in_LDADD =
# Where it does not compile, for example on RISC-V, musl is the nearest to it.
tests/bench/no_libc: tests/bench/no_libc.c tests/bench/exec_only
	$(AM_V_GEN)$(CC) -O2 -ffreestanding -fno-stack-protector -fno-pie -no-pie \
		-static -nostdlib -o $@ $(srcdir)/tests/bench/no_libc.c || \
		cp tests/bench/exec_only $@
CLEANFILES = $(EXTRA_PROGRAMS) bench.md capctl.map capruntime.map \
	capruntime.spdx.json differential.md faults.md features.md fuzz.md \
	learn.md machines.md packaging/package-hook tests/bench/no_libc

# tools/check-links.sh and tools/make-sbom read the map of a link of the same objects.
check_DATA = capruntime.map
capruntime.map: $(capruntime_OBJECTS) $(capruntime_DEPENDENCIES)
	$(AM_V_GEN)$(CCLD) $(capruntime_CFLAGS) $(CFLAGS) $(capruntime_LDFLAGS) \
		$(LDFLAGS) -Wl,-Map=$@-t -o $@-program $(capruntime_OBJECTS) \
		$(capruntime_LDADD) $(LIBS) && rm $@-program && mv $@-t $@
if CAPCTL
CAPCTL_MAP = capctl.map
capctl.map: $(capctl_OBJECTS) $(capctl_DEPENDENCIES)
	$(AM_V_GEN)$(CCLD) $(AM_CFLAGS) $(CFLAGS) $(capctl_LDFLAGS) \
		$(LDFLAGS) -Wl,-Map=$@-t -o $@-program $(capctl_OBJECTS) \
		$(capctl_LDADD) $(LIBS) && rm $@-program && mv $@-t $@
endif

# The slow tests first, so that none runs alone at the end.
TESTS =
if CONTAINER_TESTS
if CAPCTL
TESTS += $(KUBERNETES_TESTS)
endif
TESTS += $(ENGINE_TESTS) $(RUNTIME_TESTS)
endif
TESTS += $(CLI_TESTS) $(PACKAGING_TESTS) $(BENCH_TESTS)
if CAPCTL
if CONTAINER_TESTS
TESTS += $(CAPCTL_ENGINE_TESTS) $(CAPCTL_RUNTIME_TESTS)
endif
TESTS += $(CAPCTL_CLI_TESTS) $(CAPCTL_PACKAGING_TESTS)
if !FUZZING
TESTS += $(CAPCTL_UNIT_TESTS)
endif
endif
if !FUZZING
if TEST_LIBRARIES
TESTS += $(UNIT_TESTS)
endif
endif
TESTS += tests/fuzz/replay.sh tools/check-hardening.sh tools/check-links.sh \
	tools/check-tree.sh
TEST_EXTENSIONS = .sh .bats
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_DRIVER = $(TAP_DRIVER)
BATS_LOG_DRIVER = $(TAP_DRIVER)
# .ci/run limits the time of each test with it.
LOG_COMPILER = $(TEST_LIMIT)
SH_LOG_COMPILER = $(TEST_LIMIT)
BATS_LOG_COMPILER = $(TEST_LIMIT) $(BATS)
AM_BATS_LOG_FLAGS = --tap
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)'; export srcdir; \
	builddir='$(abs_builddir)'; export builddir; \
	CAPRUNTIME_BUILT='$(abs_builddir)/capruntime'; \
	export CAPRUNTIME_BUILT; \
	SHARED=`cd '$(abs_srcdir)/../shared' 2>/dev/null && pwd`; \
	export SHARED; \
	FUZZ_TARGETS='$(ALL_FUZZ_TARGETS)'; export FUZZ_TARGETS; \
	GCOV_ERROR_FILE=/dev/null; export GCOV_ERROR_FILE;
# Most other builds use musl.
AM_DISTCHECK_CONFIGURE_FLAGS = $(CAPCTL_SWITCH) --disable-container-tests \
	--with-runtime='$(DEFAULT_RUNTIME)' --without-musl

TESTS_DIST = $(TEST_FILES) $(CLI_TESTS) $(CAPCTL_CLI_TESTS) \
	$(RUNTIME_TESTS) $(CAPCTL_RUNTIME_TESTS) $(ENGINE_TESTS) \
	$(CAPCTL_ENGINE_TESTS) \
	$(KUBERNETES_TESTS) $(PACKAGING_TESTS) $(CAPCTL_PACKAGING_TESTS) \
	$(BENCH_TESTS) \
	tests/kubernetes/many.bats \
	tests/bench/counts.c \
	tests/bench/exec_only.c \
	tests/bench/files_only.c \
	tests/bench/no_libc.c \
	tests/bench/rounds.c \
	tests/bench/run \
	tests/data \
	tests/coverage \
	tests/fuzz/corpus \
	tests/fuzz/afl \
	tests/fuzz/json_mutator.c \
	tests/fuzz/replay.sh \
	tests/fuzz/run \
	tests/fuzz/standalone.c \
	tests/fuzz/table \
	tests/mutation/equivalent \
	tests/mutation/mutants.py \
	tests/mutation/run \
	tests/machine/cri.py \
	tests/machine/run \
	$(MACHINE_TESTS) \
	tests/soak/faults \
	tests/soak/load \
	tests/soak/memcheck \
	tests/soak/stand_in.c \
	tests/soak/packages.bats \
	tests/soak/run \
	tests/vm/admission.bats \
	tests/vm/admission.go \
	tests/vm/architectures.bats \
	tests/vm/fresh.bats \
	tests/vm/features \
	tests/vm/machine \
	tests/vm/machines.bats \
	tests/vm/releases.bats \
	tests/vm/table

clean-tests:
	rm -rf machines releases tests/cli/sysroot tests/fuzz/found
