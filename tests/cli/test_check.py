# SPDX-License-Identifier: Apache-2.0
"""sallyport check on the loopback: options, forms of the report, exit codes."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["SALLYPORT_PROGRAM"]
FAULTD = ROOT / "tests" / "lab" / "faultd"

CLOSED, INTERCEPTED, CERTIFICATE, POLICY = 13, 15, 17, 19
USAGE, DATAERR, NOINPUT = 64, 65, 66


def check(*words, **kwargs):
    return subprocess.run([PROGRAM, "check", *map(str, words)], capture_output=True, text=True,
                          timeout=60, check=False, stdin=subprocess.DEVNULL, **kwargs)


@contextlib.contextmanager
def closed_port():
    """One where nobody listens while it is used."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


@pytest.fixture(name="closed")
def fixture_closed():
    with closed_port() as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture(name="server", scope="module")
def fixture_server():
    """A mail server on a port of the loopback, with a certificate that is not for the address."""
    with subprocess.Popen([sys.executable, "-B", FAULTD, "healthy", "0"], text=True,
                          stdout=subprocess.PIPE, start_new_session=True) as process:
        line = process.stdout.readline()
        yield [word for word in line.replace(",", " ").split() if "127.0.0.1:" in word][0]
        os.killpg(process.pid, signal.SIGTERM)


@pytest.mark.parametrize("words", [
    [],
    ["--network", "mail.example.org"],
    ["-4", "-6", "localhost"],
    ["--json", "--nagios", "localhost"],
    ["--nagios", "localhost", "localhost"],
    ["--hostname", "me\r\nRSET", "localhost"],
    ["--port", "smtp", "localhost"],
    ["--port", "0", "localhost"],
    ["localhost:99999"],
    ["smtp://localhost"],
    ["--timeout", "0", "localhost"],
    ["--connections", "99", "localhost"],
    ["--color", "green", "localhost"],
    ["--resolver", "localhost", "localhost"],
    ["--from", "a@example.org", "localhost"],
    ["--to", "b@example.org", "localhost"],
    ["--password-env", "X", "localhost"],
    ["--html", "page.html", "localhost", "127.0.0.1"],
    ["--frobnicate", "localhost"],
])
def test_wrong_words_are_refused_before_anything_is_sent(words):
    done = check(*words)
    assert done.returncode == USAGE
    assert done.stdout == ""
    assert done.stderr


def test_help_names_every_option():
    done = check("--help")
    assert done.returncode == 0
    for option in ("--network", "--user", "--password-file", "--to", "--json", "--nagios",
                   "--letter", "--html", "--watch", "--transcript"):
        assert option in done.stdout


def test_the_answer_comes_first_and_the_exit_code_says_its_class(closed):
    done = check(closed)
    assert done.returncode == CLOSED
    assert done.stdout.splitlines()[0].startswith("Nothing listens on port ")
    assert " of 127.0.0.1: it refuses" in done.stdout
    assert "\x1b" not in done.stdout


def test_colours_can_be_forced(closed):
    assert "\x1b[" in check("--color", "always", closed).stdout


def test_quiet_prints_the_answer_alone(closed):
    done = check("--quiet", closed)
    assert done.returncode == CLOSED
    assert len(done.stdout.splitlines()) == 1


def test_a_dot_at_the_end_of_a_name_is_not_shown(closed):
    result = check("-4", "--quiet", closed.replace("127.0.0.1", "localhost."))
    assert result.returncode == CLOSED
    assert "localhost:" in result.stdout and "localhost." not in result.stdout


def test_json_of_one_host_is_an_object_of_several_a_list(closed):
    one = json.loads(check("--json", closed).stdout)
    assert one["schema"] == 1
    assert one["verdict"]["id"] == "port-closed"
    assert one["verdict"]["exit_code"] == CLOSED
    two = json.loads(check("--json", closed, closed).stdout)
    assert [host["verdict"]["id"] for host in two] == ["port-closed"] * 2


def test_nagios_has_one_line_and_its_own_exit_codes(closed):
    done = check("--nagios", closed)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1


def test_a_page_is_written_besides_the_report(closed, tmp_path):
    page = tmp_path / "page.html"
    done = check("--html", page, closed)
    assert done.returncode == CLOSED
    assert page.read_text().startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_is_an_error(closed, tmp_path):
    assert check("--html", tmp_path / "no" / "page.html", closed).returncode == 73


def test_watch_tells_the_answer_once_while_nothing_changes(closed):
    done = check("--watch", 1, "--count", 2, closed)
    assert done.returncode == CLOSED
    assert len(done.stdout.splitlines()) == 1


@contextlib.contextmanager
def rude_server():
    """Turns everybody away with words that would act on a terminal."""
    def answer(listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"554 5.7.1 \x1b]0;owned\x07\x1b[31mno\x1b[0m \x9b2J\r\n")
                    connection.recv(64)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, args=(listener,), daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("words", [["--quiet"], ["--watch", 1, "--count", 1], ["--nagios"], []])
def test_what_a_server_says_never_acts_on_the_terminal(words):
    with rude_server() as server:
        done = check(*words, server)
    assert done.returncode == (2 if "--nagios" in words else POLICY)
    assert words or "owned" in done.stdout
    assert not any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in done.stdout)


def test_the_dialog_with_a_server_is_told_on_standard_error(server):
    done = check("--transcript", server)
    assert done.returncode == CERTIFICATE
    assert " < 220 " in done.stderr
    assert " > EHLO " in done.stderr
    assert " > STARTTLS" in done.stderr
    assert "EHLO" not in done.stdout.splitlines()[0]


def test_a_password_is_not_given_away_where_the_certificate_is_not_trusted(server, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    done = check("--transcript", "--user", "alice", "--password-file", secret, server)
    assert done.returncode == CERTIFICATE
    assert " > AUTH" not in done.stderr
    assert "The login was not tried" in " ".join(done.stdout.split())


def test_a_password_file_that_is_not_there_is_said(closed, tmp_path):
    assert check("--user", "a", "--password-file", tmp_path / "no", closed).returncode == NOINPUT


def test_hosts_to_compare_with_can_come_from_a_file(closed, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("date: 2026-01-01\nnonsense\n")
    done = check("--reference-hosts", hosts, closed)
    assert done.returncode == DATAERR
    assert str(hosts) in done.stderr


def test_a_network_is_judged_by_the_hosts_that_are_given():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = check("--network", "-4", "--control", f"127.0.0.1:{port}", "--json")
    assert done.returncode == INTERCEPTED  # whoever it is does not say a word
    found = json.loads(done.stdout)
    assert found["is_network"] is True
    assert found["verdict"]["id"] == "proxy-transparent"
    assert found["findings"][0]["confidence"] == "possible"


def test_who_knows_a_secret_leaves_no_core(closed):
    command = [PROGRAM, "check", "--user", "u", "--password-env", "PW", "--watch", "60", closed]
    with subprocess.Popen(command, env={**os.environ, "PW": "x"}, text=True,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.read(1)
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
        process.kill()
    line = next(x for x in limits.splitlines() if x.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]


def links_of(process):
    """What the descriptors of a process are; one that is closed meanwhile is left out."""
    folder, links = f"/proc/{process.pid}/fd", {}
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            links[int(name)] = os.readlink(f"{folder}/{name}")
    return links


def test_a_closed_stream_is_never_a_connection():
    """A socket would get its number, and the server what is printed. The server is a slow one."""
    with contextlib.ExitStack() as stack:
        mute = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", PROGRAM, "check", "--watch", "60",
                   f"127.0.0.1:{mute.getsockname()[1]}"]
        process = stack.enter_context(subprocess.Popen(command))
        deadline = time.monotonic() + 30
        links = links_of(process)
        while not any("eventpoll" in link for link in links.values()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
            links = links_of(process)
        process.kill()
    assert [links[n] for n in range(3)] == ["/dev/null"] * 3
