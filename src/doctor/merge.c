/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/merge.h"

#include <stdio.h>
#include <string.h>

#include "doctor/finding.h"

#define DIGITS "0123456789"

enum { LIST_SIZE = 128 };

static bool
is_same(const struct doctor_facts *facts, const struct doctor_finding *a,
    const struct doctor_finding *b)
{
	return a->cause == b->cause && a->weight == b->weight && a->probe != DOCTOR_NO_PROBE &&
	       b->probe != DOCTOR_NO_PROBE &&
	       facts->probes[a->probe].port == facts->probes[b->probe].port;
}

void
doctor_merge_addresses(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		for (size_t k = verdict->finding_count; k-- > i + 1;)
			if (is_same(facts, &verdict->findings[i], &verdict->findings[k]))
				doctor_finding_merge(verdict, i, k);
}

/* A sentence around its first port. */
struct around {
	const char *before; /* until "ort 25" */
	size_t before_len;
	const char *after; /* behind the number */
};

static bool
split(const struct doctor_finding *f, struct around *ret_around)
{
	const char *at = strstr(f->sentence, "ort ");
	size_t digits;

	if (at == NULL || f->port == NULL)
		return false;
	digits = strspn(at + 4, DIGITS);
	if (digits == 0 || digits != strlen(f->port) || strncmp(at + 4, f->port, digits) != 0)
		return false;
	*ret_around = (struct around){ f->sentence, (size_t)(at - f->sentence), at + 4 + digits };
	return true;
}

/* "Port 25 answers": of several the verb would be another. */
static bool
has_plural(const struct around *a)
{
	return a->before_len > 1 || strncmp(a->after, " is ", 4) == 0;
}

static bool
is_same_but_port(const struct doctor_finding *a, const struct doctor_finding *b)
{
	struct around x, y;

	return a->cause == b->cause && a->weight == b->weight && a->confidence == b->confidence &&
	       split(a, &x) && split(b, &y) && has_plural(&x) && x.before_len == y.before_len &&
	       strncmp(x.before, y.before, x.before_len) == 0 && strcmp(x.after, y.after) == 0;
}

/* "25 and 2525", "465, 25 and 2525" */
static void
add_port(char *list, const char *port, bool is_last)
{
	const size_t len = strlen(list);

	(void)snprintf(list + len, LIST_SIZE - len, "%s%.16s",
	    len == 0  ? ""
	    : is_last ? " and "
		      : ", ",
	    port);
}

static void
say(struct doctor_finding *f, const char *ports)
{
	struct around a;
	const char *verb;

	if (!split(f, &a))
		return;
	verb = a.before_len <= 1 ? " are " : "";
	doctor_finding_set(&f->port, "%s", ports);
	doctor_finding_say(f, "%.*sorts %s%s%s", (int)a.before_len, a.before, ports, verb,
	    a.after + (verb[0] == '\0' ? 0 : strlen(" is ")));
}

static void
gather(struct doctor_verdict *verdict, size_t at)
{
	char ports[LIST_SIZE] = "";
	size_t left = 0;

	for (size_t i = at + 1; i < verdict->finding_count; i++)
		left += is_same_but_port(&verdict->findings[at], &verdict->findings[i]);
	if (left == 0)
		return;
	add_port(ports, verdict->findings[at].port, false);
	for (size_t i = at + 1; i < verdict->finding_count;) {
		if (!is_same_but_port(&verdict->findings[at], &verdict->findings[i])) {
			i++;
			continue;
		}
		add_port(ports, verdict->findings[i].port, --left == 0);
		doctor_finding_merge(verdict, at, i);
	}
	say(&verdict->findings[at], ports);
}

/* What is said of this machine or of the whole host, and was seen at several ports. */
static void
merge_repeated(struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		for (size_t k = verdict->finding_count; k-- > i + 1;) {
			const struct doctor_finding *a = &verdict->findings[i];
			const struct doctor_finding *b = &verdict->findings[k];

			if (a->cause == b->cause && a->confidence == b->confidence &&
			    strcmp(a->sentence, b->sentence) == 0)
				doctor_finding_merge(verdict, i, k);
		}
}

void
doctor_merge_ports(struct doctor_verdict *verdict)
{
	merge_repeated(verdict);
	for (size_t i = 1; i < verdict->finding_count; i++)
		gather(verdict, i);
}
