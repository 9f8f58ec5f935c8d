/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_tls.c - what each port agrees to in TLS, with hellos made by hand, and what of it is bad.
 *
 * The port with TLS from the start comes first: there a hello costs two round trips, behind
 * STARTTLS five. The other one is mostly alike, and then it is enough to see that it is.
 */
#include <string.h>

#include "audit/session.h"
#include "audit/tls_list.h"

static bool
is_same_certificate(const struct audit_door *x, const struct audit_door *y)
{
	return x->certificate.is_there && y->certificate.is_there &&
	       strcmp(x->certificate.sha256, y->certificate.sha256) == 0;
}

static void
judge_nothing(const struct audit_listing *l)
{
	const struct audit_door *door = l->door;
	struct audit_findings *list = &l->a->result->findings;
	const enum audit_id id = door->is_implicit ? AUDIT_TLS_BROKEN : AUDIT_STARTTLS_BROKEN;

	if (l->unknown_count == 0)
		audit_findings_add(
		    list, id, "%s: every version from SSL 2.0 to TLS 1.3 is refused", door->name);
	else if (door->is_broken)
		audit_findings_add(list, id, "%s: %s", door->name, door->tls_error);
	else
		audit_gap(l->a, false,
		    "%s: %zu of %d ClientHellos were left without a useful answer", door->name,
		    l->unknown_count, AUDIT_VERSION_COUNT);
}

static void
note_cut(struct audit *a, const struct audit_door *door, const struct audit_inventory *v)
{
	for (size_t i = 1; i < AUDIT_VERSION_COUNT; i++)
		if (v->versions[i].is_spoken == AUDIT_YES && !v->versions[i].is_whole)
			audit_gap(a, false,
			    "%s: %s: the list of suites is cut off at %zu, because an answer "
			    "failed "
			    "to come or made no sense",
			    door->name, audit_version_name(v->versions[i].version),
			    v->versions[i].suite_count);
}

/* What a dry run tells of: versions of today, and all that can follow. */
static void
pretend(struct audit_inventory *v)
{
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		if (v->versions[i].version >= AUDIT_TLS11)
			v->versions[i].is_spoken = AUDIT_YES;
}

static void
look_closer(struct audit_listing *l)
{
	audit_listing_fill(l);
	audit_listing_details(l);
	if (l->door->has_tls)
		audit_session_look(l->a, l->door, l->inventory);
	if (!l->a->options->is_dry)
		note_cut(l->a, l->door, l->inventory);
}

static void
scan_door(struct audit *a, size_t index, size_t other)
{
	const struct audit_door *door = &a->doors[index];
	struct audit_inventory *v = &a->result->inventories[index];
	struct audit_listing l;

	audit_listing_init(&l, a, door, v);
	audit_listing_versions(&l);
	if (a->options->is_dry)
		pretend(v);
	if (audit_inventory_spoken(v) == 0)
		judge_nothing(&l);
	else if (!is_same_certificate(door, &a->doors[other]) ||
		 !audit_listing_is_like(&l, &a->result->inventories[other]))
		look_closer(&l);
	v->certificate = door->certificate;
}

static bool
is_to_be_scanned(const struct audit_door *door)
{
	return door->is_open && (door->is_implicit || door->ehlo.has_starttls || door->has_tls);
}

void
audit_check_tls(struct audit *a)
{
	static const size_t order[] = { AUDIT_IMPLICIT_DOOR, AUDIT_STARTTLS_DOOR };

	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		if (is_to_be_scanned(&a->doors[order[i]]))
			scan_door(a, order[i], order[1 - i]);
	for (size_t i = 0; i < AUDIT_DOOR_COUNT && !a->options->is_dry; i++) {
		const struct audit_door *door = &a->doors[i];

		if (a->result->inventories[i].is_there)
			audit_inventory_judge(
			    &a->result->inventories[i], door->name, &a->result->findings);
		if (door->is_open && !door->has_tls && door->tls_error[0] != '\0')
			audit_gap(a, false, "%s: nothing was seen within TLS: %s", door->name,
			    door->tls_error);
	}
}
