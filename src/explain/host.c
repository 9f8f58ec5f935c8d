/* SPDX-License-Identifier: Apache-2.0 */
/* host.c - names of servers and what only looks like them */
#include "explain/host.h"

#include <stddef.h>
#include <stdint.h>

#include "util/octet.h"

enum {
	NAME_MAX_LEN = 253,
	LABELS_MAX = 12,
	ADDRESS_LABELS = 4,
	COUNTRY_LEN = 2, /* of a top-level domain of a country */
	RANK_NAME = 1,
	RANK_SERVER = 3, /* more, for "smtp." before it */
	MANY_LABELS = 3, /* files seldom have so many */
};

/* No top-level domain is called so. */
static const char *const file_suffixes[] = { "php", "js", "ts", "rb", "go", "java", "cs", "c", "vb",
	"log", "html", "htm", "asp", "aspx", "txt", "conf", "cf", "cfg", "ini", "json", "xml",
	"pem", "crt", "key", "csr", "cpp", "h", "dll", "exe", "jar", "war", "class", "mjs", "cjs",
	"tsx", "jsx", "yml", "yaml", "toml", "env", "lua", "ex", "exs", "erl", "kt", "scala",
	"swift", "phtml", "inc", "tpl", "twig", "gz", "bak", "tmp", "pid", "sock", "db", "sqlite",
	"csv", "eml", "msg", "pdf", "pyc", "cron", "timer", "unit", "module", "lock", NULL };

/* A file or a country: what stands around it decides. */
static const char *const doubtful_suffixes[] = { "py", "pl", "rs", "sh", "so", "pm", "md", "cc",
	"mo", "ps", NULL };

static const char *const top_domains[] = { "com", "org", "net", "edu", "gov", "mil", "int", "info",
	"biz", "name", "pro", "app", "dev", "cloud", "online", "site", "shop", "store", "tech",
	"email", "world", "live", "life", "company", "systems", "solutions", "services", "network",
	"digital", "agency", "group", "center", "berlin", "hamburg", "koeln", "wien", "bayern",
	"swiss", "paris", "london", "amsterdam", "nyc", "xyz", "top", "club", "mobi", "asia", "cat",
	"museum", "travel", "jobs", "coop", "aero", "tel", "space", "website", "host", "page",
	"one", "blog", "health", "school", "university", "church", "bank", "media", "studio",
	"software", "consulting", "gmbh", "ltd", "law", "example", "test", "local", "localdomain",
	"lan", "home", "internal", "intranet", "corp", "private", "invalid", NULL };

static const char *const server_labels[] = { "smtp", "mail", "relay", "mx", "out", "email",
	"submit", "submission", "send", "asmtp", "mailhost", "exchange", NULL };

/* Names in code: the last part is a setting or a verb, as in "mail.smtp.port" and "smtp.send". */
static const char *const code_labels[] = { "port", "host", "server", "user", "username", "password",
	"auth", "enable", "enabled", "required", "trust", "timeout", "debug", "ssl", "tls",
	"starttls", "smtp", "mail", "message", "client", "transport", "connect", "send", "sendmail",
	"login", "data", "error", "errors", "exception", "exceptions", "gaierror", "herror",
	"timeouterror", "sslerror", "socket", "service", "handler", "helpers", "internal", "util",
	"utils", "core", "api", "backends", "protocol", NULL };

/* What syslog calls its messages: "mail.err". */
static const char *const facilities[] = { "mail", "daemon", "user", "auth", "authpriv", "cron",
	"kern", "syslog", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
	"local7", NULL };
static const char *const priorities[] = { "emerg", "alert", "crit", "err", "error", "warn",
	"warning", "notice", "info", "debug", "none", NULL };

/* Names of documentation and of code, which are no servers of the reader's. */
static const char *const other_names[] = { "github.com", "google.com", "microsoft.com", "aka.ms",
	"support.", "www.", "org.", "com.", "java.", "javax.", "sun.", "jakarta.", "system.",
	"net.", "postfix.org", "openssl.org", "spamhaus.org", "docs.", "learn.", "help.",
	"postmaster.", NULL };

struct labels {
	struct slice all[LABELS_MAX];
	size_t count;
};

static bool
is_one_of(struct slice label, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_is_nocase(label, *list))
			return true;
	return false;
}

/* False: an empty label, or too many. */
static bool
split(struct slice name, struct labels *labels)
{
	labels->count = 0;
	for (;;) {
		const size_t len = slice_find(name, '.');

		if (len == 0 || labels->count == LABELS_MAX)
			return false;
		labels->all[labels->count++] = slice_first(name, len);
		if (len == name.len)
			return true;
		name = slice_after(name, len + 1);
	}
}

/* "192.0.2.7" */
static bool
is_address(const struct labels *labels)
{
	for (size_t i = 0; i < labels->count; i++) {
		const struct slice label = labels->all[i];

		if (label.len > 3)
			return false;
		for (size_t k = 0; k < label.len; k++)
			if (!octet_is_digit(label.ptr[k]))
				return false;
	}
	return labels->count == ADDRESS_LABELS;
}

/* "SmtpCommandException": hosts have no capitals inside. */
static bool
has_inner_capital(struct slice label)
{
	bool has_small = false;

	for (size_t i = 0; i < label.len; i++) {
		const uint8_t c = label.ptr[i];

		if (octet_is_capital(c) && has_small)
			return true;
		has_small = has_small || octet_is_small(c);
	}
	return false;
}

static bool
has_digit(struct slice label)
{
	for (size_t i = 0; i < label.len; i++)
		if (octet_is_digit(label.ptr[i]))
			return true;
	return false;
}

static bool
is_code(const struct labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		if (has_inner_capital(labels->all[i]))
			return true;
	return is_one_of(labels->all[labels->count - 1], code_labels);
}

static bool
is_selector(const struct labels *labels)
{
	return labels->count == 2 && is_one_of(labels->all[0], facilities) &&
	       is_one_of(labels->all[1], priorities);
}

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

/* Is the last label a top-level domain, known or in a name that speaks for itself? */
static bool
is_top_domain(const struct labels *labels, bool has_port)
{
	const struct slice last = labels->all[labels->count - 1];

	if (is_one_of(last, file_suffixes) || last.len < COUNTRY_LEN)
		return false;
	if (slice_starts_nocase(last, "xn--"))
		return true;
	if (has_digit(last))
		return false;
	if (is_one_of(last, doubtful_suffixes))
		return has_port || labels->count >= MANY_LABELS;
	return last.len == COUNTRY_LEN || is_one_of(last, top_domains) || has_port ||
	       (labels->count >= MANY_LABELS && is_one_of(labels->all[0], server_labels));
}

int
explain_host_rank(struct slice name, bool has_port, bool is_path)
{
	struct labels labels;
	int rank = RANK_NAME;

	if (name.len > NAME_MAX_LEN || is_path || !split(name, &labels) || labels.count < 2 ||
	    name.ptr[0] == '-')
		return 0;
	if (is_address(&labels))
		return has_port ? RANK_NAME : 0;
	if (is_code(&labels) || is_selector(&labels) || is_other_name(name) ||
	    !is_top_domain(&labels, has_port))
		return 0;
	for (size_t i = 0; server_labels[i] != NULL; i++)
		if (slice_starts_nocase(name, server_labels[i]))
			rank += RANK_SERVER;
	return rank;
}
