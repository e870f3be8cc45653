/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 2, 0))) static char *
format_text(struct findings *findings, const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) >= 0)
		return text;
	findings->failed = true;
	return NULL;
}

void findings_add(struct findings *findings, enum finding_level level,
		  const char *topic, const char *format, ...)
{
	struct finding *list = reallocarray(findings->list, findings->count + 1,
					    sizeof(*list));
	va_list arguments;
	char *text;

	if (!list) {
		findings->failed = true;
		return;
	}
	findings->list = list;
	va_start(arguments, format);
	text = format_text(findings, format, arguments);
	va_end(arguments);
	if (text)
		list[findings->count++] = (struct finding){ .level = level,
							    .topic = topic,
							    .text = text };
}

void findings_fix(struct findings *findings, const char *format, ...)
{
	va_list arguments;
	struct finding *last;

	if (!findings->count)
		return;
	last = &findings->list[findings->count - 1];
	free(last->fix);
	va_start(arguments, format);
	last->fix = format_text(findings, format, arguments);
	va_end(arguments);
}

const char *findings_level_name(enum finding_level level)
{
	static const char *const names[FINDING_LEVEL_COUNT] = {
		[FINDING_OK] = "ok",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error",
		[FINDING_UNKNOWN] = "unknown",
	};

	return names[level];
}

size_t findings_count(const struct findings *findings, enum finding_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level;
	return count;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].text);
		free(findings->list[i].fix);
	}
	free(findings->list);
	*findings = (struct findings){ 0 };
}
