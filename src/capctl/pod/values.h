/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed members of a map, as Kubernetes reads them: null counts as absent, and
 * a value of another type is an error that names file, line, key and the way
 * out. A plain word that some readers take for a boolean or a number is no
 * string. Pure.
 */
#ifndef CAPRUNTIME_CAPCTL_POD_VALUES_H
#define CAPRUNTIME_CAPCTL_POD_VALUES_H

#include <stdint.h>

#include "capctl/pod/yaml.h"

struct values {
	struct yaml_tree *tree;
	struct err *err;
};

enum values_truth { VALUES_ABSENT, VALUES_FALSE, VALUES_TRUE };

/* Each leaves NULL (VALUES_ABSENT, -1) for an absent member. */
int values_get_map(const struct values *values, const struct yaml_value *map,
		   const char *key,
		   const struct yaml_value **ret_value) MUST_CHECK;
int values_get_list(const struct values *values, const struct yaml_value *map,
		    const char *key,
		    const struct yaml_value **ret_value) MUST_CHECK;
int values_get_text(const struct values *values, const struct yaml_value *map,
		    const char *key, const char **ret_text) MUST_CHECK;
int values_get_truth(const struct values *values, const struct yaml_value *map,
		     const char *key, enum values_truth *ret_truth) MUST_CHECK;
/* A user or group ID of Kubernetes: up to 2147483647. */
int values_get_id(const struct values *values, const struct yaml_value *map,
		  const char *key, int64_t *ret_id) MUST_CHECK;

/* A list of strings, or a map of strings, and nothing else. */
int values_check_texts(const struct values *values,
		       const struct yaml_value *texts,
		       const char *key) MUST_CHECK;
int values_check_ids(const struct values *values, const struct yaml_value *ids,
		     const char *key) MUST_CHECK;
/* -1: it is not one. */
int64_t values_id(const struct yaml_value *value);
bool values_is_map(const struct yaml_value *value);

#endif
