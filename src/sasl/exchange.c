/* SPDX-License-Identifier: Apache-2.0 */
#include "sasl/exchange.h"

#include <assert.h>
#include <gsasl.h>
#include <stdlib.h>
#include <string.h>

#include "sasl/prepare.h"
#include "util/alloc.h"

enum { RESPONSES_MAX = 2 };

/*
 * The challenges of LOGIN are not libgsasl's ("User Name", as in draft-murchison-sasl-login), but
 * those that every other server sends: widely copied clients compare them.
 */
static const struct mechanism {
	const char *name;
	bool is_plain;
	bool server_first; /* libgsasl wants an empty step before the first response */
	unsigned response_count;
	const char *challenges[RESPONSES_MAX];
} mechanisms[] = {
	{ "PLAIN", true, false, 1, { "" } }, /* RFC 4616 */
	{ "LOGIN", false, true, 2, { "Username:", "Password:" } },
};

struct sasl_context {
	Gsasl *library;
};

struct sasl_exchange {
	const struct mechanism *mechanism;
	Gsasl_session *session;
	unsigned responded;
	bool valid; /* the credentials may be looked at */
	struct sasl_credentials credentials;
};

void
sasl_credentials_done(struct sasl_credentials *c)
{
	free(c->name);
	c->name = NULL;
	secret_done(&c->password);
}

/* RFC 4616 §2, RFC 4954 §4: both are prepared; what cannot be, or becomes empty, never verifies. */
static struct secret
prepare_secret(const char *text, size_t max)
{
	struct secret s = { NULL, 0 };
	char *prepared = text == NULL ? NULL : sasl_prepare(text);
	size_t len = prepared == NULL ? 0 : strlen(prepared);

	if (prepared == NULL)
		return s;
	if (len <= max)
		s = secret_copy(slice_make(prepared, len));
	explicit_bzero(prepared, len);
	gsasl_free(prepared);
	return s;
}

static char *
prepare_name(const char *text)
{
	struct secret s = prepare_secret(text, SASL_NAME_MAX);
	char *name = s.len == 0 ? NULL : slice_dup(secret_slice(&s));

	secret_done(&s);
	return name;
}

/* To act for somebody else (RFC 4422 §3.4.1) is nobody's right here. libgsasl gives the name
 * itself where the client sent no authorization identity. */
static bool
acts_for_itself(const char *authzid, const char *name)
{
	char *prepared;
	bool same;

	if (authzid == NULL)
		return true;
	prepared = prepare_name(authzid);
	same = prepared != NULL && strcmp(prepared, name) == 0;
	free(prepared);
	return same;
}

/* libgsasl asks whether the credentials are right: keep them, the answer comes later. */
static int
on_property(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	struct sasl_exchange *x = gsasl_session_hook_get(session);

	(void)library;
	if (property != GSASL_VALIDATE_SIMPLE)
		return GSASL_NO_CALLBACK;
	x->credentials.name = prepare_name(gsasl_property_fast(session, GSASL_AUTHID));
	x->credentials.password =
	    prepare_secret(gsasl_property_fast(session, GSASL_PASSWORD), SASL_PASSWORD_MAX);
	x->valid =
	    x->credentials.name != NULL && x->credentials.password.len != 0 &&
	    acts_for_itself(gsasl_property_fast(session, GSASL_AUTHZID), x->credentials.name);
	return GSASL_OK;
}

struct sasl_context *
sasl_context_new(void)
{
	struct sasl_context *c = xcalloc(1, sizeof *c);

	if (gsasl_init(&c->library) != GSASL_OK)
		abort();
	gsasl_callback_set(c->library, on_property);
	return c;
}

void
sasl_context_free(struct sasl_context **c)
{
	if (*c == NULL)
		return;
	gsasl_done((*c)->library);
	free(*c);
	*c = NULL;
}

static const struct mechanism *
find_mechanism(struct slice name)
{
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
		if (slice_is_nocase(name, mechanisms[i].name))
			return &mechanisms[i];
	return NULL;
}

/* Up to the next NUL, or all that is left; *rest is what follows the NUL. */
static struct slice
take_field(struct slice *rest)
{
	size_t len = slice_find(*rest, '\0');
	struct slice field = slice_first(*rest, len);

	*rest = slice_after(*rest, len == rest->len ? len : len + 1);
	return field;
}

/*
 * The message of PLAIN (RFC 4616 §2) in printable ASCII, which SASLprep leaves as it is (RFC 4013
 * §2): nearly every one there is. libgsasl would prepare it all the same, in more time than the
 * rest of a login that is remembered, and leave the password in memory. False: it is for libgsasl.
 */
static bool
take_plain_ascii(struct sasl_exchange *x, struct slice message)
{
	struct slice rest = message, authzid = take_field(&rest), name = take_field(&rest);
	size_t nul_count = 0;

	for (size_t i = 0; i < message.len; i++) {
		if (message.ptr[i] == '\0')
			nul_count++;
		else if (message.ptr[i] < ' ' || message.ptr[i] > '~')
			return false;
	}
	if (nul_count != 2 || name.len == 0 || rest.len == 0)
		return false;
	if (name.len <= SASL_NAME_MAX)
		x->credentials.name = slice_dup(name);
	if (rest.len <= SASL_PASSWORD_MAX)
		x->credentials.password = secret_copy(rest);
	x->valid = x->credentials.name != NULL && x->credentials.password.len != 0 &&
		   (authzid.len == 0 || slice_equal(authzid, name));
	return true;
}

static int
step(struct sasl_exchange *x, struct slice response)
{
	char *challenge = NULL;
	size_t challenge_len = 0;
	int rc = gsasl_step(
	    x->session, (const char *)response.ptr, response.len, &challenge, &challenge_len);

	gsasl_free(challenge);
	return rc;
}

struct sasl_exchange *
sasl_exchange_new(struct sasl_context *c, struct slice mechanism)
{
	const struct mechanism *m = find_mechanism(mechanism);
	struct sasl_exchange *x;

	if (m == NULL)
		return NULL;
	x = xcalloc(1, sizeof *x);
	x->mechanism = m;
	if (gsasl_server_start(c->library, m->name, &x->session) != GSASL_OK)
		abort();
	gsasl_session_hook_set(x->session, x);
	if (m->server_first && step(x, slice_of("")) != GSASL_NEEDS_MORE)
		abort();
	return x;
}

void
sasl_exchange_free(struct sasl_exchange **x)
{
	if (*x == NULL)
		return;
	gsasl_finish((*x)->session);
	sasl_credentials_done(&(*x)->credentials);
	free(*x);
	*x = NULL;
}

enum sasl_status
sasl_exchange_begin(struct sasl_exchange *x)
{
	assert(x->responded == 0);
	return SASL_STATUS_CHALLENGE;
}

enum sasl_status
sasl_exchange_respond(struct sasl_exchange *x, struct slice response)
{
	int rc;

	if (x->responded >= x->mechanism->response_count)
		return SASL_STATUS_MALFORMED;
	x->responded++;
	/* Neither mechanism has an empty response; to libgsasl it would mean "not yet". */
	if (response.len == 0 || response.len > SASL_RESPONSE_MAX) {
		x->responded = x->mechanism->response_count;
		return SASL_STATUS_MALFORMED;
	}
	if (x->mechanism->is_plain && take_plain_ascii(x, response))
		return x->valid ? SASL_STATUS_CREDENTIALS : SASL_STATUS_REFUSED;
	rc = step(x, response);
	if (rc == GSASL_NEEDS_MORE && x->responded < x->mechanism->response_count)
		return SASL_STATUS_CHALLENGE;
	x->responded = x->mechanism->response_count;
	if (rc == GSASL_OK && x->valid)
		return SASL_STATUS_CREDENTIALS;
	return rc == GSASL_OK || rc == GSASL_SASLPREP_ERROR ? SASL_STATUS_REFUSED
							    : SASL_STATUS_MALFORMED;
}

struct slice
sasl_exchange_challenge(const struct sasl_exchange *x)
{
	assert(x->responded < x->mechanism->response_count);
	return slice_of(x->mechanism->challenges[x->responded]);
}

struct sasl_credentials
sasl_exchange_take_credentials(struct sasl_exchange *x)
{
	struct sasl_credentials c = x->credentials;

	assert(x->valid);
	x->credentials = (struct sasl_credentials){ 0 };
	x->valid = false;
	return c;
}
