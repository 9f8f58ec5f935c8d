/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/mozilla.h"

#include <string.h>

#include "autoconfig/xml.h"

/* One file serves all accounts of the domain where the user name follows from the address. */
static const char *
user_pattern(const struct autoconfig_settings *s)
{
	const char *at = strrchr(s->address, '@');
	const size_t local_len = at == NULL ? 0 : (size_t)(at - s->address);

	if (strcmp(s->user, s->address) == 0)
		return "%EMAILADDRESS%";
	if (strlen(s->user) == local_len && strncmp(s->user, s->address, local_len) == 0)
		return "%EMAILLOCALPART%";
	return s->user;
}

static void
add_server(struct autoconfig_xml *xml, const struct autoconfig_settings *s,
    const struct autoconfig_server *server)
{
	static const char *const types[] = { [AUTOCONFIG_SUBMISSION] = "smtp",
		[AUTOCONFIG_IMAP] = "imap",
		[AUTOCONFIG_POP] = "pop3" };
	const char *name =
	    server->protocol == AUTOCONFIG_SUBMISSION ? "outgoingServer" : "incomingServer";

	if (server->host == NULL)
		return;
	autoconfig_xml_open(xml, name, "type", types[server->protocol]);
	autoconfig_xml_text(xml, "hostname", server->host);
	autoconfig_xml_number(xml, "port", server->port);
	autoconfig_xml_text(
	    xml, "socketType", server->security == AUTOCONFIG_TLS ? "SSL" : "STARTTLS");
	autoconfig_xml_text(xml, "authentication", "password-cleartext"); /* within TLS */
	autoconfig_xml_text(xml, "username", user_pattern(s));
	autoconfig_xml_close(xml, name);
}

void
autoconfig_mozilla(const struct autoconfig_settings *settings, struct buf *out)
{
	struct autoconfig_xml xml = { .out = out };

	(void)buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	autoconfig_xml_open(&xml, "clientConfig", "version", "1.1");
	autoconfig_xml_open(&xml, "emailProvider", "id", settings->domain);
	autoconfig_xml_text(&xml, "domain", settings->domain);
	autoconfig_xml_text(&xml, "displayName", settings->domain);
	autoconfig_xml_text(&xml, "displayShortName", settings->domain);
	add_server(&xml, settings, &settings->incoming);
	add_server(&xml, settings, &settings->submission);
	add_server(&xml, settings, &settings->alternative);
	autoconfig_xml_close(&xml, "emailProvider");
	autoconfig_xml_close(&xml, "clientConfig");
}
