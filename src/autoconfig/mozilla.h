/* SPDX-License-Identifier: Apache-2.0 */
/* mozilla.h - one of the formats of files.h. Pure. */
#ifndef AUTOCONFIG_MOZILLA_H
#define AUTOCONFIG_MOZILLA_H

#include "autoconfig/settings.h"
#include "util/buf.h"

void autoconfig_mozilla(const struct autoconfig_settings *settings, struct buf *out);

#endif
