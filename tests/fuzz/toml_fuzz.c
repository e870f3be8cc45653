/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is one file of an engine's configuration, then the same file twice.
 * No reader crashes, a file that is read again changes nothing, and a message
 * about invalid TOML or JSON has its location.
 */
#include "config.h"

#include "capctl/engine/engine.h"

#include <string.h>

#include "fuzz.h"

#define INPUT_MAX 4096

static bool names_us(const void *context, const char *path)
{
	(void)context;
	return *path == '/';
}

static void walk(const struct toml_value *value)
{
	const char *key;

	for (size_t i = 0; i < toml_count(value); i++) {
		const struct toml_value *child =
			toml_kind(value) == TOML_TABLE
				? toml_member(value, i, &key)
				: toml_element(value, i);

		MUST(child);
		walk(child);
	}
	MUST(!toml_string(value) == (toml_kind(value) != TOML_STRING));
}

static void load_files(enum engine kind, const char *text, size_t len,
		       struct engine_config *config, struct findings *findings,
		       int times)
{
	struct err err = { 0 };

	*config = (struct engine_config){ .kind = kind,
					  .is_capruntime = names_us };
	for (int i = 0; i < times; i++)
		MUST(engine_config_add(config, "f", text, len, &err) == 0);
	MUST(engine_check(config, findings, &err) == 0);
	MUST(!findings->failed);
}

static void check_engine(enum engine kind, const char *text, size_t len)
{
	struct engine_config once CLEANUP_ENGINE, twice CLEANUP_ENGINE;
	struct findings first CLEANUP_FINDINGS = { 0 };
	struct findings second CLEANUP_FINDINGS = { 0 };

	load_files(kind, text, len, &once, &first, 1);
	load_files(kind, text, len, &twice, &second, 2);
	MUST(once.handlers_count == twice.handlers_count);
	for (size_t i = 0; i < once.handlers_count; i++)
		MUST(strcmp(once.handlers[i].name, twice.handlers[i].name) ==
		     0);
	walk(toml_root(once.files[0].doc));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct toml_doc *doc;
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	if (size > INPUT_MAX)
		return 0;
	text = malloc(size ? size : 1);
	MUST(text);
	if (size)
		memcpy(text, data, size);
	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++) {
		if ((kind == ENGINE_DOCKER ? toml_parse_json : toml_parse)(
			    &doc, "f", text, size, &err) < 0) {
			MUST(!doc && strncmp(err.text, "'f':", 4) == 0);
			continue;
		}
		toml_free(doc);
		check_engine((enum engine)kind, text, size);
	}
	return 0;
}
