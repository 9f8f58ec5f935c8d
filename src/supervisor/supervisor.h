/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor.h - the process that starts all others, watches them and hands sockets round.
 *
 * It reads the config and the files with secrets, binds the ports, starts one process per role and
 * slot, introduces them to each other, and from then on only waits: for signals and for children
 * that end. It never reads an octet that came from the network. Started as root it stays root,
 * because a restarted child must change to its own user and a reload reads the key file again;
 * started as a user, all children are that user.
 *
 * Signals: SIGHUP reads the config and the secrets again (a bad config is refused and the old one
 * stays). SIGTERM and SIGINT let submission finish what is in flight, then delivery, queue and
 * auth, each bounded; a second one ends at once.
 */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

/*
 * Runs until told to stop. Logs by itself. Returns the exit code: 0 after an orderly stop, one of
 * sysexits.h when config, files or ports are wrong, 1 when a child cannot start.
 */
int supervisor_run(const char *config_path);

#endif
