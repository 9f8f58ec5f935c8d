/* SPDX-License-Identifier: Apache-2.0 */
/* schema_row.h - what the tables of keys are written with. */
#ifndef CONFIG_SCHEMA_ROW_H
#define CONFIG_SCHEMA_ROW_H

#include <stdint.h>

#define KEYS(table) .keys = (table), .key_count = sizeof(table) / sizeof((table)[0])

#define SECOND_MS UINT64_C(1000)
#define HOUR_MS (3600 * SECOND_MS)
#define DAY_MS (24 * HOUR_MS)
#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)

#endif
