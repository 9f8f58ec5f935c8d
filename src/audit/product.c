/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/product.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const products[] = { "Postfix", "Exim", "Sendmail", "Microsoft ESMTP",
	"Microsoft Exchange", "Dovecot", "OpenSMTPD", "qmail", "Haraka", "hMailServer", "MDaemon",
	"MailEnable", "IceWarp", "Merak", "Kerio", "Zimbra", "CommuniGate", "Courier", "ArGoSoft",
	"SmarterMail", "Lotus Domino", "IBM Domino", "GroupWise", "XMail", "PowerMTA", "Stalwart",
	"Maddy", "chasquid", "Mailpit", "James SMTP", "MailHog", "ZoneMTA", "Axigen", "Surgemail",
	"4D Mail", "Python SMTP", "aiosmtpd", "nodemailer", "stunnel", "nullmailer", "Sallyport" };

/* A number with a dot in it: "4.96", "8.15.2". Not "5": that is a date's, or anything's. */
static size_t
version_len(const char *text)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || text[len] != '.' || !isdigit((unsigned char)text[len + 1]))
		return 0;
	return strspn(text, "0123456789.");
}

/* Where the version ends that follows within few words, as in "Exim 4.96", "Sendmail/8.15.2". */
static const char *
find_version(const char *text)
{
	enum { WORDS_MAX = 4 };
	int word_count = 0;

	for (; *text != '\0' && *text != '\n' && word_count <= WORDS_MAX; text++) {
		const size_t len = version_len(text);

		if (len > 0)
			return text + len;
		word_count += *text == ' ';
	}
	return NULL;
}

static size_t
count_dots(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '.';
	return count;
}

/* Four numbers are an address, and a long last one is the year of a date. */
static bool
is_version(const char *text, size_t len)
{
	const size_t dot_count = count_dots(text, len);
	const char *last = text + len;

	while (last > text && last[-1] != '.')
		last--;
	return (dot_count == 1 || dot_count == 2) && text + len - last <= 3 &&
	       !isalpha((unsigned char)text[len]) && text[len] != ':';
}

bool
audit_product_find_version(const char *greeting, char found[AUDIT_PRODUCT_SIZE])
{
	static const char between[] = " /()[]";
	const char *word = NULL; /* the one before */

	for (const char *at = greeting; *at != '\0'; at += strspn(at, between)) {
		const char *number =
		    at + ((*at == 'v' || *at == 'V') && isdigit((unsigned char)at[1]));
		const size_t len = version_len(number);

		/* At the start stands a name or an enhanced code. */
		if (word != NULL && len > 0 && is_version(number, len)) {
			(void)snprintf(
			    found, AUDIT_PRODUCT_SIZE, "%.*s", (int)(number + len - word), word);
			return true;
		}
		word = at;
		at += strcspn(at, between);
	}
	found[0] = '\0';
	return false;
}

/* A name by itself: not in the middle of a host name, as in "exim.example.org". */
static bool
is_word(const char *text, const char *at, size_t len)
{
	const unsigned char before = at == text ? ' ' : (unsigned char)at[-1];
	const unsigned char after = (unsigned char)at[len];

	return !isalnum(before) && before != '-' && before != '.' && !isalpha(after) &&
	       after != '-' && !(after == '.' && isalnum((unsigned char)at[len + 1]));
}

/* NULL: it is not there by itself. */
static const char *
find_word(const char *text, const char *word)
{
	const size_t len = strlen(word);
	const char *at = strcasestr(text, word);

	while (at != NULL && !is_word(text, at, len))
		at = strcasestr(at + 1, word);
	return at;
}

enum audit_product
audit_product_find(const char *text, char found[AUDIT_PRODUCT_SIZE])
{
	found[0] = '\0';
	for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
		const size_t len = strlen(products[i]);
		const char *at = find_word(text, products[i]), *end;

		if (at == NULL)
			continue;
		end = find_version(at + len);
		(void)snprintf(found, AUDIT_PRODUCT_SIZE, "%.*s",
		    (int)(end == NULL ? (ptrdiff_t)len : end - at), at);
		return end == NULL ? AUDIT_PRODUCT_NAME : AUDIT_PRODUCT_VERSION;
	}
	return AUDIT_PRODUCT_NONE;
}
