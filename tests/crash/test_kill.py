# SPDX-License-Identifier: Apache-2.0
"""
kill -9 at random moments under load: every message that was acknowledged with 250 arrives, after
the restart at the latest.

SALLYPORT_CRASH_SECONDS is how long each test goes on killing (default 12).
"""

import os
import random
import signal
import subprocess
import threading
import time

import pytest
from conftest import USER, hop

from support.scratch import wait_for
from support.sink import Sink, load_command

# One at a time: two loads at once are half a load each, and fill the disk of a test in e2e.
pytestmark = pytest.mark.xdist_group("load")

SECONDS = float(os.environ.get("SALLYPORT_CRASH_SECONDS", "12"))
SEED = int(os.environ.get("SALLYPORT_CRASH_SEED", str(random.randrange(1 << 32))))
CLIENTS = "8"


class Load:
    """bench/load that goes on through every failure, until it is told to stop."""

    def __init__(self, build, server, password_file, directory, size):
        self.ledger = directory / "acknowledged"
        self.child = subprocess.Popen(
            load_command(build, server.port, (USER, password_file), "--connections", CLIENTS,
                         "--threads", "2", "--seconds", "3600", "--size", str(size),
                         "--sender", USER, "--patience", "60", "--ledger", str(self.ledger)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stop(self, sink):
        """
        The acknowledged ids, of which there are some: more messages than there are clients have
        come since the killing ended, however little this machine gets done meanwhile.
        """
        count = len(sink.ids())
        wait_for(lambda: len(sink.ids()) > count + int(CLIENTS), 60, "messages after the killing")
        self.child.send_signal(signal.SIGINT)
        out, errors = self.child.communicate(timeout=60)
        assert self.child.returncode == 0, f"{out}{errors}"
        return self.ledger.read_text().split()


@pytest.fixture
def sink(build, scratch):
    s = Sink(build, scratch / "sink").start()
    yield s
    s.stop()


@pytest.fixture
def server(start, sink):
    return start({"out": hop(sink.port)}, log_level="warning", submission_processes=2,
                 delivery_processes=2,
                 queue={"retry_min": "200ms", "retry_max": "1s", "lifetime": "1d"})


@pytest.fixture
def dice():
    print(f"SALLYPORT_CRASH_SEED={SEED}")
    return random.Random(SEED)


def check_all_arrived(acknowledged, sink, server):
    """At least once each; the queue is empty at the end."""
    assert len(acknowledged) > 0
    missing = set(acknowledged)

    def fewer_missing():
        count = len(missing)
        missing.difference_update(sink.ids())
        return len(missing) < count

    try:
        while missing:
            wait_for(fewer_missing, 60, "acknowledged messages")
    finally:
        print(f"{len(acknowledged)} acknowledged, {len(missing)} missing")
    wait_for(server.queue_is_empty, 60)


def kill_role(server, role, dice):
    pids = server.children(role)
    if pids:
        try:
            os.kill(dice.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            pass


# RFC 5321 §2.1, §6.1: what was answered with 250 arrives.
@pytest.mark.parametrize("size", [2048, 300_000], ids=["small", "chunked"])
@pytest.mark.parametrize("role", ["submission", "auth", "queue", "delivery"])
def test_a_killed_child_loses_nothing(
        build, server, sink, scratch, password_file, dice, role, size):
    load = Load(build, server, password_file, scratch, size)
    end = time.monotonic() + SECONDS / 2
    killed = 0
    while time.monotonic() < end:
        time.sleep(dice.uniform(0.1, 1.0))
        kill_role(server, role, dice)
        killed += 1
    wait_for(lambda: server.children(role), 30, f"a {role} process")
    acknowledged = load.stop(sink)
    print(f"{killed} kills")
    check_all_arrived(acknowledged, sink, server)


def test_killing_any_children_at_once_loses_nothing(
        build, server, sink, scratch, password_file, dice):
    load = Load(build, server, password_file, scratch, 8192)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(dice.uniform(0.05, 1.0))
        for role in ("submission", "auth", "queue", "delivery"):
            if dice.random() < 0.5:
                kill_role(server, role, dice)
    acknowledged = load.stop(sink)
    check_all_arrived(acknowledged, sink, server)


@pytest.mark.parametrize("size", [8192, 3_000_000], ids=["small", "with-a-file"])
def test_killing_the_whole_house_loses_nothing(
        build, server, sink, scratch, password_file, dice, size):
    load = Load(build, server, password_file, scratch, size)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(dice.uniform(0.2, 1.5))
        server.kill()
        server.start()
    acknowledged = load.stop(sink)
    check_all_arrived(acknowledged, sink, server)


def test_a_start_waits_for_a_queue_that_is_still_ending(server):
    """Its process may be in a sync when everything is killed, and holds its lock until then."""
    (queue,) = server.children("queue")
    os.kill(queue, signal.SIGSTOP)
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    release = threading.Timer(1, os.kill, (queue, signal.SIGKILL))
    release.start()
    server.start()
    release.join()


def test_killing_the_next_hop_loses_nothing(
        build, server, sink, scratch, password_file, dice):
    load = Load(build, server, password_file, scratch, 8192)
    end = time.monotonic() + SECONDS / 2
    while time.monotonic() < end:
        time.sleep(dice.uniform(0.1, 1.0))
        sink.process.kill()
        sink.start()
    acknowledged = load.stop(sink)
    check_all_arrived(acknowledged, sink, server)


def test_children_end_when_the_supervisor_is_killed(server):
    children = server.children()
    assert len(children) == 6
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") and _is_alive(pid)
                             for pid in children), 20, "the end of the children")


def _is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
