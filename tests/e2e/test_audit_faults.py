# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit`: faults of certificates, of TLS itself, and where the two ports differ."""

import dataclasses
import json
import ssl
import subprocess
import types

import pytest
from conftest import USER

from lab.certificates import Certificates
from support.auditor import Auditor, evidence, ids, ports
from support.impostor import Choices, Manners
from support.names import Names
from support.scratch import ADDRESS, ROOT, free_port

HOST = "mail.home.example"
CLEAN = Manners()
LAST = "127.0.0.3"  # where nobody listens unless a test does


def differ(**keys):
    return dataclasses.replace(CLEAN, **keys)


@pytest.fixture(scope="module")
def certificates(session_scratch):
    return Certificates(session_scratch / "certificates")


@pytest.fixture
def resolver():
    """Starts DNS servers: the host has these addresses."""
    started = []

    def start(*addresses):
        started.append(Names({HOST: {"A": list(addresses)}}))
        return ["--resolver", started[-1].address]
    yield start
    for one in started:
        one.stop()


def context_of(chain, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(chain, key)
    return context


# ---- certificates --------------------------------------------------------------------------------

# By what the laboratory calls it: the findings, all of them.
CERTIFICATES = {
    "good": set(),
    "expired": {"certificate-expired"},
    "expires-soon": {"certificate-expires-soon"},
    "not-yet-valid": {"certificate-not-yet-valid"},
    "wrong-name": {"certificate-name"},
    "common-name-only": {"certificate-name"},
    "missing-intermediate": {"certificate-chain-incomplete"},
    "self-signed": {"certificate-self-signed"},
    "unknown-authority-sent": {"certificate-untrusted"},
    "weak-key": {"certificate-weak"},
    "sha1": {"certificate-weak"},
    "inspected": {"certificate-inspected", "certificate-chain-incomplete", "certificate-untrusted"},
    "client-only": {"certificate-wrong-use"},
}


@pytest.fixture
def look_at(build, certificates, impostor, resolver):
    """The report on a server with this chain and key."""
    auditor = Auditor(build, types.SimpleNamespace(certificate=certificates.roots))

    def run(chain, key):
        server = impostor(context=context_of(chain, key))
        return auditor.json(*ports(server), *resolver(ADDRESS), "--only", "certificate", host=HOST)
    return run


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_each_fault_of_a_certificate_is_named_and_no_other(look_at, certificates, kind):
    report = look_at(*certificates.issue(kind, HOST, ADDRESS))
    assert ids(report) == CERTIFICATES[kind], report


def test_a_certificate_signed_by_one_that_may_not_sign_is_faulty(look_at, certificates, scratch):
    chain, key = certificates.issue("good", HOST, ADDRESS)
    request, extensions, leaf = scratch / "x.csr", scratch / "x.ext", scratch / "x.pem"
    extensions.write_text(f"subjectAltName=DNS:{HOST}\n")
    for argv in (["req", "-new", "-key", key, "-subj", "/CN=x", "-out", request],
                 ["x509", "-req", "-in", request, "-CA", chain, "-CAkey", key, "-CAcreateserial",
                  "-CAserial", scratch / "x.srl", "-days", 60, "-extfile", extensions,
                  "-out", leaf]):
        subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)
    leaf.write_text(leaf.read_text() + chain.read_text())
    report = look_at(leaf, key)
    assert "certificate-faulty" in ids(report), report


# ---- ports that do not do what they should -------------------------------------------------------


def test_a_port_that_is_closed_is_missing(audit, impostor):
    server = impostor()
    closed = free_port()
    report = audit.json("--port", server.port, "--tls-port", closed, "--only", "ports", status=0)
    assert ids(report) == {"implicit-tls-missing"}
    server = impostor(is_implicit=True)
    report = audit.json("--port", closed, "--tls-port", server.port, "--only", "ports", status=0)
    assert ids(report) == {"submission-port-missing"}


def test_a_tls_port_that_speaks_plain_is_found(audit, impostor):
    report = audit.json(*ports(implicit=impostor()), "--only", "tls", status=1)
    assert ids(report) == {"tls-port-speaks-plain"}, report


def without_certificate():
    """Every handshake fails with an alert, as where a server cannot read its key."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def test_a_tls_port_that_completes_no_handshake_is_found(audit, impostor, half_tls):
    server = impostor(is_implicit=True, context=without_certificate())
    assert ids(audit.json(*ports(implicit=server), "--only", "tls", status=1)) == {
        "tls-port-broken"}
    report = audit.json(*ports(implicit=half_tls(Choices(versions=()))), "--only", "tls", status=1)
    assert ids(report) == {"tls-port-broken"}, report


BROKEN = {
    "refused": (differ(starttls_reply="454 4.7.0 TLS not available"), None),
    "alert": (CLEAN, without_certificate),
}


@pytest.mark.parametrize("how", BROKEN)
def test_starttls_that_does_not_lead_to_tls_is_found(audit, impostor, how):
    manners, context = BROKEN[how]
    server = impostor(manners, context=context and context())
    report = audit.json(*ports(server), "--only", "tls", status=1)
    assert ids(report) == {"starttls-broken"}, report
    assert how != "refused" or "454" in evidence(report, "starttls-broken")


def test_tls_that_is_not_offered_is_looked_at_all_the_same(audit, impostor):
    report = audit.json(*ports(impostor(differ(starttls=False, starttls_unsaid=True))),
                        "--only", "clear,tls", status=1)
    assert "though the command is taken" in evidence(report, "starttls-missing")
    assert [v["version"] for v in report["inventory"][0]["versions"] if v["spoken"]] == [
        "TLS 1.2", "TLS 1.3"]


def test_ports_that_differ_are_compared(audit, impostor, authority):
    first = impostor()
    other = context_of(*authority.issue("other.example"))
    second = impostor(differ(auth_tls="PLAIN"), is_implicit=True, context=other)
    report = audit.json(*ports(first, second), "--only", "login,certificate")
    assert {"auth-differs-by-port", "certificate-differs-by-port"} <= ids(report), report
    assert "PLAIN LOGIN" in evidence(report, "auth-differs-by-port")


def test_ports_that_are_alike_do_not_differ(audit, impostor):
    report = audit.json(*ports(impostor(), impostor(is_implicit=True)), "--only",
                        "ports,login,tls,certificate", status=0)
    assert ids(report, "low", "medium", "high", "critical") == set(), report
    assert not {i for i in ids(report) if "differs" in i}


# ---- logins --------------------------------------------------------------------------------------


# Far above what a busy machine adds, and not so long that it would count as resistance.
@pytest.mark.parametrize("delay", [0.0, 0.7])
def test_a_login_that_takes_longer_for_an_account_is_found(audit, impostor, delay):
    server = impostor(differ(accounts=((USER, "x"),), logins_max=9, login_delay_known=delay))
    report = audit.json(*ports(server), "--only", "ports", "--user", USER, "--brute-force", "6")
    assert ("users-by-login-time" in ids(report)) == bool(delay), report
    assert server.failed_logins == 6


def test_users_are_asked_for_without_a_domain_too(audit, impostor):
    server = impostor(differ(tells=("VRFY",), local_users=("root",), knows_bare_names=True))
    report = audit.json(*ports(server), "--domain", "home.example", "--only", "users", status=1)
    assert ids(report) == {"users-by-vrfy"}, report


def test_users_of_usual_names_are_asked_for_where_nobody_is_refused_by_name(audit, impostor):
    server = impostor(differ(tells=("VRFY",), local_users=("webadmin",)))
    report = audit.json(*ports(server), "--domain", "home.example", "--only", "users", status=1)
    assert "for webadmin: 250" in evidence(report, "users-by-vrfy")


def test_mail_before_a_login_is_found_though_the_domain_is_disliked(audit, impostor):
    server = impostor(differ(mail_without_login=True, mail_in_clear=True,
                             refused_sender="553 5.1.8 domain does not exist"))
    report = audit.json(*ports(server), "--domain", "home.example", "--only", "clear,login")
    assert {"tls-not-required", "mail-before-login"} <= ids(report), report


# ---- relays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["EHLO home.example", f"HELO [{ADDRESS}]", "EHLO localhost"])
def test_a_relay_for_who_says_the_right_name_is_found(audit, impostor, words):
    server = impostor(differ(mail_without_login=True, believes=words))
    report = audit.json(*ports(server), "--domain", "home.example", "--only", "relay", status=1)
    assert words in evidence(report, "open-relay")


def test_a_relay_for_addresses_that_are_not_ascii_is_found(audit, impostor):
    server = impostor(differ(mail_without_login=True, extensions=("SIZE 1000", "SMTPUTF8"),
                             takes=lambda self, mail, to: not to.isascii()))
    report = audit.json(*ports(server), "--domain", "home.example", "--only", "relay", status=1)
    assert ids(report) == {"open-relay"}, report


def test_a_relay_behind_a_refused_login_is_found(audit, impostor):
    server = impostor(differ(mail_without_login=True, forgets_refusals=True))
    report = audit.json(*ports(server), "--domain", "home.example", "--only", "relay,nobody",
                        status=1)
    assert "behind a login that was refused" in evidence(report, "open-relay")
    assert server.failed_logins == 1


# ---- several addresses ---------------------------------------------------------------------------


def test_the_address_that_was_looked_at_is_named(audit, impostor, resolver):
    server = impostor()
    options = [*ports(server), *resolver(ADDRESS, LAST), "--only", "ports"]
    report = audit.json(*options, host=HOST)
    assert sorted(report["addresses"]) == [ADDRESS, LAST]
    assert report["address"] == report["port_address"] == ADDRESS
    assert report["tls_port_address"] is None
    text = audit.run(*options, host=HOST).stdout
    assert f"Not looked at: {LAST}, of the 2 addresses of this host" in text
    assert "Not looked at: " not in audit.run(*options, "--skip", "dns", host=ADDRESS).stdout.split(
        "\n\n")[0]


def test_each_port_may_answer_at_another_address(audit, impostor, resolver):
    first, second = impostor(), impostor(is_implicit=True, address=LAST)
    report = audit.json(*ports(first, second), *resolver(ADDRESS, LAST), "--only", "ports",
                        host=HOST)
    assert (report["port_address"], report["tls_port_address"]) == (ADDRESS, LAST)


def test_one_of_several_addresses_can_be_chosen(audit, impostor, resolver):
    first, second = impostor(), impostor(address=LAST)
    report = audit.json("--port", second.port, "--tls-port", 0, *resolver(ADDRESS, LAST),
                        "--address", LAST, "--only", "ports", host=HOST)
    assert report["address"] == LAST and second.connection_count > 0
    assert first.connection_count == 0
    assert audit.run("--address", "nonsense").returncode == 64


# ---- the whole list ------------------------------------------------------------------------------


def test_the_schema_knows_every_finding(build):
    done = subprocess.run([build / "src/cli/sallyport", "audit", "--list-findings"], check=True,
                          capture_output=True, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    schema = json.loads((ROOT / "docs/audit.schema.json").read_text())
    finding = schema["properties"]["findings"]["items"]["properties"]
    assert [row[0] for row in rows] == finding["id"]["enum"]
    assert {row[1] for row in rows} == set(finding["severity"]["enum"])
    assert all(row[2].endswith(".") for row in rows)
