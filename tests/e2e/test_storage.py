# SPDX-License-Identifier: Apache-2.0
"""Disk full, database locked: nothing lost, nothing promised, and service back by itself."""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make

from support.scratch import wait_for
from support.wire import Wire


class Client:
    """Submits numbered messages and knows which were acknowledged."""

    def __init__(self, server):
        self.server = server
        self.count = 0
        self.acknowledged = []

    def submit(self, size=1000):
        """The reply that decided."""
        self.count += 1
        with Wire(self.server.port) as client:
            client.login(USER, PASSWORD)
            for line in (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>", "DATA"):
                reply = client.command(line)
                if not reply.startswith(("250", "354")):
                    return reply
            body = ("x" * 70 + "\r\n") * (size // 72 + 1)
            reply = client.text(make(f"number {self.count}", body))
        if reply.startswith("250"):
            self.acknowledged.append(f"number {self.count}")
        return reply

    def all_arrived(self, receiver):
        def check():
            texts = [m.content for m in receiver.messages]
            return all(any(f"Subject: {a}\r\n".encode() in t for t in texts)
                       for a in self.acknowledged)
        return wait_for(check, 60, "every acknowledged message")


@pytest.fixture
def small_disk(scratch):
    """A file system of its own with little space: a tmpfs, or a container's small /dev/shm."""
    path = scratch / "disk"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "none", path],
                          capture_output=True, check=False)
    if done.returncode == 0:
        yield path
        subprocess.run(["umount", "-l", path], check=True)
        return
    shm = os.statvfs("/dev/shm")
    assert shm.f_bavail * shm.f_frsize < 256 << 20, \
        "this test wants to mount a tmpfs, or a small /dev/shm"
    path = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def fill(path):
    """Take all the space that is left."""
    with open(path, "wb") as f:
        try:
            for size in (1 << 20, 4096, 512):
                while True:
                    f.write(b"\0" * size)
                    f.flush()
        except OSError:
            pass
    with open(path, "ab", buffering=0) as f:
        try:
            while True:
                f.write(b"\0" * 512)
        except OSError:
            pass


def refuse_then_recover(server, client, receiver, free):
    """While the disk is full: 452 and words in the log. After free(): service, and nothing lost."""
    reply = wait_for(lambda: (lambda r: r if r.startswith("452 4.3.1") else None)(
        client.submit(200_000)), 60, "a refusal")
    assert reply.startswith("452 4.3.1"), reply
    server.last_event("storage-failed")
    free()
    wait_for(lambda: client.submit().startswith("250"), 60, "service again")
    client.all_arrived(receiver)
    wait_for(server.queue_is_empty, 30)


def test_a_full_disk_refuses_and_recovers(start, receiver, small_disk):
    receiver.replies[RECIPIENT] = ["450 4.2.0 not yet"]
    server = start({"out": hop(receiver.port)}, state_directory=small_disk / "state",
                   queue={"retry_min": "300ms", "retry_max": "1s", "min_free_space": 0})
    client = Client(server)
    assert client.submit().startswith("250")
    fill(small_disk / "filler")
    os.truncate(small_disk / "filler", os.path.getsize(small_disk / "filler") - (1 << 20))

    def free():
        (small_disk / "filler").unlink()
        receiver.replies.clear()

    refuse_then_recover(server, client, receiver, free)


def body_files(server):
    return list((server.directory / "state" / "queue").glob("body-*"))


def test_a_large_message_outlives_all_processes_in_its_file(start, receiver):
    receiver.replies[RECIPIENT] = ["450 4.2.0 not yet"] * 100
    server = start({"out": hop(receiver.port)}, queue={"retry_min": "300ms", "retry_max": "1s"})
    client = Client(server)
    assert client.submit(3_000_000).startswith("250")
    (body,) = body_files(server)
    assert 1_900_000 < body.stat().st_size < 2_000_000  # all but the first MiB
    stray = body.with_name("body-00000000000000ff")
    server.kill()
    shutil.copy(body, stray)
    server.start()
    assert body.exists() and not stray.exists()
    receiver.replies.clear()
    client.all_arrived(receiver)
    (got,) = receiver.messages
    assert ("x" * 70 + "\r\n").encode() * (3_000_000 // 72 + 1) in got.content
    wait_for(server.queue_is_empty, 30)
    wait_for(lambda: not body_files(server), 10, "the file to go")


def test_a_disk_that_fills_up_in_a_large_message_refuses_it_and_recovers(
        start, receiver, small_disk):
    server = start({"out": hop(receiver.port)}, state_directory=small_disk / "state",
                   queue={"retry_min": "300ms", "retry_max": "1s", "min_free_space": 0})
    client = Client(server)
    fill(small_disk / "filler")
    os.truncate(small_disk / "filler", os.path.getsize(small_disk / "filler") - (3 << 20))
    reply = client.submit(8_000_000)
    assert reply.startswith("452 4.3.1"), reply
    wait_for(lambda: not list((small_disk / "state" / "queue").glob("body-*")), 10,
             "the file to go")
    (small_disk / "filler").unlink()
    wait_for(lambda: client.submit(3_000_000).startswith("250"), 60, "service again")
    client.all_arrived(receiver)
    wait_for(server.queue_is_empty, 30)


def test_too_little_free_space_refuses_before_the_disk_is_full(start, receiver, small_disk):
    disk = os.statvfs(small_disk)
    free = disk.f_bavail * disk.f_frsize
    margin = 8 << 20
    server = start({"out": hop(receiver.port)}, state_directory=small_disk / "state",
                   queue={"min_free_space": free - margin})
    client = Client(server)
    assert client.submit().startswith("250")
    filler = small_disk / "filler"
    with open(filler, "wb") as f:
        os.posix_fallocate(f.fileno(), 0, margin)
    refuse_then_recover(server, client, receiver, filler.unlink)


def test_a_locked_database_defers_and_recovers(start, receiver):
    server = start({"out": hop(receiver.port)})
    client = Client(server)
    assert client.submit().startswith("250")
    (path,) = (server.directory / "state" / "queue").glob("*.db")
    other = sqlite3.connect(path, isolation_level=None, timeout=60)
    other.execute("BEGIN IMMEDIATE")
    try:
        reply = client.submit()
        assert reply.startswith("451 4.3."), reply
        server.last_event("storage-failed")
    finally:
        other.execute("ROLLBACK")
        other.close()
    wait_for(lambda: client.submit().startswith("250"), 60, "service again")
    client.all_arrived(receiver)
    wait_for(server.queue_is_empty, 30)


def test_a_database_that_is_no_database_is_told_and_not_overwritten(start, receiver):
    server = start({"out": hop(receiver.port)})
    assert Client(server).submit().startswith("250")
    receiver.wait_one()
    wait_for(server.queue_is_empty, 30)
    assert server.stop() == 0
    (path,) = (server.directory / "state" / "queue").glob("*.db")
    garbage = b"this is not a database\n" * 1000
    owner = path.stat()
    path.write_bytes(garbage)
    os.chown(path, owner.st_uid, owner.st_gid)
    try:
        server.start()
    except RuntimeError:
        pass
    wait_for(lambda: str(path) in server.log_text() or "queue.db" in server.log_text(), 20,
             "words about the broken database")
    assert path.read_bytes() == garbage
    server.kill()
