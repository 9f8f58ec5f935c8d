/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_gather.h - SQLite's WAL with fewer, larger writes. Private to store/.
 *
 * A transaction of thirty messages is some hundred frames, and SQLite writes each in two pieces,
 * header and page: measured with 10 KiB messages, a third of the queue process's time was pwrite().
 * So what adjoins is put together and written in a few large pieces.
 *
 * Other connections are told of frames only after the last frame of their transaction, and that one
 * is written out at once, with all before it. Whatever must see the file itself (sync, read,
 * truncation, size, close) writes out first. The database file is left alone: a checkpoint that
 * does not reach the WAL's end tells of copied pages without a sync.
 */
#ifndef STORE_SQLITE_GATHER_H
#define STORE_SQLITE_GATHER_H

/* The name of the file layer to open a database with, over the default one of now. */
const char *store_gather_vfs(void);

#endif
