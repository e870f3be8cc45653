/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/span.h"

#include <ctype.h>
#include <string.h>

#include "capctl/similar.h"
#include "capctl/verb.h"

bool span_has_byte(char byte, const char *bytes)
{
	return byte && strchr(bytes, byte);
}

struct span span_take_word(struct span *rest, const char *separators)
{
	struct span word;

	while (rest->len && span_has_byte(*rest->at, separators)) {
		rest->at++;
		rest->len--;
	}
	word = (struct span){ rest->at, 0 };
	while (rest->len && !span_has_byte(*rest->at, separators)) {
		rest->at++;
		rest->len--;
		word.len++;
	}
	return word;
}

bool span_begins_with(struct span span, const char *text)
{
	return span.len >= strlen(text) &&
	       memcmp(span.at, text, strlen(text)) == 0;
}

struct span span_rest(struct span span, size_t len)
{
	return (struct span){ span.at + len, span.len - len };
}

bool span_is_all(struct span word, int (*is_kind)(int byte))
{
	for (size_t i = 0; i < word.len; i++)
		if (!is_kind((unsigned char)word.at[i]))
			return false;
	return word.len > 0;
}

int span_is_of_a_name(int byte)
{
	return isalnum(byte) || byte == '_';
}

unsigned int span_small_number(struct span word)
{
	unsigned int number;

	if (!span_is_all(word, isdigit) || word.len > 2 ||
	    (word.len == 2 && *word.at == '0'))
		return SPAN_NUMBERS;
	number = (unsigned int)(*word.at - '0');
	if (word.len == 2)
		number = number * 10 + (unsigned int)(word.at[1] - '0');
	return number < SPAN_NUMBERS ? number : SPAN_NUMBERS;
}

int span_refuse(struct span word, struct err *err)
{
	return verb_misuse(err, "decode",
			   "'%.*s' is neither a mask nor a capability's name",
			   (int)word.len, word.at);
}

int span_refuse_name(struct span word, struct err *err)
{
	struct similar similar = similar_to(word.at, word.len);
	char guess[SIMILAR_TEXT_MAX];

	similar_offer_capabilities(&similar);
	similar_text(&similar, "", guess);
	return err_set(
		err,
		"unknown capability '%.*s'%s: 'capctl decode' without arguments lists them",
		(int)word.len, word.at, guess);
}
