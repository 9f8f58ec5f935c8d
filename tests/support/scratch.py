# SPDX-License-Identifier: Apache-2.0
"""Scratch directories, free ports, certificates, and waiting with an end."""

import contextlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = "127.0.0.1"


class Timeout(Exception):
    """Something that was waited for did not come."""


def make_directory(prefix="sallyport-"):
    """A directory that the users of child processes may pass through, but not write to."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o755)
    return path


def remove_directory(path):
    shutil.rmtree(path, ignore_errors=True)


# Of this process among those that run tests side by side (pytest-xdist).
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKER_COUNT = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))

# Below the range from which the kernel takes ports for outgoing connections, which could be in use
# again before the server that we start binds them; and to each worker its own, so that none takes
# one that another has only looked at.
_PORTS = range(10000 + _WORKER, 32000, _WORKER_COUNT)
_given = set()


def free_port():
    """A port of the loopback address that nobody listens on, and that was not given before."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as s:
            if port not in _given and _binds(s, port):
                _given.add(port)
                return port


def _binds(s, port):
    try:
        s.bind((ADDRESS, port))
        return True
    except OSError:
        return False


def stalled_listener():
    """Takes connections and says nothing. Close it when done."""
    s = socket.socket()
    s.bind((ADDRESS, 0))
    s.listen(64)
    return s


def close_listener(listener, thread=None):
    """
    Wakes who waits in accept() first. It would go on waiting at the number of the descriptor, and
    when its system call is begun anew (a process that was stopped goes on), at whatever socket has
    that number now.
    """
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    if thread is not None:
        thread.join(20)
    listener.close()


def wait_for(condition, seconds=20, what=None):
    """Call condition until it gives something true, and return that."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Timeout(f"waited {seconds} s for {what or condition.__name__}")
        time.sleep(0.02)


def accepts_connections(port, address=ADDRESS):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex((address, port)) == 0


def _openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


class Authority:
    """A private certificate authority in a directory of its own."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.certificate = self.directory / "ca.pem"
        self.key = self.directory / "ca.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                 "-nodes", "-days", "30", "-subj", "/CN=Scratch authority",
                 "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, stem=None, days=30, rsa=False):
        """A certificate for the DNS name, valid also for the loopback address."""
        stem = stem or name
        certificate = self.directory / f"{stem}.pem"
        key = self.directory / f"{stem}.key"
        request = self.directory / f"{stem}.csr"
        extensions = self.directory / f"{stem}.ext"
        extensions.write_text(f"subjectAltName=DNS:{name},IP:{ADDRESS}\n")
        kind = ["rsa:2048"] if rsa else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        _openssl("req", "-newkey", *kind, "-nodes",
                 "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate)
        os.chmod(key, 0o600)
        return certificate, key
