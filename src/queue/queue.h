/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h - the process that owns the queue: takes messages from submission, answers when they are
 * on disk, hands them to delivery when they are due, and settles what became of them.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

/* Runs the role until the supervisor says stop. Returns the exit code. */
int queue_main(unsigned index);

#endif
