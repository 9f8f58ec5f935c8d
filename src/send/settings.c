/* SPDX-License-Identifier: Apache-2.0 */
#include "send/settings.h"

#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/report.h"
#include "config/suggest.h"
#include "config/syntax.h"
#include "config/text.h"
#include "util/alloc.h"
#include "util/port.h"

static const char *const tls_names[] = {
	[SEND_TLS_UNSAID] = "",
	[SEND_TLS_STARTTLS] = "starttls",
	[SEND_TLS_IMPLICIT] = "implicit",
	[SEND_TLS_NONE] = "none",
};
#define TLS_COUNT (sizeof tls_names / sizeof tls_names[0])

static bool
set_text(char **field, const char *value)
{
	if (*field == NULL)
		*field = xstrdup(value);
	return true;
}

/* Where the port of "name:port", "1.2.3.4:port" or "[v6]:port" begins; NULL: there is none. */
static const char *
find_port(const char *value)
{
	const char *colon = strrchr(value, ':'), *bracket = strrchr(value, ']');

	if (colon == NULL || (bracket != NULL && bracket > colon))
		return NULL;
	/* An IPv6 address without brackets has colons of its own. */
	if (bracket == NULL && strchr(value, ':') != colon)
		return NULL;
	return colon + 1;
}

static bool
set_server(struct send_settings *s, const char *value, struct buf *error)
{
	const char *port = find_port(value);
	size_t len = port == NULL ? strlen(value) : (size_t)(port - value) - 1;
	uint64_t number = 0;
	char *name;

	if (port != NULL && (!slice_to_u64(slice_of(port), UINT16_MAX, &number) || number == 0)) {
		(void)buf_addf(error, "has \"%s\" for a port, which is 1 to 65535", port);
		return false;
	}
	if (len >= 2 && value[0] == '[' && value[len - 1] == ']')
		name = slice_dup(slice_make(value + 1, len - 2));
	else
		name = slice_dup(slice_make(value, len));
	if (!config_syntax_is_name(name) && !config_syntax_is_address(name)) {
		(void)buf_addf(error, "has \"%s\", which is no host name and no address", name);
		free(name);
		return false;
	}
	if (s->server == NULL) {
		s->server = name;
		s->port = (uint16_t)number;
	} else {
		free(name);
	}
	return true;
}

static bool
set_tls(struct send_settings *s, const char *value, struct buf *error)
{
	for (size_t i = SEND_TLS_STARTTLS; i < TLS_COUNT; i++) {
		if (strcmp(value, tls_names[i]) != 0)
			continue;
		if (s->tls == SEND_TLS_UNSAID)
			s->tls = (enum send_tls)i;
		return true;
	}
	(void)buf_addf(error, "is \"starttls\", \"implicit\" or \"none\", not \"%s\"", value);
	return false;
}

static const char *const keys[] = { "server", "tls", "user", "password_file", "mechanism", "from",
	"domain", "ca_file", NULL };

static char **
find_text(struct send_settings *s, const char *key)
{
	const struct {
		const char *key;
		char **field;
	} texts[] = {
		{ "user", &s->user },
		{ "password_file", &s->password_file },
		{ "mechanism", &s->mechanism },
		{ "from", &s->from },
		{ "domain", &s->domain },
		{ "ca_file", &s->ca_file },
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(texts[i].key, key) == 0)
			return texts[i].field;
	return NULL;
}

bool
send_settings_set(struct send_settings *s, const char *key, const char *value, struct buf *error)
{
	char **field = find_text(s, key);
	const char *near;

	if (strcmp(key, "server") == 0)
		return set_server(s, value, error);
	if (strcmp(key, "tls") == 0)
		return set_tls(s, value, error);
	if (field != NULL)
		return set_text(field, value);
	near = config_suggest_name(key, keys);
	(void)buf_addf(error, "is no key%s%s%s", near == NULL ? "" : "; did you mean \"",
	    near == NULL ? "" : near, near == NULL ? "" : "\"?");
	return false;
}

/* libconfuse hands no argument of ours to callbacks, but gives back a pointer that a key has. */
struct reader {
	void *slot; /* first: libconfuse writes here what on_value gives, which is nothing */
	struct send_settings *settings;
	struct config_report *report;
};

static struct reader *
reader_of(const cfg_opt_t *key)
{
	return (struct reader *)(void *)key->simple_value.ptr;
}

static void
report(struct reader *r, const cfg_t *cfg, const char *key, struct buf *words)
{
	(void)buf_add_octet(words, '\0');
	config_report_add(r->report, (unsigned)cfg->line, "", NULL, key, (const char *)words->ptr);
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	struct reader *r = reader_of(opt);
	struct buf words;
	bool ok;

	*(void **)result = NULL;
	buf_init(&words, 1024);
	ok = send_settings_set(r->settings, opt->name, text, &words);
	if (!ok)
		report(r, cfg, opt->name, &words);
	buf_done(&words);
	return ok ? 0 : -1;
}

__attribute__((format(printf, 2, 0))) static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	struct reader *r = reader_of(&cfg->opts[0]);
	struct buf words;

	buf_init(&words, 1024);
	if (strcmp(format, "no such option '%s'") == 0) {
		const char *key = va_arg(ap, const char *);

		(void)send_settings_set(r->settings, key, "", &words);
		report(r, cfg, key, &words);
	} else {
		(void)buf_add_text(&words, "this is not understood; write key = \"value\"");
		report(r, cfg, NULL, &words);
	}
	buf_done(&words);
}

static void
parse(struct reader *r, const char *text)
{
	cfg_opt_t options[sizeof keys / sizeof keys[0]] = { { .name = NULL } };
	const size_t reported = r->report->count;
	struct buf words;
	cfg_t *cfg;

	for (size_t i = 0; keys[i] != NULL; i++)
		options[i] = (cfg_opt_t){
			.name = keys[i],
			.type = CFGT_PTR,
			.flags = CFGF_NODEFAULT,
			.simple_value = { .ptr = &r->slot },
			.parsecb = on_value,
		};
	cfg = cfg_init(options, CFGF_NONE);
	if (cfg == NULL)
		abort();
	(void)cfg_set_error_function(cfg, on_error);
	buf_init(&words, 256);
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS && r->report->count == reported) {
		(void)buf_add_text(&words, "this is no key; write key = \"value\"");
		report(r, cfg, NULL, &words);
	}
	buf_done(&words);
	(void)cfg_free(cfg);
}

bool
send_settings_read(struct send_settings *s, const char *file, struct slice text, struct buf *errors)
{
	struct config_report report = { .file = file, .out = errors };
	struct reader r = { .settings = s, .report = &report };
	char *prepared = config_text_prepare(text, &report);

	if (prepared != NULL)
		parse(&r, prepared);
	free(prepared);
	return report.count == 0;
}

void
send_settings_complete(struct send_settings *s)
{
	if (s->tls == SEND_TLS_UNSAID)
		s->tls = s->port == PORT_SUBMISSIONS ? SEND_TLS_IMPLICIT : SEND_TLS_STARTTLS;
	if (s->port != 0)
		return;
	s->port = s->tls == SEND_TLS_IMPLICIT ? PORT_SUBMISSIONS
		  : s->tls == SEND_TLS_NONE   ? PORT_SMTP
					      : PORT_SUBMISSION;
}

void
send_settings_done(struct send_settings *s)
{
	free(s->server);
	free(s->user);
	free(s->password_file);
	free(s->mechanism);
	free(s->from);
	free(s->domain);
	free(s->ca_file);
	*s = (struct send_settings){ 0 };
}
