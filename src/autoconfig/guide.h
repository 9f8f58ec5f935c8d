/* SPDX-License-Identifier: Apache-2.0 */
/* guide.h - what to type where, in the words of the mail program's own forms. Pure. */
#ifndef AUTOCONFIG_GUIDE_H
#define AUTOCONFIG_GUIDE_H

#include "autoconfig/settings.h"
#include "util/buf.h"

enum autoconfig_client {
	AUTOCONFIG_THUNDERBIRD,
	AUTOCONFIG_OUTLOOK,
	AUTOCONFIG_APPLE_MAIL,
	AUTOCONFIG_IOS,
	AUTOCONFIG_ANDROID,
};
#define AUTOCONFIG_CLIENT_COUNT 5

#define AUTOCONFIG_ROWS_MAX 24 /* of one guide */

/* One field of a form. Borrows constants and the settings. */
struct autoconfig_row {
	const char *form;  /* where it is: "Outgoing mail server" */
	const char *field; /* its label */
	const char *value; /* NULL: number */
	uint16_t number;
};

struct autoconfig_guide {
	const char *where;                           /* how one gets to the forms */
	const char *note;                            /* what is special; NULL: nothing */
	const struct autoconfig_server *alternative; /* works as well; NULL: none is known */
	const char *alternative_security;            /* in the words of the program */
	size_t count;                                /* in the order of the forms */
	struct autoconfig_row rows[AUTOCONFIG_ROWS_MAX];
};

/* "thunderbird", "outlook", "apple-mail", "ios", "android" */
const char *autoconfig_client_name(enum autoconfig_client client);
/* "Mozilla Thunderbird", ... */
const char *autoconfig_client_title(enum autoconfig_client client);
/* Without an incoming server, the fields for it are left out. */
void autoconfig_guide(enum autoconfig_client client, const struct autoconfig_settings *settings,
    struct autoconfig_guide *ret_guide);
/* Appends it as lines of text. */
void autoconfig_guide_print(const struct autoconfig_guide *guide, struct buf *out);

#endif
