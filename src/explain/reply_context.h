/* SPDX-License-Identifier: Apache-2.0 */
/* reply_context.h - is a number the code of a reply, by what stands around it? */
#ifndef EXPLAIN_REPLY_CONTEXT_H
#define EXPLAIN_REPLY_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "explain/token.h"

/* tokens->all[i] is a number of three digits, without an enhanced code behind it. */
bool explain_context_is_reply(const struct explain_tokens *tokens, size_t i);
/* tokens->all[i] begins "5.7.1", without a basic code before it. */
bool explain_context_is_enhanced(
    const struct explain_tokens *tokens, size_t i, bool *ret_is_made_up);

#endif
