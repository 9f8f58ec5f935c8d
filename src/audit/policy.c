/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/policy.h"

#include <string.h>

#include "util/base64.h"
#include "util/buf.h"

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
trim(struct slice s)
{
	while (s.len > 0 && is_space(s.ptr[0]))
		s = slice_after(s, 1);
	while (s.len > 0 && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* What stands before the separator, which is left out, too. */
static struct slice
take_until(struct slice *rest, uint8_t separator)
{
	const size_t len = slice_find(*rest, separator);
	const struct slice taken = slice_first(*rest, len);

	*rest = slice_after(*rest, len < rest->len ? len + 1 : len);
	return trim(taken);
}

bool
audit_tag_next(
    struct slice *rest, struct slice *ret_name, struct slice *ret_value, bool *ret_is_bad)
{
	struct slice pair = { NULL, 0 };
	size_t equals;

	*ret_is_bad = false;
	while (pair.len == 0 && rest->len > 0)
		pair = take_until(rest, ';');
	if (pair.len == 0)
		return false;
	equals = slice_find(pair, '=');
	if (equals == 0 || equals == pair.len) {
		*ret_is_bad = true;
		return false;
	}
	*ret_name = trim(slice_first(pair, equals));
	*ret_value = trim(slice_after(pair, equals + 1));
	return true;
}

bool
audit_tag_begins(struct slice text, const char *version)
{
	struct slice name, value;
	bool is_bad;

	return audit_tag_next(&text, &name, &value, &is_bad) && slice_is(name, "v") &&
	       slice_is(value, version);
}

static bool
read_policy(struct slice value, enum audit_dmarc_policy *ret_policy)
{
	static const char *const names[] = { "none", "quarantine", "reject" };

	for (int i = 0; i < 3; i++) {
		if (slice_is_nocase(value, names[i])) {
			*ret_policy = (enum audit_dmarc_policy)i;
			return true;
		}
	}
	return false;
}

void
audit_dmarc_read(struct slice text, struct audit_dmarc *ret_dmarc)
{
	struct slice name, value;
	bool has_policy = false, is_bad;
	uint64_t percent;

	*ret_dmarc = (struct audit_dmarc){ .policy = AUDIT_DMARC_POLICY_NONE, .percent = 100 };
	while (audit_tag_next(&text, &name, &value, &is_bad)) {
		if (slice_is_nocase(name, "p")) {
			has_policy = read_policy(value, &ret_dmarc->policy);
			if (!has_policy)
				ret_dmarc->error = "p= has no policy that is known";
		} else if (slice_is_nocase(name, "rua")) {
			ret_dmarc->has_reports = value.len > 0;
		} else if (slice_is_nocase(name, "pct")) {
			if (slice_to_u64(value, 100, &percent))
				ret_dmarc->percent = (unsigned)percent;
			else
				ret_dmarc->error = "pct= is no percentage";
		}
	}
	if (is_bad)
		ret_dmarc->error = "something is no tag";
	else if (!has_policy && ret_dmarc->error == NULL)
		ret_dmarc->error = "p= is missing";
}

/* Base64 with white space in it, as long records are cut by hand. */
static void
read_key(struct slice value, struct audit_dkim *d)
{
	struct buf plain, key;

	buf_init(&plain, sizeof d->key * 2);
	buf_init(&key, sizeof d->key);
	for (size_t i = 0; i < value.len; i++)
		if (!is_space(value.ptr[i]))
			(void)buf_add_octet(&plain, value.ptr[i]);
	if (plain.overflow || !base64_decode(buf_slice(&plain), &key)) {
		d->error = "p= is no base64";
		buf_clear(&key);
	}
	if (key.len > 0)
		memcpy(d->key, key.ptr, key.len);
	d->key_len = key.len;
	d->is_revoked = value.len == 0;
	buf_done(&plain);
	buf_done(&key);
}

static bool
has_flag(struct slice flags, const char *flag)
{
	while (flags.len > 0)
		if (slice_is(take_until(&flags, ':'), flag))
			return true;
	return false;
}

void
audit_dkim_read(struct slice text, struct audit_dkim *ret_dkim)
{
	struct slice name, value;
	bool is_first = true, is_bad;

	*ret_dkim = (struct audit_dkim){ 0 };
	for (; audit_tag_next(&text, &name, &value, &is_bad); is_first = false) {
		if (slice_is(name, "v") && (!is_first || !slice_is(value, "DKIM1")))
			ret_dkim->error = "v= is not DKIM1, or not the first";
		else if (slice_is(name, "k") && slice_is(value, "ed25519"))
			ret_dkim->is_ed25519 = true;
		else if (slice_is(name, "k") && !slice_is(value, "rsa"))
			ret_dkim->error = "k= is no kind of key that is known";
		else if (slice_is(name, "t"))
			ret_dkim->is_test = has_flag(value, "y");
		if (slice_is(name, "p")) {
			ret_dkim->is_key = true;
			read_key(value, ret_dkim);
		}
	}
	if (is_bad)
		ret_dkim->error = "something is no tag";
}

static bool
read_mode(struct slice value, enum audit_sts_mode *ret_mode)
{
	static const char *const names[] = { "none", "testing", "enforce" };

	for (int i = 0; i < 3; i++) {
		if (slice_is(value, names[i])) {
			*ret_mode = (enum audit_sts_mode)i;
			return true;
		}
	}
	return false;
}

/* Which of the keys that must be there were. */
struct sts_keys {
	bool version, mode, max_age;
};

static void
read_sts_line(struct slice line, struct audit_sts *s, struct sts_keys *keys)
{
	const struct slice key = take_until(&line, ':'), value = trim(line);

	if (slice_is(key, "version")) {
		keys->version = slice_is(value, "STSv1");
	} else if (slice_is(key, "mode")) {
		keys->mode = read_mode(value, &s->mode);
	} else if (slice_is(key, "max_age")) {
		keys->max_age = slice_to_u64(value, 31557600, &s->max_age_s);
	} else if (slice_is(key, "mx") && s->mx_count < AUDIT_STS_MX_MAX) {
		s->mx[s->mx_count++] = value;
	}
}

void
audit_sts_read(struct slice text, struct audit_sts *ret_sts)
{
	struct sts_keys keys = { false, false, false };

	*ret_sts = (struct audit_sts){ .mode = AUDIT_STS_MODE_NONE };
	while (text.len > 0)
		read_sts_line(take_until(&text, '\n'), ret_sts, &keys);
	if (!keys.version)
		ret_sts->error = "\"version: STSv1\" is missing";
	else if (!keys.mode)
		ret_sts->error = "\"mode:\" is missing or unknown";
	else if (!keys.max_age)
		ret_sts->error = "\"max_age:\" is missing or no number of seconds";
	else if (ret_sts->mx_count == 0 && ret_sts->mode != AUDIT_STS_MODE_NONE)
		ret_sts->error = "it lists no \"mx:\"";
}

bool
audit_sts_fits(struct slice pattern, const char *host)
{
	const struct slice whole = slice_of(host);
	size_t dot;

	if (pattern.len < 2 || pattern.ptr[0] != '*' || pattern.ptr[1] != '.')
		return slice_equal_nocase(pattern, whole);
	dot = slice_find(whole, '.');
	return dot > 0 && dot < whole.len &&
	       slice_equal_nocase(slice_after(pattern, 1), slice_after(whole, dot));
}
