/* SPDX-License-Identifier: Apache-2.0 */
/* client_settings_show.c - settings as text and as JSON */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "autoconfig/code.h"
#include "autoconfig/guide.h"
#include "cli/client_settings.h"

enum { SCHEMA = 1 };

static const char *
security_words(enum autoconfig_security security)
{
	return security == AUTOCONFIG_TLS ? "TLS from the first octet (\"SSL/TLS\")"
					  : "STARTTLS, required";
}

static void
print_server(const struct client_settings *s, const struct autoconfig_server *server,
    const struct client_settings_server *known, struct buf *out)
{
	(void)buf_addf(out, "  Server     %s\n", server->host);
	(void)buf_addf(out, "  Port       %u\n", (unsigned)server->port);
	(void)buf_addf(out, "  Security   %s\n", security_words(server->security));
	(void)buf_addf(out, "  User name  %s\n", s->settings.user);
	(void)buf_addf(out, "  Source     %s\n", known->source);
	if (known->is_unproven)
		(void)buf_addf(out,
		    "             %s is of another domain, and the record is not signed (DNSSEC):\n"
		    "             make sure that this is the provider's server.\n",
		    server->host);
}

static void
print_programs(struct buf *out)
{
	(void)buf_add_text(out, "\nFor a program's own words or code: --for ");
	client_settings_list_programs(out);
	(void)buf_add_text(out, ".\n");
}

void
client_settings_print(const struct client_settings *s, struct buf *out)
{
	const struct autoconfig_settings *a = &s->settings;

	(void)buf_addf(out, "Settings for %s\n\nOutgoing mail (SMTP)\n", a->address);
	print_server(s, &a->submission, &s->submission, out);
	if (a->alternative.host != NULL)
		(void)buf_addf(out, "  Or         %s, port %u, %s\n", a->alternative.host,
		    (unsigned)a->alternative.port, security_words(a->alternative.security));
	if (a->incoming.host != NULL) {
		(void)buf_addf(
		    out, "\nIncoming mail (%s)\n", autoconfig_protocol_name(a->incoming.protocol));
		print_server(s, &a->incoming, &s->incoming, out);
	} else {
		(void)buf_add_text(out, "\nIncoming mail is not known here (--imap HOST, --pop "
					"HOST): it is where the mailbox is.\n");
	}
	print_programs(out);
}

void
client_settings_list_programs(struct buf *out)
{
	for (int i = 0; i < AUTOCONFIG_CLIENT_COUNT; i++)
		(void)buf_addf(out, "%s, ", autoconfig_client_name((enum autoconfig_client)i));
	for (int i = 0; i < AUTOCONFIG_LANGUAGE_COUNT; i++)
		(void)buf_addf(out, "%s%s", i == 0 ? "" : ", ",
		    autoconfig_language_name((enum autoconfig_language)i));
}

static int
find_client(const char *program)
{
	for (int i = 0; i < AUTOCONFIG_CLIENT_COUNT; i++)
		if (strcmp(program, autoconfig_client_name((enum autoconfig_client)i)) == 0)
			return i;
	return -1;
}

static int
find_language(const char *program)
{
	for (int i = 0; i < AUTOCONFIG_LANGUAGE_COUNT; i++)
		if (strcmp(program, autoconfig_language_name((enum autoconfig_language)i)) == 0)
			return i;
	return -1;
}

bool
client_settings_is_program(const char *program, bool *ret_is_language)
{
	*ret_is_language = find_language(program) >= 0;
	return *ret_is_language || find_client(program) >= 0;
}

void
client_settings_print_for(const struct client_settings *s, const char *program, struct buf *out)
{
	const int client = find_client(program), language = find_language(program);
	struct autoconfig_guide guide;

	if (language >= 0) {
		autoconfig_code((enum autoconfig_language)language, &s->settings, out);
		return;
	}
	(void)buf_addf(out, "%s, for %s\n\n",
	    autoconfig_client_title((enum autoconfig_client)client), s->settings.address);
	autoconfig_guide((enum autoconfig_client)client, &s->settings, &guide);
	autoconfig_guide_print(&guide, out);
	if (s->settings.incoming.host == NULL)
		(void)buf_addf(out,
		    "\nThe incoming server is not known here%s: --imap HOST or --pop HOST adds "
		    "it.\n",
		    s->is_incoming_unanswered ? ", and DNS does not answer" : "");
}

/* Takes value over; NULL: text that is no UTF-8 gets null. */
static void
set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value != NULL ? value : json_null()) != 0)
		abort();
}

static json_t *
make_text(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static json_t *
make_server(const struct autoconfig_server *server, const struct client_settings_server *known)
{
	json_t *object;

	if (server->host == NULL)
		return json_null();
	object = json_object();
	set(object, "protocol", json_string(autoconfig_protocol_name(server->protocol)));
	set(object, "host", json_string(server->host));
	set(object, "port", json_integer(server->port));
	set(object, "mode", json_string(autoconfig_security_name(server->security)));
	set(object, "source", make_text(known->source));
	set(object, "is_guess", json_boolean(server->is_guess));
	set(object, "is_unproven", json_boolean(known->is_unproven));
	set(object, "is_default", json_boolean(known->is_default));
	return object;
}

static json_t *
make_rows(const struct autoconfig_guide *guide)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < guide->count; i++) {
		const struct autoconfig_row *row = &guide->rows[i];
		json_t *object = json_object();

		set(object, "form", json_string(row->form));
		set(object, "field", json_string(row->field));
		set(object, "value",
		    row->value != NULL ? json_string(row->value) : json_integer(row->number));
		if (json_array_append_new(rows, object) != 0)
			abort();
	}
	return rows;
}

static json_t *
make_client(enum autoconfig_client client, const struct client_settings *s)
{
	struct autoconfig_guide guide;
	json_t *object = json_object();

	autoconfig_guide(client, &s->settings, &guide);
	set(object, "title", json_string(autoconfig_client_title(client)));
	set(object, "where", json_string(guide.where));
	set(object, "note", make_text(guide.note));
	set(object, "fields", make_rows(&guide));
	return object;
}

static json_t *
make_code(enum autoconfig_language language, const struct client_settings *s)
{
	json_t *object = json_object();
	struct buf code;

	buf_init(&code, AUTOCONFIG_TEXT_MAX);
	autoconfig_code(language, &s->settings, &code);
	set(object, "title", json_string(autoconfig_language_title(language)));
	set(object, "code", json_stringn((const char *)code.ptr, code.len));
	buf_done(&code);
	return object;
}

static bool
is_wanted(const char *program, const char *name)
{
	return program == NULL || strcmp(program, name) == 0;
}

static json_t *
make_clients(const struct client_settings *s, const char *program)
{
	json_t *object = json_object();

	for (int i = 0; i < AUTOCONFIG_CLIENT_COUNT; i++) {
		const char *name = autoconfig_client_name((enum autoconfig_client)i);

		if (is_wanted(program, name))
			set(object, name, make_client((enum autoconfig_client)i, s));
	}
	return object;
}

static json_t *
make_codes(const struct client_settings *s, const char *program)
{
	json_t *object = json_object();

	for (int i = 0; i < AUTOCONFIG_LANGUAGE_COUNT; i++) {
		const char *name = autoconfig_language_name((enum autoconfig_language)i);

		if (is_wanted(program, name))
			set(object, name, make_code((enum autoconfig_language)i, s));
	}
	return object;
}

void
client_settings_print_json(const struct client_settings *s, const char *program, struct buf *out)
{
	const struct autoconfig_settings *a = &s->settings;
	json_t *object = json_object();
	char *text;

	set(object, "schema", json_integer(SCHEMA));
	set(object, "address", make_text(a->address));
	set(object, "domain", make_text(a->domain));
	set(object, "user", make_text(a->user));
	set(object, "name", make_text(a->name));
	set(object, "submission", make_server(&a->submission, &s->submission));
	set(object, "alternative", make_server(&a->alternative, &s->alternative));
	set(object, "incoming", make_server(&a->incoming, &s->incoming));
	set(object, "clients", make_clients(s, program));
	set(object, "code", make_codes(s, program));
	text = json_dumps(object, JSON_INDENT(2));
	if (text == NULL)
		abort();
	(void)buf_addf(out, "%s\n", text);
	free(text);
	json_decref(object);
}
