/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a domain publishes: SPF, DMARC, DKIM, MTA-STS. Laws: counts stay within their arrays, names
 * are text, and what is borrowed lies within the input.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "audit/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
check_spf(struct slice text)
{
	struct audit_spf spf;

	if (!audit_spf_is(text))
		return;
	audit_spf_read(text, &spf);
	if (spf.include_count > AUDIT_SPF_INCLUDES_MAX)
		abort();
	for (size_t i = 0; i < spf.include_count; i++)
		if (memchr(spf.includes[i], '\0', AUDIT_SPF_NAME_SIZE) == NULL)
			abort();
	if (spf.error == NULL && spf.term[0] != '\0')
		abort();
}

static void
check_sts(struct slice text)
{
	struct audit_sts sts;

	audit_sts_read(text, &sts);
	if (sts.mx_count > AUDIT_STS_MX_MAX)
		abort();
	for (size_t i = 0; i < sts.mx_count; i++) {
		if (sts.mx[i].len > 0 && (sts.mx[i].ptr < text.ptr ||
					     sts.mx[i].ptr + sts.mx[i].len > text.ptr + text.len))
			abort();
		(void)audit_sts_fits(sts.mx[i], "mx.example.org");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	const struct slice text = slice_make(copy, len);
	struct audit_dmarc dmarc;
	struct audit_dkim dkim;

	if (len > 0)
		memcpy(copy, in, len);
	check_spf(text);
	check_sts(text);
	audit_dmarc_read(text, &dmarc);
	audit_dkim_read(text, &dkim);
	if (dmarc.percent > 100 || dkim.key_len > sizeof dkim.key)
		abort();
	free(copy);
	return 0;
}
