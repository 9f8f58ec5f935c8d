/* SPDX-License-Identifier: Apache-2.0 */
/* verdict.c - the words for the enums of a verdict */
#include "doctor/verdict.h"

const char *
doctor_weight_name(enum doctor_weight weight)
{
	switch (weight) {
	case DOCTOR_BROKEN:
		return "broken";
	case DOCTOR_WARNING:
		return "warning";
	case DOCTOR_NOTE:
		return "note";
	}
	return "note";
}

const char *
doctor_confidence_name(enum doctor_confidence confidence)
{
	switch (confidence) {
	case DOCTOR_CERTAIN:
		return "certain";
	case DOCTOR_LIKELY:
		return "likely";
	case DOCTOR_POSSIBLE:
		return "possible";
	}
	return "possible";
}

const char *
doctor_exit_name(enum doctor_exit exit)
{
	switch (exit) {
	case DOCTOR_EXIT_FINE:
		return "fine";
	case DOCTOR_EXIT_INCONCLUSIVE:
		return "inconclusive";
	case DOCTOR_EXIT_NAME:
		return "name";
	case DOCTOR_EXIT_LOCAL:
		return "local";
	case DOCTOR_EXIT_FILTERED:
		return "filtered";
	case DOCTOR_EXIT_CLOSED:
		return "closed";
	case DOCTOR_EXIT_SILENT:
		return "silent";
	case DOCTOR_EXIT_INTERCEPTED:
		return "intercepted";
	case DOCTOR_EXIT_TLS:
		return "tls";
	case DOCTOR_EXIT_CERTIFICATE:
		return "certificate";
	case DOCTOR_EXIT_AUTH:
		return "auth";
	case DOCTOR_EXIT_POLICY:
		return "policy";
	case DOCTOR_EXIT_SIZE:
		return "size";
	case DOCTOR_EXIT_PATH:
		return "path";
	case DOCTOR_EXIT_PARTIAL:
		return "partial";
	}
	return "inconclusive";
}
