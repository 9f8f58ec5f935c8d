/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/mobileconfig.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "autoconfig/xml.h"

enum { UUID_LEN = 16, UUID_SIZE = 37, SHA1_LEN = 20 };

/* RFC 4122, appendix C: names that are URLs. */
static const uint8_t url_names[UUID_LEN] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80,
	0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

/*
 * A UUID that follows from a name (RFC 4122 §4.3, version 5): a device that is given a profile
 * again replaces the old one when its identifiers are the same.
 */
static void
make_uuid(const char *kind, const char *address, char text[UUID_SIZE])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct buf name;
	size_t len = 0;

	buf_init(&name, AUTOCONFIG_TEXT_MAX);
	(void)buf_add(&name, url_names, sizeof url_names);
	(void)buf_addf(&name, "mailto:%s#%s", address, kind);
	(void)EVP_Q_digest(NULL, "SHA1", NULL, name.ptr, name.len, hash, &len);
	assert(len == SHA1_LEN);
	buf_done(&name);
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x50);
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
	for (size_t i = 0, at = 0; i < UUID_LEN; i++) {
		static const char digits[] = "0123456789ABCDEF";

		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[at++] = '-';
		text[at++] = digits[hash[i] >> 4];
		text[at++] = digits[hash[i] & 0x0f];
	}
	text[UUID_SIZE - 1] = '\0';
}

static void
add_text(struct autoconfig_xml *xml, const char *key, const char *text)
{
	autoconfig_xml_text(xml, "key", key);
	autoconfig_xml_text(xml, "string", text);
}

static void
add_number(struct autoconfig_xml *xml, const char *key, unsigned number)
{
	autoconfig_xml_text(xml, "key", key);
	autoconfig_xml_number(xml, "integer", number);
}

static void
add_true(struct autoconfig_xml *xml, const char *key)
{
	autoconfig_xml_text(xml, "key", key);
	autoconfig_xml_empty(xml, "true");
}

/* "Incoming" or "Outgoing" begins the keys. UseSSL stands for both kinds: the port decides. */
static void
add_server(struct autoconfig_xml *xml, const char *direction, const struct autoconfig_settings *s,
    const struct autoconfig_server *server)
{
	static const char *const names[] = { "MailServerHostName", "MailServerPortNumber",
		"MailServerUseSSL", "MailServerAuthentication", "MailServerUsername" };
	char keys[sizeof names / sizeof names[0]][48];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)snprintf(keys[i], sizeof keys[i], "%s%s", direction, names[i]);
	add_text(xml, keys[0], server->host);
	add_number(xml, keys[1], server->port);
	add_true(xml, keys[2]);
	add_text(xml, keys[3], "EmailAuthPassword");
	add_text(xml, keys[4], s->user);
}

/* What every payload says of itself. */
static void
add_payload(struct autoconfig_xml *xml, const struct autoconfig_settings *s, const char *kind,
    const char *type)
{
	char uuid[UUID_SIZE];
	struct buf identifier;

	make_uuid(kind, s->address, uuid);
	buf_init(&identifier, AUTOCONFIG_TEXT_MAX);
	(void)buf_addf(&identifier, "%s.%s.%s", s->domain, kind, uuid);
	(void)buf_add_octet(&identifier, '\0');
	add_text(xml, "PayloadType", type);
	add_number(xml, "PayloadVersion", 1);
	add_text(xml, "PayloadIdentifier", (const char *)identifier.ptr);
	add_text(xml, "PayloadUUID", uuid);
	add_text(xml, "PayloadDisplayName", s->address);
	buf_done(&identifier);
}

static void
add_account(struct autoconfig_xml *xml, const struct autoconfig_settings *s)
{
	autoconfig_xml_open(xml, "dict", NULL, NULL);
	add_payload(xml, s, "account", "com.apple.mail.managed");
	add_text(xml, "EmailAccountDescription", s->address);
	if (s->name != NULL)
		add_text(xml, "EmailAccountName", s->name);
	add_text(xml, "EmailAccountType",
	    s->incoming.protocol == AUTOCONFIG_POP ? "EmailTypePOP" : "EmailTypeIMAP");
	add_text(xml, "EmailAddress", s->address);
	add_server(xml, "Incoming", s, &s->incoming);
	add_server(xml, "Outgoing", s, &s->submission);
	add_true(xml, "OutgoingPasswordSameAsIncomingPassword");
	autoconfig_xml_close(xml, "dict");
}

/* No password is in it: the device asks for that. */
void
autoconfig_mobileconfig(const struct autoconfig_settings *settings, struct buf *out)
{
	struct autoconfig_xml xml = { .out = out };

	(void)buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
				"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n");
	autoconfig_xml_open(&xml, "plist", "version", "1.0");
	autoconfig_xml_open(&xml, "dict", NULL, NULL);
	add_payload(&xml, settings, "profile", "Configuration");
	autoconfig_xml_text(&xml, "key", "PayloadContent");
	autoconfig_xml_open(&xml, "array", NULL, NULL);
	add_account(&xml, settings);
	autoconfig_xml_close(&xml, "array");
	autoconfig_xml_close(&xml, "dict");
	autoconfig_xml_close(&xml, "plist");
}
