/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - addresses, ports and providers near a message */
#include "explain/place.h"

#include "explain/host.h"
#include "util/octet.h"

enum {
	LINE_SIDE_MAX = 400, /* octets of the line on each side that are looked at */
	NEARBY_SIDE_MAX = 1500,
	RANK_PORT = 4, /* of a host with a port of mail behind its name */
};

static const char *const google_names[] = { "gsmtp", "google", "gmail", NULL };
static const char *const microsoft_names[] = { "outlook.com", "office365", "microsoft", "exchange",
	"hotmail", "live.com", NULL };
static const char *const local_names[] = { "localhost", "127.0.0.1", "127.0.1.1", "[::1]",
	"::1:", " ::1", NULL };

static struct slice
region(struct slice text, size_t begin, size_t len, size_t side)
{
	const size_t from = begin > side ? begin - side : 0;
	const size_t rest = text.len - (begin + len);

	return slice_make(text.ptr + from, begin - from + len + (rest < side ? rest : side));
}

/* The line or lines that [begin, begin + len) stands in, cut on both sides. */
static struct slice
line_region(struct slice text, size_t begin, size_t len)
{
	size_t from = begin, end = begin + len;

	while (from > 0 && begin - from < LINE_SIDE_MAX && text.ptr[from - 1] != '\n')
		from--;
	while (end < text.len && end - begin - len < LINE_SIDE_MAX && text.ptr[end] != '\n')
		end++;
	return slice_make(text.ptr + from, end - from);
}

static bool
contains(struct slice text, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i + len <= text.len; i++)
		if (slice_equal_nocase(slice_make(text.ptr + i, len), slice_of(name)))
			return true;
	return false;
}

static bool
contains_any(struct slice text, const char *const *names)
{
	for (; *names != NULL; names++)
		if (contains(text, *names))
			return true;
	return false;
}

/* The number stands alone, and not as a part of an address or a time. */
static bool
contains_number(struct slice text, const char *number)
{
	const size_t len = strlen(number);

	for (size_t i = 0; i + len <= text.len; i++)
		if (memcmp(text.ptr + i, number, len) == 0 &&
		    (i == 0 || (!octet_is_let_dig(text.ptr[i - 1]) && text.ptr[i - 1] != '.')) &&
		    (i + len == text.len || !octet_is_let_dig(text.ptr[i + len])))
			return true;
	return false;
}

/* A run such as 2a00:1450::109; times and C++ names have other forms. */
static bool
is_ipv6_run(struct slice run)
{
	size_t colon_count = 0;
	const bool is_global =
	    run.len > 4 && (run.ptr[0] == '2' || run.ptr[0] == '3' || (run.ptr[0] | 0x20) == 'f');

	for (size_t i = 0; i < run.len; i++)
		colon_count += run.ptr[i] == ':';
	return is_global && colon_count >= 2 && slice_find(run, ':') >= 3 &&
	       slice_find(run, ':') <= 4;
}

static bool
contains_ipv6(struct slice text)
{
	for (size_t i = 0; i < text.len;) {
		size_t end = i;

		while (
		    end < text.len && (octet_hex_value(text.ptr[end]) >= 0 || text.ptr[end] == ':'))
			end++;
		if (is_ipv6_run(slice_make(text.ptr + i, end - i)))
			return true;
		i = end + 1;
	}
	return contains(text, "ipv6");
}

bool
explain_place_holds(enum explain_place place, struct slice text, size_t begin, size_t len)
{
	const struct slice line = line_region(text, begin, len);

	switch (place) {
	case EXPLAIN_PLACE_ANY:
		return true;
	case EXPLAIN_PLACE_IPV6:
		return contains_ipv6(line);
	case EXPLAIN_PLACE_LOCALHOST:
		return contains_any(line, local_names);
	case EXPLAIN_PLACE_PORT_25:
		return contains_number(line, "25");
	case EXPLAIN_PLACE_PORT_465:
		return contains_number(line, "465");
	case EXPLAIN_PLACE_PORT_587:
		return contains_number(line, "587");
	case EXPLAIN_PLACE_GOOGLE:
		return contains_any(region(text, begin, len, NEARBY_SIDE_MAX), google_names);
	case EXPLAIN_PLACE_MICROSOFT:
		return contains_any(region(text, begin, len, NEARBY_SIDE_MAX), microsoft_names);
	}
	return false;
}

/* What stands for a host while the text is gone through: the one that looks most like a server. */
struct search {
	struct slice host, user;
	int host_rank;
	struct slice port;
	bool is_port_attached; /* "name:587" */
};

static bool
is_host_octet(uint8_t c)
{
	return octet_is_let_dig(c) || c == '-' || c == '.';
}

/* The number behind "name:" or "name port ", "name, " or "name[address]:". */
static struct slice
read_port(struct slice rest)
{
	size_t i = 0, len = 0;

	if (rest.len > 0 && rest.ptr[0] == '[')
		i = slice_find(rest, ']') + 1;
	while (i < rest.len && i < 48 && !octet_is_digit(rest.ptr[i])) {
		const uint8_t c = rest.ptr[i];

		if (c == '\n' || !(c == ':' || c == ' ' || c == ',' || c == '"' || c == '\'' ||
				     (c | 0x20) == 'p' || (c | 0x20) == 'o' || (c | 0x20) == 'r' ||
				     (c | 0x20) == 't' || c == '=' || c == ')' || c == '('))
			return slice_make(NULL, 0);
		i++;
	}
	while (i + len < rest.len && len < 6 && octet_is_digit(rest.ptr[i + len]))
		len++;
	return i < rest.len ? slice_make(rest.ptr + i, len) : slice_make(NULL, 0);
}

static bool
is_mail_port(struct slice number)
{
	return slice_is(number, "25") || slice_is(number, "465") || slice_is(number, "587") ||
	       slice_is(number, "2525") || slice_is(number, "26") || slice_is(number, "2587") ||
	       slice_is(number, "2465");
}

/* "250-mail.example.org" is a line of a reply to EHLO. */
static size_t
code_len(struct slice name)
{
	return name.len > 4 && name.ptr[0] == '2' && octet_is_digit(name.ptr[1]) &&
		       octet_is_digit(name.ptr[2]) && name.ptr[3] == '-'
		   ? 4
		   : 0;
}

/* "dir/name", but not "smtp://name". */
static bool
is_path(struct slice text, size_t begin)
{
	if (begin == 0 || (text.ptr[begin - 1] != '/' && text.ptr[begin - 1] != '\\'))
		return false;
	return begin < 2 || text.ptr[begin - 2] != '/';
}

static void
consider_host(struct search *s, struct slice text, size_t begin, struct slice name)
{
	const struct slice port = read_port(slice_after(text, begin + name.len));
	const size_t skipped = code_len(name);
	int rank =
	    explain_host_rank(slice_after(name, skipped), is_mail_port(port), is_path(text, begin));

	if (rank == 0)
		return;
	rank += is_mail_port(port) ? RANK_PORT : 0;
	if (rank <= s->host_rank)
		return;
	s->host_rank = rank;
	s->host = slice_after(name, skipped);
	if (is_mail_port(port)) {
		s->port = port;
		s->is_port_attached = true;
	}
}

static bool
is_user_octet(uint8_t c)
{
	return is_host_octet(c) || c == '_' || c == '+';
}

/* An address: its domain is no server, but the whole may be who logs in. */
static void
consider_address(struct search *s, struct slice text, size_t begin, size_t at, size_t end)
{
	static const char *const words[] = { "user", "login", "account", "sasl", "auth", NULL };
	const size_t before = begin > 24 ? begin - 24 : 0;

	if (s->user.len == 0 && begin < at && end > at + 1 &&
	    contains_any(slice_make(text.ptr + before, begin - before), words))
		s->user = slice_make(text.ptr + begin, end - begin);
}

static void
consider_number(struct search *s, struct slice number)
{
	if (s->port.len == 0 && is_mail_port(number))
		s->port = number;
}

static size_t
run_end(struct slice text, size_t at, bool (*is_part)(uint8_t))
{
	while (at < text.len && is_part(text.ptr[at]))
		at++;
	return at;
}

static struct slice
without_points(struct slice name)
{
	while (name.len > 0 && (name.ptr[name.len - 1] == '.' || name.ptr[name.len - 1] == '-'))
		name.len--;
	return name;
}

static void
search_region(struct search *s, struct slice text)
{
	for (size_t i = 0; i < text.len;) {
		const size_t end = run_end(text, i, is_user_octet);
		const struct slice run = without_points(slice_make(text.ptr + i, end - i));

		if (end < text.len && text.ptr[end] == '@') {
			const size_t domain_end = run_end(text, end + 1, is_host_octet);
			const size_t len =
			    without_points(slice_make(text.ptr + i, domain_end - i)).len;

			consider_address(s, text, i, end, i + len);
			i = domain_end;
		} else {
			consider_host(s, text, i, run);
			if (i > 0 && !octet_is_let_dig(text.ptr[i - 1]))
				consider_number(s, run);
			i = end == i ? end + 1 : end;
		}
	}
}

static void
copy(struct slice from, char *to, size_t size)
{
	const size_t len = from.len < size ? from.len : 0;

	if (len != 0)
		memcpy(to, from.ptr, len);
	to[len] = '\0';
}

/* What the decisive line does not say is taken from what is around it. */
static void
complete(struct search *s, const struct search *wide)
{
	if (s->port.len == 0 && (!wide->is_port_attached || s->host.len == 0 ||
				    slice_equal_nocase(s->host, wide->host)))
		s->port = wide->port;
	if (s->host.len == 0)
		s->host = wide->host;
	if (s->user.len == 0)
		s->user = wide->user;
}

void
explain_place_read(struct slice text, size_t at, struct explain_answer *answer)
{
	struct search s = { .host_rank = 0 }, wide = { .host_rank = 0 };

	search_region(&s, line_region(text, at, 0));
	search_region(&wide, region(text, at, 0, NEARBY_SIDE_MAX));
	complete(&s, &wide);
	copy(s.host, answer->host, sizeof answer->host);
	copy(s.port, answer->port, sizeof answer->port);
	copy(s.user, answer->user, sizeof answer->user);
}
