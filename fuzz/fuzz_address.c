/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and parameters. Laws: what was read is UTF-8 without controls, within its limit, and reads
 * the same again; a mailbox is its local part, an @ and its domain; its normal form is a mailbox,
 * and its own normal form; a fault is found within the input; parameters consume what they are
 * given.
 */
#include <stdlib.h>

#include "smtp/address.h"
#include "smtp/params.h"
#include "smtp/utf8.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_characters(struct slice s)
{
	while (s.len != 0) {
		size_t len = smtp_utf8_len(s);

		check(len != 0 && s.ptr[0] >= ' ' && s.ptr[0] != 0x7f);
		check(len != 2 || s.ptr[0] != 0xc2 || s.ptr[1] >= 0xa0);
		s = slice_after(s, len);
	}
}

static void
check_normal_form(struct slice mailbox)
{
	struct buf once, twice;

	buf_init(&once, SMTP_MAILBOX_MAX);
	buf_init(&twice, SMTP_MAILBOX_MAX);
	if (smtp_mailbox_normalize(mailbox, &once)) {
		check(smtp_mailbox_normalize(buf_slice(&once), &twice));
		check(slice_equal(buf_slice(&once), buf_slice(&twice)));
		check(!smtp_is_ascii(mailbox) || slice_equal(buf_slice(&once), mailbox));
	}
	buf_done(&once);
	buf_done(&twice);
}

static void
check_mailbox(struct slice mailbox, bool has_domain)
{
	struct slice local = smtp_mailbox_local(mailbox), domain = smtp_mailbox_domain(mailbox);

	check(mailbox.len <= SMTP_MAILBOX_MAX);
	check_characters(mailbox);
	check_normal_form(mailbox);
	if (!has_domain)
		return;
	check(smtp_mailbox_check(mailbox) == SMTP_ADDRESS_OK);
	check(local.len + 1 + domain.len == mailbox.len);
	check(mailbox.ptr[local.len] == '@');
	check(smtp_domain_is_valid(domain) || smtp_literal_is_valid(domain) ||
	      !smtp_is_ascii(domain));
}

static void
check_path(struct slice in)
{
	struct smtp_path path, again;
	struct buf text;
	size_t at;

	if (smtp_path_parse(in, &path, &at) != SMTP_ADDRESS_OK) {
		check(at <= in.len);
		return;
	}
	check(path.len <= in.len && in.ptr[path.len - 1] == '>');
	check_mailbox(path.mailbox, path.has_domain);
	buf_init(&text, SMTP_PATH_MAX);
	buf_add_octet(&text, '<');
	buf_add_slice(&text, path.mailbox);
	buf_add_octet(&text, '>');
	check(!text.overflow);
	check(smtp_path_parse(buf_slice(&text), &again, &at) == SMTP_ADDRESS_OK);
	check(slice_equal(again.mailbox, path.mailbox) && again.len == text.len);
	check(again.has_domain == path.has_domain);
	buf_done(&text);
}

static void
check_params(struct slice in)
{
	struct slice rest = in;
	struct smtp_param p;
	size_t before = in.len;

	while (smtp_param_next(&rest, &p) == SMTP_PARAM_OK) {
		check(rest.len < before);
		check(p.keyword.len != 0 && (!p.has_value || p.value.len != 0));
		before = rest.len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	check_path(slice_make(in, len));
	check_params(slice_make(in, len));
	if (smtp_mailbox_check(slice_make(in, len)) == SMTP_ADDRESS_OK)
		check_mailbox(slice_make(in, len), true);
	return 0;
}
