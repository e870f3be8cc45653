# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # helpers.bash reads and sets them
# A node that capruntime is installed on from $tree, a copy of packaging/kubernetes,
# with the image that its DaemonSets use.

boot_with_tree() {
	export tree
	node_handler=/opt/capruntime/capruntime \
		kubelet_more=--sync-frequency=1s boot_node
	[ -z "$why_not" ] || return 0
	tree=$work/packaging/kubernetes
	cp -R "$srcdir/packaging" "$work"
	chmod -R u+w "$work/packaging"
	hurry
	use_own_directories
	make_image
}

# Uses this machine's real runtime and shorter intervals.
hurry() {
	sed -i -e "s|args: \[sync, --json,|& --interval=1, --runtime=$(command -v runc),|" \
		-e 's/periodSeconds: .*/periodSeconds: 1/' "$tree/daemonset.yaml"
	sed -i -e 's/interval=60/interval=1/' -e 's/minReadySeconds: .*//' \
		-e 's/periodSeconds: .*/periodSeconds: 1/' \
		"$tree"/install{,-crio}/daemonset.yaml
}

# Keeps this machine's /etc and /opt unchanged.
use_own_directories() {
	mkdir -p "$work/own/opt"
	cp -a /etc "$work/own/etc"
	rm -rf "$work/own/etc/capruntime"
	"$node/enter" mount --bind "$work/own/etc" /etc
	"$node/enter" mount --bind "$work/own/opt" /opt
}

image=registry.example/capruntime:0.1.0

# Builds the image of the Containerfile from the static programs.
make_image() {
	local buildah=(buildah --root "$work/buildah/root" --storage-driver vfs
		--runroot "$work/buildah/run") programs

	(
		flock 9
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$builddir" \
			static-programs
	) 9>"$builddir/static.lock" 3>&- 4>&-
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' \
		>"$work/signatures.json"
	programs=$work/tarballs/capruntime-${image##*:}-linux-$("$srcdir/tools/build-tarball" \
		--architectures | head -n 1)/bin
	mkdir -p "$programs"
	cp "$builddir"/static/{capctl,capruntime} "$programs"
	"${buildah[@]}" bud --quiet \
		--signature-policy "$work/signatures.json" \
		-f "$tree/Containerfile" -t "$image" "$work/tarballs" 3>&- 4>&-
	"${buildah[@]}" push --quiet \
		--signature-policy "$work/signatures.json" "$image" \
		"docker-archive:$work/image.tar:$image" 3>&- 4>&-
	"$node/enter" ctr -a "$node/run/cri.sock" -n k8s.io images import \
		"$work/image.tar"
}
