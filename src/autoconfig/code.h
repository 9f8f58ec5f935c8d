/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code.h - a program that sends one message, with the settings in it, in several languages.
 *
 * The programs are the files of samples/, compiled in. In each all that is not safe is left out:
 * TLS is required, the certificate is checked, the password is no part of the program.
 */
#ifndef AUTOCONFIG_CODE_H
#define AUTOCONFIG_CODE_H

#include "autoconfig/quote.h"
#include "autoconfig/settings.h"
#include "util/buf.h"

/* "python", "php", "node", "go", "java", "csharp" */
const char *autoconfig_language_name(enum autoconfig_language language);
/* "Python (smtplib)", ... */
const char *autoconfig_language_title(enum autoconfig_language language);
/* Appends the program for the preferred server; a comment in it names the alternative. */
void autoconfig_code(
    enum autoconfig_language language, const struct autoconfig_settings *settings, struct buf *out);

#endif
