/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_certificate.c - each fault of the certificates that the ports have shown.
 *
 * Nothing is fetched from the authority: whether one has been revoked is not known.
 */
#include <string.h>

#include "audit/context.h"
#include "util/civil.h"
#include "util/clock.h"

enum { SOON_S = 14 * 86400, LONG_S = 825 * 86400, NAMES_SIZE = 400 };

static const struct {
	enum probe_certificate_fault fault;
	enum audit_id id;
} faults[] = {
	{ PROBE_CERTIFICATE_EXPIRED, AUDIT_CERTIFICATE_EXPIRED },
	{ PROBE_CERTIFICATE_NOT_YET_VALID, AUDIT_CERTIFICATE_EARLY },
	{ PROBE_CERTIFICATE_WRONG_NAME, AUDIT_CERTIFICATE_NAME },
	{ PROBE_CERTIFICATE_INCOMPLETE, AUDIT_CERTIFICATE_INCOMPLETE },
	{ PROBE_CERTIFICATE_SELF_SIGNED, AUDIT_CERTIFICATE_SELF_SIGNED },
	{ PROBE_CERTIFICATE_UNTRUSTED, AUDIT_CERTIFICATE_UNTRUSTED },
	{ PROBE_CERTIFICATE_INSPECTED, AUDIT_CERTIFICATE_INSPECTED },
	{ PROBE_CERTIFICATE_WEAK, AUDIT_CERTIFICATE_WEAK },
	{ PROBE_CERTIFICATE_WRONG_USE, AUDIT_CERTIFICATE_USE },
	{ PROBE_CERTIFICATE_OTHER, AUDIT_CERTIFICATE_OTHER },
};

static void
list_names(const struct probe_certificate *c, char names[NAMES_SIZE])
{
	size_t len = 0;

	names[0] = '\0';
	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++) {
		const int n = snprintf(
		    names + len, NAMES_SIZE - len, "%s%s", i == 0 ? "" : ", ", c->names[i]);

		if (n < 0 || (size_t)n >= NAMES_SIZE - len)
			return;
		len += (size_t)n;
	}
}

static void
print_day(int64_t unix_s, char day[16])
{
	const struct civil date = civil_of_unix(unix_s < 0 ? 0 : (uint64_t)unix_s);

	(void)snprintf(day, 16, "%04u-%02u-%02u", date.year, date.month, date.day);
}

static void
note_fault(struct audit *a, const struct audit_door *door, enum audit_id id)
{
	const struct probe_certificate *c = &door->certificate;
	char names[NAMES_SIZE], first[16], last[16];

	list_names(c, names);
	print_day(c->not_before_unix_s, first);
	print_day(c->not_after_unix_s, last);
	audit_findings_add(&a->result->findings, id,
	    "%s: %s, for %s, from %s to %s, %s %u bits, %s, issued by %s%s%s", door->name,
	    c->subject, names[0] == '\0' ? "no name" : names, first, last, c->key_type, c->key_bits,
	    c->signature, c->issuer, c->error == NULL ? "" : ": ",
	    c->error == NULL ? "" : c->error);
}

static void
judge(struct audit *a, const struct audit_door *door)
{
	const struct probe_certificate *c = &door->certificate;
	const int64_t now_s = (int64_t)(clock_unix_ms() / 1000);
	char first[16], last[16];

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if ((c->faults & faults[i].fault) != 0)
			note_fault(a, door, faults[i].id);
	if ((c->faults & PROBE_CERTIFICATE_NO_ROOTS) != 0)
		audit_gap(a, false,
		    "no authorities are installed here: who issued the "
		    "certificate could not be judged");
	print_day(c->not_before_unix_s, first);
	print_day(c->not_after_unix_s, last);
	if (c->not_after_unix_s >= now_s && c->not_after_unix_s - now_s < SOON_S)
		audit_findings_add(
		    &a->result->findings, AUDIT_CERTIFICATE_SOON, "%s: until %s", door->name, last);
	if (c->not_after_unix_s - c->not_before_unix_s > LONG_S)
		audit_findings_add(&a->result->findings, AUDIT_CERTIFICATE_LONG,
		    "%s: from %s to %s", door->name, first, last);
}

void
audit_check_certificate(struct audit *a)
{
	const struct probe_certificate *x = &a->doors[AUDIT_STARTTLS_DOOR].certificate;
	const struct probe_certificate *y = &a->doors[AUDIT_IMPLICIT_DOOR].certificate;

	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		if (a->doors[i].certificate.is_there)
			judge(a, &a->doors[i]);
	if (x->is_there && y->is_there && strcmp(x->sha256, y->sha256) != 0)
		audit_findings_add(&a->result->findings, AUDIT_CERTIFICATE_DIFFERS,
		    "SHA-256 %.16s... and %.16s...", x->sha256, y->sha256);
}
