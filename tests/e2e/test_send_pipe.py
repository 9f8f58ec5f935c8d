# SPDX-License-Identifier: Apache-2.0
"""`sallyport sendmail -bs`: SMTP on a pipe, before real servers and for real clients."""

import contextlib
import email.message
import os
import smtplib
import socket
import subprocess
import threading

import pytest
from conftest import PASSWORD, USER, hop
from test_send import SANITIZER, check_clean, config, run  # noqa: F401  (fixtures)

from support.peer import Peer
from support.postfix import Postfix
from support.receiver import Receiver
from support.scratch import ADDRESS, close_listener, free_port, wait_for

MAIL = "MAIL FROM:<a@example.org>\r\n"
TEXT = "From: a@example.org\r\nSubject: s\r\n\r\n..x\r\n.\r\n"


def rcpt(*names):
    return "".join(f"RCPT TO:<{name}@example.net>\r\n" for name in names)


class PipeClient(smtplib.SMTP):
    """smtplib with a program at the other end of a socket pair."""

    def __init__(self, argv, environment):
        self.argv, self.environment = argv, environment
        super().__init__("pipe", 25, local_hostname="client.example", timeout=60)

    def _get_socket(self, _host, _port, timeout):
        ours, theirs = socket.socketpair()
        ours.settimeout(timeout)
        with theirs:
            self.program = subprocess.Popen(self.argv, stdin=theirs, stdout=theirs,
                                            stderr=subprocess.PIPE, env=self.environment)
        return ours

    def leave(self):
        """Says QUIT; what the program has written to standard error."""
        self.quit()
        errors = self.program.communicate(timeout=30)[1]
        assert self.program.returncode == 0, errors.decode()
        return errors


@pytest.fixture
def environment(scratch):
    return {"PATH": os.environ["PATH"], "HOME": str(scratch), **SANITIZER}


@pytest.fixture
def argv(build, config):  # noqa: F811
    """argv(port, ...): of sendmail -bs with these settings."""
    return lambda *words, **keys: [str(build / "src/cli/sallyport"), "sendmail", "-C",
                                   str(config(*words, **keys)), "-bs"]


@pytest.fixture
def client(argv, environment):
    clients = []

    def start(*words, **keys):
        clients.append(PipeClient(argv(*words, **keys), environment))
        return clients[-1]
    yield start
    for one in clients:
        one.close()
        if one.program.poll() is None:
            one.program.kill()
            one.program.communicate()


@pytest.fixture
def talk(run, config):  # noqa: F811
    """talk(port, dialog): the replies, a line each, without those to EHLO and the banner."""
    def talk(port, dialog):
        result = run("sendmail", "-C", config(port), "-bs", text=f"EHLO me\r\n{dialog}")
        check_clean(result)
        assert result.returncode == 0, result.stderr.decode()
        assert result.stdout.count(b"\n") == result.stdout.count(b"\r\n")
        lines = result.stdout.decode().splitlines()
        ehlo_end = next(i for i, line in enumerate(lines) if line.startswith("250 "))
        return lines[ehlo_end + 1:]
    return talk


def codes(replies):
    return [line[:3] for line in replies if line[3] == " "]


class Script:
    """A server that plays serve(file, number) to each connection, from the banner on."""

    def __init__(self, serve):
        self.listener = socket.create_server((ADDRESS, 0))
        self.port = self.listener.getsockname()[1]
        self.count = 0
        self.heard = []
        self.serve = serve
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.count += 1
                with connection, contextlib.suppress(OSError), connection.makefile("rwb", 0) as file:
                    self.serve(file, self.count, self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close_listener(self.listener, self.thread)


def play(file, script, *replies):
    """A reply to each line, then no more; None: 250."""
    file.write(b"220 script.example ESMTP\r\n")
    in_text = False
    for reply in replies:
        while line := file.readline():
            script.heard.append(line.decode().strip())
            if not in_text or line == b".\r\n":
                break
        in_text = reply is not None and reply.startswith("354")
        file.write((reply or "250 2.0.0 fine").encode() + b"\r\n")


TAKEN = [None, None, None, "354 go", None]  # EHLO, MAIL, RCPT, DATA, the message


# ---- the answers ---------------------------------------------------------------------------------


def test_each_recipient_has_the_servers_own_answer(talk, receiver):
    receiver.replies["gone@example.net"] = ["550-5.1.1 No such user\r\n550 5.1.1 see http://x.example"]
    receiver.replies["full@example.net"] = ["452 Mailbox full"]
    replies = talk(receiver.port,
                   MAIL + rcpt("gone", "bob", "full", "carol") + "DATA\r\n" + TEXT + "QUIT\r\n")
    assert replies[1:5] == ["550 5.1.1 No such user see http://x.example", "250 2.1.5 ok",
                            "452 4.0.0 Mailbox full", "250 2.1.5 ok"]
    assert codes(replies) == ["250", "550", "250", "452", "250", "354", "250", "221"]
    assert replies[6] == "250 2.0.0 taken"
    (message,) = receiver.messages
    assert message.recipients == ["bob@example.net", "carol@example.net"]
    assert message.content.endswith(b"\r\n\r\n.x\r\n")
    assert receiver.attempts == [f"{n}@example.net" for n in ("gone", "bob", "full", "carol")]


def test_the_text_is_asked_for_only_when_somebody_is_to_have_it(talk, receiver):
    receiver.replies["gone@example.net"] = ["550 5.1.1 No such user"]
    replies = talk(receiver.port, MAIL + rcpt("gone") + "DATA\r\n" + rcpt("gone", "bob")
                   + "DATA\r\n" + TEXT + "QUIT\r\n")
    assert codes(replies) == ["250", "550", "554", "550", "250", "354", "250", "221"]
    assert [m.recipients for m in receiver.messages] == [["bob@example.net"]]


def test_several_messages_go_over_one_connection(talk):
    peer = Peer("PIPELINING", "8BITMIME", "SIZE 99999999")
    one = "MAIL FROM:<{}@example.org> SIZE=42\r\n" + rcpt("bob")
    try:
        replies = talk(peer.port, one.format("a") + "RSET\r\n" + one.format("b") + "DATA\r\n"
                       + TEXT + one.format("c") + "EHLO again\r\n" + one.format("d") + "DATA\r\n"
                       + TEXT + "QUIT\r\n")
    finally:
        peer.stop()
    assert codes(replies) == ["250", "250", "250", "250", "250", "354", "250", "250", "250", "250",
                              "250", "250", "354", "250", "221"]
    assert peer.connection_count == 1
    assert [(t.mail[11:12], t.is_complete) for t in peer.transactions] == [
        ("a", False), ("b", True), ("c", False), ("d", True)]
    assert all("SIZE=42" in t.mail and "BODY=8BITMIME" in t.mail for t in peer.transactions)


def test_what_is_written_at_once_is_answered_in_order(talk, receiver):
    """More than one read of it, and more replies than wait at a time."""
    names = [f"r{i}" for i in range(3000)]
    for name in names[::3]:
        receiver.replies[f"{name}@example.net"] = [f"550 5.1.1 not {name}"]
    replies = talk(receiver.port, MAIL + rcpt(*names) + "DATA\r\n" + TEXT + "NOOP\r\nQUIT\r\n")
    assert len(replies) == 3005
    assert replies[1:3001] == ["250 2.1.5 ok" if i % 3 else f"550 5.1.1 not r{i}"
                               for i in range(3000)]
    assert codes(replies[3001:]) == ["354", "250", "250", "221"]
    assert len(receiver.messages[0].recipients) == 2000


def test_a_refusal_of_the_sender_leaves_room_for_another(talk):
    with Script(lambda f, _, s: play(f, s, None, "553 5.7.1 Not yours", *TAKEN[1:], "221 bye")) as s:
        replies = talk(s.port, MAIL + rcpt("bob") + MAIL + rcpt("bob") + "DATA\r\n" + TEXT
                       + "QUIT\r\n")
    assert replies[0] == "553 5.7.1 Not yours"
    assert codes(replies) == ["553", "503", "250", "250", "354", "250", "221"]
    assert s.heard[-1] == "QUIT" and s.count == 1


@pytest.mark.parametrize("to_data, to_text, said", [
    ("451 4.3.2 Not now", None, "451 4.3.2 Not now"),
    ("354 go", "554 5.7.1 Spam, see http://x.example", "554 5.7.1 Spam, see http://x.example"),
    ("354 go", "250 queued as 17", "250 2.0.0 queued as 17"),
])
def test_what_is_said_to_the_message_is_the_answer_to_its_end(talk, to_data, to_text, said):
    rest = [to_text] if to_text else []
    with Script(lambda f, _, s: play(f, s, *TAKEN[:3], to_data, *rest, "221 bye")) as s:
        replies = talk(s.port, MAIL + rcpt("bob") + "DATA\r\n" + TEXT + "QUIT\r\n")
    assert codes(replies)[:3] == ["250", "250", "354"] and replies[3] == said
    assert s.heard[-1] == "QUIT"


# ---- lines ---------------------------------------------------------------------------------------


def test_dots_and_line_ends_come_through_as_they_were_meant(talk, receiver):
    """An LF is taken for a line end, as in a file; behind it a dot is text, and ends nothing."""
    text = "From: a@example.org\r\n\r\n..\r\n...a\r\nb.\r\nunix\n.dot\n\r\nend\r\n.\r\n"
    assert codes(talk(receiver.port, MAIL + rcpt("bob") + "DATA\r\n" + text))[3] == "250"
    assert receiver.messages[0].content.endswith(
        b"\r\n\r\n.\r\n..a\r\nb.\r\nunix\r\n.dot\r\n\r\nend\r\n")


@pytest.mark.parametrize("end", ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n"])
def test_only_one_thing_ends_a_text(talk, receiver, end):
    """What another server would take for an end has no second message behind it."""
    smuggled = f"{MAIL}{rcpt('eve')}DATA\r\nFrom: e@example.org\r\n\r\nevil\r\n.\r\n"
    text = f"From: a@example.org\r\n\r\nhi{end}{smuggled}"
    talk(receiver.port, MAIL + rcpt("bob") + "DATA\r\n" + text + "QUIT\r\n")
    assert "eve@example.net" not in receiver.attempts


@pytest.mark.parametrize("octet, said", [("\r", "CR"), ("\0", "NUL")])
def test_a_bare_cr_or_a_nul_is_refused_here(talk, receiver, octet, said):
    replies = talk(receiver.port, MAIL + rcpt("bob") + f"DATA\r\nFrom: a@b.example\r\n\r\nx{octet}y\r\n"
                   ".\r\n" + MAIL + rcpt("bob") + "DATA\r\n" + TEXT + "QUIT\r\n")
    assert replies[3].startswith("55") and said in replies[3]
    assert codes(replies)[4:] == ["250", "250", "354", "250", "221"]
    assert len(receiver.messages) == 1


def test_a_message_that_is_not_sound_is_refused_here(talk, receiver):
    text = "From: a@example.org\r\nFrom: b@example.org\r\n\r\nx\r\n.\r\n"
    replies = talk(receiver.port, MAIL + rcpt("bob") + "DATA\r\n" + text + "QUIT\r\n")
    assert replies[3].startswith("554 5.6.0"), replies
    assert receiver.messages == []


def test_a_program_that_ends_in_the_midst_of_a_text_sends_nothing(talk, receiver):
    replies = talk(receiver.port, MAIL + rcpt("bob") + "DATA\r\nSubject: half\r\n\r\nhal")
    assert codes(replies) == ["250", "250", "354"]
    assert receiver.messages == [] and receiver.attempts == ["bob@example.net"]


# ---- a server that is away -----------------------------------------------------------------------


def test_a_server_that_is_away_is_explained_in_the_answer(talk):
    port = free_port()
    replies = talk(port, MAIL + rcpt("bob") + "DATA\r\n" + MAIL + "QUIT\r\n")
    whole = " ".join(line[10:] for line in replies if line.startswith("451"))
    assert codes(replies) == ["451", "503", "503", "451", "221"], replies
    assert replies[0].startswith(f"451 4.4.1 {ADDRESS}:{port} refused the connection. "), replies
    # In the doctor's words, once looked for and told each time.
    assert whole.count(f"Nothing listens on port {port}") == 2


def test_a_server_that_closes_in_between_is_called_again(talk):
    """Twice: without a word, and with 421 while nothing was asked."""
    def serve(file, number, script):
        play(file, script, *TAKEN)
        if number == 2:
            file.write(b"421 4.4.2 idle for too long\r\n")

    with Script(serve) as s:
        one = MAIL + rcpt("bob") + "DATA\r\n" + TEXT
        replies = talk(s.port, one * 3 + "QUIT\r\n")
    assert codes(replies) == ["250", "250", "354", "250"] * 3 + ["221"]
    assert s.count == 3


def test_a_server_that_goes_in_the_midst_is_told_and_called_again(talk):
    def serve(file, number, script):
        play(file, script, *(TAKEN if number > 1 else TAKEN[:3]))

    with Script(serve) as s:
        replies = talk(s.port, MAIL + rcpt("bob", "carol", "dave") + "DATA\r\n" + TEXT
                       + MAIL + rcpt("bob") + "DATA\r\n" + TEXT + "QUIT\r\n")
    assert codes(replies) == ["250", "250", "451", "451", "354", "451", "250", "250", "354", "250",
                              "221"]
    lost = [line for line in replies if line.startswith("451")]
    assert lost == lost[:1] * 3 and lost[0].startswith(f"451 4.4.2 {ADDRESS}: "), replies
    assert "closed" in lost[0] or "reset" in lost[0], lost
    assert "RCPT TO" in replies[2] and s.count == 2


def test_421_is_told_and_ends_nothing_here(talk):
    def serve(file, number, script):
        play(file, script, *(TAKEN if number > 1 else [None, None, "421 4.3.2 Shutting down"]))

    with Script(serve) as s:
        replies = talk(s.port, MAIL + rcpt("bob", "carol") + "DATA\r\nRSET\r\n" + MAIL
                       + rcpt("bob") + "DATA\r\n" + TEXT + "QUIT\r\n")
    assert codes(replies) == ["250", "451", "451", "554", "250", "250", "250", "354", "250", "221"]
    assert replies[1].startswith("451 4.3.2 ") and "421 4.3.2 Shutting down" in replies[1]
    assert replies[2] == replies[1] and s.count == 2


def test_a_login_that_is_refused_is_tried_once(client, start, receiver, authority, scratch):
    server = start({"receiver": hop(receiver.port)})
    wrong = scratch / "wrong"
    wrong.write_text("wrong\n")
    pipe = client(server.port, "starttls", server=f"localhost:{server.port}", user=USER,
                  password_file=wrong, ca_file=authority.certificate)
    pipe.ehlo()
    for _ in range(3):
        code, words = pipe.mail("a@example.com")
        assert code == 451 and words.startswith(b"4.7.0 ") and b"refused the login: 535" in words
    pipe.leave()
    server.last_event("login-refused")
    assert len(server.events("login-refused")) == 1


def test_settings_that_are_wrong_are_told_before_the_banner(run, config):  # noqa: F811
    result = run("sendmail", "-C", config(free_port(), ca_file="/nonexistent"), "-bs", text="QUIT\r\n")
    check_clean(result)
    assert result.returncode == 78 and result.stdout == b"" and b"/nonexistent" in result.stderr


# ---- real ones -----------------------------------------------------------------------------------


@pytest.fixture
def postfix(scratch):
    port = free_port()
    server = Postfix(scratch / "postfix", main="""
mydestination = home.example
local_recipient_maps = inline:{ bob=x, carol=x }
local_transport = discard:
smtpd_relay_restrictions = reject_unauth_destination
message_size_limit = 20000
""", smtpd_ports={port: []}).start()
    yield port
    server.stop()


def test_smtplib_hears_what_postfix_says(client, postfix):
    pipe = client(postfix)
    refused = pipe.sendmail("a@example.org", ["bob@home.example", "gone@home.example",
                                              "x@elsewhere.example"], "Subject: x\r\n\r\ny\r\n")
    assert {to: code for to, (code, _) in refused.items()} == {
        "gone@home.example": 550, "x@elsewhere.example": 554}
    assert b"User unknown in local recipient table" in refused["gone@home.example"][1]
    assert b"Relay access denied" in refused["x@elsewhere.example"][1]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        pipe.sendmail("a@example.org", ["gone@home.example"], "Subject: x\r\n\r\ny\r\n")
    # The size that is declared goes on with MAIL; where none is, the text has to show.
    with pytest.raises(smtplib.SMTPSenderRefused) as error:
        pipe.sendmail("a@example.org", ["bob@home.example"], "Subject: x\r\n\r\n" + "z\r\n" * 9000)
    assert error.value.smtp_code == 552 and b"5.3.4" in error.value.smtp_error
    assert pipe.docmd("MAIL", "FROM:<a@example.org>")[0] == 250
    assert pipe.rcpt("bob@home.example")[0] == 250
    code, words = pipe.data("Subject: x\r\n\r\n" + "z\r\n" * 9000)
    assert code == 552 and words.startswith(b"5.3.4 ")
    assert pipe.sendmail("a@example.org", ["carol@home.example"], "Subject: x\r\n\r\ny\r\n") == {}
    assert pipe.leave() == b""


def test_smtplib_sends_through_our_own_server(client, start, receiver, authority, password_file):
    server = start({"receiver": hop(receiver.port)})
    pipe = client(server.port, "starttls", server=f"localhost:{server.port}", user=USER,
                  password_file=password_file, ca_file=authority.certificate)
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = USER, "Grüße"
    message.set_content("Straße")
    for _ in range(2):
        assert pipe.send_message(message, USER, ["b@example.net", "c@example.net"]) == {}
    code, words = pipe.docmd("MAIL", "FROM:<someone@else.example>")
    assert code == 550 and b"may not send as that address" in words
    assert pipe.leave() == b""
    wait_for(lambda: sum(len(m.recipients) for m in receiver.messages) == 4, what="delivery")
    assert PASSWORD not in server.log_text()


@pytest.fixture
def inetd(environment):
    """inetd(argv): a port whose connections the program has for standard input and output."""
    listeners = []

    def serve(listener, argv):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    subprocess.run(argv, stdin=connection, stdout=connection, env=environment,
                                   check=False)

    def start(argv):
        listeners.append(socket.create_server((ADDRESS, 0)))
        threading.Thread(target=serve, args=(listeners[-1], argv), daemon=True).start()
        return listeners[-1].getsockname()[1]
    yield start
    for listener in listeners:
        close_listener(listener)


def test_msmtp_is_told_which_recipient_was_refused(inetd, argv, receiver, environment):
    receiver.replies["gone@example.net"] = ["550 5.1.1 No such user"]
    port = inetd(argv(receiver.port))
    words = ["msmtp", "--file=/dev/null", f"--host={ADDRESS}", f"--port={port}", "--auth=off",
             "--tls=off", "--from=a@example.org"]
    taken = subprocess.run([*words, "bob@example.net"], input=b"Subject: s\n\nx\n", env=environment,
                           capture_output=True, check=False, timeout=60)
    assert taken.returncode == 0, taken.stderr.decode()
    refused = subprocess.run([*words, "bob@example.net", "gone@example.net"],
                             input=b"Subject: s\n\nx\n", env=environment, capture_output=True,
                             check=False, timeout=60)
    assert refused.returncode == 65 and b"550 5.1.1 No such user" in refused.stderr
    assert [m.recipients for m in receiver.messages] == [["bob@example.net"]]


def test_swaks_speaks_to_it_through_a_pipe(argv, receiver, environment):
    receiver.replies["gone@example.net"] = ["550 5.1.1 No such user"]
    result = subprocess.run(
        ["swaks", "--pipe", " ".join(argv(receiver.port)), "--from", "a@example.org", "--to",
         "bob@example.net,gone@example.net", "--body", ".dot", "--pipeline"], env=environment,
        capture_output=True, check=False, timeout=60)
    assert b"550 5.1.1 No such user" in result.stdout and b"250 2.0.0 taken" in result.stdout
    (message,) = receiver.messages
    assert message.recipients == ["bob@example.net"] and b"\r\n.dot\r\n" in message.content


def test_the_dialog_with_the_server_can_be_seen(run, config):  # noqa: F811
    receiver = Receiver().start()
    try:
        result = run("sendmail", "-C", config(receiver.port), "-v", "-bs",
                     text=f"EHLO me\r\n{MAIL}{rcpt('bob')}QUIT\r\n")
    finally:
        receiver.stop()
    check_clean(result)
    assert b"-> RCPT TO:<bob@example.net>" in result.stderr
    assert b"->" not in result.stdout and result.stdout.startswith(b"220 ")
