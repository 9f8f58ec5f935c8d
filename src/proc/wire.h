/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - what the processes say to each other: every frame type, its payload, both directions.
 *
 * Encoders append to a buf. Decoders are total: every length is checked, unknown enum values and
 * left-over octets are refused (false), and the slices that they return borrow from the payload.
 */
#ifndef PROC_WIRE_H
#define PROC_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

/* Octets of one WIRE_CHUNK; also what one row of a stored body holds. */
#define WIRE_CHUNK_MAX ((size_t)64 * 1024)
/* Of a SASL step after base64; RFC 4954 §4 wants 12288 characters of base64 to be enough. */
#define WIRE_SASL_MAX 12288
/* Of a sender or recipient; RFC 5321 needs 256, SMTPUTF8 some more. */
#define WIRE_PSEUDONYM_MAX 64
#define WIRE_ADDRESS_MAX 1024
#define WIRE_RECIPIENTS_MAX 10000
/*
 * Octets of all recipients of one message and of their parameters, each with its length: they fit
 * into one frame beside a chunk of text and the trace header, and into one WIRE_JOB.
 */
#define WIRE_RECIPIENTS_LEN_MAX ((size_t)896 * 1024)
#define WIRE_PREFIX_MAX ((size_t)16 * 1024) /* of the trace header */
/* Octets of what MAIL said of a message, in the stored form of mail_params.h. */
#define WIRE_PARAMETERS_MAX SMTP_MAIL_PARAMS_MAX
/* Octets that a recipient costs in both lists beside its address and parameters. */
#define WIRE_RECIPIENT_FIXED_LEN (2 * sizeof(uint16_t))

enum wire_type {
	/* submission <-> queue; the frame's id is the message id, chosen by submission
	   (message_id.h) */
	WIRE_CHUNK =
	    1, /* > octets of the body, in order, after which a WIRE_MESSAGE or WIRE_ABORT comes */
	WIRE_MESSAGE, /* > the rest of the body and the envelope: make it durable */
	WIRE_ABORT,   /* > forget the chunks of this id */
	WIRE_STORED,  /* < it is on disk, or why not */
	WIRE_CREDIT,  /* < so many octets of WIRE_CHUNK may be sent beyond those already allowed; id
			 0 */

	/* submission <-> auth; the frame's id is the session's number, unique in that process */
	WIRE_SASL_START,
	WIRE_SASL_RESPONSE, /* > payload: octets */
	WIRE_SASL_CANCEL,   /* > no answer follows; also when a session ends during an exchange */
	WIRE_SASL_REPLY,
	WIRE_SENDER, /* > may this account send as this address? */
	WIRE_SENDER_REPLY,

	/* submission -> auth on the PROC_CHANNEL_SIGN channel: blocking, one at a time */
	WIRE_SIGN,
	WIRE_SIGNATURE,

	/* delivery <-> queue; the frame's id is the job's number */
	WIRE_READY, /* D> so many more jobs may be sent; id 0 */
	WIRE_JOB,   /* >D one message for one next hop */
	WIRE_PULL,  /* D> so many more octets of body may be sent */
	WIRE_BODY, /* >D octets of body, in order; what is short of the job's size at the end failed
		    */
	WIRE_BODY_LOST, /* >D the body cannot be read: give the job up; outcome "deferred" */
	WIRE_OUTCOME,   /* D> verdicts of all recipients: the job is over */
	/*
	 * D> the whole body has come and is needed again, for the job's next transaction: send it
	 * from its start, with a fresh WIRE_BODY_WINDOW. No payload.
	 */
	WIRE_REWIND,
};

/* A checked list of strings inside a payload: walk it with wire_list_next(). */
struct wire_list {
	uint32_t count;
	struct slice packed; /* each: u16 length, octets */
};

/* False at the end. Start with a copy of the list. */
bool wire_list_next(struct wire_list *l, struct slice *ret_item);
void wire_list_add(struct buf *packed, struct slice item);

struct wire_message {
	struct slice account; /* who submitted it */
	struct slice sender;  /* empty: null reverse-path */
	struct wire_list recipients;
	struct wire_list recipient_parameters; /* in their order and number: rcpt_params.h */
	struct slice parameters;               /* mail_params.h */
	uint32_t chunk_count;                  /* WIRE_CHUNK frames that came before */
	uint64_t size;                         /* of the whole: prefix, chunks, tail */
	struct slice prefix;                   /* trace header */
	struct slice tail;                     /* body octets after the last chunk */
};
void wire_message_encode(const struct wire_message *m, struct buf *out);
bool wire_message_decode(struct slice payload, struct wire_message *ret_message);

enum wire_stored {
	WIRE_STORED_OK,
	WIRE_STORED_DISK_FULL,
	WIRE_STORED_FAILED, /* any other reason; try later */
};
void wire_stored_encode(enum wire_stored status, struct buf *out);
bool wire_stored_decode(struct slice payload, enum wire_stored *ret_status);

/* WIRE_CREDIT, WIRE_READY, WIRE_PULL: a number. */
void wire_number_encode(uint32_t number, struct buf *out);
bool wire_number_decode(struct slice payload, uint32_t *ret_number);

struct wire_sasl_start {
	struct slice mechanism;
	struct slice peer; /* the client's IP address in text, for throttling */
	bool has_initial;
	struct slice initial;
};
void wire_sasl_start_encode(const struct wire_sasl_start *s, struct buf *out);
bool wire_sasl_start_decode(struct slice payload, struct wire_sasl_start *ret_start);

enum wire_sasl_status {
	WIRE_SASL_CONTINUE, /* octets: the challenge */
	WIRE_SASL_OK,       /* octets: the account's name */
	WIRE_SASL_BAD_CREDENTIALS,
	WIRE_SASL_BAD_MECHANISM,
	WIRE_SASL_MALFORMED,
	WIRE_SASL_TEMPORARY,
	WIRE_SASL_THROTTLED,
};
struct wire_sasl_reply {
	enum wire_sasl_status status;
	struct slice octets;
	/* With OK: the name is an address, and one that the account may send as. Spares a client
	   that connects for each message a WIRE_SENDER. */
	bool owns_name;
	/* With OK: an atom to stand for the client's address in trace headers, which `sallyport
	   trace` reads; empty: none. */
	struct slice pseudonym;
};
void wire_sasl_reply_encode(const struct wire_sasl_reply *r, struct buf *out);
bool wire_sasl_reply_decode(struct slice payload, struct wire_sasl_reply *ret_reply);

struct wire_sender {
	struct slice account, address;
};
void wire_sender_encode(const struct wire_sender *s, struct buf *out);
bool wire_sender_decode(struct slice payload, struct wire_sender *ret_sender);

enum wire_sender_status {
	WIRE_SENDER_OK,
	WIRE_SENDER_NOT_ALLOWED,
	WIRE_SENDER_TEMPORARY,
};
void wire_sender_reply_encode(enum wire_sender_status status, struct buf *out);
bool wire_sender_reply_decode(struct slice payload, enum wire_sender_status *ret_status);

/* How WIRE_SIGN wants `octets` signed with a TLS key. */
enum wire_sign_scheme {
	WIRE_SIGN_ECDSA,     /* octets: a digest; signature in DER */
	WIRE_SIGN_RSA_RAW,   /* octets: a block padded by OpenSSL, as long as the modulus */
	WIRE_SIGN_RSA_PKCS1, /* octets: DigestInfo; padding is added */
};
struct wire_sign {
	uint64_t key_id; /* of the certificate that the client is shown: net_tls_key_id() */
	enum wire_sign_scheme scheme;
	struct slice octets; /* at most 1024 */
};
void wire_sign_encode(const struct wire_sign *s, struct buf *out);
bool wire_sign_decode(struct slice payload, struct wire_sign *ret_sign);
/* WIRE_SIGNATURE's payload is the signature; empty when signing failed or there is no such key. */

struct wire_job {
	uint64_t message_id;
	struct slice next_hop; /* its name in the config */
	struct slice sender;
	struct wire_list recipients;
	struct wire_list recipient_parameters; /* in their order and number: rcpt_params.h */
	struct slice parameters;               /* mail_params.h */
	uint64_t size; /* octets of body that will follow in WIRE_BODY frames */
};
/* Octets of body that queue may send before the first WIRE_PULL of a job. */
#define WIRE_BODY_WINDOW ((size_t)128 * 1024)
void wire_job_encode(const struct wire_job *j, struct buf *out);
bool wire_job_decode(struct slice payload, struct wire_job *ret_job);

/* One verdict per recipient of the job, in its order. */
void wire_outcome_encode(const struct smtp_verdict *verdicts, size_t count, struct buf *out);
/* Fills at most `count` verdicts; false also when the frame does not hold exactly count. Owned by
 * the caller: smtp_verdict_done() each. On false nothing is left to free. */
bool wire_outcome_decode(struct slice payload, struct smtp_verdict *verdicts, size_t count);

#endif
