/* SPDX-License-Identifier: Apache-2.0 */
/* envelope.h - the recipients of the messages that the tests of wire.h encode. */
#ifndef TESTS_PROC_ENVELOPE_H
#define TESTS_PROC_ENVELOPE_H

#include "util/buf.h"

/* Two recipients, and the parameters of the two, as wire_list has them; buf_done() each. */
struct buf envelope_pack_recipients(void);
struct buf envelope_pack_parameters(void);

#endif
