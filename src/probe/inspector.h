/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspector.h - products that look into TLS: anti-virus programs, web gateways, debugging proxies.
 *
 * Each has an authority of its own, and issues a certificate for whatever host is asked for.
 */
#ifndef PROBE_INSPECTOR_H
#define PROBE_INSPECTOR_H

#include <openssl/x509.h>

/* The product whose authority this name is, a constant; NULL: none that is known. */
const char *probe_inspector_find(const X509_NAME *issuer);

#endif
