/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of containerd's config.toml. */
#ifndef CAPRUNTIME_CONTAINERD_TEXTS_H
#define CAPRUNTIME_CONTAINERD_TEXTS_H

#define V2 "version = 2\n"
#define V3 "version = 3\n"
#define V4 "version = 4\n"
#define T2 "[plugins.\"io.containerd.grpc.v1.cri\".containerd"
#define T3 "[plugins.\"io.containerd.cri.v1.runtime\".containerd"
#define RUNTIME(table, name, path)                                             \
	table ".runtimes." name                                                \
	      "]\nruntime_type = \"io.containerd.runc.v2\"\n"                  \
	      "pod_annotations = [\"capruntime.io/*\"]\n" table                \
	      ".runtimes." name ".options]\nBinaryName = \"" path "\"\n"

#endif
