/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crlf.h - the rule for the text of a message that only CRLF ends a line, in one place for DATA and
 * BDAT (RFC 3030 §2).
 *
 * A CR or LF that is not half of a CRLF, and a NUL, are flaws: the text must be refused, but only
 * at its end, wherever that is. For old devices (takes_lf) an LF without CR is no flaw: it is to be
 * replaced by CRLF.
 */
#ifndef SMTP_CRLF_H
#define SMTP_CRLF_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

/* What forbids to take the message. */
enum smtp_text_flaw {
	SMTP_TEXT_SOUND,
	SMTP_TEXT_BARE_LF, /* RFC 5321 §2.3.8 */
	SMTP_TEXT_BARE_CR,
	SMTP_TEXT_NUL, /* RFC 5322 §4 */
};

enum smtp_crlf_state {
	SMTP_CRLF_START, /* 0: at the start of a line */
	SMTP_CRLF_INSIDE,
	SMTP_CRLF_CR, /* given out as text already: when no LF follows, the text is refused anyway
		       */
};

/* `struct smtp_crlf c = { 0 };` starts one, nothing to free, copying is allowed. */
struct smtp_crlf {
	uint8_t state; /* enum smtp_crlf_state */
	uint8_t flaws; /* bits, 1 << enum smtp_text_flaw */
	bool takes_lf;
};

/*
 * Past the LF of a CRLF, or else past the next CR or all there is; with takes_lf it stops in front
 * of an LF without CR. There must be an octet, and smtp_crlf_repair() must have come before.
 */
const uint8_t *smtp_crlf_pass(struct smtp_crlf *c, const uint8_t *p, const uint8_t *end);
/*
 * When the text at p goes on with an LF that is to be repaired, passes it, sets *ret_text to the
 * CRLF in its place (which lives for ever) and returns true. The octet after it is not at the start
 * of a line for the rules of dots: only a real CRLF leads there.
 */
bool smtp_crlf_repair(
    struct smtp_crlf *c, const uint8_t **p, const uint8_t *end, struct slice *ret_text);
/* The octet that was expected to be an LF is none. */
void smtp_crlf_note(struct smtp_crlf *c, enum smtp_text_flaw flaw);
/* The flaw to tell the client about: LF before CR before NUL, as a LF is the likeliest mistake. */
enum smtp_text_flaw smtp_crlf_flaw(const struct smtp_crlf *c);

#endif
