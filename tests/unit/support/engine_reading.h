/* SPDX-License-Identifier: Apache-2.0 */
/* Reads texts as an engine's files, for the tests of its configuration. */
#ifndef CAPRUNTIME_ENGINE_READING_H
#define CAPRUNTIME_ENGINE_READING_H

#include "capctl/engine/engine.h"
#include "tap.h"

#define OURS "/usr/bin/capruntime"
#define FILES_MAX 4

static inline bool names_us(const void *context, const char *path)
{
	(void)context;
	return strstr(path, "capruntime") != NULL;
}

struct reading {
	struct engine_config config;
	struct findings findings;
};

#define CLEANUP_READING __attribute__((cleanup(reading_free)))

static inline void reading_free(struct reading *reading)
{
	engine_config_free(&reading->config);
	findings_free(&reading->findings);
}

/* Files "0", "1" … with these texts. */
static inline struct reading read_files(enum engine kind,
					const char *const texts[FILES_MAX])
{
	struct reading reading = { .config = { .kind = kind,
					       .is_capruntime = names_us } };
	struct err err = { 0 };

	for (int i = 0; i < FILES_MAX && texts[i]; i++) {
		const char name[] = { (char)('0' + i), '\0' };

		CHECK(engine_config_add(&reading.config, name, texts[i],
					strlen(texts[i]), &err) == 0);
	}
	CHECK(engine_check(&reading.config, &reading.findings, &err) == 0);
	CHECK_STR(err.text, "");
	return reading;
}

#define READ(kind, ...)                                                        \
	read_files(kind, (const char *const[FILES_MAX]){ __VA_ARGS__ })

static inline void check_handler(const struct reading *reading, size_t index,
				 const char *name, const char *path,
				 const char *file)
{
	const struct engine_config *config = &reading->config;

	REQUIRE(index < config->handlers_count);
	CHECK_STR(config->handlers[index].name, name);
	CHECK_STR(config->handlers[index].path, path);
	CHECK_STR(config->handlers[index].file, file);
}

static inline void check_findings(const struct reading *reading, size_t count)
{
	CHECK_U64(reading->findings.count, count);
	for (size_t i = 0; i < reading->findings.count; i++)
		if (reading->findings.count != count)
			printf("# %s\n", reading->findings.list[i].text);
}

/* Reads the files, and compares engine_default_program(). */
#define CHECK_PROGRAM(expected, kind, ...)                                     \
	do {                                                                   \
		struct reading one CLEANUP_READING = READ(kind, __VA_ARGS__);  \
                                                                               \
		CHECK_STR(engine_default_program(&one.config), expected);      \
	} while (0)

#endif
