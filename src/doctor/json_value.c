/* SPDX-License-Identifier: Apache-2.0 */
/* json_value.c - the values that all parts of the report in JSON are made of. */
#include <stdlib.h>

#include "doctor/cell.h"
#include "doctor/printable.h"
#include "doctor/report_json.h"

enum { TEXT_MAX = 4096, US_PER_MS = 1000 };

static json_t *
must(json_t *json)
{
	if (json == NULL)
		abort();
	return json;
}

void
doctor_json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, must(value)) != 0)
		abort();
}

void
doctor_json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, must(value)) != 0)
		abort();
}

static json_t *
take_words(struct buf *words)
{
	json_t *json = must(json_stringn((const char *)words->ptr, words->len));

	buf_done(words);
	return json;
}

json_t *
doctor_json_text(const char *text)
{
	struct buf words;

	if (text == NULL || text[0] == '\0')
		return json_null();
	buf_init(&words, TEXT_MAX + 64);
	doctor_printable_add(&words, text, TEXT_MAX, false);
	return take_words(&words);
}

json_t *
doctor_json_number(uint64_t number)
{
	return must(json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number));
}

json_t *
doctor_json_count(uint64_t number)
{
	return number == 0 ? json_null() : doctor_json_number(number);
}

json_t *
doctor_json_ms(uint64_t us)
{
	return must(json_real((double)us / US_PER_MS));
}

json_t *
doctor_json_ip(const struct ip *ip)
{
	char text[IP_TEXT_SIZE];

	ip_print(ip, text);
	return must(json_string(text));
}

json_t *
doctor_json_address(const struct net_address *address)
{
	struct ip ip;

	return net_address_ip(address, &ip) ? doctor_json_ip(&ip) : json_null();
}

json_t *
doctor_json_moment(int64_t unix_ms)
{
	struct buf words;

	buf_init(&words, TEXT_MAX);
	doctor_cell_timestamp(unix_ms, &words);
	return take_words(&words);
}

json_t *
doctor_json_list(const char *text, char between)
{
	json_t *list = must(json_array());
	struct slice rest = slice_of(text);

	while (rest.len > 0) {
		const size_t len = slice_find(rest, (uint8_t)between);
		char *word = slice_dup(slice_first(rest, len));

		if (len > 0)
			doctor_json_append(list, doctor_json_text(word));
		free(word);
		rest = slice_after(rest, len < rest.len ? len + 1 : len);
	}
	return list;
}
