/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/spf.h"

#include <stdio.h>
#include <string.h>

#include "util/ip.h"
#include "util/octet.h"

static const char version[] = "v=spf1";

bool
audit_spf_is(struct slice text)
{
	const size_t len = sizeof version - 1;

	return slice_starts_nocase(text, version) && (text.len == len || text.ptr[len] == ' ');
}

static void
fail(struct audit_spf *s, struct slice term, const char *error)
{
	size_t len = term.len < sizeof s->term ? term.len : sizeof s->term - 1;

	if (s->error != NULL)
		return;
	s->error = error;
	for (size_t i = 0; i < len; i++)
		s->term[i] = (char)(term.ptr[i] < 0x20 || term.ptr[i] > 0x7e ? '?' : term.ptr[i]);
	s->term[len] = '\0';
}

static bool
is_name_octet(uint8_t c)
{
	return octet_is_let_dig(c) || c == '-' || c == '_' || c == '.';
}

/* A domain, or one with macros, which cannot be known here (RFC 7208 §7). */
static void
take_name(struct audit_spf *s, struct slice term, struct slice name, bool is_followed)
{
	const bool has_macro = slice_find(name, '%') < name.len;

	if (name.len == 0 || name.len >= AUDIT_SPF_NAME_SIZE) {
		fail(s, term, "a domain is missing or too long");
		return;
	}
	for (size_t i = 0; i < name.len && !has_macro; i++) {
		if (!is_name_octet(name.ptr[i])) {
			fail(s, term, "not a domain");
			return;
		}
	}
	s->has_macro = s->has_macro || (has_macro && is_followed);
	if (!is_followed || has_macro || s->include_count == AUDIT_SPF_INCLUDES_MAX)
		return;
	memcpy(s->includes[s->include_count], name.ptr, name.len);
	s->includes[s->include_count++][name.len] = '\0';
}

/* "/24", "/24//64", "//64" behind "a" and "mx". */
static bool
is_prefix(struct slice text)
{
	uint64_t length;
	size_t end;

	if (text.len == 0)
		return true;
	if (text.ptr[0] != '/')
		return false;
	text = slice_after(text, 1);
	if (text.len > 0 && text.ptr[0] == '/')
		return slice_to_u64(slice_after(text, 1), 128, &length);
	end = slice_find(text, '/');
	if (!slice_to_u64(slice_first(text, end), 32, &length))
		return false;
	if (end == text.len)
		return true;
	return end + 1 < text.len && text.ptr[end + 1] == '/' &&
	       slice_to_u64(slice_after(text, end + 2), 128, &length);
}

static void
read_address(struct audit_spf *s, struct slice term, struct slice value, bool is_v4)
{
	const size_t slash = slice_find(value, '/');
	uint64_t length;
	struct ip ip;

	if (!ip_parse(slice_first(value, slash), &ip) || ip_is_v4(&ip) != is_v4 ||
	    (slash < value.len &&
		!slice_to_u64(slice_after(value, slash + 1), is_v4 ? 32 : 128, &length)))
		fail(s, term, "not an address or network");
}

/* "a", "a:domain", "mx/24", "ptr": a look-up each. */
static void
read_host_mechanism(struct audit_spf *s, struct slice term, struct slice rest)
{
	s->lookup_count++;
	if (rest.len > 0 && rest.ptr[0] == ':') {
		const size_t slash = slice_find(rest, '/');

		take_name(s, term, slice_after(slice_first(rest, slash), 1), false);
		rest = slice_after(rest, slash);
	}
	if (!is_prefix(rest))
		fail(s, term, "not the length of a network");
}

static void
read_all(struct audit_spf *s, uint8_t qualifier)
{
	if (s->all != AUDIT_SPF_ALL_MISSING)
		return;
	switch (qualifier) {
	case '-':
		s->all = AUDIT_SPF_ALL_FAIL;
		return;
	case '~':
		s->all = AUDIT_SPF_ALL_SOFT_FAIL;
		return;
	case '?':
		s->all = AUDIT_SPF_ALL_NEUTRAL;
		return;
	default:
		s->all = AUDIT_SPF_ALL_PASS;
		return;
	}
}

/* Does the term begin with this mechanism? Then what stands behind its name. */
static bool
is_mechanism(struct slice term, const char *name, struct slice *ret_rest)
{
	const size_t len = strlen(name);

	if (!slice_starts_nocase(term, name) ||
	    (term.len > len && term.ptr[len] != ':' && term.ptr[len] != '/'))
		return false;
	*ret_rest = slice_after(term, len);
	return true;
}

static struct slice
value_of(struct slice rest)
{
	return rest.len > 0 && rest.ptr[0] == ':' ? slice_after(rest, 1) : slice_make(NULL, 0);
}

/* RFC 7208 §5 */
static void
read_mechanism(struct audit_spf *s, struct slice term, struct slice body, uint8_t qualifier)
{
	struct slice rest;

	if (slice_is_nocase(body, "all")) {
		read_all(s, qualifier);
	} else if (is_mechanism(body, "include", &rest)) {
		s->lookup_count++;
		take_name(s, term, value_of(rest), true);
	} else if (is_mechanism(body, "a", &rest) || is_mechanism(body, "mx", &rest)) {
		read_host_mechanism(s, term, rest);
	} else if (is_mechanism(body, "ptr", &rest)) {
		s->has_ptr = true;
		read_host_mechanism(s, term, rest);
	} else if (is_mechanism(body, "exists", &rest)) {
		s->lookup_count++;
		take_name(s, term, value_of(rest), false);
	} else if (is_mechanism(body, "ip4", &rest)) {
		read_address(s, term, value_of(rest), true);
	} else if (is_mechanism(body, "ip6", &rest)) {
		read_address(s, term, value_of(rest), false);
	} else {
		fail(s, term, "no such mechanism");
	}
}

/* RFC 7208 §6: unknown modifiers are passed over. */
static void
read_modifier(struct audit_spf *s, struct slice term, struct slice name, struct slice value,
    struct slice *redirect)
{
	if (!slice_is_nocase(name, "redirect"))
		return;
	if (redirect->ptr != NULL) {
		fail(s, term, "a second redirect");
		return;
	}
	*redirect = value;
	s->lookup_count++;
}

static bool
is_modifier_name(struct slice name)
{
	if (name.len == 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_octet(name.ptr[i]))
			return false;
	return true;
}

static void
read_term(struct audit_spf *s, struct slice term, struct slice *redirect)
{
	const size_t equals = slice_find(term, '=');
	const uint8_t first = term.ptr[0];
	const bool has_qualifier = first == '+' || first == '-' || first == '~' || first == '?';

	if (equals < term.len && is_modifier_name(slice_first(term, equals)))
		read_modifier(
		    s, term, slice_first(term, equals), slice_after(term, equals + 1), redirect);
	else
		read_mechanism(s, term, has_qualifier ? slice_after(term, 1) : term,
		    has_qualifier ? first : '+');
}

void
audit_spf_read(struct slice text, struct audit_spf *ret_spf)
{
	struct slice rest = slice_after(text, sizeof version - 1), redirect = { NULL, 0 };

	*ret_spf = (struct audit_spf){ .all = AUDIT_SPF_ALL_MISSING };
	while (rest.len > 0) {
		const size_t len = slice_find(rest, ' ');

		if (len > 0)
			read_term(ret_spf, slice_first(rest, len), &redirect);
		rest = slice_after(rest, len < rest.len ? len + 1 : len);
	}
	/* RFC 7208 §6.1: where "all" stands, redirect says nothing. */
	if (redirect.ptr == NULL || ret_spf->all != AUDIT_SPF_ALL_MISSING)
		return;
	ret_spf->has_redirect = ret_spf->include_count < AUDIT_SPF_INCLUDES_MAX;
	take_name(ret_spf, redirect, redirect, true);
}

const char *
audit_spf_all_name(enum audit_spf_all all)
{
	switch (all) {
	case AUDIT_SPF_ALL_MISSING:
		return "nothing";
	case AUDIT_SPF_ALL_PASS:
		return "+all";
	case AUDIT_SPF_ALL_NEUTRAL:
		return "?all";
	case AUDIT_SPF_ALL_SOFT_FAIL:
		return "~all";
	case AUDIT_SPF_ALL_FAIL:
		return "-all";
	}
	return "nothing";
}
