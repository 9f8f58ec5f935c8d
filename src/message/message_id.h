/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message_id.h - a message's number in the queue, and its spelling as queue id.
 *
 * 63 bits: 41 of milliseconds since 2020, 6 of the submission process's slot, 16 of a counter that
 * starts anywhere. So ids are unique without asking anyone and nearly in order of arrival, which
 * keeps inserts at the end of the B-tree. The queue refuses a number that it already has.
 *
 * Message-ID fields of ours are made of it (RFC 5322 §3.6.4).
 */
#ifndef MESSAGE_MESSAGE_ID_H
#define MESSAGE_MESSAGE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

#define MESSAGE_ID_TEXT_LEN 13   /* characters, Crockford base 32 */
#define MESSAGE_ID_SLOT_QUEUE 63 /* the queue's own messages: bounces */

uint64_t message_id_make(uint64_t unix_ms, unsigned slot, uint16_t counter);
/* Who made the id. */
unsigned message_id_slot(uint64_t id);
/* Writes MESSAGE_ID_TEXT_LEN characters and a NUL. */
void message_id_print(uint64_t id, char text[MESSAGE_ID_TEXT_LEN + 1]);
/* Letters in either case; false when it is no queue id. */
bool message_id_parse(struct slice text, uint64_t *ret_id);

#endif
