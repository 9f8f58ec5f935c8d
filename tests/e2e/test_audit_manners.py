# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit`: what it does to the server that it looks at, how long it takes, the grade."""

import dataclasses
import ssl
import subprocess

import pytest
from conftest import USER, hop
from test_audit import _POSTFIX_GOOD, postfix  # noqa: F401  (a fixture)
from test_audit_dns import DOMAIN, HOST, rsa_keys  # noqa: F401  (a fixture)

from support.auditor import ids, ports, soon
from support.full import full_port
from support.impostor import Manners, Witness, server_context
from support.names import Names
from support.scratch import ADDRESS, free_port

CONNECTIONS_MAX = 400  # as docs/audit.md says
CONNECTIONS_USUAL = 90  # of a server that agrees to what it should


def differ(**keys):
    return dataclasses.replace(Manners(), **keys)


# ---- what is done to the server ------------------------------------------------------------------

# Each of them gives a part of an audit more to do.
SERVERS = {
    "good": differ(),
    "takes mail from anyone": differ(mail_without_login=True, mail_in_clear=True),
    "tells of users": differ(tells=("VRFY", "EXPN", "RCPT"), local_users=("root",),
                             mail_without_login=True),
    "refuses names": differ(refuses_user_name=True),
    "knows LOGIN alone": differ(auth_tls="LOGIN"),
    "knows LOGIN alone and refuses names": differ(auth_tls="LOGIN", refuses_user_name=True),
    "hangs up on a wrong login": differ(logins_max=0),
    "lets a wrong login wait": differ(login_delay=2.0),
    "takes any password": differ(takes_any_password=True),
    "asks for no password": differ(asks_no_password=True),
    "knows no login": differ(auth_tls=""),
}


@pytest.mark.parametrize("name", SERVERS)
def test_connections_and_failed_logins_are_few_and_all_are_told(audit, impostor, name):
    witness = Witness()
    first = impostor(SERVERS[name], witness=witness)
    second = impostor(SERVERS[name], is_implicit=True, witness=witness)
    report = audit.json(*ports(first, second), "--domain", "home.example", "--user", USER,
                        "--skip", "dns,sender")
    assert not report["sent_away"]
    assert witness.open_most <= 3
    assert report["connections"] == witness.connection_count <= CONNECTIONS_USUAL
    assert first.failed_logins + second.failed_logins <= 1
    assert report["failed_logins"] == first.failed_logins + second.failed_logins
    assert first.message_count == second.message_count == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # TLS 1.0: on purpose
def test_a_server_that_agrees_to_everything_costs_a_bounded_number(audit, impostor, certificate):
    witness, contexts = Witness(), []
    for ciphers in ("ALL:@SECLEVEL=0", "ALL:!CAMELLIA:@SECLEVEL=0"):
        contexts.append(server_context(*certificate))
        contexts[-1].minimum_version = ssl.TLSVersion.TLSv1
        contexts[-1].set_ciphers(ciphers)
    first = impostor(context=contexts[0], witness=witness)
    second = impostor(context=contexts[1], is_implicit=True, witness=witness)
    report = audit.json(*ports(first, second), "--only", "tls")
    assert "ciphers-anonymous" in ids(report) and "tls-1-0" in ids(report)
    assert all(v["complete"] for i in report["inventory"] for v in i["versions"] if v["spoken"])
    assert report["connections"] == witness.connection_count <= CONNECTIONS_MAX
    assert witness.open_most <= 3
    # Not more than 25 hellos in a second.
    assert report["took_ms"] >= 40 * (report["connections"] - 20)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "LOGIN PLAIN"])
def test_one_login_of_nobody_tells_that_any_is_accepted(audit, impostor, mechanisms):
    server = impostor(differ(auth_tls=mechanisms, takes_any_password=True))
    report = audit.json(*ports(server), "--only", "nobody", status=1)
    assert ids(report, "critical") == {"any-login-accepted"}
    assert report["failed_logins"] == server.failed_logins == 0


def test_a_login_of_nobody_is_said_to_a_faulty_certificate_but_never_in_the_clear(audit, impostor):
    server = impostor(differ(takes_any_password=True))
    # Its certificate is for another name.
    report = audit.json(*ports(server), "--only", "nobody,certificate", "--resolver", "192.0.2.53",
                        "--address", ADDRESS, host="elsewhere.example", status=1)
    assert {"any-login-accepted", "certificate-name"} <= ids(report)
    server = impostor(differ(starttls=False, auth_clear="PLAIN", takes_any_password=True))
    report = audit.json(*ports(server), "--only", "nobody")
    assert not [line for _, line in server.heard if line.startswith(b"AUTH")]
    assert any(g["check"] == "nobody" and "no TLS" in g["why"] for g in report["gaps"])


def test_the_login_of_nobody_can_be_left_out_and_is_told_of_by_a_dry_run(audit, impostor):
    server = impostor()
    assert audit.json(*ports(server), "--skip", "nobody,dns,sender")["failed_logins"] == 0
    assert server.failed_logins == 0
    told = audit.run("--dry-run", *ports(server), "--only", "nobody").stdout
    assert "# nobody: one login with a made-up name" in told
    assert "C: AUTH PLAIN\nC: ...\n" in told
    help_ = audit.run("--help").stdout
    assert "One login is tried" in help_ and "--skip nobody" in help_


@pytest.mark.xdist_group("load")  # it measures, and must not meet what loads the machine
def test_a_login_that_is_never_answered_holds_nothing_up_for_long(audit, impostor):
    server = impostor(differ(login_delay=30.0))
    report = soon(3500, audit.json, *ports(server), "--only", "nobody")
    assert report["failed_logins"] == 1
    assert any("no answer came" in gap["why"] and gap["wanted"] for gap in report["gaps"])


def test_only_with_the_opt_in_does_more_than_one_login_fail(audit, impostor):
    server = impostor(differ(accounts=((USER, "x"),), logins_max=9, refuses_user_name=True))
    audit.json(*ports(server), "--user", USER, "--skip", "dns,sender")
    assert server.failed_logins <= 1
    server = impostor(differ(accounts=((USER, "x"),), logins_max=9))
    audit.json(*ports(server), "--user", USER, "--only", "ports", "--brute-force", "3")
    assert server.failed_logins == 3


# ---- ports that do not answer --------------------------------------------------------------------


@pytest.mark.xdist_group("load")  # it measures, and must not meet what loads the machine
def test_a_host_that_drops_everything_costs_little_time_and_check_is_named(audit):
    with full_port() as first, full_port() as second:
        report = soon(3500, audit.json, "--port", first, "--tls-port", second, status=69)
    assert report["grade"] is None and report["connections"] == 2
    whys = [gap["why"] for gap in report["gaps"] if gap["check"] == "ports"]
    assert len(whys) == 2 and all(f"`sallyport check {ADDRESS}`" in why for why in whys), whys
    assert all("nothing answers" in why for why in whys)


@pytest.mark.xdist_group("load")  # it measures, and must not meet what loads the machine
def test_where_one_port_is_dropped_the_other_is_looked_at_soon(audit, impostor):
    server = impostor(is_implicit=True)
    with full_port() as first:
        # As long as a second SYN needs, because the other port answered at once.
        report = soon(2000, audit.json, "--port", first, "--tls-port", server.port, "--only",
                      "certificate")
    assert report["reachable"] and not report["complete"]
    assert "submission-port-missing" not in ids(report)
    assert any(f"port {first}: nothing answers" in gap["why"] for gap in report["gaps"])


@pytest.mark.xdist_group("load")  # it measures, and must not meet what loads the machine
def test_an_address_that_drops_everything_does_not_hold_up_the_next(audit, impostor):
    with full_port() as port:
        names = Names({HOST: {"A": [ADDRESS, "127.0.0.3"]}})
        server = impostor(address="127.0.0.3", port=port)
        report = soon(2000, audit.json, "--port", server.port, "--tls-port", 0, "--resolver",
                      names.address, "--only", "ports", host=HOST)
        names.stop()
    assert report["port_address"] == "127.0.0.3"


# ---- the grade -----------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [["--only", "tls"], ["--skip", "dns,sender"]])
def test_a_part_has_no_grade(audit, impostor, options):
    server = impostor()
    assert audit.json(*ports(server), *options)["grade"] is None
    text = audit.run(*ports(server), *options).stdout
    assert text.splitlines()[0].startswith(f"{ADDRESS}: no grade: only ")
    assert "grade A" not in text


def good_records(ports_, key):
    return {
        HOST: {"A": [ADDRESS]},
        DOMAIN: {"MX": [f"10 {HOST}"], "TXT": ["v=spf1 mx -all"]},
        "_dmarc.home.example": {"TXT": ["v=DMARC1; p=reject; rua=mailto:a@home.example"]},
        "s._domainkey.home.example": {"TXT": [f"v=DKIM1; k=rsa; p={key}"]},
        "_smtp._tls.home.example": {"TXT": ["v=TLSRPTv1; rua=mailto:a@home.example"]},
        "_submission._tcp.home.example": {"SRV": [f"0 1 {ports_[0]} {HOST}"]},
        "_submissions._tcp.home.example": {"SRV": [f"0 1 {ports_[1]} {HOST}"]},
    }


@pytest.fixture
def grade_of(audit, authority, rsa_keys):  # noqa: F811
    """The report on a host that has all that it should in DNS."""
    def run(port, tls_port):
        names = Names(good_records((port, tls_port), rsa_keys[2048]))
        try:
            return audit.json("--port", port, "--tls-port", tls_port, "--resolver", names.address,
                              "--selector", "s", host=HOST)
        finally:
            names.stop()
    return run


def assert_is_above_reproach(report):
    assert report["grade"] == "A+", report
    assert ids(report, "low", "medium", "high", "critical") == set()
    assert report["complete"] and not [g for g in report["gaps"] if not g["wanted"]]
    assert len(report["inventory"]) == 2


def test_a_good_postfix_with_good_records_gets_the_best_grade(
        grade_of, postfix, host_pair):  # noqa: F811
    pair = "smtpd_tls_cert_file = {}\nsmtpd_tls_key_file = {}\n".format(*host_pair)
    options = postfix("encrypt", _POSTFIX_GOOD + pair)
    assert_is_above_reproach(grade_of(options[1], options[3]))


def test_our_own_server_with_good_records_gets_the_best_grade(
        start, receiver, grade_of, host_pair):
    server = start({"out": hop(receiver.port)}, certificate=host_pair)
    assert_is_above_reproach(grade_of(server.port, server.implicit_port))


@pytest.fixture(scope="module")
def host_pair(authority):
    return authority.issue(HOST, stem="graded")


# ---- the dry run ---------------------------------------------------------------------------------


def test_a_dry_run_may_be_cut_off_by_its_reader(build):
    done = subprocess.run(["bash", "-c", f"{build}/src/cli/sallyport audit --dry-run {ADDRESS} "
                           "--domain home.example | head -1"], capture_output=True, text=True,
                          timeout=30, check=True)
    assert done.stderr == "" and len(done.stdout.splitlines()) == 1


def test_a_report_may_be_cut_off_by_its_reader(build):
    done = subprocess.run(["bash", "-c", f"{build}/src/cli/sallyport audit --port {free_port()} "
                           f"--tls-port 0 {ADDRESS} | true"], capture_output=True,
                          text=True, timeout=30, check=False)
    assert done.stderr == ""
