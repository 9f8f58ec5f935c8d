/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipc.h - typed frames between two of our processes over a stream socketpair, on a libevent loop.
 *
 * A frame is a header of IPC_HEADER_LEN octets (u32 payload length, u16 type, u16 zero, u64 id;
 * host order, both ends are one binary on one machine) and the payload, which wire.h encodes and
 * decodes. A peer that sends an impossible header is dead to us: on_close, never misparsed.
 *
 * Frames that are sent in one turn of the loop leave in one writev.
 */
#ifndef PROC_IPC_H
#define PROC_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "util/slice.h"

#define IPC_HEADER_LEN 16
#define IPC_PAYLOAD_MAX                                                                            \
	((size_t)1024 * 1024) /* octets of one frame; a full envelope fits (wire.h) */

struct ipc_header {
	uint32_t len;
	uint16_t type;
	uint64_t id;
};

enum ipc_parse {
	IPC_PARSE_MORE, /* not a whole frame yet */
	IPC_PARSE_OK,
	IPC_PARSE_BAD, /* payload too long, type 0, or the zero field is not zero */
};

/*
 * Pure. Looks for one frame at the start of in; payload borrows from in. On IPC_PARSE_MORE the
 * header is written as soon as all of it is there, so that the caller knows how much is missing.
 */
enum ipc_parse ipc_parse(struct slice in, struct ipc_header *ret_header, struct slice *ret_payload);
/* Pure. The octets of a header: what ipc_parse reads. */
void ipc_header_print(const struct ipc_header *header, uint8_t out[IPC_HEADER_LEN]);

struct ipc;

struct ipc_handler {
	/* payload is valid during the call. Return false when it makes no sense: the channel is
	 * closed. */
	bool (*on_frame)(void *owner, uint16_t type, uint64_t id, struct slice payload);
	/* The peer is gone, or was cut off for nonsense. The owner must ipc_free(). */
	void (*on_close)(void *owner);
	/* Output fell below IPC_OUTPUT_LOW after ipc_is_full() had been true. May be NULL. */
	void (*on_writable)(void *owner);
};

/* Octets taken from one peer per turn of the loop, so that none keeps the others waiting. */
#define IPC_TURN_MAX ((size_t)128 * 1024)
#define IPC_OUTPUT_HIGH ((size_t)1024 * 1024)
#define IPC_OUTPUT_LOW ((size_t)256 * 1024)

/* Takes over fd (a SOCK_STREAM Unix socket; set non-blocking here). handler is borrowed. */
struct ipc *ipc_new(
    struct event_base *base, int fd, const struct ipc_handler *handler, void *owner);
/* Frames not yet sent are dropped. Nulls the pointer. Safe inside a callback. */
void ipc_free(struct ipc **i);

/* Queues one frame; never fails (a lost peer is reported by on_close). payload is copied. */
void ipc_send(struct ipc *i, uint16_t type, uint64_t id, struct slice payload);
/* As ipc_send; takes over `data` (malloc'ed) as the payload, without a copy. */
void ipc_send_owned(struct ipc *i, uint16_t type, uint64_t id, uint8_t *data, size_t len);
/* More than IPC_OUTPUT_HIGH octets wait: the owner should stop producing until on_writable. */
bool ipc_is_full(const struct ipc *i);

#endif
