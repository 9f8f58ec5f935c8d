/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submission.h - the process that talks to mail clients: TLS and SMTP, and nothing else.
 *
 * It holds no file, no key and no password. Who may log in or send as whom is asked of auth, which
 * also signs the handshakes; a message is answered with 250 when queue has said that it is on disk.
 */
#ifndef SUBMISSION_SUBMISSION_H
#define SUBMISSION_SUBMISSION_H

/* Number `index` of its kind, until the supervisor stops it; returns the exit code. */
int submission_main(unsigned index);

#endif
