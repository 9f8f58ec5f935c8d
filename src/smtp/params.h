/* SPDX-License-Identifier: Apache-2.0 */
/* params.h - the parameters after the path of MAIL and RCPT (RFC 5321 §4.1.2 esmtp-param). */
#ifndef SMTP_PARAMS_H
#define SMTP_PARAMS_H

#include <stdbool.h>

#include "util/slice.h"

enum smtp_param_status {
	SMTP_PARAM_END, /* nothing but white space is left */
	SMTP_PARAM_OK,
	SMTP_PARAM_SYNTAX,
};

struct smtp_param {
	struct slice keyword; /* compare without case */
	bool has_value;
	struct slice value;
};

/*
 * The next parameter of *rest, which begins with the space before it and is moved past it. Several
 * spaces count as one: clients send them, and they cannot be mistaken.
 */
enum smtp_param_status smtp_param_next(struct slice *rest, struct smtp_param *ret_param);

#endif
