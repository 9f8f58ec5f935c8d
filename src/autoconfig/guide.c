/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/guide.h"

#include <assert.h>
#include <string.h>

enum { LABEL_WIDTH_MIN = 24 };

enum value {
	VALUE_NAME,
	VALUE_ADDRESS,
	VALUE_USER,
	VALUE_PASSWORD,
	VALUE_FIXED, /* words[0] */
	VALUE_IN_PROTOCOL,
	VALUE_IN_HOST,
	VALUE_IN_PORT,
	VALUE_IN_SECURITY, /* words, by enum autoconfig_security */
	VALUE_OUT_HOST,
	VALUE_OUT_PORT,
	VALUE_OUT_SECURITY,
};

struct field {
	const char *label; /* NULL: a form begins, words[0] */
	enum value value;
	const char *words[2];
};

/* The labels are those of the programs, in English. */
static const struct field thunderbird[] = {
	{ NULL, 0, { "Account setup" } },
	{ "Your full name", VALUE_NAME, { NULL } },
	{ "Email address", VALUE_ADDRESS, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ NULL, 0, { "Incoming server" } },
	{ "Protocol", VALUE_IN_PROTOCOL, { NULL } },
	{ "Hostname", VALUE_IN_HOST, { NULL } },
	{ "Port", VALUE_IN_PORT, { NULL } },
	{ "Connection security", VALUE_IN_SECURITY, { "SSL/TLS", "STARTTLS" } },
	{ "Authentication method", VALUE_FIXED, { "Normal password" } },
	{ "Username", VALUE_USER, { NULL } },
	{ NULL, 0, { "Outgoing server" } },
	{ "Hostname", VALUE_OUT_HOST, { NULL } },
	{ "Port", VALUE_OUT_PORT, { NULL } },
	{ "Connection security", VALUE_OUT_SECURITY, { "SSL/TLS", "STARTTLS" } },
	{ "Authentication method", VALUE_FIXED, { "Normal password" } },
	{ "Username", VALUE_USER, { NULL } },
	{ NULL, 0, { NULL } },
};

static const struct field outlook[] = {
	{ NULL, 0, { "Account" } },
	{ "Email address", VALUE_ADDRESS, { NULL } },
	{ "Account type", VALUE_IN_PROTOCOL, { NULL } },
	{ NULL, 0, { "Incoming mail" } },
	{ "Server", VALUE_IN_HOST, { NULL } },
	{ "Port", VALUE_IN_PORT, { NULL } },
	{ "Encryption method", VALUE_IN_SECURITY, { "SSL/TLS", "STARTTLS" } },
	{ "Require logon using Secure Password Authentication (SPA)", VALUE_FIXED, { "off" } },
	{ NULL, 0, { "Outgoing mail" } },
	{ "Server", VALUE_OUT_HOST, { NULL } },
	{ "Port", VALUE_OUT_PORT, { NULL } },
	{ "Encryption method", VALUE_OUT_SECURITY, { "SSL/TLS", "STARTTLS" } },
	{ "Require logon using Secure Password Authentication (SPA)", VALUE_FIXED, { "off" } },
	{ NULL, 0, { "More settings, outgoing server" } },
	{ "My outgoing server (SMTP) requires authentication", VALUE_FIXED, { "on" } },
	{ "User name", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ NULL, 0, { NULL } },
};

static const struct field apple_mail[] = {
	{ NULL, 0, { "Account" } },
	{ "Name", VALUE_NAME, { NULL } },
	{ "Email Address", VALUE_ADDRESS, { NULL } },
	{ "User Name", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ "Account Type", VALUE_IN_PROTOCOL, { NULL } },
	{ "Incoming Mail Server", VALUE_IN_HOST, { NULL } },
	{ "Outgoing Mail Server", VALUE_OUT_HOST, { NULL } },
	{ NULL, 0, { "Incoming mail server, Server Settings" } },
	{ "Automatically manage connection settings", VALUE_FIXED, { "off" } },
	{ "Port", VALUE_IN_PORT, { NULL } },
	{ "Use TLS/SSL", VALUE_FIXED, { "on" } },
	{ "Authentication", VALUE_FIXED, { "Password" } },
	{ NULL, 0, { "SMTP server list" } },
	{ "User Name", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ "Host Name", VALUE_OUT_HOST, { NULL } },
	{ "Automatically manage connection settings", VALUE_FIXED, { "off" } },
	{ "Port", VALUE_OUT_PORT, { NULL } },
	{ "Use TLS/SSL", VALUE_FIXED, { "on" } },
	{ "Authentication", VALUE_FIXED, { "Password" } },
	{ NULL, 0, { NULL } },
};

static const struct field ios[] = {
	{ NULL, 0, { "New account" } },
	{ "Name", VALUE_NAME, { NULL } },
	{ "Email", VALUE_ADDRESS, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ "IMAP or POP", VALUE_IN_PROTOCOL, { NULL } },
	{ NULL, 0, { "Incoming mail server" } },
	{ "Host Name", VALUE_IN_HOST, { NULL } },
	{ "User Name", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ NULL, 0, { "Outgoing mail server" } },
	{ "Host Name", VALUE_OUT_HOST, { NULL } },
	{ "User Name", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ NULL, 0, { "Incoming settings, Advanced" } },
	{ "Use SSL", VALUE_FIXED, { "on" } },
	{ "Authentication", VALUE_FIXED, { "Password" } },
	{ "Server Port", VALUE_IN_PORT, { NULL } },
	{ NULL, 0, { "SMTP, primary server" } },
	{ "Use SSL", VALUE_FIXED, { "on" } },
	{ "Authentication", VALUE_FIXED, { "Password" } },
	{ "Server Port", VALUE_OUT_PORT, { NULL } },
	{ NULL, 0, { NULL } },
};

static const struct field android[] = {
	{ NULL, 0, { "Account" } },
	{ "Email address", VALUE_ADDRESS, { NULL } },
	{ "Account type, Personal", VALUE_IN_PROTOCOL, { NULL } },
	{ NULL, 0, { "Incoming server settings" } },
	{ "Username", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ "Server", VALUE_IN_HOST, { NULL } },
	{ "Port", VALUE_IN_PORT, { NULL } },
	{ "Security type", VALUE_IN_SECURITY, { "SSL/TLS", "STARTTLS" } },
	{ NULL, 0, { "Outgoing server settings" } },
	{ "Require sign-in", VALUE_FIXED, { "on" } },
	{ "Username", VALUE_USER, { NULL } },
	{ "Password", VALUE_PASSWORD, { NULL } },
	{ "SMTP server", VALUE_OUT_HOST, { NULL } },
	{ "Port", VALUE_OUT_PORT, { NULL } },
	{ "Security type", VALUE_OUT_SECURITY, { "SSL/TLS", "STARTTLS" } },
	{ NULL, 0, { "Last step" } },
	{ "Your name", VALUE_NAME, { NULL } },
	{ NULL, 0, { NULL } },
};

static const struct {
	const char *name, *title, *where, *note;
	const struct field *fields;
} clients[AUTOCONFIG_CLIENT_COUNT] = {
	[AUTOCONFIG_THUNDERBIRD] = { "thunderbird", "Mozilla Thunderbird",
	    "New Account > Email, then Configure manually. To change only how mail is sent: "
	    "Account "
	    "Settings > Outgoing Server (SMTP) > Add.",
	    NULL, thunderbird },
	[AUTOCONFIG_OUTLOOK] = { "outlook", "Microsoft Outlook",
	    "File > Add Account > Advanced options > Let me set up my account manually.",
	    "Outlook logs in with the email address until another user name is given under File > "
	    "Account Settings > Change > More Settings > Outgoing Server.",
	    outlook },
	[AUTOCONFIG_APPLE_MAIL] = { "apple-mail", "Apple Mail on macOS",
	    "Mail > Add Account > Other Mail Account. Ports and TLS: Mail > Settings > Accounts > "
	    "Server Settings, there > Outgoing Mail Account > Edit SMTP Server List.",
	    "Use TLS/SSL stands for both kinds of TLS: the port decides.", apple_mail },
	[AUTOCONFIG_IOS] = { "ios", "Mail on iPhone and iPad",
	    "Settings > Apps > Mail > Mail Accounts > Add Account > Other > Add Mail Account "
	    "(before iOS 18: Settings > Mail > Accounts). Ports and SSL: the account > Advanced, "
	    "and the account > SMTP > Primary Server.",
	    "Use SSL stands for both kinds of TLS: the port decides.", ios },
	[AUTOCONFIG_ANDROID] = { "android", "Gmail on Android",
	    "Settings > Add account > Other. To change it later: Settings > the account > Outgoing "
	    "settings.",
	    NULL, android },
};

const char *
autoconfig_client_name(enum autoconfig_client client)
{
	return clients[client].name;
}

const char *
autoconfig_client_title(enum autoconfig_client client)
{
	return clients[client].title;
}

/* False: it is about an incoming server, and there is none; or about a name that is not known. */
static bool
fill(const struct autoconfig_settings *s, const struct field *field, struct autoconfig_row *row)
{
	const bool has_incoming = s->incoming.host != NULL;

	switch (field->value) {
	case VALUE_NAME:
		row->value = s->name != NULL ? s->name : "your name, as others shall see it";
		return true;
	case VALUE_ADDRESS:
		row->value = s->address;
		return true;
	case VALUE_USER:
		row->value = s->user;
		return true;
	case VALUE_PASSWORD:
		row->value = "your password";
		return true;
	case VALUE_FIXED:
		row->value = field->words[0];
		return true;
	case VALUE_IN_PROTOCOL:
		row->value = autoconfig_protocol_name(s->incoming.protocol);
		return has_incoming;
	case VALUE_IN_HOST:
		row->value = s->incoming.host;
		return has_incoming;
	case VALUE_IN_PORT:
		row->number = s->incoming.port;
		return has_incoming;
	case VALUE_IN_SECURITY:
		row->value = field->words[s->incoming.security];
		return has_incoming;
	case VALUE_OUT_HOST:
		row->value = s->submission.host;
		return true;
	case VALUE_OUT_PORT:
		row->number = s->submission.port;
		return true;
	case VALUE_OUT_SECURITY:
		row->value = field->words[s->submission.security];
		return true;
	}
	return false;
}

/* Is it a form about the incoming server alone? Those have it in their name. */
static bool
is_incoming(const char *form)
{
	return slice_starts_nocase(slice_of(form), "Incoming");
}

void
autoconfig_guide(enum autoconfig_client client, const struct autoconfig_settings *settings,
    struct autoconfig_guide *ret_guide)
{
	const char *form = NULL;

	*ret_guide = (struct autoconfig_guide){ .where = clients[client].where,
		.note = clients[client].note,
		.alternative = settings->alternative.host != NULL ? &settings->alternative : NULL };
	for (const struct field *f = clients[client].fields;
	     f->label != NULL || f->words[0] != NULL; f++) {
		struct autoconfig_row *row = &ret_guide->rows[ret_guide->count];

		if (f->label == NULL) {
			form = f->words[0];
			continue;
		}
		assert(form != NULL && ret_guide->count < AUTOCONFIG_ROWS_MAX);
		if (settings->alternative.host != NULL && f->value == VALUE_OUT_SECURITY)
			ret_guide->alternative_security = f->words[settings->alternative.security];
		*row = (struct autoconfig_row){ .form = form, .field = f->label };
		if (settings->incoming.host == NULL && is_incoming(form))
			continue;
		if (fill(settings, f, row))
			ret_guide->count++;
	}
}

/* Characters of the longest label: what is to be typed stands in one column. */
static int
measure_labels(const struct autoconfig_guide *guide)
{
	size_t width = LABEL_WIDTH_MIN;

	for (size_t i = 0; i < guide->count; i++) {
		const size_t len = strlen(guide->rows[i].field);

		width = len > width ? len : width;
	}
	return (int)width;
}

static void
print_row(const struct autoconfig_row *row, int width, struct buf *out)
{
	if (row->value == NULL)
		(void)buf_addf(out, "  %-*s %u\n", width, row->field, (unsigned)row->number);
	else
		(void)buf_addf(out, "  %-*s %s\n", width, row->field, row->value);
}

void
autoconfig_guide_print(const struct autoconfig_guide *guide, struct buf *out)
{
	const int width = measure_labels(guide);
	const char *form = NULL;

	(void)buf_addf(out, "%s\n", guide->where);
	for (size_t i = 0; i < guide->count; i++) {
		const struct autoconfig_row *row = &guide->rows[i];

		if (row->form != form)
			(void)buf_addf(out, "\n%s\n", row->form);
		form = row->form;
		print_row(row, width, out);
	}
	if (guide->alternative != NULL)
		(void)buf_addf(out, "\nIf that port is blocked: %s, port %u%s%s.\n",
		    guide->alternative->host, (unsigned)guide->alternative->port,
		    guide->alternative_security != NULL ? ", " : "",
		    guide->alternative_security != NULL ? guide->alternative_security : "");
	if (guide->note != NULL)
		(void)buf_addf(out, "\n%s\n", guide->note);
}
