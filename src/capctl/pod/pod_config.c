/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/pod_config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define DEFAULT_PATH                                                           \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define REQUESTS "capruntime.io/"
#define WORD_MAX 64

static void add_number(struct buf *buf, const char *before, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	buf_add_str(buf, before);
	buf_add_str(buf, text);
}

/* fsGroup and runAsGroup are supplementary groups, too. */
static void add_user(struct buf *buf, const struct pod_config *config)
{
	const struct yaml_value *groups = config->pod->groups;
	int64_t gid = config->container->gid < 0 ? 0 : config->container->gid;

	add_number(buf, "\"user\":{\"uid\":", config->uid);
	add_number(buf, ",\"gid\":", gid);
	add_number(buf, ",\"additionalGids\":[", gid);
	for (const struct yaml_item *item = groups ? groups->items : NULL; item;
	     item = item->next)
		add_number(buf, ",", values_id(item->value));
	if (config->pod->fs_group >= 0)
		add_number(buf, ",", config->pod->fs_group);
	buf_add_str(buf, "]}");
}

static void add_texts(struct buf *buf, const struct yaml_value *texts,
		      const char *before)
{
	for (const struct yaml_item *item = texts ? texts->items : NULL; item;
	     item = item->next) {
		buf_add_str(buf, before);
		buf_add_json(buf, item->value->text);
		before = ",";
	}
}

/* Without a command the program is the image's, which is not known. */
static void add_command(struct buf *buf, const struct pod_config *config)
{
	const struct pod_container *container = config->container;
	const char *directory = container->directory;

	if (container->command && container->command->count) {
		buf_add_str(buf, ",\"args\":[");
		add_texts(buf, container->command, "");
		add_texts(buf, container->args, ",");
		buf_add_str(buf, "]");
	}
	buf_add_str(buf, ",\"cwd\":");
	buf_add_json(buf, directory && *directory ? directory : "/");
	buf_add_str(buf, ",\"env\":[\"" DEFAULT_PATH "\"");
	if (container->search) {
		struct buf path CLEANUP_BUF = { 0 };

		buf_add_str(&path, "PATH=");
		buf_add(&path, container->search,
			strlen(container->search) + 1);
		buf_add_str(buf, ",");
		buf->failed |= path.failed;
		if (!path.failed)
			buf_add_json(buf, path.text);
	}
	buf_add_str(buf, "]");
}

/* containerd lets words through that are no capability. */
static void add_stray(struct buf *buf, const struct pod_config *config,
		      const char *between)
{
	const struct yaml_value *add = config->container->add;
	char word[WORD_MAX];

	if (config->engine != ENGINE_CONTAINERD ||
	    config->container->privileged)
		return;
	for (const struct yaml_item *item = add ? add->items : NULL; item;
	     item = item->next) {
		const char *text = item->value->text;

		if (pod_sets_is_all(text) ||
		    pod_sets_capability(config->engine, text) ||
		    strlen(text) >= sizeof(word) - sizeof("CAP_"))
			continue;
		snprintf(word, sizeof(word), "CAP_%s", text);
		for (char *byte = word; *byte; byte++)
			*byte = (char)toupper((unsigned char)*byte);
		buf_add_str(buf, between);
		buf_add_json(buf, word);
		between = ",";
	}
}

static bool has_stray(enum capset_which which)
{
	return which == CAPSET_BOUNDING || which == CAPSET_PERMITTED ||
	       which == CAPSET_EFFECTIVE;
}

static void add_sets(struct buf *buf, const struct pod_config *config)
{
	buf_add_str(buf, ",\"capabilities\":{");
	for (int i = 0; i < CAPSET_COUNT; i++) {
		capmask mask = config->sets.set[i];

		buf_add_str(buf, i ? "," : "");
		buf_add_json(buf, capset_key((enum capset_which)i));
		buf_add_str(buf, mask ? ":[\"" : ":[");
		capset_add_names(buf, mask, "\",\"");
		buf_add_str(buf, mask ? "\"" : "");
		if (has_stray((enum capset_which)i))
			add_stray(buf, config, mask ? "," : "");
		buf_add_str(buf, "]");
	}
	buf_add_str(buf, "}");
	if (config->container->no_new_privileges)
		buf_add_str(buf, ",\"noNewPrivileges\":true");
}

/* CRI-O leaves out the entry of a namespace that is the node's. */
static void add_namespaces(struct buf *buf, const struct pod *pod)
{
	buf_add_str(buf, ",\"linux\":{\"namespaces\":[{\"type\":\"mount\"}");
	if (!pod->host_pid)
		buf_add_str(buf, ",{\"type\":\"pid\"}");
	if (!pod->host_network)
		buf_add_str(buf, ",{\"type\":\"network\"}");
	if (pod->new_users)
		buf_add_str(buf, ",{\"type\":\"user\"}");
	buf_add_str(buf, "]");
	if (pod->port_start) {
		buf_add_str(buf, ",\"sysctl\":{\"" POD_PORT_SYSCTL "\":");
		buf_add_json(buf, pod->port_start);
		buf_add_str(buf, "}");
	}
	/* The files of the image are mapped as the container's users are. */
	for (int i = 0; pod->new_users && i < 2; i++)
		buf_add_str(
			buf,
			i ? ",\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":65536}]"
			  : ",\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":65536}]");
	buf_add_str(buf, "}");
}

bool pod_config_passes(const struct pod_config *config, const char *key)
{
	return config->engine == ENGINE_CRIO ||
	       (config->passes_requests &&
		strncmp(key, REQUESTS, strlen(REQUESTS)) == 0 &&
		!strchr(key + strlen(REQUESTS), '/'));
}

static void add_annotation(struct buf *buf, const char *key, const char *value)
{
	buf_add_json(buf, key);
	buf_add_str(buf, ":");
	buf_add_json(buf, value ? value : "");
	buf_add_str(buf, ",");
}

struct annotation_pair {
	const char *key;
	const char *value;
};

/* The engine's own keys; those of a pod do not replace them. */
#define ENGINE_KEYS_MAX 8

static size_t engine_annotations(const struct pod_config *config,
				 struct annotation_pair *ret_pairs)
{
	bool crio = config->engine == ENGINE_CRIO;
	const struct annotation_pair pairs[] = {
		{ "io.container.manager", crio ? "cri-o" : NULL },
		{ crio ? "io.kubernetes.cri-o.ContainerType"
		       : "io.kubernetes.cri.container-type",
		  "container" },
		{ subject_text_key(config->engine, MATCH_NAMESPACE),
		  config->namespace },
		{ subject_text_key(config->engine, MATCH_POD),
		  config->pod->name },
		{ subject_text_key(config->engine, MATCH_CONTAINER),
		  config->container->name },
		{ subject_text_key(config->engine, MATCH_IMAGE),
		  config->container->image },
	};
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (pairs[i].value)
			ret_pairs[count++] = pairs[i];
	return count;
}

static bool is_engine_key(const struct annotation_pair *pairs, size_t count,
			  const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].key, key) == 0)
			return true;
	return false;
}

static void add_annotations(struct buf *buf, const struct pod_config *config)
{
	const struct yaml_value *annotations = config->pod->annotations;
	struct annotation_pair pairs[ENGINE_KEYS_MAX];
	size_t count = engine_annotations(config, pairs);

	buf_add_str(buf, ",\"annotations\":{");
	for (const struct yaml_item *item = annotations ? annotations->items
							: NULL;
	     item; item = item->next)
		if (pod_config_passes(config, item->key) &&
		    !is_engine_key(pairs, count, item->key))
			add_annotation(buf, item->key, item->value->text);
	for (size_t i = 0; i < count; i++)
		add_annotation(buf, pairs[i].key, pairs[i].value);
	/* The last comma. */
	if (!buf->failed)
		buf->len--;
	buf_add_str(buf, "}");
}

int pod_config_make(const struct pod_config *config, char **ret_text,
		    struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, "{\"ociVersion\":\"1.0.2\",\"process\":{");
	add_user(&buf, config);
	add_command(&buf, config);
	add_sets(&buf, config);
	buf_add_str(&buf, "}");
	if (config->image_root) {
		buf_add_str(&buf, ",\"root\":{\"path\":");
		buf_add_json(&buf, config->image_root);
		buf_add_str(&buf, "}");
	}
	add_namespaces(&buf, config->pod);
	add_annotations(&buf, config);
	buf_add_str(&buf, "}");
	if (buf.len > POD_CONFIG_MAX)
		return err_set(
			err,
			"larger than the %zu bytes that Kubernetes stores: shorten it",
			POD_CONFIG_MAX);
	return buf_take(&buf, ret_text, NULL, err);
}
