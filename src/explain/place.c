/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - addresses, ports and providers near a message */
#include "explain/place.h"

enum {
	LINE_SIDE_MAX = 400, /* octets of the line on each side that are looked at */
	NEARBY_SIDE_MAX = 1500,
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

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(uint8_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
is_alnum(uint8_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The number stands alone, and not as a part of an address or a time. */
static bool
contains_number(struct slice text, const char *number)
{
	const size_t len = strlen(number);

	for (size_t i = 0; i + len <= text.len; i++)
		if (memcmp(text.ptr + i, number, len) == 0 &&
		    (i == 0 || (!is_alnum(text.ptr[i - 1]) && text.ptr[i - 1] != '.')) &&
		    (i + len == text.len || !is_alnum(text.ptr[i + len])))
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

		while (end < text.len && (is_hex(text.ptr[end]) || text.ptr[end] == ':'))
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
	return is_alnum(c) || c == '-' || c == '.';
}

static const char *const file_suffixes[] = { "php", "py", "js", "ts", "rb", "go", "java", "cs", "c",
	"log", "html", "htm", "asp", "aspx", "txt", "conf", "cf", "ini", "json", "xml", "pem",
	"crt", "key", "cpp", "h", "so", "dll", "exe", "jar", "class", "mjs", "tsx", "sh", "pl",
	"pm", "yml", "yaml", "env", "lua", "rs", "vb", NULL };

static const char *const server_labels[] = { "smtp", "mail", "relay", "mx", "out", "email",
	"submit", "submission", "send", "asmtp", "mailhost", "exchange", NULL };

/* Names in code: the last part is a setting or a verb, as in "mail.smtp.port" and "smtp.send". */
static const char *const code_labels[] = { "port", "host", "server", "user", "username", "password",
	"auth", "enable", "enabled", "required", "trust", "timeout", "debug", "ssl", "tls",
	"starttls", "smtp", "mail", "message", "client", "transport", "connect", "send", "sendmail",
	"login", "data", "error", "errors", "exception", "exceptions", "gaierror", "herror",
	"timeouterror", "sslerror", "socket", "service", "handler", "helpers", "internal", "util",
	"utils", "core", "api", "backends", "protocol", NULL };

static struct slice
last_label(struct slice name)
{
	size_t i = name.len;

	while (i > 0 && name.ptr[i - 1] != '.')
		i--;
	return slice_after(name, i);
}

static bool
is_one_of(struct slice label, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_is_nocase(label, *list))
			return true;
	return false;
}

/* "SmtpCommandException": hosts have no capitals inside, and top-level domains no digits. */
static bool
is_label_of_code(struct slice label)
{
	bool has_small = false;

	for (size_t i = 0; i < label.len; i++) {
		const uint8_t c = label.ptr[i];

		if ((c >= 'A' && c <= 'Z' && has_small) ||
		    (is_digit(c) && !slice_starts_nocase(label, "xn--")))
			return true;
		has_small = has_small || (c >= 'a' && c <= 'z');
	}
	return is_one_of(label, file_suffixes) || is_one_of(label, code_labels);
}

/* Names of documentation and of code, which are no servers of the reader's. */
static const char *const other_names[] = { "github.com", "google.com", "microsoft.com", "aka.ms",
	"support.", "www.", "org.", "com.", "java.", "javax.", "sun.", "jakarta.", "system.",
	"net.", "postfix.org", "openssl.org", "spamhaus.org", "docs.", "learn.", "help.",
	"postmaster.", NULL };

static bool
is_other_name(struct slice name)
{
	for (size_t i = 0; other_names[i] != NULL; i++) {
		const size_t len = strlen(other_names[i]);

		if (slice_starts_nocase(name, other_names[i]) ||
		    (name.len > len + 1 && name.ptr[name.len - len - 1] == '.' &&
			slice_is_nocase(slice_after(name, name.len - len), other_names[i]) &&
			!slice_starts_nocase(name, "smtp")))
			return true;
	}
	return false;
}

/* 0: no host name at all; more: the more it looks like a submission server's. */
static int
rank_host(struct slice name)
{
	const struct slice label = last_label(name);
	int rank = 1;

	if (label.len < 2 || label.len == name.len || name.len > 253 || name.ptr[0] == '-' ||
	    name.ptr[0] == '.' || is_digit(label.ptr[0]) || is_label_of_code(label) ||
	    is_other_name(name))
		return 0;
	for (size_t i = 0; i + 1 < name.len; i++)
		if (name.ptr[i] == '.' && name.ptr[i + 1] == '.')
			return 0;
	for (size_t i = 0; server_labels[i] != NULL; i++)
		if (slice_starts_nocase(name, server_labels[i]))
			rank += 3;
	return rank;
}

/* The number behind "name:" or "name port ", "name, " or "name[address]:". */
static struct slice
read_port(struct slice rest)
{
	size_t i = 0, len = 0;

	if (rest.len > 0 && rest.ptr[0] == '[')
		i = slice_find(rest, ']') + 1;
	while (i < rest.len && i < 48 && !is_digit(rest.ptr[i])) {
		const uint8_t c = rest.ptr[i];

		if (c == '\n' || !(c == ':' || c == ' ' || c == ',' || c == '"' || c == '\'' ||
				     (c | 0x20) == 'p' || (c | 0x20) == 'o' || (c | 0x20) == 'r' ||
				     (c | 0x20) == 't' || c == '=' || c == ')' || c == '('))
			return slice_make(NULL, 0);
		i++;
	}
	while (i + len < rest.len && len < 6 && is_digit(rest.ptr[i + len]))
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
	return name.len > 4 && name.ptr[0] == '2' && is_digit(name.ptr[1]) &&
		       is_digit(name.ptr[2]) && name.ptr[3] == '-'
		   ? 4
		   : 0;
}

static void
consider_host(struct search *s, struct slice name, struct slice rest)
{
	const struct slice port = read_port(rest);
	int rank;

	name = slice_after(name, code_len(name));
	rank = rank_host(name);

	if (rank == 0)
		return;
	rank += is_mail_port(port) ? 4 : 0;
	if (rank <= s->host_rank)
		return;
	s->host_rank = rank;
	s->host = name;
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
			consider_host(s, run, slice_after(text, end));
			if (i > 0 && !is_alnum(text.ptr[i - 1]))
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

void
explain_place_read(struct slice text, size_t at, struct explain_answer *answer)
{
	struct search s = { .host_rank = 0 };

	search_region(&s, line_region(text, at, 0));
	if (s.host.len == 0 || s.user.len == 0)
		search_region(&s, region(text, at, 0, NEARBY_SIDE_MAX));
	copy(s.host, answer->host, sizeof answer->host);
	copy(s.port, answer->port, sizeof answer->port);
	copy(s.user, answer->user, sizeof answer->user);
}
