/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/privilege.h"

const int proc_privilege_sanitizer[] = { -1 };
