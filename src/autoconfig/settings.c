/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/settings.h"

#include "util/port.h"

enum autoconfig_security
autoconfig_usual_security(uint16_t port)
{
	return port == PORT_SUBMISSIONS || port == PORT_IMAPS || port == PORT_POP3S
		   ? AUTOCONFIG_TLS
		   : AUTOCONFIG_STARTTLS;
}

uint16_t
autoconfig_usual_port(enum autoconfig_protocol protocol, enum autoconfig_security security)
{
	const bool is_tls = security == AUTOCONFIG_TLS;

	switch (protocol) {
	case AUTOCONFIG_SUBMISSION:
		return is_tls ? PORT_SUBMISSIONS : PORT_SUBMISSION;
	case AUTOCONFIG_IMAP:
		return is_tls ? PORT_IMAPS : PORT_IMAP;
	case AUTOCONFIG_POP:
		return is_tls ? PORT_POP3S : PORT_POP3;
	}
	return 0;
}

const char *
autoconfig_protocol_name(enum autoconfig_protocol protocol)
{
	switch (protocol) {
	case AUTOCONFIG_SUBMISSION:
		return "SMTP";
	case AUTOCONFIG_IMAP:
		return "IMAP";
	case AUTOCONFIG_POP:
		return "POP3";
	}
	return "unknown";
}

const char *
autoconfig_security_name(enum autoconfig_security security)
{
	return security == AUTOCONFIG_TLS ? "tls" : "starttls";
}
