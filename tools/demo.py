# SPDX-License-Identifier: Apache-2.0
"""The second half of ./demo: a server, a client and a receiver, and one message through all three."""

import argparse
import email.utils
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))

from aiosmtpd.controller import Controller  # noqa: E402

from support import scratch  # noqa: E402
from support.sallyport import Sallyport  # noqa: E402

ACCOUNT = "alice@example.com"
RECIPIENT = "bob@example.net"
WIDTH = 78


def heading(text):
    print(f"\n--- {text} " + "-" * max(0, WIDTH - 5 - len(text)), flush=True)


class Receiver:
    """aiosmtpd, as the mail server of the message's recipient."""

    def __init__(self):
        self.arrived = threading.Event()
        self.content = b""
        self.controller = Controller(self, hostname=scratch.ADDRESS, port=scratch.free_port())
        self.port = self.controller.port
        self.controller.start()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.content = envelope.original_content
        self.arrived.set()
        return "250 2.0.0 taken"


def can_bind(*ports):
    try:
        for port in ports:
            with scratch.socket.socket() as s:
                s.setsockopt(scratch.socket.SOL_SOCKET, scratch.socket.SO_REUSEADDR, 1)
                s.bind((scratch.ADDRESS, port))
    except OSError:
        return False
    return True


def choose_ports():
    for ports in ((587, 465), (1587, 1465)):
        if can_bind(*ports):
            return ports
        print(f"Ports {ports[0]} and {ports[1]} cannot be bound here; trying others.")
    return scratch.free_port(), scratch.free_port()


def make_message():
    lines = [
        f"From: Alice <{ACCOUNT}>",
        f"To: Bob <{RECIPIENT}>",
        "Subject: Through the sally port",
        f"Date: {email.utils.formatdate()}",
        f"Message-ID: {email.utils.make_msgid(domain='example.com')}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Hello Bob,",
        "",
        ".a line that begins with a dot, and one with nothing else:",
        ".",
        "Grüße aus der Ausfallpforte.",
        "",
    ]
    return "\r\n".join(lines).encode()


def send(server, authority, password, message):
    """With curl, which shows the dialogue. The password is not shown."""
    path = server.directory / "message.eml"
    path.write_bytes(message)
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--verbose", "--ssl-reqd", "--cacert",
         authority.certificate, "--user", f"{ACCOUNT}:{password}", "--login-options",
         "AUTH=PLAIN", "--mail-from", ACCOUNT, "--mail-rcpt", RECIPIENT, "--upload-file", path,
         f"smtp://localhost:{server.port}/client.example"],
        capture_output=True, text=True, errors="replace", timeout=60, check=False)
    for line in done.stderr.splitlines():
        if re.match(r"[<>] |\* SSL connection using|curl:", line):
            print(re.sub(r"(> (AUTH PLAIN )?)[A-Za-z0-9+/=]{20,}$", r"\1(user and password)", line))
    return done.returncode == 0


def is_unchanged(sent, delivered):
    """Nothing but trace header fields (RFC 5321 §4.4) before what was sent."""
    if not delivered.endswith(sent):
        return False
    trace = delivered[:len(delivered) - len(sent)]
    fields = re.sub(rb"\r\n[ \t]+", b" ", trace).split(b"\r\n")
    return fields[-1] == b"" and all(f.startswith((b"Received: ", b"Return-Path: "))
                                     for f in fields[:-1])


def show_settings(server, authority, password):
    heading("settings for a mail client")
    print(f"""\
server     localhost (this machine only; the certificate's authority is
           {authority.certificate})
port       {server.port} with STARTTLS, or {server.implicit_port} with TLS
user       {ACCOUNT}
password   {password}
Mail to any address goes to the receiver of this demo, and to nobody else.""", flush=True)


def run(server, receiver, authority):
    server.start()
    password = server.run("account", "add", "-c", server.config_file, "--generate",
                          ACCOUNT).stdout.split()[-1]
    print(f"sallyport {server.run('version').stdout.split()[-1]} listens on {server.port} "
          f"(STARTTLS) and {server.implicit_port} (TLS); account {ACCOUNT}.")
    message = make_message()
    heading("a message is submitted with curl")
    if not send(server, authority, password, message) or not receiver.arrived.wait(30):
        print(server.log_text())
        print("The message did NOT arrive.")
        return False, password
    heading("what aiosmtpd received")
    print(receiver.content.decode(errors="replace"))
    unchanged = is_unchanged(message, receiver.content)
    print("Unchanged but for the trace header." if unchanged else "It was CHANGED on the way.")
    heading("sallyport queue list")
    scratch.wait_for(lambda: server.queue_is_empty(), 20, "an empty queue")
    print(server.run("queue", "list", "-c", server.config_file).stdout.strip() or "(empty)")
    heading("the server's log")
    print(server.log_text().strip())
    return unchanged, password


def main():
    parser = argparse.ArgumentParser(prog="./demo", description=__doc__)
    parser.add_argument("--once", action="store_true",
                        help="end after the message; exit 0 only if it arrived as it was sent")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = scratch.make_directory("sallyport-demo-")
    authority = scratch.Authority(directory / "tls")
    receiver = Receiver()
    port, implicit_port = choose_ports()
    server = Sallyport(
        scratch.ROOT / "build-release", directory / "server", *authority.issue("localhost"),
        next_hops={"receiver": {"host": scratch.ADDRESS, "port": receiver.port, "tls": "none"}},
        port=port, implicit_port=implicit_port)
    ok = False
    try:
        ok, password = run(server, receiver, authority)
        show_settings(server, authority, password)
        if not once:
            print("\nUp until Ctrl-C. The log goes to", server.log, flush=True)
            while server.process.is_running():
                time.sleep(0.5)
            ok = False
    except KeyboardInterrupt:
        print("\nStopping.")
    finally:
        server.stop()
        receiver.controller.stop()
        scratch.remove_directory(directory)
    sys.exit(0 if ok else 1)


main()
