/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker's own name of a container: in config.v2.json below dockerd's data root,
 * which the mounts of the container's config.json tell (moby's daemon/container).
 * Pure: the caller reads the files, and only those that root alone can write.
 */
#ifndef CAPRUNTIME_CAPCTL_CONTAINER_DOCKER_NAME_H
#define CAPRUNTIME_CAPCTL_CONTAINER_DOCKER_NAME_H

#include <stdbool.h>

/* Has the path the form of Docker's bundles: …/moby/ID? */
bool docker_name_is_bundle(const char *bundle);

/*
 * The path of Docker's file, from the text of the bundle's config.json. Where no
 * mount tells, it is the default one. The caller frees; NULL: out of memory.
 */
char *docker_name_path(const char *bundle, const char *config);

/* From the text of that file. The caller frees; NULL: it has no name. */
char *docker_name_parse(const char *text);

#endif
