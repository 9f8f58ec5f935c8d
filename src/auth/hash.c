/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/hash.h"

#include <assert.h>
#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sasl/exchange.h"
#include "util/alloc.h"
#include "util/rand.h"
#include "util/secret.h"

#define YESCRYPT "$y$"

enum { SALT_OCTETS = 16 };

/* The result is in work->output, or NULL. work also holds the password: wipe it. */
static const char *
run(struct slice password, const char *setting, struct crypt_data *work)
{
	char phrase[SASL_PASSWORD_MAX + 1];
	const char *result;

	if (password.len > SASL_PASSWORD_MAX)
		return NULL;
	memcpy(phrase, password.ptr, password.len);
	phrase[password.len] = '\0';
	result = crypt_rn(phrase, setting, work, (int)sizeof *work);
	explicit_bzero(phrase, sizeof phrase);
	return result;
}

static char *
new_setting(unsigned cost)
{
	uint8_t salt[SALT_OCTETS];
	char *setting;

	assert(cost >= AUTH_HASH_COST_MIN && cost <= AUTH_HASH_COST_MAX);
	rand_fill(salt, sizeof salt);
	setting = crypt_gensalt_ra(YESCRYPT, cost, (const char *)salt, (int)sizeof salt);
	assert(setting != NULL);
	return setting;
}

char *
auth_hash_new(struct slice password, unsigned cost)
{
	struct crypt_data *work = xcalloc(1, sizeof *work);
	char *setting = new_setting(cost);
	const char *result = run(password, setting, work);
	char *hash = result == NULL ? NULL : xstrdup(result);
	int error = errno;

	free(setting);
	explicit_bzero(work, sizeof *work);
	free(work);
	errno = error;
	return hash;
}

bool
auth_hash_matches(struct slice password, const char *hash)
{
	struct crypt_data *work = xcalloc(1, sizeof *work);
	const char *result = run(password, hash, work);
	bool same = result != NULL && secret_equal(slice_of(result), slice_of(hash));

	explicit_bzero(work, sizeof *work);
	free(work);
	return same;
}

/* Length of "$y$PARAMETERS$", 0 when hash does not begin so. */
static size_t
method_len(const char *hash)
{
	const char *end;

	if (hash == NULL || strncmp(hash, YESCRYPT, strlen(YESCRYPT)) != 0)
		return 0;
	end = strchr(hash + strlen(YESCRYPT), '$');
	return end == NULL ? 0 : (size_t)(end - hash) + 1;
}

/* A setting without a hash behind it: what crypt(3) makes of it is always longer. */
char *
auth_hash_new_decoy(const char *like, unsigned cost)
{
	char *fresh = new_setting(cost), *decoy;
	size_t like_len = method_len(like), fresh_len = method_len(fresh), size;

	if (like_len == 0)
		return fresh;
	size = like_len + strlen(fresh + fresh_len) + 1;
	decoy = xmalloc(size);
	(void)snprintf(decoy, size, "%.*s%s", (int)like_len, like, fresh + fresh_len);
	free(fresh);
	return decoy;
}
