/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a manifest (manifest.h) below a pod, or below a pod's template. */
#ifndef CAPRUNTIME_CAPCTL_POD_SPEC_H
#define CAPRUNTIME_CAPCTL_POD_SPEC_H

#include "capctl/pod/manifest.h"

/* Fills in `pod` from metadata.annotations and spec of the template. */
int pod_spec_read(struct manifest *manifest, struct pod *pod,
		  const struct values *values,
		  const struct yaml_value *template) MUST_CHECK;

#endif
