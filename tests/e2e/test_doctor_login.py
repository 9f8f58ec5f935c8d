# SPDX-License-Identifier: Apache-2.0
"""`sallyport check --user`: however long and wherever it looks, it fails to log in once at most."""

import email
import os
import subprocess

import pytest
from conftest import PASSWORD, USER, hop
from support.scratch import wait_for

AUTH = 18


@pytest.fixture(name="check")
def fixture_check(build, authority):
    def check(*words, password="wrong"):
        return subprocess.run(
            [str(build / "src/cli/sallyport"), "check", "--user", USER, "--password-env", "PW",
             "--ca-file", str(authority.certificate), *map(str, words)],
            env={"PATH": os.environ["PATH"], "PW": password}, capture_output=True, text=True,
            timeout=60, check=False)
    return check


@pytest.fixture(name="server")
def fixture_server(start, receiver):
    return start({"receiver": hop(receiver.port)})


def failed_logins(server):
    server.last_event("login-refused")
    return len(server.events("login-refused"))


def test_a_watch_ends_with_the_first_failed_login(check, server):
    result = check("--watch", "1", "--count", "3", f"localhost:{server.port}")
    assert result.returncode == AUTH and "so the watch ends" in result.stderr, result
    assert failed_logins(server) == 1


def test_hosts_behind_a_failed_login_are_looked_at_without(check, server):
    result = check("-q", f"localhost:{server.port}", f"localhost:{server.implicit_port}")
    assert result.returncode == AUTH and "is not tried at the hosts" in result.stderr, result
    assert len(result.stdout.splitlines()) == 2
    assert failed_logins(server) == 1


def test_each_round_of_a_watch_sends_a_message_of_its_own(check, server, receiver):
    result = check("-4", "--watch", "1", "--count", "2", "--to",
                   "bob@example.org", f"localhost:{server.port}", password=PASSWORD)
    assert result.returncode == 0, result
    wait_for(lambda: len(receiver.messages) == 2, what="delivery")
    texts = [email.message_from_bytes(m.content) for m in receiver.messages]
    for name in ("Message-ID", "Date"):
        assert len({t[name] for t in texts}) == 2, name
