/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a request's value. The requested capabilities and the unknown
 * words together are the words of the value, for every separator.
 */
#include "config.h"

#include "policy/ambient_request.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX 4096
#define SEPARATORS ", \t\r\n"

static char general_key[] = AMBIENT_REQUEST_KEY,
	    own_key[] = AMBIENT_REQUEST_KEY ".c";

/* Both forms; NULL: absent. The caller frees. */
static struct ambient_request read_forms(char *general, char *own,
					 const char *container)
{
	struct annotation list[2];
	struct annotations annotations = { .list = list };
	struct ambient_request request;
	struct err err = { 0 };

	if (general)
		list[annotations.count++] =
			(struct annotation){ general_key, general };
	if (own)
		list[annotations.count++] = (struct annotation){ own_key, own };
	MUST(ambient_request_read(&request, &annotations, container, &err) ==
	     0);
	MUST(err.text[0] == '\0');
	return request;
}

static bool is_same(const struct ambient_request *a,
		    const struct ambient_request *b)
{
	return a->asked == b->asked && !a->unknown == !b->unknown &&
	       (!a->unknown || strcmp(a->unknown, b->unknown) == 0);
}

static size_t count_words(const char *text)
{
	size_t words = 0;

	for (text += strspn(text, SEPARATORS); *text;
	     text += strspn(text, SEPARATORS)) {
		text += strcspn(text, SEPARATORS);
		words++;
	}
	return words;
}

static size_t count_bits(capmask mask)
{
	size_t bits = 0;

	for (; mask; mask &= mask - 1)
		bits++;
	return bits;
}

/* Words separated by one blank; none is a capability. */
static void check_unknown(const char *unknown)
{
	MUST(*unknown && strchr(SEPARATORS, *unknown) == NULL);
	while (*unknown) {
		size_t len = strcspn(unknown, SEPARATORS);

		MUST(len && !capset_from_name(unknown, len));
		unknown += len;
		MUST(!*unknown || (*unknown == ' ' && unknown[1] != '\0'));
		unknown += *unknown == ' ';
	}
}

static void check_words(const struct ambient_request *request,
			const char *value)
{
	size_t unknown = request->unknown ? count_words(request->unknown) : 0;
	size_t words = count_words(value);

	MUST(!(request->asked & ~capset_known()));
	if (request->unknown)
		check_unknown(request->unknown);
	if (!request->asked && !unknown)
		MUST(words <= 1); /* "none" */
	else
		MUST(words >= unknown + count_bits(request->asked));
}

/* The parsed request, printed, parses to the same. */
static void check_again(const struct ambient_request *request)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct ambient_request again;
	struct err err;

	capset_add_names(&buf, request->asked, " ");
	buf_add_str(&buf, " ");
	if (request->unknown)
		buf_add_str(&buf, request->unknown);
	MUST(buf_take(&buf, &text, NULL, &err) == 0);
	again = read_forms(text, NULL, NULL);
	MUST(is_same(request, &again));
	ambient_request_free(&again);
}

static void check_case(const struct ambient_request *request, char *value)
{
	struct ambient_request upper;

	for (char *at = value; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	upper = read_forms(value, NULL, NULL);
	MUST(upper.asked == request->asked);
	MUST(!upper.unknown == !request->unknown);
	ambient_request_free(&upper);
}

/*
 * The form with a container's name applies only to that container, and has
 * precedence.
 */
static void check_forms(const struct ambient_request *request, char *value)
{
	char other[] = "KILL,OTHER";
	struct ambient_request results[] = {
		read_forms(value, NULL, "c"),  read_forms(value, other, NULL),
		read_forms(value, other, "d"), read_forms(other, value, "c"),
		read_forms(NULL, value, "c"),
	};
	struct ambient_request none = read_forms(NULL, value, "d");

	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		MUST(is_same(request, &results[i]));
		ambient_request_free(&results[i]);
	}
	MUST(!none.asked && !none.unknown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ambient_request request;
	char *value CLEANUP_FREE = NULL;

	if (size > INPUT_MAX || memchr(data, '\0', size))
		return 0;
	value = malloc(size + 1);
	MUST(value);
	memcpy(value, data, size);
	value[size] = '\0';

	request = read_forms(value, NULL, NULL);
	check_words(&request, value);
	check_again(&request);
	check_forms(&request, value);
	check_case(&request, value);
	ambient_request_free(&request);
	return 0;
}
