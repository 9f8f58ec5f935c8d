# SPDX-License-Identifier: Apache-2.0
"""Real mail clients submit through STARTTLS and through TLS from the first octet."""

import random
import smtplib

import pytest
from clients import CLIENTS, Way
from conftest import PASSWORD, USER, Starter, hop
from letter import Letter, check_letter
from messages import RECIPIENT, SENDER, make, trace_of

from support import scratch as scratch_module
from support.receiver import Receiver
from support.scratch import wait_for
from support.tap import Tap
from support.wire import trusting_context

pytestmark = pytest.mark.xdist_group("clients")  # some are daemons, which start slowly

# What raw UTF-8 in addresses and header fields is tried with (RFC 6531), by clients that can.
UTF8 = Letter(to=(("Jürgen Müller", "jürgen@example.net"), ("王小明", "小明@example.net")))


@pytest.fixture(scope="module")
def house(build, session_scratch, certificate):
    """One server for all clients, and the receiver behind it."""
    receiver = Receiver(enable_SMTPUTF8=True).start()
    starter = Starter(build, session_scratch / "clients", certificate)
    yield starter({"receiver": hop(receiver.port)}), receiver
    starter.stop_all()
    receiver.stop()


@pytest.fixture
def server(house):
    return house[0]


@pytest.fixture
def inbox(house):
    """The receiver, emptied."""
    house[1].messages.clear()
    return house[1]


@pytest.fixture(scope="module")
def clients(house, authority):
    """clients(name, tls): each is started when first asked for. port: None for the server's."""
    server = house[0]
    directory = scratch_module.make_directory("sallyport-test-")
    made = {}

    def client(name, tls, port=None):
        port = port or (server.port if tls == "starttls" else server.implicit_port)
        if (name, port) not in made:
            way = Way(port, tls, authority.certificate, USER, PASSWORD)
            made[name, port] = CLIENTS[name](way, directory / str(len(made))).start()
        return made[name, port]

    yield client
    for c in made.values():
        c.stop()
    scratch_module.remove_directory(directory)


@pytest.fixture(scope="module")
def tap(house, certificate):
    """Hears what clients say that use TLS from the first octet."""
    tap = Tap(house[0].implicit_port, *certificate).start()
    yield tap
    tap.stop()


@pytest.fixture(scope="module")
def large_file(session_scratch):
    """4 MB in which every octet occurs, as no text does."""
    path = session_scratch / "large.bin"
    path.write_bytes(random.Random(1).randbytes(4_000_000))
    return path


def submit(client, inbox, letter, **options):
    """What arrived, when all recipients have it."""
    outcome = client.send(letter, **options)
    assert outcome.ok, outcome.words
    wait_for(lambda: sum(len(m.recipients) for m in inbox.messages) >= len(letter.recipients),
             30, f"all recipients; the client said:\n{outcome.words}")
    if client.is_verbatim and not letter.tells_bcc:
        for copy in inbox.messages:
            trace_of(letter.as_bytes(options.get("utf8", False)), copy.content)
    return inbox.messages


both_kinds_of_tls = pytest.mark.parametrize("tls", ["starttls", "implicit"])
every_client = pytest.mark.parametrize("name", CLIENTS)


@both_kinds_of_tls
@every_client
def test_people_with_names_in_many_scripts_get_a_letter(clients, inbox, name, tls):
    letter = Letter()
    check_letter(letter, submit(clients(name, tls), inbox, letter))


@both_kinds_of_tls
@every_client
def test_an_attachment_of_some_megabytes_arrives_as_it_was(clients, inbox, large_file, name, tls):
    letter = Letter(attachment=large_file)
    check_letter(letter, submit(clients(name, tls), inbox, letter))


@pytest.mark.parametrize("name", ["curl", "swaks", "smtplib", "Net::SMTP"])
def test_a_bcc_field_that_the_client_left_in_is_taken_out(clients, inbox, name):
    letter = Letter(tells_bcc=True)
    check_letter(letter, submit(clients(name, "starttls"), inbox, letter))


@both_kinds_of_tls
@pytest.mark.parametrize("name, mechanism", [("swaks", "LOGIN"), ("msmtp", "login")])
def test_a_client_logs_in_with_the_older_mechanism(clients, inbox, name, mechanism, tls):
    letter = Letter()
    check_letter(letter, submit(clients(name, tls), inbox, letter, mechanism=mechanism))


@both_kinds_of_tls
@pytest.mark.parametrize("name", ["curl", "smtplib", "nodemailer", "Net::SMTP", "Postfix"])
def test_addresses_and_header_fields_are_in_utf8_as_they_are(clients, inbox, name, tls):
    check_letter(UTF8, submit(clients(name, tls), inbox, UTF8, utf8=True), "UTF8SMTPSA")


@pytest.mark.parametrize("name, options, turn", [
    ("swaks", {"pipeline": True}, r"MAIL.*\r\n(RCPT.*\r\n)+DATA\r\n"),
    ("msmtp", {}, r"(RCPT.*\r\n)+DATA\r\n"),
    ("nodemailer", {}, r"(RCPT.*\r\n){2}"),
    ("Postfix", {}, r"MAIL.*\r\n(RCPT.*\r\n)+DATA\r\n"),
    ("Exim", {}, r"MAIL.*\r\n(RCPT.*\r\n)+"),
], ids=["swaks", "msmtp", "nodemailer", "Postfix", "Exim"])
def test_a_client_that_pipelines_is_understood(clients, tap, inbox, name, options, turn):
    tap.turns.clear()
    letter = Letter()
    check_letter(letter, submit(clients(name, "implicit", tap.port), inbox, letter, **options))
    assert tap.client_turns(turn), tap.turns


@pytest.mark.parametrize("name, options, command", [
    ("Exim", {}, r"BDAT [0-9]+ LAST\r\n"),
    ("Net::SMTP", {"chunking": True}, r"BDAT 99999\r\n"),
], ids=["Exim", "Net::SMTP"])
def test_a_client_that_sends_chunks_is_understood(clients, tap, inbox, large_file, name, options,
                                                  command):
    tap.turns.clear()
    letter = Letter(attachment=large_file)
    check_letter(letter, submit(clients(name, "implicit", tap.port), inbox, letter, **options))
    assert tap.client_turns(command)
    assert not tap.client_turns("DATA\r\n")


def test_several_messages_on_one_connection(server, inbox, authority):
    context = trusting_context(authority)
    with smtplib.SMTP("localhost", server.port, timeout=30) as client:
        client.starttls(context=context)
        client.login(USER, PASSWORD)
        for i in range(20):
            client.sendmail(SENDER, [RECIPIENT], make(message_id=f"{i}@example.com"))
    found = sorted(m.content.split(b"Message-ID: <")[1].split(b"@")[0] for m in inbox.wait(20))
    assert found == sorted(str(i).encode() for i in range(20))


def test_a_client_that_checks_the_wrong_name_does_not_log_in(server, inbox, authority):
    context = trusting_context(authority)
    with smtplib.SMTP("localhost", server.port, timeout=30) as client:
        client._host = "other.example"  # what starttls() verifies
        with pytest.raises(Exception, match="(?i)hostname mismatch"):
            client.starttls(context=context)
    assert inbox.messages == []
