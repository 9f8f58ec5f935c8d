/* SPDX-License-Identifier: Apache-2.0 */
#include "sasl/client.h"

#include <gsasl.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

enum { TOKEN_RESPONSE_MAX = 16 * 1024 };

/* NULL: libgsasl has it. */
typedef void make_token_fn(const struct sasl_client_options *options, struct buf *out);

/* As Google and Microsoft describe it: fields that ^A ends. */
static void
make_xoauth2(const struct sasl_client_options *o, struct buf *out)
{
	(void)buf_add_text(out, "user=");
	(void)buf_add_slice(out, o->user);
	(void)buf_add_text(out, "\x01"
				"auth=Bearer ");
	(void)buf_add_slice(out, o->secret);
	(void)buf_add_text(out, "\x01\x01");
}

/* RFC 5801 §4: "=" and "," have another meaning in the header. */
static void
add_name(struct slice name, struct buf *out)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == ',')
			(void)buf_add_text(out, "=2C");
		else if (name.ptr[i] == '=')
			(void)buf_add_text(out, "=3D");
		else
			(void)buf_add_octet(out, name.ptr[i]);
	}
}

/* RFC 7628 §3.1 */
static void
make_oauthbearer(const struct sasl_client_options *o, struct buf *out)
{
	(void)buf_add_text(out, "n,a=");
	add_name(o->user, out);
	(void)buf_add_text(out, ",");
	if (o->host != NULL)
		(void)buf_addf(out, "\x01host=%s\x01port=%u", o->host, (unsigned)o->port);
	(void)buf_add_text(out, "\x01"
				"auth=Bearer ");
	(void)buf_add_slice(out, o->secret);
	(void)buf_add_text(out, "\x01\x01");
}

static const struct mechanism {
	const char *name;
	bool is_first, is_mutual;
	make_token_fn *make;  /* NULL: libgsasl has the mechanism */
	const char *to_error; /* RFC 7628 §3.2.3: what is said to a complaint, so that the end comes
			       */
} mechanisms[] = {
	{ "PLAIN", true, false, NULL, NULL },        /* RFC 4616 */
	{ "LOGIN", false, false, NULL, NULL },       /* draft-murchison-sasl-login */
	{ "CRAM-MD5", false, false, NULL, NULL },    /* RFC 2195 */
	{ "SCRAM-SHA-1", true, true, NULL, NULL },   /* RFC 5802 */
	{ "SCRAM-SHA-256", true, true, NULL, NULL }, /* RFC 7677 */
	{ "XOAUTH2", true, false, make_xoauth2, "" },
	{ "OAUTHBEARER", true, false, make_oauthbearer, "\x01" },
};

struct sasl_client {
	const struct mechanism *mechanism;
	Gsasl *library;
	Gsasl_session *session;
	bool is_done; /* libgsasl wants to hear no more */
	unsigned response_count;
	struct buf token; /* SECRET: the only response of its mechanism */
	struct buf complaint;
};

static const struct mechanism *
find(const char *name)
{
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
		if (strcmp(name, mechanisms[i].name) == 0)
			return &mechanisms[i];
	return NULL;
}

bool
sasl_client_knows(const char *mechanism)
{
	return find(mechanism) != NULL;
}

static void
give(struct sasl_client *x, Gsasl_property property, struct slice value)
{
	if (gsasl_property_set_raw(x->session, property, (const char *)value.ptr, value.len) !=
	    GSASL_OK)
		abort();
}

static void
start_library(struct sasl_client *x, const struct sasl_client_options *o)
{
	if (gsasl_init(&x->library) != GSASL_OK ||
	    gsasl_client_start(x->library, x->mechanism->name, &x->session) != GSASL_OK)
		abort();
	give(x, GSASL_AUTHID, o->user);
	give(x, GSASL_PASSWORD, o->secret);
}

struct sasl_client *
sasl_client_new(const char *mechanism, const struct sasl_client_options *options)
{
	const struct mechanism *m = find(mechanism);
	struct sasl_client *x;

	if (m == NULL)
		return NULL;
	x = xcalloc(1, sizeof *x);
	x->mechanism = m;
	buf_init(&x->token, TOKEN_RESPONSE_MAX);
	buf_init(&x->complaint, SASL_COMPLAINT_MAX);
	if (m->make == NULL) {
		start_library(x, options);
	} else {
		/* Room at once, so that no growth leaves a copy of the secret behind. */
		(void)buf_reserve(&x->token, TOKEN_RESPONSE_MAX);
		m->make(options, &x->token);
	}
	return x;
}

void
sasl_client_free(struct sasl_client **client)
{
	struct sasl_client *x = *client;

	*client = NULL;
	if (x == NULL)
		return;
	if (x->session != NULL)
		gsasl_finish(x->session);
	if (x->library != NULL)
		gsasl_done(x->library);
	buf_wipe(&x->token);
	buf_done(&x->complaint);
	free(x);
}

bool
sasl_client_is_first(const struct sasl_client *x)
{
	return x->mechanism->is_first;
}

static bool
respond_by_library(struct sasl_client *x, struct slice challenge, struct buf *response)
{
	char *out = NULL;
	size_t len = 0;
	bool ok;
	int rc;

	/* SCRAM's last word is the server's: it is heard, and answered with nothing. */
	if (x->is_done)
		return false;
	rc = gsasl_step(x->session, (const char *)challenge.ptr, challenge.len, &out, &len);
	ok = rc == GSASL_OK || rc == GSASL_NEEDS_MORE;
	x->is_done = rc != GSASL_NEEDS_MORE;
	x->response_count += ok;
	ok = ok && buf_add(response, out, len);
	if (out != NULL)
		explicit_bzero(out, len);
	gsasl_free(out);
	return ok;
}

/* First the token, whatever is asked; what is asked then is the server's complaint. */
static bool
respond_with_token(struct sasl_client *x, struct slice challenge, struct buf *response)
{
	switch (x->response_count++) {
	case 0:
		return !x->token.overflow && buf_add_slice(response, buf_slice(&x->token));
	case 1:
		(void)buf_add_slice(&x->complaint,
		    slice_first(challenge,
			challenge.len < SASL_COMPLAINT_MAX ? challenge.len : SASL_COMPLAINT_MAX));
		return buf_add_text(response, x->mechanism->to_error);
	default:
		return false;
	}
}

bool
sasl_client_respond(struct sasl_client *x, struct slice challenge, struct buf *response)
{
	return x->mechanism->make == NULL ? respond_by_library(x, challenge, response)
					  : respond_with_token(x, challenge, response);
}

bool
sasl_client_is_satisfied(const struct sasl_client *x)
{
	return x->mechanism->is_mutual ? x->is_done && x->response_count > 2
				       : x->response_count > 0;
}

struct slice
sasl_client_complaint(const struct sasl_client *x)
{
	return buf_slice(&x->complaint);
}
