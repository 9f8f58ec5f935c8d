# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit`: all that is agreed to in TLS is listed, good or bad, and nothing else."""

import json
import ssl
import subprocess

import jsonschema
import pytest
from test_audit import postfix  # noqa: F401  (a fixture)

from support.auditor import evidence, ids, ports
from support.impostor import Choices, server_context
from support.scratch import ADDRESS, ROOT

ALLOW_CLIENT_RENEGOTIATION = 1 << 8  # SSL_OP_ALLOW_CLIENT_RENEGOTIATION, which Python does not name

_KNOWN = """
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_mandatory_ciphers = high
tls_high_cipherlist = ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-CCM
tls_preempt_cipherlist = yes
tls_eecdh_auto_curves = secp384r1 prime256v1
tls_ssl_options = NO_TICKET
"""


@pytest.fixture(scope="module")
def schema():
    return json.loads((ROOT / "docs/audit.schema.json").read_text())


def listed(inventory, version):
    """Names of the suites of one version, in their order."""
    return [s["name"] for v in inventory["versions"] if v["version"] == version
            for s in v["suites"]]


def spoken(inventory):
    return [v["version"] for v in inventory["versions"] if v["spoken"]]


def names(groups):
    return [g["name"] for g in groups["accepted"]]


def by_port(report, port):
    return next(i for i in report["inventory"] if i["port"] == port)


def test_a_postfix_agrees_to_what_it_is_set_to_and_to_nothing_else(audit, postfix, schema):  # noqa: F811
    options = postfix("encrypt", _KNOWN)
    report = audit.json(*options[:4], "--only", "tls")
    jsonschema.validate(report, schema)
    first, second = (by_port(report, options[i]) for i in (1, 3))
    for one in (first, second):
        assert spoken(one) == ["TLS 1.2", "TLS 1.3"]
        assert all(v["complete"] for v in one["versions"] if v["spoken"])
        assert listed(one, "TLS 1.2") == ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                          "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"]
        assert listed(one, "TLS 1.3") == ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                                          "TLS_AES_128_GCM_SHA256"]
        assert [v["server_order"] for v in one["versions"]] == [None] * 4 + [True] * 2
        assert names(one["groups_tls_1_3"]) == ["secp384r1", "secp256r1"]
        assert names(one["groups_before"]) == ["secp384r1", "secp256r1"]
        assert one["compression"] is False and one["secure_renegotiation"] is True
        assert one["client_renegotiation"] is False and one["ocsp_stapling"] is False
        assert one["sessions_before"]["tickets"] is False
        suite = one["versions"][4]["suites"][1]
        assert (suite["key_exchange"], suite["bits"], suite["flaw"], suite["group"],
                suite["group_bits"]) == ("ECDHE_ECDSA", 128, "cbc", "secp384r1", 384)
        certificate = one["certificate"]
        assert (certificate["subject"], certificate["key_type"], certificate["key_bits"],
                certificate["chain_length"]) == ("CN=localhost", "EC", 256, 1)
        assert "localhost" in certificate["names"]
    # What serves both ports is listed once, and sampled at the other.
    assert first["like_port"] == second["port"] and first["samples"] >= 10
    assert second["like_port"] is None
    assert ids(report) == {"ciphers-cbc"}


def handshake(port, *options):
    """(suite, protocol) that the OpenSSL of this machine comes to; None when it is refused."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"{ADDRESS}:{port}", "-starttls",
                           "smtp", "-brief", *options], input="QUIT\n", capture_output=True,
                          text=True, timeout=20, check=False)
    said = dict(line.split(": ", 1) for line in done.stderr.splitlines() if ": " in line)
    return said.get("Ciphersuite") if "CONNECTION ESTABLISHED" in done.stderr else None


def every_suite(version):
    """{OpenSSL's name: name in the registry} of all that this OpenSSL can."""
    done = subprocess.run(["openssl", "ciphers", "-s", version, "-stdname",
                           "ALL:COMPLEMENTOFALL:eNULL:aNULL:@SECLEVEL=0"], capture_output=True,
                          text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[2]: row[0] for row in rows if not row[0].startswith(("TLS_PSK", "TLS_SRP"))
            and "_PSK_" not in row[0] and not row[2].startswith("TLS_")}


@pytest.mark.parametrize("option, version", [("-tls1_1", "TLS 1.1"), ("-tls1_2", "TLS 1.2")])
def test_the_list_is_what_openssl_can_agree_to_one_by_one(audit, postfix, option, version):  # noqa: F811
    options = postfix("may", "smtpd_tls_protocols = >=TLSv1\n")
    report = audit.json(options[0], options[1], "--tls-port", 0, "--only", "tls")
    inventory = by_port(report, options[1])
    agreed = set()
    for name, standard in every_suite(option).items():
        if handshake(options[1], option, "-cipher", f"{name}:@SECLEVEL=0") == name:
            agreed.add(standard)
    assert agreed and set(listed(inventory, version)) == agreed
    assert "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA" in agreed


def test_groups_are_what_openssl_can_agree_to_one_by_one(audit, impostor):
    server = impostor()
    report = audit.json(*ports(server), "--only", "tls")
    agreed = {group for group in ("x25519", "secp256r1", "secp384r1", "secp521r1", "x448",
                                  "brainpoolP256r1tls13", "secp224r1")
              if handshake(server.port, "-tls1_3", "-groups",
                           {"secp256r1": "P-256"}.get(group, group))}
    assert set(names(by_port(report, server.port)["groups_tls_1_3"])) & {
        "x25519", "secp256r1", "secp384r1", "secp521r1", "x448", "brainpoolP256r1tls13",
        "secp224r1"} == agreed
    assert agreed


def test_ports_that_agree_to_different_suites_are_both_listed(audit, impostor, certificate):
    first, other = impostor(), server_context(*certificate)
    other.set_ciphers("ECDHE+AESGCM")
    second = impostor(is_implicit=True, context=other)
    report = audit.json(*ports(first, second), "--only", "tls")
    one, two = by_port(report, first.port), by_port(report, second.port)
    assert one["like_port"] is None and two["like_port"] is None
    assert set(listed(one, "TLS 1.2")) - set(listed(two, "TLS 1.2")) == {
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"}


def test_tickets_and_resumption_are_told(audit, impostor, certificate):
    report = audit.json(*ports(impostor()), "--only", "tls")
    inventory = report["inventory"][0]
    assert inventory["sessions_tls_1_3"] == {"tickets": True, "resumed_by_ticket": True,
                                             "resumed_by_id": None}
    assert inventory["sessions_before"]["tickets"] is True
    assert inventory["sessions_before"]["resumed_by_ticket"] is True
    assert inventory["early_data"] is False and inventory["client_renegotiation"] is False
    context = server_context(*certificate)
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    inventory = audit.json(*ports(impostor(context=context)), "--only", "tls")["inventory"][0]
    assert inventory["sessions_tls_1_3"]["tickets"] is False
    assert inventory["sessions_before"]["tickets"] is False


def test_renegotiation_that_a_client_may_begin_is_found(audit, impostor, certificate):
    context = server_context(*certificate)
    context.options |= ALLOW_CLIENT_RENEGOTIATION
    report = audit.json(*ports(impostor(context=context)), "--only", "tls")
    assert ids(report) == {"renegotiation-by-client"}, report
    assert report["inventory"][0]["client_renegotiation"] is True


def test_a_small_curve_is_found(audit, half_tls):
    report = audit.json(*ports(implicit=half_tls(Choices(groups=(29, 19)))), "--only", "tls")
    assert "curve-small" in ids(report) and "secp192r1" in evidence(report, "curve-small")
    assert names(report["inventory"][0]["groups_before"]) == ["x25519", "secp192r1"]


# GnuTLS chooses an anonymous suite that its priorities name, and then has no credentials for it; a
# server with a key that it cannot use fails when it signs.
_SIGNED, _TRANSPORT, _ANONYMOUS = (0xc02f, 0xc013), (0x009c, 0x002f), (0x0034, 0xc018)


@pytest.mark.parametrize("broken", [_SIGNED, _ANONYMOUS])
@pytest.mark.parametrize("follows", [True, False])
def test_suites_that_break_hide_neither_others_nor_a_version(audit, half_tls, broken, follows):
    every = _ANONYMOUS + _SIGNED + _TRANSPORT
    server = half_tls(Choices(versions=(0x0301, 0x0303), ciphers=broken + every, broken=broken,
                              follows_client=follows))
    report = audit.json(*ports(implicit=server), "--only", "tls")
    spoken_ = [v for v in report["inventory"][0]["versions"] if v["spoken"]]
    assert [v["version"] for v in spoken_] == ["TLS 1.0", "TLS 1.2"]
    for version in spoken_:
        found = {int(s["id"], 16) for s in version["suites"]}
        assert found == set(every) - set(broken) and version["complete"]
        # What was chosen in parts has no order that could be told.
        assert version["server_order"] is None


def test_a_list_of_many_suites_is_whole(audit, half_tls):
    many = tuple(range(0xc02b, 0xc033)) + (0x009c, 0x009d, 0x0067, 0xcca8, 0xc0ac)
    report = audit.json(*ports(implicit=half_tls(Choices(ciphers=many))), "--only", "tls")
    version = report["inventory"][0]["versions"][4]
    assert [int(s["id"], 16) for s in version["suites"]] == list(many)
    assert version["complete"] and version["server_order"]


def test_the_text_lists_the_same(audit, impostor):
    done = audit.run(*ports(impostor()), "--only", "tls")
    for words in ("Agreed to on port", "TLS 1.3     3 suites", "refused     SSL 2.0, SSL 3.0",
                  "OCSP stapling: no", "certificate CN=localhost", "no grade: only tls was looked"):
        assert words in done.stdout, done.stdout
