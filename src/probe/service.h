/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - the ports that have to do with mail, by the names that people use for them. */
#ifndef PROBE_SERVICE_H
#define PROBE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

/* NULL: none of ours. A constant. */
const char *probe_service_name(uint16_t port);
/* "submission", "smtps", in any case. False when it is not known. */
bool probe_service_find(struct slice name, uint16_t *ret_port);

#endif
