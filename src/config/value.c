/* SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "config/suggest.h"
#include "config/syntax.h"
#include "util/alloc.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* Largest first: a number is printed in the first that divides it. */
static const struct unit duration_units[] = {
	{ "d", UINT64_C(86400000) },
	{ "h", UINT64_C(3600000) },
	{ "m", UINT64_C(60000) },
	{ "s", UINT64_C(1000) },
	{ "ms", UINT64_C(1) },
	{ NULL, 0 },
};

static const struct unit size_units[] = {
	{ "G", UINT64_C(1) << 30 },
	{ "M", UINT64_C(1) << 20 },
	{ "K", UINT64_C(1) << 10 },
	{ "", UINT64_C(1) },
	{ NULL, 0 },
};

static const struct unit plain_units[] = {
	{ "", UINT64_C(1) },
	{ NULL, 0 },
};

/* What there is to know of a type. Texts have is_text, numbers have units. */
static const struct type {
	const char *what; /* after "is not", as in "is not a port" */
	bool (*is_text)(const char *text);
	const struct unit *units;
	const char *bare_unit; /* of a number without a unit */
} types[] = {
	[CONFIG_TYPE_HOSTNAME] = { .what = "a full domain name such as mail.example.org",
	    .is_text = config_syntax_is_full_name },
	[CONFIG_TYPE_HOST] = { .what = "a host name, an IP address or unix:/path",
	    .is_text = config_syntax_is_host },
	[CONFIG_TYPE_ADDRESS] = { .what = "an IP address such as 192.0.2.1 or ::",
	    .is_text = config_syntax_is_address },
	[CONFIG_TYPE_PATH] = { .what = "an absolute path, one that begins with \"/\"",
	    .is_text = config_syntax_is_path },
	[CONFIG_TYPE_USER] = { .what = "a user name or number", .is_text = config_syntax_is_user },
	[CONFIG_TYPE_TEXT] = { .what = "a text of at least one character" },
	[CONFIG_TYPE_WORD] = { .what = NULL },
	[CONFIG_TYPE_BOOL] = { .what = "true or false" },
	[CONFIG_TYPE_NUMBER] = { .what = "a number", .units = plain_units, .bare_unit = "" },
	[CONFIG_TYPE_PORT] = { .what = "a number", .units = plain_units, .bare_unit = "" },
	[CONFIG_TYPE_DURATION] = { .what = "a time such as 500ms, 90s, 5m, 4h or 5d",
	    .units = duration_units,
	    .bare_unit = "s" },
	[CONFIG_TYPE_SIZE] = { .what = "a size such as 4096, 64K, 50M or 2G",
	    .units = size_units,
	    .bare_unit = "" },
	[CONFIG_TYPE_NEXT_HOP] = { .what = "the title of a next_hop section" },
};

static const struct unit *
find_unit(const struct unit *units, const char *name)
{
	for (; units->name != NULL; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return NULL;
}

/* "5m" to 300000. False when it is no number with one of the type's units, or too large for one. */
static bool
parse_units(const struct type *type, const char *text, uint64_t *ret_n)
{
	const size_t digits = strspn(text, "0123456789");
	const struct unit *unit;
	uint64_t n;

	unit = find_unit(type->units, text[digits] == '\0' ? type->bare_unit : text + digits);
	if (unit == NULL || !slice_to_u64(slice_make(text, digits), UINT64_MAX / unit->factor, &n))
		return false;
	*ret_n = n * unit->factor;
	return true;
}

static void
store_number(const struct config_key *key, uint64_t n, void *field)
{
	const uint16_t port = (uint16_t)n;
	const uint32_t number = (uint32_t)n;

	if (key->type == CONFIG_TYPE_PORT)
		memcpy(field, &port, sizeof port);
	else if (key->type == CONFIG_TYPE_NUMBER)
		memcpy(field, &number, sizeof number);
	else
		memcpy(field, &n, sizeof n);
}

static uint64_t
load_number(const struct config_key *key, const void *field)
{
	uint16_t port;
	uint32_t number;
	uint64_t n;

	if (key->type == CONFIG_TYPE_PORT) {
		memcpy(&port, field, sizeof port);
		return port;
	}
	if (key->type == CONFIG_TYPE_NUMBER) {
		memcpy(&number, field, sizeof number);
		return number;
	}
	memcpy(&n, field, sizeof n);
	return n;
}

static bool
parse_number(const struct config_key *key, const char *text, void *field, struct buf *why)
{
	uint64_t n;

	if (!parse_units(&types[key->type], text, &n)) {
		(void)buf_addf(why, "\"%s\" is not %s; write one", text, types[key->type].what);
	} else if (n < key->min || n > key->max) {
		(void)buf_addf(why, "%s is too %s; write a value from ", text,
		    n < key->min ? "small" : "large");
		config_value_print_number(key, key->min, why);
		(void)buf_add_text(why, " to ");
		config_value_print_number(key, key->max, why);
	} else {
		store_number(key, n, field);
		return true;
	}
	return false;
}

static bool
parse_text(const struct config_key *key, const char *text, void *field, struct buf *why)
{
	const struct type *type = &types[key->type];
	char *copy;

	if (text[0] == '\0' || (type->is_text != NULL && !type->is_text(text))) {
		(void)buf_addf(why, "\"%s\" is not %s; write one", text, type->what);
		return false;
	}
	copy = xstrdup(text);
	memcpy(field, &copy, sizeof copy);
	return true;
}

static bool
parse_word(const struct config_key *key, const char *text, void *field, struct buf *why)
{
	const char *near = config_suggest_name(text, key->words);

	for (int i = 0; key->words[i] != NULL; i++)
		if (strcmp(key->words[i], text) == 0) {
			memcpy(field, &i, sizeof i);
			return true;
		}
	(void)buf_addf(why, "\"%s\" is not ", text);
	config_value_describe(key, why);
	if (near != NULL)
		(void)buf_addf(why, "; did you mean \"%s\"?", near);
	else
		(void)buf_add_text(why, "; write one of them");
	return false;
}

static bool
parse_bool(const char *text, void *field, struct buf *why)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], text) == 0) {
			const bool value = i % 2 == 1;

			memcpy(field, &value, sizeof value);
			return true;
		}
	(void)buf_addf(why, "\"%s\" is not true or false; write one of them", text);
	return false;
}

static bool
parse_next_hop(const struct config *c, const char *text, void *field, struct buf *why)
{
	const char *names[CONFIG_NEXT_HOPS_MAX + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < c->next_hop_count; i++) {
		names[i] = c->next_hops[i].name;
		if (strcmp(names[i], text) == 0) {
			memcpy(field, &i, sizeof i);
			return true;
		}
	}
	near = config_suggest_name(text, names);
	(void)buf_addf(why, "there is no next_hop \"%s\"; ", text);
	if (near != NULL)
		(void)buf_addf(why, "did you mean \"%s\"?", near);
	else
		(void)buf_add_text(why, "add such a section, or name one that is there");
	return false;
}

bool
config_value_parse(const struct config *c, const struct config_key *key, const char *text,
    void *field, struct buf *why)
{
	if (strlen(text) > CONFIG_VALUE_MAX) {
		(void)buf_addf(why, "is too long; write at most %d octets", CONFIG_VALUE_MAX);
		return false;
	}
	switch (key->type) {
	case CONFIG_TYPE_HOSTNAME:
	case CONFIG_TYPE_HOST:
	case CONFIG_TYPE_ADDRESS:
	case CONFIG_TYPE_PATH:
	case CONFIG_TYPE_USER:
	case CONFIG_TYPE_TEXT:
		return parse_text(key, text, field, why);
	case CONFIG_TYPE_WORD:
		return parse_word(key, text, field, why);
	case CONFIG_TYPE_BOOL:
		return parse_bool(text, field, why);
	case CONFIG_TYPE_NUMBER:
	case CONFIG_TYPE_PORT:
	case CONFIG_TYPE_DURATION:
	case CONFIG_TYPE_SIZE:
		return parse_number(key, text, field, why);
	case CONFIG_TYPE_NEXT_HOP:
		return parse_next_hop(c, text, field, why);
	}
	abort();
}

static bool
is_text(const struct config_key *key)
{
	return key->type <= CONFIG_TYPE_TEXT;
}

static const char *
load_text(const void *field)
{
	const char *text;

	memcpy(&text, field, sizeof text);
	return text;
}

static int
load_word(const void *field)
{
	int word;

	memcpy(&word, field, sizeof word);
	return word;
}

static bool
load_bool(const void *field)
{
	bool value;

	memcpy(&value, field, sizeof value);
	return value;
}

static size_t
load_index(const void *field)
{
	size_t i;

	memcpy(&i, field, sizeof i);
	return i;
}

void
config_value_print_text(const char *text, struct buf *out)
{
	(void)buf_add_octet(out, '"');
	for (; *text != '\0'; text++) {
		if (strchr("\"\\$", *text) != NULL)
			(void)buf_add_octet(out, '\\');
		(void)buf_add_octet(out, (uint8_t)*text);
	}
	(void)buf_add_octet(out, '"');
}

void
config_value_print_number(const struct config_key *key, uint64_t n, struct buf *out)
{
	const struct type *type = &types[key->type];
	const struct unit *unit = type->units;

	while (n % unit->factor != 0 || (n == 0 && strcmp(unit->name, type->bare_unit) != 0))
		unit++;
	(void)buf_addf(out, "%" PRIu64 "%s", n / unit->factor, unit->name);
}

void
config_value_print(
    const struct config *c, const struct config_key *key, const void *field, struct buf *out)
{
	if (is_text(key)) {
		if (load_text(field) != NULL)
			config_value_print_text(load_text(field), out);
	} else if (key->type == CONFIG_TYPE_WORD) {
		config_value_print_text(key->words[load_word(field)], out);
	} else if (key->type == CONFIG_TYPE_BOOL) {
		(void)buf_add_text(out, load_bool(field) ? "true" : "false");
	} else if (key->type == CONFIG_TYPE_NEXT_HOP) {
		config_value_print_text(c->next_hops[load_index(field)].name, out);
	} else {
		config_value_print_number(key, load_number(key, field), out);
	}
}

bool
config_value_is_set(const struct config_key *key, const void *field)
{
	if (key->type == CONFIG_TYPE_PORT)
		return load_number(key, field) != 0;
	return !is_text(key) || load_text(field) != NULL;
}

void
config_value_free(const struct config_key *key, void *field)
{
	char *text;

	if (!is_text(key))
		return;
	memcpy(&text, field, sizeof text);
	free(text);
}

void
config_value_describe(const struct config_key *key, struct buf *out)
{
	if (key->type != CONFIG_TYPE_WORD) {
		(void)buf_add_text(out, types[key->type].what);
		return;
	}
	(void)buf_add_text(out, "one of");
	for (size_t i = 0; key->words[i] != NULL; i++)
		(void)buf_addf(out, "%s \"%s\"", i == 0 ? "" : ",", key->words[i]);
}
