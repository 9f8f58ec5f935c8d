/* SPDX-License-Identifier: Apache-2.0 */
/* Linked instead of privilege_plain.c by builds with -Db_sanitize (src/proc/meson.build). */
#include <seccomp.h>
#include <sys/prctl.h>

#include "proc/privilege.h"

/* For thread start and for reports; paths still end at Landlock. */
const int proc_privilege_sanitizer[] = {
	SCMP_SYS(sigaltstack),
	SCMP_SYS(prctl),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	-1,
};

/* The leak checker wants ptrace and a process of its own: not in a sandbox, and not in a process
 * that has changed its user (`sallyport account` as root), which nobody may trace. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int
__lsan_is_turned_off(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
}
