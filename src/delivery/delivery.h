/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery.h - the delivery process: takes jobs from queue, speaks SMTP or LMTP to the next hops,
 * and gives queue one verdict for each recipient.
 *
 *   link     the channel to queue: jobs and bodies in, pulls and outcomes out
 *   job      one message for one next hop, with as much of its body as the window allows
 *   hop      a next hop: its connections, the jobs that wait for one, and its back-off
 *   session  one connection: look-up, dialing, the SMTP client engine, its transactions
 *
 * A job belongs to its hop while it waits and to a session while that works on it.
 */
#ifndef DELIVERY_DELIVERY_H
#define DELIVERY_DELIVERY_H

/* Runs until told to stop; returns the exit code of the process. */
int delivery_main(unsigned index);

#endif
