/* SPDX-License-Identifier: Apache-2.0 */
/* mobileconfig.h - one of the formats of files.h. Pure. */
#ifndef AUTOCONFIG_MOBILECONFIG_H
#define AUTOCONFIG_MOBILECONFIG_H

#include "autoconfig/settings.h"
#include "util/buf.h"

void autoconfig_mobileconfig(const struct autoconfig_settings *settings, struct buf *out);

#endif
