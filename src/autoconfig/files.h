/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - the settings as files that mail programs fetch or open by themselves. Pure.
 *
 * None of the three formats has accounts that only send: all need the incoming server, too.
 */
#ifndef AUTOCONFIG_FILES_H
#define AUTOCONFIG_FILES_H

#include "autoconfig/settings.h"
#include "util/buf.h"

enum autoconfig_format {
	AUTOCONFIG_MOZILLA,      /* clientConfig 1.1: Thunderbird, K-9 Mail, Evolution, KMail */
	AUTOCONFIG_AUTODISCOVER, /* the answer for Outlook, "plain old XML" */
	AUTOCONFIG_MOBILECONFIG, /* a configuration profile for iOS and macOS, not signed */
};
#define AUTOCONFIG_FORMAT_COUNT 3

/* "autoconfig", "autodiscover", "mobileconfig" */
const char *autoconfig_format_name(enum autoconfig_format format);
/* The same for the same settings, at any time. settings->incoming has a host. */
void autoconfig_file(
    enum autoconfig_format format, const struct autoconfig_settings *settings, struct buf *out);

#endif
