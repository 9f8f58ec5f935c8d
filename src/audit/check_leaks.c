/* SPDX-License-Identifier: Apache-2.0 */
/* check_leaks.c - what the server tells everyone about itself, and what it does not offer. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "audit/leaks.h"
#include "audit/product.h"
#include "audit/talk.h"

static void
judge_words(struct audit *a, const char *where, const char *what, const char *text)
{
	char found[AUDIT_PRODUCT_SIZE];

	switch (audit_product_find(text, found)) {
	case AUDIT_PRODUCT_NONE:
		return;
	case AUDIT_PRODUCT_NAME:
		audit_findings_add(&a->result->findings, AUDIT_BANNER_PRODUCT, "%s: %s has \"%s\"",
		    where, what, found);
		return;
	case AUDIT_PRODUCT_VERSION:
		audit_findings_add(&a->result->findings, AUDIT_BANNER_VERSION, "%s: %s has \"%s\"",
		    where, what, found);
		return;
	}
}

/* A version is one of whatever: not all products are known here. */
static void
judge_greeting(struct audit *a, const struct audit_door *door)
{
	char found[AUDIT_PRODUCT_SIZE];

	judge_words(a, door->name, "the greeting", door->greeting);
	if (audit_product_find(door->greeting, found) == AUDIT_PRODUCT_NONE &&
	    audit_product_find_version(door->greeting, found))
		audit_findings_add(&a->result->findings, AUDIT_BANNER_VERSION,
		    "%s: the greeting has \"%s\"", door->name, found);
}

/* The next keyword line of an EHLO text; false behind the last. The first line is no keyword. */
static bool
next_keyword(const char **at, char keyword[64])
{
	const char *lf = strchr(*at, '\n');

	if (lf == NULL)
		return false;
	*at = lf + 1;
	(void)snprintf(keyword, 64, "%.*s", (int)strcspn(*at, " =\n"), *at);
	return true;
}

static bool
has_keyword(const struct probe_ehlo *e, const char *keyword)
{
	const char *at = e->text;
	char other[64];

	while (next_keyword(&at, other))
		if (strcasecmp(other, keyword) == 0)
			return true;
	return false;
}

static void
judge_offers(struct audit *a, const struct audit_door *door)
{
	const struct probe_ehlo *e = door->ehlo_tls.is_there ? &door->ehlo_tls : &door->ehlo;

	if (!e->is_there)
		return;
	if (has_keyword(e, "XCLIENT"))
		audit_findings_add(&a->result->findings, AUDIT_XCLIENT, "%s: EHLO lists XCLIENT%s",
		    door->name, door->ehlo_tls.is_there ? "" : " before TLS");
	if (!e->has_enhanced_codes)
		audit_findings_add(&a->result->findings, AUDIT_CODES_MISSING,
		    "%s: EHLO lists no ENHANCEDSTATUSCODES", door->name);
	if (strcasestr(e->text, "\nSIZE") == NULL)
		audit_findings_add(
		    &a->result->findings, AUDIT_SIZE_MISSING, "%s: EHLO lists no SIZE", door->name);
}

/* Login and STARTTLS are meant to differ. */
static void
judge_missing(struct audit *a, const struct audit_door *door, bool is_missing_in_tls)
{
	const struct probe_ehlo *from = is_missing_in_tls ? &door->ehlo : &door->ehlo_tls;
	const struct probe_ehlo *in = is_missing_in_tls ? &door->ehlo_tls : &door->ehlo;
	const char *at = from->text;
	char keyword[64];

	while (next_keyword(&at, keyword))
		if (strcasecmp(keyword, "AUTH") != 0 && strcasecmp(keyword, "STARTTLS") != 0 &&
		    strcasecmp(keyword, "REQUIRETLS") != 0 && !has_keyword(in, keyword))
			audit_findings_add(&a->result->findings, AUDIT_EHLO_DIFFERS,
			    "%s: %s is offered %s TLS only", door->name, keyword,
			    is_missing_in_tls ? "before" : "within");
}

static void
try_help(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t =
	    door->has_tls ? audit_talk_open_tls(a, door) : audit_talk_open(a, door);

	if (t != NULL && (audit_talk_code(t) == 250 || audit_talk_code(t) == 220) &&
	    audit_talk_say(t, "HELP") / 100 == 2) {
		char found[AUDIT_PRODUCT_SIZE];

		if (audit_product_find(audit_talk_text(t), found) != AUDIT_PRODUCT_NONE)
			audit_findings_add(&a->result->findings, AUDIT_HELP_LEAK,
			    "%s: HELP has \"%s\"", door->name, found);
	}
	audit_talk_close(&t);
}

/* The one thing that is said before the greeting, once. */
static void
talk_early(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open_raw(a, door);
	char line[NET_RESOLVE_NAME_MAX + 16];

	if (t == NULL)
		return;
	audit_talk_forgive(t);
	(void)snprintf(line, sizeof line, "EHLO %s\r\n", a->options->hostname);
	audit_talk_send(t, slice_of(line));
	if (audit_talk_reply(t, AUDIT_GREETING_MS) && audit_talk_code(t) == 220 &&
	    audit_talk_reply(t, AUDIT_REPLY_MS) && audit_talk_code(t) == 250)
		audit_findings_add(&a->result->findings, AUDIT_EARLY_TALK,
		    "%s: EHLO before the greeting is answered with 250", door->name);
	audit_talk_close(&t);
}

void
audit_check_leaks(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		const struct audit_door *door = &a->doors[i];

		if (door->greeting[0] == '\0')
			continue;
		judge_greeting(a, door);
		judge_words(a, door->name, "the reply to EHLO",
		    door->ehlo_tls.is_there ? door->ehlo_tls.text : door->ehlo.text);
		judge_offers(a, door);
		if (door->ehlo.is_there && door->ehlo_tls.is_there) {
			judge_missing(a, door, true);
			judge_missing(a, door, false);
		}
		try_help(a, door);
		audit_leaks_of_network(a, door);
	}
	if (a->doors[AUDIT_STARTTLS_DOOR].greeting[0] != '\0')
		talk_early(a, &a->doors[AUDIT_STARTTLS_DOOR]);
}
