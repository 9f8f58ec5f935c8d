# SPDX-License-Identifier: Apache-2.0
"""Builds conditions, many side by side, and keeps what was seen of each for the tests to judge."""

import concurrent.futures
import contextlib
import dataclasses
import json
import subprocess
import threading
import time

import faults
import network as net
import witness
from laboratory import Laboratory, host_name, unique_name
from patience import measured

SIDE_BY_SIDE = 10  # each mostly waits
_HURRIED = 5
START_SECONDS = 1.5  # of a program with sanitizers, beside others
_TIMEOUT = 40


@dataclasses.dataclass
class Check:
    """One run of "sallyport check"."""
    command: str
    exit: int
    seconds: float
    stdout: str
    stderr: str
    counts: dict  # what the condition's host has seen of it

    @property
    def report(self):
        return json.loads(self.stdout)


@dataclasses.dataclass
class Result:
    check: Check | None = None
    addresses: tuple = ()  # of the condition's host
    seen: dict = dataclasses.field(default_factory=dict)  # {key of truth: words}
    names: dict = dataclasses.field(default_factory=dict)  # {record type: words}
    dialog: str | None = None  # see witness.talk()
    error: BaseException | None = None  # of building it


def dialog_of(condition):
    return condition.dialog.replace("HOST", host_name(condition))


class Experiment:
    """The conditions as one run; results() waits for all of them."""

    def __init__(self, conditions, certificates, program):
        self.conditions, self.certificates, self.program = conditions, certificates, program
        self.together = [c for c in conditions if not c.is_alone]
        self.shared, self.shared_lock = None, threading.Lock()

    def results(self):
        """{name: Result}."""
        hurried = [c for c in self.conditions if c.verdict and c.verdict.seconds < _HURRIED]
        rest = [c for c in self.conditions if c not in hurried]
        try:
            # What must be quick is not disturbed.
            found = {c.name: self._run(c) for c in hurried}
            with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
                found.update(zip((c.name for c in rest), pool.map(self._run, rest)))
            return found
        finally:
            if self.shared:
                self.shared.down()

    def _run(self, condition):
        return measured(lambda: self._run_once(condition), lambda r: _is_as_wanted(condition, r))

    def _run_once(self, condition):
        try:
            with self._laboratory(condition) as (laboratory, addresses):
                check = self._check(laboratory, condition)
                # Routers limit what they send; the program has had to live with that.
                laboratory.network.lift_icmp_limits()
                return Result(check=check, addresses=addresses,
                              seen=_witness(laboratory, condition, addresses),
                              names=_ask(laboratory, condition),
                              dialog=_talk(laboratory, condition, addresses))
        except Exception as error:  # pylint: disable=broad-except
            return Result(error=error)

    @contextlib.contextmanager
    def _laboratory(self, condition):
        """(laboratory, the addresses of the condition's host)."""
        if condition.is_alone:
            laboratory = Laboratory(unique_name("t"), [condition], self.certificates)
            laboratory.up()
            try:
                yield laboratory, net.SERVER
            finally:
                laboratory.down()
        else:
            yield self._shared(), net.server_address(self.together.index(condition))

    def _check(self, laboratory, condition):
        if condition.verdict is None or self.program is None:
            return None
        words = ["--password-env", "LAB_PASSWORD", "--user", faults.USER, "--to",
                 "bob@example.org"] if condition.is_login else list(condition.options)
        target = condition.target.replace("HOST", host_name(condition))
        argv = laboratory.command([self.program, "check", "--json", *words, target],
                                  condition.confine, LAB_PASSWORD=faults.PASSWORD)
        before = laboratory.seen()[host_name(condition)]
        began = time.monotonic()
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=_TIMEOUT)
        took = time.monotonic() - began
        seen = laboratory.seen()
        counts = _since(before, seen[host_name(condition)])
        if condition.boxes:
            counts["at_a_time"] = seen["box"]["at_a_time"]  # it passes them on with a delay
        return Check(" ".join(["check", *words, target]), done.returncode, took, done.stdout,
                     done.stderr, counts)

    def _shared(self):
        with self.shared_lock:
            if self.shared is None:
                self.shared = Laboratory(unique_name("t"), self.together, self.certificates).up()
            return self.shared


def _is_as_wanted(condition, result):
    check, wanted = result.check, condition.verdict
    return (result.error is None and result.seen == condition.truth
            and result.names == condition.names
            and (condition.dialog is None or result.dialog.startswith(dialog_of(condition)))
            and (check is None or (wanted.is_met(check.report, check.exit)
                                   and check.seconds <= wanted.seconds + START_SECONDS)))


def _since(before, counts):
    """What has come since then; "at_a_time" is the most of all times."""
    return {key: value if key in ("at_a_time", "lines") else value - before[key]
            for key, value in counts.items()}


def _witness(laboratory, condition, addresses):
    def look(key):
        where, *ttl = key.split()
        family, port = where.split(":")
        address = addresses[0 if family == "4" else 1]
        return witness.connect(laboratory.network, address, int(port), *map(int, ttl))[0]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(zip(condition.truth, pool.map(look, condition.truth)))


def _ask(laboratory, condition):
    resolver = (condition.resolvers or net.DNS)[0]
    return {kind: witness.ask(laboratory.network, resolver, host_name(condition), kind)
            for kind in condition.names}


def _talk(laboratory, condition, addresses):
    if condition.dialog is None:
        return None
    return witness.talk(laboratory.network, addresses[0], host_name(condition), condition.port,
                        laboratory.roots)
