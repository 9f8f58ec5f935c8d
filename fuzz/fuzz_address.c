/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and parameters. Laws: what was read is printable ASCII within its limit and reads the same
 * again; a mailbox is its local part, an @ and its domain; parameters consume what they are given.
 */
#include <stdlib.h>

#include "smtp/address.h"
#include "smtp/params.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_mailbox(struct slice mailbox)
{
	struct slice local = smtp_mailbox_local(mailbox), domain = smtp_mailbox_domain(mailbox);

	check(mailbox.len <= SMTP_MAILBOX_MAX);
	for (size_t i = 0; i < mailbox.len; i++)
		check(mailbox.ptr[i] >= ' ' && mailbox.ptr[i] <= '~');
	if (mailbox.len == 0 || smtp_mailbox_is_postmaster(mailbox))
		return;
	check(smtp_mailbox_check(mailbox) == SMTP_ADDRESS_OK);
	check(local.len + 1 + domain.len == mailbox.len);
	check(mailbox.ptr[local.len] == '@');
	check(smtp_domain_is_valid(domain) || smtp_literal_is_valid(domain));
}

static void
check_path(struct slice in)
{
	struct slice mailbox, again;
	size_t path_len, again_len;
	struct buf path;

	if (smtp_path_parse(in, &mailbox, &path_len) != SMTP_ADDRESS_OK)
		return;
	check(path_len <= in.len && in.ptr[path_len - 1] == '>');
	check_mailbox(mailbox);
	buf_init(&path, SMTP_PATH_MAX);
	buf_add_octet(&path, '<');
	buf_add_slice(&path, mailbox);
	buf_add_octet(&path, '>');
	check(!path.overflow);
	check(smtp_path_parse(buf_slice(&path), &again, &again_len) == SMTP_ADDRESS_OK);
	check(slice_equal(again, mailbox) && again_len == path.len);
	buf_done(&path);
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
		check_mailbox(slice_make(in, len));
	return 0;
}
