# SPDX-License-Identifier: Apache-2.0
# What is installed in addition to the programs.

dist_pkgdata_DATA = packaging/policy.schema.json
if CAPCTL
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = packaging/completions/capctl.bash
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = packaging/completions/_capctl
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = packaging/completions/capctl.fish
endif
# Installed with the same layout: the documents link to each other.
nobase_dist_doc_DATA = $(EXAMPLES) \
	CODE_OF_CONDUCT.md \
	CONTRIBUTING.md \
	MAINTAINERS.md \
	README.md \
	SECURITY.md \
	docs/architecture.md \
	docs/benchmarks.md \
	docs/capctl.md \
	docs/debugging.md \
	docs/demo.svg \
	docs/engines.md \
	docs/faq.md \
	docs/flow.svg \
	docs/install.md \
	docs/kubernetes.md \
	docs/permission-denied.md \
	docs/robustness.md \
	docs/self-assessment.md \
	docs/support.md \
	docs/upgrade.md
# Installed with the path of this capruntime.
SNIPPETS = \
	packaging/containerd/config-v2.toml \
	packaging/containerd/config-v3.toml \
	packaging/crio/50-capruntime.conf \
	packaging/docker/daemon.json \
	packaging/logrotate/capruntime \
	packaging/podman/50-capruntime.conf
# Installed unchanged: these files choose the path of the program on a node.
KUBERNETES = \
	packaging/kubernetes/Containerfile \
	packaging/kubernetes/admission/kyverno.yaml \
	packaging/kubernetes/admission/validatingadmissionpolicy.yaml \
	packaging/kubernetes/daemonset.yaml \
	packaging/kubernetes/install-crio/50-capruntime.conf \
	packaging/kubernetes/install-crio/daemonset.yaml \
	packaging/kubernetes/install-crio/kustomization.yaml \
	packaging/kubernetes/install/daemonset.yaml \
	packaging/kubernetes/install/kustomization.yaml \
	packaging/kubernetes/kustomization.yaml \
	packaging/kubernetes/namespace.yaml \
	packaging/kubernetes/policy.json \
	packaging/kubernetes/runtimeclass.yaml \
	packaging/openshift/scc.yaml
openshiftdir = $(docdir)/packaging/openshift
dist_openshift_SCRIPTS = packaging/openshift/make-machineconfig
DEBIAN = \
	packaging/debian/changelog \
	packaging/debian/control \
	packaging/debian/copyright \
	packaging/debian/lintian-overrides \
	packaging/debian/postinst \
	packaging/debian/postrm \
	packaging/debian/prerm \
	packaging/debian/rules \
	packaging/debian/source/format

nodist_pkglibexec_SCRIPTS = packaging/package-hook
packaging/package-hook: packaging/package-hook.in Makefile
	@$(MKDIR_P) packaging
	$(AM_V_GEN)sed -e 's|@bindir[@]|$(bindir)|' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|' \
		-e 's|@runstatedir[@]|$(runstatedir)|' \
		-e 's|@pkglibexecdir[@]|$(pkglibexecdir)|' \
		'$(srcdir)/packaging/package-hook.in' >$@-t && \
		chmod +x $@-t && mv $@-t $@

# Installation never overwrites the administrator's files, and removes them only if
# they are unchanged.

confdir = $(DESTDIR)$(sysconfdir)/capruntime
docs = $(DESTDIR)$(docdir)

install-data-local:
	$(MKDIR_P) '$(confdir)/policy.d' '$(confdir)/runtimes'
	chmod 755 '$(confdir)' '$(confdir)/policy.d' '$(confdir)/runtimes'
	test -e '$(confdir)/policy.json' || $(INSTALL_DATA) \
		'$(srcdir)/packaging/policy.json' '$(confdir)/policy.json'
	set -e; for file in $(SNIPPETS) $(KUBERNETES); do \
		$(MKDIR_P) "$(docs)/$${file%/*}"; \
		$(INSTALL_DATA) "$(srcdir)/$$file" "$(docs)/$$file"; done
	cd '$(docs)' && sed -i \
		's|/usr/bin/capruntime|$(bindir)/capruntime|' $(SNIPPETS)

uninstall-local:
	if cmp -s '$(srcdir)/packaging/policy.json' '$(confdir)/policy.json'; \
		then rm -f '$(confdir)/policy.json'; fi
	for dir in /policy.d /runtimes ''; do \
		rmdir "$(confdir)$$dir" 2>/dev/null || :; done
	for file in $(SNIPPETS) $(KUBERNETES); do \
		rm -f "$(docs)/$$file"; done

uninstall-hook:
	for dir in '$(docs)' '$(DESTDIR)$(pkgdatadir)' \
		'$(DESTDIR)$(pkglibexecdir)'; do \
		find "$$dir" -depth -type d -exec rmdir {} ';' \
		2>/dev/null || :; done

PACKAGING_DIST = $(DEBIAN) $(SNIPPETS) $(KUBERNETES) \
	packaging/install.sh \
	packaging/oss-fuzz/Dockerfile \
	packaging/oss-fuzz/build.sh \
	packaging/oss-fuzz/project.yaml \
	packaging/package-hook.in \
	packaging/policy.json \
	packaging/rpm/capruntime.spec
