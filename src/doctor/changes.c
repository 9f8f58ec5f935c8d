/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/changes.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "doctor/printable.h"

enum { WORDS_MAX = 512 };

struct changes {
	size_t count;
	struct buf *out;
	/* What is compared: "192.0.2.1 port 587". */
	char place[128];
};

static void
begin_line(struct changes *c)
{
	c->count++;
	if (c->place[0] != '\0')
		(void)buf_addf(c->out, "%s: ", c->place);
}

static void
add_words(struct changes *c, const char *words)
{
	doctor_printable_add(c->out, words, WORDS_MAX, false);
}

/* A name of JSON's, as "not_reached", in words. */
static void
add_name(struct changes *c, const char *name)
{
	for (; *name != '\0'; name++)
		(void)buf_add_octet(c->out, *name == '_' ? ' ' : (uint8_t)*name);
}

static const char *
text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
report_text(struct changes *c, const char *what, const char *before, const char *after)
{
	begin_line(c);
	(void)buf_addf(c->out, "%s was ", what);
	add_words(c, before == NULL ? "none" : before);
	(void)buf_add_text(c->out, ", is now ");
	add_words(c, after == NULL ? "none" : after);
	(void)buf_add_text(c->out, "\n");
}

/* One word under a key. A key that one of them does not have at all is no change. */
static void
compare_text(
    struct changes *c, const char *what, const char *key, const json_t *before, const json_t *after)
{
	const char *x = text_at(before, key), *y = text_at(after, key);

	if (json_object_get(before, key) == NULL || json_object_get(after, key) == NULL)
		return;
	if (strcmp(x == NULL ? "" : x, y == NULL ? "" : y) != 0)
		report_text(c, what, x, y);
}

/* The same where the words are names of ours, and what has them is a stage. */
static void
compare_end(struct changes *c, const char *what, const json_t *before, const json_t *after)
{
	const char *x = text_at(before, "end"), *y = text_at(after, "end");

	if (x == NULL || y == NULL || strcmp(x, y) == 0)
		return;
	begin_line(c);
	add_name(c, what);
	(void)buf_add_text(c->out, " was ");
	add_name(c, x);
	(void)buf_add_text(c->out, ", is now ");
	add_name(c, y);
	(void)buf_add_text(c->out, "\n");
}

/* RFC 3339 §5.6, as far as the seconds: "2026-11-22T10:00:00". */
static bool
begins_with_moment(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00";

	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

/*
 * Where one has a moment and the other another one there is no difference: FUTURERELEASE tells how
 * far ahead a message may be dated, which is another time at every check (RFC 4865 §3).
 */
static bool
is_same_line(const char *x, const char *y)
{
	for (;;) {
		if (begins_with_moment(x) && begins_with_moment(y)) {
			x += strcspn(x, " ");
			y += strcspn(y, " ");
		}
		if (*x != *y || *x == '\0')
			return *x == *y;
		x++;
		y++;
	}
}

static bool
has_word(const json_t *list, const char *word)
{
	size_t i;
	json_t *item;

	json_array_foreach(
	    list, i, item) if (json_is_string(item) &&
			       is_same_line(json_string_value(item), word)) return true;
	return false;
}

/* Words of `a` from index `first` on that `b` has not. */
static void
report_missing(struct changes *c, const char *what, const json_t *a, const json_t *b, size_t first)
{
	for (size_t i = first; i < json_array_size(a); i++) {
		const char *word = json_string_value(json_array_get(a, i));

		if (word == NULL || has_word(b, word))
			continue;
		begin_line(c);
		(void)buf_addf(c->out, "%s ", what);
		add_words(c, word);
		(void)buf_add_text(c->out, "\n");
	}
}

/* The first line of a reply to EHLO is a greeting, which may have a time in it. */
static void
compare_ehlo(
    struct changes *c, const char *gone, const char *new, const json_t *before, const json_t *after)
{
	const json_t *x = json_object_get(before, "lines"), *y = json_object_get(after, "lines");

	if (!json_is_array(x) || !json_is_array(y))
		return;
	report_missing(c, gone, x, y, 1);
	report_missing(c, new, y, x, 1);
}

static void
compare_certificate(struct changes *c, const json_t *before, const json_t *after)
{
	const char *x = text_at(before, "sha256"), *y = text_at(after, "sha256");
	const json_t *old_faults = json_object_get(before, "faults");
	const json_t *faults = json_object_get(after, "faults");

	if (x == NULL || y == NULL)
		return;
	if (strcmp(x, y) != 0) {
		begin_line(c);
		(void)buf_add_text(c->out, "the certificate is another one, issued by ");
		add_words(c, text_at(after, "issuer") == NULL ? "?" : text_at(after, "issuer"));
		(void)buf_add_text(c->out, ", valid until ");
		add_words(
		    c, text_at(after, "not_after") == NULL ? "?" : text_at(after, "not_after"));
		(void)buf_add_text(c->out, "\n");
	}
	report_missing(c, "the certificate is no longer", old_faults, faults, 0);
	report_missing(c, "the certificate is now", faults, old_faults, 0);
}

static const json_t *
find_stage(const json_t *stages, const char *name)
{
	size_t i;
	json_t *stage;

	json_array_foreach(stages, i, stage)
	{
		const char *its = text_at(stage, "stage");

		if (its != NULL && strcmp(its, name) == 0)
			return stage;
	}
	return NULL;
}

static void
compare_stages(struct changes *c, const json_t *before, const json_t *after)
{
	size_t i;
	json_t *stage;

	json_array_foreach(after, i, stage)
	{
		const char *name = text_at(stage, "stage");
		const json_t *old = name == NULL ? NULL : find_stage(before, name);

		if (old != NULL)
			compare_end(c, name, old, stage);
	}
}

static void
compare_time(struct changes *c, const json_t *before, const json_t *after)
{
	const double x = json_number_value(json_object_get(before, "took_ms"));
	const double y = json_number_value(json_object_get(after, "took_ms"));

	if (!(x > 0) || !(y > 0) || fabs(x - y) < DOCTOR_CHANGES_LEAST_MS)
		return;
	if (y < x * DOCTOR_CHANGES_TIMES && x < y * DOCTOR_CHANGES_TIMES)
		return;
	begin_line(c);
	(void)buf_addf(c->out, "took %.0f ms, takes now %.0f ms\n", x, y);
}

static void
compare_dialog(struct changes *c, const json_t *before, const json_t *after)
{
	const json_t *x = json_object_get(before, "tls"), *y = json_object_get(after, "tls");

	compare_stages(c, json_object_get(before, "stages"), json_object_get(after, "stages"));
	compare_ehlo(c, "EHLO has no longer", "EHLO has now", json_object_get(before, "ehlo"),
	    json_object_get(after, "ehlo"));
	compare_ehlo(c, "EHLO in TLS has no longer", "EHLO in TLS has now",
	    json_object_get(before, "ehlo_tls"), json_object_get(after, "ehlo_tls"));
	compare_text(c, "TLS version", "version", x, y);
	compare_certificate(
	    c, json_object_get(x, "certificate"), json_object_get(y, "certificate"));
	compare_time(c, before, after);
}

/* Who rejects it by ICMP, and the last hop that answers for it. */
static void
compare_way(struct changes *c, const json_t *before, const json_t *after)
{
	const json_t *x = json_object_get(json_object_get(before, "path"), "last_router_ttl");
	const json_t *y = json_object_get(json_object_get(after, "path"), "last_router_ttl");
	const json_t *old_tcp = json_object_get(json_object_get(before, "dialog"), "tcp");
	const json_t *tcp = json_object_get(json_object_get(after, "dialog"), "tcp");

	compare_text(c, "who rejects it", "from", json_object_get(old_tcp, "icmp"),
	    json_object_get(tcp, "icmp"));
	if (!json_is_integer(x) || !json_is_integer(y) ||
	    json_integer_value(x) == json_integer_value(y))
		return;
	begin_line(c);
	(void)buf_addf(c->out,
	    "the last hop that answers was %" JSON_INTEGER_FORMAT ", is now %" JSON_INTEGER_FORMAT
	    "\n",
	    json_integer_value(x), json_integer_value(y));
}

static void
compare_probe(struct changes *c, const json_t *before, const json_t *after)
{
	const json_t *x = json_object_get(before, "dialog"), *y = json_object_get(after, "dialog");
	const json_t *old_tcp = json_object_get(x, "tcp"), *tcp = json_object_get(y, "tcp");

	compare_end(c, "TCP", old_tcp, tcp);
	compare_way(c, before, after);
	compare_dialog(c, x, y);
}

static const json_t *
find_probe(const json_t *probes, const json_t *like)
{
	size_t i;
	json_t *probe;

	json_array_foreach(probes, i,
	    probe) if (json_equal(json_object_get(probe, "address"),
			   json_object_get(like, "address")) != 0 &&
		       json_equal(json_object_get(probe, "port"), json_object_get(like, "port")) !=
			   0) return probe;
	return NULL;
}

static void
set_place(struct changes *c, const json_t *probe)
{
	const char *address = text_at(probe, "address");
	struct buf words;

	buf_init(&words, sizeof c->place - 1);
	doctor_printable_add(&words, address == NULL ? "?" : address, 64, true);
	(void)buf_addf(&words, " port %" JSON_INTEGER_FORMAT,
	    json_integer_value(json_object_get(probe, "port")));
	memcpy(c->place, words.ptr, words.len);
	c->place[words.len] = '\0';
	buf_done(&words);
}

static void
compare_probes(struct changes *c, const json_t *before, const json_t *after)
{
	size_t i;
	json_t *probe;

	json_array_foreach(after, i, probe)
	{
		const json_t *old = find_probe(before, probe);

		if (old == NULL)
			continue;
		set_place(c, probe);
		compare_probe(c, old, probe);
	}
	c->place[0] = '\0';
}

/* Addresses of `a` that `b` has not. */
static void
report_addresses(struct changes *c, const char *what, const json_t *a, const json_t *b)
{
	size_t i, k;
	json_t *x, *y;

	json_array_foreach(a, i, x)
	{
		bool is_there = false;

		json_array_foreach(b, k, y) is_there =
		    is_there ||
		    json_equal(json_object_get(x, "address"), json_object_get(y, "address")) != 0;
		if (is_there || text_at(x, "address") == NULL)
			continue;
		begin_line(c);
		add_words(c, text_at(x, "address"));
		(void)buf_addf(c->out, " %s\n", what);
	}
}

size_t
doctor_changes(const json_t *before, const json_t *after, struct buf *out)
{
	const json_t *x = json_object_get(json_object_get(before, "name"), "addresses");
	const json_t *y = json_object_get(json_object_get(after, "name"), "addresses");
	struct changes c = { .out = out };

	compare_text(&c, "the verdict", "id", json_object_get(before, "verdict"),
	    json_object_get(after, "verdict"));
	if (json_is_array(x) && json_is_array(y)) {
		report_addresses(&c, "is no longer an address of it", x, y);
		report_addresses(&c, "is a new address of it", y, x);
	}
	compare_probes(&c, json_object_get(before, "probes"), json_object_get(after, "probes"));
	return c.count;
}
