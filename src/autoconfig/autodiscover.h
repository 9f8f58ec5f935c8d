/* SPDX-License-Identifier: Apache-2.0 */
/* autodiscover.h - one of the formats of files.h. Pure. */
#ifndef AUTOCONFIG_AUTODISCOVER_H
#define AUTOCONFIG_AUTODISCOVER_H

#include "autoconfig/settings.h"
#include "util/buf.h"

void autoconfig_autodiscover(const struct autoconfig_settings *settings, struct buf *out);

#endif
