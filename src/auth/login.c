/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/login.h"

#include <assert.h>
#include <stdlib.h>

#include "auth/name.h"
#include "message/message_id.h"
#include "util/alloc.h"
#include "util/log.h"

enum {
	MECHANISM_MAX = 32,
	PEER_MAX = 64,
};

enum state {
	ASKING,    /* the exchange goes on */
	HASHING,   /* a job has us as its owner */
	ABANDONED, /* likewise, and nobody waits: freed when the job comes back */
	DECIDED,
};

struct auth_login {
	struct auth_service *service;
	struct auth_login_owner owner;
	enum state state;
	struct buf mechanism, peer; /* as sent, for the log and the throttle */
	struct sasl_exchange *exchange;
	struct sasl_credentials credentials;    /* the password moves on into the job */
	char pseudonym[AUTH_PSEUDONYM_LEN + 1]; /* of peer; empty: it has no address */
};

struct auth_login *
auth_login_new(struct auth_service *s, const struct auth_login_owner *owner,
    const struct wire_sasl_start *start)
{
	struct sasl_exchange *exchange = sasl_exchange_new(s->sasl, start->mechanism);
	struct auth_login *l;
	struct ip ip;

	if (exchange == NULL)
		return NULL;
	l = xcalloc(1, sizeof *l);
	l->service = s;
	l->owner = *owner;
	l->exchange = exchange;
	buf_init(&l->mechanism, MECHANISM_MAX);
	(void)buf_add_slice(&l->mechanism, start->mechanism);
	buf_init(&l->peer, PEER_MAX);
	(void)buf_add_slice(&l->peer, start->peer);
	if (ip_parse(start->peer, &ip))
		auth_pseudonym_make(s->pseudonym, &ip, l->pseudonym);
	return l;
}

static void
destroy(struct auth_login *l)
{
	sasl_exchange_free(&l->exchange);
	sasl_credentials_done(&l->credentials);
	buf_done(&l->mechanism);
	buf_done(&l->peer);
	free(l);
}

void
auth_login_free(struct auth_login **l)
{
	if (*l == NULL)
		return;
	if ((*l)->state == HASHING)
		(*l)->state = ABANDONED;
	else
		destroy(*l);
	*l = NULL;
}

uint64_t
auth_login_session(const struct auth_login *l)
{
	return l->owner.session;
}

static struct auth_throttle_limit
throttle_limit(const struct auth_login *l)
{
	const struct config_auth *c = &l->service->config->auth;

	return (struct auth_throttle_limit){ c->throttle_failures, c->throttle_ms };
}

static void
log_about(const struct auth_login *l, enum log_level level, const char *event, const char *key,
    const char *value)
{
	struct log_line line;
	char session[MESSAGE_ID_TEXT_LEN + 1];

	message_id_print(l->owner.session, session); /* as submission writes it */
	log_begin(&line, level, event);
	log_text(&line, "session", session);
	log_slice(&line, "peer", buf_slice(&l->peer));
	log_slice(&line, "mechanism", buf_slice(&l->mechanism));
	log_text(&line, "account", l->credentials.name);
	log_text(&line, key, value);
	log_end(&line);
}

static struct wire_sasl_reply
accept_login(struct auth_login *l, const struct auth_account *account, const char *by)
{
	struct slice name = slice_of(l->credentials.name);

	log_about(l, LOG_LEVEL_DEBUG, "auth-ok", "by", by); /* submission says it too */
	return (struct wire_sasl_reply){
		.status = WIRE_SASL_OK,
		.octets = name,
		.owns_name = slice_find(name, '@') != name.len &&
			     auth_service_may_send(l->service, account, name),
		.pseudonym = slice_of(l->pseudonym),
	};
}

/* The reason is for the log alone. */
static struct wire_sasl_reply
refuse_login(struct auth_login *l, const char *reason)
{
	struct auth_service *s = l->service;

	log_about(l, LOG_LEVEL_INFO, "auth-failed", "reason", reason);
	if (auth_throttle_add(s->throttle, buf_slice(&l->peer), throttle_limit(l), s->now_ms()))
		log_about(l, LOG_LEVEL_WARNING, "auth-throttled", "reason", "too many failures");
	return (struct wire_sasl_reply){ .status = WIRE_SASL_BAD_CREDENTIALS };
}

static enum auth_login_turn
decided(struct auth_login *l, struct wire_sasl_reply reply, struct wire_sasl_reply *ret_reply)
{
	l->state = DECIDED;
	*ret_reply = reply;
	return AUTH_LOGIN_DECIDED;
}

static enum auth_login_turn
decided_plainly(
    struct auth_login *l, enum wire_sasl_status status, struct wire_sasl_reply *ret_reply)
{
	return decided(l, (struct wire_sasl_reply){ .status = status }, ret_reply);
}

static enum auth_login_turn
start_hashing(
    struct auth_login *l, const struct auth_account *account, struct wire_sasl_reply *ret_reply)
{
	struct auth_service *s = l->service;
	const char *hash = account != NULL
			       ? account->hash
			       : auth_directory_decoy(s->directory, s->config->auth.hash_cost);
	struct auth_job *job = auth_job_new(&l->credentials.password, hash, l);

	if (!auth_pool_submit(s->pool, job, s->config->auth.hash_queue)) {
		auth_job_free(&job);
		log_about(l, LOG_LEVEL_WARNING, "auth-busy", "do",
		    "raise hash_queue or hash_threads if this is no attack");
		return decided_plainly(l, WIRE_SASL_TEMPORARY, ret_reply);
	}
	l->state = HASHING;
	return AUTH_LOGIN_WAITS;
}

static bool
is_remembered(struct auth_login *l, const struct auth_account *account, uint64_t now_ms)
{
	struct auth_service *s = l->service;
	struct auth_cache_digest digest;

	if (account == NULL || account->disabled || s->config->auth.cache_ms == 0)
		return false;
	digest = auth_cache_digest(s->cache, account, secret_slice(&l->credentials.password));
	return auth_cache_find(s->cache, &digest, s->config->auth.cache_ms, now_ms);
}

static enum auth_login_turn
decide(struct auth_login *l, struct wire_sasl_reply *ret_reply)
{
	struct auth_service *s = l->service;
	const struct auth_account *account = NULL;
	uint64_t now_ms = s->now_ms();

	l->credentials = sasl_exchange_take_credentials(l->exchange);
	auth_name_fold(l->credentials.name);
	if (auth_directory_find(s->directory, slice_of(l->credentials.name), now_ms, &account) < 0)
		return decided_plainly(l, WIRE_SASL_TEMPORARY, ret_reply);
	if (is_remembered(l, account, now_ms))
		return decided(l, accept_login(l, account, "cache"), ret_reply);
	return start_hashing(l, account, ret_reply);
}

/* Asked when the client has said everything, whatever it said: then it costs us the least. */
static bool
is_throttled(const struct auth_login *l)
{
	const struct auth_service *s = l->service;

	return auth_throttle_is_over(
	    s->throttle, buf_slice(&l->peer), throttle_limit(l), s->now_ms());
}

static enum auth_login_turn
go_on(struct auth_login *l, enum sasl_status status, struct wire_sasl_reply *ret_reply)
{
	if (status == SASL_STATUS_CHALLENGE) {
		*ret_reply = (struct wire_sasl_reply){
			.status = WIRE_SASL_CONTINUE,
			.octets = sasl_exchange_challenge(l->exchange),
		};
		return AUTH_LOGIN_ASKS;
	}
	if (is_throttled(l))
		return decided_plainly(l, WIRE_SASL_THROTTLED, ret_reply);
	switch (status) {
	case SASL_STATUS_CREDENTIALS:
		return decide(l, ret_reply);
	case SASL_STATUS_REFUSED:
		return decided(l, refuse_login(l, "cannot-be-right"), ret_reply);
	case SASL_STATUS_MALFORMED:
		return decided_plainly(l, WIRE_SASL_MALFORMED, ret_reply);
	case SASL_STATUS_CHALLENGE:
		break;
	}
	abort();
}

enum auth_login_turn
auth_login_begin(struct auth_login *l, struct wire_sasl_reply *ret_reply)
{
	return go_on(l, sasl_exchange_begin(l->exchange), ret_reply);
}

enum auth_login_turn
auth_login_respond(struct auth_login *l, struct slice response, struct wire_sasl_reply *ret_reply)
{
	if (l->state != ASKING)
		return AUTH_LOGIN_NONSENSE;
	return go_on(l, sasl_exchange_respond(l->exchange, response), ret_reply);
}

static void
remember(struct auth_login *l, const struct auth_account *account, const struct auth_job *job)
{
	struct auth_service *s = l->service;
	struct auth_cache_digest digest;

	if (s->config->auth.cache_ms == 0)
		return;
	digest = auth_cache_digest(s->cache, account, secret_slice(&job->password));
	auth_cache_add(s->cache, &digest, s->now_ms());
}

/* The account is looked at again: it may have been changed while the hash was computed. */
static struct wire_sasl_reply
judge(struct auth_login *l, const struct auth_job *job)
{
	struct auth_service *s = l->service;
	const struct auth_account *account = NULL;

	if (auth_directory_find(
		s->directory, slice_of(l->credentials.name), s->now_ms(), &account) < 0)
		return (struct wire_sasl_reply){ .status = WIRE_SASL_TEMPORARY };
	if (account == NULL)
		return refuse_login(l, "unknown-user");
	if (account->disabled)
		return refuse_login(l, "disabled");
	if (!job->matches)
		return refuse_login(l, "wrong-password");
	if (strcmp(account->hash, job->hash) != 0)
		return refuse_login(l, "password-just-changed");
	remember(l, account, job);
	return accept_login(l, account, "password");
}

/* A client that leaves before the answer does not escape the throttle. */
void
auth_login_hashed(void *ctx, struct auth_job *job)
{
	struct auth_login *l = job->owner;
	struct wire_sasl_reply reply = { .status = WIRE_SASL_TEMPORARY };
	bool is_wanted = l->state == HASHING;

	(void)ctx;
	assert(l->state == HASHING || l->state == ABANDONED);
	if (job->is_compared)
		reply = judge(l, job);
	auth_job_free(&job);
	l->state = DECIDED;
	if (is_wanted)
		l->owner.on_decided(l->owner.owner, l, &reply);
	else
		destroy(l);
}
