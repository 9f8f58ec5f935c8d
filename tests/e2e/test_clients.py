# SPDX-License-Identifier: Apache-2.0
"""Real mail clients submit through STARTTLS and through TLS from the first octet."""

import email
import email.policy
import os
import pathlib
import re
import smtplib
import subprocess

import pytest
from conftest import PASSWORD, USER, Starter, hop
from messages import RECIPIENT, SENDER, make, trace_of

from support import scratch as scratch_module
from support.postfix import Postfix
from support.receiver import Receiver
from support.wire import trusting_context

HERE = pathlib.Path(__file__).resolve().parent
BODY = "Grüße\r\n.\r\n..two dots\r\n.dot\r\nThe end.\r\n"


@pytest.fixture(scope="module")
def house(build, session_scratch, certificate):
    """One server for all clients, and the receiver behind it."""
    receiver = Receiver().start()
    starter = Starter(build, session_scratch / "clients", certificate)
    yield starter(hop_to(receiver)), receiver
    starter.stop_all()
    receiver.stop()


def hop_to(receiver):
    return {"receiver": hop(receiver.port)}


@pytest.fixture
def server(house):
    return house[0]


@pytest.fixture
def inbox(house):
    """The receiver, emptied."""
    house[1].messages.clear()
    return house[1]


@pytest.fixture(params=["starttls", "implicit"])
def tls(request):
    return request.param


def port_of(server, tls):
    return server.port if tls == "starttls" else server.implicit_port


def run(argv, message=None, **keywords):
    done = subprocess.run([str(a) for a in argv], input=message, capture_output=True, timeout=60,
                          check=False, **keywords)
    assert done.returncode == 0, f"{argv[0]}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def check_arrived(inbox, sent, tls_words="ESMTPSA"):
    received = inbox.wait_one()
    assert received.sender == SENDER
    assert received.recipients == [RECIPIENT]
    trace = trace_of(sent, received.content)
    assert trace[0].startswith("Received: from ")
    assert f"with {tls_words}" in trace[0]
    return received


def check_composed(inbox, subject, text):
    """For clients that make the message themselves."""
    received = inbox.wait_one()
    message = email.message_from_bytes(received.content, policy=email.policy.default)
    assert (received.sender, received.recipients) == (SENDER, [RECIPIENT])
    assert message["Subject"] == subject
    assert message.get_content().replace("\r\n", "\n").strip() == text
    assert "with ESMTPSA" in message["Received"]


def test_curl(server, inbox, tls, authority, scratch):
    message = scratch / "message"
    message.write_bytes(make("curl", BODY))
    scheme = "smtp" if tls == "starttls" else "smtps"
    run(["curl", "-sS", "--ssl-reqd", "--cacert", authority.certificate, "--user",
         f"{USER}:{PASSWORD}", "--mail-from", SENDER, "--mail-rcpt", RECIPIENT,
         "--upload-file", message, f"{scheme}://localhost:{port_of(server, tls)}"])
    check_arrived(inbox, message.read_bytes())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks(server, inbox, tls, authority, scratch, mechanism):
    message = scratch / "message"
    sent = make(f"swaks {mechanism}", "Hello.\r\n")
    message.write_bytes(sent[:-2])  # swaks ends the last line itself
    run(["swaks", "--server", "localhost", "--port", port_of(server, tls),
         "--tls" if tls == "starttls" else "--tls-on-connect", "--tls-verify", "--tls-ca-path",
         authority.certificate, "--auth", mechanism, "--auth-user", USER, "--auth-password",
         PASSWORD, "--from", SENDER, "--to", RECIPIENT, "--data", f"@{message}"])
    check_arrived(inbox, sent)


@pytest.mark.parametrize("mechanism", ["plain", "login"])
def test_msmtp(server, inbox, tls, authority, password_file, mechanism):
    message = make(f"msmtp {mechanism}", BODY)
    run(["msmtp", "--file=/dev/null", "--host=localhost", f"--port={port_of(server, tls)}",
         "--tls=on", f"--tls-starttls={'on' if tls == 'starttls' else 'off'}",
         f"--tls-trust-file={authority.certificate}", f"--auth={mechanism}", f"--user={USER}",
         f"--passwordeval=cat {password_file}", f"--from={SENDER}", RECIPIENT],
        message.replace(b"\r\n", b"\n"))
    check_arrived(inbox, message)


def test_smtplib(server, inbox, tls, authority):
    message = make("smtplib", BODY)
    context = trusting_context(authority)
    if tls == "starttls":
        client = smtplib.SMTP("localhost", server.port, timeout=30)
        client.starttls(context=context)
    else:
        client = smtplib.SMTP_SSL("localhost", server.implicit_port, timeout=30, context=context)
    with client:
        client.login(USER, PASSWORD)
        assert client.sendmail(SENDER, [RECIPIENT], message, ["BODY=8BITMIME"]) == {}
    check_arrived(inbox, message)


def test_s_nail(server, inbox, tls, authority):
    scheme = "submission" if tls == "starttls" else "submissions"
    user = USER.replace("@", "%40")
    password = PASSWORD.replace(" ", "%20")
    run(["s-nail", "-:/", "-S", "v15-compat", "-S", "nosave", "-S",
         "smtp-use-starttls", "-S", "tls-ca-no-defaults", "-S",
         f"tls-ca-file={authority.certificate}", "-S", "tls-verify=strict", "-S",
         "smtp-auth=plain", "-S", f"from={SENDER}", "-S",
         f"mta={scheme}://{user}:{password}@localhost:{port_of(server, tls)}",
         "-s", "s-nail", RECIPIENT], b"Hello from s-nail.\n")
    check_composed(inbox, "s-nail", "Hello from s-nail.")


def test_nodemailer(server, inbox, tls, authority):
    settings = {"NODE_PATH": "/usr/share/nodejs", "HOST": "localhost", "CA": authority.certificate,
                "PORT": port_of(server, tls), "SECURE": int(tls == "implicit"), "LOGIN": USER,
                "PASSWORD": PASSWORD, "SENDER": SENDER, "RECIPIENT": RECIPIENT}
    run(["node", HERE / "nodemailer.js"],
        env={**os.environ, **{k: str(v) for k, v in settings.items()}})
    check_composed(inbox, "nodemailer", "Hello from nodemailer.")


def test_postfix(server, inbox, tls, authority):
    directory = scratch_module.make_directory("sallyport-test-postfix-")
    wrapper = "no" if tls == "starttls" else "yes"
    relay = f"[localhost]:{port_of(server, tls)}"
    (directory / "passwords").write_text(f"{relay} {USER}:{PASSWORD}\n")
    postfix = Postfix(directory / "postfix", f"""
relayhost = {relay}
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:{directory}/passwords
smtp_sasl_security_options = noanonymous
smtp_tls_security_level = verify
smtp_tls_verify_cert_match = hostname
smtp_tls_wrappermode = {wrapper}
smtp_tls_CAfile = {authority.certificate}
""")
    message = make("Postfix", BODY)
    try:
        postfix.start().submit(SENDER, RECIPIENT, message.replace(b"\r\n", b"\n"))
        received = inbox.wait_one()
    finally:
        log = postfix.log_text()
        print(log)
        postfix.stop()
        scratch_module.remove_directory(directory)
    trace = trace_of(message, received.content)
    assert len(trace) == 2 and "with ESMTPSA" in trace[0], trace
    assert re.search(r"status=sent \(250 2\.0\.0 ", log), log


def test_several_messages_on_one_connection(server, inbox, authority):
    context = trusting_context(authority)
    with smtplib.SMTP("localhost", server.port, timeout=30) as client:
        client.starttls(context=context)
        client.login(USER, PASSWORD)
        for i in range(20):
            client.sendmail(SENDER, [RECIPIENT], make(f"message {i}"))
    found = sorted(re.search(rb"message (\d+)", m.content)[1] for m in inbox.wait(20))
    assert found == sorted(str(i).encode() for i in range(20))


def test_a_client_that_checks_the_wrong_name_does_not_log_in(server, inbox, authority):
    context = trusting_context(authority)
    with smtplib.SMTP("localhost", server.port, timeout=30) as client:
        client._host = "other.example"  # what starttls() verifies
        with pytest.raises(Exception, match="(?i)hostname mismatch"):
            client.starttls(context=context)
    assert inbox.messages == []
