/* SPDX-License-Identifier: Apache-2.0 */
/* check_spf.c - the SPF record of the sender's domain, with all that it includes. */
#include <stdio.h>

#include "audit/sender.h"
#include "audit/spf.h"

/* More than may be looked up: where it matters, the limit has been passed before. */
enum { NAMES_MAX = 2 * AUDIT_SPF_LOOKUPS_MAX };

struct name {
	char text[AUDIT_SPF_NAME_SIZE];
	bool is_whole; /* what is said of "all" here is what the domain says */
};

/* The walk through a record and all that it includes, in the order in which they were named. */
struct spf_walk {
	struct audit *a;
	size_t count;
	struct name names[NAMES_MAX];
	unsigned lookup_count;
	enum audit_spf_all all;
	bool is_broken;
};

static void
break_spf(struct spf_walk *w, const char *domain, const char *why, const char *where)
{
	if (!w->is_broken)
		audit_findings_add(&w->a->result->findings, AUDIT_SPF_BROKEN, "%s: %s%s%s", domain,
		    why, where[0] == '\0' ? "" : ": ", where);
	w->is_broken = true;
}

/* The one SPF record among the texts: NULL when there is none or there are several. */
static const struct slice *
pick_spf(const struct audit_answer *answer, size_t *ret_count)
{
	const struct slice *found = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < answer->count; i++) {
		if (!audit_spf_is(answer->records[i].text))
			continue;
		found = &answer->records[i].text;
		++*ret_count;
	}
	return *ret_count == 1 ? found : NULL;
}

/* Includes, and a redirect, whose "all" is that of the whole. */
static void
push_names(struct spf_walk *w, const struct audit_spf *spf, bool is_whole)
{
	for (size_t i = 0; i < spf->include_count && w->count < NAMES_MAX; i++) {
		struct name *n = &w->names[w->count++];

		n->is_whole = is_whole && spf->has_redirect && i == spf->include_count - 1;
		(void)snprintf(n->text, sizeof n->text, "%s", spf->includes[i]);
	}
}

static void
read_record(struct spf_walk *w, const struct name *n, struct slice text)
{
	struct audit_spf spf;

	audit_spf_read(text, &spf);
	if (n->is_whole)
		w->all = spf.all;
	w->lookup_count += spf.lookup_count;
	if (spf.error != NULL)
		break_spf(w, n->text, spf.error, spf.term);
	else if (w->lookup_count > AUDIT_SPF_LOOKUPS_MAX)
		break_spf(w, n->text, "more than ten terms need a look-up", "");
	else
		push_names(w, &spf, n->is_whole);
}

static void
read_name(struct spf_walk *w, const struct name *n)
{
	struct audit_answer answer;
	const struct slice *text;
	size_t count;

	if (audit_ask(w->a, n->text, NET_RECORD_TXT, &answer) && !w->a->options->is_dry) {
		text = pick_spf(&answer, &count);
		if (text != NULL)
			read_record(w, n, *text);
		else if (count > 1)
			break_spf(w, n->text, "several SPF records", "");
		else if (n == &w->names[0])
			audit_findings_add(&w->a->result->findings, AUDIT_SPF_MISSING,
			    "%s: no TXT record with v=spf1", n->text);
		else
			break_spf(w, n->text, "named in an SPF record, but has none", "");
	} else {
		w->is_broken = true;
	}
	audit_answer_done(&answer);
}

void
audit_check_spf(struct audit *a)
{
	struct spf_walk w = { .a = a, .count = 1, .all = AUDIT_SPF_ALL_MISSING };
	struct audit_findings *list = &a->result->findings;

	w.names[0].is_whole = true;
	(void)snprintf(w.names[0].text, sizeof w.names[0].text, "%s", a->result->domain);
	for (size_t i = 0; i < w.count && !w.is_broken; i++)
		read_name(&w, &w.names[i]);
	if (w.is_broken || audit_findings_have(list, AUDIT_SPF_MISSING))
		return;
	switch (w.all) {
	case AUDIT_SPF_ALL_PASS:
		audit_findings_add(list, AUDIT_SPF_ALL, "%s: +all", a->result->domain);
		return;
	case AUDIT_SPF_ALL_MISSING:
	case AUDIT_SPF_ALL_NEUTRAL:
		audit_findings_add(list, AUDIT_SPF_WEAK, "%s: it ends in %s", a->result->domain,
		    audit_spf_all_name(w.all));
		return;
	case AUDIT_SPF_ALL_SOFT_FAIL:
	case AUDIT_SPF_ALL_FAIL:
		return;
	}
}
