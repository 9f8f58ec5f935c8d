/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/autodiscover.h"

#include "autoconfig/xml.h"

/*
 * Encryption: SSL is TLS from the first octet, TLS is STARTTLS; Outlook that does not know it goes
 * by the element SSL before it ([MS-OXDSCLI] §2.2.4.1.1.2.6).
 */
static void
add_protocol(struct autoconfig_xml *xml, const struct autoconfig_settings *s,
    const struct autoconfig_server *server)
{
	static const char *const types[] = { [AUTOCONFIG_SUBMISSION] = "SMTP",
		[AUTOCONFIG_IMAP] = "IMAP",
		[AUTOCONFIG_POP] = "POP3" };

	autoconfig_xml_open(xml, "Protocol", NULL, NULL);
	autoconfig_xml_text(xml, "Type", types[server->protocol]);
	autoconfig_xml_text(xml, "Server", server->host);
	autoconfig_xml_number(xml, "Port", server->port);
	autoconfig_xml_text(xml, "LoginName", s->user);
	autoconfig_xml_text(xml, "DomainRequired", "off");
	autoconfig_xml_text(xml, "SPA", "off");
	autoconfig_xml_text(xml, "SSL", "on");
	autoconfig_xml_text(xml, "AuthRequired", "on");
	autoconfig_xml_text(xml, "Encryption", server->security == AUTOCONFIG_TLS ? "SSL" : "TLS");
	if (server->protocol == AUTOCONFIG_SUBMISSION) {
		autoconfig_xml_text(xml, "UsePOPAuth", "on"); /* the same name and password */
		autoconfig_xml_text(xml, "SMTPLast", "off");
	}
	autoconfig_xml_close(xml, "Protocol");
}

void
autoconfig_autodiscover(const struct autoconfig_settings *settings, struct buf *out)
{
	struct autoconfig_xml xml = { .out = out };

	(void)buf_add_text(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	autoconfig_xml_open(&xml, "Autodiscover", "xmlns",
	    "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006");
	autoconfig_xml_open(&xml, "Response", "xmlns",
	    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a");
	if (settings->name != NULL) {
		autoconfig_xml_open(&xml, "User", NULL, NULL);
		autoconfig_xml_text(&xml, "DisplayName", settings->name);
		autoconfig_xml_close(&xml, "User");
	}
	autoconfig_xml_open(&xml, "Account", NULL, NULL);
	autoconfig_xml_text(&xml, "AccountType", "email");
	autoconfig_xml_text(&xml, "Action", "settings");
	add_protocol(&xml, settings, &settings->incoming);
	add_protocol(&xml, settings, &settings->submission);
	autoconfig_xml_close(&xml, "Account");
	autoconfig_xml_close(&xml, "Response");
	autoconfig_xml_close(&xml, "Autodiscover");
}
