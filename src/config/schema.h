/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h - every key of the configuration, once: from this table come the grammar, the checks
 * and their words, `config show`, the sample file and the manual page.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/* What a key holds, and so the C type of its field in struct config. */
enum config_type {
	CONFIG_TYPE_HOSTNAME, /* char *; a domain name */
	CONFIG_TYPE_HOST,     /* char *; domain name, IP address or "unix:/path" */
	CONFIG_TYPE_ADDRESS,  /* char *; an IP address */
	CONFIG_TYPE_PATH,     /* char *; absolute */
	CONFIG_TYPE_USER,     /* char *; user name or decimal uid */
	CONFIG_TYPE_TEXT,     /* char *; printable */
	CONFIG_TYPE_WORD,     /* int or enum; index of one of the key's words */
	CONFIG_TYPE_BOOL,     /* bool */
	CONFIG_TYPE_NUMBER,   /* uint32_t */
	CONFIG_TYPE_PORT,     /* uint16_t */
	CONFIG_TYPE_DURATION, /* uint64_t, ms */
	CONFIG_TYPE_SIZE,     /* uint64_t, octets */
	CONFIG_TYPE_NEXT_HOP, /* size_t, index in config.next_hops */
};

struct config_key {
	const char *name;
	const char *text;     /* the explanation, whole sentences */
	const char *fallback; /* the default as the file spells it; NULL: none, or see derived */
	const char *derived;  /* in words, where the default depends on something else */
	const char *example;  /* what the sample shows where there is no plain default */
	uint64_t min, max;    /* of numbers, durations (ms) and sizes */
	const char *const *words; /* of CONFIG_TYPE_WORD, ends with NULL */
	size_t offset;            /* of the field in its section's struct */
	enum config_type type;
	bool is_required;   /* must be in the file */
	bool needs_restart; /* a reload cannot change it */
};

/*
 * A section is a struct inside struct config, or, when it has a title, an array of structs that
 * begin with `char *` for the title.
 */
struct config_section {
	const char *name;  /* "" for the keys outside of any section */
	const char *title; /* an example of its title; NULL: appears once, without a title */
	const char *text;
	const struct config_key *keys;
	size_t key_count;
	size_t offset; /* of the struct, or of the pointer to the array */
	/* The rest is for sections with a title. */
	size_t count_offset, element_size, count_max;
	bool is_optional; /* the sample shows it commented out */
};

#define CONFIG_SECTION_KEYS_MAX 24
#define CONFIG_SECTION_COUNT 11

/* In the order of the file; next hops come before the routes that name them. */
extern const struct config_section *const config_sections[CONFIG_SECTION_COUNT];

/* Its rows, in schema_server.c, schema_limits.c and schema_mail.c. */
extern const struct config_section config_section_top, config_section_tls, config_section_listen,
    config_section_users, config_section_limits, config_section_timeouts, config_section_message,
    config_section_auth, config_section_queue, config_section_next_hop, config_section_route;

/* By name; NULL when there is none. */
const struct config_section *config_section_find(const char *name);
const struct config_key *config_key_find(const struct config_section *s, const char *name);

/* How many there are of a section: 1 without a title. */
size_t config_section_count(const struct config *c, const struct config_section *s);
/* The struct of the i-th. */
void *config_section_at(struct config *c, const struct config_section *s, size_t i);
const void *config_section_look(const struct config *c, const struct config_section *s, size_t i);
/* The title of such a struct; the section must have titles. */
const char *config_section_title(const void *element);
/* An array of count zeroed structs in place of what was there (which must be nothing). */
void config_section_allocate(struct config *c, const struct config_section *s, size_t count);

#endif
