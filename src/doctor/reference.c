/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/reference.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/address.h"
#include "util/alloc.h"
#include "util/civil.h"
#include "util/fd.h"
#include "util/octet.h"

extern const char doctor_reference_hosts[];
extern const size_t doctor_reference_hosts_len;

/* NULL, or what is wrong with a line. */
typedef const char *line_fn(struct slice line, struct doctor_references *references);

enum { ERROR_SIZE = 512, MONTH_AT = 5, DAY_AT = 8 }; /* in "2026-11-22" */

static void
copy(char *to, struct slice s)
{
	memcpy(to, s.ptr, s.len);
	to[s.len] = '\0';
}

static bool
is_date(struct slice s)
{
	static const char form[] = "dddd-dd-dd";

	if (s.len != sizeof form - 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (form[i] == 'd' ? !octet_is_digit(s.ptr[i]) : s.ptr[i] != '-')
			return false;
	}
	return true;
}

static const char *
read_date(struct slice line, struct doctor_references *references)
{
	if (references->date[0] != '\0')
		return "there is a date already";
	if (!is_date(line))
		return "a date is written as 2026-11-22";
	copy(references->date, line);
	return NULL;
}

static bool
read_mode(struct slice word, enum doctor_reference_mode *ret_mode)
{
	*ret_mode = slice_is(word, "tls") ? DOCTOR_REFERENCE_TLS : DOCTOR_REFERENCE_STARTTLS;
	return slice_is(word, "tls") || slice_is(word, "starttls");
}

static bool
is_country(struct slice word)
{
	return word.len == 2 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z' && word.ptr[1] >= 'A' &&
	       word.ptr[1] <= 'Z';
}

static bool
is_printable(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] > '~')
			return false;
	return true;
}

static const char *
read_host(struct slice line, struct doctor_references *references)
{
	struct doctor_reference *r = &references->hosts[references->count];
	const struct slice host = slice_take_word(&line), port = slice_take_word(&line),
			   mode = slice_take_word(&line), country = slice_take_word(&line),
			   name = slice_trim(line);
	uint64_t number;

	if (references->count == DOCTOR_REFERENCES_MAX)
		return "more hosts than are read";
	if (host.len > NET_NAME_MAX || !smtp_domain_is_valid(host) || !is_printable(host))
		return "this is no name of a host";
	if (!slice_to_u64(port, UINT16_MAX, &number) || number == 0)
		return "behind the host comes its port";
	if (!read_mode(mode, &r->mode))
		return "behind the port comes starttls or tls";
	if (!is_country(country))
		return "behind that comes a country of two letters, as DE";
	if (name.len == 0 || name.len > DOCTOR_REFERENCE_NAME_MAX || !is_printable(name))
		return "behind the country comes whose host it is, in at most 63 characters";
	r->port = (uint16_t)number;
	copy(r->host, host);
	copy(r->country, country);
	copy(r->name, name);
	references->count++;
	return NULL;
}

/* NULL, or what is wrong with the line. */
static const char *
read_line(struct slice line, struct doctor_references *references)
{
	struct slice rest = line;

	if (line.len == 0 || line.ptr[0] == '#')
		return NULL;
	if (slice_is(slice_take_word(&rest), "date:"))
		return read_date(slice_trim(rest), references);
	return read_host(line, references);
}

static const char *
judge(const struct doctor_references *references)
{
	if (references->date[0] == '\0')
		return "a line \"date: 2026-11-22\" is missing";
	return references->count == 0 ? "there is no host in it" : NULL;
}

bool
doctor_references_read(struct slice text, const char *file,
    struct doctor_references *ret_references, struct buf *error)
{
	struct doctor_references references = { .count = 0 };
	const char *fault = NULL;
	unsigned line_number = 0;

	while (text.len != 0 && fault == NULL) {
		line_number++;
		fault = read_line(slice_trim(slice_take_line(&text)), &references);
	}
	if (fault != NULL) {
		(void)buf_addf(error, "%s:%u: %s", file, line_number, fault);
		return false;
	}
	fault = judge(&references);
	if (fault != NULL) {
		(void)buf_addf(error, "%s: %s", file, fault);
		return false;
	}
	*ret_references = references;
	return true;
}

bool
doctor_references_load(
    const char *path, struct doctor_references *ret_references, struct buf *error)
{
	char *text;
	ssize_t len;
	bool ok;
	int fd;

	if (path == NULL)
		return doctor_references_read(
		    slice_make(doctor_reference_hosts, doctor_reference_hosts_len),
		    "reference-hosts", ret_references, error);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	text = xmalloc(DOCTOR_REFERENCE_FILE_MAX + 1);
	len = fd < 0 ? -errno : fd_read_all(fd, text, DOCTOR_REFERENCE_FILE_MAX + 1);
	ok = len >= 0 && len <= DOCTOR_REFERENCE_FILE_MAX;
	if (len < 0)
		(void)buf_addf(error, "%s: %s", path, strerrordesc_np((int)-len));
	else if (!ok)
		(void)buf_addf(error, "%s: too long", path);
	else
		ok = doctor_references_read(
		    slice_make(text, (size_t)len), path, ret_references, error);
	fd_close(&fd);
	free(text);
	return ok;
}

int64_t
doctor_references_made_unix_s(void)
{
	struct doctor_references *list = xcalloc(1, sizeof *list);
	struct civil day = { .year = 0 };
	struct buf error;
	bool ok;

	buf_init(&error, ERROR_SIZE);
	ok = doctor_references_load(NULL, list, &error);
	assert(ok); /* a test reads what is compiled in */
	day.year = (unsigned)strtoul(list->date, NULL, 10);
	day.month = (unsigned)strtoul(list->date + MONTH_AT, NULL, 10);
	day.day = (unsigned)strtoul(list->date + DAY_AT, NULL, 10);
	buf_done(&error);
	free(list);
	return civil_to_unix(&day);
}
