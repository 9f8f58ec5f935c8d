/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "probe/certificate_private.h"
#include "probe/inspector.h"
#include "probe/roots.h"

/* OpenSSL's measure of strength: 112 bits, so RSA from 2048 and no SHA-1. Debian's default. */
enum { STRENGTH_LEVEL = 2 };
enum { SHOWN_NAMES = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT };

/* The chain as it was sent, and what is found out of it. */
struct look {
	X509 *leaf;
	STACK_OF(X509) * sent; /* the leaf first */
	X509_STORE *roots;
	struct probe_certificate *c;
};

/* AIA says where the issuer's certificate is (RFC 5280 §4.2.2.1): authorities of the public web do
 * so, those that somebody made for himself hardly ever. */
static bool
names_issuer_url(const X509 *certificate)
{
	AUTHORITY_INFO_ACCESS *aia = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++)
		found = found || OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(aia, i)->method) ==
				     NID_ad_ca_issuers;
	AUTHORITY_INFO_ACCESS_free(aia);
	return found;
}

/*
 * The issuer of top, the last of the chain that can be built, was neither sent nor is it known
 * here. Authorities are usually not sent: above an intermediate that is what is missing. Above the
 * leaf it is more likely an intermediate, which every server has to send (RFC 8446 §4.4.2).
 */
static unsigned
judge_missing_issuer(const struct look *look, const X509 *top)
{
	if (top != look->leaf)
		return PROBE_CERTIFICATE_UNTRUSTED;
	if (names_issuer_url(top) ||
	    probe_roots_know_organization(look->roots, X509_get_issuer_name(top)))
		return PROBE_CERTIFICATE_INCOMPLETE;
	return PROBE_CERTIFICATE_INCOMPLETE | PROBE_CERTIFICATE_UNTRUSTED;
}

static unsigned
judge_error(const struct look *look, int error, const X509 *at)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return PROBE_CERTIFICATE_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return PROBE_CERTIFICATE_NOT_YET_VALID;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return PROBE_CERTIFICATE_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return PROBE_CERTIFICATE_UNTRUSTED;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
		return judge_missing_issuer(look, at);
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return 0; /* follows from the one above */
	case X509_V_ERR_INVALID_PURPOSE:
		return at == look->leaf ? PROBE_CERTIFICATE_WRONG_USE : PROBE_CERTIFICATE_OTHER;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return PROBE_CERTIFICATE_WEAK;
	case X509_V_ERR_CERT_REVOKED:
		return PROBE_CERTIFICATE_REVOKED;
	default:
		return PROBE_CERTIFICATE_OTHER;
	}
}

/* What is wrong with an intermediate is not seen by looking at the server's own certificate. */
static void
note_issuer(struct look *look, unsigned faults, const X509 *at)
{
	const unsigned its_own =
	    PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_NOT_YET_VALID | PROBE_CERTIFICATE_WEAK;

	if (at != NULL && at != look->leaf && look->c->issuer_faults == 0 &&
	    (faults & its_own) != 0)
		certificate_describe_issuer(at, faults & its_own, look->c);
}

/* Goes on after each error, so that all are found. */
static int
on_verify(int ok, X509_STORE_CTX *context)
{
	struct look *look = X509_STORE_CTX_get_app_data(context);
	const int error = X509_STORE_CTX_get_error(context);
	const X509 *at = X509_STORE_CTX_get_current_cert(context);
	unsigned faults;

	if (ok == 1)
		return 1;
	faults = judge_error(look, error, at);
	note_issuer(look, faults, at);
	look->c->faults |= faults;
	if (look->c->error == NULL)
		look->c->error = X509_verify_cert_error_string(error);
	/* An error that stands would be told again in place of those about who signed it. */
	X509_STORE_CTX_set_error(context, X509_V_OK);
	return 1;
}

static void
verify_chain(struct look *look, int64_t now_unix_s)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;

	if (context == NULL ||
	    X509_STORE_CTX_init(context, look->roots, look->leaf, look->sent) != 1) {
		look->c->faults |= PROBE_CERTIFICATE_OTHER;
		X509_STORE_CTX_free(context);
		return;
	}
	(void)X509_STORE_CTX_set_default(context, "ssl_server");
	param = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(param, (time_t)now_unix_s);
	X509_VERIFY_PARAM_set_auth_level(param, STRENGTH_LEVEL);
	/* A server's own certificate may be named as one to trust. */
	(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_CTX_set_app_data(context, look);
	X509_STORE_CTX_set_verify_cb(context, on_verify);
	(void)X509_verify_cert(context);
	X509_STORE_CTX_free(context);
}

/*
 * RFC 9525 §6: subjectAltName, and nothing else. OpenSSL would still look at the common name where
 * there is none; Go, Python, Apple's and Mozilla's programs do not.
 */
static bool
shows_name(X509 *leaf, const char *name)
{
	if (X509_check_ip_asc(leaf, name, 0) == 1)
		return true;
	return X509_check_host(leaf, name, 0, SHOWN_NAMES, NULL) == 1;
}

static void
find_inspector(struct look *look)
{
	for (int i = 0; i < sk_X509_num(look->sent) && look->c->inspector == NULL; i++)
		look->c->inspector =
		    probe_inspector_find(X509_get_issuer_name(sk_X509_value(look->sent, i)));
	if (look->c->inspector != NULL)
		look->c->faults |= PROBE_CERTIFICATE_INSPECTED;
}

static bool
is_weak_signature(X509 *leaf)
{
	int digest;

	return X509_get_signature_info(leaf, &digest, NULL, NULL, NULL) == 1 &&
	       (digest == NID_sha1 || digest == NID_md5 || digest == NID_md5_sha1);
}

/* Where no authority is known, nothing can be said of any. */
static void
judge_roots(struct look *look)
{
	const unsigned about_roots = PROBE_CERTIFICATE_UNTRUSTED | PROBE_CERTIFICATE_INCOMPLETE;

	if (probe_roots_are_there(look->roots))
		return;
	look->c->faults = (look->c->faults & ~about_roots) | PROBE_CERTIFICATE_NO_ROOTS;
}

void
probe_certificate_read(SSL *ssl, X509_STORE *roots, const char *name, int64_t now_unix_s,
    struct probe_certificate *ret_certificate)
{
	X509_STORE *none = roots == NULL ? X509_STORE_new() : NULL;
	struct look look = {
		.leaf = SSL_get0_peer_certificate(ssl),
		.sent = SSL_get_peer_cert_chain(ssl),
		.roots = roots == NULL ? none : roots,
		.c = ret_certificate,
	};

	*ret_certificate = (struct probe_certificate){ .is_there = look.leaf != NULL };
	if (look.leaf != NULL) {
		look.c->chain_length = (unsigned)sk_X509_num(look.sent);
		certificate_describe(look.leaf, look.c);
		verify_chain(&look, now_unix_s);
		judge_roots(&look);
		find_inspector(&look);
		if (name != NULL && !shows_name(look.leaf, name))
			look.c->faults |= PROBE_CERTIFICATE_WRONG_NAME;
		if (is_weak_signature(look.leaf))
			look.c->faults |= PROBE_CERTIFICATE_WEAK;
	}
	X509_STORE_free(none);
	ERR_clear_error();
}

const char *
probe_certificate_fault_name(enum probe_certificate_fault fault)
{
	switch (fault) {
	case PROBE_CERTIFICATE_EXPIRED:
		return "expired";
	case PROBE_CERTIFICATE_NOT_YET_VALID:
		return "not_yet_valid";
	case PROBE_CERTIFICATE_WRONG_NAME:
		return "wrong_name";
	case PROBE_CERTIFICATE_INCOMPLETE:
		return "incomplete";
	case PROBE_CERTIFICATE_SELF_SIGNED:
		return "self_signed";
	case PROBE_CERTIFICATE_UNTRUSTED:
		return "untrusted";
	case PROBE_CERTIFICATE_INSPECTED:
		return "inspected";
	case PROBE_CERTIFICATE_REVOKED:
		return "revoked";
	case PROBE_CERTIFICATE_WEAK:
		return "weak";
	case PROBE_CERTIFICATE_WRONG_USE:
		return "wrong_use";
	case PROBE_CERTIFICATE_NO_ROOTS:
		return "no_roots";
	case PROBE_CERTIFICATE_OTHER:
		return "other";
	case PROBE_CERTIFICATE_OUR_CLOCK:
		return "our_clock";
	}
	return "unknown";
}
