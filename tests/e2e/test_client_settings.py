# SPDX-License-Identifier: Apache-2.0
"""The code that `sallyport client-settings` writes is run as it is, and sends."""

import email
import email.policy
import os
import subprocess

import pytest
from conftest import PASSWORD, USER, Starter, hop

from support.receiver import Receiver
from support.scratch import wait_for

# tools/check-samples compiles those in Go, Java and C#.
FILES = {"python": ("send_mail.py", ["/usr/bin/python3"]),
         "php": ("send_mail.php", ["php"]),
         "node": ("send_mail.js", ["node"])}


@pytest.fixture(scope="module", name="house")
def fixture_house(build, session_scratch, certificate):
    receiver = Receiver().start()
    starter = Starter(build, session_scratch / "client-settings", certificate)
    yield starter({"receiver": hop(receiver.port)}), receiver
    starter.stop_all()
    receiver.stop()


@pytest.fixture(name="environment")
def fixture_environment(authority, scratch):
    """Where the languages find the authority of the tests, and libraries."""
    vendor = scratch / "vendor"
    vendor.mkdir()
    (vendor / "autoload.php").write_text("<?php require '/usr/share/php/libphp-phpmailer/"
                                         "autoload.php';\n")
    (scratch / "php.ini").write_text(f"openssl.cafile = {authority.certificate}\n")
    return {**os.environ, "SMTP_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(authority.certificate),
            "NODE_EXTRA_CA_CERTS": str(authority.certificate), "NODE_PATH": "/usr/share/nodejs",
            # The house listens on 127.0.0.1; which address "localhost" has first is the machine's.
            "NODE_OPTIONS": "--dns-result-order=ipv4first",
            "PHPRC": str(scratch)}


def write(house, scratch, language, mode, *words):
    server = house[0]
    name, command = FILES[language]
    port = server.port if mode == "starttls" else server.implicit_port
    server.run("client-settings", "--for", language, "--host", "localhost", "--port", port,
               "--mode", mode, "--output", scratch / name, *words, USER)
    return [*command, name]


@pytest.mark.parametrize("mode", ["tls", "starttls"])
@pytest.mark.parametrize("language", FILES)
def test_code_sends_a_message(house, scratch, environment, language, mode):
    house[1].messages.clear()
    command = write(house, scratch, language, mode)
    done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_for(lambda: house[1].messages, 30, "the message")
    assert b"It works." in house[1].messages[0].content


@pytest.mark.parametrize("language", FILES)
def test_code_sends_the_name_of_the_sender(house, scratch, environment, language):
    name = 'Jörg "Jo", <b> \\ $x'  # so short that no library folds it
    house[1].messages.clear()
    command = write(house, scratch, language, "starttls", "--name", name)
    done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_for(lambda: house[1].messages, 30, "the message")
    message = email.message_from_bytes(house[1].messages[0].content, policy=email.policy.SMTP)
    sender, = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, USER)


@pytest.mark.parametrize("language", FILES)
def test_code_sends_no_password_to_a_server_that_it_cannot_verify(house, scratch, environment,
                                                                 language):
    command = write(house, scratch, language, "starttls")
    for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PHPRC"):
        del environment[name]
    before = len(house[0].events("login"))
    done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode != 0
    assert "certificate" in (done.stdout + done.stderr).lower()
    assert len(house[0].events("login")) == before
