/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/files.h"

#include <assert.h>

#include "autoconfig/autodiscover.h"
#include "autoconfig/mobileconfig.h"
#include "autoconfig/mozilla.h"

static const struct {
	const char *name;
	void (*print)(const struct autoconfig_settings *settings, struct buf *out);
} formats[AUTOCONFIG_FORMAT_COUNT] = {
	[AUTOCONFIG_MOZILLA] = { "autoconfig", autoconfig_mozilla },
	[AUTOCONFIG_AUTODISCOVER] = { "autodiscover", autoconfig_autodiscover },
	[AUTOCONFIG_MOBILECONFIG] = { "mobileconfig", autoconfig_mobileconfig },
};

const char *
autoconfig_format_name(enum autoconfig_format format)
{
	return formats[format].name;
}

void
autoconfig_file(
    enum autoconfig_format format, const struct autoconfig_settings *settings, struct buf *out)
{
	assert(settings->incoming.host != NULL);
	formats[format].print(settings, out);
}
