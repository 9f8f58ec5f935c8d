# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit`: there is no kind of finding that no test provokes."""

import inspect
import subprocess

import pytest
import test_audit
import test_audit_dns
import test_audit_faults
import test_audit_inventory

from support.scratch import ROOT

# Provoked one by one, by tests with a table.
_TABLES = {*test_audit.MANNERS, *test_audit.CHOICES, *test_audit.CERTIFICATES,
           *test_audit_dns.FAULTS, *set().union(*test_audit_faults.CERTIFICATES.values())}

# Provoked by a test of its own.
TESTS = {
    "submission-port-missing": test_audit_faults.test_a_port_that_is_closed_is_missing,
    "implicit-tls-missing": test_audit_faults.test_a_port_that_is_closed_is_missing,
    "tls-port-speaks-plain": test_audit_faults.test_a_tls_port_that_speaks_plain_is_found,
    "tls-port-broken": test_audit_faults.test_a_tls_port_that_completes_no_handshake_is_found,
    "starttls-broken": test_audit_faults.test_starttls_that_does_not_lead_to_tls_is_found,
    "auth-differs-by-port": test_audit_faults.test_ports_that_differ_are_compared,
    "certificate-differs-by-port": test_audit_faults.test_ports_that_differ_are_compared,
    "certificate-faulty":
        test_audit_faults.test_a_certificate_signed_by_one_that_may_not_sign_is_faulty,
    "open-relay": test_audit.test_an_open_relay_is_found_by_its_sender,
    "tls-1-3-missing": test_audit.test_good_tls_is_not_blamed,
    "curve-small": test_audit_inventory.test_a_small_curve_is_found,
    "renegotiation-by-client":
        test_audit_inventory.test_renegotiation_that_a_client_may_begin_is_found,
    "tlsa-missing": test_audit_dns.test_a_port_without_a_record_of_its_certificate_is_found,
    "tlsa-mismatch": test_audit_dns.test_a_certificate_that_fits_no_record_is_found,
    "dkim-unknown": test_audit_dns.test_selectors_cannot_be_listed,
    "dkim-weak": test_audit_dns.test_a_weak_key_is_found,
    "mta-sts-without-effect": test_audit_dns.test_the_policy_of_mta_sts_is_fetched_and_read,
}

# Only looked for when it is asked for.
OPT_IN = {
    "smuggling":
        test_audit.test_smuggling_is_found_and_nothing_is_sent_to_a_strict_server,
    "passwords-guessable": test_audit.test_a_server_that_lets_passwords_be_guessed_is_found,
    "users-by-login-time":
        test_audit_faults.test_a_login_that_takes_longer_for_an_account_is_found,
}

# Provoked in C, where DNSSEC and addresses other than of the loopback net can be played.
UNIT = {"tlsa-unsigned": ("tests/audit/test_dns.c", "AUDIT_TLSA_UNSIGNED"),
        "ptr-missing": ("tests/audit/test_dns.c", "AUDIT_PTR_MISSING")}


@pytest.fixture(scope="module")
def kinds(build):
    """{id: (severity, title)} as the program lists them."""
    done = subprocess.run([build / "src/cli/sallyport", "audit", "--list-findings"], check=True,
                          capture_output=True, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: tuple(row[1:]) for row in rows}


def test_every_kind_of_finding_is_provoked_by_a_test(kinds):
    assert set(kinds) == {*_TABLES, *TESTS, *OPT_IN, *UNIT}


@pytest.mark.parametrize("name", [*TESTS, *OPT_IN])
def test_the_test_of_a_finding_speaks_of_it(name):
    test = {**TESTS, **OPT_IN}[name]
    marks = getattr(test, "pytestmark", [])
    assert f'"{name}"' in inspect.getsource(test) or name in str([mark.args for mark in marks])


@pytest.mark.parametrize("name", UNIT)
def test_the_unit_test_of_a_finding_speaks_of_it(name):
    path, word = UNIT[name]
    assert word in (ROOT / path).read_text()


def test_the_list_is_that_of_the_document(kinds):
    text = (ROOT / "docs/audit.md").read_text()
    for name, (severity, title) in kinds.items():
        assert f"| `{name}` | {severity} | {title} |" in text
