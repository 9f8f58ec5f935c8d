# SPDX-License-Identifier: Apache-2.0
"""Start, reload, stop, and what the administrator sees of it."""

import os
import re
import signal
import socket
import ssl
import threading

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make

from support.scratch import ADDRESS, wait_for
from support.wire import Wire, insecure_context


def logged_in(server):
    return Wire(server.port).login(USER, PASSWORD)


def submit(server, message):
    with logged_in(server) as client:
        client.envelope(SENDER, RECIPIENT)
        assert client.text(message).startswith("250")


def certificate_of(server):
    """Of the certificate that a new connection gets."""
    with socket.create_connection((ADDRESS, server.implicit_port), 20) as plain, \
            insecure_context().wrap_socket(plain) as tls:
        return tls.getpeercert(binary_form=True)


def reload(server):
    def count():
        return len(server.events("reloaded")) + len(server.events("reload-failed"))

    before = count()
    server.reload()
    wait_for(lambda: count() > before, 20, "the end of the reload")


# ---- reload --------------------------------------------------------------------------------------


# RFC 5321 §4.5.4.2.
def test_a_reload_drops_no_connection(start, receiver):
    server = start({"out": hop(receiver.port)})
    with logged_in(server) as client:
        client.envelope(SENDER, RECIPIENT)
        client.send(make())
        reload(server)
        assert server.events("reloaded")
        assert client.text(b"The end.\r\n").startswith("250")
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make("after the reload")).startswith("250")
    assert len(receiver.wait(2)) == 2


def test_a_bad_config_is_refused_and_the_old_one_stays(start, receiver):
    server = start({"out": hop(receiver.port)})
    text = server.config_file.read_text()
    server.config_file.write_text(text + 'limitz { message_size = 1 }\n')
    line = text.count("\n") + 1
    with logged_in(server) as client:
        reload(server)
        assert server.events("reload-failed")
        assert f"{server.config_file}:{line}" in server.log_text()
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make()).startswith("250")
    submit(server, make("on a new connection"))
    receiver.wait(2)


def test_a_reload_changes_the_next_hop_and_the_limits(start, receiver):
    # Nobody is at this address: 192.0.2.0/24 would be a network; a closed port is enough.
    server = start({"out": hop(1)}, queue={"retry_min": "200ms", "retry_max": "500ms"})
    submit(server, make())
    wait_for(lambda: server.queue() and server.queue_attempts() >= 1, 30, "an attempt")
    server.next_hops["out"] = hop(receiver.port)
    server.config["limits"] = {"message_size": 70000}
    server.write_config()
    reload(server)
    receiver.wait_one()
    with logged_in(server) as client:
        assert re.search(r"SIZE 70000$", client.ehlo(), re.M)


def test_a_reload_brings_a_new_certificate(start, receiver, authority):
    server = start({"out": hop(receiver.port)})
    before = certificate_of(server)
    with logged_in(server) as client:
        server.certificate, server.key = authority.issue("localhost", "renewed")
        server.write_config()
        reload(server)
        assert certificate_of(server) != before
        assert client.command("NOOP").startswith("250")
    submit(server, make())
    receiver.wait_one()


class Handshakes(threading.Thread):
    """One full handshake after the other, on one port; a failed one ends it."""

    def __init__(self, server, port_name, version):
        super().__init__(daemon=True)
        self.port = getattr(server, port_name)
        self.is_implicit = port_name == "implicit_port"
        self.context = insecure_context()
        self.context.minimum_version = self.context.maximum_version = version
        self.is_over, self.failure, self.count, self.certificate = False, None, 0, None

    def run(self):
        try:
            while not self.is_over:
                with Wire(self.port, self.is_implicit, self.context) as client:
                    if not self.is_implicit:
                        client.starttls()
                    self.certificate = client.socket.getpeercert(binary_form=True)
                    self.count += 1
        except (AssertionError, OSError) as failure:
            self.failure = failure

    def has_seen(self, certificate):
        assert self.failure is None, f"{self.failure} after {self.count} handshakes"
        return self.certificate == certificate


def test_no_handshake_fails_while_reloads_bring_new_keys(start, authority):
    server = start({"out": hop(1)}, limits={"connections_per_address": 100})
    pairs = [authority.issue("localhost", f"key{i}", rsa=i % 2 == 0) for i in range(6)]
    clients = [Handshakes(server, port, version) for port in ("port", "implicit_port")
               for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]
    with Wire(server.port) as early:
        for client in clients:
            client.start()
        for server.certificate, server.key in pairs:
            server.write_config()
            reload(server)
            new = ssl.PEM_cert_to_DER_cert(server.certificate.read_text())
            assert certificate_of(server) == new
            # Auth keeps two keys: none may begin before this reload and end after the next.
            wait_for(lambda new=new: all(c.has_seen(new) for c in clients), 60, "handshakes")
        # It came before six reloads, and begins its handshake after them.
        early.starttls()
        assert early.socket.getpeercert(binary_form=True) == new
    for client in clients:
        client.is_over = True
    for client in clients:
        client.join(60)
        assert client.failure is None
    assert not server.events("sign-failed") and not server.events("tls-signature-failed")


def test_a_key_that_does_not_fit_is_refused_at_reload(start, receiver, authority):
    server = start({"out": hop(receiver.port)})
    before = certificate_of(server)
    server.key = authority.issue("localhost", "unfit")[1]
    server.write_config()
    reload(server)
    assert certificate_of(server) == before
    submit(server, make())
    receiver.wait_one()


# ---- stop ----------------------------------------------------------------------------------------


def test_sigterm_finishes_a_transaction_in_flight(start, receiver):
    server = start({"out": hop(receiver.port)})
    with logged_in(server) as client, logged_in(server) as idle:
        client.envelope(SENDER, RECIPIENT)
        client.send(make())
        server.process.signal(signal.SIGTERM)
        assert idle.reply().startswith("421 4.3.2")
        assert client.text(b"The end.\r\n").startswith("250")
        assert client.reply().startswith("421 4.3.2")
    assert server.process.wait(30) == 0
    # It was delivered before the end, or is after the next start.
    if not receiver.messages:
        server.start()
    assert receiver.wait_one().content.endswith(b"The end.\r\n")


def test_sigterm_does_not_wait_for_ever(start, receiver):
    server = start({"out": hop(receiver.port)}, timeouts={"shutdown": "1s"})
    with logged_in(server) as client:
        client.envelope(SENDER, RECIPIENT)
        client.send(b"Subject: never ends\r\n")
        server.process.signal(signal.SIGTERM)
        assert server.process.wait(20) == 0


def test_it_tells_systemd_that_it_reloads_and_stops(start, receiver):
    server = start({"out": hop(receiver.port)})
    reload(server)
    assert server.stop() == 0
    assert server.notifications() == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


# ---- processes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["submission", "auth", "queue", "delivery"])
def test_a_child_that_is_killed_comes_back(start, receiver, role):
    server = start({"out": hop(receiver.port)})
    submit(server, make("before"))
    receiver.wait(1)
    old = server.children(role)
    assert old
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(server.children(role)) == len(old) and
             not set(old) & set(server.children(role)), 30, f"new {role} processes")

    def submits():
        try:
            submit(server, make("after"))
            return True
        except (AssertionError, OSError):
            return False

    wait_for(submits, 30, "a message taken again")
    wait_for(lambda: any(b"after" in m.content for m in receiver.messages), 30, "its delivery")


def test_each_role_is_its_own_process_under_its_own_user(start, receiver):
    server = start({"out": hop(receiver.port)}, submission_processes=2, delivery_processes=2)
    counts = {role: len(server.children(role))
              for role in ("submission", "auth", "queue", "delivery")}
    assert counts == {"submission": 2, "auth": 1, "queue": 1, "delivery": 2}
    owners = {}
    for role in counts:
        for pid in server.children(role):
            status = open(f"/proc/{pid}/status", encoding="ascii").read()
            owners.setdefault(role, set()).add(re.search(r"Uid:\s+(\d+)\s+(\d+)", status).groups())
            assert re.search(r"NoNewPrivs:\s+1", status)
            assert re.search(r"Seccomp:\s+2", status)
            assert re.search(r"CapEff:\s+0+$", status, re.M)
    uids = [next(iter(o)) for o in owners.values()]
    assert all(len(o) == 1 for o in owners.values())
    assert len(set(uids)) == 4 and ("0", "0") not in uids, owners


def test_no_private_key_in_the_process_that_faces_the_network(start, receiver):
    server = start({"out": hop(receiver.port)})
    for pid in server.children("submission"):
        names = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        assert not [n for n in names if n.endswith((".key", ".pem", ".db"))], names


# ---- log and commands ----------------------------------------------------------------------------


# RFC 6409 §5.2, RFC 8314 §4.
def test_a_message_can_be_followed_through_the_log(start, receiver):
    server = start({"out": hop(receiver.port)}, log_level="info")
    submit(server, make())
    receiver.wait_one()
    wait_for(server.queue_is_empty, 30)
    message = server.last_event("message-queued")["message"]

    def lines():
        return [e for e in server.events() if e.get("message") == message]
    wait_for(lambda: len(lines()) >= 2, 20, "a line of its delivery")
    assert any(RECIPIENT in str(e) for e in lines())
    assert len(server.events("message-queued")) == 1
    assert PASSWORD not in server.log_text()


def test_every_line_of_the_log_is_key_value(start, receiver):
    server = start({"out": hop(receiver.port)})
    submit(server, make())
    receiver.wait_one()
    for line in server.log_lines():
        assert re.match(r'time=\S+ level=(debug|info|warning|error) role=\S+ event=\S+', line), line


def test_config_check_says_where_and_what(start, receiver):
    server = start({"out": hop(receiver.port)}, start=False)
    assert server.run("config", "check", "-c", server.config_file).returncode == 0
    text = server.config_file.read_text()
    server.config_file.write_text(text.replace('"starttls"', '"startls"'))
    line = text[:text.index('"starttls"')].count("\n") + 1
    done = server.run("config", "check", "-c", server.config_file, check=False)
    assert done.returncode != 0
    assert f"{server.config_file}:{line}: " in done.stderr
    assert "starttls" in done.stderr


def test_a_server_with_a_bad_config_does_not_start(start, receiver):
    server = start({"out": hop(receiver.port)}, start=False)
    server.config_file.write_text("hostname = \n")
    with pytest.raises(RuntimeError):
        server.start()
    assert str(server.config_file) in server.log_text()
    assert server.process.child.returncode == os.EX_CONFIG


def test_a_port_in_use_is_told_by_name(start, receiver):
    server = start({"out": hop(receiver.port)}, start=False)
    with socket.socket() as s:
        s.bind((ADDRESS, server.port))
        s.listen()
        with pytest.raises(RuntimeError):
            server.start()
    assert str(server.port) in server.log_text()


def test_version(start, receiver):
    server = start({"out": hop(receiver.port)}, start=False)
    assert re.search(r"\d+\.\d+\.\d+", server.run("version").stdout)
