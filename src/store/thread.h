/* SPDX-License-Identifier: Apache-2.0 */
/* thread.h - a thread that takes no signals: they are for the loop. */
#ifndef STORE_THREAD_H
#define STORE_THREAD_H

#include <pthread.h>

/* 0 or -errno. */
int store_thread_start(pthread_t *ret_thread, void *(*run)(void *arg), void *arg);

#endif
