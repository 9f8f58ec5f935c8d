/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prepare.h - SASLprep (RFC 4013): one spelling for names and passwords, whatever keyboard they
 * were typed on.
 */
#ifndef SASL_PREPARE_H
#define SASL_PREPARE_H

/*
 * The prepared form of a UTF-8 string, to be freed; NULL when it is not UTF-8, has a prohibited
 * character (controls among them), or prepares to nothing. Code points that Unicode 3.2 does not
 * know pass as they are, also in stored strings where RFC 4013 §2.5 forbids them: emoji are among
 * them, and people do put them into passwords.
 */
char *sasl_prepare(const char *text);

#endif
