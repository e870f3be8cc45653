/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/sets.h"

#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#define PREFIX "CAP_"
#define BIT(name) (UINT64_C(1) << CAP_##name)

capmask pod_sets_containerd_defaults(void)
{
	return BIT(CHOWN) | BIT(DAC_OVERRIDE) | BIT(FSETID) | BIT(FOWNER) |
	       BIT(MKNOD) | BIT(NET_RAW) | BIT(SETGID) | BIT(SETUID) |
	       BIT(SETFCAP) | BIT(SETPCAP) | BIT(NET_BIND_SERVICE) |
	       BIT(SYS_CHROOT) | BIT(KILL) | BIT(AUDIT_WRITE);
}

bool pod_sets_is_all(const char *word)
{
	return strcasecmp(word, "ALL") == 0;
}

capmask pod_sets_capability(enum engine kind, const char *word)
{
	if (kind == ENGINE_CONTAINERD &&
	    strncasecmp(word, PREFIX, strlen(PREFIX)) == 0)
		return 0;
	return capset_from_name(word, strlen(word));
}

static bool has_all(const struct yaml_value *list)
{
	for (const struct yaml_item *item = list ? list->items : NULL; item;
	     item = item->next)
		if (pod_sets_is_all(item->value->text))
			return true;
	return false;
}

static capmask named(enum engine kind, const struct yaml_value *list)
{
	capmask mask = 0;

	for (const struct yaml_item *item = list ? list->items : NULL; item;
	     item = item->next)
		mask |= pod_sets_capability(kind, item->value->text);
	return mask;
}

/* All that the kernel knows for CRI-O, all that it holds for containerd. */
static capmask everything(enum engine kind, const struct own_caps *own)
{
	return kind == ENGINE_CRIO ? own->kernel : own->kernel & own->permitted;
}

static capmask bounding(const struct pod_sets_engine *engine,
			const struct pod_container *container,
			const struct own_caps *own)
{
	capmask mask = engine->defaults;

	if (container->privileged)
		return everything(engine->kind, own);
	if (has_all(container->add))
		mask = everything(engine->kind, own);
	if (has_all(container->drop))
		mask = 0;
	mask |= named(engine->kind, container->add);
	return mask & ~named(engine->kind, container->drop);
}

static const char *unknown_word(const struct pod_sets_engine *engine,
				const struct pod_container *container,
				const struct own_caps *own)
{
	const struct yaml_item *item =
		container->add ? container->add->items : NULL;

	if (engine->kind != ENGINE_CRIO || container->privileged)
		return NULL;
	for (; item; item = item->next)
		if (!pod_sets_is_all(item->value->text) &&
		    !(pod_sets_capability(engine->kind, item->value->text) &
		      own->kernel))
			return item->value->text;
	return NULL;
}

struct capsets pod_sets_make(const struct pod_sets_engine *engine,
			     const struct pod_container *container,
			     const struct own_caps *own,
			     const char **ret_unknown)
{
	capmask mask = bounding(engine, container, own);
	bool crio_full = engine->kind == ENGINE_CRIO && container->privileged;
	struct capsets sets = { { 0 } };

	*ret_unknown = unknown_word(engine, container, own);
	sets.set[CAPSET_BOUNDING] = mask;
	sets.set[CAPSET_PERMITTED] = mask;
	sets.set[CAPSET_EFFECTIVE] = mask;
	if (crio_full || (engine->kind == ENGINE_CRIO && engine->inheritable))
		sets.set[CAPSET_INHERITABLE] = mask;
	if (crio_full)
		sets.set[CAPSET_AMBIENT] = mask;
	return sets;
}

capmask pod_sets_added(const struct pod_sets_engine *engine,
		       const struct pod_container *container,
		       const struct own_caps *own)
{
	capmask mask = named(engine->kind, container->add);

	if (has_all(container->add))
		mask |= everything(engine->kind, own);
	return mask;
}
