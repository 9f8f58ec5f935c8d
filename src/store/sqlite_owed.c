/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_owed.h"

#include <stdlib.h>

#include "util/alloc.h"

void
store_owed_done(struct store_owed *o)
{
	free(o->message_ids);
	*o = (struct store_owed){ 0 };
}

void
store_owed_note(struct store_owed *o, const struct store_batch *b)
{
	for (const struct store_op *op = b->first; op != NULL; op = op->next) {
		if (op->kind != STORE_OP_DROP_CHUNKS || o->count == STORE_OWED_MAX)
			continue;
		if (o->message_ids == NULL)
			o->message_ids = xcalloc(STORE_OWED_MAX, sizeof *o->message_ids);
		o->message_ids[o->count++] = op->message_id;
	}
}

void
store_owed_forget(struct store_owed *o, const struct store_batch *b)
{
	for (const struct store_op *op = b->first; op != NULL; op = op->next)
		for (size_t i = o->count; i-- > 0;)
			if (o->message_ids[i] == op->message_id)
				o->message_ids[i] = o->message_ids[--o->count];
}

int
store_owed_pay(struct store_owed *o, struct store_apply *a)
{
	struct store_batch b;
	int r = 0;

	if (o->count == 0)
		return 0;
	store_batch_init(&b);
	for (size_t i = 0; i < o->count; i++)
		store_batch_add_plain(&b, STORE_OP_DROP_CHUNKS, o->message_ids[i], 0);
	r = store_apply_batch(a, &b);
	store_batch_done(&b);
	if (r == 0)
		store_owed_done(o);
	return r;
}
