# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit`: every finding is provoked once, and a server without fault has none."""

import dataclasses
import json
import os
import pwd
import ssl
import struct
import subprocess

import jsonschema
import pytest
from conftest import PASSWORD, USER, hop

from support.auditor import Auditor, evidence, ids, ports, soon
from support.exim import PROGRAM as exim_program
from support.impostor import Choices, Impostor, Manners, server_context
from support.names import Names
from support.postfix import Postfix
from support.process import Process
from support.scratch import (ADDRESS, ROOT, Authority, accepts_connections, free_port,
                             stalled_listener, wait_for)

# Without TLS, which has servers of its own here, and without DNS.
HOST_CHECKS = "clear,login,starttls,certificate,relay,users,leaks"


# ---- servers as they are -------------------------------------------------------------------------


def test_our_own_server_gets_an_a(start, receiver, audit):
    server = start({"out": hop(receiver.port)})
    names = Names()
    report = audit.json("--port", server.port, "--tls-port", server.implicit_port,
                        "--resolver", names.address, status=0)
    names.stop()
    assert report["grade"] == "A+", report
    assert report["complete"] and not report["sent_away"]
    assert ids(report, "medium", "high", "critical") == set()
    assert report["failed_logins"] == 1
    assert receiver.attempts == [] and server.queue_is_empty()


_POSTFIX = """
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = {level}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
cyrus_sasl_config_path = {sasl}
"""

_POSTFIX_GOOD = """
smtpd_tls_mandatory_protocols = >=TLSv1.2
tls_preempt_cipherlist = yes
tls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20
smtpd_tls_mandatory_ciphers = high
smtpd_tls_auth_only = yes
smtpd_banner = $myhostname ESMTP
disable_vrfy_command = yes
smtpd_delay_reject = no
smtpd_client_restrictions =
smtpd_sender_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""

_POSTFIX_BAD = """
smtpd_tls_protocols = >=TLSv1
smtpd_tls_ciphers = null
tls_null_cipherlist = ALL:COMPLEMENTOFALL:eNULL:aNULL:@SECLEVEL=0
mynetworks = 0.0.0.0/0
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_banner = $myhostname ESMTP Postfix 3.7.11
mydestination = home.example
local_recipient_maps = inline:{ postmaster=x, root=x }
"""


@pytest.fixture
def postfix(scratch, certificate):
    """Starts one with these lines in main.cf: ports of STARTTLS and of implicit TLS."""
    started = []

    def start(level, main):
        sasl = scratch / "sasl"
        sasl.mkdir()
        (sasl / "smtpd.conf").write_text(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n")
        lines = _POSTFIX.format(certificate=certificate[0], key=certificate[1], level=level,
                                sasl=sasl)
        chosen = [free_port(), free_port()]
        server = Postfix(scratch / "postfix", lines + main,
                         {chosen[0]: [], chosen[1]: ["smtpd_tls_wrappermode=yes"]})
        started.append(server.start())
        return ["--port", chosen[0], "--tls-port", chosen[1], "--domain", "home.example",
                "--skip", "dns,sender"]
    yield start
    for one in started:
        one.stop()
        print(one.log_text()[-4000:])  # shown with a test that failed


def test_a_good_postfix_is_not_blamed(audit, postfix):
    report = audit.json(*postfix("encrypt", _POSTFIX_GOOD), status=0)
    assert ids(report, "low", "medium", "high", "critical") == set(), report
    assert report["complete"]


def test_a_postfix_with_everything_wrong_is_found_out(audit, postfix):
    report = audit.json(*postfix("may", _POSTFIX_BAD), status=1)
    assert {"open-relay", "ciphers-null", "ciphers-anonymous", "auth-cleartext-offered",
            "tls-not-required", "tls-1-0", "tls-1-1", "users-by-vrfy", "users-by-rcpt",
            "version-shown"} <= ids(report), ids(report)


_EXIM = """
primary_hostname = exim.example
spool_directory = {directory}/spool
log_file_path = {directory}/log/%s
pid_file_path = {directory}/exim.pid
daemon_smtp_ports = {port} : {tls_port}
local_interfaces = 127.0.0.1
tls_on_connect_ports = {tls_port}
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
acl_smtp_rcpt = check
{main}
begin acl
check:
{rules}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = false
  server_set_id = $auth2
"""


@pytest.fixture
def exim(scratch, certificate):
    """Starts one with these lines in the main part and as rules at RCPT."""
    started = []

    def start(main, rules):
        directory = scratch / "exim"
        for name in ("spool", "log"):
            (directory / name).mkdir(parents=True)
            os.chown(directory / name, pwd.getpwnam("Debian-exim").pw_uid, -1)
        key = directory / "key.pem"
        key.write_bytes(certificate[1].read_bytes())
        os.chown(key, pwd.getpwnam("Debian-exim").pw_uid, -1)
        chosen = [free_port(), free_port()]
        config = directory / "exim.conf"
        config.write_text(_EXIM.format(directory=directory, port=chosen[0], tls_port=chosen[1],
                                       certificate=certificate[0], key=key, main=main,
                                       rules=rules))
        started.append(Process([exim_program, "-C", config, "-bdf"], directory / "out"))
        for port in chosen:
            wait_for(lambda p=port: accepts_connections(p), 20, f"Exim on port {port}")
        return ["--port", chosen[0], "--tls-port", chosen[1], "--domain", "home.example",
                "--skip", "dns,sender"]
    yield start
    for one in started:
        one.stop()


def test_an_exim_that_relays_is_found_out(audit, exim):
    report = audit.json(*exim("", "  accept\n"), status=1)
    assert {"open-relay", "version-shown", "auth-cleartext-offered",
            "tls-not-required"} <= ids(report), json.dumps(report, indent=1)


def test_a_good_exim_is_not_blamed(audit, exim):
    main = ("auth_advertise_hosts = ${if def:tls_in_cipher{*}}\n"
            "smtp_banner = mail.example ESMTP\n"
            "acl_smtp_mail = login\nacl_smtp_auth = inside\n"
            "tls_require_ciphers = NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:-RSA\n")
    rules = ("  deny\nlogin:\n  deny message = log in first\ninside:\n  accept encrypted = *\n"
             "  deny\n")
    report = audit.json(*exim(main, rules))
    assert ids(report, "medium", "high", "critical") == set(), json.dumps(report, indent=1)


# ---- one fault at a time -------------------------------------------------------------------------

CLEAN = Manners()


def differ(**keys):
    return dataclasses.replace(CLEAN, **keys)


def ntlm_challenge(domain, computer):
    """MS-NLMP 2.2.1.2, with the version of a Windows."""
    def pair(kind, text):
        return struct.pack("<HH", kind, 2 * len(text)) + text.encode("utf-16-le")
    names = pair(2, domain) + pair(1, computer) + bytes(4)
    return (b"NTLMSSP\0" + struct.pack("<LHHLL8s8sHHL", 2, 0, 0, 56, 0x02000201, b"challeng", b"",
                                        len(names), len(names), 56)
            + struct.pack("<BBHL", 10, 0, 17763, 15 << 24) + names)


MANNERS = {
    "starttls-missing": differ(starttls=False, auth_clear="SCRAM-SHA-256"),
    "starttls-offered-in-tls": differ(starttls_again=True),
    "starttls-command-injection": differ(keeps_commands=True),
    "starttls-reads-on": differ(answers_in_clear=True),
    "starttls-response-injection": differ(behind_starttls=b"250 2.0.0 from the middle\r\n"),
    "auth-cleartext-offered": differ(auth_clear="PLAIN LOGIN", takes_auth_in_clear=True),
    "auth-cleartext-accepted": differ(takes_auth_in_clear=True),
    "auth-offered-before-tls": differ(auth_clear="SCRAM-SHA-256"),
    "auth-missing": differ(auth_tls=""),
    "auth-anonymous": differ(auth_tls="PLAIN ANONYMOUS"),
    "auth-mechanism-old": differ(auth_tls="PLAIN CRAM-MD5"),
    "tls-not-required": differ(mail_in_clear=True, mail_without_login=True),
    "mail-before-login": differ(mail_without_login=True),
    "submission-without-login": differ(
        mail_without_login=True, takes=lambda self, sender, to: to.endswith("@home.example")),
    "users-by-vrfy": differ(tells=("VRFY",), local_users=("postmaster",)),
    "users-by-expn": differ(tells=("EXPN",), local_users=("root",)),
    "users-by-rcpt": differ(tells=("RCPT",), local_users=("postmaster",), mail_without_login=True),
    "users-by-time": differ(local_users=("postmaster",), slow_for_users=1.0),
    "users-by-login": differ(refuses_user_name=True),
    "any-login-accepted": differ(asks_no_password=True),
    "version-shown": differ(greeting="220 exim.example ESMTP Exim 4.96 Sun, 22 Nov 2026"),
    "product-shown": differ(greeting="220 mail.example ESMTP Postfix"),
    "ntlm-tells-names": differ(auth_tls="PLAIN NTLM", ntlm=ntlm_challenge("CORP", "DC01")),
    "inner-address-shown": differ(greeting="220 dc01.corp.local (10.1.2.3) ESMTP"),
    "xclient-offered": differ(extensions=("SIZE 1000", "XCLIENT NAME ADDR LOGIN")),
    "help-tells": differ(help="214 2.0.0 This is Sendmail 8.15.2"),
    "enhanced-codes-missing": differ(extensions=("SIZE 1000",)),
    "size-missing": differ(extensions=("ENHANCEDSTATUSCODES",)),
    "extensions-differ-in-tls": differ(extensions_clear=("SIZE 1000", "XEVIL")),
    "early-talk-taken": differ(waits_for_greeting=False),
}


def audit_manners(audit, server, *args):
    return audit.json(*ports(server), "--domain", "home.example", "--only", HOST_CHECKS, *args)


@pytest.mark.parametrize("name", MANNERS)
def test_bad_manners_are_found(audit, impostor, name):
    server = impostor(MANNERS[name])
    report = audit_manners(audit, server)
    assert name in ids(report), report
    assert evidence(report, name) != ""
    assert server.open_most <= 3 and server.failed_logins <= 1 and server.message_count == 0


def test_a_server_without_fault_has_none(audit, impostor):
    first, second = impostor(), impostor(is_implicit=True)
    report = audit.json(*ports(first, second), "--domain", "home.example", "--skip", "dns,sender",
                        status=0)
    assert ids(report, "low", "medium", "high", "critical") == set(), report
    assert first.open_most <= 3 and second.open_most <= 3
    assert first.failed_logins == 1
    # No secret in the clear, and no text of a message anywhere.
    assert not any(line.startswith((b"AUTH PLAIN ", b"DATA")) for _, line in first.heard)


@pytest.mark.parametrize("sender", ["", "postmaster@home.example"])
def test_an_open_relay_is_found_by_its_sender(audit, impostor, sender):
    manners = differ(mail_without_login=True, takes=lambda self, mail, to:
                     f"<{sender}>" in mail and to.endswith("@example.com"))
    report = audit_manners(audit, impostor(manners))
    assert "open-relay" in ids(report, "critical")
    assert f"MAIL FROM:<{sender}>" in evidence(report, "open-relay")


FORMS = ["{u}%{d}@{i}", '"{u}@{d}"', '"{u}%{d}"', "{u}@{d}@{i}", '"{u}@{d}"@{i}', "@{i}:{u}@{d}",
         "{d}!{u}", "{d}!{u}@{i}", "{u}%{d}", "@home.example:{u}@{d}"]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_address_is_tried_for_a_relay(audit, impostor, form):
    def takes(_manners, _sender, to):
        user = to.split("audit-")[1][:9]
        return to == form.format(u=f"audit-{user}", d="example.com", i=f"[{ADDRESS}]")
    report = audit.json(*ports(impostor(differ(mail_without_login=True, takes=takes))),
                        "--domain", "home.example", "--only", "relay", status=1)
    assert ids(report, "critical") == {"open-relay"}
    assert len(evidence(report, "open-relay").splitlines()) == 1


def test_a_catch_all_is_no_open_relay(audit, impostor):
    """Who takes any local part has relayed nothing with user%elsewhere in its own domain."""
    manners = differ(mail_without_login=True,
                     takes=lambda self, sender, to: to.endswith(("@home.example", f"@[{ADDRESS}]"))
                     and "example.com@" not in to.replace("%", "@").replace("!", "@")
                     or "@" not in to)
    report = audit_manners(audit, impostor(manners))
    assert "submission-without-login" in ids(report)
    assert "open-relay" not in ids(report), evidence(report, "open-relay")


def test_a_refusal_for_the_address_alone_decides_nothing(audit, impostor):
    manners = differ(mail_without_login=True, refused_recipient="550 5.1.2 no such domain")
    report = audit.json(*ports(impostor(manners)), "--only", "relay")
    assert not report["complete"]
    assert any("--relay-to" in gap["why"] for gap in report["gaps"])


# ---- TLS -----------------------------------------------------------------------------------------

CHOICES = {
    "tls-ssl-2": Choices(versions=(0x0002, 0x0303)),
    "tls-ssl-3": Choices(versions=(0x0300, 0x0303)),
    "tls-1-0": Choices(versions=(0x0301, 0x0303)),
    "tls-1-1": Choices(versions=(0x0302, 0x0303)),
    "tls-modern-missing": Choices(versions=(0x0301,)),
    "ciphers-null": Choices(ciphers=(0xc02f, 0x0002)),
    "ciphers-export": Choices(ciphers=(0xc02f, 0x0003)),
    "ciphers-anonymous": Choices(ciphers=(0xc02f, 0x0034)),
    "ciphers-des": Choices(ciphers=(0xc02f, 0x0009)),
    "ciphers-rc4": Choices(ciphers=(0xc02f, 0x0005)),
    "ciphers-64-bit-blocks": Choices(ciphers=(0xc02f, 0x000a)),
    "ciphers-without-forward-secrecy": Choices(ciphers=(0xc02f, 0x002f)),
    "ciphers-cbc": Choices(ciphers=(0xc02f, 0xc013)),
    "forward-secrecy-missing": Choices(ciphers=(0x002f,)),
    "cipher-order-of-client": Choices(ciphers=(0xc02f, 0xc030), follows_client=True),
    "dh-group-broken": Choices(ciphers=(0x0033,), dh_bits=768),
    "dh-group-small": Choices(ciphers=(0x0033,), dh_bits=1024),
    "dh-group-unsafe": Choices(ciphers=(0x0033,), dh_is_safe=False),
    "ciphers-md5": Choices(ciphers=(0xc02f, 0x0004)),
    "tls-compression": Choices(compression=True),
    "renegotiation-insecure": Choices(renegotiation=False),
    "fallback-unguarded": Choices(versions=(0x0302, 0x0303), guards_fallback=False),
}


@pytest.mark.parametrize("name", CHOICES)
def test_bad_tls_is_found(audit, half_tls, name):
    report = audit.json(*ports(implicit=half_tls(CHOICES[name])), "--only", "tls")
    assert name in ids(report), report


def test_a_suite_has_all_of_its_flaws(audit, half_tls):
    choices = Choices(ciphers=(0xc02f, 0xc015, 0x0017))  # anonymous without encryption; export
    report = audit.json(*ports(implicit=half_tls(choices)), "--only", "tls")
    assert {"ciphers-null", "ciphers-anonymous", "ciphers-export", "ciphers-rc4",
            "ciphers-md5"} <= ids(report)


def test_a_good_prime_is_not_blamed(audit, half_tls):
    report = audit.json(*ports(implicit=half_tls(Choices(ciphers=(0x009e,)))), "--only", "tls")
    assert not any(name.startswith("dh-") for name in ids(report)), report


def test_good_tls_is_not_blamed(audit, half_tls):
    report = audit.json(*ports(implicit=half_tls(Choices(versions=(0x0303,)))), "--only", "tls")
    assert ids(report) == {"tls-1-3-missing"}
    # Its handshake comes to nothing, and that is said and counts.
    assert not report["complete"]


def make_certificate(authority, scratch, *, days=30, name="localhost", ca=True, bits=None):
    """(certificate, key) with a fault; days below zero: expired."""
    key, request, out = scratch / "x.key", scratch / "x.csr", scratch / "x.pem"
    kind = ["rsa:%d" % bits] if bits else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    extensions = scratch / "x.ext"
    extensions.write_text(f"subjectAltName={name}\n")
    def openssl(*args):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)
    openssl("req", "-newkey", *kind, "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", request)
    signer = ["-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial"] if ca \
        else ["-signkey", key]
    openssl("x509", "-req", "-in", request, *signer, "-days", days, "-extfile", extensions,
            "-out", out)
    return out, key


CERTIFICATES = {
    "certificate-expired": {"days": -1, "name": f"IP:{ADDRESS}"},
    "certificate-name": {"name": "DNS:other.example"},
    "certificate-self-signed": {"name": f"IP:{ADDRESS}", "ca": False},
    "certificate-weak": {"name": f"IP:{ADDRESS}", "bits": 1024},
    "certificate-expires-soon": {"days": 5, "name": f"IP:{ADDRESS}"},
    "certificate-too-long": {"days": 826, "name": f"IP:{ADDRESS}"},
}


def test_a_certificate_for_825_days_is_not_too_long(audit, authority, scratch):
    pair = make_certificate(authority, scratch, days=825, name=f"IP:{ADDRESS}")
    server = Impostor(server_context(*pair))
    try:
        assert ids(audit.json(*ports(server), "--only", "certificate", status=0)) == set()
    finally:
        server.stop()


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificate_faults_are_named(audit, authority, scratch, name):
    pair = make_certificate(authority, scratch, **CERTIFICATES[name])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(*pair)
    server = Impostor(context)
    try:
        report = audit.json(*ports(server), "--only", "certificate")
        assert name in ids(report), report
        assert ids(report) - {name, "certificate-expires-soon"} == set(), report
    finally:
        server.stop()


def test_an_unknown_authority_is_named(audit, impostor, scratch, build):
    other = Auditor(build, Authority(scratch / "other"))
    assert "certificate-untrusted" in ids(
        other.json(*ports(impostor()), "--only", "certificate", status=1))


# ---- what is only done when it is asked for ------------------------------------------------------


def account(scratch, password=PASSWORD):
    path = scratch / "password"
    path.write_text(password + "\n")
    return ["--user", USER, "--password-file", path]


def test_smuggling_is_found_and_nothing_is_sent_to_a_strict_server(audit, impostor, scratch):
    options = [*account(scratch), "--to", "bob@home.example", "--smuggling", "--only", "ports"]
    good = impostor(differ(accounts=((USER, PASSWORD),)))
    report = audit.json(*ports(good), *options, status=0)
    assert "smuggling" not in ids(report) and good.message_count == 0
    bad = impostor(differ(accounts=((USER, PASSWORD),), ends=(b"\r\n.\r\n", b"\n.\n", b"\r.\r")))
    report = audit.json(*ports(bad), *options, status=1)
    assert {line.split(": ")[1].split(" ")[0] for line in
            evidence(report, "smuggling").splitlines()} == {"LF.LF", "CRLF.LF", "CR.CR", "CR.CRLF"}


def test_our_own_server_is_not_open_to_smuggling(start, receiver, audit, scratch):
    server = start({"out": hop(receiver.port)})
    report = audit.json("--port", server.port, "--tls-port", 0, "--only", "ports", "--smuggling",
                        *account(scratch), "--to", "bob@example.org", status=0)
    assert "smuggling" not in ids(report)
    assert server.queue_is_empty() and receiver.attempts == []


def test_a_password_is_not_said_to_a_server_with_a_bad_certificate(build, impostor, scratch):
    other = Auditor(build, Authority(scratch / "other"))
    server = impostor(differ(accounts=((USER, PASSWORD),)))
    report = other.json(*ports(server), "--only", "ports", "--smuggling", *account(scratch),
                        "--to", "bob@example.org", "--brute-force", "3")
    assert not any(line.upper().startswith(b"AUTH") for _, line in server.heard)
    assert any("certificate" in gap["why"] for gap in report["gaps"])


def test_a_server_that_lets_passwords_be_guessed_is_found(audit, impostor):
    server = impostor(differ(accounts=((USER, "x"),), logins_max=100))
    report = audit.json(*ports(server), "--only", "ports", "--user", USER, "--brute-force", "6",
                        status=1)
    assert ids(report, "medium") == {"passwords-guessable"}
    assert server.failed_logins == report["failed_logins"] == 6


@pytest.mark.parametrize("keys", [{"logins_max": 2}, {"login_delay": 1.2}])
def test_a_server_that_resists_guessing_is_not_blamed(audit, impostor, keys):
    server = impostor(differ(accounts=((USER, "x"),), **keys))
    report = audit.json(*ports(server), "--only", "ports", "--user", USER, "--brute-force", "6",
                        status=0)
    assert "passwords-guessable" not in ids(report)


def test_a_server_that_takes_any_password_is_found(audit, impostor):
    server = impostor(differ(accounts=((USER, "x"),), takes_any_password=True))
    report = audit.json(*ports(server), "--only", "ports", "--user", USER, "--brute-force", "6",
                        status=1)
    assert ids(report, "medium", "high", "critical") == {"any-login-accepted"}
    assert report["failed_logins"] == 0


def test_a_login_that_tells_users_apart_is_found(audit, impostor):
    server = impostor(differ(accounts=((USER, "x"),), logins_max=9, other_words="535 5.7.8 close"))
    report = audit.json(*ports(server), "--only", "ports", "--user", USER, "--brute-force", "4")
    assert "users-by-login" in ids(report)


# ---- manners of our own --------------------------------------------------------------------------


def test_a_dry_run_connects_nowhere_and_tells_all(audit, impostor):
    server = impostor()
    done = audit.run("--dry-run", *ports(server), "--domain", "home.example", "--resolver",
                     "192.0.2.53", "--smuggling", "--user", USER, "--to", USER, "--brute-force",
                     "2")
    assert done.returncode == 0 and server.connection_count == 0
    for words in ("connect to", "EHLO", "STARTTLS", "ClientHello: SSL 2.0", "AUTH PLAIN", "RCPT TO",
                  "VRFY", "DATA", "CRLF.LF", "DNS: TXT _dmarc.home.example"):
        assert words in done.stdout, words


def test_a_dry_run_leaves_out_no_command_that_a_real_one_says(audit, impostor):
    server = impostor(differ(mail_without_login=True, mail_in_clear=True))
    dry = audit.run("--dry-run", *ports(server), "--domain", "home.example").stdout
    audit_manners(audit, server)
    said = {line.split(b" ")[0].split(b":")[0].decode() for _, line in server.heard}
    told = {line[3:].split(" ")[0].split(":")[0] for line in dry.splitlines()
            if line.startswith("C: ")}
    # What answers a question of AUTH is base64.
    assert {word for word in said if word.isupper() and word != "*"} <= told | {"TEST"}


def test_421_behind_many_commands_ends_only_the_connection(audit, impostor):
    manners = differ(mail_without_login=True, commands_max=10, tells=("RCPT",),
                     local_users=("root",), takes=lambda self, mail, to:
                     '"@[' in to and to.endswith(f"@[{ADDRESS}]"))
    server = impostor(manners)
    report = audit.json(*ports(server), "--domain", "home.example", "--skip", "dns,sender")
    assert {"open-relay", "users-by-rcpt"} <= ids(report), report
    assert report["complete"] and not report["sent_away"] and report["failed_logins"] == 1


def test_421_time_and_again_ends_the_audit(audit, impostor):
    report = audit.json(*ports(impostor(differ(commands_max=6, mail_without_login=True))),
                        "--domain", "home.example", "--only", "relay,users")
    assert report["sent_away"] and report["connections"] < 20


def test_421_ends_the_audit(audit, impostor):
    server = impostor(differ(connections_max=4))
    names = Names()
    report = audit.json(*ports(server), "--resolver", names.address, status=75)
    names.stop()
    assert report["sent_away"] and not report["complete"]
    assert report["grade"] == "B"
    assert any("421" in gap["why"] for gap in report["gaps"])
    # Connections that were under way when it came are those of one batch.
    assert server.connection_count <= 4 + 3


def test_a_silent_port_gets_no_grade(audit):
    with stalled_listener() as listener:
        report = soon(12000, audit.json, "--port", listener.getsockname()[1], "--tls-port", 0,
                      status=69)
        assert report["grade"] is None
        assert any("no greeting" in gap["why"] for gap in report["gaps"])


def test_exit_codes(audit, impostor):
    assert audit.run("--port", free_port(), "--tls-port", free_port()).returncode == 69
    assert audit.run("--port", "x").returncode == 64
    assert audit.run("--only", "nonsense").returncode == 64
    assert audit.run("--smuggling").returncode == 64
    assert audit.run("--user", "a\r\nb").returncode == 64
    names = Names()
    assert audit.run("--resolver", names.address, host="nowhere.example").returncode == 68
    names.stop()
    server = impostor(MANNERS["version-shown"])
    options = [*ports(server), "--only", "leaks"]
    assert audit.run(*options).returncode == 0
    assert audit.run(*options, "--fail-on", "low").returncode == 1
    assert audit.run(*options, "--fail-on", "critical").returncode == 0


def test_text_of_a_server_cannot_steer_a_terminal(audit, impostor):
    server = impostor(differ(greeting="220 \x1b[2J mail \x07 Exim 4.9"))
    done = audit.run(*ports(server), "--only", "leaks", "--verbose")
    assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stdout + done.stderr


def test_json_fits_its_schema(audit, impostor):
    schema = json.loads((ROOT / "docs/audit.schema.json").read_text())
    for manners in (CLEAN, MANNERS["starttls-missing"], differ(connections_max=1)):
        jsonschema.validate(audit.json(*ports(impostor(manners)), "--only", "clear,leaks"), schema)
