# SPDX-License-Identifier: Apache-2.0
"""`sallyport send` and `sallyport sendmail` against real servers, and what they say of failures."""

import contextlib
import email
import email.policy
import os
import socket
import subprocess
import threading
import time

import pytest
from conftest import PASSWORD, USER, hop

from support import schemas
from support.full import full_listener
from support.names import Names
from support.peer import Peer
from support.receiver import Receiver
from support.scratch import ADDRESS, close_listener, free_port, wait_for

# Sanitizers report what they find with this status, whatever the program would have said.
SANITIZER = {"ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99"}


@pytest.fixture
def run(build, scratch):
    """run(subcommand, *arguments, text=..., **environment): stdout, stderr and exit code."""
    program = build / "src/cli/sallyport"

    def run(*words, text="", program=program, **environment):
        environment = {"PATH": os.environ["PATH"], "HOME": str(scratch), **SANITIZER, **environment}
        return subprocess.run([str(program), *map(str, words)], input=text.encode(), env=environment,
                              capture_output=True, timeout=60, check=False)

    return run


@pytest.fixture
def server(start, receiver):
    return start({"receiver": hop(receiver.port)})


@pytest.fixture
def config(scratch):
    """config(port, tls): a file with settings for sendmail."""
    def config(port, tls="none", **keys):
        keys = {"server": f"{ADDRESS}:{port}", "tls": tls, "domain": "host.example", **keys}
        path = scratch / "send.conf"
        path.write_text("".join(f'{key} = "{value}"\n' for key, value in keys.items()))
        return path
    return config


def check_clean(result):
    assert result.returncode != 99, result.stderr.decode()
    assert b"Sanitizer" not in result.stderr and b"runtime error" not in result.stderr


def login(authority, password_file):
    return ("--user", USER, "--password-file", password_file, "--ca-file", authority.certificate)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_message_is_submitted_with_login_over_tls(
        run, server, receiver, authority, password_file, tls):
    port = server.port if tls == "starttls" else server.implicit_port
    result = run("send", "-s", f"localhost:{port}", "--tls", tls, *login(authority, password_file),
                 "--subject", "Grüße", "--name", "Alice Ä", "--header", "X-Test: 1",
                 "--transcript", "bob@example.net", "carol@example.net",
                 text="Line one\n.\nStraße\n")
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    wait_for(lambda: len(receiver.messages) > 0, what="delivery")
    message = email.message_from_bytes(receiver.messages[0].content, policy=email.policy.default)
    assert message["Subject"] == "Grüße" and message["X-Test"] == "1"
    assert message["From"].addresses[0].addr_spec == USER
    assert message["From"].addresses[0].display_name == "Alice Ä"
    assert message.get_content().replace("\r\n", "\n") == "Line one\n.\nStraße\n"
    assert sorted(r for m in receiver.messages for r in m.recipients) == [
        "bob@example.net", "carol@example.net"]
    # The dialog is shown, what is secret is not.
    shown = result.stdout.decode()
    assert "-> MAIL FROM:<alice@example.com>" in shown and "<- 354" in shown
    assert PASSWORD not in shown and "AUTH" in shown
    assert "took the message as" in shown


def test_json_tells_every_stage_and_the_queue_id(run, server, receiver, authority, password_file):
    result = run("send", "-s", f"localhost:{server.port}", *login(authority, password_file),
                 "--json", "--body", "x", "-t", "bob@example.net")
    check_clean(result)
    told = schemas.read("send", result.stdout)
    assert result.returncode == told["exit_code"] == 0 and told["sent"] is True
    assert told["queue_id"] and told["recipients"][0]["result"] == "delivered"
    assert [s["stage"] for s in told["stages"]][:3] == ["connect", "greeting", "ehlo"]
    assert all(s["took_ms"] >= 0 for s in told["stages"])
    wait_for(lambda: len(receiver.messages) == 1, what="delivery")


def test_the_password_can_come_from_the_environment(run, server, authority):
    result = run("send", "-s", f"localhost:{server.port}", "--user", USER, "--password-env", "PW",
                 "--ca-file", authority.certificate, "--until", "auth", PW=PASSWORD)
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    assert b"no message was sent" in result.stdout


def test_a_wrong_password_is_tried_once(run, server, authority):
    result = run("send", "-s", f"localhost:{server.port}", "--user", USER, "--password-env", "PW",
                 "--ca-file", authority.certificate, "--body", "x", "bob@example.net", PW="wrong")
    check_clean(result)
    assert result.returncode == 77, result.stderr.decode()
    assert b"refused the login: 535" in result.stderr
    server.last_event("login-refused")
    assert len(server.events("login-refused")) == 1


def test_a_certificate_that_proves_nothing_gets_no_password(run, server, password_file):
    result = run("send", "-s", f"localhost:{server.port}", "--transcript", "--user", USER, "--password-file",
                 password_file, "--no-check", "--body", "x", "bob@example.net")
    check_clean(result)
    assert result.returncode == 69, result.stderr.decode()
    assert b"certificate" in result.stderr
    assert "event=login" not in server.log_text()


def test_nothing_is_sent_in_clear_when_starttls_is_missing(run):
    peer = Peer("8BITMIME", "AUTH PLAIN")
    try:
        result = run("send", "-s", f"{ADDRESS}:{peer.port}", "--no-check", "-f", "a@example.org",
                     "--body", "x", "bob@example.net")
    finally:
        peer.stop()
    check_clean(result)
    assert result.returncode == 69, result.stderr.decode()
    assert b"STARTTLS" in result.stderr
    assert peer.transactions == []


def greet_all(listener):
    """Each connection, those of before as well; no more than a greeting and an end."""
    def serve(connection):
        with connection, contextlib.suppress(ConnectionError):
            connection.sendall(b"220 late.example ESMTP\r\n")
            if connection.recv(100).startswith(b"QUIT"):
                connection.sendall(b"221 2.0.0 bye\r\n")

    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def read_until(stream, words):
    """Lines, with words in the last one."""
    lines = []
    for line in stream:
        lines.append(line)
        if words in line:
            break
    return b"".join(lines)


@pytest.mark.xdist_group("load")  # it measures, and must not meet what loads the machine
def test_the_doctor_speaks_while_a_silent_server_is_waited_for(build, scratch):
    with full_listener() as listener:
        words = [build / "src/cli/sallyport", "send", "-s",
                 f"{ADDRESS}:{listener.getsockname()[1]}", "--tls", "none", "--until", "greeting",
                 "-f", "a@example.org"]
        began = time.monotonic()
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={"HOME": str(scratch), **SANITIZER}) as program:
            said = read_until(program.stderr, b"Checked at")
            took = time.monotonic() - began
            # A connection that comes after all is not lost.
            greeter = threading.Thread(target=greet_all, args=(listener,), daemon=True)
            greeter.start()
            stdout, stderr = program.communicate(timeout=40)
            close_listener(listener, greeter)
    assert b"does not answer; it is still waited for" in said
    assert b'Why, as "sallyport check" sees it meanwhile' in said
    assert 3 < took < 13
    assert program.returncode == 0, stderr.decode()
    assert b"all went well" in stdout and b"Why" not in stderr


def test_sendmail_says_why_no_server_is_reached(run, config):
    port = free_port()
    result = run("sendmail", "-C", config(port), "bob@example.net", text="x\n")
    check_clean(result)
    assert result.returncode == 75, result.stderr.decode()
    assert f"Nothing listens on port {port}".encode() in result.stderr


def test_each_recipient_has_its_own_answer(run):
    receiver = Receiver()
    receiver.replies["gone@example.net"] = ["550 5.1.1 No such user"]
    receiver.start()
    try:
        result = run("send", "-s", f"{ADDRESS}:{receiver.port}", "--tls", "none", "--json",
                     "-f", "a@example.org", "--body", "x", "bob@example.net", "gone@example.net")
    finally:
        receiver.stop()
    check_clean(result)
    told = schemas.read("send", result.stdout)
    assert result.returncode == 67 and told["sent"] is True
    assert [(r["address"], r["result"], r["code"]) for r in told["recipients"]] == [
        ("bob@example.net", "delivered", 250), ("gone@example.net", "failed", 550)]
    assert "took the message for 1 of 2 recipients: 550" in told["text"]
    assert len(receiver.messages) == 1


def test_what_a_server_says_cannot_act_on_who_reads_it(run):
    receiver = Receiver()
    receiver.replies["gone@example.net"] = ["550 5.1.1 \x1b[2J\x07 no \x9b2J such user"]
    receiver.start()
    try:
        result = run("send", "-s", f"{ADDRESS}:{receiver.port}", "--tls", "none", "--json",
                     "-f", "a@example.org", "--body", "x", "gone@example.net")
    finally:
        receiver.stop()
    check_clean(result)
    assert result.returncode == 67
    assert not any(c < 32 and c != 10 for c in result.stdout + result.stderr)
    # Without control characters, as the schema has it.
    told = schemas.read("send", result.stdout)
    assert "such user" in told["recipients"][0]["reply"]


def test_what_some_have_is_not_to_be_tried_again(run, config):
    receiver = Receiver()
    receiver.replies["full@example.net"] = ["451 4.2.2 Later"]
    receiver.start()
    try:
        result = run("sendmail", "-C", config(receiver.port), "-f", "a@example.org",
                     "bob@example.net", "full@example.net", text="Subject: s\n\nx\n")
    finally:
        receiver.stop()
    check_clean(result)
    assert result.returncode == 69 and b"full@example.net: 451" in result.stderr, result.stderr
    assert [m.recipients for m in receiver.messages] == [["bob@example.net"]]


def test_an_unreachable_server_is_explained_by_the_doctor(run):
    result = run("send", "-s", f"{ADDRESS}:{free_port()}", "-f", "a@example.org", "--body", "x",
                 "bob@example.net")
    check_clean(result)
    assert result.returncode == 75, result.stderr.decode()
    assert b"as \"sallyport check\" sees it" in result.stderr
    assert b"Nothing listens" in result.stderr or b"closed" in result.stderr


def test_the_doctor_asks_the_same_name_server(run):
    """The system's knows nothing of the name; who looks for the reason must not ask that one."""
    names = Names({"mail.example": {"A": [ADDRESS]}})
    try:
        result = run("send", "-s", f"mail.example:{free_port()}", "-f", "a@example.org", "--body",
                     "x", "--resolver", names.address, "bob@example.net")
    finally:
        names.stop()
    check_clean(result)
    assert result.returncode == 75, result.stderr.decode()
    why = result.stderr.decode().split("sees it:")[1]
    # It has found the address, and wonders at it, as a name of the network has one of this machine.
    assert ADDRESS in why and "does not exist" not in why, why


def test_a_host_that_there_is_not_has_a_code_of_its_own(run, scratch):
    result = run("send", "-s", "nowhere.invalid", "--no-check", "--resolver", "127.0.0.1",
                 "-f", "a@example.org", "--body", "x", "bob@example.net")
    check_clean(result)
    assert result.returncode in (68, 75), result.stderr.decode()


def test_files_are_attached(run, receiver, scratch):
    octets = bytes(range(256)) * 20
    (scratch / "Übersicht 2026.pdf").write_bytes(octets)
    (scratch / "job.log").write_bytes(b"")
    result = run("send", "-s", f"{ADDRESS}:{receiver.port}", "--tls", "none", "-f", "a@x.example",
                 "-t", "b@x.example", "--subject", "report", "--attach",
                 scratch / "Übersicht 2026.pdf", "--attach", scratch / "job.log",
                 text="Grüße\n--\nfrom cron\n")
    check_clean(result)
    assert result.returncode == 0, result.stderr
    message = email.message_from_bytes(receiver.wait_one().content,
                                       policy=email.policy.default)
    assert message.get_content_type() == "multipart/mixed" and not message.defects
    assert message.get_body().get_content().splitlines() == ["Grüße", "--", "from cron"]
    first, second = message.iter_attachments()
    assert first.get_filename() == "Übersicht 2026.pdf"
    assert first.get_content_type() == "application/pdf" and first.get_content() == octets
    assert second.get_filename() == "job.log" and second.get_content() == ""


@pytest.mark.parametrize("words, text, code", [
    (["--attach", "/nowhere/at.all"], "text\n", 66),
    (["--attach", "-"], "text\n", 64),
    (["--attach", "/dev/null"], "Subject: has one\n\ntext\n", 64),
    (["--attach", "/dev/null", "--raw"], "text\n", 64),
])
def test_what_cannot_be_attached_is_not(run, words, text, code):
    result = run("send", "-s", ADDRESS, "-f", "a@x.example", "-t", "b@x.example", *words, text=text)
    check_clean(result)
    assert result.returncode == code and result.stderr != b""


def test_recipients_can_be_named_in_every_way(run, receiver):
    result = run("send", "-s", f"{ADDRESS}:{receiver.port}", "--tls", "none", "-f", "a@example.org",
                 "--body", "x", "-t", "b@e.example", "--to", "c@e.example, D <d@e.example>",
                 "--to=f@e.example", "-t", "B@e.example,b@e.example", "g@e.example")
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    (message,) = receiver.messages
    assert sorted(set(message.recipients)) == sorted(message.recipients)
    assert {"b@e.example", "c@e.example", "d@e.example", "f@e.example", "g@e.example"} <= set(
        message.recipients)


def test_the_name_for_ehlo_can_be_chosen(run, receiver):
    result = run("send", "-s", f"{ADDRESS}:{receiver.port}", "--tls", "none", "--until", "ehlo",
                 "--hostname", "printer.example", "--transcript", "--no-check")
    check_clean(result)
    assert result.returncode == 0 and b"-> EHLO printer.example\n" in result.stdout


def test_a_server_that_says_nothing_is_given_up_in_time(run):
    with socket.create_server((ADDRESS, 0)) as listener:
        began = time.monotonic()
        result = run("send", "-s", f"{ADDRESS}:{listener.getsockname()[1]}", "--tls", "none",
                     "--until", "ehlo", "--timeout", "1", "--no-check")
    check_clean(result)
    assert result.returncode == 75 and b"said nothing more (greeting)" in result.stderr
    assert time.monotonic() - began < 30  # unless it is told, five minutes


@pytest.mark.parametrize("words, code, said", [
    (["--body", "x", "b@example.net"], 78, b"no server is given"),
    (["-s", "a b", "--body", "x"], 64, b"is no host name"),
    (["-s", "h", "--tls", "ssl"], 64, b'is "starttls", "implicit" or "none"'),
    (["-s", "h", "--timeout", "soon", "--body", "x"], 64, b"--timeout takes 1 to"),
    (["-s", "h", "--hostname", "a b", "--body", "x"], 64, b"--hostname takes a host name"),
    (["-s", "h", "--until", "never"], 64, b"--until is"),
    (["-s", "h", "--resolver", "dns.example", "--body", "x"], 64, b"--resolver takes an IP address"),
    (["-s", "h", "--body", "x", "b@example.net"], 64, b"no sender is given"),
    (["-s", "h", "-f", "a@example.org", "--body", "x"], 64, b"no recipient is given"),
    (["-s", "h", "-f", "a@example.org", "--body", "x", "<b@"], 64, b"is not an address"),
    (["-s", "h", "-f", "a@example.org", "--header", "X: 1\r\nBcc: e@x", "--body", "x", "b@x"], 64,
     b"--header takes one line"),
    (["-s", "h", "-f", "a@example.org", "--file", "/nonexistent", "b@x"], 66, b"/nonexistent"),
])
def test_a_wrong_command_line_is_explained(run, words, code, said):
    result = run("send", *words)
    check_clean(result)
    assert result.returncode == code and said in result.stderr, result.stderr.decode()


def test_cron_can_use_it_as_sendmail(run, receiver, config):
    text = ("From: \"Cron Daemon\" <root>\nTo: root\nSubject: Cron <root@host> job\n"
            "Bcc: audit@example.net\n\nout\n.\nput\n")
    result = run("sendmail", "-C", config(receiver.port), "-FCronDaemon", "-i", "-odi", "-oem",
                 "-oi", "-t", "-f", "root", text=text)
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout == b"" and result.stderr == b""
    message = receiver.messages[0]
    assert message.sender == "root@host.example"
    assert message.recipients == ["root@host.example", "audit@example.net"]
    assert b"Bcc" not in message.content
    assert b'From: "Cron Daemon" <root@host.example>\r\n' in message.content
    assert message.content.endswith(b"\r\n\r\nout\r\n.\r\nput\r\n")
    assert b"\r\nDate: " in message.content and b"\r\nMessage-ID: <" in message.content


def test_a_text_without_a_header_ends_at_a_dot_and_gets_one(run, receiver, config):
    result = run("sendmail", "-C", config(receiver.port), "-F", "Jo \"J\" Doe", "-fjo@example.org",
                 "bob@example.net", text="hello there\n.\nnot this\n")
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    message = receiver.messages[0]
    assert b'From: "Jo \\"J\\" Doe" <jo@example.org>\r\n' in message.content
    assert message.content.endswith(b"\r\n\r\nhello there\r\n")


def test_reports_are_asked_for_as_sendmail_does(run, config):
    peer = Peer("DSN", "8BITMIME")
    try:
        result = run("sendmail", "-C", config(peer.port), "-i", "-N", "success,delay", "-R", "hdrs",
                     "-V", "id 1", "-f", "a@example.org", "b@example.net", text="x\n")
    finally:
        peer.stop()
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    assert "RET=HDRS" in peer.transactions[0].mail and "ENVID=id+201" in peer.transactions[0].mail
    assert "NOTIFY=SUCCESS,DELAY" in peer.transactions[0].recipients[0]


def test_who_may_not_send_as_who_runs_it_hears_of_the_setting(
        run, server, config, authority, password_file):
    """The server takes the addresses of the login only, and no job of cron has one of those."""
    keys = {"user": USER, "password_file": password_file, "ca_file": authority.certificate,
            "server": f"localhost:{server.port}"}
    path = config(server.port, "starttls", **keys)
    result = run("sendmail", "-C", path, "bob@example.net", text="x\n")
    check_clean(result)
    told = result.stderr.decode()
    assert result.returncode == 77 and "refused the sender: 550" in told, told
    assert '@host.example is who runs this program' in told and f'  from = "{USER}"\n' in told
    # Whoever named a sender has no use for the words.
    result = run("sendmail", "-C", path, "-f", "app@example.org", "bob@example.net", text="x\n")
    assert result.returncode == 77 and b"from =" not in result.stderr
    result = run("sendmail", "-C", config(server.port, "starttls", **keys, **{"from": USER}),
                 "bob@example.net", text="x\n")
    assert result.returncode == 0, result.stderr.decode()


def test_no_priority_is_told_that_nobody_has_given(run, config):
    peer = Peer("MT-PRIORITY")
    try:
        result = run("sendmail", "-C", config(peer.port), "-f", "a@example.org", "b@example.net",
                     text="x\n")
    finally:
        peer.stop()
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    assert peer.transactions[0].mail == "MAIL FROM:<a@example.org>"


def test_php_mail_sends_through_it(run, receiver, config, build):
    program = build / "src/cli/sallyport"
    path = f"{program} sendmail -C {config(receiver.port)} -t -i"
    result = subprocess.run(
        ["php", "-n", "-d", f"sendmail_path={path}", "-r",
         'exit(mail("bob@example.net", "Hi", "One\\nTwo", "From: app@example.org", '
         '"-fapp@example.org") ? 0 : 1);'],
        capture_output=True, timeout=60, check=False, env={**os.environ, **SANITIZER})
    assert result.returncode == 0, result.stderr.decode()
    assert receiver.messages[0].sender == "app@example.org"
    assert b"Subject: Hi\r\n" in receiver.messages[0].content
    assert receiver.messages[0].content.endswith(b"\r\n\r\nOne\r\nTwo\r\n")


def test_a_link_named_sendmail_is_sendmail(run, receiver, config, build, scratch):
    link = scratch / "sendmail"
    link.symlink_to(build / "src/cli/sallyport")
    result = run("-C", config(receiver.port), "-f", "a@example.org", "b@example.net",
                 program=link, text="Subject: x\n\ny\n")
    check_clean(result)
    assert result.returncode == 0, result.stderr.decode()
    assert receiver.messages[0].recipients == ["b@example.net"]
    assert run("-bp", program=link).stdout == b"Mail queue is empty\n"


@pytest.mark.parametrize("words, text, code", [
    (["-k"], "", 64),
    (["-C", "/nonexistent/send.conf", "a@example.org"], "x\n", 66),
    (["-t"], "Subject: nobody\n\nx\n", 64),
    (["-t"], "To: <b@\n\nx\n", 65),
    (["-f", "a@example.org", "b@example.net"], "x\0y\n", 65),
    (["-bi"], "", 0),
    (["-q"], "", 0),
])
def test_sendmail_has_the_codes_of_sysexits(run, config, words, text, code):
    if "-C" not in words:
        words = ["-C", config(free_port()), *words]
    result = run("sendmail", *words, text=text)
    check_clean(result)
    assert result.returncode == code, result.stderr.decode()


def test_a_server_that_is_away_is_a_temporary_failure(run, config):
    result = run("sendmail", "-C", config(free_port()), "-f", "a@example.org", "b@example.net",
                 text="x\n")
    check_clean(result)
    assert result.returncode == 75, result.stderr.decode()
