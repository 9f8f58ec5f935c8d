# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a scratch directory, a certificate authority, the real server, receivers."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from support import scratch as scratch_module  # noqa: E402
from support.auditor import Auditor  # noqa: E402
from support.impostor import HalfTls, Impostor, server_context  # noqa: E402
from support.receiver import Receiver  # noqa: E402
from support.sallyport import Sallyport  # noqa: E402

USER = "alice@example.com"
PASSWORD = "correct horse battery staple"

# What no server may ever log, whatever a test did to it.
_ALARMS = ("AddressSanitizer", "runtime error:", "LeakSanitizer", "Assertion", "syscall-denied",
           "channel-nonsense", "child-nonsense", "stack smashing")


def pytest_collection_modifyitems(items):
    """Groups begin first: the longest would run alone at the end, while nobody else has work."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def build():
    path = pathlib.Path(os.environ.get("SALLYPORT_BUILD", scratch_module.ROOT / "build-test"))
    assert (path / "src/cli/sallyport").exists(), f"no server in {path}: ./test builds it"
    return path


@pytest.fixture(scope="session")
def session_scratch():
    path = scratch_module.make_directory("sallyport-test-")
    yield path
    scratch_module.remove_directory(path)


@pytest.fixture(scope="session")
def authority(session_scratch):
    return scratch_module.Authority(session_scratch / "authority")


@pytest.fixture(scope="session")
def certificate(authority):
    """(certificate file, key file) of localhost."""
    return authority.issue("localhost")


@pytest.fixture(scope="session")
def password_file(session_scratch):
    path = session_scratch / "password"
    path.write_text(PASSWORD + "\n")
    return path


@pytest.fixture
def scratch():
    path = scratch_module.make_directory("sallyport-test-")
    yield path
    scratch_module.remove_directory(path)


def check_log(server):
    text = server.log_text()
    for alarm in _ALARMS:
        assert alarm not in text, f"{alarm} in the log:\n{text[-8000:]}"


class Starter:
    """Starts servers and ends them; what is left at the end of a test must stop cleanly."""

    def __init__(self, build, directory, certificate):
        self.build, self.directory, self.certificate = build, directory, certificate
        self.servers = []

    def __call__(self, next_hops, start=True, account=True, certificate=None, **config):
        config.setdefault("submission_processes", 2)
        config.setdefault("delivery_processes", 1)
        config.setdefault("log_level", "debug")
        # Cheap hashing: sanitizers make the default take a second.
        config["auth"] = {"hash_cost": 1, **config.get("auth", {})}
        server = Sallyport(self.build, self.directory / f"sallyport{len(self.servers)}",
                           *(certificate or self.certificate), next_hops=next_hops, **config)
        self.servers.append(server)
        if start:
            server.start()
            if account:
                server.add_account(USER, PASSWORD)
        return server

    def stop_all(self):
        for server in self.servers:
            if server.process and server.process.is_running():
                status = server.stop()
                assert status == 0, f"exit status {status}:\n{server.log_text()[-8000:]}"
            check_log(server)


@pytest.fixture
def start(build, scratch, certificate):
    starter = Starter(build, scratch, certificate)
    yield starter
    try:
        starter.stop_all()
    finally:
        for server in starter.servers:
            if server.process and server.process.is_running():
                server.kill()


@pytest.fixture
def receiver():
    r = Receiver().start()
    yield r
    r.stop()


def hop(port, tls="none", **keys):
    """A next hop on the loopback address."""
    return {"host": scratch_module.ADDRESS, "port": port, "tls": tls, **keys}


@pytest.fixture(scope="session")
def audit(build, authority):
    return Auditor(build, authority)


@pytest.fixture
def impostor(certificate):
    """Starts impostors, with the certificate of localhost unless a context is given."""
    started = []

    def start(*args, context=None, **keys):
        started.append(Impostor(context or server_context(*certificate), *args, **keys))
        return started[-1]
    yield start
    for one in started:
        one.stop()


@pytest.fixture
def half_tls():
    started = []

    def start(choices):
        started.append(HalfTls(choices))
        return started[-1]
    yield start
    for one in started:
        one.stop()
