/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/ambient_request.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"

#define SEPARATORS ", \t\r\n"
#define NOTHING "none"

static int find_value(const struct annotations *annotations,
		      const char *container, const char **ret_value,
		      struct err *err)
{
	char *key CLEANUP_FREE = NULL;

	*ret_value = NULL;
	if (container) {
		key = alloc_text("%s.%s", AMBIENT_REQUEST_KEY, container);
		if (!key)
			return err_set_no_memory(err);
		*ret_value = annotations_find(annotations, key);
	}
	if (!*ret_value)
		*ret_value = annotations_find(annotations, AMBIENT_REQUEST_KEY);
	return 0;
}

static void add_word(struct ambient_request *request, struct buf *unknown,
		     const char *word, size_t len)
{
	capmask capability = capset_from_name(word, len);

	request->asked |= capability;
	if (capability)
		return;
	if (unknown->len)
		buf_add_str(unknown, " ");
	buf_add(unknown, word, len);
}

/* Only if it is the single word; in a list, "none" is an unknown name. */
static bool is_nothing(const char *value)
{
	size_t len;

	value += strspn(value, SEPARATORS);
	len = strcspn(value, SEPARATORS);
	if (len != strlen(NOTHING) || strncasecmp(value, NOTHING, len) != 0)
		return false;
	return value[len + strspn(value + len, SEPARATORS)] == '\0';
}

int ambient_request_read(struct ambient_request *ret_request,
			 const struct annotations *annotations,
			 const char *container, struct err *err)
{
	struct buf unknown CLEANUP_BUF = { 0 };
	const char *value;

	*ret_request = (struct ambient_request){ 0 };
	if (find_value(annotations, container, &value, err) < 0)
		return -1;
	if (!value || is_nothing(value))
		return 0;
	for (value += strspn(value, SEPARATORS); *value;
	     value += strspn(value, SEPARATORS)) {
		size_t len = strcspn(value, SEPARATORS);

		add_word(ret_request, &unknown, value, len);
		value += len;
	}
	if (!unknown.len && !unknown.failed)
		return 0;
	return buf_take(&unknown, &ret_request->unknown, NULL, err);
}

void ambient_request_free(struct ambient_request *request)
{
	free(request->unknown);
	*request = (struct ambient_request){ 0 };
}
