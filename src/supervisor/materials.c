/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/materials.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/memfd.h"
#include "supervisor/certificate.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/rand.h"

static void
warn_when_open_to_all(int fd, const char *path)
{
	struct stat st;
	struct log_line l;

	if (fstat(fd, &st) != 0 || (st.st_mode & S_IROTH) == 0)
		return;
	log_begin(&l, LOG_LEVEL_WARNING, "secret-readable-by-all");
	log_text(&l, "file", path);
	log_text(&l, "hint", "chmod 600, or 640 with a group of its own");
	log_end(&l);
}

/* One octet more than allowed is asked for, to see whether there is more. */
static int
read_octets(int fd, struct buf *out)
{
	uint8_t *room = buf_reserve(out, PROC_MATERIAL_MAX + 1);
	ssize_t n = fd_read_all(fd, room, PROC_MATERIAL_MAX + 1);

	if (n < 0)
		return (int)n;
	if ((size_t)n > PROC_MATERIAL_MAX)
		return -EFBIG;
	out->len = (size_t)n;
	return 0;
}

/* False with a line in errors: "FILE: why". */
static bool
read_file(const char *path, bool is_secret, struct buf *out, struct buf *errors)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : read_octets(fd, out);

	if (r == 0 && is_secret)
		warn_when_open_to_all(fd, path);
	fd_close(&fd);
	if (r != 0)
		(void)buf_addf(errors, "%s: %s\n", path, strerrordesc_np(-r));
	return r == 0;
}

/* Takes over fd, which may be -errno of whoever made it. */
static bool
add(struct supervisor_materials *m, struct supervisor_material item, struct buf *errors)
{
	if (item.fd < 0) {
		(void)buf_addf(errors, "memory file: %s\n", strerrordesc_np(-item.fd));
		return false;
	}
	assert(m->count < SUPERVISOR_MATERIALS_MAX);
	item.name = xstrdup(item.name);
	m->items[m->count++] = item;
	return true;
}

static bool
add_octets(struct supervisor_materials *m, struct supervisor_material item, struct slice octets,
    struct buf *errors)
{
	item.fd = proc_memfd_make("material", octets);
	return add(m, item, errors);
}

/* Without a pair that works there is no server, and none offers STARTTLS in vain (RFC 8314 §4). */
static bool
load_tls(struct supervisor_materials *m, const struct config_tls *tls, struct buf *errors)
{
	char none[] = "";
	const struct supervisor_material certificate = { PROC_ROLE_SUBMISSION,
		PROC_MATERIAL_CERTIFICATE, none, -1 };
	const struct supervisor_material key = { PROC_ROLE_AUTH, PROC_MATERIAL_TLS_KEY, none, -1 };
	struct buf chain, secret;
	bool ok;

	buf_init(&chain, PROC_MATERIAL_MAX + 1);
	buf_init(&secret, PROC_MATERIAL_MAX + 1);
	ok = read_file(tls->certificate_file, false, &chain, errors);
	ok = read_file(tls->key_file, true, &secret, errors) && ok;
	ok = ok && supervisor_certificate_check(tls, buf_slice(&chain), buf_slice(&secret), errors);
	ok = ok && add_octets(m, certificate, buf_slice(&chain), errors);
	ok = ok && add_octets(m, key, buf_slice(&secret), errors);
	buf_done(&chain);
	buf_wipe(&secret);
	return ok;
}

/* Its first line, without the line's end. */
static struct slice
first_line(struct slice octets)
{
	struct slice line = slice_first(octets, slice_find(octets, '\n'));

	if (line.len != 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool
load_password(struct supervisor_materials *m, const struct config_next_hop *hop, struct buf *errors)
{
	const struct supervisor_material item = { PROC_ROLE_DELIVERY,
		PROC_MATERIAL_NEXT_HOP_PASSWORD, hop->name, -1 };
	struct buf octets;
	struct slice line;
	bool ok;

	if (hop->auth_password_file == NULL)
		return true;
	buf_init(&octets, PROC_MATERIAL_MAX + 1);
	ok = read_file(hop->auth_password_file, true, &octets, errors);
	line = first_line(buf_slice(&octets));
	if (ok && (line.len == 0 || slice_find(line, '\0') != line.len)) {
		(void)buf_addf(errors,
		    "%s: the first line is not a password; write the password alone into it\n",
		    hop->auth_password_file);
		ok = false;
	}
	ok = ok && add_octets(m, item, line, errors);
	buf_wipe(&octets);
	return ok;
}

/* The same key for the whole run, so that a reload does not cost the clients their sessions. */
static bool
add_ticket_key(struct supervisor_materials *m, int ticket_key, struct buf *errors)
{
	char none[] = "";
	struct supervisor_material item = { PROC_ROLE_SUBMISSION, PROC_MATERIAL_TICKET_KEY, none,
		-1 };
	uint8_t key[PROC_TICKET_KEY_LEN];
	bool ok;

	if (ticket_key >= 0) {
		item.fd = fcntl(ticket_key, F_DUPFD_CLOEXEC, 0);
		if (item.fd < 0)
			item.fd = -errno;
		return add(m, item, errors);
	}
	rand_fill(key, sizeof key);
	ok = add_octets(m, item, slice_make(key, sizeof key), errors);
	explicit_bzero(key, sizeof key);
	return ok;
}

int
supervisor_materials_load(const struct config *config, int ticket_key,
    struct supervisor_materials *ret_materials, struct buf *errors)
{
	struct supervisor_materials m = { .count = 0 };
	bool ok = load_tls(&m, &config->tls, errors);

	for (size_t i = 0; i < config->next_hop_count; i++)
		ok = load_password(&m, &config->next_hops[i], errors) && ok;
	ok = add_ticket_key(&m, ticket_key, errors) && ok;
	if (ok)
		*ret_materials = m;
	else
		supervisor_materials_done(&m);
	return ok ? 0 : -EINVAL;
}

void
supervisor_materials_done(struct supervisor_materials *m)
{
	for (size_t i = 0; i < m->count; i++) {
		fd_close(&m->items[i].fd);
		free(m->items[i].name);
	}
	m->count = 0;
}

int
supervisor_materials_ticket_key(const struct supervisor_materials *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->items[i].kind == PROC_MATERIAL_TICKET_KEY)
			return m->items[i].fd;
	return -1;
}
