# SPDX-License-Identifier: Apache-2.0
"""The doctor's dialog with servers that others have made: every mechanism, bulk, a message."""

import json
import os
import pathlib
import pwd
import subprocess

import pytest
from conftest import PASSWORD, USER

from support import exim
from support.dovecot import Dovecot
from support.postfix import Postfix
from support.process import Process
from support.scratch import ADDRESS, accepts_connections, free_port, wait_for

pytestmark = pytest.mark.xdist_group("dialog-peers")  # they share a Postfix and a Dovecot

MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]

_MAIN = """
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {socket}
smtpd_sasl_security_options = noanonymous
smtpd_sasl_tls_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_restrictions =
default_transport = discard:
smtpd_junk_command_limit = 20
"""

_EXIM = """
exim_path = {program}
spool_directory = {directory}/spool
log_file_path = {directory}/log/%s
primary_hostname = exim.example
disable_ipv6 = true
keep_environment =
trusted_users = root
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
acl_smtp_rcpt = accept
acl_smtp_data = accept
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1

begin routers
gone:
  driver = redirect
  data = :blackhole:
"""


@pytest.fixture(scope="module")
def postfix(session_scratch, certificate):
    directory = session_scratch / "dialog-postfix"
    directory.mkdir()
    dovecot = Dovecot(directory / "dovecot", {USER: PASSWORD},
                      mechanisms=" ".join(m.lower() for m in MECHANISMS)).start()
    port = free_port()
    main = _MAIN.format(certificate=certificate[0], key=certificate[1], socket=dovecot.auth_socket)
    server = Postfix(directory / "postfix", main, {port: []}).start()
    server.port = port
    yield server
    server.stop()
    dovecot.stop()


@pytest.fixture
def exim_server(scratch, certificate):
    assert exim.PROGRAM.exists(), "run tools/install-packages test: it unpacks Exim"
    for name in ("spool", "log"):
        (scratch / name).mkdir()
    key = scratch / "key.pem"
    key.write_bytes(pathlib.Path(certificate[1]).read_bytes())
    port = free_port()
    config = scratch / "exim.conf"
    config.write_text(_EXIM.format(program=exim.PROGRAM, directory=scratch, port=port,
                                   certificate=certificate[0], key=key))
    for path in (scratch, scratch / "spool", scratch / "log", key):
        os.chown(path, pwd.getpwnam("Debian-exim").pw_uid, -1)
    process = Process([exim.PROGRAM, "-C", config, "-bdf"], scratch / "exim.out")
    wait_for(lambda: accepts_connections(port), 20, "Exim")
    yield port
    process.stop()


@pytest.fixture
def check(build, authority, password_file):
    """check(port, *options): the answer in JSON."""
    def check(port, *options):
        result = subprocess.run(
            [build / "src/cli/sallyport", "check", f"localhost:{port}", "-4", "--json",
             "--ca-file", authority.certificate, *map(str, options)],
            capture_output=True, timeout=60, check=False, env={"PATH": os.environ["PATH"]})
        assert b"Sanitizer" not in result.stderr, result.stderr.decode()
        return json.loads(result.stdout)
    return check


def dialog_of(report):
    [probe] = [p for p in report["probes"] if not p["is_control"]]
    return probe["dialog"]


def ends_of(dialog):
    return {s["stage"]: s["end"] for s in dialog["stages"]}


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_postfix_is_logged_in_to_with_each_mechanism(check, postfix, password_file, mechanism):
    dialog = dialog_of(check(postfix.port, "--user", USER, "--password-file", password_file,
                             "--auth", mechanism))
    assert ends_of(dialog)["auth"] == "passed", dialog["stages"]
    assert dialog["mechanism"] == mechanism


def test_postfix_takes_a_message_and_names_it(check, postfix, password_file):
    dialog = dialog_of(check(postfix.port, "--user", USER, "--password-file", password_file,
                             "--to", "bob@example.net"))
    assert ends_of(dialog)["end"] == "passed", dialog["stages"]
    wait_for(lambda: f"{dialog['queue_id']}: to=<bob@example.net>" in postfix.log_text(),
             20, "delivery")


# Postfix counts NOOPs; Exim minds several at once.
def test_the_bulk_offends_nobody(check, postfix, exim_server):
    for port in (postfix.port, exim_server):
        dialog = dialog_of(check(port))
        assert ends_of(dialog)["quit"] == "passed", dialog["stages"]
        assert ends_of(dialog)["bulk"] == "passed"


def test_exim_takes_a_message_and_names_it(build, authority, exim_server, scratch):
    result = subprocess.run(
        [build / "src/cli/sallyport", "send", "-s", f"localhost:{exim_server}", "-4",
         "--ca-file", authority.certificate, "-f", "a@example.org", "--body", "x", "--json",
         "bob@example.net"],
        capture_output=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(scratch)})
    assert result.returncode == 0, result.stderr.decode()
    report = json.loads(result.stdout)
    assert f"{report['queue_id']} " in (scratch / "log/main").read_text()


# The last, and once: Dovecot takes its time with whoever was wrong.
def test_postfix_refuses_a_wrong_password_once(check, postfix, scratch):
    wrong = scratch / "wrong"
    wrong.write_text("wrong\n")
    before = postfix.log_text().count("authentication failed")
    dialog = dialog_of(check(postfix.port, "--user", USER, "--password-file", wrong))
    assert ends_of(dialog)["auth"] == "refused", dialog["stages"]
    # Its processes write their log through another one.
    wait_for(lambda: postfix.log_text().count("authentication failed") > before, 20, "the log")
    assert postfix.log_text().count("authentication failed") == before + 1
