/* SPDX-License-Identifier: Apache-2.0 */
/* surroundings.h - what files and the environment tell of this machine and this process. */
#ifndef PROBE_SURROUNDINGS_H
#define PROBE_SURROUNDINGS_H

#include "probe/host.h"
#include "util/slice.h"

/* The servers of a resolv.conf; none: the one of this machine, as resolv.conf(5) has it. */
void probe_resolvers_read(struct slice text, struct probe_host *host);
/* Resolvers, SELinux, label, seccomp, proxies, MTU probing. What cannot be had stays unset. */
void probe_surroundings_read(struct probe_host *host);

#endif
