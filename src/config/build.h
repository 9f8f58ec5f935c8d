/* SPDX-License-Identifier: Apache-2.0 */
/* build.h - the steps from a document to a config, each of which may find errors. */
#ifndef CONFIG_BUILD_H
#define CONFIG_BUILD_H

#include "config/document.h"

struct config_build {
	struct config *config;
	const struct config_document *document;
	struct config_report *report;
};

/* Every key that the file gives or that has a plain default. is_whole: nothing is to follow. */
void config_build_fill(const struct config_build *b, bool is_whole);
/* Defaults that depend on other keys or on the machine. After a fill without errors. */
void config_build_derive(const struct config_build *b);
/* What belongs together fits together. After the two others, without errors. */
void config_build_check(const struct config_build *b);

/* Was the key of the i-th section in the file? */
bool config_build_is_given(
    const struct config_build *b, const struct config_section *schema, size_t i, const char *key);
#define CONFIG_BUILD_NONE SIZE_MAX /* as i: a section that is not there */
/* Reports words for a key of the i-th section, with the line of the key or of the section. */
void config_build_complain(const struct config_build *b, const struct config_section *schema,
    size_t i, const char *key, const char *words);

#endif
