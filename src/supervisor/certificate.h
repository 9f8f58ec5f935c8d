/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.h - is this certificate fit for use with this key? */
#ifndef SUPERVISOR_CERTIFICATE_H
#define SUPERVISOR_CERTIFICATE_H

#include <stdbool.h>

#include "config/config.h"
#include "util/buf.h"
#include "util/slice.h"

/*
 * Both parse as PEM and belong together; the key is neither encrypted nor of a kind that auth
 * cannot sign with. False with a line in errors. Logs a warning when the certificate is not valid
 * at this time: clients will complain, but mail that waits should not.
 */
bool supervisor_certificate_check(
    const struct config_tls *tls, struct slice chain, struct slice key, struct buf *errors);

#endif
